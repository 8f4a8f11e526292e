"""Which LoRAs and embeddings a prompt calls, pinned to their files."""

import pytest

from engine.addon import Addon, Kind, Shelf
from engine.errors import InvalidRequest
from engine.extra import PREPROCESSORS, Control, Extra, Reference
from engine.extras import MOST_LORAS, embeddings_of, extras_of, loras_of, words_called
from engine.request import ImageRequest
from engine.tariff import Tariff
from engine.tiles import tiles_of
from engine.wish import ControlWish, ReferenceWish
from storage.picture_rows import digest_of
from tests.engine.test_addon import CARD, lora

MANY = [f"number {n}" for n in range(MOST_LORAS + 1)]
LORAS = Shelf(addons=[lora("neon", "SD 1.x"), lora("Ink"), lora("big", "SDXL"), *map(lora, MANY)])

LEADING = Shelf(
    addons=[
        Addon(kind=Kind.CONTROLNET, name="edges", digest="e1", architecture="SD 1.x"),
        Addon(kind=Kind.IP_ADAPTER, name="look", digest="l1", architecture="SD 1.x"),
        Addon(kind=Kind.UPSCALER, name="4x-UltraSharp", digest="u1"),
        lora("ink"),
    ]
)


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


def led(wish: dict[str, object]) -> tuple[Control, ...]:
    asked = ControlWish.model_validate({"name": "EDGES", "image": "ab", **wish})
    return extras_of(ImageRequest(prompt="a fox", controls=(asked,)), CARD, LEADING).controls


def looking(wish: dict[str, object], shelf: Shelf = LEADING) -> tuple[Reference, ...]:
    asked = ReferenceWish.model_validate({"image": "ab", **wish})
    return extras_of(ImageRequest(prompt="a fox", references=(asked,)), CARD, shelf).references


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


@pytest.mark.parametrize("text", ["a Large fox", "a LARGE fox"])
def test_an_embedding_for_another_kind_of_model_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"“large” is made for SDXL, and photo is SD 1\.x"):
        named(text)


def test_an_everyday_word_is_not_taken_for_an_embedding_of_another_kind_of_model() -> None:
    assert named("a large fox") == named("a fox")


@pytest.mark.parametrize(
    "text",
    ["<lora:ink:abc>", "<lora:ink:>", "<lora:>", "<lora:ink", "<LORA:ink:1:2>", "<lora:ink:99>"],
)
def test_what_looks_like_a_lora_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="I cannot read “<"):
        loras_of(f"a fox {text}", "", CARD, LORAS)


@pytest.mark.parametrize("text", [r"a \<lora:ink:abc>", "a < b", "lora:ink"])
def test_what_only_has_such_brackets_is_text(text: str) -> None:
    assert loras_of(text, "", CARD, LORAS) == ()


def test_names_are_found_where_they_stand() -> None:
    found = list(words_called("Fox and foxes, fox", ["fox"]))

    assert found == [("fox", (0, 3)), ("fox", (15, 18))]


def test_a_control_is_pinned_to_its_file() -> None:
    wish = {"weight": 0.5, "start": 0.1, "end": 0.9, "preprocessor": "Canny"}

    assert led(wish) == (
        Control(
            name="edges",
            digest="e1",
            weight=0.5,
            image="ab",
            start=0.1,
            end=0.9,
            preprocessor="canny",
        ),
    )


def test_a_reference_is_pinned_to_the_only_adapter_that_fits() -> None:
    pinned = (Reference(name="look", digest="l1", weight=0.6, image="ab"),)

    assert looking({}) == looking({"name": "LOOK"}) == pinned


def test_an_upscaler_is_pinned_to_its_file() -> None:
    request = ImageRequest(prompt="a fox", upscale=2, upscaler="4X-ultrasharp")

    extras = extras_of(request, CARD, LEADING)

    assert (extras.upscaler, extras.upscaler_digest) == ("4x-UltraSharp", "u1")


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"name": "edge"}, "no ControlNet “edge”. Did you mean edges"),
        ({"start": 0.5, "end": 0.5}, "“edges” would end before it starts. Take an end above"),
        ({"preprocessor": "kanny"}, "no preprocessor “kanny”. Did you mean canny"),
        ({"preprocessor": ""}, "no preprocessor “”. Known are: canny, depth"),
        ({"preprocessor": "kanny", "weight": 0}, "no preprocessor “kanny”"),
        ({"name": "edge", "weight": 0}, "no ControlNet “edge”"),
    ],
)
def test_a_control_that_cannot_be_followed_is_refused(
    wish: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        led(wish)


@pytest.mark.parametrize("name", PREPROCESSORS)
def test_every_preprocessor_can_be_asked_for(name: str) -> None:
    (control,) = led({"preprocessor": name})

    assert control.preprocessor == name


def test_a_look_that_nothing_takes_over_is_refused() -> None:
    two = Shelf(
        addons=[
            Addon(kind=Kind.IP_ADAPTER, name=name, digest=name, architecture="SD 1.x")
            for name in ("face", "style")
        ]
    )

    with pytest.raises(InvalidRequest, match="Say which IP-Adapter to take: face, style"):
        looking({}, two)
    with pytest.raises(InvalidRequest, match="I have no IP-Adapter for photo"):
        looking({}, Shelf())
    with pytest.raises(InvalidRequest, match=r"no IP-Adapter “lock”\. Did you mean look"):
        looking({"name": "lock"})


def test_what_has_no_weight_is_as_if_it_was_not_asked_for() -> None:
    plain = ImageRequest(prompt="a fox", seed=7)
    weightless = ImageRequest(
        prompt="a fox",
        seed=7,
        controls=(ControlWish(name="edges", image="ab", weight=0),),
        references=(ReferenceWish(image="ab", weight=0),),
    )

    (without,), (asked,) = (
        tiles_of(request, CARD, seed=0, shelf=LEADING) for request in (plain, weightless)
    )

    assert asked == without
    assert digest_of(asked.recipe) == digest_of(without.recipe)
    assert Tariff().price([asked.recipe]) == Tariff().price([without.recipe])


def test_what_has_weight_stays_beside_what_has_none() -> None:
    request = ImageRequest(
        prompt="a fox",
        controls=(
            ControlWish(name="edges", image="ab", weight=0),
            ControlWish(name="edges", image="cd", weight=0.1),
        ),
    )

    controls = extras_of(request, CARD, LEADING).controls

    assert [control.image for control in controls] == ["cd"]


def test_a_lora_alone_is_a_prompt() -> None:
    (tile,) = tiles_of(ImageRequest(prompt="<lora:ink:1>"), CARD, seed=0, shelf=LEADING)

    assert [extra.name for extra in tile.recipe.loras] == ["ink"]
