"""How pictures come about on a device is told, so that history knows what differs."""

from engine.gpu.hand import hand_of
from engine.shortcut import Shortcut
from engine.switch import Switch
from tests.engine.gpu.together import CPU


def test_a_shortcut_is_another_hand() -> None:
    plain, quick = hand_of(CPU), hand_of(CPU, {Shortcut.FP8})

    assert ", cpu, float32, " in plain
    assert quick == plain.replace("float32", "float32, fp8")


def test_switches_that_reach_exact_tiles_are_part_of_it() -> None:
    plain = hand_of(CPU)

    assert hand_of(CPU, {Switch.COMPILE, Switch.GRAPHS, Switch.FLAGS}) == plain
    for switch in set(Switch) - {Switch.COMPILE, Switch.GRAPHS, Switch.FLAGS}:
        assert switch in hand_of(CPU, {switch})
