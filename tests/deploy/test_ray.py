"""Head, workers and the manifest: nobody gets in without a token, and nothing public is used."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import ray
import yaml  # type: ignore[import-untyped]  # it brings no types

from bot.settings import Settings
from engine.afar.node import PRIVATE
from engine.afar.token import ALWAYS, FILE, MODE, TOKEN, with_token
from tests.deploy.dockerfile import ROOT

HEAD, WORKER, READY = (ROOT / "deploy" / "ray" / name for name in ("head", "worker", "ready"))
CLUSTER, POLICY = yaml.safe_load_all((ROOT / "deploy/ray/kuberay.yaml").read_text("utf-8"))
SPEC = CLUSTER["spec"]
TEMPLATES = [
    SPEC["headGroupSpec"]["template"]["spec"],
    *(group["template"]["spec"] for group in SPEC["workerGroupSpecs"]),
]
NODES = [template["containers"][0] for template in TEMPLATES]
EASEL = TEMPLATES[0]["containers"][1]


def refused(script: Path, *words: str, token: Path) -> str:
    """What it says instead of starting."""
    kept = {name: value for name, value in os.environ.items() if name != TOKEN}
    ended = subprocess.run(
        ["sh", str(script), *words],
        env={**kept, FILE: str(token)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1, ended
    assert not ended.stdout
    return ended.stderr


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("8.8.8.8", "not in a private network"),
        ("2001:4860:4860::8888", "not in a private network"),
        ("0.0.0.0", "not in a private network"),
        ("203.0.113.7", "not in a private network"),
        ("example.org", "is no address"),
        ("127.0.0.1", "another address for 127.0.0.1"),
    ],
)
def test_only_private_addresses_are_taken(tmp_path: Path, address: str, why: str) -> None:
    token = tmp_path / "token"
    token.write_text("secret")

    assert why in refused(HEAD, address, token=token)


@pytest.mark.parametrize("words", [("10.0.0.1:6379", "8.8.8.8"), ("8.8.8.8:6379", "10.0.0.2")])
def test_a_worker_takes_only_private_addresses_for_itself_and_its_head(
    tmp_path: Path, words: tuple[str, str]
) -> None:
    token = tmp_path / "token"
    token.write_text("secret")

    assert "8.8.8.8 is not in a private network" in refused(WORKER, *words, token=token)


def test_who_names_an_address_of_another_machine_hears_so_at_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    # No machine has the address that is the name of its network.
    nobodys = "100.64.0.0"

    for script, *words in ((HEAD, nobodys), (WORKER, "10.0.0.1:6379", nobodys)):
        assert f"no address {nobodys}" in refused(script, *words, token=token)


def test_the_commands_take_the_networks_that_easel_takes() -> None:
    told = READY.read_text("utf-8")

    assert all(f'"{network}"' in told for network in PRIVATE)


def test_a_worker_without_the_token_does_not_start(tmp_path: Path) -> None:
    said = refused(WORKER, "10.0.0.1:6379", "10.0.0.2", token=tmp_path / "none")

    assert "The head's token is not in" in said


def test_who_names_no_address_is_told_to(tmp_path: Path) -> None:
    assert "10.0.0.1" in refused(HEAD, token=tmp_path / "none")
    assert "10.0.0.2" in refused(WORKER, "10.0.0.1:6379", token=tmp_path / "none")


def test_both_ask_for_the_token_and_tell_nobody_how_they_are_used() -> None:
    exported = dict(
        line.removeprefix("export ").split("=", 1)
        for line in READY.read_text("utf-8").splitlines()
        if line.startswith("export ")
    )

    assert with_token(os.environ).items() <= exported.items()
    assert "--include-dashboard=false" in HEAD.read_text("utf-8")
    assert "--disable-usage-stats" in READY.read_text("utf-8")
    assert all(script.stat().st_mode & 0o111 for script in (HEAD, WORKER))


def test_the_manifest_has_the_ray_that_we_use() -> None:
    assert SPEC["rayVersion"] == ray.__version__


@pytest.mark.parametrize("node", NODES, ids=lambda node: str(node["name"]))
def test_each_node_of_the_manifest_asks_for_the_token_and_does_not_hold_it(
    node: Mapping[str, Any],
) -> None:
    plain = {each["name"]: each["value"] for each in node["env"] if "value" in each}
    referred = [each["name"] for each in node["env"] if "valueFrom" in each]

    assert plain[MODE] == "token"
    assert ALWAYS.items() <= plain.items()
    assert referred == [TOKEN]


def test_the_manifest_has_workers_with_a_card_and_a_head_without() -> None:
    cards = [node["resources"]["limits"].get("nvidia.com/gpu") for node in NODES]

    assert cards == [None, "1"]
    assert SPEC["headGroupSpec"]["rayStartParams"]["num-gpus"] == "0"


def test_easel_in_the_manifest_is_told_what_it_knows() -> None:
    plain = {each["name"]: each["value"] for each in EASEL["env"] if "value" in each}
    fields = {name.removeprefix("EASEL_").lower(): value for name, value in plain.items()}

    settings = Settings(**fields)

    assert (settings.painter, settings.device) == ("ray", "cuda")
    assert EASEL["volumeMounts"] == NODES[0]["volumeMounts"]
    assert EASEL["ports"][0]["containerPort"] == settings.port


def test_nobody_else_in_kubernetes_reaches_the_cluster() -> None:
    ports = [rule.get("ports") for rule in POLICY["spec"]["ingress"]]

    assert POLICY["spec"]["podSelector"] == {"matchLabels": {"ray.io/cluster": "easel"}}
    assert ports == [None, [{"port": EASEL["ports"][0]["containerPort"], "protocol": "TCP"}]]
    assert all(not template["automountServiceAccountToken"] for template in TEMPLATES)
