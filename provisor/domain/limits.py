"""How much harm one plan may do: verdicts with counts, before the first write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Final

from provisor.domain.bounds import (
    ATTRIBUTE,
    MEMBERS_LOST,
    PRIVILEGED_CHANGE,
    PRIVILEGED_GRANT,
    PRIVILEGED_REVOKE,
    TOTAL,
    Limit,
)
from provisor.domain.excerpt import Standing
from provisor.domain.gauges import Gauge
from provisor.domain.harm import (
    GROUP,
    LOST,
    Bucket,
    History,
    Wholes,
    change_of,
    harm_beside,
    harm_of_all,
    without_urgent,
)
from provisor.domain.plan import (
    FOREIGN,
    FOREIGN_RIGHTS,
    URGENT,
    Draft,
    PlanPart,
    Ruling,
    Verdict,
    is_gated_risk,
    strictest_ruling,
)
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.separating import asking_verdicts, unknown_verdicts, waits_for_duty
from provisor.domain.undoing import undo_verdicts, waits_for_undo

MOST_APART: Final = 50
"""Groups or departments that wait apart for one limit; more make the whole part wait."""

_PRIVILEGED: Final = frozenset({PRIVILEGED_GRANT, PRIVILEGED_CHANGE, PRIVILEGED_REVOKE})


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan's acts in their parts, with the verdicts behind them."""

    drafts: tuple[Draft, ...]
    """In the order in which they came; those that wait apart say so."""
    parts: tuple[PlanPart, ...]
    verdicts: tuple[Verdict, ...]


def examine_drafts(
    rules: JobRules, drafts: Iterable[Draft], wholes: Wholes, history: History
) -> Judged:
    """Judge every part of a plan.

    A group or department that crosses a bound of its own becomes a part of its own, so that
    nobody else waits for it; what it wants counts for everybody's bounds all the same.

    Args:
        rules: the limits.
        drafts: the plan's acts.
        wholes: what percentages are of.
        history: what was done lately, and whether this is new.

    Returns:
        The acts with their parts, each with its strictest ruling, and the verdicts behind them.
    """
    bench = _Bench(rules, tuple(drafts), wholes, history)
    crossed = [*bench.shares(), *bench.attributes(), *bench.groups()]
    listed = _set_apart(bench.drafts, crossed)
    # A million creates are one part: what a part is called is worked out once for each act.
    plain = listed is bench.drafts and not any(map(_waits_alone, listed))
    called = bench.kinds if plain else [draft.part for draft in listed]
    parts = sorted(dict(zip(called, bench.kinds, strict=True)).items())
    sizes = Counter(called)
    verdicts = [*bench.verdicts(parts, sizes), *(v for one in crossed for v in one.verdicts)]
    risky = Counter(part for part, d in zip(called, listed, strict=True) if is_gated_risk(d))
    verdicts += [_risky(part, risky[part]) for part, _ in parts if risky[part]]
    verdicts += [*asking_verdicts(listed), *unknown_verdicts(listed), *undo_verdicts(listed)]
    judged = tuple(
        PlanPart(part, sizes[part], _ruling(part, verdicts), bench.approvers(kind))
        for part, kind in parts
    )
    return Judged(listed, judged, tuple(sorted(verdicts, key=lambda one: one.part)))


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Acts of one group or department, and how its own bounds were read."""

    verdicts: tuple[Verdict, ...]
    bucket: Bucket | None = None
    """Whose acts wait apart; None where none of them does."""
    name: str = ""


def _set_apart(drafts: tuple[Draft, ...], crossings: Iterable[_Crossing]) -> tuple[Draft, ...]:
    names = {one.bucket: one.name for one in crossings if one.bucket is not None}
    if not names:
        return drafts
    return tuple(_labelled(draft, names) for draft in drafts)


def _waits_alone(draft: Draft) -> bool:
    """Say whether an act waits apart already, whatever its group or department may lose."""
    return draft.apart != "" and (waits_for_duty(draft) or waits_for_undo(draft))


def _labelled(draft: Draft, names: Mapping[Bucket, str]) -> Draft:
    if _waits_alone(draft):
        return draft
    name = next((names[bucket] for bucket in _beside(draft) if bucket in names), "")
    return replace(draft, apart=name) if name else draft


class _Bench:
    """One plan under judgement."""

    def __init__(
        self, rules: JobRules, drafts: tuple[Draft, ...], wholes: Wholes, history: History
    ) -> None:
        self.drafts = drafts
        self._limits = rules.limits
        self._objects = rules.objects
        self._urgent_count = rules.urgent_count
        self._wholes = wholes
        self._history = history
        self.kinds = [draft.kind for draft in drafts]
        self._planned = harm_of_all(drafts, self.kinds)
        self._acts = Counter(self.kinds)

    # --- parts --------------------------------------------------------------------------------

    def verdicts(
        self, parts: Iterable[tuple[str, str]], sizes: Mapping[str, int]
    ) -> Iterator[Verdict]:
        """Yield what is judged of parts as a whole."""
        for part, kind in parts:
            if part == URGENT:
                yield self._urgent(sizes[part])
                continue
            yield from _novelty(part, sizes[part], self._history)
            yield from self._of_class(part, kind)
            yield from self._total(part)

    def approvers(self, kind: str) -> int:
        """Return how many people a part of this class needs, if it needs any."""
        limit = self._limit(kind)
        above = limit.two_above if limit is not None else None
        return 2 if above is not None and self._acts[kind] > above else 1

    def _limit(self, kind: str) -> Limit | None:
        return self._limits.get(kind.partition(".")[2])

    def _urgent(self, count: int) -> Verdict:
        """Never more than the limit: planning lets only so many be urgent."""
        done = self._history.day.get(Bucket(URGENT), 0)
        return Verdict(
            "urgent",
            URGENT,
            f"{count + done} in 24 h",
            str(self._urgent_count),
            Ruling.ALLOWED,
            "the source says that these people left; their disables wait for nobody",
        )

    def _of_class(self, part: str, kind: str) -> Iterator[Verdict]:
        limit = self._limit(kind)
        if limit is None:
            return
        bucket = Bucket(kind)
        gauge = Gauge("limit", part, limit, self._planned[bucket], bucket, self._whole(kind))
        yield from gauge.verdicts(self._history.day, self._history.month)
        if self.approvers(kind) > 1:
            yield _two_people(part, self._acts[kind], limit)

    def _whole(self, kind: str) -> int:
        object_name, _, name = kind.partition(".")
        object_type = ObjectType(object_name)
        if name in _PRIVILEGED and object_type is not ObjectType.MEMBERSHIPS:
            return self._wholes.privileged.get(object_type, 0)
        return self._wholes.managed.get(object_type, 0)

    def _total(self, part: str) -> Iterator[Verdict]:
        limit = self._limits.get(TOTAL)
        if limit is None:
            return
        managed = self._wholes.managed
        base = sum(n for kind, n in managed.items() if kind is not ObjectType.MEMBERSHIPS)
        bucket = Bucket(TOTAL)
        gauge = Gauge(TOTAL, part, limit, without_urgent(self._planned), bucket, base)
        history = self._history
        day, month = without_urgent(history.day), without_urgent(history.month)
        yield from gauge.verdicts({bucket: day}, {bucket: month})

    # --- groups and departments ---------------------------------------------------------------

    def shares(self) -> Iterator[_Crossing]:
        """Judge every value of every attribute that a limit is counted by."""
        for kind in sorted(self._acts):
            limit = self._limit(kind)
            for by, share in (limit.by if limit is not None else {}).items():
                buckets = (b for b in sorted(self._planned) if (b.kind, b.by) == (kind, by))
                yield from _bounded(kind, [self._share(bucket, share) for bucket in buckets])

    def _share(self, bucket: Bucket, share: Limit) -> tuple[Gauge, tuple[Verdict, ...]]:
        base = self._wholes.shares.get((bucket.by, bucket.of))
        name = bucket.of or "none"
        part, about = f"{bucket.kind}:{name}", f"{bucket.by} {name}"
        gauge = Gauge("limit", part, share, self._planned[bucket], bucket, base, about)
        return gauge, tuple(gauge.verdicts(self._history.day, self._history.month))

    def attributes(self) -> Iterator[_Crossing]:
        """Judge every attribute by the accounts of which it changes.

        All acts that change it wait apart, each in a part of its own class.
        """
        for object_type, own in sorted(self._objects.items()):
            for name, limit in sorted(own.limits.items()):
                bucket = change_of(object_type, name)
                if not self._planned.get(bucket):
                    continue
                kinds = sorted({d.kind for d in self.drafts if (ATTRIBUTE, name) in d.about})
                base = self._wholes.managed.get(object_type, 0)
                about = f"attribute {name}"
                gauge = Gauge("attribute", "", limit, self._planned[bucket], bucket, base, about)
                verdicts = tuple(gauge.verdicts(self._history.day, self._history.month))
                of_type = [kind for kind in kinds if kind.startswith(f"{object_type}.")]
                yield _changed(of_type, name, verdicts, bucket)

    def groups(self) -> Iterator[_Crossing]:
        """Judge every group by the members that it loses."""
        limit = self._limits.get(MEMBERS_LOST)
        losing = [d for d in self.drafts if d.action.members_lost]
        if limit is None or not losing:
            return
        for kind in sorted({draft.kind for draft in losing}):
            chosen = {d.action.subject: d for d in losing if d.kind == kind}
            ordered = sorted(chosen.values(), key=lambda one: (one.key, one.action.subject))
            yield from _bounded(kind, [self._losing(draft, limit) for draft in ordered])

    def _losing(self, draft: Draft, limit: Limit) -> tuple[Gauge, tuple[Verdict, ...]]:
        """Percentages are of the members that the group had when the window began."""
        bucket = Bucket(LOST, GROUP, draft.action.subject)
        part, about = f"{draft.kind}:{draft.key}", f"{GROUP} {draft.name or draft.key}"
        verdicts: list[Verdict] = []
        gauge = Gauge(MEMBERS_LOST, part, limit, self._planned[bucket], bucket, None, about)
        for window in ("day", "month"):
            done = (self._history.day if window == "day" else self._history.month).get(bucket, 0)
            base = None if draft.size_before is None else draft.size_before + done
            gauge = replace(gauge, base=base)
            read = tuple(gauge.verdicts(self._history.day, self._history.month))
            verdicts += [v for v in read if ("_month_" in v.name) == (window == "month")]
        return gauge, tuple(verdicts)


def _beside(draft: Draft) -> tuple[Bucket, ...]:
    return tuple(bucket for bucket, _ in harm_beside(draft, draft.kind))


def _changed(
    kinds: Iterable[str], name: str, verdicts: tuple[Verdict, ...], bucket: Bucket
) -> _Crossing:
    """Set the acts that change an attribute apart where it crossed a bound of its own."""
    over = _over(verdicts)
    if not over:
        return _Crossing(tuple(replace(one, part=kind) for kind in kinds for one in verdicts))
    parts = [f"{kind}:{name}" for kind in kinds]
    return _Crossing(tuple(replace(one, part=part) for part in parts for one in over), bucket, name)


def _bounded(kind: str, read: list[tuple[Gauge, tuple[Verdict, ...]]]) -> Iterator[_Crossing]:
    """Set apart what crossed, or make the whole part wait where that would be too many."""
    crossed = [(gauge, over) for gauge, verdicts in read if (over := _over(verdicts))]
    if len(crossed) > MOST_APART:
        yield _Crossing((_too_many(kind, crossed[0][0], len(crossed)),))
        crossed = crossed[:MOST_APART]
        yield _Crossing(tuple(replace(v, part=kind) for _, over in crossed for v in over))
        return
    for gauge, over in crossed:
        yield _Crossing(over, gauge.bucket, gauge.part.partition(":")[2])
    if read and not crossed:
        fullest = max(read, key=lambda one: one[0].planned)[1]
        yield _Crossing(tuple(replace(verdict, part=kind) for verdict in fullest))


def _over(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    return tuple(one for one in verdicts if one.result is not Ruling.ALLOWED)


def _too_many(kind: str, gauge: Gauge, count: int) -> Verdict:
    return Verdict(
        f"{gauge.name}_many",
        kind,
        str(count),
        str(MOST_APART),
        Ruling.NEEDS_DECISION,
        f"so many of them cross a limit that all wait together; {MOST_APART} are named",
        about=gauge.bucket.by,
    )


def _ruling(part: str, verdicts: Iterable[Verdict]) -> Ruling:
    """Return the strictest word on a part; one that waits apart obeys its class, too."""
    return strictest_ruling(verdict.result for verdict in verdicts if verdict.part == part)


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


def _risky(part: str, count: int) -> Verdict:
    others = "what others gave is taken away by a decision only"
    grave = "hard deletes, privileged grants and re-hires always need a decision"
    return Verdict(
        "risk",
        part,
        str(count),
        "0",
        Ruling.NEEDS_DECISION,
        others if part.startswith((FOREIGN, FOREIGN_RIGHTS)) else grave,
    )


def _two_people(part: str, count: int, limit: Limit) -> Verdict:
    return Verdict(
        "two_approvers",
        part,
        str(count),
        str(limit.two_above),
        Ruling.NEEDS_DECISION,
        "so many of these acts need two approvers",
    )


def free_actions(acts: Mapping[str, Standing], parts: Iterable[PlanPart]) -> frozenset[str]:
    """Return the action ids that need no vote: their part, and their bundle's parts, are allowed.

    Args:
        acts: what each stands under, by action id.
        parts: with their rulings.
    """
    allowed = {part.part for part in parts if part.verdict is Ruling.ALLOWED}
    return whole_bundles(acts, {i for i, one in acts.items() if one.part in allowed})


def whole_bundles(acts: Mapping[str, Standing], chosen: Set[str]) -> frozenset[str]:
    """Return the chosen actions less those whose bundle is not chosen whole."""
    broken = {one.bundle for i, one in acts.items() if one.bundle and i not in chosen}
    if not broken:
        return frozenset(chosen)
    return frozenset(i for i in chosen if acts[i].bundle not in broken or not acts[i].bundle)
