"""test: cases for a configuration, planned without any system; differences and coverage."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.text import Text

from provisor.cli.options import DEFAULT_CONFIG, Globals
from provisor.cli.rehearsal_shapes import Told, cases_shape
from provisor.cli.rooms import console, print_json
from provisor.config.case_reading import JobUnderTest, ReadCase, read_cases
from provisor.config.point_places import place_of
from provisor.domain.rehearsal import Difference
from provisor.engine.rehearse import Coverage, coverage, rehearse
from provisor.errors import (
    CONFIGURATION_WRONG,
    DONE,
    SOMETHING_LEFT,
    CommandInvalid,
    ConfigurationError,
)
from provisor.wiring import open_rehearsal

FOLDER = "tests"
"""Where cases are sought, beside the configuration."""

Jobs = Mapping[str, JobUnderTest]


def rehearse_configuration(
    given: Globals, files: Sequence[Path], *, covers: bool, as_json: bool
) -> int:
    """Try every case, print what came out; return the exit code."""
    with open_rehearsal(_configuration(given.config, files), os.environ) as wiring:
        jobs = {name: wiring.under_test(name) for name in wiring.configuration.jobs}
        told, wrong = tried(files_of(files, wiring.configuration.folder), jobs)
    rules = {name: job.rules for name, job in jobs.items()}
    covered = coverage(rules, (one.trial for one in told)) if covers and not wrong else None
    if as_json:
        print_json(cases_shape(told, wrong, covered, jobs))
    else:
        _print(told, wrong, covered, jobs)
    if wrong:
        return CONFIGURATION_WRONG
    return DONE if all(one.trial.passed for one in told) else SOMETHING_LEFT


def _configuration(given: Path, files: Sequence[Path]) -> Path:
    """Return the configuration that is meant: the one in question, else that of the cases."""
    if given.exists() or not files:
        return given
    near = {one for file in files if (one := _beside(file)) is not None}
    if len(near) < 2:
        return near.pop() if near else given
    raise CommandInvalid(
        "these cases are for several configurations",
        where=", ".join(map(str, sorted(near))),
        safe="nothing was tried",
        next="try those of one configuration at a time, or name it with `--config FILE`",
    )


def _beside(file: Path) -> Path | None:
    """Return the configuration beside a file of cases, or above its folder."""
    place = file.absolute()
    folders = [place, place.parent, place.parent.parent]
    found = (folder / DEFAULT_CONFIG for folder in folders)
    return next((one for one in found if one.is_file()), None)


def files_of(named: Sequence[Path], folder: Path) -> list[Path]:
    """Return the files that are named, those in a folder, or those at the customary place."""
    found: list[Path] = []
    for place in named or [folder / FOLDER]:
        inside = place / FOLDER if (place / DEFAULT_CONFIG).is_file() else place
        if place.is_dir():
            found += sorted([*inside.glob("*.yaml"), *inside.glob("*.yml")])
        elif named:
            found.append(place)
    if found:
        return found
    raise CommandInvalid(
        "there is no file of cases",
        where=", ".join(map(str, named or [folder / FOLDER])),
        found="no `*.yaml`",
        safe="nothing was tried",
        next=f"write cases into `{FOLDER}/` beside the configuration, or name a file",
    )


def tried(files: Iterable[Path], jobs: Jobs) -> tuple[list[Told], list[ConfigurationError]]:
    """Try the cases of all files, unless one of these is wrong."""
    cases: list[tuple[str, ReadCase]] = []
    wrong: list[ConfigurationError] = []
    for path in files:
        for one in read_cases(path, tuple(jobs), jobs.__getitem__):
            if isinstance(one, ReadCase):
                cases.append((_near(path), one))
            else:
                wrong.append(one)
    if wrong:
        return [], wrong
    rules = {name: job.rules for name, job in jobs.items()}
    return [
        Told(file, one.line, rehearse(rules[one.case.job], one.case)) for file, one in cases
    ], []


def _near(path: Path) -> str:
    """Return a path as people write it who stand in this folder."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


# --- for people ----------------------------------------------------------------------------------


def _print(
    told: Sequence[Told],
    wrong: Sequence[ConfigurationError],
    covered: Coverage | None,
    jobs: Jobs,
) -> None:
    for problem in wrong:
        console().print(str(problem), markup=False)
    if wrong:
        return
    _print_cases(told)
    if covered is not None:
        _print_coverage(covered, jobs)


def _print_cases(told: Sequence[Told]) -> None:
    out = console()
    file = ""
    for one in told:
        if one.file != file:
            file = one.file
            out.print(file, markup=False)
        if one.trial.passed:
            out.print(Text("  ok    ", style="green") + Text(one.trial.case.name))
            continue
        place = Text(f", line {one.line}", style="dim")
        out.print(Text("  FAIL  ", style="red") + Text(one.trial.case.name) + place)
        for place, differences in groupby(one.trial.differences, key=lambda one: one.place):
            out.print(Text(f"        {place}"))
            for difference in differences:
                _print_difference(difference)
    failed = sum(not one.trial.passed for one in told)
    words = f"{failed} of {len(told)} case(s) failed" if failed else f"{len(told)} case(s) passed"
    out.print(Text(words, style="red" if failed else "green"))


def _print_difference(difference: Difference) -> None:
    """Print what was expected behind `-`, and what was found behind `+`, as a diff does."""
    out = console()
    if difference.expected:
        out.print(Text(f"        - {difference.expected}", style="red"))
    if difference.found:
        out.print(Text(f"        + {difference.found}", style="green"))


def _print_coverage(covered: Coverage, jobs: Jobs) -> None:
    out = console()
    total, missed = len(covered.points), covered.missed
    head = f"coverage: {total - len(missed)} of {total} reached, {covered.percent} %"
    out.print(Text(head, style="yellow" if missed else "green"))
    for job, point in missed:
        where, shown = place_of(point, jobs[job].pairs[point.object_type])
        words = f"  {point.kind} {point.rule}, {point.way}"
        out.print(Text(f"{words}: {where}"))
        if shown:
            out.print(Text(f"         {shown}", style="dim"))
