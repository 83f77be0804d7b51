"""What the bot tells its operator: one line an event, on stderr, never with what people wrote.

    2026-05-04T09:30:12.345Z WARNING bot.delivery: Say of incident 7 waits 0:00:04: Slack answered fatal_error …

Message texts, tokens and e-mail bodies stay out. Our own lines name things by their numbers; libraries are heard from
WARNING on, since their debug lines quote whole payloads; and of an error only its kind and its place are written,
since an error's text quotes the value that it is about.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from bot.errors import TocsinError

OURS = ("bot", "db", "migrations")
PLACES = 8
HOME = Path(__file__).parents[1]

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> logging.Handler:
    """Log to `stream` (stderr), in place of whatever was configured; ours from `level` on. Gives the handler."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Line())
    handler.addFilter(_for_operators)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    return handler


class Line(logging.Formatter):
    """A record as one line: UTC time in RFC 3339, level, logger, message, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Line ends are folded: nobody can write a second line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        error = f" [{described(record.exc_info[1])}]" if record.exc_info and record.exc_info[1] else ""
        line = f"{at} {record.levelname} {record.name}: {record.getMessage()}{error}"
        return " ".join(line.splitlines())

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 -- logging's name
        """The same for whoever asks for the error alone."""
        return described(ei[1]) if ei[1] else ""


def _for_operators(record: logging.LogRecord) -> bool:
    """Bolt's warnings are for whoever writes an app, and its loggers take their levels from the root."""
    return record.levelno >= logging.ERROR or not record.name.startswith("slack_bolt")


def described(error: BaseException) -> str:
    """An error's kind and the last places it went through, innermost first; its text only if we wrote it."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    places = ", ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    text = f": {error}" if isinstance(error, TocsinError) else ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    because = f"; because of {described(cause)}" if cause is not None else ""
    return f"{type(error).__name__}{text}" + (f" at {places}" if places else "") + because


def _short(filename: str) -> str:
    """Ours as it stands in the repository, others by their file and package."""
    path = Path(filename)
    if path.is_relative_to(HOME) and "site-packages" not in path.parts:
        return str(path.relative_to(HOME))
    return "/".join(path.parts[-2:])
