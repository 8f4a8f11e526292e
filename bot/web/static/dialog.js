// Dialogs: the browser's own, so focus, Escape and what lies behind are right by themselves.

import { button, freshId, make } from "/static/element.js";
import { icon } from "/static/icons.js";

export function openDialog(title, content, told = {}) {
  const name = freshId("dialog");
  const { class: kind = "", closed, ...others } = told;
  const dialog = make("dialog", { "aria-labelledby": name, class: kind, ...others });
  const close = button(
    "Close",
    () => dialog.close(),
    { class: "round", "aria-label": "Close", title: "Close" },
    icon("close"),
  );
  dialog.append(
    make("header", {}, make("h2", { id: name, text: title }), close),
    make("div", { class: "content" }, content),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed?.();
  });
  // Only the dialog itself is where its backdrop is pressed.
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function confirm(title, sentence, { yes = "Yes", no = "No", danger = false } = {}) {
  return new Promise((resolve) => {
    let agreed = false;
    const answer = button(
      yes,
      () => {
        agreed = true;
        dialog.close();
      },
      { class: danger ? "danger" : "primary" },
    );
    const row = make(
      "div",
      { class: "row end" },
      button(no, () => dialog.close(), { class: "plain" }),
      answer,
    );
    const dialog = openDialog(title, [make("p", { text: sentence }), row], {
      class: "narrow",
      closed: () => resolve(agreed),
    });
    answer.focus();
  });
}
