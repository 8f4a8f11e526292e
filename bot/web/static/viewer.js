// One picture as large as it goes: arrows and swipes turn the pages, Escape leaves.

import { favouriteButton, moreMenu, removePiece, upscaleMenu, varyMenu } from "/static/actions.js";
import { button, fill, make } from "/static/element.js";
import { icon } from "/static/icons.js";
import { openInfo } from "/static/info.js";
import { SEPARATOR, facts, same } from "/static/piece.js";

const SWIPE = 48;

export function openViewer(pieces, first, { more } = {}) {
  let at = Math.max(
    0,
    pieces.findIndex((piece) => same(piece, first)),
  );
  const image = make("img", {});
  const label = make("div", { class: "label" });
  const earlier = button(
    "Earlier",
    () => turn(-1),
    { class: "turn left", "aria-label": "Previous picture" },
    icon("left"),
  );
  const later = button(
    "Later",
    () => turn(1),
    { class: "turn right", "aria-label": "Next picture" },
    icon("right"),
  );
  const close = button(
    "Close",
    () => dialog.close(),
    { class: "round close", "aria-label": "Close", title: "Close" },
    icon("close"),
  );
  const dialog = make(
    "dialog",
    { class: "viewer", "aria-label": "Picture" },
    close,
    earlier,
    make("div", { class: "stage" }, image),
    later,
    label,
  );

  function show() {
    const piece = pieces[at];
    image.src = piece.picture;
    image.alt = piece.prompt;
    image.width = piece.width;
    image.height = piece.height;
    earlier.disabled = at === 0;
    later.disabled = at === pieces.length - 1;
    fill(
      label,
      make(
        "div",
        { class: "words" },
        make("p", { class: "title", text: piece.prompt }),
        make("p", { class: "meta", text: `${facts(piece)}${SEPARATOR}seed ${piece.seed}` }),
      ),
      make(
        "div",
        { class: "row", role: "group", "aria-label": "What to do with it" },
        varyMenu(piece),
        upscaleMenu(piece),
        piece.number ? favouriteButton(piece) : null,
        button(
          "Info",
          () => openInfo(piece),
          { class: "round", "aria-label": "Info", title: "Info" },
          icon("info"),
        ),
        moreMenu(piece),
      ),
    );
  }

  async function turn(by) {
    const to = at + by;
    if (to >= pieces.length - 2) await more?.();
    if (!pieces[to]) return;
    at = to;
    show();
  }

  const removed = (event) => {
    const gone = pieces.findIndex((piece) => same(piece, event.detail));
    if (gone >= 0) pieces.splice(gone, 1);
    if (!pieces.length) return dialog.close();
    at = Math.min(at, pieces.length - 1);
    show();
  };
  const leave = () => dialog.close();
  let from = null;
  dialog.addEventListener("keydown", (event) => {
    if (event.target.closest("[role=menu]")) return;
    if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "ArrowRight") turn(1);
    else if (event.key === "Delete") removePiece(pieces[at]);
  });
  dialog.addEventListener("pointerdown", (event) => {
    from = event.target.closest("button, a") ? null : event;
  });
  dialog.addEventListener("pointerup", (event) => {
    const by = from ? event.clientX - from.clientX : 0;
    if (Math.abs(by) > SWIPE) turn(by < 0 ? 1 : -1);
    from = null;
  });
  document.addEventListener("easel:removed", removed);
  for (const what of ["edit", "source", "job"]) document.addEventListener(`easel:${what}`, leave);
  dialog.addEventListener("close", () => {
    document.removeEventListener("easel:removed", removed);
    for (const what of ["edit", "source", "job"])
      document.removeEventListener(`easel:${what}`, leave);
    dialog.remove();
  });
  document.body.append(dialog);
  show();
  dialog.showModal();
  later.focus();
}
