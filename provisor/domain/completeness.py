"""Is a read complete, and if not, why: the proofs that stand before any conclusion from absence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted in one read."""

    system: str
    object_type: ObjectType
    rows: int
    """All rows, also those set aside."""
    repeated_rows: int = 0
    """Rows whose key stands more than once, and rows without a key."""
    nulls: Mapping[str, int] = field(default_factory=dict)
    """Blank cells per attribute."""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the connector said at the end of the read."""

    complete: bool
    reason: str = ""
    columns: tuple[str, ...] = ()
    version: str | None = None
    expected_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What the last complete read showed."""

    rows: int
    version: str | None
    nulls: Mapping[str, int]
    columns: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold for the read to be believed."""

    guard: Guard
    needed: Collection[str]
    """Attributes that the rules use."""
    allow_empty: bool
    canaries_missing: Sequence[str] = ()
    known: int = 0
    """Active linked people, or accounts, before this read."""
    vanished: int = 0
    """How many of them are missing now and were not missing before."""


def disbelief(
    measure: Measure, claim: Claim, before: Before | None, expectation: Expectation
) -> str:
    """Return why the read is not complete, or nothing when every proof holds.

    Source: design section 6; the order puts the plainest cause first.
    """
    checks = (
        _claimed(claim),
        _columns(claim, expectation),
        _empty(measure, before, expectation),
        _expected(measure, claim),
        too_many_unusable(measure.repeated_rows, measure.rows, expectation.guard),
        _canaries(expectation),
        _older(claim, before),
        _fewer(measure, before, expectation.guard),
        _vanished(measure, before, expectation),
        _nulls(measure, before, expectation),
    )
    return next((reason for reason in checks if reason), "")


def delta_disbelief(claim: Claim, watermark: str | None, version: str | None) -> str:
    """Return why a delta cannot be believed, or nothing when it can; an empty one can.

    Args:
        watermark: where the next delta may start, as the connector said.
        version: the age of what was believed last, in the system's own order.

    Example:
        >>> delta_disbelief(Claim(complete=True), "7", None)
        ''
        >>> delta_disbelief(Claim(complete=True), None, None)
        'the delta does not say where the next one starts'
    """
    if not claim.complete:
        return claim.reason or "the delta did not reach its end"
    if not watermark:
        return "the delta does not say where the next one starts"
    if version is not None and claim.version is not None and claim.version < version:
        return "the delta is older than what was read before"
    return ""


def _claimed(claim: Claim) -> str:
    return "" if claim.complete else claim.reason or "the read did not reach its end"


def _columns(claim: Claim, expectation: Expectation) -> str:
    if not claim.columns:
        return ""
    missing = sorted(set(expectation.needed) - set(claim.columns))
    names = ", ".join(f"`{name}`" for name in missing)
    return f"{len(missing)} column(s) that the rules use are missing: {names}" if missing else ""


def _empty(measure: Measure, before: Before | None, expectation: Expectation) -> str:
    if measure.rows or expectation.allow_empty:
        return ""
    last = f"; the last complete read had {before.rows}" if before else ""
    return f"the read is empty{last}; set `allow_empty` if that is right"


def _expected(measure: Measure, claim: Claim) -> str:
    if claim.expected_rows is None or claim.expected_rows == measure.rows:
        return ""
    return f"the control record promises {claim.expected_rows} rows; {measure.rows} were read"


def too_many_unusable(unusable: int, rows: int, guard: Guard) -> str:
    """Return why a side is not believed of which so many rows have a repeated or empty key.

    Example:
        >>> too_many_unusable(2, 200, Guard()), too_many_unusable(2, 199, Guard())[:16]
        ('', '2 of 199 rows ha')
    """
    if unusable * 100 <= rows * guard.repeated_percent:
        return ""
    return (
        f"{unusable} of {rows} rows have a repeated or empty key; "
        f"at most {guard.repeated_percent} % are believed"
    )


def _canaries(expectation: Expectation) -> str:
    missing = expectation.canaries_missing
    return f"{len(missing)} canary record(s) are missing" if missing else ""


def _older(claim: Claim, before: Before | None) -> str:
    if before is None or claim.version is None or before.version is None:
        return ""
    if claim.version >= before.version:
        return ""
    return f"the data are older than those of the last complete read ({before.when})"


def _fewer(measure: Measure, before: Before | None, guard: Guard) -> str:
    if before is None or measure.rows >= before.rows:
        return ""
    return _loss(
        before.rows - measure.rows,
        before.rows,
        guard,
        f"{measure.rows} rows were read, {before.rows} in the last complete read ({before.when})",
        every=measure.object_type is ObjectType.USERS,
    )


def _vanished(measure: Measure, before: Before | None, expectation: Expectation) -> str:
    if not expectation.vanished:
        return ""
    told = f"{expectation.vanished} of {expectation.known} linked objects are missing from the read"
    came = expectation.vanished - max(0, before.rows - measure.rows) if before is not None else 0
    if came > 1 and came * 2 >= expectation.vanished:
        told += f", and {came} rows stand in their place: were keys changed?"
    every = measure.object_type is ObjectType.USERS
    return _loss(expectation.vanished, expectation.known, expectation.guard, told, every=every)


def _loss(lost: int, base: int, guard: Guard, told: str, *, every: object) -> str:
    """Judge a loss: complete only while fewer than `rows` and less than `percent` are lost.

    Groups are few and memberships come and go in numbers: both bounds must be crossed there.
    """
    many = lost >= guard.rows
    share = lost * 100 >= guard.percent * base
    refused = (many or share) if every else (many and share)
    percent = f"{lost * 100 / base:.1f}" if base else "100"
    limit = f"the guard is fewer than {guard.rows} rows and less than {guard.percent} %"
    return f"{told}: {lost} fewer ({percent} %); {limit}" if refused else ""


def _nulls(measure: Measure, before: Before | None, expectation: Expectation) -> str:
    if before is None or not before.rows or not measure.rows:
        return ""
    guard = expectation.guard
    for name in sorted(before.nulls.keys() & measure.nulls.keys() & set(expectation.needed)):
        now, then = measure.nulls.get(name, 0), before.nulls.get(name, 0)
        points = now * 100 / measure.rows - then * 100 / before.rows
        emptied = now == measure.rows and before.rows - then > 1
        if emptied or (points > guard.null_percent and now - then >= guard.rows):
            return (
                f"the column `{name}` has {now} blank cells of {measure.rows}, "
                f"{then} of {before.rows} in the last complete read; "
                f"the guard is {guard.null_percent} points"
            )
    return ""
