// One line for who listens to the page, and one that everybody sees for a while.

import { make } from "/static/element.js";

const SHOWN_MS = 4000;
let leaving;

export function announce(sentence) {
  const heard = document.getElementById("heard");
  // The same sentence twice is heard twice only if it was gone in between.
  heard.textContent = "";
  requestAnimationFrame(() => {
    heard.textContent = sentence;
  });
}

export function toast(sentence, kind = "done") {
  const place = document.getElementById("toasts");
  place.replaceChildren(make("p", { class: `toast ${kind}`, text: sentence }));
  clearTimeout(leaving);
  leaving = setTimeout(() => place.replaceChildren(), kind === "problem" ? 3 * SHOWN_MS : SHOWN_MS);
  announce(sentence);
}

export const failed = (problem) => toast(problem.message, "problem");
