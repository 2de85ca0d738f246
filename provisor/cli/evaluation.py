"""Expressions tried out: one on the command line, or a file of cases in one process."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provisor.domain.expressions import evaluate_case
from provisor.errors import (
    CONFIGURATION_WRONG,
    DONE,
    SOMETHING_LEFT,
    CommandInvalid,
    ConfigurationError,
)

_DRAW: Final = secrets.token_bytes


@dataclass(frozen=True, slots=True)
class Given:
    """What an expression may depend on besides the record, as it was typed; empty for nothing."""

    dialect: str = ""
    now: str = ""
    default_domain: str = ""

    def fields(self) -> dict[str, str]:
        """Return what was typed under the names that cases use."""
        written = {
            "dialect": self.dialect,
            "now": self.now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "default_domain": self.default_domain,
        }
        return {name: text for name, text in written.items() if text}


def evaluate_one(expression: str | None, record: str, given: Given) -> int:
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
    answer = evaluate_case({"expression": expression, "record": values, **given.fields()}, _DRAW)
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
    return evaluate_case(case, _DRAW)


def _print(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
