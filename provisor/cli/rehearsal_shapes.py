"""The JSON shape of `test`: cases with their differences, and what no case reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisor.cli.check_shapes import problem_shape
from provisor.cli.shapes import Shape
from provisor.config.case_reading import JobUnderTest
from provisor.config.places import spot_of
from provisor.config.point_places import place_of
from provisor.domain.coverage import Point
from provisor.engine.rehearse import Coverage, Trial
from provisor.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Told:
    """One case of a file, and what came out of it."""

    file: str
    line: int
    trial: Trial


def cases_shape(
    told: Sequence[Told],
    problems: Iterable[ConfigurationError],
    covered: Coverage | None,
    jobs: Mapping[str, JobUnderTest],
) -> Shape:
    """Return the shape `test`.

    Args:
        told: every case, in order; none where a file is wrong.
        problems: what is wrong with the files.
        covered: what cases reached; None when nobody asked.
        jobs: every job by name.
    """
    failed = sum(not one.trial.passed for one in told)
    return {
        "problems": [problem_shape(problem) for problem in problems],
        "cases": [_case(one) for one in told],
        "passed": len(told) - failed,
        "failed": failed,
        "coverage": None if covered is None else _coverage(covered, jobs),
    }


def _case(one: Told) -> Shape:
    case = one.trial.case
    return {
        "file": one.file,
        "line": one.line,
        "name": case.name,
        "job": case.job,
        "passed": one.trial.passed,
        "differences": [
            {"place": d.place, "expected": d.expected, "found": d.found}
            for d in one.trial.differences
        ],
    }


def _coverage(covered: Coverage, jobs: Mapping[str, JobUnderTest]) -> Shape:
    return {
        "points": len(covered.points),
        "reached": len(covered.points) - len(covered.missed),
        "percent": covered.percent,
        "missed": [_missed(job, point, jobs) for job, point in covered.missed],
    }


def _missed(job: str, point: Point, jobs: Mapping[str, JobUnderTest]) -> Shape:
    where, _ = place_of(point, jobs[job].pairs[point.object_type])
    line, column = spot_of(where)
    return {
        "job": job,
        "object": point.object_type.value,
        "kind": point.kind.value,
        "rule": point.rule,
        "way": point.way,
        "text": point.text,
        "where": where,
        "line": line,
        "column": column,
    }
