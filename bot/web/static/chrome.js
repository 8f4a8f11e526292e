// What every view has around it: the stream of events, the quota, the theme, the settings.

import { toast } from "/static/announce.js";
import { drawIcons } from "/static/icons.js";
import { Names } from "/static/names.js";
import { Pulse } from "/static/pulse.js";
import { Quota } from "/static/quota.js";
import { openSettings } from "/static/settings.js";
import { switchTheme } from "/static/theme.js";

export function start() {
  document.documentElement.classList.add("alive");
  drawIcons();
  const pulse = new Pulse();
  const quota = new Quota(pulse);
  const names = new Names();
  switchTheme(document.getElementById("theme"));
  document.getElementById("settings").addEventListener("click", () => openSettings(names));
  document.addEventListener("dragstart", (event) => {
    const picture = event.target.closest?.("a[href], img");
    if (picture) event.dataTransfer.setData("text/uri-list", picture.href ?? picture.src);
  });
  addEventListener(
    "unhandledrejection",
    (event) => event.reason?.status !== undefined && toast(event.reason.message, "problem"),
  );
  quota.refresh();
  return { pulse, quota, names, moderates: "moderates" in document.body.dataset };
}
