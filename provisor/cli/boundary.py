"""Where the program meets the shell: arguments in any order, errors in five parts, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from provisor.cli.app import asked
from provisor.cli.channels import hold_channels
from provisor.errors import TRUST_BROKEN, ProvisorError

_WITH_VALUE = ("--config", "--as")
_FLAGS = ("-v", "-q")
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    hold_channels()
    try:
        words = globals_first(given)
        application = asked(_command_in(words))
        application(args=words, prog_name="provisor", standalone_mode=True)
    except ProvisorError as error:
        sys.exit(_tell(error, given))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "-v" in given or os.environ.get("PROVISOR_LOG") == "debug":
            raise
        # Only the kind of the fault is shown: its text may hold a personal value.
        print(
            f"an unexpected fault stopped the command: {type(error).__name__}\n"
            "  safe:  what was written before stands in the log; nothing more is written\n"
            "  next:  run the command again with -v, and report what it prints",
            file=sys.stderr,
        )
        sys.exit(TRUST_BROKEN)


def globals_first(arguments: Sequence[str]) -> list[str]:
    """Move the global options before the command, wherever they were written.

    Example:
        >>> globals_first(["plan", "hr-to-app", "--as", "ann", "--json"])
        ['--as', 'ann', 'plan', 'hr-to-app', '--json']
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _WITH_VALUE and waiting:
            front += [word, waiting.pop(0)]
        elif word in _FLAGS or word.split("=", 1)[0] in _WITH_VALUE:
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def _command_in(words: Sequence[str]) -> str:
    """Return the first word behind the global options; empty for none."""
    waiting = iter(words)
    for word in waiting:
        if word in _WITH_VALUE:
            next(waiting, None)
        elif not word.startswith("-"):
            return word
    return ""


def _tell(error: ProvisorError, given: Sequence[str]) -> int:
    print(error, file=sys.stderr)
    if "--json" in given:
        print(json.dumps({"error": {"code": error.code, **error.parts()}}, ensure_ascii=False))
    return error.exit_code
