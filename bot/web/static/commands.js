// What can be typed after a slash, the same words as on Discord.

import { paintFrom, reroll } from "/static/actions.js";
import { look, query, remove } from "/static/api.js";
import { toast } from "/static/announce.js";
import { openHelp } from "/static/help.js";
import { openInfo } from "/static/info.js";
import { openList } from "/static/lists.js";
import { openQueue } from "/static/line.js";
import { openSettings, openStyles } from "/static/settings.js";
import { plural } from "/static/words.js";

const NOTHING = "There is no picture yet to do that with. Paint one first.";

// Each is run with what stands behind it. A sentence that comes back says what is wrong with it.
export function commandsFor({ works, quota, names, moderates }) {
  const newest = async (number) => {
    if (number) return look(`/v1/history/${number}`);
    const { pictures } = await look("/v1/history?limit=1");
    return pictures[0] ?? null;
  };
  const withPicture =
    (use, { plain = false } = {}) =>
    async (rest) => {
      const [number, other] = plain && /^\d+$/.test(rest) ? [rest, ""] : pictureIn(rest);
      const piece = await newest(number);
      return piece ? use(piece, other) : NOTHING;
    };
  const all = [
    { name: "imagine", about: "Paint pictures from words", takes: true, run: () => null },
    {
      name: "reroll",
      about: "Your newest picture again, by new chance; #12 is another one",
      takes: true,
      run: withPicture((piece, rest) => void reroll(piece.job, piece.tile, /\bsame\b/.test(rest))),
    },
    {
      name: "vary",
      about: "Something near to your newest picture; 0.2 is how far",
      takes: true,
      run: withPicture((piece, rest) =>
        ranged(rest, 0.2, 0.01, 1, "A strength is from 0.01 to 1, like /vary 0.2.", (strength) =>
          paintFrom(`/v1/jobs/${piece.job}/tiles/${piece.tile}/vary`, { strength, count: 1 }),
        ),
      ),
    },
    {
      name: "upscale",
      about: "Your newest picture larger; 2 is how many times",
      takes: true,
      run: withPicture((piece, rest) =>
        ranged(rest, 2, 1, 4, "A factor is from 1 to 4, like /upscale 2.", (factor) =>
          paintFrom(`/v1/jobs/${piece.job}/tiles/${piece.tile}/upscale`, { factor, redraw: 0 }),
        ),
      ),
    },
    {
      name: "show",
      about: "A picture in full, by its number",
      takes: true,
      run: withPicture((piece) => void openInfo(piece), { plain: true }),
    },
    {
      name: "history",
      about: "All your pictures; words search them",
      takes: true,
      run: (rest) => void location.assign(`/gallery${query({ search: rest })}`),
    },
    { name: "queue", about: "Who waits, and how long", run: () => void openQueue() },
    {
      name: "cancel",
      about: "End your newest job; all ends every one",
      takes: true,
      run: (rest) => cancel(works, rest),
    },
    {
      name: "quota",
      about: "What you have left, and when the rest is back",
      run: () => void quota.open(),
    },
    {
      name: "settings",
      about: "What you get where you say nothing",
      run: () => void openSettings(names),
    },
    {
      name: "styles",
      about: "Words that turn any prompt into a photo, a watercolor…",
      run: () => void openStyles(names),
    },
    {
      name: "models",
      about: "What can be painted with",
      run: () => void openList("Models", names.known.models),
    },
    {
      name: "help",
      about: "How to get a picture, and everything else",
      run: () => void openHelp(),
    },
    moderates
      ? {
          name: "mod",
          about: "People, tiers, the queue and the audit",
          run: () => void location.assign("/moderate"),
        }
      : null,
  ].filter(Boolean);
  return all;
}

export async function runCommand(commands, name, rest) {
  const found = commands.find((one) => one.name === name);
  if (!found) {
    const near = commands.find((one) => one.name.startsWith(name.slice(0, 2)));
    return `There is no command /${name}. ${near ? `Did you mean /${near.name}?` : "/help tells which there are."}`;
  }
  try {
    return await found.run(rest.trim());
  } catch (problem) {
    return problem.message;
  }
}

// "#12 0.5" is picture 12 and "0.5"; a number without # is what the command takes.
function pictureIn(rest) {
  const found = /#(\d+)/.exec(rest);
  return found ? [found[1], rest.replace(found[0], "").trim()] : [null, rest];
}

async function ranged(word, usual, least, most, mend, run) {
  const number = word ? Number(word) : usual;
  if (!(number >= least && number <= most)) return mend;
  await run(number);
  return null;
}

async function cancel(works, rest) {
  const going = works.newest.filter((job) => job.status === "queued" || job.status === "painting");
  if (!going.length) return "Nothing of yours waits or is being painted.";
  const chosen = rest === "all" ? going : going.slice(0, 1);
  for (const job of chosen) works.show(await remove(`/v1/jobs/${job.id}`));
  toast(`${plural(chosen.length, "job")} cancelled.`);
  return null;
}
