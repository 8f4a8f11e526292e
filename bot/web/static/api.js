// What is asked of Easel. Every failure is a Problem whose message is a sentence to be shown.

const AWAY = "Easel does not answer just now. What you typed is still here: try again in a moment.";

export class Problem extends Error {
  constructor(status, told = {}) {
    super(told.detail || told.title || AWAY);
    this.status = status;
    this.told = told;
  }
}

export async function ask(method, path, body, headers = {}) {
  const raw = body instanceof Blob;
  const sent = { method, headers: { ...headers }, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) {
    sent.body = raw ? body : JSON.stringify(body);
    sent.headers["Content-Type"] = raw
      ? body.type || "application/octet-stream"
      : "application/json";
  }
  let answer = await reach(path, sent);
  // Who sits at the machine itself gets a cookie with every view: an old one is renewed so.
  if (answer.status === 401 && (await reach("/", { cache: "no-store" })).ok) {
    answer = await reach(path, sent);
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw new Problem(answer.status, await told(answer));
}

async function reach(path, sent) {
  try {
    return await fetch(path, sent);
  } catch {
    throw new Problem(0);
  }
}

async function told(answer) {
  const text = await answer.text().catch(() => "");
  try {
    return JSON.parse(text);
  } catch {
    return { detail: answer.status < 500 && text.length < 400 ? text : "" };
  }
}

export const look = (path) => ask("GET", path);
export const send = (path, body = {}, headers) => ask("POST", path, body, headers);
export const put = (path, body = {}) => ask("PUT", path, body);
export const patch = (path, body) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);

export function query(told) {
  const said = Object.entries(told).filter(
    ([, value]) => value !== "" && value !== null && value !== undefined && value !== false,
  );
  return said.length ? `?${new URLSearchParams(said)}` : "";
}

// crypto.randomUUID is only there over HTTPS and on this machine.
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
