"""What is deployed on Modal follows from the settings and from what lies in the data folder."""

import shlex
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.modal_plan import HALF, SEATS, load_of, plan_of
from bot.settings import Settings
from engine.errors import BadModel, Misconfigured
from engine.gpu.models.catalog import BUILT_IN_FOLDER, find
from engine.gpu.models.footprint import footprint_of
from engine.gpu.painter import SEATS as SEATS_OF
from engine.rented.card import CARDS
from engine.shortcut import Shortcut

COMMIT = "0123456789" * 4


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a model of the hub, one of one's own elsewhere, and a LoRA."""
    shutil.copytree(BUILT_IN_FOLDER, tmp_path / "data" / "models" / "org--book")
    (tmp_path / "data" / "models" / "org--book" / "source.json").write_text("{}", "utf-8")
    shutil.copytree(BUILT_IN_FOLDER, tmp_path / "elsewhere" / "mine")
    (tmp_path / "data" / "models" / "linked").symlink_to(tmp_path / "elsewhere" / "mine")
    (tmp_path / "data" / "loras").mkdir()
    (tmp_path / "data" / "loras" / "ink.safetensors").write_bytes(b"")
    (tmp_path / "data" / "upscalers").mkdir()
    return tmp_path / "data"


def test_the_built_in_model_needs_nothing_brought(tmp_path: Path) -> None:
    plan = plan_of(Settings(data_dir=tmp_path))

    assert plan.files == []
    assert plan.environment["EASEL_MODELS"] == "picturebook"
    assert (plan.app, plan.card, plan.containers, plan.warm) == ("easel", "T4", 1, 0)


def test_machines_are_asked_for_as_it_is_set(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, modal_containers=4, modal_warm=2, modal_gpu="H100")

    machine = plan_of(settings).machine

    assert machine == {
        "gpu": "H100",
        "min_containers": 2,
        "max_containers": 4,
        "scaledown_window": 300,
        "startup_timeout": 1200,
        "timeout": 900,
        "retries": 0,
    }


def test_models_are_brought_by_the_names_that_they_have_here(data: Path) -> None:
    mine = data.parent / "elsewhere" / "mine"

    plan = plan_of(Settings(data_dir=data, models=("org/book", "linked", str(mine))))

    assert [(here, str(there)) for here, there in plan.files if there.parent.name == "models"] == [
        (data / "models" / "org--book", "/data/models/org--book"),
        (mine, "/data/models/linked"),
        (mine, "/data/models/linked"),
    ]
    assert plan.environment["EASEL_MODELS"] == (
        "/data/models/org--book,/data/models/linked,/data/models/linked"
    )


def test_a_model_elsewhere_is_brought_beside_the_others(data: Path) -> None:
    (data / "models" / "linked").unlink()
    mine = data.parent / "elsewhere" / "mine"

    plan = plan_of(Settings(data_dir=data, models=(str(mine),)))

    assert (mine, Path("/data/models/mine")) in plan.files


def test_add_ons_are_brought_where_there_are_any(data: Path) -> None:
    plan = plan_of(Settings(data_dir=data))

    assert plan.files == [(data / "loras", Path("/data/loras"))]


def test_what_is_set_here_holds_there(data: Path) -> None:
    settings = Settings(
        data_dir=data,
        offload="parts",
        previews="fast",
        preview_every=2,
        model_memory_gb=9.5,
        safety="blur",
        safety_model=data / "models" / "org--book",
        safety_labels=("a", "b"),
        shortcuts=(Shortcut.FP8,),
        painter="modal",
        discord_token=SecretStr("abc"),
    )

    plan = plan_of(settings)

    assert plan.environment == {
        "EASEL_MODELS": "picturebook",
        "EASEL_DATA_DIR": "/data",
        "EASEL_DEVICE": "cuda",
        "EASEL_MODAL_GPU": "T4",
        "EASEL_OFFLOAD": "parts",
        "EASEL_PREVIEWS": "fast",
        "EASEL_PREVIEW_EVERY": "2",
        "EASEL_MODEL_MEMORY_GB": "9.5",
        "EASEL_SAFETY": "blur",
        "EASEL_SAFETY_MODEL": "/data/safety/org--book",
        "EASEL_SWITCHES": "auto",
        "EASEL_SAFETY_LABELS": "a,b",
        "EASEL_SHORTCUTS": "fp8",
        "EASEL_SAFETY_THRESHOLD": "0.5",
    }
    assert (data / "models" / "org--book", Path("/data/safety/org--book")) in plan.files


def test_a_model_of_the_hub_is_downloaded_there_by_its_commit(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, models=(f"org/large@{COMMIT}",), modal_gpu="L4")

    plan = plan_of(settings)

    assert plan.downloads == [f"org/large@{COMMIT}"]
    assert plan.environment["EASEL_MODELS"] == f"org/large@{COMMIT}"
    assert plan.card == "L4"


@pytest.mark.parametrize(
    "name",
    ["org/large", "org/large@main", f"org/large@{'g' * 40}", f"org/large@{COMMIT}0", "nothing"],
)
def test_a_model_that_would_be_another_tomorrow_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadModel, match="40 digits"):
        plan_of(Settings(data_dir=tmp_path, models=(name,), modal_gpu="L4"))


def test_a_shell_there_is_told_names_and_nothing_else(tmp_path: Path) -> None:
    name = f"org/large/a;reboot&$(id).safetensors@{COMMIT}"
    plan = plan_of(Settings(data_dir=tmp_path, models=(name,), modal_gpu="L4"))

    [command] = plan.downloading

    assert shlex.split(command)[-4:] == ["bot", "models", "add", name]


def test_how_large_a_model_is_that_is_not_here_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="EASEL_MODAL_GPU"):
        plan_of(Settings(data_dir=tmp_path, models=(f"org/large@{COMMIT}",)))


def test_without_a_card_the_processor_paints(tmp_path: Path) -> None:
    plan = plan_of(Settings(data_dir=tmp_path, modal_gpu="none"))

    assert plan.card is None
    assert plan.environment["EASEL_DEVICE"] == "cpu"


@pytest.mark.parametrize("offload", ["none", "parts", "blocks", "layers"])
def test_what_waits_in_main_memory_needs_no_card(tmp_path: Path, offload: str) -> None:
    model = find("picturebook", tmp_path)
    footprint = footprint_of(model, HALF)
    expected = {
        "none": footprint.total,
        "parts": footprint.network + footprint.largest,
        "blocks": footprint.largest,
        "layers": footprint.largest,
    }

    assert load_of(model, offload).weights == expected[offload]


def test_every_card_can_be_chosen_by_name() -> None:
    for card in CARDS:
        assert plan_of(Settings.model_validate({"modal_gpu": card.name})).card == card.name


def test_a_machine_is_asked_for_as_many_as_its_engine_paints_together() -> None:
    assert SEATS_OF["cuda"] == SEATS
