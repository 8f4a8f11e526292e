// A table whose head says what it is, and that scrolls by itself where it is too wide.

import { make } from "/static/element.js";

export function table(name, heads, rows) {
  return make(
    "div",
    { class: "table", tabindex: "0", role: "region", "aria-label": name },
    make(
      "table",
      {},
      make("caption", { class: "unseen", text: name }),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head) =>
            make(
              "th",
              { scope: "col" },
              head || make("span", { class: "unseen", text: "What to do" }),
            ),
          ),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) =>
          make(
            "tr",
            {},
            row.map((cell, index) => make("td", { "data-head": heads[index] }, cell)),
          ),
        ),
      ),
    ),
  );
}
