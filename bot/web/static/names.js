// The names of all there is to paint with.

import { look } from "/static/api.js";

const EMPTY = {
  flags: [],
  models: [],
  samplers: [],
  styles: [],
  upscalers: [],
  loras: [],
  wildcards: [],
  controls: [],
  embeddings: [],
};

export class Names {
  known = { ...EMPTY };
  // What is known as soon as anything is.
  ready = this.refresh();

  async refresh() {
    const [names, models, samplers, styles] = await Promise.all(
      ["/v1/names", "/v1/models", "/v1/samplers", "/v1/styles"].map((path) =>
        look(path).catch(() => ({})),
      ),
    );
    const told = {
      ...names,
      models: models.models,
      samplers: samplers.samplers,
      styles: styles.styles,
    };
    for (const kind of Object.keys(EMPTY)) this.known[kind] = (told[kind] ?? []).map(named);
    return this.known;
  }
}

function named(one) {
  if (typeof one === "string") return { name: one };
  const about =
    one.about ??
    one.description ??
    (one.prompt ? one.prompt : one.width ? `${one.width}×${one.height}` : undefined);
  return { ...one, about };
}
