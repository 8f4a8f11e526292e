// A picture that is there, the same whether a job or history told of it.

import { size } from "/static/words.js";

export function pieceOf(job, tile) {
  return {
    ...tile,
    job: job.id,
    credits: job.cost ?? null,
    painted: job.submitted,
    tiles: job.tiles.length,
  };
}

// It stays with what stands before it, so that no line begins with a dot.
export const SEPARATOR = "\u00a0· ";

export function facts(piece) {
  return [
    piece.model,
    size(piece),
    piece.steps ? `${piece.steps} steps` : null,
    piece.sampler,
    piece.guidance ? `guidance ${piece.guidance}` : null,
  ]
    .filter(Boolean)
    .join(SEPARATOR);
}

export const same = (one, other) => one.job === other.job && one.tile === other.tile;

export function download(piece) {
  return `${piece.picture}?download=1`;
}
