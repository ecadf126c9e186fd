"""The log of a data folder: what each run did, what was new, what went wrong. In UTC, and never a position.

It turns over at LOG_BYTES and LOGS_KEPT older ones stay: some years of daily runs. A log that cannot be
written is no reason not to run.
"""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pipeline.errors import BusyError, NextgearError
from pipeline.letters import plain

LOG_BYTES = 1_000_000
LOGS_KEPT = 3
FOLDER, NAME = "logs", "nextgear.log"


class _Lines(logging.Formatter):
    """A line each, whatever control character a file has in its name."""

    converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - so it is called there
        text = super().formatMessage(record).replace("\n", " ")
        return plain(text)


class _PatientHandler(RotatingFileHandler):
    """Keeps quiet where it cannot write."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - so it is called there
        pass


def log_of(data: Path) -> Path:
    """Where the log of a data folder is."""
    return data / FOLDER / NAME


@contextmanager
def logged(data: Path, what: str) -> Generator[logging.Logger]:
    """A logger for the time that something takes: its beginning, its end, and an error it ends with.

    An expected error is its sentence, any other one has its traceback.
    """
    path = log_of(data)
    log = logging.Logger("nextgear")  # of its own: nobody else's settings, nobody else's lines
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = _PatientHandler(path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"))
    log.addHandler(handler)
    log.info("%s: started", what)
    try:
        yield log
    except (BusyError, BrokenPipeError) as error:  # another's turn, or a reader who has seen enough
        log.info("%s: ended: %s", what, error)
        raise
    except (NextgearError, OSError) as error:
        log.error("%s: failed: %s", what, error)
        raise
    except KeyboardInterrupt:
        log.error("%s: interrupted", what)
        raise
    except BaseException:
        log.critical("%s: failed, and should not have", what, exc_info=True)
        raise
    else:
        log.info("%s: done", what)
    finally:
        handler.close()
