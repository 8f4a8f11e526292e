// A small menu under a button: arrows move, Enter takes, Escape closes and gives the focus back.

import { make } from "/static/element.js";
import { icon } from "/static/icons.js";

const EDGE = 8;
let open = null;

export function menuButton(label, shown, offers, told = {}) {
  const control = make(
    "button",
    {
      type: "button",
      "aria-label": label,
      title: label,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      class: "round",
      ...told,
    },
    shown,
  );
  control.addEventListener("click", () =>
    open?.control === control ? open.close() : openMenu(control, label, offers()),
  );
  return control;
}

function openMenu(control, label, offers) {
  open?.close();
  const items = offers.filter(Boolean).map((offer) => item(offer));
  const menu = make(
    "div",
    { role: "menu", "aria-label": label, class: "menu", tabindex: "-1" },
    items,
  );
  const close = (back = false) => {
    if (open?.menu !== menu) return;
    open = null;
    menu.remove();
    control.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("scroll", moved, true);
    if (back) control.focus();
  };
  const outside = (event) =>
    !menu.contains(event.target) && !control.contains(event.target) && close();
  // It goes along with its button, for as long as that is to be seen.
  const moved = () => (isSeen(control) ? place(menu, control) : close());
  menu.addEventListener("click", () => close(true));
  menu.addEventListener(
    "focusout",
    (event) => !menu.contains(event.relatedTarget) && event.relatedTarget && close(),
  );
  menu.addEventListener("keydown", (event) => move(event, items, close));
  // In a dialog, or it would lie behind that.
  (control.closest("dialog") ?? document.querySelector("main")).append(menu);
  place(menu, control);
  control.setAttribute("aria-expanded", "true");
  open = { control, menu, close };
  addEventListener("pointerdown", outside, true);
  items[0]?.focus({ preventScroll: true });
  addEventListener("scroll", moved, true);
}

function item({ label, about, drawing, run, danger, href, download }) {
  const told = { role: "menuitem", tabindex: "-1", class: danger ? "danger" : null };
  const content = [
    drawing ? icon(drawing) : null,
    make("span", {}, label, about ? make("small", { text: about }) : null),
  ];
  if (href) return make("a", { ...told, href, download: download ?? null }, content);
  return make("button", { ...told, type: "button", on: { click: run } }, content);
}

function move(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items.at(to % items.length).focus();
  else if (event.key === "Escape") close(true);
  else if (event.key === "Tab") return close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function isSeen(control) {
  const { top, bottom } = control.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function place(menu, control) {
  const spot = control.getBoundingClientRect();
  const left = Math.min(spot.left, innerWidth - menu.offsetWidth - EDGE);
  const below = spot.bottom + EDGE / 2;
  const fits = below + menu.offsetHeight <= innerHeight - EDGE;
  menu.style.left = `${Math.max(EDGE, left)}px`;
  menu.style.top = `${Math.max(EDGE, fits ? below : spot.top - menu.offsetHeight - EDGE / 2)}px`;
}
