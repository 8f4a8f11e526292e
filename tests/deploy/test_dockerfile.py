"""The Dockerfile: pinned, without root, and with nothing in it that does not belong there."""

import re
from pathlib import Path

import pytest

from tests.deploy.context import files_given, is_given
from tests.deploy.dockerfile import ROOT, line_of, stages_in

STAGES = stages_in()
FINAL = ["easel", "with-weights"]
WORDS = frozenset(
    {"FROM", "LABEL", "ENV", "ARG", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "STOPSIGNAL"}
    | {"HEALTHCHECK", "ENTRYPOINT", "CMD"}
)


def test_the_image_below_has_a_version() -> None:
    below = {stage.base for stage in STAGES.values() if stage.base not in STAGES}

    assert len(below) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+", below.pop())


def test_what_is_built_when_nothing_is_named_needs_no_models() -> None:
    assert list(STAGES)[-1] == "easel"


def test_every_instruction_is_one_of_ours() -> None:
    said = {step.word for stage in STAGES.values() for step in stage.steps}

    assert said <= WORDS


@pytest.mark.parametrize("name", FINAL)
def test_nobody_paints_as_root(name: str) -> None:
    users = [step.said for step in line_of(STAGES, name) if step.word == "USER"]

    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])


def test_the_user_has_the_number_that_is_made() -> None:
    made = next(step.said for step in STAGES["runtime"].steps if "useradd" in step.said)
    user = STAGES["runtime"].last("USER")

    assert user is not None
    assert f"--uid {user.said.split(':')[0]} " in made


@pytest.mark.parametrize("word", ["ENTRYPOINT", "CMD"])
def test_signals_reach_easel_itself(word: str) -> None:
    step = STAGES["runtime"].last(word)
    stop = STAGES["runtime"].last("STOPSIGNAL")

    assert step is not None
    assert step.said.startswith('["')
    assert stop is not None
    assert stop.said == "SIGTERM"


def test_health_is_asked_without_a_shell() -> None:
    check = STAGES["runtime"].last("HEALTHCHECK")

    assert check is not None
    assert check.said.startswith('CMD ["')
    assert {"interval", "timeout", "start-period", "retries"} == set(check.flags)


@pytest.mark.parametrize("name", FINAL)
def test_nothing_is_downloaded_once_it_runs(name: str) -> None:
    told = [step.pairs for step in line_of(STAGES, name) if step.word == "ENV"]

    assert [pairs["HF_HUB_OFFLINE"] for pairs in told if "HF_HUB_OFFLINE" in pairs] == ["1"]


def test_no_secret_is_part_of_an_image() -> None:
    told = [
        name
        for stage in STAGES.values()
        for step in stage.steps
        if step.word in {"ENV", "ARG"}
        for name in step.pairs
    ]

    assert not [name for name in told if re.search("TOKEN|PASSWORD|SECRET|DATABASE", name)]


def test_everything_that_is_copied_is_there() -> None:
    for stage in STAGES.values():
        for step in stage.steps:
            if step.word == "COPY" and "from" not in step.flags:
                for source in step.words[:-1]:
                    assert list(files_given(source)), source


def test_packages_are_made_for_the_python_that_runs_them() -> None:
    assert STAGES["packages"].base == STAGES["runtime"].base == "base"


def test_packages_come_by_the_script_that_everybody_starts_easel_with() -> None:
    runs = [step.said for step in STAGES["packages"].steps if step.word == "RUN"]
    entry = STAGES["runtime"].last("ENTRYPOINT")

    assert runs[0].startswith("./run --set-up-only")
    assert entry is not None
    assert entry.words == ["/opt/easel/run"]


def test_what_is_compiled_for_a_card_can_be_started_in_its_image() -> None:
    steps = STAGES["runtime"].steps
    given = [
        step.pairs["TORCH_BUILD"]
        for step in steps
        if step.word == "ARG" and "TORCH_BUILD" in step.pairs
    ]
    [run] = [step.said for step in steps if step.word == "RUN" and "apt-get" in step.said]

    assert given == [""]
    assert run.startswith('if [ "$TORCH_BUILD" = cuda ]; then')
    assert "install -y --no-install-recommends gcc libc6-dev " in run


def test_extras_are_in_the_image_only_where_they_are_asked_for() -> None:
    steps = STAGES["packages"].steps
    given = [
        step.pairs["EXTRAS"] for step in steps if step.word == "ARG" and "EXTRAS" in step.pairs
    ]
    [run] = [step.said for step in steps if step.word == "RUN"]

    assert given == [""]
    assert re.search(r'if \[ -n "\$EXTRAS" \]; then \./run --set-up-extras; fi', run)
    assert "deploy/slim.py $EXTRAS" in run


@pytest.mark.parametrize(
    "path",
    [
        "secrets/postgres_password.txt",
        ".env",
        "easel.toml",
        "data/easel.db",
        "data/cookies.secret",
        ".git/config",
        ".venv/bin/python",
        "tests/fakes.py",
        "bot/__pycache__/app.cpython-311.pyc",
        "engine/gpu/__pycache__/hand.cpython-311.pyc",
        "deploy/grafana/easel.json",
        "picture.png",
    ],
)
def test_what_is_nobodys_business_never_reaches_the_builder(path: str) -> None:
    assert not is_given(path)


@pytest.mark.parametrize("path", ["bot/serve.py", "deploy/bake", "run", "bot/web/static/page.css"])
def test_what_easel_is_made_of_does(path: str) -> None:
    assert is_given(path)


def test_only_what_is_copied_reaches_the_builder() -> None:
    copied = [
        source
        for stage in STAGES.values()
        for step in stage.steps
        if step.word == "COPY" and "from" not in step.flags
        for source in step.words[:-1]
    ]
    exceptions = [
        line.removeprefix("!")
        for line in Path(ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]

    assert sorted(set(copied)) == sorted(exceptions)
