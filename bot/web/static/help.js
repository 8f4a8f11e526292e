// How to get a picture, and everything else, in one dialog.

import { openDialog } from "/static/dialog.js";
import { make } from "/static/element.js";

const TOPICS = [
  [
    "Your first picture",
    [
      [
        "a red boat on the sea at sunset",
        "Say what you want to see and press Enter. Nothing else is needed.",
      ],
    ],
  ],
  [
    "What a prompt can say",
    [
      ["a fox --ar 16:9 --seed 7 --steps 30", "sets what it is painted with; type -- to see all"],
      ["a fox --no people, text", "keeps things out"],
      ["a (red:1.3) fox, [blurry]", "counts more, counts less"],
      ["{red|blue} fox", "one picture of each, once you agreed to the price"],
      ["<lora:name:0.8>", "a LoRA with its weight"],
      ["__name__", "a line of the wildcard of that name, by chance"],
    ],
  ],
  [
    "Keys",
    [
      ["Enter", "paints"],
      ["Shift + Enter", "begins a new line"],
      ["/", "shows all commands"],
      ["Tab", "takes what is offered"],
      ["Arrow up", "in an empty box brings back what you typed before"],
    ],
  ],
  [
    "What it costs",
    [
      [
        "",
        "A credit is a second of the painter. You pay when you ask and get back what was not needed. A picture that was painted before costs nothing.",
      ],
    ],
  ],
  [
    "Who sees what",
    [
      [
        "",
        "Your pictures and prompts are yours alone. Moderators see that you wait and what it costs, not what you asked for.",
      ],
    ],
  ],
];

export function openHelp() {
  openDialog(
    "Help",
    TOPICS.map(([title, rows]) =>
      make(
        "section",
        { class: "topic" },
        make("h3", { text: title }),
        make(
          "dl",
          { class: "keys" },
          rows.map(([typed, said]) =>
            typed
              ? make(
                  "div",
                  {},
                  make("dt", {}, make("kbd", { text: typed })),
                  make("dd", { text: said }),
                )
              : make(
                  "div",
                  {},
                  make("dt", { class: "unseen", text: title }),
                  make("dd", { class: "whole", text: said }),
                ),
          ),
        ),
      ),
    ),
    { class: "wide" },
  );
}
