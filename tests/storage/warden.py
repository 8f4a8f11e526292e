"""A program that runs a Postgres server, and ends it once nobody holds its input open any more.

It is the server's parent in place of the tests, which may be killed at any time: then their end of
the pipe closes, and nothing stays behind. It obeys words on its input and answers each by a line.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

# Only the machine itself may fail now, not the server: what it wrote outlives being killed.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "max_wal_size": "4GB",
    # In its folder, which is thrown away, and not in the memory of the machine.
    "dynamic_shared_memory_type": "mmap",
}
GUARDED = "guarded"
"""The one role that needs a password. Only the owner of the server's folder comes near the rest."""
WHO_MAY = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
LONGEST_WAIT_S = 60.0
READY = "ready"


def user() -> dict[str, Any]:
    """Postgres refuses to run as root, so there it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(programs: Path, folder: Path) -> Path:
    """The programs of Postgres where its user may run them: root's own folders it cannot enter."""
    try:
        subprocess.run([programs / "bin" / "postgres", "--version"], capture_output=True, **user())
    except PermissionError:
        packages, copy = programs.parent.parent, folder / "programs"
        for part in (programs, packages / f"{programs.parent.name}.libs"):
            shutil.copytree(part, copy / part.relative_to(packages))
        return copy / programs.relative_to(packages)
    return programs


def make(programs: Path, folder: Path) -> None:
    made = subprocess.run(
        [
            *(programs / "bin" / "initdb", "--pgdata", folder / "data", "--username", "postgres"),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-sync"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        text=True,
        **user(),
    )
    if made.returncode:
        raise OSError(made.stdout)
    (folder / "data" / "pg_hba.conf").write_text(WHO_MAY)


def start(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [programs / "bin" / "postgres", "-D", folder / "data", "-k", folder, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **user(),
        )
    enough = time.monotonic() + LONGEST_WAIT_S
    while not is_ready(server, folder):
        if server.poll() is not None or time.monotonic() > enough:
            server.kill()
            raise OSError((folder / "log").read_text())
        time.sleep(0.01)
    return server


def is_ready(server: subprocess.Popen[bytes], folder: Path) -> bool:
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    # The file of a server that was killed is still there when the next one starts.
    return len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready"


def end(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if server.poll() is not None:
        return
    family = psutil.Process(server.pid).children()
    server.send_signal(how)
    server.wait()
    if how == signal.SIGKILL:
        # They would notice that it is gone, but until then no new one starts beside them.
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        while any(is_alive(process) for process in family):
            time.sleep(0.005)


def is_alive(process: psutil.Process) -> bool:
    """Whether it does anything: until its new parent looks after it, it is dead but there."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def answer(line: str) -> None:
    sys.stdout.write(line.replace("\n", " ") + "\n")
    sys.stdout.flush()


def main(programs: Path, folder: Path) -> None:
    # Whoever ends the tests from the keyboard ends them, and they end this by closing the pipe.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    try:
        if user():
            shutil.chown(folder, user()["user"], user()["group"])
        programs = reachable(programs, folder)
        make(programs, folder)
        server = start(programs, folder)
        answer(READY)
        try:
            for line in sys.stdin:
                match line.strip():
                    case "stop":
                        end(server, signal.SIGINT)
                    case "kill":
                        end(server, signal.SIGKILL)
                    case "start":
                        server = start(programs, folder)
                answer(READY)
        finally:
            end(server, signal.SIGQUIT)
    except OSError as error:
        answer(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
