"""Description: the card of a model, made of what its own files say, without loading it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.card import MOST_SKIPPED, ModelCard
from engine.errors import BadModel
from engine.gpu.models.architecture import FAMILIES, Architecture, is_special, likes, spoken
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.checkpoint import PREDICTIONS, Checkpoint
from engine.gpu.models.folder import read, weights_in
from engine.gpu.models.weights import digest_of
from engine.nearest import did_you_mean
from engine.request import LARGEST, LIMITS, MOST_GUIDANCE, MOST_STEPS, SMALLEST
from engine.sampler import SAMPLERS, Noise, Solver

# Beside model_index.json: what the model likes best, where the usual values do not fit it.
WISHES = "card.json"
WISHABLE = frozenset({"largest", "steps", "guidance", "sampler", "knows"})
# Beside a file only: a folder says it in the description of its scheduler.
PREDICTION = "prediction"
POSSIBLE = {
    "largest": f"a whole number of pixels from {SMALLEST} to {LARGEST}",
    "steps": LIMITS["steps"],
    "guidance": LIMITS["guidance"],
    "sampler": "the name of a sampler, like Euler a",
    "knows": "a list of words that it has pictures for",
    PREDICTION: "epsilon or v",
}
# What else than its class makes a sampler the one that people know by a name.
TELLING = {
    "use_karras_sigmas": False,
    "use_exponential_sigmas": False,
    "use_beta_sigmas": False,
    "algorithm_type": "dpmsolver++",
    "solver_order": 2,
}
# These cannot shift their steps by the size of the picture.
UNSHIFTED = frozenset({"FlowMatchHeunDiscreteScheduler"})
# Models came with it for want of a better one then.
OUTDATED = frozenset({"PNDM"})


def folder_card(folder: Path, name: str) -> ModelCard:
    """Raises BadModel where a file in the folder is not right."""
    index = read(folder / INDEX)
    pipeline = str(index.get("_class_name"))
    kind = FAMILIES.get(pipeline)
    if kind is None:
        raise BadModel(
            f"{name} is a {pipeline}, which I cannot paint with. I can with: {', '.join(FAMILIES)}."
        )
    files = [file for part in weights_in(folder, name, index, kind).values() for file in part]
    files += [file for file in folder.glob("*/*.json") if file.is_file()]
    network, vae, words = (
        read(folder / part / "config.json") for part in (kind.network, "vae", "text_encoder")
    )
    scheduler = read(folder / "scheduler" / "scheduler_config.json")
    card = _card(name, kind, network=network, vae=vae, scheduler=scheduler, words=words)
    digest = digest_of({*files, folder / INDEX}, folder)
    return replace(card, digest=digest, **wishes_in(folder / WISHES, name))


def checkpoint_card(checkpoint: Checkpoint, name: str, wishes: Mapping[str, Any]) -> ModelCard:
    """Raises BadModel where it is of a kind that cannot be used."""
    kind = checkpoint.blueprint.kind
    network, vae, scheduler = configs = [
        checkpoint.config(part) for part in (kind.network, "vae", "scheduler")
    ]
    words = checkpoint.config("text_encoder")
    card = _card(name, kind, network=network, vae=vae, scheduler=scheduler, words=words)
    # Without the file's name: it is the same model when somebody calls it something else.
    told = digest_of([checkpoint.file], checkpoint.file) + json.dumps(configs, sort_keys=True)
    liked = {name: value for name, value in wishes.items() if name != PREDICTION}
    return replace(card, digest=sha256(told.encode()).hexdigest(), **liked)


def wishes_in(
    file: Path, name: str, *more: str, wishable: Collection[str] = WISHABLE
) -> Mapping[str, Any]:
    """What its owner wrote down of a model, nothing where there is no such file."""
    if not file.is_file():
        return {}
    wishes = read(file)
    known = {*wishable, *more}
    if unknown := sorted(set(wishes) - known):
        raise BadModel(f"{file.name} of {name}: {did_you_mean(unknown[0], sorted(known))}")
    for wish, value in wishes.items():
        if not _can_be(wish, value):
            raise BadModel(f"{file.name} of {name}: {wish} is {POSSIBLE[wish]}, not {value!r:.60}.")
    return {wish: tuple(told) if isinstance(told, list) else told for wish, told in wishes.items()}


def _can_be(wish: str, value: object) -> bool:
    if wish == PREDICTION:
        return isinstance(value, str) and value in PREDICTIONS
    if wish == "sampler":
        return isinstance(value, str) and value in SAMPLERS
    if wish == "knows":
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # What nobody may ask for nobody gets by naming a LoRA either.
    if wish == "guidance":
        return 0 <= value <= MOST_GUIDANCE
    least, most = (1, MOST_STEPS) if wish == "steps" else (SMALLEST, LARGEST)
    return isinstance(value, int) and least <= value <= most


def _card(
    name: str,
    kind: Architecture,
    *,
    network: Mapping[str, Any],
    vae: Mapping[str, Any],
    scheduler: Mapping[str, Any],
    words: Mapping[str, Any],
) -> ModelCard:
    """All but the digest."""
    try:
        if is_special(network, vae, kind):
            raise BadModel(
                f"{name} is a special kind of {spoken(network, kind)} (distilled, or it wants to "
                "see more than noise and a mask), which I cannot paint with. Take the usual kind."
            )
        side, largest = _sizes(network, vae, kind)
        steps, guidance = likes(network, kind)
        layers = int(words.get("num_hidden_layers", MOST_SKIPPED)) if kind.skips else MOST_SKIPPED
    except (KeyError, TypeError, ValueError):
        raise BadModel(f"{name} has a config.json without its sizes. Download it again.") from None
    sampler = _sampler(scheduler, kind.noise)
    return ModelCard(
        name=name,
        family=kind.family,
        digest="",
        width=side,
        height=side,
        largest=largest,
        multiple=kind.multiple,
        steps=steps,
        guidance=guidance,
        sampler=kind.sampler if sampler is None or sampler in OUTDATED else sampler,
        samplers=_samplers(scheduler, kind.noise),
        architecture=spoken(network, kind),
        clip_skip=min(layers, MOST_SKIPPED),
    )


def _sizes(
    network: Mapping[str, Any], vae: Mapping[str, Any], kind: Architecture
) -> tuple[int, int]:
    """The usual side of a picture and the largest."""
    scale = 2 ** (len(vae["block_out_channels"]) - 1)
    side = scale * int(kind.side or network["sample_size"])
    largest = min(LARGEST, 2 * side)
    if places := network.get("pos_embed_max_size"):
        # It knows no more places than these.
        largest = min(largest, scale * int(places) * int(network["patch_size"]))
    return side, largest


def _sampler(config: Mapping[str, Any], noise: Noise) -> str | None:
    """The name of the sampler that the model came with, if it is one that people know."""
    for sampler in SAMPLERS.values():
        solver = sampler.solver(noise)
        if solver and solver.scheduler == config.get("_class_name") and _same(solver, config):
            return sampler.name
    return None


def _samplers(config: Mapping[str, Any], noise: Noise) -> tuple[str, ...]:
    """The names of those that the model can be painted with."""
    solvers = {name: sampler.solver(noise) for name, sampler in SAMPLERS.items()}
    shifted = config.get("use_dynamic_shifting")
    return tuple(
        name
        for name, solver in solvers.items()
        if solver and not (shifted and solver.scheduler in UNSHIFTED)
    )


def _same(solver: Solver, config: Mapping[str, Any]) -> bool:
    return all(
        (solver.options.get(name) or usual) == (config.get(name) or usual)
        for name, usual in TELLING.items()
    )
