"""The bot's own token, which Discord may replace."""


class Token:
    """What opens the API and the gateway."""

    def __init__(self) -> None:
        self.value = "MTAwMQ.Gf0xes.in-a-storm-with-a-lighthouse-and-27-gulls"

    def reset(self) -> None:
        """The old one opens nothing any more."""
        self.value += "-again"
