"""The prompt language: takes `--flags` out of a text, and writes a request as such a text."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from engine.errors import InvalidRequest
from engine.nearest import meant, nearest
from engine.phrase import Phrase
from engine.request import LARGEST_SEED, LIMITS, NO_IMAGE, ImageRequest

# Phones make a dash of two hyphens, so a dash that touches a word from the left counts as both.
_FLAG = re.compile(r"(?<!\S)(?P<dash>--|[—–])(?P<name>[^\W\d_][\w-]*)")
_LIKE_A_FLAG = re.compile(r"(?<!\S)(?=\\*(?:--|[—–])[^\W\d_])")
_ESCAPED = re.compile(r"(?<!\S)\\(?=\\*(?:--|[—–])[^\W\d_])")

_CLOSERS = {'"': '"', "“": '”“"', "„": '“”"', "”": '”"', "«": "»"}
_QUOTED = {
    opener: re.compile(rf"{opener}((?:[^\\{closers}]|\\.)*)[{closers}]", re.DOTALL)
    for opener, closers in _CLOSERS.items()
}
_BARE = re.compile(r"[\w.+]+")


class _Takes(Enum):
    NOTHING = auto()
    WORD = auto()
    WORDS = auto()


NOTHING = Phrase("")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flag:
    """Which fields a flag sets, how much text it takes, and a sentence's end saying what."""

    sets: tuple[str, ...]
    takes: _Takes = _Takes.WORD
    wants: Phrase = NOTHING


def _number(field: str, wants: Phrase | None = None) -> _Flag:
    return _Flag(sets=(field,), wants=wants or LIMITS[field])


def _words(field: str, wants: Phrase) -> _Flag:
    return _Flag(sets=(field,), takes=_Takes.WORDS, wants=wants)


_SEED = Phrase("a whole number from 0 to {most}, or random", most=LARGEST_SEED)
_GUIDANCE = _number("guidance")
_NEGATIVE = _words("negative", Phrase("what must not be in the picture, like --no people, cars"))
_ASPECT = _number("aspect")
HIRES = "a factor from 1 to 4 and a strength from 0 to 1, like 2 or 2,0.4"
_FLAGS = {
    "ar": _ASPECT,
    "aspect": _ASPECT,
    "size": _Flag(sets=("width", "height"), wants=Phrase("width x height, like 256x192")),
    "width": _number("width"),
    "height": _number("height"),
    "seed": _number("seed", _SEED),
    "steps": _number("steps"),
    "guidance": _GUIDANCE,
    "cfg": _GUIDANCE,
    "scale": _GUIDANCE,
    "sampler": _words("sampler", Phrase("the name of a sampler, like Euler a")),
    "model": _words("model", Phrase("the name of a model")),
    "style": _words("style", Phrase("the name of a style")),
    "no": _NEGATIVE,
    "negative": _NEGATIVE,
    "count": _number("count"),
    "strength": _number("strength"),
    "outpaint": _number("outpaint"),
    "guidance-end": _number("guidance_end"),
    "cache": _number("cache"),
    "rescale": _number("rescale"),
    "clip-skip": _number("clip_skip"),
    "variation": _number("variation"),
    "variation-seed": _number("variation_seed", _SEED),
    "upscale": _number("upscale"),
    "upscaler": _words("upscaler", Phrase("the name of an upscaler, like Lanczos")),
    "redraw": _number("redraw"),
    "hires": _Flag(sets=("upscale", "redraw"), wants=Phrase(HIRES)),
    "exact": _Flag(sets=("exact",), takes=_Takes.NOTHING),
    "fresh": _Flag(sets=("fresh",), takes=_Takes.NOTHING),
    # For prompts that begin or end in white space, which people never mean but programs send.
    "prompt": _words("prompt", Phrase("what to paint")),
}
FLAGS = tuple(_FLAGS)
"""Their names, without the dashes."""
_NUMBERS = (
    *("seed", "steps", "guidance", "guidance_end", "count", "strength", "rescale", "clip_skip"),
    *("cache", "variation", "variation_seed", "upscale", "redraw"),
)
# What most people set it to: enough for new detail, too little for another picture.
HIRES_REDRAW = "0.5"


def read_prompt(text: str, **given: object) -> ImageRequest:
    """Make a request of what somebody typed. Raises InvalidRequest with the mend.

    `given` are options from outside the text, None where there were none. Of single values a flag
    in the text wins over them; what must not be in the picture adds up. Text around the flags is
    the prompt; `\\--` is two dashes and no flag. A flag may be there once: of two values one was a
    mistake, and a picture is too dear to guess.
    """
    prompt, told = _taken_apart(text)
    if prompt and "prompt" in told:
        raise InvalidRequest(
            "The prompt is there twice: as text and after --prompt. Keep one of them."
        )
    outside = {name: value for name, value in given.items() if value is not None}
    if "aspect" in told:
        outside = {name: outside[name] for name in outside.keys() - {"width", "height"}}
    if told.keys() & {"width", "height"}:
        outside.pop("aspect", None)
    if prompt:
        told["prompt"] = prompt
    if "negative" in outside and "negative" in told:
        told["negative"] = _both(str(outside["negative"]), str(told["negative"]))
    fields = {"prompt": "", **outside, **told}
    request = ImageRequest.model_validate(fields)
    if "strength" in fields and not request.image:
        raise InvalidRequest(NO_IMAGE)
    return request


def write_prompt(request: ImageRequest) -> str:
    """The text that reads as this request. The pictures that it uses are no text and stay out."""
    parts = [_LIKE_A_FLAG.sub(r"\\", request.prompt)]
    if request.prompt != request.prompt.strip():
        parts = [f"--prompt {_quoted(request.prompt)}"]
    if request.aspect is not None:
        parts.append("--ar {}:{}".format(*request.aspect))
    if request.width is not None:
        parts.append(f"--size {request.width}x{request.height}")
    if request.outpaint is not None:
        parts.append("--outpaint {},{},{},{}".format(*request.outpaint))
    for name in _NUMBERS:
        if (number := getattr(request, name)) != ImageRequest.model_fields[name].default:
            parts.append(f"--{name.replace('_', '-')} {number}")
    for name in ("sampler", "upscaler", "model", "style", "negative"):
        if (words := getattr(request, name)) != ImageRequest.model_fields[name].default:
            parts.append(f"--{name} {words if _BARE.fullmatch(words) else _quoted(words)}")
    parts += [f"--{name}" for name in ("exact", "fresh") if getattr(request, name)]
    return " ".join(parts)


def _taken_apart(text: str) -> tuple[str, dict[str, object]]:
    """The text without its flags, and the fields that the flags set."""
    prose: list[str] = []
    told: dict[str, object] = {}
    told_by: dict[str, str] = {}
    while found := _FLAG.search(text):
        prose.append(text[: found.start()])
        name = found["name"].lower()
        flag = _flag_named(name, written=found[0])
        value, text = _value(f"--{name}", flag, text[found.end() :])
        for field, part in zip(flag.sets, _parts(f"--{name}", flag, value), strict=True):
            if field in told_by:
                raise _twice(field, told_by[field], name)
            told[field], told_by[field] = part, name
    prose.append(text)
    parts = (_ESCAPED.sub("", part.strip()) for part in prose)
    return " ".join(part for part in parts if part), told


def _twice(field: str, before: str, name: str) -> InvalidRequest:
    if before == name:
        return InvalidRequest(
            "The {field} is given twice, by {flag}. Keep one of them.",
            field=field,
            flag=f"--{name}",
        )
    return InvalidRequest(
        "The {field} is given twice, by {flag} and {other}. Keep one of them.",
        field=field,
        flag=f"--{before}",
        other=f"--{name}",
    )


def _flag_named(name: str, written: str) -> _Flag:
    if name in _FLAGS:
        return _FLAGS[name]
    near = [f"--{flag}" for flag in nearest(name, _FLAGS, count=2)]
    raise InvalidRequest(
        "I know no flag {flag}. {mend} To have it in the prompt, write {escaped}",
        flag=written[:60],
        mend=meant(near, [f"--{flag}" for flag in _FLAGS]),
        escaped=f"\\{written[:60]}",
    )


def _value(name: str, flag: _Flag, text: str) -> tuple[str, str]:
    """The value that the text begins with, and the rest of the text."""
    if flag.takes is _Takes.NOTHING:
        if text.startswith("="):
            raise InvalidRequest(
                "{flag} takes no value. Write it alone, or leave it out.", flag=name
            )
        return "", text
    text = text.removeprefix("=").lstrip()
    if quoted := _QUOTED.get(text[:1]):
        inside = quoted.match(text)
        if inside is None:
            raise InvalidRequest(
                "The quotation after {flag} has no end. Close it with {sign}.",
                flag=name,
                sign=text[0],
            )
        return re.sub(r"\\([\\\"“”„«»])", r"\1", inside[1]), text[inside.end() :]
    following = _FLAG.search(text)
    end = following.start() if following else len(text)
    if flag.takes is _Takes.WORD:
        end = len((text[:end].split(maxsplit=1) or [""])[0])
    value = text[:end].strip()
    if flag.takes is _Takes.WORD:
        # Keyboards of East Asia write numbers as wide as their letters.
        value = unicodedata.normalize("NFKC", value)
    if not value:
        raise InvalidRequest("{flag} needs a value: {wants}.", flag=name, wants=flag.wants)
    return _ESCAPED.sub("", value), text[end:]


def _parts(name: str, flag: _Flag, value: str) -> tuple[object, ...]:
    """What a flag's value sets its fields to."""
    match flag.sets:
        case ("exact",) | ("fresh",):
            return (True,)
        case ("seed",) | ("variation_seed",) if value.lower() in {"-1", "random"}:
            return (None,)
        case ("outpaint",):
            margins = re.fullmatch(r"[0-9]+(?:,[0-9]+,[0-9]+,[0-9]+)?", value)
            if margins is None:
                raise _wanted(name, flag, value)
            return (value.split(","),)
        case ("upscale", "redraw"):
            factor, _, strength = value.partition(",")
            strength = strength or HIRES_REDRAW
            # Whoever is told of a flag knows the one that they wrote.
            if not (_is(factor, 1, 4) and _is(strength, 0, 1)):
                raise _wanted(name, flag, value)
            return factor, strength
        case ("aspect",):
            pair = re.fullmatch(r"([0-9]+)[:x/]([0-9]+)", value)
        case ("width", "height"):
            pair = re.fullmatch(r"([0-9]+)[xX×*]([0-9]+)", value)
        case _:
            return (value,)
    if pair is None:
        raise _wanted(name, flag, value)
    return (pair.groups(),) if flag.sets == ("aspect",) else pair.groups()


def _is(word: str, least: float, most: float) -> bool:
    try:
        return least <= float(word) <= most
    except ValueError:
        return False


def _both(one: str, other: str) -> str:
    """Two lists of words as one; what both say is said once."""
    return ", ".join(dict.fromkeys(words for words in (one.strip(), other.strip()) if words))


def _wanted(name: str, flag: _Flag, value: str) -> InvalidRequest:
    return InvalidRequest(
        "{flag} needs {wants}, not “{value}”.", flag=name, wants=flag.wants, value=value[:60]
    )


def _quoted(value: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
