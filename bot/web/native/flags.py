"""The flags of the prompt language, with what each is for and how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`example` is what may stand behind it; empty where nothing does."""

    about: str
    example: str = ""


FLAGS: Mapping[str, Flag] = {
    "ar": Flag(about="The shape of the picture, width to height", example="16:9"),
    "aspect": Flag(about="The shape of the picture, width to height", example="16:9"),
    "size": Flag(about="Width and height in pixels", example="512x768"),
    "width": Flag(about="Width in pixels, with a height", example="512"),
    "height": Flag(about="Height in pixels, with a width", example="768"),
    "seed": Flag(about="The same seed paints the same picture", example="7"),
    "steps": Flag(about="How many steps it is painted in, from 1 to 150", example="30"),
    "guidance": Flag(about="How closely to follow the words, from 0 to 30", example="7"),
    "cfg": Flag(about="The same as --guidance", example="7"),
    "scale": Flag(about="The same as --guidance", example="7"),
    "sampler": Flag(about="How steps are taken", example='"DPM++ 2M Karras"'),
    "model": Flag(about="Which model paints", example="picturebook"),
    "style": Flag(about="Words that turn any prompt into a watercolor or a photo", example="photo"),
    "no": Flag(about="What must not be in the picture", example="people, cars"),
    "negative": Flag(about="What must not be in the picture", example="people, cars"),
    "count": Flag(about="How many pictures, from 1 to 16", example="4"),
    "strength": Flag(about="How much of the image may change, from 0 to 1", example="0.6"),
    "outpaint": Flag(about="Pixels to add at the left, top, right and bottom", example="0,0,128,0"),
    "guidance-end": Flag(about="Quicker: the share of the steps that are guided", example="0.6"),
    "cache": Flag(about="Quicker: of how many steps one is whole, from 1 to 5", example="3"),
    "rescale": Flag(about="Take back what much guidance overdoes, from 0 to 1", example="0.7"),
    "clip-skip": Flag(about="Which layer reads the words: 1 is the last", example="2"),
    "variation": Flag(about="How far to go from the seed, from 0 to 1", example="0.2"),
    "variation-seed": Flag(about="Which way to go from the seed", example="11"),
    "upscale": Flag(about="How many times as large it becomes, from 1 to 4", example="2"),
    "upscaler": Flag(about="What enlarges it", example="Lanczos"),
    "redraw": Flag(about="How much to paint over what was enlarged, from 0 to 1", example="0.4"),
    "hires": Flag(about="Enlarge it and paint over it", example="2,0.4"),
    "exact": Flag(about="Bit for bit the same, whatever else is painted"),
    "fresh": Flag(about="Paint anew what your history already has"),
    "prompt": Flag(about="What to paint, where it begins or ends in spaces", example='" a fox"'),
}
