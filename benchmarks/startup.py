"""Starting: what a command costs that has nothing to do."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.meter import as_installed
from benchmarks.table import show

ROUNDS = 7
_ROOT = Path(__file__).parents[1]
_PROVISOR = (sys.executable, "-c", "from provisor.cli import main; raise SystemExit(main())")
_FIRST_CYCLE = (
    ("plan", "hr-to-app", "--as", "ann"),
    ("approve", "latest", "--as", "ben", "--reason", "measured"),
    ("apply", "latest", "--as", "ann"),
)
_NOTHING = ("run", "hr-to-app", "--as", "ann")
_LIBRARIES = "import pydantic, regex, sqlalchemy, typer, yaml"


def run(_sizes: Sequence[int], _quick: object) -> None:
    """Measure and print: two floors, `--help`, and a run after everything is right."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "first"
        shutil.copytree(_ROOT / "examples" / "first", place)
        with closing(sqlite3.connect(place / "app.db")) as database:
            database.executescript((place / "app.sql").read_text(encoding="utf-8"))
        for words in _FIRST_CYCLE:
            _provisor(place, words)
        rows = [
            _timed("bare Python", place, (sys.executable, "-c", "pass")),
            _timed("Python that imports the libraries", place, (sys.executable, "-c", _LIBRARIES)),
            _timed("provisor --help", place, (*_PROVISOR, "--help")),
            _timed("provisor run, nothing to do", place, (*_PROVISOR, *_NOTHING)),
        ]
    show("Starting, medians of single processes", ("what", "wall ms", "CPU ms", "exit"), rows)


def _provisor(folder: Path, words: Sequence[str]) -> int:
    command = (*_PROVISOR, *words)
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 3, 4}, done.stderr
    return done.returncode


def _timed(what: str, folder: Path, command: Sequence[str]) -> tuple[str, str, str, str]:
    walls, cpus, code = [], [], 0
    for _ in range(ROUNDS):
        before, start = _children(), time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=_environment(), capture_output=True, check=False
        )
        walls.append(time.perf_counter() - start)
        cpus.append(_children() - before)
        code = done.returncode
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    return (what, f"{wall * 1000:.0f}", f"{cpu * 1000:.0f}", str(code))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    return as_installed(PYTHONPATH=str(_ROOT))
