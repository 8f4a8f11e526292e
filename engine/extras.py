"""Finds the extras that a request names on the shelf, and pins them to their files."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.addon import Kind, Shelf
from engine.card import ModelCard
from engine.emphasis import MOST_WEIGHT, read_emphasis
from engine.errors import InvalidRequest
from engine.extra import PREPROCESSORS, Control, Extra, Reference
from engine.job import LANCZOS, LATENT
from engine.nearest import did_you_mean
from engine.request import ImageRequest
from engine.wish import ReferenceWish

MOST_LORAS = 8
LIKES = ("steps", "guidance", "sampler")
"""What a LoRA may like, as requests and recipes call it."""
EVERYDAY = re.compile(r"[^\W\d_A-Z]+")
# An escaped bracket is text, and so is what follows it.
_LORA = re.compile(r"(?<!\\)(?:\\\\)*<lora:[^>]*>?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a request uses whatever its words are."""

    controls: tuple[Control, ...]
    references: tuple[Reference, ...]
    upscaler: str
    upscaler_digest: str


def extras_of(request: ImageRequest, card: ModelCard, shelf: Shelf) -> Extras:
    """Raises InvalidRequest where something is missing or made for another kind of model.

    What has no weight is looked for too, and then left out: the picture is that without it.
    """
    controls = []
    for wish in request.controls:
        addon = shelf.find(Kind.CONTROLNET, wish.name, card)
        if wish.end <= wish.start:
            raise InvalidRequest(
                "The ControlNet “{name}” would end before it starts. Take an end above the start, "
                "both from 0 to 1.",
                name=addon.name,
            )
        control = Control(
            name=addon.name,
            digest=addon.digest,
            weight=wish.weight,
            image=wish.image,
            start=wish.start,
            end=wish.end,
            preprocessor=_preprocessor(wish.preprocessor),
        )
        controls.append(control)
    references = [_reference(wish, card, shelf) for wish in request.references]
    upscaler, digest = _upscaler(request, card, shelf)
    return Extras(
        controls=tuple(control for control in controls if control.weight),
        references=tuple(reference for reference in references if reference.weight),
        upscaler=upscaler,
        upscaler_digest=digest,
    )


def loras_of(prompt: str, negative: str, card: ModelCard, shelf: Shelf) -> tuple[Extra, ...]:
    """Those that the texts call by `<lora:name:weight>`; one called twice counts once, the last."""
    for text in (prompt, negative):
        _require_readable_loras(text)
    called = [lora for text in (prompt, negative) for lora in read_emphasis(text).loras]
    found = {}
    for lora in called:
        addon = shelf.find(Kind.LORA, lora.name, card)
        found[addon.name] = Extra(name=addon.name, digest=addon.digest, weight=lora.weight)
    if len(found) > MOST_LORAS:
        raise InvalidRequest(
            "Those are {count} LoRAs, and {most} is the most at once. Take some out.",
            count=len(found),
            most=MOST_LORAS,
        )
    # Without weight it changes nothing, and the picture is that of a recipe without it.
    return tuple(extra for _, extra in sorted(found.items()) if extra.weight)


def as_liked(
    request: ImageRequest, loras: Sequence[Extra], card: ModelCard, shelf: Shelf
) -> ImageRequest:
    """With what it leaves open as its LoRAs like it; of several the first by name counts."""
    addons = [shelf.find(Kind.LORA, lora.name, card) for lora in reversed(loras)]
    liked = {
        name: value
        for addon in addons
        for name in LIKES
        if getattr(request, name) is None and (value := getattr(addon, name)) is not None
    }
    return request.model_copy(update=liked)


def embeddings_of(prompt: str, negative: str, card: ModelCard, shelf: Shelf) -> tuple[Extra, ...]:
    """Those whose names stand in the texts as words of their own, in whatever case.

    Raises InvalidRequest where one of them is made for another kind of model, unless it is called
    like an everyday word: then it is just that.
    """
    words = "\n".join(_texts(prompt, negative))
    lowered = words.lower()
    likely = [name for name in shelf.names(Kind.EMBEDDING) if name.lower() in lowered]
    if not likely:
        return ()
    fitting = {addon.name for addon in shelf.of(Kind.EMBEDDING) if addon.fits(card)}
    found = {}
    for name, (start, end) in words_called(words, likely):
        if name not in fitting and EVERYDAY.fullmatch(words[start:end]):
            continue
        addon = shelf.find(Kind.EMBEDDING, name, card)
        found[addon.name] = Extra(name=addon.name, digest=addon.digest)
    return tuple(extra for _, extra in sorted(found.items()))


def words_called(text: str, names: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each name that is a word of its own there, whatever its case, and from where to where.

    Of names that begin alike the longest is meant.
    """
    ordered = sorted(names, key=lambda name: (-len(name), name))
    # A group for each: what was found may be spelt with letters that only count as the same.
    any_of = "|".join(f"({re.escape(name)})" for name in ordered)
    for found in re.finditer(rf"(?<![\w-])(?:{any_of})(?![\w-])", text, re.IGNORECASE):
        yield ordered[(found.lastindex or 1) - 1], found.span()


def _require_readable_loras(text: str) -> None:
    """What looks like a LoRA and is none would be painted as words, and nobody would know why."""
    for found in _LORA.finditer(text):
        read = read_emphasis(found[0]).loras
        if not read or abs(read[0].weight) == MOST_WEIGHT:
            raise InvalidRequest(
                "I cannot read “{words}”. Write it like {example}, with a weight between -{most:g} "
                "and {most:g}; a bracket that is only a bracket is {bracket}.",
                words=found[0][:60],
                example="<lora:name:0.8>",
                most=MOST_WEIGHT,
                bracket="\\<",
            )


def _texts(*prompts: str) -> Iterator[str]:
    """What is read of them, which the names of LoRAs are not."""
    for prompt in prompts:
        for chunk in read_emphasis(prompt).chunks:
            yield from (fragment.text for fragment in chunk)


def _preprocessor(name: str | None) -> str | None:
    if name is None:
        return None
    if name.lower() not in PREPROCESSORS:
        raise InvalidRequest(
            "I know no preprocessor “{name}”. {mend}",
            name=name[:60],
            mend=did_you_mean(name, PREPROCESSORS),
        )
    return name.lower()


def _reference(wish: ReferenceWish, card: ModelCard, shelf: Shelf) -> Reference:
    if wish.name is None:
        fitting = [addon for addon in shelf.of(Kind.IP_ADAPTER) if addon.fits(card)]
        if len(fitting) > 1:
            names = ", ".join(addon.name for addon in fitting)
            raise InvalidRequest("Say which IP-Adapter to take: {names}.", names=names)
        name = fitting[0].name if fitting else ""
    else:
        name = wish.name
    if not name:
        raise InvalidRequest(
            "I have no IP-Adapter for {model}, so it can take over no look. Leave it out.",
            model=card.name,
        )
    addon = shelf.find(Kind.IP_ADAPTER, name, card)
    return Reference(name=addon.name, digest=addon.digest, weight=wish.weight, image=wish.image)


def _upscaler(request: ImageRequest, card: ModelCard, shelf: Shelf) -> tuple[str, str]:
    """Its name, and the digest of its file where it has one."""
    if request.upscaler is None:
        return LANCZOS, ""
    if request.upscale == 1:
        raise InvalidRequest(
            "The upscaler {name} has nothing to enlarge. Give an upscale too, like --upscale 2.",
            name=request.upscaler[:60],
        )
    built_in = {name.lower(): name for name in (LANCZOS, LATENT)}
    name = built_in.get(request.upscaler.lower())
    if name == LATENT and not request.redraw:
        raise InvalidRequest(
            "The upscaler Latent blurs unless the picture is painted over. "
            "Give a redraw too, like 0.5, or take Lanczos."
        )
    if name == LATENT and not request.strength:
        raise InvalidRequest("Latent enlarges what was painted, not an image. Take Lanczos.")
    if name is not None:
        return name, ""
    known = [addon.name for addon in shelf.of(Kind.UPSCALER)]
    if request.upscaler.lower() not in {other.lower() for other in known}:
        raise InvalidRequest(
            "I have no upscaler “{name}”. {mend}",
            name=request.upscaler[:60],
            mend=did_you_mean(request.upscaler, [LANCZOS, LATENT, *known]),
        )
    addon = shelf.find(Kind.UPSCALER, request.upscaler, card)
    return addon.name, addon.digest
