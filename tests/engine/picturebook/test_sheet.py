"""The contact sheet that the README shows."""

import random

from PIL import Image

from engine.picturebook.sheet import COLUMNS, SHOWN, SIDE, contact_sheet
from engine.picturebook.world import GROUNDS, KINDS, SKIES, SYNONYMS, Scene, render


def test_it_shows_every_kind_ground_and_sky() -> None:
    text = " ".join(prompt for prompt, _ in SHOWN)

    places = [SYNONYMS[name][0] for name in (*GROUNDS, *SKIES)]
    assert all(word in text for word in (*KINDS, *places, "small", "big", "two", "three", "four"))


def test_pictures_stand_in_rows_of_six_on_white() -> None:
    cat = render(Scene(kind="cat", background="black"), random.Random(1))

    sheet = contact_sheet([(cat, "a cat on a black background")] * (COLUMNS + 1))

    assert sheet.width > COLUMNS * SIDE
    assert 2 * SIDE < sheet.height < 3 * SIDE
    assert sheet.getpixel((0, 0)) == (255, 255, 255)
    assert sheet.getpixel((sheet.width - 1, sheet.height - 1)) == (255, 255, 255)


def test_captions_leave_the_pictures_alone() -> None:
    plain = Image.new("RGB", (SIDE, SIDE), (10, 200, 30))

    sheet = contact_sheet([(plain, "three orange balloons on a blue background")])

    colours = {colour: count for count, colour in sheet.getcolors(100_000) or ()}
    assert colours[10, 200, 30] == (SIDE - 2) ** 2
