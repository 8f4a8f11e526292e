// The moderator's view: five panels, one shown at a time, each loaded when it is opened.

import { start } from "/static/chrome.js";
import { Audit } from "/static/audit.js";
import { Line } from "/static/moderated-line.js";
import { Painters } from "/static/painters.js";
import { People } from "/static/people.js";
import { Tiers } from "/static/tiers.js";

const { pulse } = start();
const panels = {
  queue: new Line(pulse),
  people: new People(),
  tiers: new Tiers(),
  audit: new Audit(),
  painters: new Painters(),
};
const tabs = [...document.querySelectorAll("[role=tab]")];

function show(name, focus = false) {
  const chosen = panels[name] ? name : "queue";
  for (const tab of tabs) {
    const on = tab.dataset.panel === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(`panel-${tab.dataset.panel}`).hidden = !on;
    if (on && focus) tab.focus();
  }
  for (const [other, panel] of Object.entries(panels)) if (other !== chosen) panel.hide?.();
  panels[chosen].load();
}

for (const tab of tabs)
  tab.addEventListener(
    "click",
    () => history.pushState(null, "", `#${tab.dataset.panel}`) ?? show(tab.dataset.panel),
  );
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const { panel } = tabs.at(to % tabs.length).dataset;
  history.replaceState(null, "", `#${panel}`);
  show(panel, true);
});
addEventListener("popstate", () => show(location.hash.slice(1)));
pulse.on("reset", () => show(location.hash.slice(1)));
show(location.hash.slice(1));
pulse.start();
