// Light, dark, or as the machine has it. A cookie, so that the page already comes in it.

import { announce } from "/static/announce.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const SAID = { auto: "as your machine has it", light: "light", dark: "dark" };
const YEAR_S = 31536000;

export function switchTheme(control) {
  const root = document.documentElement;
  const name = () => {
    const said = `Theme: ${SAID[root.dataset.theme ?? "auto"]}`;
    control.setAttribute("aria-label", said);
    control.title = said;
  };
  control.addEventListener("click", () => {
    const next = NEXT[root.dataset.theme ?? "auto"];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=${YEAR_S}; samesite=strict`;
    name();
    announce(control.title);
  });
  name();
}
