"""Intake: a body as it comes in, measured before it is read and with every piece of it."""

from aiohttp import HttpVersion11, web

from bot.web.budget import SHARE

CONTINUE = "100-continue"


class Intake:
    """Raises web.HTTPException from the beginning where nothing of it is to be read: 413, 415, 429
    or 503."""

    def __init__(self, request: web.Request, largest: int) -> None:
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            # A little of that can unpack to much; nobody needs it for what is read here.
            raise web.HTTPUnsupportedMediaType(
                text="Send that unpacked, without a Content-Encoding."
            )
        told = request.content_length or 0
        if told > largest:
            raise too_large(largest)
        self._request, self._largest = request, largest
        self._share = request.get(SHARE)
        self._came = 0
        if self._share is not None:
            self._share.hold(told)

    async def begin(self) -> None:
        """Whoever waits for a word before they send it hears that it is welcome."""
        request = self._request
        expected = request.headers.get("Expect", "").lower()
        if expected == CONTINUE and request.version >= HttpVersion11:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            # That was not yet a part of the answer.
            request.writer.output_size = 0

    def came(self, size: int) -> None:
        """Less than nothing is what was given back. Raises web.HTTPException."""
        self._came += size
        if self._came > self._largest:
            raise too_large(self._largest)
        if self._share is not None:
            self._share.hold(self._came)


async def expected_later(_: web.Request) -> None:
    """Nobody is told to go on before they are let in: whoever reads the body says so."""


def too_large(largest: int) -> web.HTTPRequestEntityTooLarge:
    most = f"{largest // 2**20} MiB" if largest >= 2**20 else f"{largest // 2**10} KiB"
    return web.HTTPRequestEntityTooLarge(
        max_size=largest, actual_size=largest + 1, text=f"That is more than the {most} I read here."
    )
