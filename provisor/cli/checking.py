"""check, schema, upgrade: what can be said before anything runs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from provisor.cli.abilities import Ability, abilities
from provisor.cli.chaining import chain_lines
from provisor.cli.check_shapes import check_shape
from provisor.cli.options import Globals
from provisor.cli.output_schemas import SHAPES, output_schema
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import Shape
from provisor.config.case_files import case_file_schema
from provisor.config.chains import Chain, chain_of
from provisor.config.compiling import CompiledJob
from provisor.config.json_schema import configuration_schema
from provisor.config.loading import load, problems
from provisor.errors import (
    CONFIGURATION_WRONG,
    DONE,
    SOMETHING_LEFT,
    ConfigurationError,
    TargetProblem,
    UnknownName,
    nearest,
)
from provisor.wiring import Wiring, upgrade_store


def print_problems(path: Path, *, as_json: bool) -> int:
    """Print everything that is wrong in the file itself; return the exit code."""
    found = problems(path)
    if found and as_json:
        print_json(check_shape(found))
    elif found:
        _print_each(found)
    return CONFIGURATION_WRONG if found else DONE


def check_configuration(wiring: Wiring, *, connect: bool, as_json: bool) -> int:
    """Print every problem, warning and note; return the exit code."""
    misfits = [p for name in wiring.configuration.jobs for p in wiring.problems(name)]
    if misfits:
        print_json(check_shape(misfits)) if as_json else _print_each(misfits)
        return CONFIGURATION_WRONG
    jobs = [(name, wiring.compiled(name)) for name in wiring.configuration.jobs]
    warnings = wiring.configuration.warnings()
    chains = {name: chain_of(wiring.configuration, name) for name, _ in jobs}
    if not as_json:
        _print_right(jobs, warnings, chains)
    systems = list(_connected(wiring, as_json=as_json)) if connect else []
    if as_json:
        print_json(check_shape((), jobs, warnings, systems, chains))
    return DONE if all(line["well"] for line in systems) else SOMETHING_LEFT


def _print_each(found: Iterable[ConfigurationError]) -> None:
    for problem in found:
        console().print(str(problem), markup=False)


def _print_right(
    jobs: Iterable[tuple[str, CompiledJob]], warnings: Iterable[str], chains: Mapping[str, Chain]
) -> None:
    out = console()
    for sentence in warnings:
        out.print(f"warning: {sentence}", markup=False)
    for name, compiled in jobs:
        out.print(f"job {name}: right, configuration {compiled.rules.configuration[:12]}")
        for line in chain_lines(name, chains[name]):
            out.print(f"  {line}", markup=False)
        for doubt in compiled.doubts:
            out.print(f"  {doubt.level}: {doubt}", markup=False)


def _connected(wiring: Wiring, *, as_json: bool) -> Iterator[Shape]:
    """Ask every system whether it lets us in, and tell each answer as it comes."""
    for system in wiring.configuration.settings.systems:
        try:
            health = wiring.probe(system)
        except TargetProblem as problem:
            line: Shape = {"system": system, "well": False, "found": problem.what}
            words = str(problem)
        else:
            well = health.reachable and health.allowed
            line = {"system": system, "well": well, "found": health.found}
            words = f"{'reachable and open to us' if well else 'not usable'}; {health.found}"
        able = abilities(wiring.connector(system).describe())
        if not as_json:
            console().print(f"system {system}: {words}", markup=False)
            for one in able:
                console().print(f"  {'+' if one.there else '-'} {one.words}", markup=False)
        yield {**line, "can": _words(able, "can"), "cannot": _words(able, "cannot")}


def _words(able: Iterable[Ability], wanted: Literal["can", "cannot"]) -> list[str]:
    return [one.words for one in able if one.there == (wanted == "can")]


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


def print_case_schema() -> None:
    """Print the JSON Schema of a file of cases."""
    print_json(case_file_schema())


def upgrade_store_of(given: Globals) -> str:
    """Create or upgrade the store; return the sentence to print."""
    revision = upgrade_store(load(given.config, os.environ))
    return f"the store is at revision {revision}"
