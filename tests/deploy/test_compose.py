"""The Compose files: whole, careful, and for this machine alone."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.setting_places import PREFIX
from bot.settings import Settings
from tests.deploy.compose import (
    COMPOSE,
    ON_A_CARD,
    WITH_WEIGHTS,
    Project,
    Service,
    filled_in,
    project_in,
    seconds,
)
from tests.deploy.dockerfile import ROOT, stages_in

PROJECT = project_in()
ALL = [
    (),
    (ON_A_CARD,),
    (WITH_WEIGHTS,),
    (ON_A_CARD, WITH_WEIGHTS),
]
COMMIT = "org/name@" + "0" * 40
VERSION = re.compile(r":v?\d+(\.\d+){1,2}(-[\w-]+)?$")


def services() -> Iterator[tuple[str, Service]]:
    yield from PROJECT.services.items()


def lasting() -> Iterator[tuple[str, Service]]:
    """Those that do not end by themselves."""
    return ((name, each) for name, each in services() if each.restart != "no")


@pytest.mark.parametrize("more", ALL)
def test_the_files_say_what_the_specification_knows(more: tuple[Path, ...]) -> None:
    project = project_in(COMPOSE, *more)

    assert {"easel", "postgres", "watcher-key", "prometheus", "grafana"} == set(project.services)


def test_a_slip_of_the_pen_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "compose.yml"
    file.write_text("services: {easel: {image: 'easel:1.0', helthcheck: {}}}")

    with pytest.raises(ValidationError, match="helthcheck"):
        project_in(file)


@pytest.mark.parametrize("more", ALL)
def test_whatever_is_named_is_there(more: tuple[Path, ...]) -> None:
    project = project_in(COMPOSE, *more)

    for service in project.services.values():
        named = [each.split(":")[0] for each in service.volumes]
        assert set(service.secrets) <= set(project.secrets)
        assert set(service.networks) <= set(project.networks)
        assert set(service.depends_on) <= set(project.services)
        assert {each for each in named if each[0] not in "./"} <= set(project.volumes)
        for each in named:
            assert each[0] != "." or (ROOT / each).exists(), each


def test_nothing_is_there_for_nobody() -> None:
    used = [each for _, service in services() for each in service.secrets]
    mounted = [each.split(":")[0] for _, service in services() for each in service.volumes]
    joined = [each for _, service in services() for each in service.networks]

    assert set(PROJECT.secrets) == set(used)
    assert set(PROJECT.volumes) <= set(mounted)
    assert set(PROJECT.networks) == set(joined)


def test_who_waits_for_somebody_healthy_waits_for_a_check() -> None:
    for _, service in services():
        for name, waited in service.depends_on.items():
            other = PROJECT.services[name]
            if waited.condition == "service_healthy":
                assert other.healthcheck is not None, name
            elif waited.condition == "service_completed_successfully":
                assert other.restart == "no", name
            else:
                pytest.fail(f"{name} may not be ready")


def test_easel_waits_for_its_database_and_prometheus_for_its_key() -> None:
    assert PROJECT.services["easel"].depends_on["postgres"].condition == "service_healthy"
    assert PROJECT.services["watcher-key"].depends_on["postgres"].condition == "service_healthy"
    assert set(PROJECT.services["prometheus"].depends_on) == {"watcher-key"}


def test_nobody_waits_for_an_easel_that_may_be_paused() -> None:
    assert not [name for name, service in services() if "easel" in service.depends_on]


def test_only_this_machine_reaches_a_port() -> None:
    ports = [filled_in(port) for _, service in services() for port in service.ports]

    assert sorted(ports) == ["127.0.0.1:3000:3000", "127.0.0.1:7878:7878"]


def test_nobody_may_more_than_they_must() -> None:
    for name, service in services():
        assert service.read_only, name
        assert service.init, name
        assert service.cap_drop == ["ALL"], name
        assert "no-new-privileges:true" in service.security_opt, name
        assert service.user not in {"0", "root", "0:0"}, name
        assert not any("docker.sock" in volume for volume in service.volumes), name


def test_nobody_takes_all_of_the_machine() -> None:
    for name, service in services():
        assert service.deploy is not None, name
        assert service.deploy.resources.limits is not None, name
        assert service.logging is not None, name
        assert {"max-size", "max-file"} <= set(service.logging.options), name


def test_everybody_who_stays_is_looked_after() -> None:
    for name, service in lasting():
        assert service.healthcheck is not None, name
        assert service.healthcheck.test[0] == "CMD", name
        assert service.stop_grace_period is not None, name
        assert service.restart == "unless-stopped", name


def test_every_image_has_a_version() -> None:
    for name, service in services():
        assert service.image is not None
        assert VERSION.search(service.image), name


@pytest.mark.parametrize("more", ALL)
def test_our_image_is_built_here_in_the_version_that_this_is(more: tuple[Path, ...]) -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = project_in(COMPOSE, *more)

    ours = [project.services[name] for name in ("easel", "watcher-key")]

    assert len({each.image for each in ours}) == 1
    assert re.fullmatch(rf"easel:{table['project']['version']}(-[a-z-]+)?", str(ours[0].image))
    assert ours[0].build == ours[1].build
    # By another rule each start would build it anew, or look for it elsewhere first.
    assert {each.pull_policy for each in ours} == {"never"}


@pytest.mark.parametrize("more", ALL)
def test_what_is_built_is_what_the_dockerfile_knows(more: tuple[Path, ...]) -> None:
    build = project_in(COMPOSE, *more).services["easel"].build
    stages = stages_in()
    known = {
        name
        for stage in stages.values()
        for step in stage.steps
        if step.word == "ARG"
        for name in step.pairs
    }

    assert build is not None
    assert build.target in stages
    assert set(build.args) <= known


def test_what_easel_is_told_are_settings() -> None:
    for more in ALL:
        for name in ("easel", "watcher-key"):
            told = project_in(COMPOSE, *more).services[name].environment
            ours = {each.removeprefix(PREFIX).lower() for each in told if each.startswith(PREFIX)}
            assert ours <= set(Settings.model_fields)


def test_secrets_of_easel_are_called_like_settings() -> None:
    named = PROJECT.services["easel"].secrets

    assert {each.removeprefix(PREFIX.lower()) for each in named} <= set(Settings.model_fields)
    assert all(each.startswith(PREFIX.lower()) for each in named)


def test_no_secret_is_told_in_the_open() -> None:
    for _, service in services():
        for name, value in service.environment.items():
            if re.search("PASSWORD|TOKEN|SECRET|KEY", name):
                assert name.endswith("_FILE"), name
                assert value.removeprefix("/run/secrets/") in service.secrets


def test_secrets_lie_where_git_never_looks() -> None:
    ignored = (ROOT / "secrets" / ".gitignore").read_text("utf-8").splitlines()

    assert ignored == ["*", "!.gitignore", "!README.md"]
    assert all(each.file.startswith("./secrets/") for each in PROJECT.secrets.values())


def test_a_stop_has_time_for_what_is_being_painted() -> None:
    easel = PROJECT.services["easel"]
    assert easel.stop_grace_period is not None

    assert seconds(easel.stop_grace_period) >= float(easel.environment["EASEL_GRACE_S"]) + 10


def test_what_the_container_decides_no_env_file_undoes() -> None:
    easel = PROJECT.services["easel"]
    container = {"EASEL_HOST", "EASEL_PORT", "EASEL_OPEN_PAGE", "EASEL_DATA_DIR"}

    assert container <= set(easel.environment)
    assert [each.required for each in easel.env_file] == [False]


def test_only_what_watches_needs_the_profile() -> None:
    watching = {name for name, service in services() if service.profiles == ["monitoring"]}

    assert watching == {"watcher-key", "prometheus", "grafana"}
    for name, service in services():
        if name not in watching:
            assert not watching & set(service.depends_on)


def test_the_database_and_prometheus_are_reached_by_nobody_else() -> None:
    def reaches(network: str) -> set[str]:
        return {name for name, service in services() if network in service.networks}

    assert PROJECT.networks["storage"].internal
    assert PROJECT.networks["watching"].internal
    assert reaches("storage") == {"easel", "postgres", "watcher-key"}
    assert reaches("watching") == {"easel", "prometheus", "grafana"}
    assert reaches("default") == {"easel", "grafana"}


def test_a_published_service_is_on_a_network_that_has_a_way_out() -> None:
    for name, service in services():
        if service.ports:
            ways_out = [each for each in service.networks if not PROJECT.networks[each].internal]
            assert ways_out, name


def test_a_card_is_asked_for_and_nothing_else_changes() -> None:
    easel = project_in(COMPOSE, ON_A_CARD).services["easel"]
    resources = easel.deploy.resources if easel.deploy else None
    assert resources
    assert resources.reservations

    [device] = resources.reservations.devices

    assert device.capabilities == ["gpu"]
    assert resources.limits
    assert easel.build
    assert easel.build.args["TORCH_BUILD"] == "cuda"
    assert easel.environment["EASEL_DEVICE"] == "cuda"
    assert easel.environment["EASEL_OPEN_PAGE"] == "false"


def test_weights_in_the_image_are_named() -> None:
    build = project_in(COMPOSE, WITH_WEIGHTS).services["easel"].build
    assert build

    with pytest.raises(ValueError, match="Name the models with their commits"):
        filled_in(build.args["MODELS"])

    assert build.target == "with-weights"
    assert filled_in(build.args["MODELS"], {"MODELS": COMMIT}) == COMMIT


def test_nothing_is_left_open_but_what_may_be_chosen() -> None:
    text = COMPOSE.read_text("utf-8")
    chosen = set(re.findall(r"\$\{(\w+)", text))

    # None of Easel's own names: .env is read by Compose too.
    assert not any(name.startswith(PREFIX) for name in chosen)
    assert text.count("${") == len(re.findall(r"\$\{\w+:-[^}]*\}", text))


def test_the_project_is_one() -> None:
    assert isinstance(PROJECT, Project)
    assert PROJECT.name == "easel"
