"""Devices by name, and telling that memory ran out."""

from pathlib import Path

import psutil
import pytest
import torch

from engine.errors import Misconfigured
from engine.gpu.device import (
    device_named,
    driver_version,
    memory_for_models,
    memory_in_use,
    ran_out_of_memory,
    temperature,
    weight_type,
)

CPU = torch.device("cpu")


def test_a_cpu_computes_in_full_precision_and_a_card_in_half() -> None:
    assert weight_type(CPU) is torch.float32
    assert weight_type(torch.device("cuda")) is torch.float16


def test_a_driver_is_known_where_the_system_tells_it(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("570.86.15\n")

    assert driver_version(tmp_path / "version") == "570.86.15"
    assert driver_version(tmp_path / "nothing") == ""


@pytest.mark.parametrize("name", ["gpu", "meta", "cuda:99", ""])
def test_a_device_that_is_not_here_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(Misconfigured, match="Use auto"):
        device_named(name)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
    ],
)
def test_every_way_of_saying_out_of_memory_is_understood(error: Exception) -> None:
    assert ran_out_of_memory(error)


def test_models_may_take_a_part_of_main_memory_only() -> None:
    assert 0 < memory_for_models(CPU) < psutil.virtual_memory().total


def test_of_main_memory_some_is_in_use_and_some_is_left() -> None:
    used, there = memory_in_use(CPU)

    assert 0 < used < there == psutil.virtual_memory().total


def test_nobody_knows_how_warm_a_cpu_is() -> None:
    assert temperature(CPU) is None


def test_nobody_knows_how_warm_a_card_is_that_does_not_say_so() -> None:
    class Refused(Exception):
        """Like those of the driver's own library, which have no root in common with torch's."""

    class Slice:
        def temperature(self, device: torch.device) -> int:
            raise Refused("Not Supported")

    assert temperature(torch.device("cuda"), Slice()) is None


def test_other_errors_are_not_taken_for_it() -> None:
    assert not ran_out_of_memory(RuntimeError("shape mismatch"))
    assert not ran_out_of_memory(ValueError("out of memory"))
