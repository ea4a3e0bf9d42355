"""What can go wrong, as exit statuses; the meaning of each is in the README."""

from __future__ import annotations

import errno
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from heatsym import __version__
from heatsym.cli.console import plural, say, say_problems
from heatsym.errors import HeatsymError, InputError

BUG: Final = 1
NO_ACCESS: Final = 4
UNCONVERGED: Final = 5
CHECK_FAILED: Final = 6
INTERRUPTED: Final = 130

TRACE_FILE = "heatsym-error.log"
_MACHINE_SAYS_NO = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


@contextmanager
def exit_statuses(ctx: click.Context) -> Iterator[None]:
    """Say briefly what went wrong and leave with its status."""
    try:
        with _terminated_like_interrupted():
            yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        say("interrupted")
        ctx.exit(INTERRUPTED)
    except InputError as error:
        say_problems(error.problems)
        say(plural(len(error.problems), "problem"))
        ctx.exit(error.exit_status)
    except HeatsymError as error:
        say(f"error: {error}")
        ctx.exit(error.exit_status)
    except OSError as error:
        if error.errno not in _MACHINE_SAYS_NO:
            _say_bug(error)
            ctx.exit(BUG)
        say(f"error: {error.strerror}: {error.filename}" if error.filename else f"error: {error.strerror}")
        ctx.exit(NO_ACCESS)
    except Exception as error:
        _say_bug(error)
        ctx.exit(BUG)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """A job scheduler's SIGTERM cleans up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():  # only it may set handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_bug(error: Exception) -> None:
    say(f"error: this is a bug in heatsym: {type(error).__name__}: {error}")
    say(f"the trace is in {_write_trace(error)}; please send it with the case file")


def _write_trace(error: Exception) -> Path:
    """In the current folder, or in the temporary one where that is not writable."""
    python = ".".join(map(str, sys.version_info[:3]))
    text = f"heatsym {__version__}, Python {python}\n" + "".join(traceback.format_exception(error))
    for folder in (Path(), Path(tempfile.gettempdir())):
        try:
            (folder / TRACE_FILE).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / TRACE_FILE
    say(text)
    return Path("the lines above")
