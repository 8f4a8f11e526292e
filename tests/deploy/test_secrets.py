"""deploy/make-secrets: made once, kept, readable in containers and by nobody else here."""

import stat
import subprocess
from pathlib import Path

from tests.deploy.compose import project_in
from tests.deploy.dockerfile import ROOT

PROGRAM = ROOT / "deploy" / "make-secrets"


def make(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, folder], capture_output=True, text=True, timeout=60)


def test_all_that_compose_asks_for_is_made(tmp_path: Path) -> None:
    asked = {Path(secret.file).name for secret in project_in().secrets.values()}

    made = make(tmp_path / "secrets")

    assert made.returncode == 0, made.stderr
    assert {each.name for each in (tmp_path / "secrets").iterdir()} == asked


def test_easel_and_postgres_are_told_the_same_password(tmp_path: Path) -> None:
    make(tmp_path)

    password = (tmp_path / "postgres_password.txt").read_text()
    address = (tmp_path / "easel_database_url.txt").read_text()
    postgres = project_in().services["postgres"].environment

    assert len(password) == 48
    assert address == (
        f"postgresql://{postgres['POSTGRES_USER']}:{password}@postgres/{postgres['POSTGRES_DB']}"
    )


def test_no_two_are_alike(tmp_path: Path) -> None:
    make(tmp_path / "one")
    make(tmp_path / "other")

    found = [
        (tmp_path / folder / f"{name}_password.txt").read_text()
        for folder in ("one", "other")
        for name in ("postgres", "grafana")
    ]

    assert len(set(found)) == 4


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "postgres_password.txt").write_text("mine")
    (tmp_path / "easel_discord_token.txt").write_text("token")

    first = make(tmp_path)
    before = {each.name: each.read_text() for each in tmp_path.iterdir()}
    again = make(tmp_path)

    assert (first.returncode, again.returncode, again.stderr) == (0, 0, "")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == before
    assert ":mine@" in before["easel_database_url.txt"]
    assert before["easel_discord_token.txt"] == "token"


def test_a_password_that_would_not_fit_its_address_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "easel_database_url.txt").write_text("postgresql://easel:lost@postgres/easel")

    made = make(tmp_path)

    assert made.returncode == 1
    assert "but not postgres_password.txt" in made.stderr
    assert len(list(tmp_path.iterdir())) == 1


def test_containers_may_read_them_and_nobody_else_here(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)

    make(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o644}


def test_who_wants_discord_is_told_where_the_token_goes(tmp_path: Path) -> None:
    assert "easel_discord_token.txt" in make(tmp_path).stderr.splitlines()[-1]
