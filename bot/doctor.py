"""What this machine can do, and what must be mended."""

import asyncio
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from bot import fits, history_words, messages, model_words
from bot.app import amount_of
from bot.identity import name_of
from bot.invite import INTENTS, PERMISSIONS, application_of, invite
from bot.model_words import GIB
from bot.painters import Painters, check_model, fit_of, memory_of
from bot.revisions import revisions
from bot.settings import Settings
from bot.version import version
from engine.errors import EaselError, Misconfigured
from engine.letters import COMMANDS, escaped
from engine.switch import COMPILING, Switch

FITTING = (
    "How large a card must be for one picture, by EASEL_OFFLOAD, and with which of them it fits "
    "here. Computed from published sizes, in half precision."
)
NO_COMPILER = (
    "No C compiler is found, so nothing is compiled. Install one, and the headers of Python, like "
    "the packages gcc and python3-dev of Debian and Ubuntu."
)
LEAST_DISK = GIB
LEAST_MEMORY = GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `mend` says what to do where something is wrong."""

    what: str
    fact: str
    mend: str = ""

    def row(self) -> tuple[str, str, str]:
        """As columns. Whatever a file has for a name, it stays in its line."""
        told = COMMANDS.sub(escaped, " ".join((self.fact, self.mend)).strip())
        return ("mend" if self.mend else "ok", self.what, told)


async def examine(settings: Settings, painters: Painters) -> list[Finding]:
    """Look at everything; nothing is changed, and the token is never shown."""
    return [
        *_versions(),
        await asyncio.to_thread(_device, settings, painters),
        *await asyncio.to_thread(lambda: list(_quicker(settings, painters))),
        _memory(),
        *await asyncio.to_thread(lambda: list(_models(settings))),
        *await asyncio.to_thread(_addons, settings, painters),
        await _database(settings),
        *await _pictures(settings),
        _disk(settings),
        *await _discord(settings),
    ]


def _versions() -> Iterator[Finding]:
    yield Finding(what="Easel", fact=version())
    yield Finding(what="Python", fact=platform.python_version())
    try:
        yield Finding(what="torch", fact=installed("torch"))
    except PackageNotFoundError:
        yield Finding(what="torch", fact="Not installed.", mend="Start Easel with ./run.")


def _device(settings: Settings, painters: Painters) -> Finding:
    try:
        device = painters.device(settings)
    except EaselError as error:
        return Finding(what="device", fact=str(error), mend="Set EASEL_DEVICE to auto.")
    except ImportError:
        return Finding(what="device", fact="Not known without torch.")
    card = _nvidia_card()
    if device == "cpu" and card and settings.device == "auto":
        return Finding(
            what="device",
            fact=f"cpu, though there is an {card}.",
            mend="torch cannot use it: install the driver and torch's CUDA build.",
        )
    return Finding(what="device", fact=f"{device}: {card}" if device != "cpu" and card else device)


def _quicker(settings: Settings, painters: Painters) -> Iterator[Finding]:
    """What paints quicker here. What other machines do is decided there."""
    if settings.painter not in {"thread", "process"}:
        return
    try:
        device = painters.device(settings)
    except (EaselError, ImportError):
        return  # the line about the device says why
    try:
        thrown = painters.thrown(settings)
    except Misconfigured as error:
        yield Finding(what="shortcuts", fact="Easel does not start.", mend=str(error))
        return
    named = ", ".join(switch for switch in Switch if switch in thrown)
    yield Finding(what="switches", fact=named or "none")
    if settings.shortcuts:
        yield Finding(what="shortcuts", fact=", ".join(settings.shortcuts))
    if device != "cpu" and not COMPILING.isdisjoint(thrown) and not _has_compiler():
        yield Finding(what="compiler", fact=NO_COMPILER)


def _has_compiler() -> bool:
    """Where Triton looks for one, by which kernels are started."""
    return bool(os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang"))


def _nvidia_card() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    asked = (program, "--query-gpu=name,memory.total", "--format=csv,noheader")
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip().partition("\n")[0]


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    return Finding(
        what="memory",
        fact=f"{memory.available / GIB:.1f} GiB free of {memory.total / GIB:.1f} GiB",
        mend="Close other programs: painting needs more."
        if memory.available < LEAST_MEMORY
        else "",
    )


def _models(settings: Settings) -> Iterator[Finding]:
    for name in settings.models:
        try:
            usable = model_words.usable(check_model(name, settings))
            fit = fit_of(name, settings)
        except EaselError as error:
            yield Finding(what="model", fact=name, mend=str(error))
        else:
            facts = model_words.fits(fit.needed, fit.memory, fit.offload)
            mend = "" if fit.offload else model_words.NO_FIT
            yield Finding(what="model", fact=f"{usable} {facts}", mend=mend)


def _addons(settings: Settings, painters: Painters) -> list[Finding]:
    """A line for each that lies there and cannot be used."""
    try:
        shelf = painters.shelf(settings)()
    except ImportError:  # without torch, which is said already
        return []
    return [
        Finding(what=each.kind.spoken, fact=f"“{each.name}” cannot be used.", mend=each.why)
        for each in shelf.refused
    ]


async def _database(settings: Settings) -> Finding:
    if settings.database_url is None and not settings.database_file.exists():
        fact = f"Not there yet: it is made at the first start, as {settings.database_file}."
        return Finding(what="database", fact=fact)
    try:
        return Finding(
            what="database", fact=messages.revisions(*await revisions(settings.database))
        )
    except EaselError as error:
        return Finding(what="database", fact="Not usable.", mend=str(error))


async def _pictures(settings: Settings) -> list[Finding]:
    """How many there are and how long they stay, where the database can say so."""
    folder = settings.data_dir.absolute() / "pictures"
    if trouble := await asyncio.to_thread(_trouble_writing, folder):
        mend = "That must be a folder in which Easel may write: pictures are kept there."
        return [Finding(what="pictures", fact=f"{folder}: {trouble}.", mend=mend)]
    if settings.database_url is None and not settings.database_file.exists():
        return []
    try:
        current, newest = await revisions(settings.database)
        if current != newest:
            return []
        amount = history_words.amount(await amount_of(settings))
    except EaselError:
        return []  # the line about the database says why
    return [Finding(what="pictures", fact=f"{amount} {history_words.kept(settings.keep)}")]


def _trouble_writing(folder: Path) -> str:
    """Tried by a file without a name, of which nothing is left."""
    if not os.path.lexists(folder):
        return ""  # the first picture makes it, and the line about the disk is of what is above
    try:
        with TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(there).free
    fact = f"{free / GIB:.1f} GiB free for {folder}"
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        mend = f"Easel may not write in {there}. Allow it, or set EASEL_DATA_DIR."
    elif free < LEAST_DISK:
        mend = "Make room, or set EASEL_DATA_DIR to another disk."
    else:
        mend = ""
    return Finding(what="disk", fact=fact, mend=mend)


async def _discord(settings: Settings) -> list[Finding]:
    if settings.discord_token is None:
        fact = "No token set: the page and the commands work without."
        return [Finding(what="Discord", fact=fact)]
    token = settings.discord_token.get_secret_value()
    application = application_of(token)
    # A stand-in for Discord may have tokens of its own.
    if application is None and not settings.discord_api:
        mend = "Copy it again from the page “Bot”: it looks cut."
        return [
            Finding(what="Discord", fact="A token is set that names no application.", mend=mend)
        ]
    whose = f"of the application {application}" if application else "that names no application"
    try:
        fact, mend = f"Discord knows the bot as “{await name_of(token, settings.discord_api)}”.", ""
    except Misconfigured as error:
        fact, mend = f"A token {whose} is set.", str(error)
    return [Finding(what="Discord", fact=fact, mend=mend), *_invitation(application)]


def _invitation(application: str | None) -> Iterator[Finding]:
    if application is None:
        return
    yield Finding(what="invite", fact=invite(application))
    asked = "; ".join(f"{each.name}: {each.why}" for each in PERMISSIONS)
    yield Finding(what="rights", fact=f"{asked}.")
    yield Finding(what="intents", fact=INTENTS)


def fitting(settings: Settings) -> list[str]:
    """Lines of a table: what the usual models need, and on which rung they fit here."""
    try:
        memory = memory_of(settings)
    except (EaselError, ImportError):  # the line about the device says why
        memory = None
    return [FITTING, *messages.columns(fits.rows(memory))]
