"""Lives the life once and counts; then again and again, with one call going wrong each time."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.board import ANSWERS, DEATHS, Aim, Board, Fault
from tests.faults.evidence import evidence_of
from tests.faults.invariants import Picture, Scene, broken, picture_of
from tests.faults.life import Life, Snapshot, life_of, new_life, quick_folder
from tests.faults.steps import STEPS, Step

EVERYTHING = (*ANSWERS, *DEATHS)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of the life: how it began, what it called, and how it ended."""

    step: Step
    before: Snapshot
    calls: tuple[str, ...]
    after: Picture


@dataclass(frozen=True, slots=True)
class Case:
    """One call of one step that goes wrong."""

    chapter: int
    aim: Aim


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one case."""

    step: str
    call: str
    aim: Aim
    problems: tuple[str, ...]
    cycles: int
    commands: int
    seconds: float

    def __str__(self) -> str:
        head = f"{self.step}, {self.aim} ({self.call})"
        return "\n  ".join((head, *self.problems))


def chapters(steps: Iterable[Step] = STEPS) -> tuple[Chapter, ...]:
    """Live through all steps without a fault."""
    folder = quick_folder()
    try:
        return tuple(_lived(new_life(folder), steps))
    finally:
        shutil.rmtree(folder)


def _lived(life: Life, steps: Iterable[Step]) -> Iterator[Chapter]:
    for step in steps:
        before = life.kept()
        life.board = Board()
        live(life, step)
        assert life.told == [], f"{step}: without a fault: {life.told}"
        calls = tuple(life.board.calls)
        life.rest()
        yield Chapter(step, before, calls, picture_of(life))


def live(life: Life, step: Step) -> int:
    """Let one step happen; return how often its command was given."""
    life.step = step.name
    step.feed(life)
    return life.insist(step.act)


def cases(book: Iterable[Chapter], faults: Iterable[Fault] = EVERYTHING) -> list[Case]:
    """Return every call of every step with everything that can become of it."""
    wanted = tuple(faults)
    return [
        Case(number, Aim(call, fault))
        for number, chapter in enumerate(book)
        for call in range(1, len(chapter.calls) + 1)
        for fault in wanted
    ]


def some(of: list[Case], count: int, seed: int) -> list[Case]:
    """Return a subset that the seed chooses."""
    return random.Random(seed).sample(of, min(count, len(of)))


def tried(chapter: Chapter, aim: Aim) -> Trial:
    """Live one step with one call going wrong, come to rest, and look at everything."""
    begun = time.process_time()
    folder = quick_folder()
    life = life_of(chapter.before, folder)
    deeds = len(life.watched.deeds)
    life.board = Board(aim)
    commands = cycles = 0
    try:
        commands = live(life, chapter.step)
        cycles, problems = rested(life, chapter.after, deeds)
    except AssertionError as stuck:
        problems = (f"I7: {stuck}",)
    finally:
        life.close()
        shutil.rmtree(folder)
    call = chapter.calls[aim.call - 1]
    spent = time.process_time() - begun
    return Trial(chapter.step.name, call, aim, problems, cycles, commands, spent)


def rested(life: Life, wanted: Picture, deeds: int) -> tuple[int, tuple[str, ...]]:
    """Run cycles without faults until rest.

    Returns:
        How many cycles it took, and everything that does not hold then.
    """
    life.board.aim = None
    cycles = life.rest()
    life.board.calls.clear()
    life.pass_hours(1)
    life.cycle()
    last = tuple(life.board.calls)
    done = tuple(life.watched.deeds[deeds:])
    scene = Scene(life, done, evidence_of(life.path), wanted, cycles, last)
    return cycles, broken(scene)


def folder_of(life: Life) -> Path:
    """Return where a life keeps its store."""
    return life.folder
