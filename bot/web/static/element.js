// Elements, made in one call. What people wrote only ever becomes text, never markup.

export function make(name, told = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(told)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value))
        element.addEventListener(event, listener);
    } else if (key === "text") element.textContent = value;
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  element.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

export function button(label, listener, told = {}, ...children) {
  return make(
    "button",
    { type: "button", on: { click: listener }, ...told },
    ...(children.length ? children : [label]),
  );
}

let named = 0;

export function freshId(name) {
  named += 1;
  return `${name}-${named}`;
}
