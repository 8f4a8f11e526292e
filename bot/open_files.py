"""How many files and connections this program may have open at a time."""

import logging
import resource

log = logging.getLogger(__name__)

WANTED = 65536


def allow_many() -> int:
    """As many as the system lets it: every open page is a connection. Answers how many.

    Shells give a program a thousand at first, for the sake of programs that are older than epoll.
    """
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = WANTED if most == unlimited else min(WANTED, most)
    if now == unlimited or now >= wanted:
        return now
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    except (OSError, ValueError) as error:
        log.info("no more than %d files may be open: %s", now, error)
        return now
    return wanted
