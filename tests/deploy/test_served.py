"""The real program with the environment of docker-compose.yml: who reaches what, and how."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.compose import project_in
from tests.deploy.contained import AS_PUBLISHED, AS_SERVICE, Contained, started
from tests.deploy.followed import Followed
from tests.storage.server import Postgres

HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{AS_PUBLISHED}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A key as it was made `first` for Prometheus, the `file` where another one lies by now, and
    one that somebody made for their `own` in between."""

    first: str
    own: str
    file: Path

    @property
    def key(self) -> str:
        return self.file.read_text().strip()


@pytest.fixture(scope="module")
def watched(easel: Contained, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("keys")
    first = make_watcher_key(easel, folder).read_text().strip()
    own = easel.run("easel", "./run", "keys", "add", "prometheus", "--scope", "read").stdout.strip()
    return Watched(first=first, own=own, file=make_watcher_key(easel, folder))


def make_watcher_key(easel: Contained, folder: Path) -> Path:
    """As the service does it."""
    service = project_in().services["watcher-key"]
    assert service.entrypoint
    [program, place] = service.entrypoint
    file = folder / Path(place).name
    made = easel.run("watcher-key", program, str(file))
    assert made.returncode == 0, made.stderr
    return file


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_compose_finds_it_ready_and_docker_alive(easel: Contained) -> None:
    compose = project_in().services["easel"].healthcheck
    docker = easel.image.stages["runtime"].last("HEALTHCHECK")
    assert compose
    assert docker
    checks = [compose.test[1:], _words(docker.said)]

    answers = [easel.run("easel", *check) for check in checks]

    assert [(each.returncode, each.stdout) for each in answers] == [(0, "ok\n"), (0, "ok\n")]


def test_where_nothing_answers_it_is_not_healthy(image: Followed) -> None:
    silent = image.shell(".venv/bin/python deploy/healthy.py /readyz", EASEL_PORT="1")
    proxied = image.shell(
        ".venv/bin/python deploy/healthy.py", EASEL_PORT="1", http_proxy="http://127.0.0.1:9"
    )

    assert [silent.returncode, proxied.returncode] == [1, 1]
    assert silent.stdout.startswith("Easel does not answer: ")


def test_what_is_not_well_is_not_healthy(easel: Contained) -> None:
    lost = easel.run("easel", ".venv/bin/python", "deploy/healthy.py", "/metrics")

    assert lost.returncode == 1
    assert "key" in lost.stdout


def test_nobody_is_taken_for_somebody_who_sits_here(easel: Contained) -> None:
    for name in (AS_SERVICE, AS_PUBLISHED, "localhost:7878", "0.0.0.0:7878"):
        assert easel.ask("/metrics", name=name).status == 401
        assert easel.ask("/", name=name, headers=HTML).status == 401
        assert easel.ask("/v1/jobs", name=name).status == 401


def test_prometheus_reads_with_the_key_that_was_made_for_it(
    easel: Contained, watched: Watched
) -> None:
    read = easel.ask("/metrics", headers=bearer(watched.key))
    asked = easel.ask(
        "/generate",
        method="POST",
        headers=bearer(watched.key) | {"Content-Type": "application/json"},
        body='{"prompt": "a red boat"}',
    )

    assert read.status == 200
    assert b"easel_info{" in read.body
    assert asked.status == 403


def test_another_key_for_prometheus_closes_the_one_before(
    easel: Contained, watched: Watched
) -> None:
    assert easel.ask("/metrics", headers=bearer(watched.first)).status == 401
    assert easel.ask("/metrics", headers=bearer(watched.key)).status == 200


def test_a_key_that_somebody_made_for_their_own_prometheus_stays(
    easel: Contained, watched: Watched
) -> None:
    assert easel.ask("/metrics", headers=bearer(watched.own)).status == 200


def test_the_key_is_for_prometheus_and_nobody_else(watched: Watched) -> None:
    assert stat.S_IMODE(watched.file.stat().st_mode) == 0o640
    assert [each.name for each in watched.file.parent.iterdir()] == [watched.file.name]


def test_the_page_opens_with_a_key_through_the_published_port(easel: Contained) -> None:
    made = easel.run("easel", "./run", "keys", "add", "me", "--scope", "paint,read,moderate")
    key = made.stdout.strip()
    before = easel.ask("/", name=AS_PUBLISHED, headers=HTML)

    entered = easel.ask(
        "/login",
        method="POST",
        name=AS_PUBLISHED,
        headers=HTML | FORM,
        body=f"password={key}",
    )
    page = easel.ask("/", name=AS_PUBLISHED, headers=HTML | {"Cookie": entered.cookie})
    painted = easel.ask(
        "/generate",
        method="POST",
        name=AS_PUBLISHED,
        headers=bearer(key) | {"Content-Type": "application/json"},
        body='{"prompt": "a red boat --steps 1 --seed 1"}',
    )

    assert b'name="password"' in before.body
    assert entered.status == 303
    assert page.status == 200
    assert painted.status == 200
    assert painted.body.startswith(b"\x89PNG")


@pytest.mark.slow
def test_it_keeps_its_jobs_in_postgres(image: Followed, tmp_path: Path, postgres: Postgres) -> None:
    with postgres.new_database() as name:
        with started(image, tmp_path, postgres.url_of(name)) as easel:
            key = make_watcher_key(easel, tmp_path).read_text().strip()
            read = easel.ask("/metrics", headers=bearer(key))
            ready = easel.ask("/readyz")

        assert (read.status, ready.status) == (200, 200)
        assert not list((tmp_path / "data").glob("*.db"))


@pytest.mark.slow
def test_the_key_is_made_before_there_is_an_easel(
    image: Followed, tmp_path: Path, postgres: Postgres
) -> None:
    alone, service = tmp_path / "alone", tmp_path / "service"
    (alone / "data").mkdir(parents=True)
    service.mkdir()
    with postgres.new_database() as name:
        (alone / "easel_database_url").write_text(postgres.url_of(name))
        nobody = Contained(image=image, port=0, data=alone / "data", secrets=alone)

        key = make_watcher_key(nobody, tmp_path).read_text().strip()

        with started(image, service, postgres.url_of(name)) as easel:
            assert easel.ask("/metrics", headers=bearer(key)).status == 200


def _words(said: str) -> list[str]:
    """Those of HEALTHCHECK's CMD."""
    return re.findall(r'"([^"]*)"', said)
