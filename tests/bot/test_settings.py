"""Settings: where they come from, and what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, read_settings
from engine.errors import Misconfigured
from engine.retention import Keep
from engine.safety import Policy

pytestmark = pytest.mark.usefixtures("folder")


def test_without_a_word_easel_serves_this_machine_alone() -> None:
    settings = read_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 7878)
    assert settings.models == ("picturebook",)
    assert settings.database.endswith("/data/easel.db")
    assert settings.discord_token is None


def test_the_environment_wins_over_env_file_and_that_over_toml(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("easel.toml").write_text('port = 1\nhost = "toml"\nqueue_limit = 11\n')
    Path(".env").write_text("EASEL_PORT=2\nEASEL_HOST=file\nOTHER=ignored\n")
    monkeypatch.setenv("EASEL_PORT", "3")

    settings = read_settings()

    assert (settings.port, settings.host, settings.queue_limit) == (3, "file", 11)


def test_names_in_toml_may_be_those_of_the_environment() -> None:
    Path("easel.toml").write_text("EASEL_PORT = 5\n")

    assert read_settings().port == 5


def test_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_MODELS", "")
    monkeypatch.setenv("EASEL_PORT", "")

    assert read_settings() == Settings()


def test_models_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_MODELS", "sdxl, picturebook,")

    assert read_settings().models == ("sdxl", "picturebook")


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "EASEL_DISCORD_TOKEN").write_text("abc.def\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    token = read_settings().discord_token

    assert token is not None
    assert token.get_secret_value() == "abc.def"


def test_a_secret_that_is_a_folder_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "easel_discord_token"
    secret.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    with pytest.raises(Misconfigured) as refusal:
        read_settings()

    assert str(refusal.value) == f"The secret {secret} is a folder. It has to be a file."


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"hunter2\xff", "It is no text in UTF-8"), (None, "No such file or directory")],
)
def test_a_secret_that_cannot_be_read_is_named_and_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, why: str
) -> None:
    secret = tmp_path / "easel_discord_token"
    if content is None:
        secret.symlink_to(tmp_path / "gone")
    else:
        secret.write_bytes(content)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    with pytest.raises(Misconfigured) as refusal:
        read_settings()

    assert str(refusal.value) == f"I cannot read the secret {secret}: {why}."


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_DISCORD_TOKEN", "abc.def")
    monkeypatch.setenv("EASEL_DATABASE_URL", "postgresql://easel:hunter2@db/easel")

    shown = repr(read_settings())

    assert "abc.def" not in shown
    assert "hunter2" not in shown


def test_settings_do_not_change() -> None:
    settings = read_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize("name", ["EASEL_PROT", "easel_prot"])
def test_an_unknown_name_in_the_environment_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")

    with pytest.raises(Misconfigured, match=r"EASEL_PROT.*environment.*EASEL_PORT"):
        read_settings()


@pytest.mark.parametrize(
    ("file", "text"), [(".env", "EASEL_PROT=1\n"), ("easel.toml", "prot = 1\n")]
)
def test_an_unknown_name_in_a_file_is_refused(file: str, text: str) -> None:
    Path(file).write_text(text)

    with pytest.raises(Misconfigured, match=rf"EASEL_PROT.*{file}.*EASEL_PORT"):
        read_settings()


def test_what_the_tests_are_told_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_TEST_DATABASE_URL", "postgresql://localhost/test")

    assert read_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EASEL_PORT", "http"),
        ("EASEL_PORT", "70000"),
        ("EASEL_RAY_ADDRESS", "10.0.0.1:99999"),
        ("EASEL_RAY_ADDRESS", "10.0.0.1:0"),
        ("EASEL_RAY_ADDRESS", "10.0.0.1"),
        ("EASEL_OPEN_PAGE", "perhaps"),
        ("EASEL_HOST", "http://localhost"),
        ("EASEL_PAINTER", "cloud"),
        ("EASEL_DEVICE", "gpu"),
        ("EASEL_LOG", "xml"),
        ("EASEL_OFFLOAD", "everything"),
        ("EASEL_SHORTCUTS", "fp8,fp4"),
        ("EASEL_SHORTCUTS", "none,fp8"),
        ("EASEL_SWITCHES", "all"),
        ("EASEL_SWITCHES", "auto,compile"),
        ("EASEL_PREVIEWS", "beautiful"),
        ("EASEL_PREVIEW_EVERY", "0"),
        ("EASEL_SAFETY", "on"),
        ("EASEL_SAFETY_THRESHOLD", "0"),
        ("EASEL_SAFETY_THRESHOLD", "50"),
        ("EASEL_QUEUE_LIMIT", "0"),
        ("EASEL_KEEP_DAYS", "0"),
        ("EASEL_KEEP_DAYS", "99999999"),
        ("EASEL_KEEP_PICTURES", "0"),
        ("EASEL_KEEP_PICTURES", "many"),
        ("EASEL_KEEP_GB", "0"),
        ("EASEL_KEEP_GB", "nan"),
        ("EASEL_GRACE_S", "nan"),
        ("EASEL_DATABASE_URL", "mysql://localhost/easel"),
        ("EASEL_DISCORD_TOKEN", "two words"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)

    with pytest.raises(Misconfigured, match=rf"^{name} must be .*\.$"):
        read_settings()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (" ", ("auto",)),
        (",", ("auto",)),
        ("AUTO", ("auto",)),
        ("None", ("none",)),
        ("Auto, -Compile", ("auto", "-compile")),
    ],
)
def test_switches_are_named_in_any_case(
    monkeypatch: pytest.MonkeyPatch, text: str, meant: tuple[str, ...]
) -> None:
    monkeypatch.setenv("EASEL_SWITCHES", text)

    assert read_settings().switches == meant


@pytest.mark.parametrize(
    ("text", "meant"), [("FP8", ("fp8",)), ("none", ()), ("None", ()), (",", ())]
)
def test_shortcuts_are_named_in_any_case(
    monkeypatch: pytest.MonkeyPatch, text: str, meant: tuple[str, ...]
) -> None:
    monkeypatch.setenv("EASEL_SHORTCUTS", text)

    assert read_settings().shortcuts == meant


def test_everything_is_kept_unless_the_owner_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = read_settings().keep
    monkeypatch.setenv("EASEL_KEEP_DAYS", "30")
    monkeypatch.setenv("EASEL_KEEP_PICTURES", "500")
    monkeypatch.setenv("EASEL_KEEP_GB", "1.5")

    assert everything == Keep()
    assert read_settings().keep == Keep(age=timedelta(days=30), each=500, bytes=3 * 2**29)


def test_the_sentence_about_a_bad_secret_does_not_tell_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_DATABASE_URL", "mysql://easel:hunter2@db/easel")

    with pytest.raises(Misconfigured) as refusal:
        read_settings()

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(("file", "text"), [("easel.toml", b"port = = 1"), (".env", b"\xff\xfe")])
def test_a_file_that_cannot_be_read_is_a_sentence(file: str, text: bytes) -> None:
    Path(file).write_bytes(text)

    with pytest.raises(Misconfigured, match=f"cannot read {file}"):
        read_settings()


@pytest.mark.parametrize("name", ["EASEL_DISCORD_API", "EASEL_DISCORD_GATEWAY"])
@pytest.mark.parametrize(
    "address",
    [
        "https://discord.com/api/v10",
        "wss://gateway.discord.com",
        "http://127.0.0.1:8080/api",
        "ws://[::1]:9",
        "http://localhost",
    ],
)
def test_the_token_may_travel_to_discord_and_to_a_stand_in_here(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv(name, address)

    assert address in {read_settings().discord_api, read_settings().discord_gateway}


@pytest.mark.parametrize("name", ["EASEL_DISCORD_API", "EASEL_DISCORD_GATEWAY"])
@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://discord.com.example.com",
        "https://notdiscord.com",
        "https://discord.com@example.com",
        "https://example.com\\@discord.com",
        "http://discord.com",
        "discord.com",
        "file:///etc/passwd",
        "http://[::1",
        "http://192.168.1.5",
    ],
)
def test_the_token_travels_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv(name, address)

    with pytest.raises(Misconfigured, match=name):
        read_settings()


def test_previews_are_as_fine_as_they_can_be_and_nothing_is_censored() -> None:
    settings = read_settings()

    assert (settings.previews, settings.preview_every) == ("fine", 4)
    assert settings.safety_policy == Policy()


def test_what_happens_to_unsafe_pictures_is_one_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_SAFETY", "blur")
    monkeypatch.setenv("EASEL_SAFETY_MODEL", "~/checker")
    monkeypatch.setenv("EASEL_SAFETY_LABELS", "porn, hentai,")
    monkeypatch.setenv("EASEL_SAFETY_THRESHOLD", "0.8")

    assert read_settings().safety_policy == Policy(
        measure="blur",
        model=Path("~/checker").expanduser(),
        labels=("porn", "hentai"),
        threshold=0.8,
    )


def test_safety_without_a_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_SAFETY", "refuse")

    with pytest.raises(Misconfigured, match="EASEL_SAFETY_MODEL"):
        read_settings()
