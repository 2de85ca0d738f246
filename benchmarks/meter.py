"""Wall, CPU and memory of a piece of work, measured in a process of its own."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """What one part of the work cost."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds over all threads, user and system."""


@dataclass(slots=True)
class Meter:
    """Notes what each part costs; given to the work."""

    parts: dict[str, Spent] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """What the work has to say about its result."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure what happens inside; the same name adds up."""
        before = self.parts.get(name, Spent(0.0, 0.0))
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.parts[name] = Spent(
            before.wall + time.perf_counter() - wall, before.cpu + _cpu() - cpu
        )


class Stretches:
    """Notes what each stretch between two milestones of a walk costs."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._since = (time.perf_counter(), _cpu())

    def reached(self, milestone: str) -> None:
        """End the stretch that leads to a milestone, and begin the next one."""
        now = (time.perf_counter(), _cpu())
        self._meter.parts[milestone] = Spent(now[0] - self._since[0], now[1] - self._since[1])
        self._since = now


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    """Return the most memory that this process ever held, in MiB.

    What `getrusage` says begins with the parent's memory at the moment of starting the child.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) // KIB_PER_MIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB_PER_MIB


@dataclass(frozen=True, slots=True)
class Measured:
    """What a child process reported."""

    parts: dict[str, Spent]
    told: dict[str, str]
    peak: int
    """The most memory that the process ever held, in MiB."""

    def cpu(self, *names: str) -> float:
        """Return the CPU seconds of some parts together."""
        return sum(self.parts[name].cpu for name in names)

    def wall(self, *names: str) -> float:
        """Return the wall seconds of some parts together."""
        return sum(self.parts[name].wall for name in names)


def as_installed(**besides: str) -> dict[str, str]:
    """Return the environment of a program that is installed: its bytecode is kept."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **besides}


def measured(module: str, function: str, *numbers: int) -> Measured:
    """Run `module.function(meter, *numbers)` in a fresh process and return what it cost."""
    command = [sys.executable, "-m", "benchmarks.meter", module, function, *map(str, numbers)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    report = json.loads(answer.stdout)
    parts = {name: Spent(*spent) for name, spent in report["parts"].items()}
    return Measured(parts, report["told"], report["peak"])


def typical(module: str, function: str, *numbers: int) -> Measured:
    """Run three times and return the run with the middle CPU time: machines are noisy."""
    runs = [measured(module, function, *numbers) for _ in range(3)]
    return sorted(runs, key=lambda one: one.cpu(*one.parts))[1]


def _report() -> None:
    module, function, *numbers = sys.argv[1:]
    meter = Meter()
    getattr(import_module(module), function)(meter, *map(int, numbers))
    parts = {name: [spent.wall, spent.cpu] for name, spent in meter.parts.items()}
    print(json.dumps({"parts": parts, "told": meter.told, "peak": _peak()}))


if __name__ == "__main__":
    # The work imports this module by its name, so it must not be another one here.
    from benchmarks.meter import _report as report

    report()
