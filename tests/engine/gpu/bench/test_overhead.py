"""Turns without a network: everything but the network is the engine's own."""

from copy import copy
from dataclasses import replace

import pytest
import torch

from engine.errors import PaintingFailed
from engine.gpu.bench.overhead import FreeNetwork, turn_seconds
from engine.gpu.family import Family
from tests.engine.gpu.together import CPU


@pytest.mark.parametrize("jobs", [1, 8])
def test_every_turn_is_timed_and_the_network_is_never_asked(family: Family, jobs: int) -> None:
    forwards: list[object] = []
    watching = family.network.register_forward_pre_hook(lambda *call: forwards.append(call))

    times = turn_seconds(family, CPU, jobs=jobs, turns=5)

    watching.remove()
    assert len(times) == 5
    assert min(times) > 0
    assert forwards == []


def test_the_family_keeps_its_network(family: Family) -> None:
    network = family.network

    turn_seconds(family, CPU, jobs=1, turns=2)

    assert family.network is network


def test_turns_without_a_job_are_not_counted_as_turns(family: Family) -> None:
    refusing = copy(family)
    refusing.card = replace(family.card, sampler="LCM")

    # It takes 50 steps at most, so the job ends before its first turn.
    with pytest.raises(PaintingFailed, match="could not be measured"):
        turn_seconds(refusing, CPU, jobs=1, turns=50)


def test_the_free_network_answers_with_what_it_was_shown() -> None:
    real = torch.nn.Linear(2, 2)
    free = FreeNetwork(real)
    latents = torch.ones(3, 2)

    assert free(latents, torch.zeros(3), return_dict=False)[0] is latents
    assert free(hidden_states=latents, timestep=torch.zeros(3))[0] is latents
    assert free.weight is real.weight
