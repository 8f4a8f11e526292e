// What can be made of a picture: the same as under a picture on Discord.

import { patch, remove as removeAt, send } from "/static/api.js";
import { announce, failed, toast } from "/static/announce.js";
import { confirm } from "/static/dialog.js";
import { button } from "/static/element.js";
import { icon } from "/static/icons.js";
import { openInfo } from "/static/info.js";
import { menuButton } from "/static/menu.js";
import { download } from "/static/piece.js";

const VARIATIONS = [
  ["A little", 0.1],
  ["Some", 0.2],
  ["A lot", 0.5],
];
const ENLARGED = [
  ["Twice as large", "as it is", { factor: 2, redraw: 0 }],
  ["Twice as large, with new detail", "painted over a little", { factor: 2, redraw: 0.3 }],
  ["Four times as large", "as it is", { factor: 4, redraw: 0 }],
];

export async function paintFrom(path, body) {
  try {
    const job = await send(path, body);
    tell("job", job, () => toast("It is being painted. You find it under Paint."));
    return job;
  } catch (problem) {
    return void failed(problem);
  }
}

export const reroll = (job, tile, same = false) =>
  paintFrom(`/v1/jobs/${job}/reroll`, {
    ...(tile === undefined ? {} : { tile }),
    ...(same ? { same } : {}),
  });

export function edit(job) {
  tell("edit", job, () => location.assign(`/#edit=${job}`));
}

export function begin(piece) {
  tell("source", piece, () => location.assign(`/#source=${piece.job}:${piece.tile}`));
}

export function varyMenu(piece) {
  return menuButton("Vary", icon("vary"), () =>
    VARIATIONS.map(([label, strength]) => ({
      label,
      run: () =>
        paintFrom(`/v1/jobs/${piece.job}/tiles/${piece.tile}/vary`, { strength, count: 1 }),
    })),
  );
}

export function upscaleMenu(piece) {
  return menuButton("Upscale", icon("upscale"), () =>
    ENLARGED.map(([label, about, body]) => ({
      label,
      about,
      run: () => paintFrom(`/v1/jobs/${piece.job}/tiles/${piece.tile}/upscale`, body),
    })),
  );
}

export function favouriteButton(piece) {
  const shown = () => {
    control.setAttribute("aria-pressed", String(Boolean(piece.favourite)));
    control.title = piece.favourite ? "No longer a favourite" : "Favourite";
  };
  const control = button(
    "Favourite",
    async () => {
      piece.favourite = !piece.favourite;
      shown();
      try {
        await patch(`/v1/history/${piece.number}`, { favourite: piece.favourite });
        announce(piece.favourite ? "Kept as a favourite" : "No longer a favourite");
      } catch (problem) {
        piece.favourite = !piece.favourite;
        shown();
        failed(problem);
      }
    },
    { class: "round", "aria-label": "Favourite" },
    icon("favourite"),
  );
  shown();
  control.refresh = shown;
  return control;
}

export function moreMenu(piece) {
  return menuButton("More", icon("more"), () => [
    { label: "Info", drawing: "info", run: () => openInfo(piece) },
    { label: "Re-roll", drawing: "reroll", run: () => reroll(piece.job, piece.tile) },
    { label: "Edit", drawing: "edit", run: () => edit(piece.job) },
    { label: "Begin from it", drawing: "source", run: () => begin(piece) },
    { label: "Download", drawing: "download", href: download(piece), download: "" },
    { label: "Delete", drawing: "remove", danger: true, run: () => removePiece(piece) },
  ]);
}

export async function removePiece(piece) {
  const sure = await confirm(
    "Delete this picture?",
    "It is gone for good, here and in your history.",
    {
      yes: "Delete",
      no: "Keep it",
      danger: true,
    },
  );
  if (!sure) return false;
  try {
    await removeAt(`/v1/history/${piece.number}`);
    tell("removed", piece);
    toast("Deleted.");
    return true;
  } catch (problem) {
    failed(problem);
    return false;
  }
}

export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast("Your browser does not let me copy. Select it and copy it yourself.", "problem");
  }
}

// Whoever is on the page takes it; where nobody does, it happens otherwise.
function tell(what, detail, otherwise) {
  const event = new CustomEvent(`easel:${what}`, { detail, cancelable: true });
  if (document.dispatchEvent(event)) otherwise?.();
}
