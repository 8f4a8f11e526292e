"""A soak: everything is opened, people and faults come, and in the end all must be at rest."""

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from engine.job import UNFINISHED
from tests.discord_server.drop import Drop
from tests.discord_server.nouns import Member
from tests.discord_server.server import Discord
from tests.discord_server.village import PICTURES
from tests.soak.books import Books, read_books
from tests.soak.complaints import Complaints
from tests.soak.crowd import GUESTS, Crowd, Keys, a_picture, patiently
from tests.soak.database import Database, open_database
from tests.soak.easel import Easel
from tests.soak.excuses import Excuses, Trouble
from tests.soak.faults import AROUND, OF_A_SERVER, ROUGH, STEADY, Befall, World, befall
from tests.soak.growth import growth_of
from tests.soak.log_lines import LogFile
from tests.soak.overseer import Overseer
from tests.soak.promises import restless, too_many_pictures
from tests.soak.report import POSTGRES, SQLITE, Report, minute, say
from tests.soak.shape import shape_of
from tests.soak.told import unfinished
from tests.soak.townsfolk import Moderator, Town
from tests.soak.usage import size_of
from tests.soak.visitor import House
from tests.soak.wanted import GRACE_S, KEEP_PICTURES, Wanted, settings_of
from tests.soak.watch import Watch

LOOK_S = 60.0
REST_S = 300.0
TIDY_S = 60.0
TRIES = 20
MODERATES_S = 8.0
COMES_BACK_S = 10.0


async def soak(wanted: Wanted) -> Report:
    """Raises nothing of what the program does wrong: that is in the report."""
    if task := asyncio.current_task():
        # Whoever stops the soak stops the program too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with open_database(wanted.folder, postgres=wanted.postgres) as database:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(Discord())
            run = Run(wanted, database, server)
            try:
                return await run.all()
            finally:
                # Of the stand-in's own mistakes the report tells.
                server.record.mistakes.clear()


class Run:
    """One soak, from the first start of the program to its last end."""

    def __init__(self, wanted: Wanted, database: Database, server: Discord) -> None:
        self._wanted, self._database, self._server = wanted, database, server
        self._began, self._clock = datetime.now(UTC), time.monotonic()
        self._excuses, self._complaints = Excuses(), Complaints()
        self._befallen: Counter[str] = Counter()
        self._easel = Easel(
            folder=wanted.folder,
            settings=settings_of(wanted, database, server),
            grace_s=GRACE_S,
            excuses=self._excuses,
            complaints=self._complaints,
        )
        picture = a_picture()
        self._town = Town(server=server, picture=picture)
        self._house = House(
            easel=self._easel,
            excuses=self._excuses,
            complaints=self._complaints,
            picture=picture,
        )
        self._watch = Watch(
            easel=self._easel,
            database=database,
            town=self._town,
            house=self._house,
            excuses=self._excuses,
            complaints=self._complaints,
            log=LogFile(path=self._easel.log),
        )
        self._crowd = Crowd(self._town, self._house, self._chance)
        self._moderator = Moderator(self._town, self._chance("moderator"))
        members = tuple(Member(user=guest) for guest in GUESTS)
        server.put_guild(replace(PICTURES, members=(*PICTURES.members, *members)))
        server.doors.heartbeat_s, server.doors.identify_budget = 5.0, 10**9

    def _chance(self, name: str) -> random.Random:
        """Everybody's own, so that who is slow changes nothing for the others."""
        return random.Random(f"{self._wanted.seed} {name}")

    async def all(self) -> Report:
        shape = shape_of(self._wanted.minutes)
        await self._easel.start()
        keys = Keys(
            natives=await self._key("natives"),
            programs=await self._key("programs"),
            overseer=await self._key("overseer", "moderate"),
        )
        looking = [
            asyncio.create_task(self._watch.sample()),
            asyncio.create_task(self._watch.notice_halts()),
            asyncio.create_task(self._look_again()),
        ]
        try:
            say("Rough: it is killed, stopped and halted, and everything around it goes wrong.")
            await self._crowded(keys, self._rough, shape.rough_gap_s, shape.rough_s)
            await self._calm(keys.overseer)
            async with self._easel.changing():
                await self._easel.stop()
                await self._easel.start()
            say("Steady: one life, in which everything around it goes wrong.")
            await self._crowded(keys, self._steady, shape.steady_gap_s, shape.steady_s)
            stretch = tuple(self._watch.samples)
            await self._calm(keys.overseer)
        finally:
            for task in looking:
                task.cancel()
            ended = await asyncio.gather(*looking, return_exceptions=True)
            await self._easel.close()
        # A look that broke is a mistake of the soak's own, after which nobody looked any more.
        for how in ended:
            if not isinstance(how, asyncio.CancelledError):
                raise RuntimeError("nobody looked any more") from how
        books = await self._end()
        growth = growth_of(stretch)
        self._complaints.add_all(f"it grew: {one}" for one in growth if one.too_much)
        levels = Counter[str]()
        for (level, words), count in self._watch.log.lines.items():
            if level != "info":
                levels[f"{level} {words[:160]}"] += count
        return Report(
            minutes=self._wanted.minutes,
            seed=self._wanted.seed,
            database=POSTGRES if self._wanted.postgres else SQLITE,
            began=self._began,
            took_s=time.monotonic() - self._clock,
            jobs=dict(Counter(job.status for job in books.jobs.values())),
            pictures_kept=len(books.pictures),
            done={**self._town.done, **self._house.done},
            faults=dict(self._befallen),
            lives=self._easel.lives,
            looks=self._watch.looks,
            halts=len(self._watch.halts),
            starts_s=tuple(self._easel.starts),
            exits_s=tuple(self._easel.exits),
            stretch_s=stretch[-1].at - stretch[0].at if stretch else 0.0,
            growth=tuple(growth),
            sizes=self._sizes(),
            log=dict(levels.most_common(40)),
            refused=dict(self._watch.refused.counts),
            complaints=tuple(self._complaints.said),
        )

    @property
    def _rough(self) -> Mapping[str, Befall]:
        return {**ROUGH, **STEADY, **(OF_A_SERVER if self._wanted.postgres else {})}

    @property
    def _steady(self) -> Mapping[str, Befall]:
        return {**STEADY, **(OF_A_SERVER if self._wanted.postgres else {})}

    async def _crowded(
        self, keys: Keys, faults: Mapping[str, Befall], gap_s: float, seconds: float
    ) -> None:
        """For so long everybody asks, and until each kind of fault was there; then they end."""
        over, every = asyncio.Event(), list[asyncio.Event]()
        async with asyncio.TaskGroup() as group:
            for live in self._crowd.lives(keys):
                group.create_task(patiently(live, over))
            group.create_task(self._moderator.live(over, MODERATES_S))
            for name, kinds in (("around", AROUND), ("within", faults)):
                world = self._world(name)
                once = asyncio.Event()
                every.append(once)
                group.create_task(befall(world, kinds, gap_s=gap_s, once=once, over=over))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._easel.gone.wait(), seconds)
            for once in every:
                if not self._easel.gone.is_set():
                    await once.wait()
            over.set()
            self._server.faults.clear()
            # A bot that hears nothing would need a minute to find out.
            now = time.time()
            self._excuses.note(Trouble.DISCORD, now, now + COMES_BACK_S)
            self._server.drop(Drop.RESET)

    def _world(self, name: str) -> World:
        return World(
            easel=self._easel,
            server=self._server,
            database=self._database,
            excuses=self._excuses,
            chance=self._chance(f"faults {name}"),
            befallen=self._befallen,
        )

    async def _calm(self, key: str) -> None:
        """The queue goes on, and what was asked for comes to its end."""
        say("Calm: nothing goes wrong any more, and all must come to rest.")
        self._server.faults.clear()
        if self._easel.process is None:
            await self._easel.start()
        await self._moderator.restore()
        overseer = Overseer(self._house, self._chance("restoring"), key=key)
        enough = time.monotonic() + REST_S
        for _ in range(TRIES):
            if await overseer.restore():
                break
            await asyncio.sleep(1)
        while not await self._watch.at_rest():
            if time.monotonic() > enough:
                self._complaints.add(f"after {REST_S:.0f} s without faults it is not at rest")
                break
            await asyncio.sleep(1)
        books = await self._watch.look()
        self._complaints.add_all(restless(books))
        self._complaints.add_all(unfinished(self._town.told()))
        await self._watch.require_files(books.pictures)

    async def _end(self) -> Books:
        """A last start, at which what need not be kept goes, and a last look at what is there."""
        await self._easel.start()
        enough = time.monotonic() + TIDY_S
        while True:
            books = await read_books(self._database.url)
            beyond = list(too_many_pictures(books, KEEP_PICTURES))
            if not beyond or time.monotonic() > enough:
                break
            await asyncio.sleep(0.5)
        await self._easel.stop()
        books = await self._watch.look()
        self._complaints.add_all(beyond)
        self._complaints.add_all(restless(books))
        self._complaints.add_all(self._database.flaws())
        await self._watch.require_files(books.pictures)
        return books

    async def _look_again(self) -> None:
        said = 0
        while True:
            await asyncio.sleep(min(LOOK_S, self._wanted.minutes * 60 / 4))
            try:
                books = await self._watch.look()
            except (DBAPIError, OSError) as error:
                if not self._excuses.any(time.time(), Trouble.DATABASE):
                    raise
                say(f"         the books cannot be read just now: {error!r:.80}")
                continue
            say(
                minute(
                    seconds=time.monotonic() - self._clock,
                    jobs=Counter(job.status for job in books.jobs.values()),
                    waiting=sum(job.status in UNFINISHED for job in books.jobs.values()),
                    faults=self._befallen.total(),
                    lives=self._easel.lives,
                    samples=self._watch.samples,
                    sizes=self._sizes(),
                    complaints=len(self._complaints),
                )
            )
            for sentence in tuple(self._complaints.said)[said:]:
                say(f"         {sentence}")
            said = len(self._complaints.said)

    def _sizes(self) -> dict[str, int]:
        return {
            "database": size_of(self._database.kept_in),
            "pictures": size_of(self._wanted.folder / "data" / "pictures"),
        }

    async def _key(self, name: str, *more: str) -> str:
        """From outside, as an owner makes one beside the program that runs."""
        scopes = ",".join(("paint", "read", *more))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "keys", "add", name, "--scope", scopes),
            stdout=asyncio.subprocess.PIPE,
            # What it says beside the secret is for people.
            stderr=asyncio.subprocess.DEVNULL,
            cwd=self._wanted.folder,
            env=self._easel.environment,
        )
        said, _ = await process.communicate()
        return said.decode().split()[0]
