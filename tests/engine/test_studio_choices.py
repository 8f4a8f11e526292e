"""What people and servers chose, as the studio uses it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.accounts import Act
from engine.allowance import UNLIMITED, Allowance
from engine.caretaker import Caretaker
from engine.choices import NOTHING_CHOSEN, Chosen
from engine.clock import utc_now
from engine.errors import InvalidRequest
from engine.job import Owner
from engine.line import Line
from engine.preferences import Preferences
from engine.prompt import read_prompt
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.safety import Policy
from engine.server import ServerSettings
from engine.spot import Spot
from engine.studio import Studio
from engine.style import Style
from engine.tariff import Tariff
from storage.memory import MemoryLedger
from storage.memory_accounts import MemoryAccounts
from tests.fakes import BOOK, a_png

ALICE, BOB = Owner(id="discord:1", name="Alice"), Owner(id="discord:2", name="Bob")
A_FOX = ImageRequest(prompt="a fox")
MIST = Style(name="mist", prompt="{prompt} in the mist", negative="sun")
OIL = replace(BOOK, name="oil")
HERS = Chosen(person=Preferences(steps=2, count=2, style="mist"), own_styles=(MIST,))
STRICT = ServerSettings(most_pictures=1, refused=("naked",), images=False)

ACT = Act(who="discord:99", at=datetime(2026, 5, 1, tzinfo=UTC))

Asked = Callable[[str | None, str | None], Awaitable[Chosen]]


async def chosen(owner: str | None, server: str | None) -> Chosen:
    """Alice has defaults everywhere, and the server 9 is strict."""
    hers = HERS if owner == ALICE.id else NOTHING_CHOSEN
    return replace(hers, settings=STRICT) if server == "9" else hers


def studio(
    ledger: MemoryLedger,
    asked: Asked = chosen,
    allowance: Callable[[str, Collection[str] | None], Awaitable[Allowance]] | None = None,
    safety: Policy | None = None,
) -> Studio:
    async def unlimited(owner: str, roles: Collection[str] | None) -> Allowance:
        return UNLIMITED

    return Studio(
        line=Line(queue=FairQueue()),
        ledger=ledger,
        cards={card.name: card for card in (BOOK, OIL)},
        tariff=Tariff(),
        chosen=asked,
        safety=safety,
        allowance=allowance or unlimited,
    )


async def test_defaults_are_those_of_who_asks() -> None:
    easel = studio(MemoryLedger())

    hers, his, nobodys = (
        await easel.quote(A_FOX, ALICE),
        await easel.quote(A_FOX, BOB),
        await easel.quote(A_FOX),
    )

    recipe = hers.tiles[0].recipe
    assert (len(hers.tiles), recipe.steps, recipe.prompt) == (2, 2, "a fox in the mist")
    assert recipe.negative == "sun"
    assert his.tiles[0].recipe.prompt == nobodys.tiles[0].recipe.prompt == "a fox"


async def test_the_job_keeps_the_request_with_the_defaults_in_it() -> None:
    ledger = MemoryLedger()

    ticket = await studio(ledger).submit(read_prompt("a fox --count 1"), ALICE)

    recorded = (await ledger.job(ticket.job.id)).request
    assert (recorded.steps, recorded.count, recorded.style) == (2, 1, "mist")


async def test_a_recorded_request_means_the_same_after_the_defaults_changed() -> None:
    ledger = MemoryLedger()
    ticket = await studio(ledger).submit(A_FOX, ALICE)

    async def changed(owner: str | None, server: str | None) -> Chosen:
        return replace(HERS, person=Preferences(steps=9, guidance=9.0, count=4, exact=True))

    stored = ImageRequest.model_validate(ticket.job.request.model_dump(mode="json"))
    again = await studio(ledger, changed).quote(stored, ALICE)

    assert [replace(tile.recipe, seed=0) for tile in again.tiles] == [
        replace(tile.recipe, seed=0) for tile in ticket.job.tiles
    ]


async def test_a_default_that_is_gone_is_said_and_not_in_the_way() -> None:
    async def gone(owner: str | None, server: str | None) -> Chosen:
        return Chosen(person=Preferences(model="gone", steps=2))

    quote = await studio(MemoryLedger(), gone).quote(A_FOX, ALICE)

    assert (quote.tiles[0].recipe.model, quote.tiles[0].recipe.steps) == ("book", 2)
    assert "“gone”" in quote.notes[0]


async def test_a_servers_default_never_asks_for_more_than_somebody_may_have() -> None:
    async def generous(owner: str | None, server: str | None) -> Chosen:
        return Chosen(server=Preferences(steps=50))

    async def few(owner: str, roles: Collection[str] | None) -> Allowance:
        return Allowance(most_steps=50 if roles else 20)

    easel = studio(MemoryLedger(), generous, few)

    hers = await easel.submit(A_FOX, ALICE, roles=("11",), server="9")
    his = await easel.submit(A_FOX, BOB, server="9")

    assert (hers.job.request.steps, his.job.request.steps) == (50, None)
    assert (await easel.quote(A_FOX, ALICE, roles=("11",), server="9")).notes == ()
    assert "20 is the most" in (await easel.quote(A_FOX, BOB, server="9")).notes[0]


async def test_a_server_refuses_what_it_does_not_allow_and_nothing_is_recorded() -> None:
    ledger = MemoryLedger()
    easel = studio(ledger)
    image = await easel.keep(a_png(128, 128), BOB)

    for request, sentence in (
        (ImageRequest(prompt="{a|the} fox"), "2 pictures"),
        (ImageRequest(prompt="a (NÁKED) fox"), "refuses the word “naked”"),
        (ImageRequest(prompt="a fox", image=image), "not allow pictures"),
    ):
        with pytest.raises(InvalidRequest, match=sentence):
            await easel.submit(request, BOB, server="9")
        await easel.submit(request, BOB)

    assert len(ledger.jobs) == 3


async def test_where_the_first_model_is_not_allowed_the_first_that_is_paints() -> None:
    async def only_oil(owner: str | None, server: str | None) -> Chosen:
        return Chosen(settings=ServerSettings(models=("oil",)))

    easel = studio(MemoryLedger(), only_oil)

    ticket = await easel.submit(A_FOX, BOB, server="9")

    assert ticket.job.tiles[0].recipe.model == ticket.job.request.model == "oil"
    with pytest.raises(InvalidRequest, match="does not allow the model book"):
        await easel.quote(ImageRequest(prompt="a fox", model="Book"), BOB, server="9")


async def test_a_resumed_job_has_the_weight_of_the_roles_it_was_asked_for_with() -> None:
    ledger = MemoryLedger()
    accounts = MemoryAccounts(ledger.purses)
    await accounts.change_tier("member", {"weight": 3}, ACT, roles=["11"])
    await studio(ledger, allowance=accounts.allowance).submit(A_FOX, BOB, roles=("11",))
    given: list[Allowance] = []

    async def noted(owner: str, roles: Collection[str] | None) -> Allowance:
        given.append(await accounts.allowance(owner, roles))
        return given[-1]

    later = Line(queue=FairQueue())
    await Caretaker(line=later, ledger=ledger, allowance=noted, now=utc_now).resume()

    assert [allowance.weight for allowance in given] == [3]


async def test_pictures_are_painted_under_the_safety_of_where_they_are_asked_for() -> None:
    cautious = ServerSettings(safety="blur", safety_channels=(("7", "refuse"),))

    async def asked(owner: str | None, server: str | None) -> Chosen:
        return NOTHING_CHOSEN if server is None else Chosen(settings=cautious)

    house = studio(MemoryLedger(), asked, safety=Policy(model=Path("checker")))

    direct = await house.submit(A_FOX, ALICE)
    there = await house.submit(A_FOX, ALICE, server="9")
    channel = await house.submit(A_FOX, ALICE, server="9", spot=Spot(channels=("7",)))
    quote = await house.quote(A_FOX, ALICE, server="9", spot=Spot(channels=("7",)))

    jobs = [ticket.job for ticket in (direct, there, channel)]
    assert [job.tiles[0].recipe.safety for job in jobs] == [None, "blur", "refuse"]
    assert quote.tiles[0].recipe.safety == "refuse"
