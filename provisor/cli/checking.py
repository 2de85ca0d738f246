"""check, schema, upgrade: what can be said before anything runs."""

from __future__ import annotations

import os
from pathlib import Path

from provisor.cli.options import Globals
from provisor.cli.output_schemas import SHAPES, output_schema
from provisor.cli.rooms import console, print_json
from provisor.config.json_schema import configuration_schema
from provisor.config.loading import load, problems
from provisor.errors import (
    CONFIGURATION_WRONG,
    DONE,
    SOMETHING_LEFT,
    TargetProblem,
    UnknownName,
    nearest,
)
from provisor.wiring import Wiring, upgrade_store


def print_problems(path: Path) -> int:
    """Print everything that is wrong in the file itself; return the exit code."""
    found = problems(path)
    for problem in found:
        console().print(str(problem), markup=False)
    return CONFIGURATION_WRONG if found else DONE


def check_configuration(wiring: Wiring, *, connect: bool) -> int:
    """Print every problem and warning; return the exit code."""
    out = console()
    misfits = [p for name in wiring.configuration.jobs for p in wiring.problems(name)]
    for misfit in misfits:
        out.print(str(misfit), markup=False)
    if misfits:
        return CONFIGURATION_WRONG
    for sentence in wiring.configuration.warnings():
        out.print(f"warning: {sentence}", markup=False)
    for name in wiring.configuration.jobs:
        compiled = wiring.compiled(name)
        out.print(f"job {name}: right, configuration {compiled.rules.configuration[:12]}")
        for sentence in compiled.warnings:
            out.print(f"  warning: {sentence}", markup=False)
    return _connect(wiring) if connect else DONE


def _connect(wiring: Wiring) -> int:
    code = DONE
    for system in wiring.configuration.settings.systems:
        try:
            health = wiring.probe(system)
        except TargetProblem as problem:
            console().print(f"system {system}: {problem}", markup=False)
            code = SOMETHING_LEFT
            continue
        well = health.reachable and health.allowed
        words = "reachable and open to us" if well else "not usable"
        console().print(f"system {system}: {words}; {health.found}", markup=False)
        code = code if well else SOMETHING_LEFT
    return code


def print_schema(output: str | None) -> None:
    """Print the JSON Schema of the configuration, or of one output."""
    if output is None:
        print_json(configuration_schema())
        return
    if output not in SHAPES:
        near = nearest(output, SHAPES)
        raise UnknownName(
            f"no output is called `{output}`",
            where="--output",
            found=f"there are {', '.join(sorted(SHAPES))}",
            safe="nothing was read",
            next=f"did you mean `{near}`?" if near else "choose one of them",
        )
    print_json(output_schema(output))


def upgrade_store_of(given: Globals) -> str:
    """Create or upgrade the store; return the sentence to print."""
    revision = upgrade_store(load(given.config, os.environ))
    return f"the store is at revision {revision}"
