// Small drawings for buttons, all on one grid of 24 with one stroke.

const SHAPES = {
  reroll: "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5",
  vary: "M5 19 15.5 8.500M17 4v5M14.500 6.500h5M19 13v3M17.500 14.500h3M8 4v3M6.500 5.500h3",
  upscale: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  favourite:
    "M12 20s-7.500-4.600-7.500-10.100A4.200 4.200 0 0 1 12 7.300a4.200 4.200 0 0 1 7.500 2.600C19.500 15.400 12 20 12 20Z",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  info: "M12 11v5.500M12 7.500h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  edit: "M4 20l1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L8 19l-4 1ZM14.500 6.500l3 3",
  download: "M12 4v11M7.500 10.500 12 15l4.500-4.500M5 20h14",
  remove: "M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10.500 11v5M13.500 11v5",
  source: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01",
  mask: "M14 5.500 18.500 10M5 19c2.500.5 5-.5 5.500-2.500.3-1.500-1-2.800-2.500-2.500C6 14.500 6 17.500 5 19ZM10.500 13.500 17 4.500a1.800 1.800 0 0 1 2.700 2.300L12 15",
  close: "M6 6l12 12M18 6 6 18",
  left: "M14.500 5.500 8 12l6.500 6.500",
  right: "M9.500 5.500 16 12l-6.500 6.500",
  copy: "M9 9h11v11H9ZM15 9V4H4v11h5",
  done: "M5 12.500 10 17.500 19.500 7",
  paint:
    "M5 20c3 .6 6.200-.3 6.800-3 .4-2-1.200-3.700-3.200-3.300C5.800 14.200 6.300 18 5 20ZM11 14 18 4.700a1.700 1.700 0 0 1 2.600 2.200L12.500 16",
  gallery: "M4 4h7v9H4ZM13.500 4H20v5h-6.500ZM13.500 11.500H20V20h-6.500ZM4 15.500h7V20H4Z",
  moderate: "M12 3.500 19 6v5.500c0 4.300-2.900 7.500-7 9-4.100-1.500-7-4.700-7-9V6Z",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400ZM9 19.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z",
  theme: "M12 20.500a8.500 8.500 0 1 0 0-17v17ZM12 20.500a8.500 8.500 0 0 1 0-17",
  up: "M12 19V5M6 11l6-6 6 6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l4.500 4.500",
  undo: "M8 5 4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11h-4",
  erase: "M9 19 4.500 14.500 14 5l6 6-8 8ZM9 10l6 6M9 19h11",
  invert: "M4 4h16v16H4ZM4 20 20 4M12 16h5M7.500 6v4M5.500 8h4",
  reset: "M5 5v14M9 12h11M13 8l-4 4 4 4",
};

const SPACE = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SPACE, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

// Where the page came without them: <span data-icon="gallery"></span>.
export function drawIcons(root = document) {
  for (const place of root.querySelectorAll("[data-icon]:empty"))
    place.append(icon(place.dataset.icon));
}
