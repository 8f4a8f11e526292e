// How much was painted, minute by minute: a drawing, and behind it the same as a table.

import { make } from "/static/element.js";
import { table } from "/static/table.js";
import { clock, plural } from "/static/words.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 720;
const HEIGHT = 160;
const FOOT = 20;
const HEAD = 14;

export function plot(minutes) {
  const most = Math.max(1, ...minutes.map((minute) => minute.pictures));
  const all = minutes.reduce((sum, minute) => sum + minute.pictures, 0);
  const drawing = shape("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    class: "plot",
    "aria-label": `${plural(all, "picture")} in the last hour, at most ${most} in a minute`,
  });
  const wide = WIDTH / Math.max(1, minutes.length);
  const tall = HEIGHT - FOOT - HEAD;
  drawing.append(
    shape("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, class: "axis" }),
  );
  drawing.append(
    shape("line", { x1: 0, x2: WIDTH, y1: HEAD, y2: HEAD, class: "grid" }),
    text(0, HEAD - 3, `${most} a minute`),
  );
  minutes.forEach((minute, index) => {
    const height = (minute.pictures / most) * tall;
    const bar = shape("rect", {
      x: index * wide + wide * 0.15,
      y: HEIGHT - FOOT - height,
      width: wide * 0.7,
      height,
      rx: Math.min(2, height / 2),
      class: "bar",
    });
    const title = shape("title", {});
    title.textContent = `${clock(minute.at)}: ${plural(minute.pictures, "picture")}`;
    bar.append(title);
    drawing.append(bar);
  });
  for (const index of marks(minutes.length)) {
    const end = index === minutes.length - 1;
    drawing.append(
      text(
        index === 0 ? 0 : end ? WIDTH : (index + 0.5) * wide,
        HEIGHT - 4,
        clock(minutes[index].at),
        index === 0 ? "start" : end ? "end" : "middle",
      ),
    );
  }
  return make(
    "figure",
    { class: "throughput" },
    make("figcaption", { text: "Pictures painted in the last hour" }),
    drawing,
    make(
      "details",
      {},
      make("summary", { text: "As a table" }),
      table(
        "Pictures painted by minute",
        ["At", "Pictures", "Seconds"],
        minutes.map((minute) => [
          clock(minute.at),
          String(minute.pictures),
          (minute.seconds ?? 0).toFixed(1),
        ]),
      ),
    ),
  );
}

function marks(count) {
  if (count < 2) return count ? [0] : [];
  return [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (count - 1))))];
}

function text(x, y, said, anchor = "start") {
  const label = shape("text", { x, y, "text-anchor": anchor, class: "mark" });
  label.textContent = said;
  return label;
}

function shape(name, told) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(told)) element.setAttribute(key, value);
  return element;
}
