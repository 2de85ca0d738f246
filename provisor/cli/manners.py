"""What `probe` prints and saves."""

from __future__ import annotations

from pathlib import Path

from typing_extensions import TypedDict

from provisor.cli.rooms import console, print_json
from provisor.errors import DONE, SOMETHING_LEFT, CommandInvalid
from provisor.ports.connector import Detected


class ProbeShape(TypedDict):
    """How a system wants to be spoken to, as the text of a file, and what a trial left there."""

    system: str
    text: str
    findings: list[str]
    left_behind: list[str]
    saved: str | None


PROBE_SHAPES = {"probe": ProbeShape}


def save_manners(found: Detected, path: Path) -> None:
    """Write the file; one that is there stays.

    Raises:
        CommandInvalid: it is there already, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(found.text)
    except OSError as fault:
        there = isinstance(fault, FileExistsError)
        raise CommandInvalid(
            "the file is there already" if there else "the file cannot be written",
            where="--save",
            found="people may have changed it" if there else type(fault).__name__,
            safe="it was not touched",
            next="name another file, and compare the two",
        ) from None


def print_manners(found: Detected, system: str, saved: Path | None, *, as_json: bool) -> int:
    """Print what was found; return the exit code: something left behind is something left."""
    if as_json:
        shape: ProbeShape = {
            "system": system,
            "text": found.text,
            "findings": list(found.findings),
            "left_behind": list(found.left_behind),
            "saved": None if saved is None else str(saved),
        }
        print_json(shape)
    else:
        _print(found, system, saved)
    return SOMETHING_LEFT if found.left_behind else DONE


def _print(found: Detected, system: str, saved: Path | None) -> None:
    out = console()
    out.print(found.text.rstrip(), markup=False, highlight=False)
    for finding in found.findings:
        out.print(f"note: {finding}", markup=False)
    for left in found.left_behind:
        out.print(f"left behind: {left}; remove it by hand", markup=False)
    if saved is not None:
        told = f"saved; name it in the settings of {system}: `dialect_path: {saved.name}`"
        out.print(told, markup=False)
