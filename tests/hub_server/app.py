"""The stand-in's routes, as the hub answers them, and what it was asked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.hub_server.shelf import LARGE, Repository, described

TOKEN = "hf_letmein"
PIECE = 2**16


@dataclass
class Faults:
    """What goes wrong, and how often. Numbers are used up.

    Whoever asks for a first look, a piece that begins at the start and has an end, meets only
    `busy` and `always_all`.
    """

    break_after: list[int] = field(default_factory=list)
    busy: int = 0
    come_back_after: str = ""
    hanging: int = 0
    wrong_bytes: int = 0
    wrong_size: int = 0
    from_the_start: int = 0
    other_piece: int = 0
    always_all: bool = False


@dataclass
class HubServer:
    """Repositories, faults, and a record of what was served."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    served: Counter[str] = field(default_factory=Counter)
    starts: list[tuple[str, int]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""

    def application(self) -> web.Application:
        """The routes. A revision may have slashes, written as %2F."""
        application = web.Application(middlewares=[self._busy])
        application.add_routes(
            [
                web.get("/api/models", self._search),
                web.get("/api/models/{org}/{name}", self._model),
                web.get("/api/models/{org}/{name}/refs", self._refs),
                web.get("/api/models/{org}/{name}/revision/{revision:.+}", self._model),
                web.get("/api/models/{org}/{name}/tree/{revision:.+}", self._tree),
                web.get("/{org}/{name}/resolve/{revision}/{path:.+}", self._resolve),
                web.get("/lfs/{org}/{name}/{revision}/{path:.+}", self._content),
            ]
        )
        return application

    @web.middleware
    async def _busy(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.faults.busy:
            self.faults.busy -= 1
            told = {"Retry-After": self.faults.come_back_after}
            raise web.HTTPInternalServerError(headers=told)
        if "org" in request.match_info and (new := self.renamed.get(_name(request))):
            raise web.HTTPTemporaryRedirect(request.path_qs.replace(_name(request), new))
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _search(self, request: web.Request) -> web.Response:
        word = request.query.get("search", "")[:3]
        return web.json_response([{"id": name} for name in self.repositories if word in name])

    async def _model(self, request: web.Request) -> web.Response:
        repository, revision = self._at(request)
        files = repository.commits[revision]
        return web.json_response(
            {
                "id": _name(request),
                "sha": revision,
                "gated": "auto" if repository.gated else False,
                "tags": [f"license:{repository.licence}"],
                "cardData": {"license": repository.licence},
                "siblings": [described(path, content) for path, content in files.items()],
            }
        )

    async def _refs(self, request: web.Request) -> web.Response:
        branches = self._repository(request).branches.items()
        listed = [{"name": name, "targetCommit": commit} for name, commit in branches]
        return web.json_response({"branches": listed, "tags": []})

    async def _tree(self, request: web.Request) -> web.Response:
        repository, revision = self._at(request)
        listed = (described(*file) for file in repository.commits[revision].items())
        return web.json_response(
            [{**file, "type": "file", "path": file["rfilename"]} for file in listed]
        )

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        repository, revision = self._at(request)
        told = request.headers.get("Authorization")
        if repository.gated and told != f"Bearer {TOKEN}":
            code = {"X-Error-Code": "GatedRepo"}
            raise web.HTTPForbidden(headers=code) if told else web.HTTPUnauthorized(headers=code)
        path = request.match_info["path"]
        content = self._file(request)
        listed = described(path, content)
        headers = {"X-Repo-Commit": revision, "ETag": f'"{listed["blobId"]}"'}
        if not path.endswith(LARGE):
            return await self._sent(request, content, headers)
        headers["X-Linked-Size"] = str(len(content))
        headers["X-Linked-ETag"] = f'"{listed["lfs"]["sha256"]}"'
        # On the hub these lie on another host, which must not see the token.
        elsewhere = request.url.with_host("localhost")
        headers["Location"] = str(elsewhere.with_path(f"/lfs/{_name(request)}/{revision}/{path}"))
        return web.Response(status=302, headers=headers)

    async def _content(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            self.leaked.append(request.path)
        return await self._sent(request, self._file(request), {})

    async def _sent(
        self, request: web.Request, content: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        path, faults = request.match_info["path"], self.faults
        begin, _, end = request.headers.get("Range", "bytes=0-")[6:].partition("-")
        if end:
            return await self._looked_at(request, content, int(end) + 1)
        if request.method == "GET" and path.endswith(LARGE):
            if faults.hanging:
                faults.hanging -= 1
                await self.hung.wait()
            if faults.wrong_bytes:
                faults.wrong_bytes -= 1
                content = content[:-1] + bytes([content[-1] ^ 1])
            if faults.wrong_size:
                faults.wrong_size -= 1
                content = content[:-1]
        start = int(begin)
        if faults.from_the_start and start:
            faults.from_the_start -= 1
            start = 0
        if faults.other_piece and start:
            faults.other_piece -= 1
            start -= 1
        if start and start >= len(content):
            raise web.HTTPRequestRangeNotSatisfiable
        answer = web.StreamResponse(status=206 if start else 200, headers=headers)
        if start:
            last = len(content) - 1
            answer.headers["Content-Range"] = f"bytes {start}-{last}/{len(content)}"
        answer.content_length = len(content) - start
        await answer.prepare(request)
        if request.method == "GET":
            self.starts.append((path, start))
            await self._write(request, answer, content[start:])
        return answer

    async def _looked_at(
        self, request: web.Request, content: bytes, count: int
    ) -> web.StreamResponse:
        """The first bytes, or all of them where the hub knows no pieces."""
        self.looks.append(request.match_info["path"])
        if self.faults.always_all:
            return web.Response(body=content)
        told = f"bytes 0-{min(count, len(content)) - 1}/{len(content)}"
        return web.Response(status=206, body=content[:count], headers={"Content-Range": told})

    async def _write(
        self, request: web.Request, answer: web.StreamResponse, content: bytes
    ) -> None:
        path, end = request.match_info["path"], len(content)
        if path.endswith(LARGE) and self.faults.break_after:
            end = min(end, self.faults.break_after.pop(0))
        for at in range(0, end, PIECE):
            piece = content[at : min(at + PIECE, end)]
            await answer.write(piece)
            self.served[path] += len(piece)
        if end < len(content) and request.transport:
            request.transport.close()

    def _repository(self, request: web.Request) -> Repository:
        found = self.repositories.get(_name(request))
        if found is None:
            raise web.HTTPUnauthorized(headers={"X-Error-Code": "RepoNotFound"})
        return found

    def _at(self, request: web.Request) -> tuple[Repository, str]:
        repository = self._repository(request)
        revision = repository.commit_of(request.match_info.get("revision", "main"))
        if revision is None:
            raise web.HTTPNotFound(headers={"X-Error-Code": "RevisionNotFound"})
        return repository, revision

    def _file(self, request: web.Request) -> bytes:
        repository, revision = self._at(request)
        found = repository.commits[revision].get(request.match_info["path"])
        if found is None:
            raise web.HTTPNotFound(headers={"X-Error-Code": "EntryNotFound"})
        return found


def _name(request: web.Request) -> str:
    return f"{request.match_info['org']}/{request.match_info['name']}"


@asynccontextmanager
async def open_hub(port: int | None = None) -> AsyncIterator[HubServer]:
    """A stand-in that listens on loopback until it is no longer needed."""
    hub = HubServer()
    server = TestServer(hub.application(), host="127.0.0.1", port=port)
    await server.start_server()
    hub.address = str(server.make_url("")).rstrip("/")
    try:
        yield hub
    finally:
        hub.hung.set()
        await server.close()
