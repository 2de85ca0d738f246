"""What can be said on every command line, and the words that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = "provisor.yaml"
CONFIG_VARIABLE = "PROVISOR_CONFIG"


@dataclass(frozen=True, slots=True)
class Globals:
    """The global options."""

    config: Path
    claimed: str | None
    """Who the caller claims to be (`--as`)."""
    verbosity: int


Json = Annotated[bool, typer.Option("--json", help="Print JSON in the documented shape.")]
Job = Annotated[str, typer.Argument(metavar="JOB", help="The job's name in the configuration.")]
Plan = Annotated[
    str,
    typer.Argument(
        metavar="PLAN", help="The plan's digest, at least 8 of its digits, or `latest`."
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
Key = Annotated[
    str, typer.Argument(metavar="KEY", help="The natural key of a person or group at the source.")
]


def globals_of(context: typer.Context) -> Globals:
    """Return the global options of this call."""
    found = context.find_object(Globals)
    if found is None:
        raise RuntimeError("the application was called without its callback")
    return found
