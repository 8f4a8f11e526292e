"""Easel as a service of docker-compose.yml: from what the image holds, told what it says there."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.deploy.compose import Service, filled_in, project_in
from tests.deploy.followed import Followed

READY = "Easel is ready: "
PATIENCE_S = 100
AS_SERVICE = "easel:7878"
AS_PUBLISHED = "127.0.0.1:7878"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: bytes
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """One that runs. `data` is the volume, `secrets` the folder that holds them in a container."""

    image: Followed
    port: int
    data: Path
    secrets: Path

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        name: str = AS_SERVICE,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Reply:
        """Under the `name` that the other one knows it by."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, {"Host": name, **(headers or {})})
            answer = connection.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            return Reply(status=answer.status, body=answer.read(), cookie=cookie)
        finally:
            connection.close()

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Something else in a container of that service."""
        told = project_in().services[service]
        return subprocess.run(
            [_here(self.image, word) for word in words],
            cwd=self.image.here,
            env=_environment(self.image, told, self.data, self.secrets, port=self.port),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )


@contextmanager
def started(image: Followed, folder: Path, database: str) -> Iterator[Contained]:
    """Until it is stopped as Docker stops it; then it must end by itself, as if nothing was."""
    told = project_in().services["easel"]
    data, secrets = folder / "data", folder / "secrets"
    data.mkdir()
    secrets.mkdir()
    for name in told.secrets:
        content = database if name == "easel_database_url" else ""
        (secrets / name).write_text(content)
    entry, command = (image.stages["runtime"].last(word) for word in ("ENTRYPOINT", "CMD"))
    assert entry
    assert command
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [_here(image, word) for word in (*entry.words, *command.words)],
            cwd=image.here,
            env=_environment(image, told, data, secrets, port=0),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith(READY), (folder / "log").read_text()
            port = int(line.strip().rstrip("/").rpartition(":")[2])
            yield Contained(image=image, port=port, data=data, secrets=secrets)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0, (folder / "log").read_text()
        finally:
            process.kill()


def _environment(
    image: Followed, told: Service, data: Path, secrets: Path, *, port: int
) -> dict[str, str]:
    """That of the image and of Compose; only the folders and the port are those of the test."""
    ours = {name: filled_in(value) for name, value in told.environment.items()}
    return {
        "PATH": os.environ["PATH"],
        "OMP_NUM_THREADS": "1",
        **image.environment,
        **ours,
        "EASEL_DATA_DIR": str(data),
        "EASEL_PORT": str(port),
        # Where /run/secrets would be. Easel reads both alike.
        "CREDENTIALS_DIRECTORY": str(secrets),
    }


def _here(image: Followed, word: str) -> str:
    return str(image.place(word)) if word.startswith("/opt/") else word
