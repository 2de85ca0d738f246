"""From one identity's standing to what must be done about it: the heart that executors share.

The object executor composes every identity; the columnar executor composes only those in which
its columns found something to do, and counts the others.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from provisor.domain.borrowing import WAITING, left_out
from provisor.domain.comeback import Return
from provisor.domain.composed import Composed
from provisor.domain.departing import Parting, part_with, switched_off
from provisor.domain.difference import differences
from provisor.domain.drafting import (
    Subject,
    awaiting_rule,
    creating_rule,
    draft_changes,
    draft_create,
    keeps_anchor,
)
from provisor.domain.endowing import endowed, foreign_rights, given_back, with_rights, with_words
from provisor.domain.excepting import (
    ACCOUNT,
    EVERYTHING,
    exceptions_in,
    excepts_all_of,
    excepts_value,
    without_excepted,
    without_excepted_values,
)
from provisor.domain.granting import without_rights
from provisor.domain.keeping import keep_account
from provisor.domain.leaving import Gone, Remembered
from provisor.domain.lifecycle import Departure
from provisor.domain.link import LinkState
from provisor.domain.newcomers import Person, new_values, renamed
from provisor.domain.override import OverrideKind
from provisor.domain.pinning import pinned
from provisor.domain.plan import Draft, SetAside
from provisor.domain.protection import in_range, is_registered
from provisor.domain.record import NOTHING, Record, Value, Values, as_text, is_blank
from provisor.domain.referring import without_references
from provisor.domain.returning import learnt, way_back
from provisor.domain.rules import ObjectRules
from provisor.domain.standing import Setting, Standing
from provisor.domain.tenure import is_awaited
from provisor.errors import ConditionUndecided, RecordProblem

ANSWERED = "override "
"""What the rule of an adoption begins with that a person decided."""


def compose(standing: Standing, setting: Setting) -> Composed:
    """Decide what follows for one identity; every branch counts record and account once."""
    if standing.account is not None and is_protected(standing.account, setting):
        return _left_alone(standing, "protected")
    if any(o.kind is OverrideKind.HOLD for o in standing.overrides):
        return _left_alone(standing, "held")
    if not standing.present:
        composed = _left_alone(standing, "held")
    elif standing.departure is not None:
        composed = _compose_departure(standing, standing.departure, setting)
    else:
        composed = _compose_presence(standing, setting)
    if standing.account is not None and standing.overrides and setting.rules.rights:
        subject = _subject(standing, setting, standing.account.values)
        composed = with_words(composed, standing, subject, setting)
    remembered = _remembered(standing, setting) if standing.present else None
    return composed if remembered is None else replace(composed, remembered=remembered)


def is_protected(account: Record, setting: Setting) -> bool:
    """Say whether the account is one of those that nobody touches."""
    rules = setting.rules
    if is_registered(setting.protected, account, rules.schema.name):
        return True
    if not rules.protection:
        return False
    return in_range(rules.protection, account, rules.schema.name, setting.moment)


def _remembered(standing: Standing, setting: Setting) -> Remembered | None:
    """Return what this cycle learnt of a linked person's leaving; None when it is known."""
    unsure = standing.mapped is not None and isinstance(standing.mapped.problem, ConditionUndecided)
    if standing.link is None or (unsure and standing.departure is None):
        return None
    schema = setting.rules.schema
    return learnt(standing.link, standing.departure, standing.account, schema, setting.now)


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
    switch = setting.rules.schema.switch
    if account is None or (standing.link is None and not standing.adoption):
        return Composed(record=record, account="")
    if departure.why is Gone.EARLY:
        return Composed(record=record, account="unchanged")
    if kept:
        return _compose_kept(standing, account, setting)
    if switch is not None:
        given, rules = standing.overrides, setting.rules
        kept = excepts_value(given, switch.attribute, account.values, rules)
    if kept:
        return Composed(record=record, account="held")
    parting = Parting(
        departure=departure,
        values=standing.values,
        account=account,
        link=standing.link,
        adoption=standing.adoption,
        subject=_subject(standing, setting, account.values),
    )
    parted = part_with(parting, setting.rules, setting.target, setting.now, setting.around)
    if parted.gives_back:
        back = given_back(standing, parting, setting)
        parted = replace(parted, drafts=(*parted.drafts, *back))
    kind = "planned" if parted.drafts else "unchanged"
    if parted.problem is not None:
        told = set_aside(standing, parted.problem, setting)
        told = replace(told, gives_back=parted.gives_back)
        return replace(told, drafts=parted.drafts, account=kind) if parted.drafts else told
    record = record and (kind if parted.drafts else record)
    return Composed(parted.drafts, record, kind, gives_back=parted.gives_back)


def _compose_kept(standing: Standing, account: Record, setting: Setting) -> Composed:
    record = "out_of_scope" if standing.values is not None else ""
    if standing.link is None:
        return Composed(record=record, account="held")
    subject = _subject(standing, setting, account.values)
    given, rules = standing.overrides, setting.rules
    try:
        drafts = keep_account(standing.link, account, given, rules, setting.target, subject)
    except RecordProblem as problem:
        return set_aside(standing, problem, setting)
    if not drafts:
        return Composed(record=record, account="held")
    return Composed(drafts, record and "planned", "planned")


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
    desired, sought = without_references(desired, setting.rules)
    desired, rights = without_rights(desired, setting.rules)
    pending = left_out(
        setting.rules, standing.key, standing.values, _pins(standing), standing.account
    )
    if standing.account is None and pending:
        return Composed(record=WAITING, pending=pending)
    if standing.account is None:
        return _compose_new(standing, desired, sought, rights, setting)
    if excepts_all_of(standing.overrides, EVERYTHING):
        return _left_alone(standing, "held")
    accepted = standing.link.accepted if standing.link is not None else {}
    named = renamed(_person(standing, setting), standing.account, desired, accepted)
    if named.problem is not None:
        return set_aside(standing, named.problem, setting)
    drafts = _change_drafts(standing, standing.account, named.values, setting)
    subject = _subject(standing, setting, desired)
    found = endowed(standing, subject, rights, setting)
    drafts = (*drafts, *found.drafts)
    told = foreign_rights(standing.account, subject.name, found)
    kind = "planned" if drafts else "unchanged"
    held = standing.account.values
    sought = without_excepted_values(sought, held, standing.overrides, setting.rules)
    return Composed(drafts, kind, kind, finding=told, sought=sought, pending=pending)


def _pins(standing: Standing) -> set[str]:
    return {o.attribute for o in standing.overrides if o.kind is OverrideKind.PIN}


def _person(standing: Standing, setting: Setting) -> Person:
    pins = _pins(standing)
    if standing.account is not None:
        pins |= {one.attribute for one in exceptions_in(standing.overrides)}
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
        record="set_aside" if standing.values is not None else "",
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
    if switch is not None and _is_awaited(standing, setting) and not _is_off(wanted, rules):
        # The day switches it on; until then it stays as it is.
        wanted.pop(switch.attribute, None)
    accepted = link.accepted if link is not None else {}
    changes = differences(wanted, account.values, rules.schema, accepted)
    changes = without_excepted(changes, account.values, standing.overrides, rules)
    adoption = standing.adoption if link is None else ""
    returns = _returns(standing, setting)
    return draft_changes(rules, setting.target, subject, changes, adoption, returns)


def _is_off(wanted: Values, rules: ObjectRules) -> bool:
    switch = rules.schema.switch
    return switch is not None and switch.attribute in wanted and switched_off(rules.schema, wanted)


def _is_awaited(standing: Standing, setting: Setting) -> bool:
    """Say whether the person begins on a later day."""
    return is_awaited(setting.rules.tenure, standing.values or NOTHING, setting.moment)


def _returns(standing: Standing, setting: Setting) -> Return | None:
    """Say how somebody came back; None for whoever had not left, or may come back freely."""
    if standing.link is not None:
        values = standing.values or NOTHING
        return way_back(standing.link, setting.rules, values, setting.moment)
    # Whose account it was, its owner now says; who had left has begun again.
    return Return.REHIRED if standing.adoption.startswith(ANSWERED) else None


def _compose_new(
    standing: Standing, desired: Values, sought: Values, rights: Values, setting: Setting
) -> Composed:
    if standing.link is not None and excepts_all_of(standing.overrides, ACCOUNT):
        return Composed(record="unchanged")
    composed = replace(_compose_create(standing, desired, setting), sought=sought)
    return with_rights(composed, standing, rights, setting)


def _compose_create(standing: Standing, desired: Values, setting: Setting) -> Composed:
    rules = setting.rules
    born = new_values(_person(standing, setting), desired)
    if born.problem is not None:
        return set_aside(standing, born.problem, setting)
    if born.ignored:
        return Composed(record="out_of_scope")
    subject = _subject(replace(standing, link=None), setting, born.values)
    rule = creating_rule(rules)
    switch = rules.schema.switch
    if switch is not None and _is_awaited(standing, setting):
        born = replace(born, values={**born.values, switch.attribute: switch.off})
        rule = awaiting_rule(rules)
    draws = setting.occasions.draws
    draft = draft_create(rules, setting.target, subject, born.values, rule, draws)
    return Composed((draft,), "planned", "")
