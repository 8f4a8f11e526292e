"""What a lookout says, by programs that stand in for it."""

import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict

import pytest

from engine.afar.node import told
from engine.afar.outlook import Nodes, looks
from engine.child.mishap import mishap_of
from engine.errors import BadModel, Misconfigured, Unavailable
from tests.engine.afar.test_node import node
from tests.engine.child.nursery import ended, soon

SAYS = "import sys, threading; print(sys.argv[1], flush=True); "
STAYS = SAYS + "print(sys.argv[1], flush=True); threading.Event().wait()"
ENVIRONMENT = "import os; print('[]', os.environ['EASEL_RAY_TEST'], flush=True)"


def saying(line: str, how: str = SAYS) -> Sequence[str]:
    return (sys.executable, "-c", how, line)


async def seen(command: Sequence[str]) -> list[Nodes]:
    return [nodes async for nodes in looks("127.0.0.1:1", command)]


async def test_nodes_are_told_as_they_are_seen() -> None:
    nodes = (node("a"), node("b", gpus=2))
    async with aclosing(looks("127.0.0.1:1", saying(told(nodes), STAYS))) as outlook:  # type: ignore[type-var]
        assert [await soon(anext(outlook)), await soon(anext(outlook))] == [nodes, nodes]


@pytest.mark.parametrize("error", [Misconfigured("No."), Unavailable("Not {now}.", now="now")])
async def test_what_is_wrong_with_the_cluster_is_raised(error: BadModel) -> None:
    with pytest.raises(type(error), match=str(error)):
        await soon(seen(saying(json.dumps(asdict(mishap_of(error))))))


@pytest.mark.parametrize("line", ["no", '{"kind": 3}', '[{"id": "a"}]'])
async def test_what_cannot_be_read_is_an_end(line: str) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        await soon(seen(saying(line)))


async def test_a_lookout_that_ends_is_told_of() -> None:
    with pytest.raises(Unavailable, match="has ended"):
        await soon(seen(saying("[]")))


async def test_a_lookout_ends_with_whoever_listens_to_it_and_with_all_that_it_started() -> None:
    says_both_numbers = (
        "import json, os, subprocess, threading; "
        "more = subprocess.Popen(['sleep', '600']); "
        "plain = {'name': '', 'address': '', 'gpus': 0, 'cpus': 0}; "
        "told = [{'id': str(number), **plain} for number in (os.getpid(), more.pid)]; "
        "print(json.dumps(told), flush=True); threading.Event().wait()"
    )
    async with aclosing(looks("127.0.0.1:1", saying("", says_both_numbers))) as outlook:  # type: ignore[type-var]
        itself, more = await soon(anext(outlook))

    await ended(int(itself.id))
    await ended(int(more.id))
