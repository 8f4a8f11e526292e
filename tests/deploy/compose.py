"""The Compose files as Docker would read them: what our part of the specification allows."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml  # type: ignore[import-untyped]  # it brings no types
from pydantic import BaseModel, ConfigDict, Field

from tests.deploy.dockerfile import ROOT

COMPOSE = ROOT / "docker-compose.yml"
ON_A_CARD = ROOT / "deploy" / "compose.gpu.yml"
WITH_WEIGHTS = ROOT / "deploy" / "compose.weights.yml"
# ${NAME:-what else} and ${NAME:?what is wrong}
VARIABLE = re.compile(r"\$\{(\w+):([-?])((?:[^}\\]|\\.)*)\}")
UNITS = {"s": 1, "m": 60, "h": 3600}

Time = Annotated[str, Field(pattern=r"^\d+[smh]$")]
Size = Annotated[str, Field(pattern=r"^(\d+[kmg]|\$\{\w+:-\d+[kmg]\})$")]
Words = list[str]


class Strict(BaseModel):
    """What the specification does not know is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Build(Strict):
    context: str | None = None
    target: str | None = None
    args: Mapping[str, str] = {}


class Waited(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Healthcheck(Strict):
    test: Words
    interval: Time
    timeout: Time
    retries: int
    start_period: Time
    start_interval: Time


class Limits(Strict):
    memory: Size
    pids: int


class Device(Strict):
    driver: str
    count: int
    capabilities: Words


class Reservations(Strict):
    devices: list[Device]


class Resources(Strict):
    limits: Limits | None = None
    reservations: Reservations | None = None


class Deploy(Strict):
    resources: Resources


class Logging(Strict):
    driver: Literal["json-file", "local"]
    options: Mapping[str, str]


class EnvFile(Strict):
    path: str
    required: bool


class Ulimit(Strict):
    soft: int
    hard: int


class Service(Strict):
    image: str | None = None
    build: Build | None = None
    pull_policy: Literal["build", "missing", "always", "never"] | None = None
    profiles: Words = []
    init: bool = False
    read_only: bool = False
    restart: Literal["no", "always", "on-failure", "unless-stopped"] | None = None
    user: str | None = None
    group_add: Words = []
    cap_drop: Words = []
    security_opt: Words = []
    depends_on: Mapping[str, Waited] = {}
    entrypoint: Words | None = None
    command: Words | None = None
    env_file: list[EnvFile] = []
    environment: Mapping[str, str] = {}
    secrets: Words = []
    volumes: Words = []
    tmpfs: Words = []
    ports: Words = []
    networks: Words = []
    shm_size: Size | None = None
    stop_signal: str | None = None
    stop_grace_period: Time | None = None
    ulimits: Mapping[str, Ulimit] = {}
    healthcheck: Healthcheck | None = None
    logging: Logging | None = None
    deploy: Deploy | None = None


class Network(Strict):
    internal: bool = False


class Volume(Strict):
    pass


class Secret(Strict):
    file: str


class Project(Strict):
    name: str | None = None
    services: Mapping[str, Service]
    networks: Mapping[str, Network] = {}
    volumes: Mapping[str, Volume] = {}
    secrets: Mapping[str, Secret] = {}


def project_in(*files: Path) -> Project:
    """Several are laid over each other, as by `docker compose -f … -f …`."""
    merged: Any = {}
    for file in files or (COMPOSE,):
        told = yaml.safe_load(file.read_text("utf-8"))
        # Parts that are only there to be used again.
        merged = _laid_over(merged, {key: told[key] for key in told if not key.startswith("x-")})
    return Project.model_validate(merged)


def filled_in(text: str, chosen: Mapping[str, str] | None = None) -> str:
    """With what the shell has set, or what else is said. Raises ValueError where it must be set."""

    def fill(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        value = (chosen or {}).get(name, "")
        if not value and kind == "?":
            raise ValueError(rest)
        return value or rest

    filled = VARIABLE.sub(fill, text)
    if "${" in filled:
        raise ValueError(f"what {filled} means is not known")
    return filled


def seconds(time: str) -> int:
    return int(time[:-1]) * UNITS[time[-1]]


def _laid_over(below: Any, above: Any) -> Any:
    match below, above:
        case Mapping(), Mapping():
            names = [*below, *(name for name in above if name not in below)]
            return {
                name: _laid_over(below[name], above[name])
                if name in below and name in above
                else (above[name] if name in above else below[name])
                for name in names
            }
        case str(), _:
            return above
        case Sequence(), Sequence():
            return [*below, *above]
        case _:
            return above
