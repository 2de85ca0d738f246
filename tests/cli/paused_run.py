"""A cycle that waits at a milestone: `paused_run.py CONFIG JOB MILESTONE NTH`.

It says `reached` on its standard output and goes on when its standard input has a line.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from provisor.engine.run import run_job
from provisor.wiring import open_wiring

LEASE_SECONDS = 900.0
"""Longer than anybody waits: the lease is held all the time."""


def main() -> int:
    config, name, milestone, nth = sys.argv[1:]
    left = int(nth)

    def reached(where: str) -> None:
        nonlocal left
        left -= where == milestone
        if where == milestone and left == 0:
            print("reached", flush=True)
            sys.stdin.readline()

    with open_wiring(Path(config), {}, "ann") as wiring:
        wiring.reached = reached
        wiring.full = True
        return run_job(replace(wiring.job(name), lease_seconds=LEASE_SECONDS)).exit_code


if __name__ == "__main__":
    sys.exit(main())
