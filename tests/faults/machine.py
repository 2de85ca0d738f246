"""Lives the life once and counts; then again and again, with one call going wrong each time."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.faults.board import ANSWERS, DEATHS, OF_SYSTEMS, Aim, Board, Fault, happens
from tests.faults.evidence import evidence_of
from tests.faults.invariants import Picture, Scene, broken, picture_of
from tests.faults.life import Life, Snapshot, Stuck, life_of, new_life, quick_folder
from tests.faults.steps import STEPS, Step

Command = Callable[[Life], object]
EVERYTHING = (*ANSWERS, *DEATHS, *OF_SYSTEMS)


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
class Found:
    """What a look at everything showed."""

    problems: tuple[str, ...]
    cycles: int
    """How many it took to rest."""
    commands: int
    """How often the command was given."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one case."""

    step: str
    call: str
    aim: Aim
    found: Found
    seconds: float

    def __str__(self) -> str:
        head = f"{self.step}, {self.aim} ({self.call})"
        return "\n  ".join((head, *self.found.problems))


def chapters(steps: Iterable[Step] = STEPS) -> tuple[Chapter, ...]:
    """Live through all steps without a fault."""
    folder = quick_folder()
    try:
        return tuple(lived(new_life(folder), steps))
    finally:
        shutil.rmtree(folder)


def lived(life: Life, steps: Iterable[Step]) -> Iterator[Chapter]:
    """Live through steps, and yield each when it has come to rest."""
    for step in steps:
        before = life.kept()
        life.board = Board()
        live(life, step)
        assert life.told == [], f"{step}: without a fault: {life.told}"
        calls = tuple(life.board.calls)
        life.rest()
        life.look_again()
        yield Chapter(step, before, calls, picture_of(life))


def live(life: Life, step: Step) -> int:
    """Let one step happen; return how often its command was given."""
    begin(life, step)
    return life.insist(step.act)


def begin(life: Life, step: Step) -> None:
    """Let happen outside what the step answers."""
    life.step = step.name
    step.feed(life)


def cases(book: Iterable[Chapter], faults: Iterable[Fault] = EVERYTHING) -> list[Case]:
    """Return every call of every step with everything that can become of it."""
    wanted = tuple(faults)
    return [
        Case(number, Aim(place, fault))
        for number, chapter in enumerate(book)
        for place, call in enumerate(chapter.calls, 1)
        for fault in wanted
        if happens(call, fault)
    ]


def some(of: list[Case], count: int, seed: int) -> list[Case]:
    """Return a subset that the seed chooses."""
    return random.Random(seed).sample(of, min(count, len(of)))


def tried(chapter: Chapter, aim: Aim) -> Trial:
    """Live one step with one call going wrong, come to rest, and look at everything."""
    folder = quick_folder()
    life = life_of(chapter.before, folder)
    try:
        return tried_by(life, chapter, aim)
    finally:
        life.close()
        shutil.rmtree(folder)


def tried_by(life: Life, chapter: Chapter, aim: Aim) -> Trial:
    """Try a step with a life that stands where the step begins."""
    begun = time.process_time()
    deeds = len(life.watched.deeds)
    life.board = Board(aim)
    begin(life, chapter.step)
    found = judged(life, chapter.step.act, chapter.after, deeds)
    call = chapter.calls[aim.call - 1] if 0 < aim.call <= len(chapter.calls) else "no call"
    return Trial(chapter.step.name, call, aim, found, time.process_time() - begun)


def judged(life: Life, act: Command, wanted: Picture, deeds: int) -> Found:
    """Obey, run cycles without faults until rest, and look at everything that must hold.

    Args:
        life: in which something may have gone wrong already.
        act: the command of the step.
        wanted: what the target holds afterwards in a life without faults.
        deeds: how many there were before the step.
    """
    stuck: tuple[str, ...] = ()
    commands = cycles = 0
    try:
        commands = life.insist(act)
        life.board.aim = None
        cycles = life.rest()
    except Stuck as why:
        stuck = (f"I7: {why}",)
    life.look_again()
    scene = Scene(
        life,
        tuple(life.watched.deeds[deeds:]),
        evidence_of(life.path),
        wanted,
        cycles,
        () if stuck else tuple(life.board.calls),
    )
    return Found((*stuck, *broken(scene)), cycles, commands)
