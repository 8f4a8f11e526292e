"""The wiring: the only place that knows which ledger there is."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.apart import apart
from bot.beside import beside
from bot.outputs import write
from bot.painters import Painters
from bot.settings import Settings
from bot.worker import is_gone, this_worker
from engine.accounts import Accounts
from engine.addon import Shelf
from engine.alternatives import load_wildcards
from engine.apprentice import follow_speeds, learn_speeds
from engine.archive import Amount
from engine.card import ModelCard
from engine.caretaker import Caretaker
from engine.choices import Choices
from engine.chooser import Chooser
from engine.clock import utc_now
from engine.courier import Courier
from engine.crew import Crew
from engine.decisions import blocked_from, gate_from, newest_deed_of, touched_from
from engine.dispatcher import Dispatcher
from engine.encore import Encore
from engine.errors import StorageFailed
from engine.gallery import Gallery
from engine.job import Owner, Status, Tile
from engine.keeping import Keeping
from engine.keys import Keys
from engine.line import Line
from engine.outbox import Outbox, Sink
from engine.ports import Ledger
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.retention import Retention
from engine.studio import Studio
from engine.tariff import Tariff
from engine.waiting import Waiting
from storage.accounts import SqlAccounts
from storage.archive import SqlArchive
from storage.away import until_there
from storage.choices import SqlChoices
from storage.database import connect
from storage.keys import SqlKeys
from storage.latency import measure_statements
from storage.ledger import SqlLedger
from storage.migrate import upgrade
from storage.orphans import Orphans
from storage.outbox import SqlOutbox
from storage.pictures import PictureFiles
from storage.stock import SqlStock

log = logging.getLogger(__name__)

A_DAY_S = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Easel without its engine: it can be asked, and it takes jobs that nobody paints yet."""

    studio: Studio
    caretaker: Caretaker
    ledger: Ledger
    outbox: Outbox
    gallery: Gallery
    encore: Encore
    accounts: Accounts
    choices: Choices
    chooser: Chooser
    keys: Keys
    stock: SqlStock
    orphans: Orphans
    cards: Mapping[str, ModelCard]
    line: Line
    tariff: Tariff
    shelf: Callable[[], Shelf]
    wildcards: Mapping[str, Sequence[str]]


async def wait_for_database(settings: Settings, tell: Callable[[str], None]) -> None:
    """`tell` gets what is the matter with it, and nothing once it is there."""
    await until_there(settings.database, tell)


@asynccontextmanager
async def open_app(settings: Settings, painters: Painters) -> AsyncIterator[App]:
    """Everything but the engine, which takes long and which bad input does not need."""
    # Whoever rents machines out may take minutes to say.
    cards = await apart(lambda: painters.cards(settings))
    async with AsyncExitStack() as stack:
        await upgrade(settings.database)
        database = await stack.enter_async_context(connect(settings.database))
        files = PictureFiles(settings.data_dir / "pictures")
        ledger = SqlLedger(database, files)
        line = Line(queue=FairQueue(), waiting=Waiting(limit=settings.queue_limit))
        measure_statements(database, line.meter)
        tariff = stack.enter_context(_learned_tariff(settings.data_dir / "speeds.json"))
        shelf = painters.shelf(settings)
        # The first look reads all that is there; later ones only what has changed.
        await asyncio.to_thread(shelf)
        wildcards = load_wildcards(settings.data_dir / "wildcards")
        accounts = SqlAccounts(database)
        choices = SqlChoices(database)
        studio = Studio(
            line=line,
            ledger=ledger,
            cards=cards,
            tariff=tariff,
            wildcards=wildcards,
            shelf=shelf,
            safety=settings.safety_policy,
            allowance=accounts.allowance,
            chosen=choices.chosen,
        )
        archive = SqlArchive(database, files)

        async def tiles(request: ImageRequest) -> Sequence[Tile]:
            return (await studio.quote(request)).tiles

        yield App(
            studio=studio,
            caretaker=Caretaker(
                line=line,
                ledger=ledger,
                allowance=accounts.allowance,
                now=utc_now,
                newest_deed=newest_deed_of(accounts),
                touched=touched_from(accounts),
                gate=gate_from(accounts),
                blocked=blocked_from(accounts, utc_now),
                is_gone=is_gone,
            ),
            ledger=ledger,
            outbox=SqlOutbox(database),
            gallery=Gallery(
                archive=archive, ledger=ledger, withdraw=studio.cancel, watch=line.watch
            ),
            encore=Encore(archive=archive, ledger=ledger, tiles=tiles),
            accounts=accounts,
            choices=choices,
            chooser=Chooser(choices=choices, cards=cards, safety=settings.safety_policy),
            keys=SqlKeys(database),
            stock=SqlStock(database, files),
            orphans=Orphans(database, files),
            cards=cards,
            line=line,
            tariff=tariff,
            shelf=shelf,
            wildcards=wildcards,
        )


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """What moderators see and change, also beside a program that runs."""
    await upgrade(settings.database)
    async with connect(settings.database) as database:
        yield SqlAccounts(database)


@asynccontextmanager
async def open_keys(settings: Settings) -> AsyncIterator[Keys]:
    """The keys that there are, also beside a program that runs."""
    await upgrade(settings.database)
    async with connect(settings.database) as database:
        yield SqlKeys(database)


@asynccontextmanager
async def open_gallery(settings: Settings) -> AsyncIterator[Gallery]:
    """The pictures that there are, also beside a program that runs."""
    await upgrade(settings.database)
    async with connect(settings.database) as database:
        files = PictureFiles(settings.data_dir / "pictures")
        ledger = SqlLedger(database, files)

        async def withdraw(job: str, _: Owner) -> bool:
            # Whoever paints it sees that it has ended.
            return await ledger.end(job, Status.CANCELLED, "", now=utc_now())

        # Pictures of before there was an index: a moment the first time, nothing afterwards.
        await SqlStock(database, files).take_in()
        yield Gallery(archive=SqlArchive(database, files), ledger=ledger, withdraw=withdraw)


async def amount_of(settings: Settings) -> Amount:
    """How many pictures there are, in a database that is up to date."""
    async with connect(settings.database) as database:
        return await SqlStock(database, PictureFiles(settings.data_dir / "pictures")).amount()


@asynccontextmanager
async def open_choices(settings: Settings) -> AsyncIterator[Choices]:
    """What people and servers chose, also beside a program that runs."""
    await upgrade(settings.database)
    async with connect(settings.database) as database:
        yield SqlChoices(database)


@asynccontextmanager
async def open_chooser(settings: Settings, painters: Painters) -> AsyncIterator[Chooser]:
    """Changes what they chose, by what can be painted here."""
    cards = await apart(lambda: painters.cards(settings))
    async with open_choices(settings) as choices:
        yield Chooser(choices=choices, cards=cards, safety=settings.safety_policy)


@contextmanager
def _learned_tariff(file: Path) -> Iterator[Tariff]:
    """What pictures took in earlier runs, so that the first price is an honest one."""
    try:
        tariff = Tariff.from_json(file.read_text("utf-8"))
    except (OSError, ValueError):
        tariff = Tariff()
    try:
        yield tariff
    finally:
        try:
            write(file, tariff.to_json().encode())
        except StorageFailed as error:
            log.warning("the prices of the next start are guesses: %s", error)


@asynccontextmanager
async def painting(
    app: App, settings: Settings, painters: Painters, *, for_all: bool = False
) -> AsyncIterator[Crew]:
    """The warm painters, and somebody who brings it the jobs.

    `for_all` also takes up what others left behind; otherwise only what this program was asked for
    is painted.
    """
    async with painters.open(settings) as crew:
        dispatcher = Dispatcher(
            line=app.line,
            ledger=app.ledger,
            crew=crew,
            tariff=app.tariff,
            now=utc_now,
            worker=this_worker(),
            sweep=app.caretaker.sweep if for_all else app.caretaker.catch_up,
            # Whoever sits at the terminal would rather be told at once.
            keeping=Keeping(ledger=app.ledger, bell=app.line.bell, patient=for_all),
        )
        app.tariff.welcome([member.painter.name for member in crew])
        async with beside(dispatcher.run()):
            if for_all:
                await learn_speeds(app.tariff, crew)
                await app.caretaker.resume()
            else:
                await app.caretaker.bury()
            async with beside(follow_speeds(app.tariff, crew)):
                yield crew


@asynccontextmanager
async def delivering(app: App, sink: Sink) -> AsyncIterator[Courier]:
    """Somebody who tells those who are far away what became of their jobs."""
    courier = Courier(
        outbox=app.outbox,
        ledger=app.ledger,
        sink=sink,
        bell=app.line.news,
        now=utc_now,
        worker=this_worker(),
        is_gone=is_gone,
        meter=app.line.meter,
    )
    async with beside(courier.run()):
        yield courier


@asynccontextmanager
async def tidying(app: App, settings: Settings) -> AsyncIterator[None]:
    """Now and once a day, pictures that need not be kept and files that nothing names go."""
    retention = Retention(app.stock, settings.keep)

    async def tidy() -> None:
        while True:
            try:
                await app.stock.take_in()
                await retention.apply(utc_now())
                await app.orphans.remove(utc_now())
            except StorageFailed as error:
                log.warning("what nobody needs stays on the disk for now: %s", error)
            await asyncio.sleep(A_DAY_S)

    async with beside(tidy()):
        yield
