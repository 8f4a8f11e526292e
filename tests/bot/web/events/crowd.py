"""A program with many streams open, which reads them all and says how much there was.

    python -m tests.bot.web.events.crowd HOST PORT COOKIE COUNT

It says "open" once all of them are, and ends with what it reads from.
"""

import json
import selectors
import socket
import sys


def main(host: str, port: int, cookie: str, count: int) -> None:
    asked = f"GET /v1/events HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    for _ in range(count):
        stream = socket.create_connection((host, port))
        stream.sendall(asked)
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ, "new")
    selector.register(sys.stdin, selectors.EVENT_READ, "end")
    greeted = lost = reads = events = 0
    while True:
        for key, _ in selector.select():
            if key.data == "end":
                sys.stdout.write(json.dumps({"lost": lost, "reads": reads, "events": events}))
                return
            stream = key.fileobj  # type: ignore[assignment]  # all but stdin are sockets
            got = stream.recv(2**18)
            reads += 1
            events += got.count(b"\nevent:")
            if not got:
                lost += 1
                selector.unregister(stream)
            elif key.data == "new":
                selector.modify(stream, selectors.EVENT_READ, "greeted")
                greeted += 1
                if greeted == count:
                    reads = events = 0
                    sys.stdout.write("open\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
