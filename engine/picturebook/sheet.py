"""The contact sheet: one picture of each kind of prompt, with the prompts below the pictures."""

from collections.abc import Sequence
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

COLUMNS = 6
SIDE = 192
GAP = 16
TEXT_SIZE = 15
LINE = 19
LINES = 2
LETTERS = 26

_PROMPTS = (
    "a red circle on a white background",
    "a blue square on a yellow background",
    "a green triangle on a white background",
    "a yellow star on a blue background",
    "a pink heart on a white background",
    "a purple diamond on an orange background",
    "a red house on a white background",
    "a green tree on a pink background",
    "a pink flower on a white background",
    "a blue boat on a white background",
    "an orange fish on a blue background",
    "a red mushroom on a green background",
    "a purple balloon on a yellow background",
    "a blue car on a gray background",
    "a black cat on an orange background",
    "a small yellow fish on a purple background",
    "a big gray cat on a pink background",
    "a big white star on a black background",
    "two red hearts on a white background",
    "two yellow stars on a black background",
    "three green trees on a white background",
    "three orange balloons on a blue background",
    "four pink flowers on a green background",
    "four brown mushrooms on a yellow background",
    "a red house on a meadow by day",
    "a white house in the snow at night",
    "a blue car in the desert at sunset",
    "a red boat on the sea by day",
    "a black cat in the snow by day",
    "a pink balloon on a meadow at sunset",
    "a green tree in the desert by day",
    "an orange fish on the sea at sunset",
    "three yellow flowers on a meadow at night",
    "two white boats on the sea at night",
    "a landscape in the desert at night",
    "a landscape in the snow at sunset",
)
# Prompts with their seeds.
SHOWN = tuple((prompt, 2000 + number) for number, prompt in enumerate(_PROMPTS))


def contact_sheet(pictures: Sequence[tuple[Image.Image, str]]) -> Image.Image:
    """Pictures with their captions in rows of six."""
    rows = -(-len(pictures) // COLUMNS)
    wide, high = SIDE + GAP, SIDE + LINES * LINE + GAP
    sheet = Image.new("RGB", (COLUMNS * wide + GAP, rows * high + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(TEXT_SIZE)
    for number, (picture, prompt) in enumerate(pictures):
        left, top = GAP + number % COLUMNS * wide, GAP + number // COLUMNS * high
        sheet.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (left, top))
        draw.rectangle([left, top, left + SIDE - 1, top + SIDE - 1], outline=(215, 215, 215))
        for row, line in enumerate(wrap(prompt, LETTERS)[:LINES]):
            place = (left + SIDE / 2, top + SIDE + 4 + row * LINE)
            draw.text(place, line, fill=(40, 40, 40), font=font, anchor="ma")
    return sheet
