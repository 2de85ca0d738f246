"""From one identity's standing to what must be done about it: the heart that executors share.

The object executor composes every identity; the columnar executor composes only those in which
its columns found something to do, and counts the others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from provisor.domain.difference import differences
from provisor.domain.drafting import (
    Subject,
    draft_changes,
    draft_create,
    draft_delete,
    draft_disable,
)
from provisor.domain.drawing import Seeds
from provisor.domain.expressions import Circumstances
from provisor.domain.lifecycle import Departure, deletion_is_due
from provisor.domain.link import Link, LinkState
from provisor.domain.mapping import Mapped
from provisor.domain.newcomers import Occasions, Person, new_values, occasions_of, renamed
from provisor.domain.override import Override, OverrideKind
from provisor.domain.pinning import pinned
from provisor.domain.plan import Draft, Finding, SetAside
from provisor.domain.question import Question
from provisor.domain.record import NOTHING, Record, Value, Values, as_text, is_blank
from provisor.domain.register import Register, Shown
from provisor.domain.rules import AnchorPolicy, ObjectRules
from provisor.domain.world import World
from provisor.errors import RecordProblem


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of one identity in one target."""

    key: str
    identity: str
    values: Values | None
    """The source record; None when its row is absent."""
    departure: Departure | None
    mapped: Mapped | None
    """The mappings that always flow; None when the person is gone."""
    link: Link | None
    account: Record | None
    """The linked or matched account, as read; None when there is none in the target."""
    adoption: str = ""
    """The rule that matched an unlinked account."""
    overrides: tuple[Override, ...] = ()
    present: bool = True
    """False for a linked person whose absence is not proven: nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What follows from one standing, and where it is counted."""

    drafts: tuple[Draft, ...] = ()
    record: str = ""
    """The record's class; empty when there is no record."""
    account: str = ""
    """The account's class; empty when there is no account."""
    set_aside: SetAside | None = None
    finding: Finding | None = None
    question: Question | None = None
    """What a person must say before anything follows."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What composing needs besides the standing; the same for a whole plan."""

    rules: ObjectRules
    target: str
    now: datetime
    protected: Collection[str]
    names: Register
    """Which values of unique attributes cannot be had."""
    occasions: Occasions
    """Which mappings are looked at when."""
    around: Circumstances
    """What computing depends on besides the record."""
    seeds: Seeds
    """Where random values come from, per identity."""


def setting_of(rules: ObjectRules, world: World, shown: Shown) -> Setting:
    """Return what composing needs.

    Args:
        rules: of the object type.
        world: for the target, the moment, the protected accounts and the names that are kept.
        shown: the names that the target's accounts show.
    """
    names = Register(rules, shown, world.kept_names.get(rules.object_type, ()))
    for (object_type, _), overrides in world.overrides.items():
        for one in overrides if object_type is rules.object_type else ():
            # What a person gave to somebody, nobody chooses; whose turn it is does not matter.
            if one.kind is OverrideKind.PIN and isinstance(one.value, str):
                names.claim(one.attribute, one.value)
    return Setting(
        rules=rules,
        target=world.rules.target,
        now=world.now,
        protected=world.rules.protected,
        names=names,
        occasions=occasions_of(rules),
        around=world.circumstances,
        seeds=world.seeds,
    )


def compose(standing: Standing, setting: Setting) -> Composed:
    """Decide what follows for one identity; every branch counts record and account once."""
    if standing.account is not None and is_protected(standing.account, setting):
        return _left_alone(standing, "protected")
    if any(o.kind is OverrideKind.HOLD for o in standing.overrides):
        return _left_alone(standing, "held")
    if not standing.present:
        return _left_alone(standing, "held")
    if standing.departure is not None:
        return _compose_departure(standing, standing.departure, setting)
    return _compose_presence(standing, setting)


def is_protected(account: Record, setting: Setting) -> bool:
    """Say whether the account stands in the register of accounts that nobody touches."""
    if not setting.protected:
        return False
    name = as_text(account.values.get(setting.rules.schema.name)).lower()
    return account.key.lower() in setting.protected or name in setting.protected


def _left_alone(standing: Standing, kind: str) -> Composed:
    record = ""
    if standing.values is not None:
        record = "out_of_scope" if standing.departure is not None else "unchanged"
    return Composed(record=record, account=kind if standing.account is not None else "")


def _subject(standing: Standing, setting: Setting, values: Values) -> Subject:
    """Name the account: what it is called now, or what it will be called."""
    rules = setting.rules
    account = standing.account
    called = account.values.get(rules.schema.name) if account is not None else None
    anchor = values.get(rules.schema.anchor) if rules.schema.anchor else None
    if account is not None and keeps_anchor(rules, account.values):
        anchor = account.values.get(rules.schema.anchor)
    if is_blank(anchor) and standing.link is not None:
        anchor = standing.link.anchor
    return Subject(
        identity=standing.identity,
        key=standing.key,
        name=as_text(called if called is not None else values.get(rules.schema.name)),
        anchor=as_text(anchor) if not is_blank(anchor) else standing.identity,
        native_id=account.key if account is not None else None,
    )


def _compose_departure(standing: Standing, departure: Departure, setting: Setting) -> Composed:
    record = "out_of_scope" if standing.values is not None else ""
    account = standing.account
    kept = any(o.kind is OverrideKind.KEEP for o in standing.overrides)
    if account is None or (standing.link is None and not standing.adoption):
        return Composed(record=record, account="")
    if kept:
        return Composed(record=record, account="held")
    draft = _departing_draft(standing, departure, setting, account)
    if draft is None:
        return Composed(record=record, account="unchanged")
    return Composed((draft,), "planned" if record else "", "planned")


def _departing_draft(
    standing: Standing, departure: Departure, setting: Setting, account: Record
) -> Draft | None:
    rules = setting.rules
    subject = _subject(standing, setting, account.values)
    link = standing.link
    switch = rules.schema.switch
    switched_off = switch is None or as_text(account.values.get(switch.attribute)) == as_text(
        switch.off
    )
    if link is not None and switched_off and deletion_is_due(link, rules, setting.now):
        days = rules.on_leave.delete_after_days
        rule = f"{departure.rule}; deleted {days} days after the disable"
        return draft_delete(rules, setting.target, subject, account.values, rule)
    if rules.on_leave.disable and not switched_off:
        adoption = standing.adoption if link is None else ""
        return draft_disable(rules, setting.target, subject, departure, account.values, adoption)
    return None


def _compose_presence(standing: Standing, setting: Setting) -> Composed:
    mapped = standing.mapped
    if mapped is None or mapped.ignored:
        kind = "unchanged" if standing.account is not None else ""
        return Composed(record="out_of_scope", account=kind)
    if mapped.problem is not None:
        return set_aside(standing, mapped.problem, setting)
    try:
        desired = pinned(mapped.values, standing.overrides, setting.rules)
    except RecordProblem as problem:
        return set_aside(standing, problem, setting)
    if standing.account is None:
        return _compose_create(standing, desired, setting)
    accepted = standing.link.accepted if standing.link is not None else {}
    named = renamed(_person(standing, setting), standing.account, desired, accepted)
    if named.problem is not None:
        return set_aside(standing, named.problem, setting)
    drafts = _change_drafts(standing, standing.account, named.values, setting)
    kind = "planned" if drafts else "unchanged"
    return Composed(drafts, kind, kind)


def _person(standing: Standing, setting: Setting) -> Person:
    pins = {o.attribute for o in standing.overrides if o.kind is OverrideKind.PIN}
    return Person(
        rules=setting.rules,
        target=setting.target,
        names=setting.names,
        occasions=setting.occasions,
        identity=standing.identity,
        record=standing.values or NOTHING,
        around=setting.around,
        seed=partial(setting.seeds, standing.identity),
        pinned=pins,
    )


def set_aside(standing: Standing, problem: RecordProblem, setting: Setting) -> Composed:
    """Return what is counted and told when a record cannot go on; it counts as present."""
    where = f"{setting.rules.object_type.value} {standing.key}"
    parts = {**problem.parts(), "where": ", ".join(filter(None, [where, problem.where]))}
    reason = SetAside(setting.rules.object_type, standing.key, problem.code, parts)
    return Composed(
        record="set_aside",
        account="held" if standing.account is not None else "",
        set_aside=reason,
    )


def _change_drafts(
    standing: Standing, account: Record, desired: Values, setting: Setting
) -> tuple[Draft, ...]:
    rules = setting.rules
    link = standing.link
    wanted: dict[str, Value] = dict(desired)
    subject = _subject(standing, setting, desired)
    anchor = rules.schema.anchor
    if keeps_anchor(rules, account.values):
        wanted.pop(anchor, None)
    elif anchor and (is_blank(account.values.get(anchor)) or link is None):
        # Whoever answered a question may have chosen an account with a former owner's anchor.
        wanted.setdefault(anchor, subject.anchor)
    switch = rules.schema.switch
    if switch is not None and link is not None and link.state is LinkState.DISABLED:
        wanted.setdefault(switch.attribute, switch.on)
    accepted = link.accepted if link is not None else {}
    changes = differences(wanted, account.values, rules.schema, accepted)
    adoption = standing.adoption if link is None else ""
    return draft_changes(rules, setting.target, subject, changes, adoption)


def keeps_anchor(rules: ObjectRules, account: Values) -> bool:
    """Say whether an account carries an anchor that is left as it is."""
    keeping = rules.anchor_policy is AnchorPolicy.KEEP_FOREIGN and bool(rules.schema.anchor)
    return keeping and not is_blank(account.get(rules.schema.anchor))


def _compose_create(standing: Standing, desired: Values, setting: Setting) -> Composed:
    rules = setting.rules
    born = new_values(_person(standing, setting), desired)
    if born.problem is not None:
        return set_aside(standing, born.problem, setting)
    if born.ignored:
        return Composed(record="out_of_scope")
    subject = _subject(replace(standing, link=None), setting, born.values)
    rule = f"scope: {describe_scope(rules)}"
    draws = setting.occasions.draws
    draft = draft_create(rules, setting.target, subject, born.values, rule, draws)
    return Composed((draft,), "planned", "")


def describe_scope(rules: ObjectRules) -> str:
    """Return the words that stand as a create's rule."""
    return "every record" if rules.scope is None else "in scope"
