// A dialog that lists what there is.

import { openDialog } from "/static/dialog.js";
import { make } from "/static/element.js";

export function openList(title, items) {
  const rows = items.map((one) =>
    make(
      "li",
      {},
      make("strong", { text: one.name }),
      one.about ? make("span", { text: one.about }) : null,
    ),
  );
  return openDialog(
    title,
    rows.length
      ? make("ul", { class: "listed" }, rows)
      : make("p", { class: "hint", text: "There are none yet." }),
  );
}
