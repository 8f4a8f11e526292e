"""Asks for everything by strange names and says which files were touched that must not be.

`python -m tests.security.watched DATA OUTSIDE COUNT`, in a process of its own: nobody can take the
hook away again.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.outputs import free_places
from bot.settings import Settings
from bot.web.app import make_web
from engine.addon import Kind
from engine.errors import EaselError
from engine.gpu.addons.shelves import Shelves
from storage.pictures import PictureFiles
from tests.bot.web.conftest import SECRET, Client, House, open_house
from tests.security.strange_names import names

ROOT = Path(__file__).parents[2]
TOUCHES = (
    *("open", "os.listdir", "os.scandir", "os.rename", "os.remove", "os.rmdir", "os.mkdir"),
    *("os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "shutil.copyfile"),
    *("shutil.move", "shutil.rmtree", "shutil.copytree", "sqlite3.connect", "ctypes.dlopen"),
)
TWO = frozenset({"os.rename", "os.link", "os.symlink", "shutil.copyfile", "shutil.move"})
READ_BY_LIBRARIES = ("/dev/null", "/etc/localtime", "/usr/share/zoneinfo")
FOLDERS = ("bot", "engine", "migrations", "storage", "tests")
CODE = tuple(str(ROOT / name) for name in (*FOLDERS, "pyproject.toml"))
"""Not the folder above: secrets/ and .env lie in it too. The version stands in the last."""

Way = Callable[[str], Awaitable[object]]


class Watch:
    """What was touched outside these roots while somebody asked."""

    def __init__(self, *roots: str) -> None:
        self.roots = tuple(os.path.realpath(root) for root in roots)
        self.asking = ""
        self.touched: list[tuple[str, str, str]] = []
        self.looks = 0
        sys.addaudithook(self._hear)

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        self.asking = name or "(nothing)"
        try:
            yield
        finally:
            self.asking = ""

    def _hear(self, event: str, told: tuple[object, ...]) -> None:
        if not self.asking or event not in TOUCHES:
            return
        for place in told[: 2 if event in TWO else 1]:
            if isinstance(place, str | bytes | os.PathLike):
                self.looks += 1
                path = os.path.realpath(os.fsdecode(os.fspath(place)).replace("\0", "_"))
                if not is_inside(path, self.roots):
                    self.touched.append((self.asking[:100], event, path[:200]))


def roots_for(data: Path) -> tuple[str, ...]:
    """What a program with that data folder may touch."""
    return (str(data), *CODE, *READ_BY_LIBRARIES, sys.prefix, sys.base_prefix)


def is_inside(path: str, roots: Iterable[str]) -> bool:
    """Whether it is one of these or lies in one."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def ways_over_http(caller: Client, job: str) -> list[Way]:
    """Each takes a name where one is asked for."""

    def bodies(name: str) -> list[tuple[str, dict[str, Any]]]:
        fox = {"prompt": "a fox", "size": "64x64", "agreed": True}
        old = {"prompt": "a fox", "width": 64, "height": 64, "steps": 1}
        return [
            ("/v1/jobs", {**fox, "model": name}),
            ("/v1/jobs", {**fox, "style": name, "upscaler": name, "upscale": 2}),
            ("/v1/jobs", {**fox, "prompt": f"a fox <lora:{name}:1> __{name}__ (embedding:{name})"}),
            ("/v1/jobs", {**fox, "image": name, "mask": name}),
            ("/v1/jobs", {**fox, "controls": [{"name": name, "image": name}]}),
            ("/v1/jobs", {**fox, "references": [{"name": name, "image": name}]}),
            ("/v1/images/generations", {"prompt": "a fox", "model": name}),
            ("/generate", {**old, "model": name}),
            ("/sdapi/v1/txt2img", {**old, "override_settings": {"sd_model_checkpoint": name}}),
            ("/sdapi/v1/txt2img", {**old, "override_settings": {"sd_vae": name}, "styles": [name]}),
            (
                "/sdapi/v1/txt2img",
                {**old, "hr_upscaler": name, "enable_hr": True, "save_images": 1},
            ),
            ("/sdapi/v1/txt2img", {**old, "override_settings": {"outdir_samples": name}}),
            ("/sdapi/v1/options", {"sd_model_checkpoint": name, "outdir_samples": name}),
        ]

    async def post(name: str) -> None:
        for path, body in bodies(name):
            async with caller.post(path, json=body) as answer:
                await answer.read()

    async def get(name: str) -> None:
        word = quote(name.encode(errors="surrogatepass")[:1500], safe="")
        plain = quote(name.encode(errors="surrogatepass")[:1500], safe="/.\\~;%")
        for path in (
            *(f"/static/{word}", f"/static/{plain}", f"/.{plain}", f"/v1/history/{word}"),
            *(f"/v1/jobs/{job}/tiles/{word}.png", f"/v1/jobs/{plain}/tiles/0.png"),
            *(f"/v1/images/files/999999999/{'0' * 64}/{word}.png", f"/v1/styles/{word}"),
        ):
            async with caller.get(URL(path, encoded=True)) as answer:
                await answer.read()

    return [post, get]


def ways_inside(data: Path) -> list[Way]:
    """What the engine and the storage are asked for by recipes and rows."""
    shelves, pictures = Shelves(data), PictureFiles(data / "pictures")

    async def shelf(name: str) -> None:
        for kind in Kind:
            with suppress(EaselError):
                shelves.file(kind, name, name)

    async def picture(name: str) -> None:
        with suppress(EaselError, ValueError, OSError):
            await pictures.file(name)

    async def output(name: str) -> None:
        place = next(free_places(name))
        assert place.name == str(place), place

    return [shelf, picture, output]


async def watched(data: Path, outside: str, count: int) -> Watch:
    settings = Settings(port=0, data_dir=data)
    async with open_house(settings) as house:
        house.painter.gate.set()
        pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
        server = TestServer(pages)
        async with TestClient(server, headers=await _opening(house)) as caller:
            job = await _warmed(caller)
            watch = Watch(*roots_for(data))
            ways = [*ways_over_http(caller, job), *ways_inside(data)]
            for number, name in enumerate(names(count, outside)):
                if number % 25 == 0:
                    caller.session.headers.update(await _opening(house, number))
                for way in ways:
                    with watch.during(name):
                        await way(name)
    return watch


async def _opening(house: House, number: int = -1) -> dict[str, str]:
    return {"Authorization": f"Bearer {await house.key(f'key{number + 1}')}"}


async def _warmed(caller: Client) -> str:
    """What libraries read the first time is read; answers the id of a job that is done."""
    body = {"prompt": "a fox", "width": 64, "height": 64, "steps": 1}
    async with caller.post("/sdapi/v1/txt2img", json=body) as answer:
        await answer.read()
    async with caller.post("/v1/jobs", json={"prompt": "a hen", "size": "64x64"}) as answer:
        job = str((await answer.json())["id"])
    async with caller.get("/static/easel.css") as answer:
        await answer.read()
    return job


if __name__ == "__main__":
    folder, secret, often = sys.argv[1:]
    found = asyncio.run(watched(Path(folder), secret, int(often)))
    sys.stdout.write(json.dumps({"touched": found.touched, "looks": found.looks}))
