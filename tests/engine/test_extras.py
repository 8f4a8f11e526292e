"""Which LoRAs and embeddings a prompt calls, pinned to their files."""

import pytest

from engine.addon import Addon, Kind, Shelf
from engine.errors import InvalidRequest
from engine.extra import Extra
from engine.extras import MOST_LORAS, embeddings_of, loras_of, words_called
from tests.engine.test_addon import CARD, lora

MANY = [f"number {n}" for n in range(MOST_LORAS + 1)]
LORAS = Shelf(addons=[lora("neon", "SD 1.x"), lora("Ink"), lora("big", "SDXL"), *map(lora, MANY)])


def embedding(name: str, architecture: str = "SD 1.x") -> Addon:
    return Addon(kind=Kind.EMBEDDING, name=name, digest=f"of {name}", architecture=architecture)


EMBEDDINGS = Shelf(
    addons=[
        *map(embedding, ("EasyNegative", "bad", "bad hands", "v1.5 (final)", "größe 猫")),
        embedding("large", "SDXL"),
        embedding("anything", ""),
        lora("fox"),
    ]
)


def called(prompt: str, negative: str = "") -> list[tuple[str, float]]:
    return [(extra.name, extra.weight) for extra in loras_of(prompt, negative, CARD, LORAS)]


def named(prompt: str, negative: str = "") -> list[str]:
    return [extra.name for extra in embeddings_of(prompt, negative, CARD, EMBEDDINGS)]


def test_a_lora_is_pinned_to_its_file() -> None:
    found = loras_of("a fox <lora:NEON:0.8>", "", CARD, LORAS)

    assert found == (Extra(name="neon", digest="of neon", weight=0.8),)


def test_several_are_called_in_either_text_and_in_one_order() -> None:
    one = called("<lora:neon:0.5> a fox", "<lora:ink:-1>")

    assert one == called("a fox <lora:Ink:-1><lora:neon:.5>") == [("Ink", -1.0), ("neon", 0.5)]


def test_of_one_called_twice_the_last_counts() -> None:
    assert called("<lora:neon:0.5> <lora:neon:0.7>") == [("neon", 0.7)]


def test_without_weight_it_is_as_if_it_was_not_called() -> None:
    assert called("<lora:neon:0>") == []


def test_too_many_are_refused() -> None:
    prompt = "".join(f"<lora:{name}:1>" for name in MANY)

    with pytest.raises(InvalidRequest, match=f"{MOST_LORAS} is the most"):
        called(prompt)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("<lora:nein:1>", "no LoRA “nein”. Did you mean neon"),
        ("<lora:../neon:1>", "no LoRA “../neon”"),
        ("<lora:big:1>", "“big” is made for SDXL, and photo is SD 1.x"),
    ],
)
def test_one_that_is_not_there_or_does_not_fit_is_refused(prompt: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        called(prompt)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("EasyNegative", ["EasyNegative"]),
        ("a fox, easynegative, snow", ["EasyNegative"]),
        ("(EASYNEGATIVE:1.2)", ["EasyNegative"]),
        ("((easynegative)), [bad]", ["EasyNegative", "bad"]),
        ("badly, a badge, bad-tempered", []),
        ("forbad, half-bad", []),
        ("bad hands", ["bad hands"]),
        ("bad, bad hands", ["bad", "bad hands"]),
        (r"a v1.5 \(final\) fox", ["v1.5 (final)"]),
        ("größe 猫", ["größe 猫"]),
        ("ANYTHING goes", ["anything"]),
        ("<lora:bad:1> a fox", []),
        ("", []),
    ],
)
def test_an_embedding_is_called_by_its_name_as_a_word(text: str, names: list[str]) -> None:
    assert named(text) == named("", text) == names


def test_an_embedding_for_another_kind_of_model_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"“large” is made for SDXL, and photo is SD 1\.x"):
        named("a large fox")


def test_names_are_found_where_they_stand() -> None:
    found = list(words_called("Fox and foxes, fox", ["fox"]))

    assert found == [("fox", (0, 3)), ("fox", (15, 18))]
