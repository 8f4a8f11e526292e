"""Styles: words that turn any prompt into a photo, a watercolor or a night scene."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

_PLACE = "{prompt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A name, and what it makes of a prompt. `{prompt}` is where the prompt goes."""

    name: str
    prompt: str
    negative: str = ""

    def __post_init__(self) -> None:
        if self.prompt.count(_PLACE) != 1:
            raise InvalidRequest(
                "The style “{name}” must hold {place} once, where the prompt goes, like "
                "“a watercolor of {place}”.",
                name=self.name[:60],
                place=_PLACE,
            )


STYLES = {
    style.name: style
    for style in (
        Style(
            name="photo",
            prompt="photograph of {prompt}, natural light, sharp focus, high detail",
            negative="drawing, painting, cartoon, blurry",
        ),
        Style(
            name="cinematic",
            prompt="cinematic still of {prompt}, dramatic light, shallow focus, film grain",
            negative="drawing, cartoon, flat light",
        ),
        Style(
            name="portrait",
            prompt="portrait of {prompt}, soft studio light, 85mm lens, detailed eyes",
            negative="deformed, out of frame, blurry",
        ),
        Style(
            name="watercolor",
            prompt="watercolor painting of {prompt}, soft washes, textured paper",
            negative="photograph, hard edges",
        ),
        Style(
            name="oil painting",
            prompt="oil painting of {prompt}, visible brush strokes, rich colors",
            negative="photograph, flat colors",
        ),
        Style(
            name="anime",
            prompt="anime illustration of {prompt}, clean lines, vivid colors",
            negative="photograph, realistic, blurry",
        ),
        Style(
            name="comic",
            prompt="comic book panel of {prompt}, bold ink outlines, flat colors, halftone",
            negative="photograph, blurry",
        ),
        Style(
            name="pixel art",
            prompt="pixel art of {prompt}, 16-bit game sprite, limited palette",
            negative="photograph, smooth, blurry, antialiasing",
        ),
        Style(
            name="line art",
            prompt="line art of {prompt}, black ink on white paper, clean outlines",
            negative="photograph, color, shading",
        ),
        Style(
            name="pencil",
            prompt="pencil sketch of {prompt}, graphite, hatching, paper texture",
            negative="photograph, color",
        ),
        Style(
            name="low poly",
            prompt="low poly 3D render of {prompt}, faceted shapes, soft light",
            negative="photograph, noise",
        ),
        Style(
            name="fantasy",
            prompt="fantasy art of {prompt}, magical light, intricate detail",
            negative="photograph, modern",
        ),
        # These three any model understands, the built-in one too.
        Style(name="night", prompt="{prompt} at night"),
        Style(name="sunset", prompt="{prompt} at sunset"),
        Style(name="snow", prompt="{prompt} in the snow"),
    )
}


def plain_name(name: str) -> str:
    """What all spellings of a name have in common: letters and digits, without their case."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def style_named(name: str, styles: Sequence[Style] = ()) -> Style:
    """The style of that name, in any spelling of case, spaces and hyphens.

    Of several with one name the first of `styles` counts, and the built-in one last.
    """
    there = (*styles, *STYLES.values())
    wanted = plain_name(name)
    for style in there:
        if plain_name(style.name) == wanted:
            return style
    names = dict.fromkeys(style.name for style in there)
    mend = did_you_mean(name, names)
    raise InvalidRequest("I know no style “{name}”. {mend}", name=name[:60], mend=mend)


def styled(style: Style, prompt: str, negative: str) -> tuple[str, str]:
    """The prompt and the negative prompt in that style."""
    # No str.format: people write braces in prompts.
    both = (part for part in (negative, style.negative) if part)
    return style.prompt.replace(_PLACE, prompt), ", ".join(both)
