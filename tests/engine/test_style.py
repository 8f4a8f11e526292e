import pytest

from engine.alternatives import expand
from engine.errors import InvalidRequest
from engine.style import STYLES, Style, style_named, styled


def test_a_style_puts_the_prompt_in_its_place() -> None:
    watercolor = Style(name="watercolor", prompt="a watercolor of {prompt}, soft", negative="photo")

    assert styled(watercolor, "a fox", "people") == ("a watercolor of a fox, soft", "people, photo")


def test_empty_negative_prompts_leave_no_commas() -> None:
    assert styled(style_named("night"), "a fox", "") == ("a fox at night", "")
    assert styled(style_named("night"), "a fox", "people")[1] == "people"
    assert styled(style_named("pencil"), "a fox", "")[1] == style_named("pencil").negative


def test_braces_in_a_prompt_stay() -> None:
    prompt, _ = styled(style_named("snow"), r"a \{0} {prompt} fox", "")

    assert prompt == r"a \{0} {prompt} fox in the snow"


@pytest.mark.parametrize("name", ["Pixel Art", "pixel-art", "PIXELART", "pixel_art"])
def test_styles_are_found_in_any_spelling(name: str) -> None:
    assert style_named(name).name == "pixel art"


def test_an_unknown_style_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidRequest, match=r"no style “watercolour”\. Did you mean watercolor"):
        style_named("watercolour")


@pytest.mark.parametrize("template", ["a fox", "", "{prompt} and {prompt}", "{ prompt }"])
def test_a_style_needs_one_place_for_the_prompt(template: str) -> None:
    with pytest.raises(InvalidRequest, match="where the prompt goes"):
        Style(name="odd", prompt=template)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_built_in_style_keeps_the_prompt_whole(style: Style) -> None:
    prompt, negative = styled(style, "a red fox", "")

    assert "a red fox" in prompt
    assert expand(prompt) == (prompt,)
    assert expand(negative) == (negative,)
