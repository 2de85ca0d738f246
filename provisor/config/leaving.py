"""Leaving, coming back and dates: from settings to rules, and whether they fit the two systems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from provisor.config.doubts import Doubt, Level, doubt
from provisor.config.fitting import Pair, misfit
from provisor.config.grouping import owner_mode
from provisor.config.leave_settings import (
    DateSettings,
    LeaveSettings,
    Leaving,
    PolicySettings,
    ReturnSettings,
    SetSettings,
    ZoneSettings,
)
from provisor.config.model import JobSettings
from provisor.config.places import SettingPath
from provisor.domain.drawing import is_random
from provisor.domain.expressions import candidates, redacts
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.leaving import CountedFrom, LeavePolicy, OnLeave, OnReturn
from provisor.domain.record import ABSENT
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import AttributeType, ObjectType, Writable
from provisor.domain.tenure import NO_TENURE, Tenure
from provisor.errors import ConfigurationError


def on_leave(written: LeaveSettings, object_type: ObjectType) -> OnLeave:
    """Return what happens to the accounts of people or groups that are gone."""
    plain = _policy(written, object_type)
    return OnLeave(
        disable=plain.disable,
        delete_after_days=plain.delete_after_days,
        date=written.date or "",
        counted_from=plain.counted_from,
        wait_days=plain.wait_days,
        sets=plain.sets,
        apart={why: _policy(own, object_type) for why, own in written.apart()},
        takes_memberships=plain.takes_memberships,
    )


def _policy(written: PolicySettings, object_type: ObjectType) -> LeavePolicy:
    now = written.delete is not None
    counted = CountedFrom.LEAVING if now else written.count_from
    return LeavePolicy(
        disable=written.disabling(object_type) is Leaving.NOW,
        delete_after_days=0 if now else written.delete_after_days,
        counted_from=counted or CountedFrom.DISABLE,
        wait_days=written.wait_days or 0,
        sets=tuple(leaving_mapping(name, entry) for name, entry in written.set.items()),
        takes_memberships=written.memberships == "remove",
    )


def leaving_mapping(name: str, written: SetSettings) -> AttributeMapping:
    """Return what an attribute is given; an expression that gives nothing keeps what is there."""
    clears = written.expression is None
    return AttributeMapping(
        attribute=name,
        expression=written.tree,
        text=written.expression or "null",
        default=ABSENT,
        when_empty=WhenEmpty.CLEAR if clears else WhenEmpty.KEEP,
        redacted=redacts(written.tree),
    )


def on_return(written: ReturnSettings | None) -> OnReturn:
    """Return when coming back is a new beginning."""
    if written is None:
        return OnReturn()
    return OnReturn(written.rehire_after_days, written.reinstate == "freely")


def tenure_of(written: DateSettings | None) -> Tenure:
    """Return which dates are looked at."""
    if written is None:
        return NO_TENURE
    zone = written.time_zone
    return Tenure(
        start=written.start or "",
        pre_start_days=written.pre_start_days or 0,
        end=written.end or "",
        zone=ZoneInfo(zone) if isinstance(zone, str) else None,
        zone_attribute=zone.attribute if isinstance(zone, ZoneSettings) else "",
        zone_of=zone_named,
    )


@lru_cache(maxsize=1024)
def zone_named(name: str) -> tzinfo | None:
    """Return a time zone of the time zone database; None for a name that is none.

    Example:
        >>> str(zone_named("Europe/Berlin")), zone_named("Mars/Base")
        ('Europe/Berlin', None)
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


# --- whether it fits --------------------------------------------------------------------------


def settings_of(pair: Pair) -> Iterator[tuple[str, SetSettings, SettingPath]]:
    """Yield every attribute that a leaver's account is given, with its place inside the rules."""
    for inside, policy in pair.rules.on_leave.policies():
        for name, written in policy.set.items():
            yield name, written, ("on_leave", *inside, "set", name)


def unfit_leaving(pair: Pair, settings: JobSettings) -> Iterator[ConfigurationError]:
    """Yield one error for each thing that cannot be done when somebody leaves."""
    yield from _untaken(pair, owner_mode(settings))
    for name, written, inside in settings_of(pair):
        problem = _obstacle(pair, name, written)
        if problem:
            where = pair.places.where(pair.expression_path(*inside))
            yield misfit(f"`{name}` cannot be set when somebody leaves", where, found=problem)


def _untaken(pair: Pair, mode: OwnerMode | None) -> Iterator[ConfigurationError]:
    """Yield one error for each policy that takes memberships of which the job takes none."""
    if mode in {OwnerMode.OURS, OwnerMode.AUTHORITATIVE}:
        return
    touched = "none" if mode is None else "`add_only`: none is ever taken away"
    for inside, policy in pair.rules.on_leave.policies():
        if policy.memberships == "remove":
            yield misfit(
                "memberships cannot be removed when somebody leaves",
                pair.places.where(pair.path("on_leave", *inside, "memberships")),
                found=f"memberships that this job takes away: {touched}",
            )


def _obstacle(pair: Pair, name: str, written: SetSettings) -> str:
    schema, attribute = pair.target, pair.target.attribute(name)
    if attribute is None and not schema.open:
        return f"the target has no attribute `{name}`"
    if schema.switch is not None and name == schema.switch.attribute:
        return "the attribute that switches the account; `disable` says what becomes of it"
    if name in {schema.anchor, schema.key}:
        return "the attribute by which the account is known"
    if attribute is not None and attribute.writable is Writable.NEVER:
        return "an attribute that the target itself fills"
    if attribute is not None and attribute.type is AttributeType.SECRET:
        return "a secret, which is drawn when an account is made and never later"
    if is_random(written.tree) or candidates(written.tree):
        return "a function that gives another value each time, or looks for a free one"
    if written.expression is None and attribute is not None and attribute.required:
        return "an attribute that the target requires; it cannot be cleared"
    return ""


def _lasting(pair: Pair, policy: PolicySettings, inside: tuple[str, ...]) -> Iterator[Doubt]:
    """Yield a note for each attribute that nothing gives back to whoever returns."""
    flowing = {n for n, one in pair.rules.attributes.items() if one.apply is Apply.ALWAYS}
    for name in policy.set:
        if name not in flowing:
            what = f"`{name}` stays as it is set when somebody returns: no mapping always flows"
            path = pair.expression_path("on_leave", *inside, "set", name)
            yield doubt(pair, what, path, level=Level.NOTE)


def doubtful_leaving(pair: Pair, target: str) -> Iterator[Doubt]:
    """Yield a doubt for each policy that works and hardly does what was meant."""
    for inside, policy in pair.rules.on_leave.policies():
        disables = policy.disabling(pair.object_type) is Leaving.NOW
        if disables and pair.target.switch is None and not inside:
            what = f"`{target}` cannot disable {pair.object_type.value}"
            yield doubt(
                pair, f"{what}; those who leave keep their access until it is deleted", pair.path()
            )
        yield from _lasting(pair, policy, inside)
        counted = policy.count_from or CountedFrom.DISABLE
        if policy.delete_after_days is not None and counted is CountedFrom.DISABLE and not disables:
            yield doubt(
                pair,
                "what is never disabled is never deleted either; `count_from: leaving` counts "
                "from the leave",
                pair.path("on_leave", *inside),
            )
