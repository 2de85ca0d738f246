"""The verifier on a command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from provisor.verifier import Verification, verify

SOUND = 0
BROKEN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the store named on the command line, print a report, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m provisor.verifier",
        description="Check a Provisor store against its own audit log; nothing is changed.",
    )
    parser.add_argument("store", type=Path, help="the store's SQLite file")
    store: Path = parser.parse_args(arguments).store
    found = verify(store)
    sys.stdout.write("\n".join(report(store, found)) + "\n")
    return SOUND if found.sound else BROKEN


def report(store: Path, found: Verification) -> list[str]:
    """Return what was found as lines for a person."""
    counted = ", ".join(f"{count:,} {name}" for name, count in found.checked.items() if count)
    agreeing = "the stored head says the same" if found.sound else "see below"
    lines = [
        f"store    {store}",
        f"leaves   {found.size:,}",
        f"root     {found.root}  ({agreeing})",
        f"checked  {counted or 'nothing'}",
    ]
    if found.sound:
        return [*lines, "result   sound: log and state agree"]
    lines.append(f"result   BROKEN: {len(found.problems)} problems; keep a copy, write nothing")
    if found.first_bad is not None:
        lines.append(f"first    leaf {found.first_bad:,}")
    return [*lines, *(f"  - {problem}" for problem in found.problems)]


if __name__ == "__main__":
    sys.exit(main())
