"""Textual inversion: names that stand for vectors, wherever and however they are written."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
import torch

from engine.addon import Kind
from engine.emphasis import read_emphasis
from engine.errors import PaintingFailed
from engine.extra import Extra
from engine.gpu.addons.embeddings import Embeddings
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.job import Recipe
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import WIDTH, Shelving, Tensors, vectors
from tests.engine.gpu.together import CARD, paint_together, recipe

NAME = "EasyNegative"


@pytest.fixture(autouse=True)
def _no_gradients() -> Any:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def learned() -> Any:
    """A pipeline of our own, for its tokenizer learns signs."""
    return tiny.pipeline()


@pytest.fixture
def family(learned: Any, shelving: Shelving) -> Family:
    return StableDiffusion(learned, CARD, shelving.shelves)


FORMATS: dict[str, Callable[[torch.Tensor], Tensors]] = {
    "A1111": lambda rows: {"emb_params": rows},
    "diffusers": lambda rows: {"<token>": rows},
}


def words(family: Family, prompt: str, *embeddings: Extra, **changes: Any) -> torch.Tensor:
    asked = recipe(prompt=prompt, embeddings=embeddings, guidance=1.0, **changes)
    return family.encode(asked)["encoder_hidden_states"]


def stock(prompt: str, rows: torch.Tensor) -> torch.Tensor:
    """What diffusers makes of a text with the vectors under names that it can find again."""
    pipe = tiny.pipeline()
    pipe.load_textual_inversion({"<x>": rows}, token="<x>")
    told: torch.Tensor = pipe.encode_prompt(prompt, "cpu", 1, False)[0]
    return told


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_name_is_read_as_all_its_vectors(
    form: str, count: int, family: Family, shelving: Shelving
) -> None:
    rows = vectors(count)
    extra = shelving.embedding(NAME, FORMATS[form](rows))

    told = words(family, f"a red {NAME}, on white", extra)

    assert torch.equal(told, stock("a red <x>, on white", rows))
    assert not torch.allclose(told, words(family, f"a red {NAME}, on white"), atol=1e-2)


def test_a_vector_alone_without_a_side_for_it_is_read(family: Family, shelving: Shelving) -> None:
    rows = vectors(1)
    extra = shelving.embedding(NAME, {NAME: rows[0]})

    assert torch.equal(words(family, f"a {NAME} fox", extra), stock("a <x> fox", rows))


@pytest.mark.parametrize("written", ["easynegative", "EASYNEGATIVE", "EasyNegative"])
def test_case_does_not_matter(written: str, family: Family, shelving: Shelving) -> None:
    rows = vectors()
    extra = shelving.embedding(NAME, {"emb_params": rows})

    assert torch.equal(words(family, f"a {written}", extra), stock("a <x>", rows))


@pytest.mark.parametrize("written", ["EasyNegatives", "uneasynegative", "EasyNegative-2"])
def test_inside_another_word_it_is_no_name(
    written: str, family: Family, shelving: Shelving
) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})

    assert torch.equal(words(family, f"a {written}", extra), words(family, f"a {written}"))


def test_of_names_that_begin_alike_the_longest_is_meant(family: Family, shelving: Shelving) -> None:
    short = shelving.embedding("bad", {"emb_params": vectors(seed=1)})
    rows = vectors(seed=2)
    long = shelving.embedding("bad hands v1.5", {"emb_params": rows})

    told = words(family, "a bad hands v1.5 fox", short, long)

    assert torch.equal(told, stock("a <x> fox", rows))


def test_letters_that_only_count_as_the_same_are_found_too(
    family: Family, shelving: Shelving
) -> None:
    rows = vectors()
    extra = shelving.embedding("easy", {"emb_params": rows})

    assert torch.equal(words(family, "a eaſy fox", extra), stock("a <x> fox", rows))


def test_a_weight_around_it_counts(family: Family, shelving: Shelving) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})
    plain, stronger, weaker, none = (
        words(family, f"a red ({NAME}:{weight})", extra) for weight in ("1", "1.5", "0.5", "0")
    )

    assert not torch.allclose(plain, stronger, atol=1e-2)
    assert not torch.allclose(plain, weaker, atol=1e-2)
    assert torch.isfinite(none).all()


def test_every_vector_of_a_weighted_name_counts(family: Family, shelving: Shelving) -> None:
    rows = vectors(3)
    whole = shelving.embedding("whole", {"emb_params": rows})
    first = shelving.embedding("first", {"emb_params": rows[:1]})

    all_three, one = (words(family, f"a red ({extra.name}:1.5)", extra) for extra in (whole, first))

    assert not torch.allclose(all_three, one, atol=1e-2)


def test_in_a_long_prompt_it_counts_with_all_its_vectors(
    family: Family, shelving: Shelving
) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors(40)})

    told = words(family, f"{'red ' * 30}{NAME}, {'fox ' * 10}", extra)
    fits = words(family, f"{'red ' * 30}{NAME}", extra)

    assert fits.shape[1] == 77
    # What does not fit beside the forty goes on in a second window, name and all.
    assert told.shape[1] == 2 * 77


def test_the_negative_prompt_knows_names_too(family: Family, shelving: Shelving) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})
    asked = [recipe(negative=f"({NAME}:1.2)", embeddings=known) for known in ((extra,), ())]

    first, second = (sitting.latents for sitting in paint_together(family, asked))

    assert not torch.allclose(first, second, atol=1e-3)


def test_texts_without_names_are_read_as_before(shelving: Shelving) -> None:
    pipe = tiny.pipeline()
    family = StableDiffusion(pipe, CARD, shelving.shelves)
    texts = ("a red circle", "a (red:1.3) circle", "fox " * 100)
    before = [words(family, text) for text in texts]
    extra = shelving.embedding(NAME, {"emb_params": vectors()})

    words(family, NAME, extra)

    # Anew: the family remembers what it has read.
    again = StableDiffusion(pipe, CARD, shelving.shelves)
    assert all(torch.equal(words(again, t), b) for t, b in zip(texts, before, strict=True))


def test_signs_that_somebody_types_stand_for_nothing(family: Family, shelving: Shelving) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})
    words(family, NAME, extra)

    assert torch.equal(words(family, "a \U000f0000 fox"), words(family, "a   fox"))


def test_a_file_that_has_changed_is_not_read_from_memory(
    family: Family, shelving: Shelving
) -> None:
    before, after = vectors(3, seed=1), vectors(2, seed=2)
    first = shelving.embedding(NAME, {"emb_params": before})
    told = words(family, NAME, first)

    second = shelving.embedding(NAME, {"emb_params": after})

    assert torch.equal(told, stock("<x>", before))
    assert torch.equal(words(family, NAME, second), stock("<x>", after))


def test_it_is_read_from_its_file_once(family: Family, shelving: Shelving) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})
    words(family, f"a {NAME}", extra)
    shelving.put(Kind.EMBEDDING, NAME, {"emb_params": vectors(seed=9)}).unlink()
    shelving.shelves.look()

    assert words(family, f"another {NAME}", extra).shape[1] == 77


def test_those_used_last_stay_and_the_others_make_room(learned: Any, shelving: Shelving) -> None:
    rows = [vectors(75, seed=n) for n in range(16)]
    extras = [shelving.embedding(f"number{n}", {"emb_params": each}) for n, each in enumerate(rows)]
    family = StableDiffusion(tiny.pipeline(), CARD, shelving.shelves)

    told = [words(family, f"number{n}", extra) for n, extra in enumerate(extras)]

    assert torch.equal(told[0], stock("<x>", rows[0]))
    assert torch.equal(told[15], stock("<x>", rows[15]))
    assert torch.equal(words(family, " number0", extras[0]), stock("<x>", rows[0]))


def test_one_that_was_used_again_stays_longer(shelving: Shelving) -> None:
    names = ("first", "second", "third")
    first, second, third = (
        shelving.embedding(name, {"emb_params": vectors(2, seed=n)}) for n, name in enumerate(names)
    )
    pipe = tiny.pipeline()
    readers = [(pipe.tokenizer, pipe.text_encoder)]
    embeddings = Embeddings(readers, CARD, shelving.shelves.file, room=4)
    for extra in (first, second, first, third):
        embeddings.written(read_emphasis("fox"), [extra])
    shutil.rmtree(shelving.root / Kind.EMBEDDING)

    embeddings.written(read_emphasis("fox"), [first, third])
    with pytest.raises(PaintingFailed, match="“second” of that recipe is gone"):
        embeddings.written(read_emphasis("fox"), [second])


def test_more_vectors_than_there_is_room_for_are_a_sentence(
    family: Family, shelving: Shelving
) -> None:
    extras = [
        shelving.embedding(f"number{n}", {"emb_params": vectors(75, seed=n)}) for n in range(14)
    ]

    with pytest.raises(PaintingFailed, match="more than 1024 vectors"):
        words(family, "fox", *extras)


BAD = {
    "another width": ({"emb_params": vectors(width=768)}, "768 wide, as in SD 1.x.*32.*width 32"),
    "a pair": ({"clip_l": vectors(), "clip_g": vectors()}, "32 and 32 wide.*SDXL"),
    "something else": ({"a": vectors(), "b": vectors()}, "none that I can read"),
    "too many": ({"emb_params": vectors(76)}, "76 vectors"),
    "not a number": ({"emb_params": vectors() * torch.nan}, "is damaged: there are numbers"),
    "endless": ({"emb_params": vectors() * torch.inf}, "is damaged: there are numbers"),
    "a picture": ({"emb_params": torch.ones(1, 2, WIDTH)}, "none that I can read"),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_that_does_not_fit_is_a_sentence(kind: str, family: Family, shelving: Shelving) -> None:
    tensors, sentence = BAD[kind]
    extra = shelving.embedding("bad one", tensors)

    with pytest.raises(PaintingFailed, match=f"“bad one”.*{sentence}"):
        words(family, "a bad one", extra)


def test_a_company_with_and_without_is_the_same_as_alone(
    family: Family, shelving: Shelving
) -> None:
    extra = shelving.embedding(NAME, {"emb_params": vectors()})
    asked: list[Recipe] = [recipe(), recipe(prompt=NAME, embeddings=(extra,)), recipe(seed=9)]
    alone = [paint_together(family, [each])[0].latents for each in asked]

    together = paint_together(family, asked, turns_between=1)

    for sitting, single in zip(together, alone, strict=True):
        assert torch.allclose(sitting.latents, single, rtol=1e-4, atol=1e-4)
