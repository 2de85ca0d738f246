"""Write the reference pages of commands and errors from the program itself.

Run `.venv/bin/python docs/generate_reference.py`; a test holds the pages equal to what it writes.
"""

from __future__ import annotations

from pathlib import Path

import click
import typer

from provisor import errors
from provisor.cli import app

FOLDER = Path(__file__).parent / "reference"

COMMANDS_HEAD = """\
# Commands

Global options stand before or after the command: `--config FILE` (else `PROVISOR_CONFIG`, else
`provisor.yaml` in the current folder), `--as NAME` (only under `identity: {mode: asserted}`),
`-v`, `-q`, `--version`. `PROVISOR_LOG=info` writes the milestones of a walk as JSON lines to
standard error, `debug` also shows where an unexpected fault came from.
PLAN is the 64-digit digest, at least 8 of its digits, or `latest`.

Exit codes, the highest that applies of 5 > 2 > 4 > 3 > 0:

| code | meaning |
|---|---|
| 0 | done |
| 2 | the configuration or the command is wrong; nothing ran |
| 3 | a record was set aside, or an action failed, is uncertain, stale or blocked |
| 4 | refused, or waiting for a decision |
| 5 | trust is broken (log, store); all writing stopped |
"""

ERRORS_HEAD = """\
# Errors

Sorted by what has to happen next. Every message has five parts, each a field: what happened with
numbers, `where`, `found` against expected, what is `safe`, and what to do `next`. No part holds a
secret or a personal value. All are `ProvisorError`s.
In JSON an error stands as `{"error": {"code": …, "what": …}}`.
"""


def commands_page() -> str:
    """Return the page of all commands."""
    root = typer.main.get_command(app)
    pages = [_command(path, command) for path, command in _walk(root, "provisor")]
    return "\n".join([COMMANDS_HEAD, *pages])


def _walk(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    below = getattr(command, "commands", None)
    if below is None:
        return [(path, command)]
    return [pair for name, child in below.items() for pair in _walk(child, f"{path} {name}")]


def _command(path: str, command: click.Command) -> str:
    lines = [f"## `{path}`", "", command.help or "", ""]
    rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| word | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _parameter(parameter: click.Parameter) -> str:
    if parameter.opts[0].startswith("-"):
        return f"| `{', '.join(parameter.opts)}` | {getattr(parameter, 'help', '') or ''} |"
    word = (parameter.metavar or parameter.name or "").strip("[]")
    return f"| `{word}` | {getattr(parameter, 'help', '') or ''} |"


def errors_page() -> str:
    """Return the page of all errors."""
    families = errors.ProvisorError.__subclasses__()
    return "\n".join([ERRORS_HEAD, *(_family(family) for family in families)])


def _family(family: type[errors.ProvisorError]) -> str:
    lines = [
        f"## `{family.__name__}` — exit {family.exit_code}",
        "",
        family.__doc__ or "",
        "",
        "| error | code | meaning |",
        "|---|---|---|",
    ]
    for kind in _below(family):
        if kind.__module__ == errors.__name__:
            meaning = " ".join((kind.__doc__ or "").split())
            lines.append(f"| `{kind.__name__}` | `{kind('').code}` | {meaning} |")
    return "\n".join([*lines, ""])


def _below(kind: type[errors.ProvisorError]) -> list[type[errors.ProvisorError]]:
    """Return everything that descends from an error, each before its own children."""
    return [one for child in kind.__subclasses__() for one in (child, *_below(child))]


PAGES = {"commands.md": commands_page, "errors.md": errors_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
