"""A process that is killed at a milestone: `killed_run.py CONFIG JOB COMMAND MILESTONE NTH`.

It walks as the command line does, and ends itself with SIGKILL where it is told to.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from provisor.engine.run import apply_plan, run_job
from provisor.wiring import open_wiring

LEASE_SECONDS = 1.0


def main() -> int:
    config, name, command, milestone, nth = sys.argv[1:]
    left = int(nth)

    def reached(where: str) -> None:
        nonlocal left
        left -= where == milestone
        if where == milestone and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_wiring(Path(config), {}, "ann") as wiring:
        wiring.reached = reached
        job = replace(wiring.job(name), lease_seconds=LEASE_SECONDS)
        if command == "run":
            return run_job(job).exit_code
        return apply_plan(job, job.store.plans.find("latest")).exit_code


if __name__ == "__main__":
    sys.exit(main())
