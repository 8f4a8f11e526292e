// How numbers and times are said.

const NEAR = new Set(["Yesterday", "Today", "Tomorrow"]);

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function credits(amount) {
  const rounded = Math.round(amount * 100) / 100;
  return `${rounded.toLocaleString("en", { maximumFractionDigits: 2 })} ${rounded === 1 ? "credit" : "credits"}`;
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

export function day(time) {
  const then = new Date(time);
  const today = new Date();
  const days = Math.round((midnight(today) - midnight(then)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days === -1) return "Tomorrow";
  const year = then.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return then.toLocaleDateString("en", { day: "numeric", month: "long", year });
}

export function moment(time) {
  const said = day(time);
  return `${NEAR.has(said) ? said.toLowerCase() : said} at ${clock(time)}`;
}

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 1) return "a moment";
  if (whole < 90) return `${whole} s`;
  if (whole < 5400) return `${Math.round(whole / 60)} min`;
  return `${(whole / 3600).toFixed(1)} h`;
}

export function bytes(count) {
  return `${(count / 2 ** 30).toFixed(1)} GB`;
}

export const size = (piece) => `${piece.width}×${piece.height}`;

function midnight(time) {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}
