"""Drafts made of other systems' configurations: checked, written to a new file, reported."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.config.entra.drafting import ADDRESS, CONNECTOR, Draft, drafted, systems
from provisor.config.entra.export_file import Json, read_export
from provisor.config.entra.gaps import GAPS
from provisor.config.entra.proving import Proven, prove
from provisor.config.entra.report import Item
from provisor.config.entra.resources import Verdict
from provisor.config.entra.writing import yaml_text
from provisor.config.loading import load_text
from provisor.config.secret_references import EnvironmentSecret, read_reference
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.engine.job import Actor
from provisor.errors import CommandInvalid, ConfigurationError, SettingInvalid
from provisor.wiring import Wiring

_FILE: Final = Path("draft.yaml")
_STYLES: Final = {
    Verdict.TAKEN: "green",
    Verdict.CHANGED: "yellow",
    Verdict.UNSUPPORTED: "red",
    Verdict.UNKNOWN: "red",
    Verdict.IDLE: "dim",
}
_NEVER_SHORT: Final = (Verdict.CHANGED, Verdict.UNSUPPORTED, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Wish:
    """An import as the command line words it."""

    schema: Path
    output: Path | None
    job: str


def import_schema(wish: Wish, verbosity: int, *, as_json: bool) -> None:
    """Make a draft of an export, write it and print the report.

    Raises:
        ConfigurationError: the export cannot be read, or the draft cannot be written.
    """
    tree = read_export(wish.schema)
    _refuse_name(wish.job)
    draft, proven = proven_draft(tree, wish.schema.name, wish.job)
    if wish.output is not None:
        _write(wish.output, proven.text)
    if as_json:
        print_json(_shape(draft, proven, wish))
        return
    if wish.output is None:
        sys.stdout.write(proven.text)
    aside = Console(stderr=True, highlight=False, soft_wrap=True)
    _print_report(console() if wish.output is not None else aside, draft, proven, verbosity)


def proven_draft(tree: dict[str, Json], file: str, job: str = "") -> tuple[Draft, Proven]:
    """Return the draft that an export becomes, and what the checks of a configuration say of it.

    Raises:
        SettingInvalid: the tree is no synchronization schema.
    """
    draft = drafted(tree, file, _known(), job)
    return draft, prove(draft, file, lambda text: _problems(text, draft))


def _known() -> Mapping[ObjectType, ObjectSchema]:
    """Return what the connector of the target knows by itself, without a call to anybody."""
    system = {"connector": CONNECTOR, "url": ADDRESS, "token": {"env": "T"}}
    text = yaml_text({"version": 1, "systems": {"target": system}})
    wiring = Wiring(load_text(text, _FILE, {"T": "none"}), Actor("", asserted=True))
    with wiring:
        return wiring.connector("target").describe().schemas


def _problems(text: str, draft: Draft) -> list[ConfigurationError]:
    """Say what `provisor check` will say of a draft once its variables are set."""
    try:
        configuration = load_text(text, _FILE, _variables(draft))
        with Wiring(configuration, Actor("", asserted=True)) as wiring:
            return [problem for job in draft.jobs for problem in wiring.problems(job.name)]
    except ConfigurationError as wrong:
        return [wrong]


def _variables(draft: Draft) -> dict[str, str]:
    found = {}
    for system in systems(draft).values():
        reference = read_reference(system.get("token"))
        if isinstance(reference, EnvironmentSecret):
            found[reference.name] = "none"
    return found


def _refuse_name(name: str) -> None:
    if not name:
        return
    text = yaml_text({"version": 1, "systems": {name: {"connector": CONNECTOR}}})
    try:
        load_text(text, _FILE, {})
    except ConfigurationError:
        raise CommandInvalid(
            "the name of the job cannot be a name",
            where="--job",
            found="letters, digits, `.`, `_` and `-` were expected, at most 64",
            safe="nothing was read and nothing was written",
            next="choose another name",
        ) from None


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        problem = _unwritten("the file of the draft exists already", path, "name a new file")
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "its name cannot be a path"
        problem = _unwritten(f"the draft cannot be written: {reason}", path, "name another file")
    else:
        return
    raise problem


def _unwritten(what: str, path: Path, then: str) -> SettingInvalid:
    return SettingInvalid(what, where=f"--output {path}", safe="nothing was written", next=then)


def _shape(draft: Draft, proven: Proven, wish: Wish) -> dict[str, object]:
    return {
        "jobs": [job.name for job in draft.jobs],
        "output": str(wish.output) if wish.output is not None else None,
        "counts": {verdict.value: n for verdict, n in proven.report.counts.items()},
        "lines": [
            {"path": line.place, "verdict": line.verdict.value, "why": line.why}
            for line in proven.report.lines
        ],
        "missing": [{"what": gap.what, "next": gap.then} for gap in GAPS],
        "problems": [{"code": error.code, **error.parts()} for error in proven.left],
        "configuration": proven.text,
    }


def _print_report(out: Console, draft: Draft, proven: Proven, verbosity: int) -> None:
    for item in _shown(proven, verbosity):
        why = "; ".join(item.reasons)
        line = Text(f"{item.verdict.value:<12}", style=_STYLES[item.verdict])
        line.append(item.named(draft.tree), style="default")
        out.print(line.append(f": {why}" if why else "", style="default"))
    counts = [f"{n} {verdict.value}" for verdict, n in proven.report.counts.items() if n]
    out.print(f"{len(proven.report.lines)} keys: {', '.join(counts)}")
    for job in draft.jobs:
        kinds = ", ".join(f"{len(r.flows)} of {t.value}" for t, r in job.rules.items())
        out.print(
            f"job {job.name}: {job.source} -> {job.target}, attributes: {kinds}", markup=False
        )
    if not draft.jobs:
        out.print("no job: nothing of the export can be taken")
    out.print("the export does not hold:")
    for gap in GAPS:
        out.print(f"  {gap.what}; {gap.then}", markup=False)
    for error in proven.left:
        out.print(Text(f"`provisor check` will say: {error}", style="yellow"))


def _shown(proven: Proven, verbosity: int) -> Iterator[Item]:
    """Yield every mapping, and what else deserves a look; everything when more is asked for."""
    for item in proven.report.items:
        is_mapping = len(item.path) > 1 and item.path[-2] == "attributeMappings"
        if is_mapping or item.verdict in _NEVER_SHORT or verbosity > 0:
            yield item
