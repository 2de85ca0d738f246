"""The JSON shape of `check`: problems and doubts with line and column, jobs and systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisor.cli.chaining import chain_shape
from provisor.cli.shapes import Shape
from provisor.config.chains import Chain
from provisor.config.compiling import CompiledJob
from provisor.config.doubts import Doubt
from provisor.config.places import spot_of
from provisor.errors import ConfigurationError


def check_shape(
    problems: Iterable[ConfigurationError],
    jobs: Iterable[tuple[str, CompiledJob]] = (),
    warnings: Iterable[str] = (),
    systems: Iterable[Shape] = (),
    chains: Mapping[str, Chain] | None = None,
) -> Shape:
    """Return the shape `check`.

    Args:
        problems: everything that is wrong; then nothing else is known.
        jobs: compiled, by name.
        warnings: what is not wise about the file as a whole.
        systems: what each answered, where they were asked.
        chains: what ties each job to others.
    """
    found = [problem_shape(problem) for problem in problems]
    every = list(jobs)
    doubts = [_warning(sentence) for sentence in warnings]
    doubts += [_doubt(name, doubt) for name, compiled in every for doubt in compiled.doubts]
    return {
        "right": not found,
        "problems": found,
        "doubts": doubts,
        "jobs": [
            {
                "job": name,
                "configuration": one.rules.configuration,
                **chain_shape((chains or {}).get(name)),
            }
            for name, one in every
        ],
        "systems": list(systems),
    }


def problem_shape(problem: ConfigurationError) -> Shape:
    """Return one error with its code, its five parts, line and column."""
    line, column = spot_of(problem.where)
    return {"code": problem.code, **problem.parts(), "line": line, "column": column}


def _doubt(job: str, doubt: Doubt) -> Shape:
    line, column = spot_of(doubt.where)
    return {
        "job": job,
        "level": doubt.level.value,
        "what": doubt.what,
        "where": doubt.where,
        "line": line,
        "column": column,
        "shown": doubt.shown,
    }


def _warning(sentence: str) -> Shape:
    what, _, where = sentence.rpartition(": ")
    line, column = spot_of(where)
    return {
        "job": "",
        "level": "warning",
        "what": what,
        "where": where,
        "line": line,
        "column": column,
        "shown": "",
    }
