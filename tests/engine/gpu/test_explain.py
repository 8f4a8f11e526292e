"""What people read of a picture that fell apart."""

from engine.extra import Extra, Reference
from engine.gpu.explain import fell_apart
from tests.engine.gpu.together import recipe


def test_of_a_plain_recipe_the_numbers_are_to_be_changed() -> None:
    assert str(fell_apart(recipe())) == (
        "The picture fell apart while it was painted. "
        "Try less guidance, more steps or another sampler."
    )


def test_whatever_it_wears_may_be_left_out() -> None:
    worn = recipe(
        loras=(Extra(name="ink", digest="1"), Extra(name="neon", digest="2")),
        embeddings=(Extra(name="Bad Hands", digest="3"),),
        references=(Reference(name="face", digest="4", image="5"),),
    )

    assert str(fell_apart(worn)).endswith(
        ", or leave out the LoRA “ink” or the LoRA “neon” or the embedding “Bad Hands” "
        "or the IP-Adapter “face”."
    )
