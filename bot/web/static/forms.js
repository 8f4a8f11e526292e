// A short form in a dialog. What is refused is said in it, and what was typed stays.

import { openDialog } from "/static/dialog.js";
import { button, freshId, make } from "/static/element.js";

// As text, so that what is no number is refused with a sentence and not swallowed by the browser.
const TYPES = { number: "text", limit: "text" };

export function openForm(title, fields, { yes = "Save", danger = false, send }) {
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const form = make(
    "form",
    { class: "fields" },
    fields.map(field),
    problem,
    make(
      "div",
      { class: "row end" },
      button("Not now", () => dialog.close(), { class: "plain" }),
      make("button", { class: danger ? "danger" : "primary", text: yes }),
    ),
  );
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await send(said(form, fields));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  const dialog = openDialog(title, form, { class: "narrow" });
  form.elements[0]?.focus();
  return dialog;
}

function field({ name, label, hint, kind = "text", value = "", choices, about }) {
  const id = freshId("field");
  const hintId = hint ? `${id}-hint` : null;
  const input = choices
    ? make(
        "select",
        { id, name, "aria-describedby": hintId },
        choices.map(([choice, text]) =>
          make("option", { value: choice, text, selected: choice === value }),
        ),
      )
    : make("input", {
        id,
        name,
        type: TYPES[kind] ?? kind,
        inputmode: kind in TYPES ? "decimal" : null,
        value,
        autocomplete: "off",
        "aria-describedby": hintId,
        placeholder: about,
      });
  return make(
    "div",
    {},
    make("label", { for: id, text: label }),
    input,
    hint ? make("small", { id: hintId, text: hint }) : null,
  );
}

// Empty is left out; numbers are numbers, and a local time becomes one that everybody reads alike.
function said(form, fields) {
  const told = {};
  for (const { name, kind } of fields) {
    const value = form.elements[name].value.trim();
    if (!value) continue;
    if (kind === "limit") told[name] = value.toLowerCase() === "none" ? null : number(value);
    else if (kind === "number") told[name] = number(value);
    else if (kind === "datetime-local") told[name] = new Date(value).toISOString();
    else told[name] = value;
  }
  return told;
}

function number(value) {
  const read = Number(value.replace(",", "."));
  return Number.isNaN(read) ? value : read;
}
