"""Whatever settings say, they are read or refused in a sentence that gives no secret away."""

import json
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from bot.expected import EXPECTED
from bot.setting_places import PREFIX
from bot.settings import SECRET, Settings, read_settings
from engine.alternatives import expand, load_wildcards
from engine.errors import EaselError, Misconfigured
from engine.tariff import Tariff
from storage.address import address_of
from tests.security.corpus import texts
from tests.security.entrances import through

pytestmark = pytest.mark.usefixtures("folder")
NAMES = (*EXPECTED, "nothing")
PLANTED = "pl4nted-s3cret"


@through("settings")
@pytest.mark.promise(17, count=1000)
def test_whatever_settings_say_they_are_read_or_refused(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(19)

    for word in texts(count):
        with monkeypatch.context() as patch:
            _write(chance, patch, word)
            sentence = _read()

        assert len(sentence) < 2000
        _clear()


@pytest.mark.parametrize("name", sorted(SECRET))
def test_a_secret_that_is_refused_is_not_repeated(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (f"{PLANTED} x", f"nosql://easel:{PLANTED}@db", f"{PLANTED}\n{PLANTED}"):
        monkeypatch.setenv(PREFIX + name.upper(), wrong)

        assert PLANTED not in _read()


@pytest.mark.parametrize("name", ["discord_api", "discord_gateway", "host", "port", "data_dir"])
def test_a_password_in_an_address_that_is_refused_is_not_repeated(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), f"https://easel:{PLANTED}@elsewhere.example")

    assert PLANTED not in _read()


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://easel:{PLANTED}@[::1/easel",
        f"postgresql://easel:{PLANTED}@db:port/easel",
        f"postgresql://easel:{PLANTED}@db/easel?nothing={PLANTED}",
        f"postgresql://easel:{PLANTED}@db/a@b",
        f"postgresql://db/easel?sslmode=verify-full&sslrootcert=/none&password={PLANTED}",
    ],
)
def test_no_address_of_a_database_gives_its_password_away(address: str) -> None:
    settings = Settings.model_validate({"database_url": address})

    with pytest.raises(Misconfigured) as refused:
        address_of(settings.database)

    assert PLANTED not in str(refused.value)
    assert PLANTED in settings.secrets
    assert PLANTED not in repr(settings)


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        ("p4ss", "p4ss"),
        ("p%40ss", "p@ss"),
        ("p@ss", "p@ss"),
        ("p/s#s", "p/s#s"),
        ("p%2Fss", "p/ss"),
    ],
)
def test_a_password_is_known_as_it_is_written_and_as_it_is_sent(password: str, sent: str) -> None:
    settings = Settings.model_validate({"database_url": f"postgresql://easel:{password}@db/easel"})

    assert {password, sent} <= set(settings.secrets)


@through("files")
@pytest.mark.promise(17, count=500)
def test_whatever_is_in_the_files_of_the_data_folder_is_read_or_refused(count: int) -> None:
    chance, folder = random.Random(23), Path("wildcards")
    folder.mkdir()

    for word in texts(count // 2):
        content = word.encode(errors="surrogatepass")
        if chance.random() < 0.2:
            content += bytes([chance.randrange(256)])
        (folder / "animal.txt").write_bytes(content)
        with suppress(EaselError):
            expand("a __animal__", load_wildcards(folder), 7)
        with suppress(ValueError):
            Tariff.from_json(content.decode(errors="surrogatepass"))


def _write(chance: random.Random, patch: pytest.MonkeyPatch, word: str) -> None:
    name = chance.choice(NAMES)
    match chance.randrange(5):
        case 0:
            Path("easel.toml").write_bytes(word.encode(errors="surrogatepass"))
        case 1:
            Path(".env").write_bytes(word.encode(errors="surrogatepass"))
        case 2:
            text = json.dumps(word.encode(errors="replace").decode())
            Path("easel.toml").write_text(f"{chance.choice([name, text])} = {text}\n", "utf-8")
        case 3:
            line = f"{PREFIX}{name.upper()}={word}\n"
            Path(".env").write_bytes(line.encode(errors="surrogatepass"))
        case _:
            if "\0" not in word:
                value = word.encode(errors="replace").decode()
                patch.setitem(os.environ, PREFIX + name.upper(), value)


def _read() -> str:
    """What they are refused with; settings that are read can also be asked."""
    try:
        settings = read_settings()
        address_of(settings.database)
    except EaselError as error:
        return str(error)
    assert isinstance(settings.secrets, tuple)
    assert settings.keep
    assert settings.safety_policy
    return ""


def _clear() -> None:
    for name in ("easel.toml", ".env"):
        Path(name).unlink(missing_ok=True)
