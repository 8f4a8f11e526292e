// What somebody gets where a request says nothing, and their styles.

import { look, put, remove } from "/static/api.js";
import { failed, toast } from "/static/announce.js";
import { openDialog } from "/static/dialog.js";
import { button, fill, freshId, make } from "/static/element.js";

export async function openSettings(names) {
  let told;
  try {
    [told] = await Promise.all([look("/v1/preferences"), names.refresh()]);
  } catch (problem) {
    return failed(problem);
  }
  const now = told.preferences ?? told;
  const size = now.width ? `${now.width}x${now.height}` : "";
  const fields = [
    ["model", "Model", choice(names.known.models, now.model, { autofocus: true })],
    ["sampler", "Sampler", choice(names.known.samplers, now.sampler)],
    ["style", "Style", choice(names.known.styles, now.style)],
    ["size", "Size", make("input", { placeholder: "512x768", value: size, autocomplete: "off" })],
    [
      "aspect",
      "Shape",
      make("input", {
        placeholder: "16:9",
        value: now.aspect ? [now.aspect].flat().join(":") : "",
        autocomplete: "off",
      }),
    ],
    [
      "steps",
      "Steps",
      make("input", { type: "number", min: "1", max: "150", value: now.steps ?? "" }),
    ],
    [
      "guidance",
      "Guidance",
      make("input", {
        type: "number",
        min: "0",
        max: "30",
        step: "0.1",
        value: now.guidance ?? "",
      }),
    ],
    [
      "count",
      "Pictures",
      make("input", { type: "number", min: "1", max: "16", value: now.count ?? "" }),
    ],
    [
      "negative",
      "Not in it",
      make("input", {
        value: now.negative ?? "",
        placeholder: "people, text",
        autocomplete: "off",
      }),
    ],
  ];
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const form = make(
    "form",
    { class: "fields" },
    fields.map(([name, label, input]) => {
      const id = freshId("field");
      input.id = id;
      input.name = name;
      return make("div", {}, make("label", { for: id, text: label }), input);
    }),
    problem,
    make(
      "div",
      { class: "row end" },
      button(
        "Styles",
        () => {
          dialog.close();
          openStyles(names);
        },
        { class: "plain" },
      ),
      button(
        "Forget them all",
        () => save(() => remove("/v1/preferences"), "Your settings are forgotten."),
        { class: "plain" },
      ),
      make("button", { class: "primary", text: "Save" }),
    ),
  );
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(() => put("/v1/preferences", said(form)), "Saved. It holds from your next picture on.");
  });
  const dialog = openDialog("What you get where you say nothing", [form, signedIn()]);

  async function save(ask, sentence) {
    try {
      await ask();
      dialog.close();
      toast(sentence);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }
}

export async function openStyles(names) {
  await names.refresh();
  const list = make("ul", { class: "listed" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const name = make("input", { id: freshId("field"), autocomplete: "off", maxlength: "60" });
  const words = make("input", {
    id: freshId("field"),
    autocomplete: "off",
    placeholder: "a woodcut of {prompt}",
  });
  const negative = make("input", {
    id: freshId("field"),
    autocomplete: "off",
    placeholder: "people, text",
  });
  const draw = () =>
    fill(
      list,
      names.known.styles.map((style) =>
        make(
          "li",
          {},
          make("strong", { text: style.name }),
          make(
            "span",
            {},
            style.prompt,
            style.negative ? make("small", { text: `not in it: ${style.negative}` }) : null,
          ),
          style.own
            ? button(
                "Remove",
                () => change(() => remove(`/v1/styles/${encodeURIComponent(style.name)}`)),
                { class: "plain small", "aria-label": `Remove ${style.name}` },
              )
            : null,
        ),
      ),
    );
  const form = make(
    "form",
    { class: "fields" },
    make("div", {}, make("label", { for: name.id, text: "A style of your own" }), name),
    make("div", {}, make("label", { for: words.id, text: "What it makes of a prompt" }), words),
    make("div", {}, make("label", { for: negative.id, text: "Not in it" }), negative),
    problem,
    make("div", { class: "row end" }, make("button", { class: "primary", text: "Keep it" })),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(() =>
      put(`/v1/styles/${encodeURIComponent(name.value.trim() || " ")}`, {
        prompt: words.value,
        negative: negative.value,
      }),
    );
  });
  draw();
  openDialog("Styles", [form, list]);

  async function change(ask) {
    problem.hidden = true;
    try {
      await ask();
      await names.refresh();
      form.reset();
      draw();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }
}

// Only who came with a key can go again.
function signedIn() {
  if (!("signedIn" in document.body.dataset)) return null;
  return make(
    "form",
    { method: "post", action: "/logout", class: "row" },
    make("span", { class: "hint", text: `You are here as ${document.body.dataset.owner}.` }),
    make("button", { class: "plain small", text: "Sign out" }),
  );
}

function choice(known, now, told = {}) {
  const there = known.map((one) => one.name);
  if (now && !there.includes(now)) there.push(now);
  return make(
    "select",
    told,
    make("option", { value: "", text: "as it comes" }),
    there.map((name) => make("option", { value: name, selected: name === now, text: name })),
  );
}

function said(form) {
  const told = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
  for (const name of ["steps", "guidance", "count"])
    if (name in told) told[name] = Number(told[name]);
  return told;
}
