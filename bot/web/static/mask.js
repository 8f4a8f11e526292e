// Drawing where a picture may change: white is painted anew, the rest stays.

import { failed, toast } from "/static/announce.js";
import { openDialog } from "/static/dialog.js";
import { button, freshId, make } from "/static/element.js";
import { icon } from "/static/icons.js";

const MOST_UNDONE = 30;
// A mask need not be finer, and all that can be undone is kept.
const MOST_PIXELS = 1024;
const STEP = 1 / 24;
// It must be seen on white as on black.
const PAINT = "#f0442a";

export async function openMask(address, use) {
  const picture = await load(address);
  const { naturalWidth: width, naturalHeight: height } = picture;
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  const mask = new Mask(Math.round(scale * width), Math.round(scale * height));
  const name = freshId("brush");
  const size = make("input", { type: "range", id: name, min: "2", max: "50", value: "14" });
  size.addEventListener("input", () => mask.brush(Number(size.value) / 100));
  const erase = button(
    "Erase",
    () => {
      mask.erasing = !mask.erasing;
      erase.setAttribute("aria-pressed", String(mask.erasing));
    },
    { class: "plain", "aria-pressed": "false" },
    icon("erase"),
    "Erase",
  );
  const tools = make(
    "div",
    { class: "row tools", role: "group", "aria-label": "Brush" },
    make("label", { for: name, text: "Brush" }),
    size,
    erase,
    button("Undo", () => mask.undo(), { class: "plain" }, icon("undo"), "Undo"),
    button("Invert", () => mask.invert(), { class: "plain" }, icon("invert"), "Invert"),
    button("Clear", () => mask.clear(), { class: "plain" }, icon("close"), "Clear"),
  );
  const done = button(
    "Paint only this part",
    async () => {
      if (mask.empty) return toast("Draw over a part of it first.", "problem");
      try {
        await use(await mask.file());
        dialog.close();
      } catch (problem) {
        failed(problem);
      }
    },
    { class: "primary" },
  );
  const dialog = openDialog(
    "Paint only a part",
    [
      make("p", {
        class: "hint",
        text: "Draw over what shall be painted anew. By keyboard: arrows move the brush, Space paints, Z takes back.",
      }),
      make("div", { class: "easel" }, picture, mask.element),
      tools,
      make("div", { class: "row end" }, done),
    ],
    { class: "wide mask" },
  );
  mask.element.focus();
}

class Mask {
  erasing = false;
  #canvas;
  #pen;
  #cursor = make("span", { class: "cursor", "aria-hidden": "true" });
  #at = { x: 0.5, y: 0.5 };
  #width = 0.14;
  #past = [];
  #drawing = false;

  constructor(width, height) {
    this.#canvas = make("canvas", { width, height });
    this.#pen = this.#canvas.getContext("2d", { willReadFrequently: true });
    this.element = make(
      "div",
      {
        class: "sheet",
        role: "application",
        tabindex: "0",
        "aria-label": "Where to paint. Arrows move the brush, Space paints, Z takes back.",
      },
      this.#canvas,
      this.#cursor,
    );
    this.element.addEventListener("pointerdown", (event) => this.#down(event));
    this.element.addEventListener("pointermove", (event) => this.#move(event));
    this.element.addEventListener("pointerup", () => (this.#drawing = false));
    this.element.addEventListener("pointercancel", () => (this.#drawing = false));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.#point();
  }

  brush(width) {
    this.#width = width;
    this.#point();
  }

  undo() {
    const before = this.#past.pop();
    if (before) this.#pen.putImageData(before, 0, 0);
  }

  clear() {
    this.#remember();
    this.#pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  invert() {
    this.#remember();
    this.#pen.globalCompositeOperation = "xor";
    this.#pen.fillStyle = PAINT;
    this.#pen.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  get empty() {
    const { width, height } = this.#canvas;
    return !this.#pen.getImageData(0, 0, width, height).data.some(Boolean);
  }

  // Black and white, of the shape of the picture.
  file() {
    const { width, height } = this.#canvas;
    const sheet = make("canvas", { width, height });
    const pen = sheet.getContext("2d");
    pen.drawImage(this.#canvas, 0, 0);
    for (const [operation, colour] of [
      ["source-in", "#fff"],
      ["destination-over", "#000"],
    ]) {
      pen.globalCompositeOperation = operation;
      pen.fillStyle = colour;
      pen.fillRect(0, 0, width, height);
    }
    return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  }

  #down(event) {
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    this.#remember();
    this.#drawing = true;
    this.#at = this.#spot(event);
    this.#stroke(this.#at, this.#at);
  }

  #move(event) {
    const to = this.#spot(event);
    if (this.#drawing) this.#stroke(this.#at, to);
    this.#at = to;
    this.#point();
  }

  #key(event) {
    const by = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    }[event.key];
    if (by)
      this.#at = {
        x: Math.min(1, Math.max(0, this.#at.x + by[0])),
        y: Math.min(1, Math.max(0, this.#at.y + by[1])),
      };
    else if (event.key === " ") {
      this.#remember();
      this.#stroke(this.#at, this.#at);
    } else if (event.key.toLowerCase() === "z") this.undo();
    else return;
    event.preventDefault();
    this.#point();
  }

  #stroke(from, to) {
    const { width, height } = this.#canvas;
    this.#pen.globalCompositeOperation = this.erasing ? "destination-out" : "source-over";
    this.#pen.strokeStyle = PAINT;
    this.#pen.lineCap = "round";
    this.#pen.lineJoin = "round";
    this.#pen.lineWidth = this.#width * Math.min(width, height);
    this.#pen.beginPath();
    this.#pen.moveTo(from.x * width, from.y * height);
    // A line of no length is no dot everywhere.
    this.#pen.lineTo(to.x * width + 0.01, to.y * height);
    this.#pen.stroke();
  }

  #remember() {
    this.#past.push(this.#pen.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
    if (this.#past.length > MOST_UNDONE) this.#past.shift();
  }

  #spot(event) {
    const box = this.element.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #point() {
    const { width, height } = this.#canvas;
    const across = this.#width * Math.min(width, height);
    this.#cursor.style.left = `${100 * this.#at.x}%`;
    this.#cursor.style.top = `${100 * this.#at.y}%`;
    this.#cursor.style.width = `${(100 * across) / width}%`;
    this.#cursor.style.height = `${(100 * across) / height}%`;
  }
}

function load(address) {
  return new Promise((resolve, reject) => {
    const picture = make("img", { alt: "The picture to paint on" });
    picture.addEventListener("load", () => resolve(picture), { once: true });
    picture.addEventListener("error", reject, { once: true });
    picture.src = address;
  });
}
