"""A program that has read all of Easel and bears others, which then need not read it.

`python -m tests.bot.discord.counts.mother SOCKET`: whoever asks there, by a line of JSON, is told
the number of the new process, and its code once it has ended. It ends when its input does.
"""

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import bot.discord.start
import bot.serve
import tests.fakes

READ = (bot.discord.start, bot.serve, tests.fakes)
ENDED_BY_A_BUG = 1


def main(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as events:
        door.bind(path)
        door.listen()
        # What it has read is looked through by none of them.
        gc.freeze()
        assert threading.active_count() == 1, "no thread outlives a fork"
        events.register(door, selectors.EVENT_READ)
        events.register(sys.stdin, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in events.select()]
            if sys.stdin in ready:
                return
            caller, _ = door.accept()
            with caller:
                if not os.fork():
                    _stand_by(caller)
            _bury()


def _bury() -> None:
    """Those who stood by others that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _stand_by(caller: socket.socket) -> None:
    """One program from its birth to its end."""
    with caller.makefile("rw", encoding="utf-8") as line:
        wanted = json.loads(line.readline())
        number = os.fork()
        if not number:
            _live(wanted)
        line.write(f"{number}\n")
        line.flush()
        _, status = os.waitpid(number, 0)
        line.write(f"{os.waitstatus_to_exitcode(status)}\n")
    os._exit(0)


def _live(wanted: dict[str, Any]) -> None:
    """As if Python had been started so."""
    code = ENDED_BY_A_BUG
    try:
        log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        nothing = os.open(os.devnull, os.O_RDWR)
        for mine, given in enumerate((nothing, nothing, log)):
            os.dup2(given, mine)
        os.closerange(3, max(log, nothing, *map(int, os.listdir("/proc/self/fd"))) + 1)
        os.environ.clear()
        os.environ.update(wanted["env"])
        os.chdir(wanted["cwd"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv[1:] = wanted["arguments"]
        runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else ENDED_BY_A_BUG
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(str(Path(sys.argv[1])))
