"""The rights of one identity in one plan: given with a new account, kept right, given back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisor.domain.drafting import Subject
from provisor.domain.enlistment import MOST_NAMED
from provisor.domain.granting import (
    Endowed,
    Position,
    draft_giving_back,
    draft_rights,
    draft_taken,
    draft_taking_all,
)
from provisor.domain.leave_policies import takes_all
from provisor.domain.override import OverrideKind
from provisor.domain.plan import Finding
from provisor.domain.record import NOTHING, Record, Values
from provisor.domain.schema import ObjectType

if TYPE_CHECKING:
    from provisor.domain.composed import Composed
    from provisor.domain.departing import Parting
    from provisor.domain.plan import Draft
    from provisor.domain.standing import Setting, Standing


NO_RIGHTS = Endowed()


def endowed(standing: Standing, subject: Subject, rights: Values, setting: Setting) -> Endowed:
    """Work out what makes the rights of somebody who is here right."""
    if not setting.rules.rights:
        return NO_RIGHTS
    position = _position(standing, subject, setting)
    return draft_rights(setting.rules, setting.target, rights, position, takes=setting.takes)


def with_rights(
    composed: Composed, standing: Standing, rights: Values, setting: Setting
) -> Composed:
    """Return what follows for a new account together with the rights that it gets."""
    if not (setting.rules.rights and composed.drafts):
        return composed
    made = composed.drafts[0]
    action = made.action
    subject = Subject(action.subject, made.key, made.name, action.anchor, None)
    given = endowed(standing, subject, rights, setting)
    return replace(composed, drafts=(*composed.drafts, *given.drafts))


def foreign_rights(account: Record, name: str, found: Endowed) -> Finding | None:
    """Return what is told of rights that others gave, and that stay; None where there are none."""
    if not found.foreign:
        return None
    listed = ", ".join(found.foreign[:MOST_NAMED])
    left = len(found.foreign) - MOST_NAMED
    more = f" and {left} more" if left > 0 else ""
    detail = f"{len(found.foreign)} right(s) that this job did not give: {listed}{more}"
    return Finding(ObjectType.USERS, account.key, "foreign", name, detail)


def given_back(standing: Standing, parting: Parting, setting: Setting) -> tuple[Draft, ...]:
    """Draft taking back what we gave to somebody who is gone, or all where nothing else helps."""
    if not setting.rules.rights:
        return ()
    position = _position(standing, parting.subject, setting)
    if takes_all(setting.rules, parting.departure.why):
        rule = f"{parting.departure.rule}; nothing switches it off"
        return draft_taking_all(setting.rules, setting.target, position, rule)
    if not setting.takes:
        return ()
    rule = f"{parting.departure.rule}; gives back"
    return draft_giving_back(setting.rules, setting.target, position, rule)


def with_words(
    composed: Composed, standing: Standing, subject: Subject, setting: Setting
) -> Composed:
    """Return what follows together with the rights that people took by name.

    Neither bad data nor leaving nor an exception holds such a word back; whoever keeps somebody
    who is gone keeps what they have. What people gave comes where the rules are followed.
    """
    kept = any(one.kind is OverrideKind.KEEP for one in standing.overrides)
    if standing.link is None or (kept and standing.departure is not None):
        return composed
    position = _position(standing, subject, setting)
    known = {(one.action.operation, one.action.changes) for one in composed.drafts}
    more = tuple(
        draft
        for draft in draft_taken(setting.rules, setting.target, position)
        if (draft.action.operation, draft.action.changes) not in known
    )
    if not more:
        return composed
    record = composed.record if composed.record in ("", "set_aside") else "planned"
    drafts = (*composed.drafts, *more)
    return replace(composed, drafts=drafts, record=record, account="planned")


def _position(standing: Standing, subject: Subject, setting: Setting) -> Position:
    account = standing.account
    if account is None:
        return Position(subject, NOTHING, {}, standing.overrides)
    granted = setting.granting(standing.identity)
    return Position(subject, account.values, granted, standing.overrides)
