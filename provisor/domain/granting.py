"""Values of rights: what an account should hold, holds, and was given by us; each value by itself.

A right is given and taken back alone, so that each can be approved, refused and ended alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.action import Action, Change, Operation, Risk, Wave
from provisor.domain.drafting import Subject
from provisor.domain.excepting import excepts_value
from provisor.domain.holding import GrantedValue, Grants
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Draft
from provisor.domain.record import ABSENT, NOTHING, Presence, Values
from provisor.domain.reference import texts_of
from provisor.domain.rules import ObjectRules, OwnerMode
from provisor.domain.schema import Attribute, ObjectType, fold


@dataclass(frozen=True, slots=True)
class ValueShares:
    """The values of one attribute of one account, taken apart; each sorted."""

    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    """Values that we gave, as the target spells them."""
    expels: tuple[str, ...] = ()
    """Values that others gave, and that go."""
    foreign: tuple[str, ...] = ()
    """Values that others gave, and that stay."""


@dataclass(frozen=True, slots=True)
class Words:
    """What people said of single values of one attribute: stronger than rules and owner modes."""

    given: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    """The ids of the overrides."""


SILENCE = Words()


def words_on(overrides: Iterable[Override], attribute: str) -> Words:
    """Return what people said of single values; where both was said, it is taken."""
    said: dict[OverrideKind, set[str]] = {OverrideKind.GRANT: set(), OverrideKind.REVOKE: set()}
    names: set[str] = set()
    for one in overrides:
        if one.kind in said and one.attribute == attribute:
            said[one.kind].update(texts_of(one.value))
            names.add(one.id)
    given, taken = said[OverrideKind.GRANT], said[OverrideKind.REVOKE]
    return Words(frozenset(given), frozenset(taken), tuple(sorted(names)))


def share_values(
    wanted: Iterable[str],
    present: Iterable[str],
    granted: Mapping[str, GrantedValue],
    mode: OwnerMode,
    attribute: Attribute | None,
    words: Words = SILENCE,
) -> ValueShares:
    """Return which values an account gains and loses, and what stays although nobody wants it.

    Args:
        wanted: what it should hold.
        present: what it holds.
        granted: what we gave, by the value as it was sent.
        mode: `ours` takes back only what we gave; `add_only` takes nothing; `authoritative` takes
            away whatever nobody wants.
        attribute: how the target compares values.
        words: what people said; a value that they took is taken away whoever gave it.

    Example:
        >>> shares = share_values(["a"], ["b", "A"], {}, OwnerMode.OURS, Attribute("roles"))
        >>> shares.adds, shares.foreign
        ((), ('b',))
    """

    def form(value: str) -> str:
        return str(fold(value, attribute))

    held = {form(value): value for value in present}
    spelt = {form(one.value): form(one.kept) for one in granted.values() if one.kept}
    taken = {form(value) for value in words.taken}
    taken |= {spelt[f] for f in taken if f in spelt}
    should = {form(value): value for value in (*wanted, *sorted(words.given))}
    should = {f: value for f, value in should.items() if f not in taken}
    adds = [v for f, v in should.items() if f not in held and spelt.get(f) not in held]
    fitting = should.keys() | {spelt[f] for f in should if f in spelt}
    extra = {f: v for f, v in held.items() if f not in fitting}
    ours = {form(text) for one in granted.values() for text in (one.value, one.kept) if text}
    revoked = [v for f, v in extra.items() if f in taken]
    own = [v for f, v in extra.items() if f in ours and f not in taken]
    others = [v for f, v in extra.items() if f not in ours | taken]
    takes = mode is OwnerMode.AUTHORITATIVE
    return ValueShares(
        tuple(sorted(adds)),
        tuple(sorted([*revoked, *([] if mode is OwnerMode.ADD_ONLY else own)])),
        tuple(sorted(others)) if takes else (),
        () if takes else tuple(sorted(others)),
    )


@dataclass(frozen=True, slots=True)
class Position:
    """Whose rights are looked at, with what is known of them."""

    subject: Subject
    account: Values
    """As it was read; nothing for an account that is made in this plan."""
    grants: Grants = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()


def without_rights(desired: Values, rules: ObjectRules) -> tuple[Values, Values]:
    """Return desired values less those of rights, and those of rights."""
    if not rules.rights:
        return desired, NOTHING
    plain = {name: value for name, value in desired.items() if name not in rules.rights}
    return plain, {name: value for name, value in desired.items() if name in rules.rights}


@dataclass(frozen=True, slots=True)
class Endowed:
    """What follows for the rights of one person."""

    drafts: tuple[Draft, ...] = ()
    foreign: tuple[str, ...] = ()
    """Rights that others gave, and that stay, in words."""


def draft_rights(
    rules: ObjectRules, target: str, desired: Values, position: Position, *, takes: object = True
) -> Endowed:
    """Draft what makes the rights of somebody who is here right, each value apart.

    Args:
        rules: for the owner modes and the texts of the mappings.
        target: the target system's name.
        desired: what the account should hold; attributes that are left out stay as they are.
        position: the person.
        takes: whether anything may be taken away that people did not take by name.
    """
    drafts: list[Draft] = []
    foreign: list[str] = []
    for name in sorted(rules.rights):
        words = words_on(position.overrides, name)
        excepted = excepts_value(position.overrides, name, position.account, rules)
        if (name not in desired or excepted) and words == SILENCE:
            continue
        present = texts_of(position.account.get(name))
        wanted = present if name not in desired or excepted else texts_of(desired[name])
        mode = rules.rights[name] if takes else OwnerMode.ADD_ONLY
        granted, known = position.grants.get(name, {}), rules.schema.attribute(name)
        shares = share_values(wanted, present, granted, mode, known, words)
        rule = _rule(rules, name, words)
        drafts += [_grant(target, position.subject, name, v, rule, present) for v in shares.adds]
        drafts += [_revoke(target, position.subject, name, v, rule) for v in shares.removes]
        gone = f"{rule}; given by others"
        drafts += [_expel(target, position.subject, name, v, gone) for v in shares.expels]
        foreign += [f"{name} {value}" for value in shares.foreign]
    return Endowed(tuple(drafts), tuple(foreign))


def _rule(rules: ObjectRules, name: str, words: Words) -> str:
    text = next((m.text for m in rules.mappings if m.attribute == name), "")
    rule = f"{name}: {text}; {rules.rights[name].value}"
    return f"{rule}; override {', '.join(words.names)}" if words.names else rule


def draft_taken(rules: ObjectRules, target: str, position: Position) -> tuple[Draft, ...]:
    """Draft taking away what people took by name, and nothing else."""
    drafts: list[Draft] = []
    for name in sorted(rules.rights) if position.overrides else ():
        words = words_on(position.overrides, name)
        if not words.taken:
            continue
        present = texts_of(position.account.get(name))
        granted, known = position.grants.get(name, {}), rules.schema.attribute(name)
        taken = replace(words, given=frozenset())
        shares = share_values(present, present, granted, OwnerMode.ADD_ONLY, known, taken)
        rule = _rule(rules, name, words)
        drafts += [_revoke(target, position.subject, name, v, rule) for v in shares.removes]
    return tuple(drafts)


def draft_giving_back(
    rules: ObjectRules, target: str, position: Position, rule: str
) -> tuple[Draft, ...]:
    """Draft taking back what we gave to somebody who is gone, and nothing else."""
    drafts: list[Draft] = []
    for name in sorted(rules.rights):
        present = texts_of(position.account.get(name))
        granted, known = position.grants.get(name, {}), rules.schema.attribute(name)
        shares = share_values((), present, granted, OwnerMode.OURS, known)
        drafts += [_revoke(target, position.subject, name, v, rule) for v in shares.removes]
    return tuple(drafts)


def draft_taking_all(
    rules: ObjectRules, target: str, position: Position, rule: str
) -> tuple[Draft, ...]:
    """Draft taking every right that an account shows, whoever gave it."""
    return tuple(
        _revoke(target, position.subject, name, value, rule)
        for name in sorted(rules.rights)
        for value in sorted(texts_of(position.account.get(name)))
    )


def _grant(
    target: str, subject: Subject, name: str, value: str, rule: str, held: tuple[str, ...]
) -> Draft:
    change = Change(name, ABSENT, (value,))
    return replace(_draft(Operation.GRANT, target, subject, change, rule), held=held)


def _revoke(target: str, subject: Subject, name: str, value: str, rule: str) -> Draft:
    return _draft(Operation.REVOKE, target, subject, Change(name, (value,), ABSENT), rule)


def _expel(target: str, subject: Subject, name: str, value: str, rule: str) -> Draft:
    draft = _revoke(target, subject, name, value, rule)
    return replace(draft, action=replace(draft.action, risk=Risk.DESTRUCTIVE, expels=True))


def _draft(operation: Operation, target: str, subject: Subject, change: Change, rule: str) -> Draft:
    """Draft one act.

    The account is named by its anchor alone: it may be made in the same plan, and the act must
    keep its digest when it is planned again after that.
    """
    action = Action(
        operation=operation,
        object_type=ObjectType.USERS,
        target=target,
        subject=subject.identity,
        anchor=subject.anchor,
        native_id=None,
        changes=(change,),
        rule=rule,
    )
    return Draft(action, subject.key, subject.name, Wave.MEMBERSHIPS)


# --- what became of an act -----------------------------------------------------------------------


def after_right(held: Presence, operation: Operation, value: Presence) -> tuple[str, ...]:
    """Return what an account holds after a value was given or taken back.

    Example:
        >>> after_right(("a", "b"), Operation.REVOKE, ("a",))
        ('b',)
    """
    moved = texts_of(value)
    if operation is Operation.GRANT:
        return tuple(dict.fromkeys((*texts_of(held), *moved)))
    return tuple(one for one in texts_of(held) if one not in moved)


def shows_right(action: Action, held: Values, attributes: Mapping[str, Attribute | None]) -> bool:
    """Say whether an account holds what was given, and does not hold what was taken back."""
    gives = action.operation is Operation.GRANT
    for change in action.changes:
        known = attributes.get(change.attribute)
        forms = {fold(one, known) for one in texts_of(held.get(change.attribute))}
        moved = {fold(one, known) for one in texts_of(change.after if gives else change.before)}
        if (not moved <= forms) if gives else (moved & forms):
            return False
    return True


def spelling(
    value: str,
    held: Iterable[str],
    shown: Iterable[str],
    granted: Mapping[str, GrantedValue],
    attribute: Attribute | None,
) -> str:
    """Return how the target spells a value that was just given; empty for as it was sent.

    It is the one value that was not there before and that we did not give otherwise.
    """

    def form(text: str) -> str:
        return str(fold(text, attribute))

    seen = {form(one): one for one in shown}
    if form(value) in seen:
        return ""
    told = {form(one) for one in held}
    told |= {form(text) for one in granted.values() for text in (one.value, one.kept) if text}
    new = [text for known, text in seen.items() if known not in told]
    return new[0] if len(new) == 1 else ""
