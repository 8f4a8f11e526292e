"""A token is looked for where Ray does, and never read into what is said."""

from pathlib import Path

import pytest

from engine.afar.token import FILE, MODE, TOKEN, require_token, with_token, without_token
from engine.errors import Misconfigured


def test_it_may_be_in_the_environment_a_named_file_or_at_home(tmp_path: Path) -> None:
    named, home = tmp_path / "named", tmp_path / "home"
    (home / ".ray").mkdir(parents=True)
    for file in (named, home / ".ray" / "auth_token"):
        file.write_text("secret\n")

    require_token({TOKEN: "secret"}, tmp_path)
    require_token({FILE: str(named)}, tmp_path)
    require_token({}, home)


def test_without_one_it_is_said_where_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"\.ray/auth_token: No such file.*RAY_AUTH_TOKEN_PATH"):
        require_token({}, tmp_path)


def test_an_empty_one_is_none(tmp_path: Path) -> None:
    file = tmp_path / "named"
    file.write_text("\n")

    with pytest.raises(Misconfigured, match="named is empty"):
        require_token({FILE: str(file), TOKEN: ""}, tmp_path)


def test_a_stranger_has_none() -> None:
    stranger = without_token({TOKEN: "secret", FILE: "secret", "PATH": "/bin"})

    assert "secret" not in stranger.values()
    assert (stranger[MODE], stranger["PATH"]) == ("disabled", "/bin")
    told = with_token({TOKEN: "secret", "PATH": "/bin"})
    assert told.items() >= {MODE: "token", TOKEN: "secret"}.items()
    assert "PATH" not in told
    assert TOKEN not in with_token({})
