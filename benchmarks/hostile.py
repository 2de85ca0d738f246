"""What the worst expressions cost: each is answered, and the slowest answers are printed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.table import show
from provisor.domain.expressions import evaluate_case
from tests.expressions.hostile import attacks

_SHOWN = 5
_NAMED = 48


def run(_rows: Sequence[int], _quick: object) -> None:
    """Try every hostile expression once; print the kinds of answers and the slowest ones."""
    seconds: list[tuple[float, str, str]] = []
    for expression, record in attacks():
        started = time.process_time()
        answer = evaluate_case({"expression": expression, "record": record})
        spent = time.process_time() - started
        seconds.append((spent, str(answer.get("error", "a value")), expression))
    seconds.sort(reverse=True)
    kinds = Counter(kind for _, kind, _ in seconds)
    answers = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    rows = [
        (_named(expression), kind, f"{1_000 * spent:.1f}")
        for spent, kind, expression in seconds[:_SHOWN]
    ]
    show(
        f"{len(seconds):,} hostile expressions, each answered ({answers}); the slowest",
        ("expression", "answer", "CPU ms"),
        rows,
    )


def _named(expression: str) -> str:
    shown = "".join(c if c.isprintable() else "·" for c in expression[:_NAMED])
    return f"{shown}… ({len(expression):,} characters)" if len(expression) > _NAMED else shown
