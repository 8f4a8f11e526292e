"""The words that picturebook has pictures for."""

import random

from engine.gpu.models.catalog import BUILT_IN, BUILT_IN_FOLDER
from engine.gpu.models.description import folder_card
from engine.picturebook.world import KINDS, caption, draw_scene, known_words


def test_the_card_that_ships_says_them() -> None:
    card = folder_card(BUILT_IN_FOLDER, BUILT_IN)

    assert list(card.knows) == known_words()
    assert card.knows[: len(KINDS)] == KINDS


def test_no_caption_of_the_world_is_unknown() -> None:
    card = folder_card(BUILT_IN_FOLDER, BUILT_IN)
    rng = random.Random(0)
    captions = [caption(draw_scene(rng), rng) for _ in range(500)]

    assert [words for words in captions if card.is_lost(words)] == []
    assert card.is_lost("an astronaut riding a horse")
