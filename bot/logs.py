"""What the log looks like: lines for people, or JSON for programs. It goes to stderr."""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

HUMAN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def start_logging(form: Literal["human", "json"]) -> None:
    """Log warnings and worse of everybody; what is right needs no words."""
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(JsonLines() if form == "json" else logging.Formatter(HUMAN))
    logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
