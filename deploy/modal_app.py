"""Easel's painter on Modal: `modal deploy deploy/modal_app.py`, with Easel's own settings.

Nothing is decided here. What is deployed is planned in bot/modal_plan.py, what a machine does is
engine/rented/resident.py, and docs/modal.md says how to use it.
"""

import json
import logging
import os
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

import modal
from modal.experimental import stop_fetching_inputs

from bot.modal_offer import offer_there
from bot.modal_page import Page
from bot.modal_plan import SEATS, Plan, plan_of
from bot.painters import orders_rented, shelf_of
from bot.settings import read_settings
from bot.version import version
from engine.child.opening import open_engine
from engine.errors import EaselError
from engine.rented.letter import answering
from engine.rented.lodger import Lodger
from engine.rented.resident import Resident

ROOT = Path(__file__).parent.parent
THERE = "/opt/easel"
CODE = ("bot", "engine", "storage", "migrations")
LISTS = ("run", "requirements.lock", "pyproject.toml")
ENDS_WITHIN_S = 10

log = logging.getLogger(__name__)


def image_of(plan: Plan) -> modal.Image:
    """Packages, then weights, then code: what changes often brings nothing large again."""
    image = modal.Image.debian_slim(python_version="3.11")
    for name in LISTS:
        image = image.add_local_file(ROOT / name, f"{THERE}/{name}", copy=True)
    image = image.workdir(THERE).run_commands(
        "python -m pip install --no-deps --require-hashes -r requirements.lock",
        'python -m pip install "torch==$(sed -n s/^torch=//p run)"',
    )
    for here, there in plan.files:
        add = image.add_local_dir if here.is_dir() else image.add_local_file
        image = add(here, str(there), copy=True)
    image = image.env({"PYTHONPATH": THERE, "HF_HUB_OFFLINE": "1", **plan.environment})
    if plan.downloads:
        token = ["HF_TOKEN"] if "HF_TOKEN" in os.environ else []
        image = with_code(image, copy=True).run_commands(
            *plan.downloading,
            secrets=[modal.Secret.from_local_environ(token)],
        )
    return with_code(image, copy=False)


def with_code(image: modal.Image, *, copy: bool) -> modal.Image:
    for name in CODE:
        image = image.add_local_dir(
            ROOT / name, f"{THERE}/{name}", copy=copy, ignore=["**/__pycache__", "**/*.pyc"]
        )
    return image


# Over there it is read again, by machines that are as they were planned here.
PLAN = plan_of(read_settings()) if modal.is_local() else Plan()
app = modal.App(PLAN.app, image=image_of(PLAN) if modal.is_local() else None)


@app.function()
def offer() -> bytes:
    """What is deployed, told by a machine without a card."""
    return answering(offer_there(read_settings()))


# What paints is asynchronous: to withdraw one of several others ends the whole machine.
@app.cls(**PLAN.machine)
@modal.concurrent(max_inputs=SEATS)
class Painter:
    """A warm engine; what it is asked for at a time is painted together."""

    @modal.enter()
    def start(self) -> None:
        settings = read_settings()
        self.resident = Resident(orders_rented(settings), open_engine, version=version())
        self.resident.start()
        lodger = Lodger(self.resident, broke=self.leave_if_broken)
        self.standalone = Page(painter=lodger, shelf=shelf_of(settings))

    @modal.exit()
    def end(self) -> None:
        self.resident.close(ENDS_WITHIN_S)

    @modal.method()
    async def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        """For Easel with EASEL_PAINTER=modal."""
        call = modal.current_function_call_id() or ""
        try:
            async with aclosing(self.resident.paint(letter, call)) as answers:
                async for answer in answers:
                    yield answer
        finally:
            # Also where nobody listens after the last word.
            self.leave_if_broken()

    @modal.method()
    async def generate(self, asked: dict[str, Any]) -> bytes:
        """A PNG for a prompt and options; `generate.map` paints many."""
        with in_words():
            return (await self.standalone.picture(json.dumps(asked).encode())).png

    @modal.method()
    def warm(self) -> list[str]:
        """Has a machine start, and answers once it has loaded its models."""
        with in_words():
            return list(self.standalone.painter.cards)

    @modal.asgi_app(requires_proxy_auth=True)
    def page(self) -> Page:
        """POST the same to its address; Modal lets only those in who bring a proxy token."""
        return self.standalone

    def leave_if_broken(self) -> None:
        """Only a new machine mends it."""
        if self.resident.broken:
            # Modal is asked, and the event loop does not wait until it answers.
            threading.Thread(target=leave, name="leave", daemon=True).start()


@contextmanager
def in_words() -> Iterator[None]:
    """What is raised is pickled, and whoever called has none of our errors."""
    try:
        yield
    except EaselError as error:
        raise RuntimeError(str(error)) from None


def leave() -> None:
    """Nothing more is asked of this machine, and it ends after what it does now."""
    try:
        stop_fetching_inputs()
    except Exception:
        log.exception("this machine is broken, and cannot be left")
