"""`python -m benchmarks [NAME …] [--rows N …] [--quick]`."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Sequence
from importlib import import_module

NAMES = (
    "hostile", "people", "planning", "memberships", "reconcile", "reconcile_groups", "partitions",
    "mapping", "earlier_days", "first_load", "sealing", "queued", "writes", "directory",
    "end_to_end", "deltas", "startup", "audit",
)  # fmt: skip
DEFAULT = NAMES
SIZES = (10_000, 100_000, 1_000_000)

Run = Callable[[Sequence[int], object], None]


def main() -> None:
    """Run the benchmarks that were named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", nargs="*", help=f"any of {', '.join(NAMES)}")
    parser.add_argument("--rows", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--quick", action="store_true", help="leave out the slowest peers")
    arguments = parser.parse_args()
    unknown = set(arguments.name) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load}")
    for name in arguments.name or DEFAULT:
        run: Run = import_module(f"benchmarks.{name}").run
        run(arguments.rows, arguments.quick)


if __name__ == "__main__":
    main()
