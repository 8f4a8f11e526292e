"""Settings: what the owner chose, from the environment, `.env` or `easel.toml`, in that order."""

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.addresses import is_discord_or_here
from bot.expected import EXPECTED
from bot.redacted import passwords_in, redacted
from bot.setting_places import (
    ENV_FILE,
    PREFIX,
    TOML_FILE,
    prefixed,
    read_env_file,
    read_toml,
    require_readable,
    secret_folders,
    spelled,
)
from engine.errors import Misconfigured
from engine.letters import shown
from engine.nearest import did_you_mean
from engine.retention import Keep
from engine.safety import Measure, Policy
from engine.shortcut import Shortcut
from engine.switch import AUTO, NONE, Chosen, switches_named

BUILT_IN = "picturebook"
LONGEST_SHOWN = 60

DEVICE = r"(cpu|cuda(:\d+)?)"
SECRET = frozenset({"database_url", "discord_token"})


class Settings(BaseSettings):
    """If you hold them, they are valid."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field("127.0.0.1", pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(7878, ge=0, le=65535)
    open_page: bool = True
    data_dir: Path = Path("data")
    database_url: SecretStr | None = None
    models: Annotated[tuple[str, ...], NoDecode] = (BUILT_IN,)
    painter: Literal["thread", "process", "ray", "modal"] = "thread"
    device: str = Field("auto", pattern=rf"^(auto|{DEVICE}(\s*,\s*{DEVICE})*)$")
    modal_app: str = Field("easel", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    modal_gpu: Literal[
        "auto", "none", "T4", "L4", "A10", "L40S", "A100-40GB", "A100-80GB", "H100", "H200"
    ] = "auto"
    modal_containers: int = Field(1, ge=1, le=100)
    modal_warm: int = Field(0, ge=0, le=100)
    ray_address: str = Field("127.0.0.1:6379", pattern=r"^[A-Za-z0-9.:_\[\]-]+:\d{1,5}$")
    ray_data_dir: Path | None = None
    model_memory_gb: float | None = Field(None, gt=0, le=4096)
    offload: Literal["none", "parts", "blocks", "layers"] = "none"
    switches: Annotated[tuple[str, ...], NoDecode] = (AUTO,)
    shortcuts: Annotated[tuple[Shortcut, ...], NoDecode] = ()
    previews: Literal["off", "fast", "fine"] = "fine"
    preview_every: int = Field(4, ge=1, le=150)
    safety: Measure = "off"
    safety_model: Path | None = None
    safety_labels: Annotated[tuple[str, ...], NoDecode] = ()
    safety_threshold: float = Field(0.5, gt=0, le=1)
    discord_token: SecretStr | None = None
    discord_api: str | None = None
    discord_gateway: str | None = None
    log: Literal["human", "json"] = "human"
    queue_limit: int = Field(200, ge=1)
    keep_days: int | None = Field(None, ge=1, le=36500)
    keep_pictures: int | None = Field(None, ge=1, le=2**31)
    keep_gb: float | None = Field(None, gt=0, le=2**20)
    grace_s: float = Field(30, ge=0, le=3600)

    @field_validator("ray_address")
    @classmethod
    def _has_a_port(cls, address: str) -> str:
        if not 0 < int(address.rpartition(":")[2]) < 65536:
            raise ValueError
        return address

    @field_validator("data_dir", "ray_data_dir", "safety_model")
    @classmethod
    def _at_home(cls, folder: Path | None) -> Path | None:
        return Path(os.path.expanduser(folder)) if folder else None

    @field_validator("models", "safety_labels", mode="before")
    @classmethod
    def _listed(cls, names: Any) -> Any:
        return _names_in(names) if isinstance(names, str) else names

    @field_validator("switches", mode="before")
    @classmethod
    def _in_any_case(cls, names: Any) -> Any:
        return _names_in(names.lower()) if isinstance(names, str) else names

    @field_validator("shortcuts", mode="before")
    @classmethod
    def _in_any_case_or_none(cls, names: Any) -> Any:
        listed = cls._in_any_case(names)
        return () if listed == (NONE,) else listed

    @field_validator("models")
    @classmethod
    def _some(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        return models or (BUILT_IN,)

    @field_validator("switches")
    @classmethod
    def _known_switches(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        switches_named(names)
        return names or (AUTO,)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", url.get_secret_value()):
            raise ValueError
        return url

    @field_validator("discord_token")
    @classmethod
    def _one_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token and len(token.get_secret_value().split()) != 1:
            raise ValueError
        return SecretStr(token.get_secret_value().strip()) if token else None

    @field_validator("discord_api", "discord_gateway")
    @classmethod
    def _discord_or_here(cls, address: str | None) -> str | None:
        # The bot's token travels to this address.
        if address is not None and not is_discord_or_here(address):
            raise ValueError
        return address

    @model_validator(mode="after")
    def _agree(self) -> Self:
        # Raises Misconfigured: safety is worth nothing without a model.
        _ = self.safety_policy
        if self.painter == "thread" and len(self.devices) > 1:
            raise Misconfigured(
                "A thread paints on one device. "
                "Set EASEL_DEVICE to one of them, or EASEL_PAINTER to process."
            )
        if self.modal_warm > self.modal_containers:
            raise Misconfigured(
                "More machines cannot be kept running on Modal than may paint there. "
                "Lower EASEL_MODAL_WARM, or raise EASEL_MODAL_CONTAINERS."
            )
        if self.painter == "ray" and self.device not in {"auto", "cuda", "cpu"}:
            raise Misconfigured(
                "With EASEL_PAINTER=ray each machine paints on all of its cards. "
                "Set EASEL_DEVICE to cuda, or to cpu for machines without."
            )
        return self

    @property
    def devices(self) -> tuple[str, ...]:
        """Where pictures are painted, as they were named."""
        return tuple(name.strip() for name in self.device.split(","))

    @property
    def models_here(self) -> tuple[str, ...]:
        """Those that have to be on this machine."""
        return () if self.painter == "modal" else self.models

    @property
    def thrown(self) -> Chosen:
        """The switches, as far as the device does not decide."""
        return switches_named(self.switches)

    @property
    def model_memory(self) -> int | None:
        """In bytes; None where the device decides."""
        return int(self.model_memory_gb * 2**30) if self.model_memory_gb else None

    @property
    def keep(self) -> Keep:
        """How long pictures are kept, and how many."""
        return Keep(
            age=timedelta(days=self.keep_days) if self.keep_days else None,
            each=self.keep_pictures,
            bytes=int(self.keep_gb * 2**30) if self.keep_gb else None,
        )

    @property
    def safety_policy(self) -> Policy:
        """What happens to pictures that are taken for unsafe."""
        return Policy(
            measure=self.safety,
            model=self.safety_model,
            labels=self.safety_labels,
            threshold=self.safety_threshold,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What opens something, and stands in no line of the log."""
        token = self.discord_token.get_secret_value() if self.discord_token else None
        return tuple(dict.fromkeys(filter(None, (*passwords_in(self.database), token))))

    @property
    def database(self) -> str:
        """The database's address; a SQLite file in the data folder where none was given."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.database_file.absolute()}"

    @property
    def database_file(self) -> Path:
        """Where SQLite's file is if no other database was named."""
        return self.data_dir / "easel.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What a caller gives (the toml file's values among it) comes last, not first."""
        return env_settings, dotenv_settings, file_secret_settings, init_settings


def _names_in(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_settings() -> Settings:
    """Read them all, or raise Misconfigured with the mend."""
    table = read_toml()
    folders = secret_folders()
    _refuse_unknown("the environment", prefixed(os.environ))
    _refuse_unknown(str(ENV_FILE), prefixed(read_env_file()))
    _refuse_unknown(str(TOML_FILE), table)
    for folder in folders:
        _refuse_unknown(str(folder), prefixed(file.name for file in folder.iterdir()))
        require_readable(folder)
    try:
        return Settings(_secrets_dir=folders, **table)
    except ValidationError as error:
        raise Misconfigured(_sentence(error)) from None
    except (OSError, ValueError) as error:
        raise Misconfigured(f"I cannot read the settings: {error}.") from None


def _refuse_unknown(source: str, names: Iterable[str]) -> None:
    for name in names:
        if name not in Settings.model_fields:
            known = [spelled(field) for field in Settings.model_fields]
            # Whatever a file has for a name, it goes to a terminal.
            called = shown(spelled(name), LONGEST_SHOWN)
            raise Misconfigured(
                f"I know no setting {called}, which is in {source}. {did_you_mean(called, known)}"
            )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    field = str(first["loc"][0])
    given = "" if field in SECRET else f", not {redacted(repr(first['input'])):.{LONGEST_SHOWN}}"
    return f"{spelled(field)} must be {EXPECTED[field]}{given}."
