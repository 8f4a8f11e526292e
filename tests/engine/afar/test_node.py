"""Nodes, and the berths on them."""

import pytest

from engine.afar.node import Berth, Node, berths_on, is_private, read, told
from engine.afar.voyage import Voyage, voyage_of


def node(name: str = "10.0.0.2", *, gpus: int = 0, cpus: int = 8, number: str = "a") -> Node:
    return Node(id=number, name=name, address="10.0.0.2", gpus=gpus, cpus=cpus)


def test_each_card_of_each_node_is_a_berth() -> None:
    berths = berths_on([node("b", gpus=2), node("a", gpus=1), node("c")], "cuda")

    assert [berth.name for berth in berths] == ["a", "b-1", "b-2"]
    assert {berth.device for berth in berths} == {"cuda:0"}


def test_without_cards_each_node_that_gives_a_processor_is_a_berth() -> None:
    berths = berths_on([node("a", gpus=1), node("b", cpus=0)], "cpu")

    assert [(berth.name, berth.device) for berth in berths] == [("a", "cpu")]


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.2", "172.31.0.2", "192.168.1.2", "100.64.0.9", "fd00::2"),
        *("127.0.0.2", "::1", "169.254.1.1", "fe80::1%eth0"),
    ],
)
def test_an_address_that_stays_inside_is_private(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "example.org", ""),
        # All addresses of a machine, and those that only examples have.
        *("0.0.0.0", "::", "203.0.113.7", "240.0.0.1"),
    ],
)
def test_any_other_is_not(address: str) -> None:
    assert not is_private(address)


def test_nodes_come_back_as_they_were_told() -> None:
    nodes = (node("a", gpus=1), node("b"))

    assert read(told(nodes)) == nodes


@pytest.mark.parametrize("line", ["no", '[{"id": "a"}]', "[3]", "3"])
def test_what_is_no_list_of_nodes_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(line)


@pytest.mark.parametrize(("device", "gpus", "cpus"), [("cpu", 0, 1), ("cuda:0", 1, 0)])
def test_a_voyage_asks_for_a_card_or_a_processor(device: str, gpus: int, cpus: int) -> None:
    berth = Berth(node=node(), number=1, device=device)
    voyage = Voyage(address="10.0.0.1:6379", berth=berth)

    assert voyage_of(voyage.told()) == voyage
    assert (voyage.gpus, voyage.cpus) == (gpus, cpus)


@pytest.mark.parametrize("told", ["no", "[]", "{}", '{"berth": {}}'])
def test_what_is_no_voyage_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        voyage_of(told)
