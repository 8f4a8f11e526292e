// What could be meant by what is typed: decided from the text and the caret alone.

const SIZES = ["512x512", "512x768", "768x512", "768x768", "832x1216", "1216x832", "1024x1024"];
const VALUES = {
  ar: ["1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16"],
  size: SIZES,
  count: ["1", "2", "4"],
  seed: ["random"],
  "variation-seed": ["random"],
  upscale: ["1.5", "2", "4"],
  hires: ["2", "2,0.4"],
  strength: ["0.3", "0.5", "0.75"],
  outpaint: ["64", "128", "0,0,128,0"],
  variation: ["0.1", "0.2", "0.5"],
  steps: ["10", "20", "30"],
};
VALUES.aspect = VALUES.ar;
const NAMED = { model: "models", sampler: "samplers", style: "styles", upscaler: "upscalers" };
const MOST = 50;

// `{from, to, options: [{label, about, insert}], about}`, or null where there is nothing to offer.
export function offersFor(text, caret, names, commands) {
  const before = text.slice(0, caret);
  return (
    command(before, commands) ??
    value(before, names) ??
    flag(before, names) ??
    lora(before, names) ??
    wildcard(before, names)
  );
}

function command(before, commands) {
  const found = /^\s*\/([\w-]*)$/.exec(before);
  if (!found) return null;
  return offer(
    before,
    found[1].length + 1,
    `/${found[1]}`,
    commands.map(({ name, about, takes }) => ({
      label: `/${name}`,
      about,
      insert: takes ? `/${name} ` : `/${name}`,
    })),
  );
}

function flag(before, names) {
  const found = /(?:^|\s)(--|—|–)([\w-]*)$/.exec(before);
  if (!found) return null;
  const typed = `--${found[2]}`;
  return offer(
    before,
    found[1].length + found[2].length,
    typed,
    names.flags.map((one) => ({
      label: `--${one.name}`,
      about: one.about,
      insert: `--${one.name} `,
    })),
  );
}

function value(before, names) {
  const found = /(?:^|\s)(?:--|—|–)([a-z-]+)\s+((?:(?!\s(?:--|—|–)).)*)$/is.exec(before);
  if (!found) return null;
  const name = found[1].toLowerCase();
  const known = NAMED[name] ? names[NAMED[name]] : VALUES[name]?.map((one) => ({ name: one }));
  const about = names.flags.find((one) => one.name === name)?.about;
  if (!known || (!NAMED[name] && /\s/.test(found[2]))) return null;
  const typed = found[2].replace(/^["“]/, "");
  const told = offer(
    before,
    found[2].length,
    typed,
    known.map((one) => ({ label: one.name, about: one.about, insert: `${one.name} ` })),
  );
  return told && { ...told, about };
}

function lora(before, names) {
  const found = /<(?:lora:)?([^<>:]*)$/i.exec(before);
  if (!found || !/<l?o?r?a?:?[^<>\s]*$/i.test(before)) return null;
  const typed = found[1].replace(/^l(?:o(?:r(?:a)?)?)?$/i, "");
  return offer(
    before,
    before.length - before.lastIndexOf("<"),
    typed,
    names.loras.map((one) => ({
      label: one.name,
      about: one.about ?? "LoRA",
      insert: `<lora:${one.name}:0.8> `,
    })),
  );
}

function wildcard(before, names) {
  const found = /(?:^|[\s,({|])__([\w/-]*)$/.exec(before);
  if (!found) return null;
  return offer(
    before,
    found[1].length + 2,
    found[1],
    names.wildcards.map((one) => ({
      label: one.name,
      about: one.about ?? "a line of it by chance",
      insert: `__${one.name}__ `,
    })),
  );
}

function offer(before, length, typed, all) {
  const wanted = plain(typed);
  const begins = all.filter((one) => plain(one.label).startsWith(wanted));
  const holds = all.filter(
    (one) => !plain(one.label).startsWith(wanted) && plain(one.label).includes(wanted),
  );
  const options = [...begins, ...holds].slice(0, MOST);
  // What is typed in full is not offered again, and Enter then paints.
  if (!options.length || (options.length === 1 && plain(options[0].label) === wanted)) return null;
  const exact = options.some((one) => plain(one.label) === wanted);
  return { from: before.length - length, to: before.length, options, exact };
}

const plain = (name) => name.toLowerCase().replace(/\s+/g, " ").trim();
