// One line for who listens to the page, and one that everybody sees for a while.

import { make } from "/static/element.js";

const SHOWN_MS = 4000;
const heard = document.getElementById("heard");
const toasts = document.getElementById("toasts");
let leaving;

export function announce(sentence) {
  // While a dialog is open, nothing outside of it is read out.
  const within = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (heard.parentElement !== within) within.append(heard);
  // The same sentence twice is heard twice only if it was gone in between.
  heard.textContent = "";
  requestAnimationFrame(() => {
    heard.textContent = sentence;
  });
}

export function toast(sentence, kind = "done") {
  toasts.replaceChildren(make("p", { class: `toast ${kind}`, text: sentence }));
  // Shown anew, so that it lies over a dialog that was opened since.
  toasts.hidePopover();
  toasts.showPopover();
  clearTimeout(leaving);
  leaving = setTimeout(() => toasts.hidePopover(), kind === "problem" ? 3 * SHOWN_MS : SHOWN_MS);
  announce(sentence);
}

export const failed = (problem) => toast(problem.message, "problem");
