"""The unit for systemd: it starts what there is, stops in time, and may do little."""

import re
import shlex
from collections import defaultdict
from collections.abc import Mapping

from bot.__main__ import BAD_INPUT
from bot.setting_places import PREFIX
from bot.settings import Settings
from tests.deploy.dockerfile import ROOT

UNIT = ROOT / "deploy" / "easel.service"
HOME = "/opt/easel/"


def sections() -> Mapping[str, Mapping[str, list[str]]]:
    """What is said several times counts each time."""
    told: dict[str, dict[str, list[str]]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = told.setdefault(found[1], defaultdict(list))
        else:
            name, equals, value = line.partition("=")
            assert equals, line
            section[name].append(value)
    return told


SERVICE = sections()["Service"]
CHOSEN = dict(each.split("=", 1) for line in SERVICE["Environment"] for each in shlex.split(line))


def test_it_starts_what_everybody_starts() -> None:
    program, *words = shlex.split(SERVICE["ExecStart"][0])

    assert program.startswith(HOME)
    assert (ROOT / program.removeprefix(HOME)).stat().st_mode & 0o111
    assert words == ["serve"]


def test_what_it_sets_are_settings() -> None:
    ours = {name.removeprefix(PREFIX).lower() for name in CHOSEN if name.startswith(PREFIX)}

    assert ours
    assert ours <= set(Settings.model_fields)
    assert CHOSEN["HF_HUB_OFFLINE"] == "1"


def test_secrets_come_as_credentials_under_the_names_of_settings() -> None:
    # Files of a folder are called by the name before the colon, and their own behind it.
    prefix, _, folder = SERVICE["LoadCredential"][0].partition(":")
    named = re.findall(rf"{folder}/(\w+) ", UNIT.read_text("utf-8"))

    assert named == ["discord_token"]
    for name in named:
        assert f"{prefix}_{name}".upper().startswith(PREFIX)
        assert name in Settings.model_fields
    assert not any(re.search("TOKEN|PASSWORD|DATABASE", name) for name in CHOSEN)


def test_a_stop_has_time_for_what_is_being_painted() -> None:
    assert int(SERVICE["TimeoutStopSec"][0]) >= float(CHOSEN["EASEL_GRACE_S"]) + 10


def test_what_breaks_is_started_again_and_what_is_wrong_is_not() -> None:
    assert SERVICE["Restart"] == ["on-failure"]
    assert SERVICE["RestartPreventExitStatus"] == [str(BAD_INPUT)]


def test_it_is_nobody_and_writes_only_where_its_data_lies() -> None:
    assert SERVICE["DynamicUser"] == ["yes"]
    assert SERVICE["ProtectSystem"] == ["strict"]
    assert SERVICE["NoNewPrivileges"] == ["yes"]
    assert SERVICE["CapabilityBoundingSet"] == [""]
    assert "ReadWritePaths" not in SERVICE
    assert CHOSEN["EASEL_DATA_DIR"] == f"%S/{SERVICE['StateDirectory'][0]}"


def test_nothing_is_promised_that_easel_does_not_say() -> None:
    notifies = any(
        "NOTIFY_SOCKET" in file.read_text("utf-8") for file in (ROOT / "bot").rglob("*.py")
    )

    assert (SERVICE["Type"] == ["notify"]) == notifies


def test_machine_code_may_be_made_and_a_card_be_used() -> None:
    assert "MemoryDenyWriteExecute" not in SERVICE
    assert "PrivateDevices" not in SERVICE
    assert any(each.startswith("char-nvidia") for each in SERVICE["DeviceAllow"])


def test_the_card_is_made_ready_where_there_is_one() -> None:
    [first] = SERVICE["ExecStartPre"]
    may = dict(each.split() for each in SERVICE["DeviceAllow"])

    # It may fail, and it has the rights of root, which Easel itself has not.
    assert first.startswith("-+/usr/bin/nvidia-modprobe ")
    assert may["char-nvidia-uvm"] == "rwm"
