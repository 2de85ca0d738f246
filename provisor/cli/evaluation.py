"""Expressions tried out: one on the command line, or a file of cases in one process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from provisor.domain.expressions import evaluate_case
from provisor.errors import (
    CONFIGURATION_WRONG,
    DONE,
    SOMETHING_LEFT,
    CommandInvalid,
    ConfigurationError,
)


def evaluate_one(expression: str | None, record: str) -> int:
    """Print the value of one expression on one record; return the exit code."""
    if expression is None:
        raise CommandInvalid(
            "an expression or a file of cases is needed",
            where="eval",
            safe="nothing was evaluated",
            next="`provisor eval EXPRESSION --record JSON` or `provisor eval --file CASES.jsonl`",
        )
    try:
        values = json.loads(record)
    except json.JSONDecodeError as broken:
        raise CommandInvalid(
            "the record is not JSON",
            where=f"--record, column {broken.colno}",
            safe="nothing was evaluated",
            next='write an object such as \'{"surname": "Doe"}\'',
        ) from None
    answer = evaluate_case({"expression": expression, "record": values})
    _print(answer)
    return _exit_code(answer)


def _exit_code(answer: dict[str, object]) -> int:
    if "error" not in answer:
        return DONE
    return CONFIGURATION_WRONG if answer["error"] in _wrong_expressions() else SOMETHING_LEFT


def _wrong_expressions() -> frozenset[object]:
    """Codes that blame the expression or the command, not the record."""
    return frozenset(kind("").code for kind in _with_subclasses(ConfigurationError))


def _with_subclasses(kind: type[ConfigurationError]) -> list[type[ConfigurationError]]:
    found = [kind]
    for below in kind.__subclasses__():
        found += _with_subclasses(below)
    return found


def evaluate_file(path: Path) -> None:
    """Print one answer line per case line, in order; a bad line is answered, not fatal."""
    try:
        content = path.read_bytes()
    except OSError as missing:
        raise CommandInvalid(
            f"the file of cases cannot be read: {missing.strerror}",
            where=f"--file {path}",
            safe="nothing was evaluated",
            next="name a readable file with one JSON object per line",
        ) from None
    for line in content.splitlines():
        if line.strip():
            _print(_answer(line))


def _answer(line: bytes) -> dict[str, object]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "setting_invalid", "message": "the line is not a JSON object"}
    if not isinstance(case, dict):
        return {"error": "setting_invalid", "message": "the line is not a JSON object"}
    return evaluate_case(case)


def _print(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
