"""Several models that take turns on a device that has not room for all of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
import torch

from engine.errors import OutOfMemory
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.warm import Servable, Warm
from engine.job import Recipe
from engine.ladder import Rung
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.together import CPU, Sitting, company_of, family_of, finish, recipe


def loads(families: Mapping[str, Family], *, fits: int) -> tuple[Warm, list[str]]:
    """Models that fit on the device that many at a time, and which were loaded when."""
    loaded: list[str] = []

    def servable(name: str, family: Family) -> Servable:
        def load(_: Collection[Rung]) -> Family:
            if len(warm.loaded) >= fits:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            loaded.append(name)
            return family

        return Servable(card=family.card, size=family.size, load=load)

    warm = Warm(servable(name, family) for name, family in families.items())
    return warm, loaded


@pytest.fixture
def two() -> Mapping[str, Family]:
    """Two models with other weights."""
    families = {}
    for name in ("one", "two"):
        family = family_of(tiny.pipeline())
        family.card = replace(family.card, name=name)
        families[name] = family
    torch.nn.init.normal_(families["two"].network.conv_out.weight, std=0.05)
    return families


def test_a_model_that_does_not_fit_beside_an_idle_one_takes_its_place(
    two: Mapping[str, Family],
) -> None:
    warm, loaded = loads(two, fits=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    sittings = [Sitting(recipe(model=name)) for name in ("one", "two")]

    for sitting in sittings:
        finish(company, sitting)

    assert loaded == ["one", "two"]
    assert Rung.DROP in " ".join(sittings[1].painted.notes)


def test_a_model_that_fits_nowhere_ends_that_tile_only(two: Mapping[str, Family]) -> None:
    warm, _ = loads(two, fits=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    first, second = Sitting(recipe(model="one")), Sitting(recipe(model="two"))

    finish(company, first, second)

    assert isinstance(second.outcome, OutOfMemory)
    assert first.painted


def painted_with(
    families: Mapping[str, Family], recipes: list[Recipe], *, models: int
) -> tuple[list[Sitting], list[str]]:
    """All at once, with that many models loaded at a time."""
    warm, loaded = loads(families, fits=len(families))
    warm = Warm([replace(each, size=1) for each in warm._models.values()], most=models)
    company = Company(warm, CPU, Turns(most_rows=8))
    sittings = [Sitting(one) for one in recipes]
    for sitting in sittings:
        company.welcome(sitting.seat)
        company.turn()
    finish(company)
    return sittings, loaded


def test_wishes_for_two_models_in_turn_switch_once_and_change_no_picture(
    two: Mapping[str, Family],
) -> None:
    recipes = [recipe(model=["one", "two"][n % 2], seed=n, exact=True) for n in range(6)]
    together, _ = painted_with(two, recipes, models=2)

    apart, loaded = painted_with(two, recipes, models=1)

    assert loaded == ["one", "two"]
    for one, other in zip(apart, together, strict=True):
        assert torch.equal(one.latents, other.latents)
    first, second = (sitting.latents for sitting in together[:2])
    assert not torch.equal(first, second)


def test_a_tile_that_waits_for_its_model_may_be_withdrawn(two: Mapping[str, Family]) -> None:
    warm = Warm([replace(each, size=1) for each in loads(two, fits=2)[0]._models.values()], most=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    first, second = Sitting(recipe(model="one")), Sitting(recipe(model="two"))
    for sitting in (first, second):
        company.welcome(sitting.seat)

    second.seat.withdrawn = True
    finish(company)

    assert first.painted
    assert second.told == []
    assert second.outcome is not None


def test_company_of_several_models_reports_what_is_not_served(family: Family) -> None:
    company = company_of(family)
    sitting = Sitting(recipe(model="other"))

    company.welcome(sitting.seat)

    assert not company.busy
    assert "tiny" in str(sitting.outcome)
