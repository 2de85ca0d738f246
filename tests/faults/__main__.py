"""Try everything, and write down what came of it: `python -m tests.faults --minutes 30`.

The order of the cases follows from the seed, so that a run that is bounded in time is a fair part
of the whole. Without `--minutes` it ends when everything was tried.
"""

from __future__ import annotations

import argparse
import gc
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from provisor.engine.carrying import queue
from tests.faults.figures import NOTHING, Part, read_figures, write_figures
from tests.faults.life import BATCH
from tests.faults.trying import (
    Order,
    every_call,
    every_call_on_the_wire,
    every_kill,
    every_word_to_the_store,
)

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"


def main() -> int:
    """Run what was asked for; the exit code is 1 when anything did not hold."""
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--minutes", type=float, default=None, help="end after so many minutes")
    words.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    words.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    words.add_argument("--onward", action="store_true", help="go on where the page's run ended")
    words.add_argument("--write", action="store_true", help="write the figures into docs/faults.md")
    asked = words.parse_args()
    earlier = read_figures(PAGE) if asked.onward else NOTHING
    seed = earlier.seed if asked.onward else asked.seed
    print(f"seed {seed}", flush=True)
    gc.disable()
    queue.BATCH = BATCH
    seconds = None if asked.minutes is None else asked.minutes * 60
    parts: list[Part] = []
    for share, run in SHARES:
        bound = None if seconds is None else seconds * share
        part = run(Order(seed, earlier.tried), asked.workers, bound)
        parts.append(earlier.and_then(part))
        print(part, flush=True)
    if asked.write:
        write_figures(PAGE, datetime.now(UTC), seed, parts)
    return 1 if any(part.broken for part in parts) else 0


SHARES = (
    (0.4, every_call),
    (0.3, every_kill),
    (0.15, every_call_on_the_wire),
    (0.1, every_word_to_the_store),
)
"""What share of the time each part may take; the lives without faults take the rest."""


if __name__ == "__main__":
    sys.exit(main())
