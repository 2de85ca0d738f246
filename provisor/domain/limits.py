"""How much harm one plan may do: verdicts with counts, before the first write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provisor.domain.plan import (
    URGENT,
    Draft,
    PlanPart,
    Ruling,
    Verdict,
    is_gated_risk,
    strictest_ruling,
)
from provisor.domain.rules import JobRules, Limit
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class History:
    """What happened before that a verdict looks at."""

    done: Mapping[str, int]
    """Actions per part on this target in the last 24 hours."""
    first_run: bool
    """No plan of this job was ever carried out."""
    revision_is_new: bool
    """No plan under this configuration was ever approved."""


def examine_drafts(
    rules: JobRules,
    drafts: Iterable[Draft],
    managed: Mapping[ObjectType, int],
    history: History,
) -> tuple[tuple[PlanPart, ...], tuple[Verdict, ...]]:
    """Judge every part of a plan.

    Args:
        rules: the limits.
        drafts: the plan's actions.
        managed: linked accounts per object type, the base of percentages.
        history: the last 24 hours, and whether this is new.

    Returns:
        The parts, each with its strictest ruling, and the verdicts behind them.
    """
    listed = tuple(drafts)
    sizes = Counter(draft.part for draft in listed)
    verdicts: list[Verdict] = []
    for part in sorted(sizes):
        if part == URGENT:
            verdicts.append(_urgent(rules, sizes[part], history))
            continue
        verdicts.extend(_novelty(part, sizes[part], history))
        verdicts.extend(_limits(rules, part, sizes[part], managed, history))
        risky = sum(1 for draft in listed if draft.part == part and is_gated_risk(draft))
        if risky:
            verdicts.append(_risky(part, risky))
    parts = tuple(PlanPart(part, sizes[part], _ruling(part, verdicts)) for part in sorted(sizes))
    return parts, tuple(verdicts)


def _ruling(part: str, verdicts: Iterable[Verdict]) -> Ruling:
    return strictest_ruling(verdict.result for verdict in verdicts if verdict.part == part)


def _urgent(rules: JobRules, count: int, history: History) -> Verdict:
    """Never more than the limit: planning lets only so many be urgent."""
    done = history.done.get(URGENT, 0)
    return Verdict(
        "urgent",
        URGENT,
        f"{count + done} in 24 h",
        str(rules.urgent_count),
        Ruling.ALLOWED,
        "the source says that these people left; their disables wait for nobody",
    )


def _novelty(part: str, count: int, history: History) -> Iterable[Verdict]:
    if history.first_run:
        yield Verdict(
            "first_run",
            part,
            str(count),
            "0",
            Ruling.NEEDS_DECISION,
            "this job never wrote to this target before",
        )
    if history.revision_is_new:
        yield Verdict(
            "new_revision",
            part,
            str(count),
            "0",
            Ruling.NEEDS_DECISION,
            "no plan under this configuration was approved yet",
        )


def _limits(
    rules: JobRules,
    part: str,
    count: int,
    managed: Mapping[ObjectType, int],
    history: History,
) -> Iterable[Verdict]:
    object_name, operation = part.split(".", 1)
    limit = rules.limits.get(operation)
    if limit is None:
        return
    rolling = count + history.done.get(part, 0)
    if limit.count is not None:
        yield _by_count(part, rolling, limit.count)
    base = managed.get(ObjectType(object_name), 0)
    if limit.percent is not None and base >= limit.minimum_base:
        yield _by_percent(part, rolling, base, limit)


def _by_count(part: str, rolling: int, count: int) -> Verdict:
    over = rolling > count
    return Verdict(
        "limit_count",
        part,
        f"{rolling} in 24 h",
        str(count),
        Ruling.NEEDS_DECISION if over else Ruling.ALLOWED,
        "more than the limit in 24 hours" if over else "within the limit",
    )


def _by_percent(part: str, rolling: int, base: int, limit: Limit) -> Verdict:
    over = rolling * 100 > (limit.percent or 0) * base
    return Verdict(
        "limit_percent",
        part,
        f"{rolling} of {base} ({rolling * 100 / base:.1f} %)",
        f"{limit.percent} %",
        Ruling.NEEDS_DECISION if over else Ruling.ALLOWED,
        "more than the limit in 24 hours" if over else "within the limit",
    )


def _risky(part: str, count: int) -> Verdict:
    return Verdict(
        "risk",
        part,
        str(count),
        "0",
        Ruling.NEEDS_DECISION,
        "hard deletes and privileged grants always need a decision",
    )


def free_actions(drafts: Mapping[str, Draft], parts: Iterable[PlanPart]) -> frozenset[str]:
    """Return the action ids that need no vote: their part, and their bundle's parts, are allowed.

    Args:
        drafts: by action id.
        parts: with their rulings.
    """
    allowed = {part.part for part in parts if part.verdict is Ruling.ALLOWED}
    return whole_bundles(drafts, {i for i, draft in drafts.items() if draft.part in allowed})


def whole_bundles(drafts: Mapping[str, Draft], chosen: set[str]) -> frozenset[str]:
    """Return the chosen actions less those whose bundle is not chosen whole."""
    broken = {d.bundle for i, d in drafts.items() if d.bundle and i not in chosen}
    return frozenset(i for i in chosen if drafts[i].bundle not in broken or not drafts[i].bundle)
