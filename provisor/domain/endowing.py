"""The rights of one identity in one plan: given with a new account, kept right, given back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provisor.domain.drafting import Subject
from provisor.domain.granting import Position, draft_giving_back, draft_rights
from provisor.domain.record import NOTHING, Values

if TYPE_CHECKING:
    from provisor.domain.composing import Composed, Setting, Standing
    from provisor.domain.departing import Parting
    from provisor.domain.plan import Draft


def rights_drafts(
    standing: Standing, subject: Subject, rights: Values, setting: Setting
) -> tuple[Draft, ...]:
    """Draft what makes the rights of somebody who is here right."""
    if not rights:
        return ()
    position = _position(standing, subject, setting)
    return draft_rights(setting.rules, setting.target, rights, position)


def with_rights(
    composed: Composed, standing: Standing, rights: Values, setting: Setting
) -> Composed:
    """Return what follows for a new account together with the rights that it gets."""
    if not (rights and composed.drafts):
        return composed
    made = composed.drafts[0]
    action = made.action
    subject = Subject(action.subject, made.key, made.name, action.anchor, None)
    given = rights_drafts(standing, subject, rights, setting)
    return replace(composed, drafts=(*composed.drafts, *given))


def given_back(standing: Standing, parting: Parting, setting: Setting) -> tuple[Draft, ...]:
    """Draft taking back what we gave to somebody who is gone."""
    if not setting.rules.rights:
        return ()
    position = _position(standing, parting.subject, setting)
    rule = f"{parting.departure.rule}; gives back"
    return draft_giving_back(setting.rules, setting.target, position, rule)


def _position(standing: Standing, subject: Subject, setting: Setting) -> Position:
    account = standing.account
    if account is None:
        return Position(subject, NOTHING, {}, standing.overrides)
    granted = setting.granting(standing.identity)
    return Position(subject, account.values, granted, standing.overrides)
