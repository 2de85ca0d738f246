"""Whose the accounts of a target are, or could be: every one in exactly one class.

The classes are those of Entra's account discovery, with two more: what only a person can say, and
what nobody touches. Every match rule is asked, not only the first, about every record: people who
are here, people who left, and those whom the scope leaves out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provisor.domain.matching import Form, Seeker, Tried, str_rule, usable_rules, wanted_form
from provisor.domain.record import Record
from provisor.domain.rules import MatchRule, MatchTerm, ObjectRules


class AccountClass(StrEnum):
    """Whose an account is."""

    ASSIGNED = "assigned"
    """Somebody's who is here and in scope: linked, or the next plan would take it over."""
    UNASSIGNED = "unassigned"
    """Somebody's who is gone or out of scope."""
    LOCAL = "local"
    """Nobody's: no rule finds a record for it."""
    CONTESTED = "contested"
    """It could be somebody's, and only a person can say."""
    PROTECTED = "protected"
    """Nobody touches it."""


class Kind(StrEnum):
    """Why some accounts look like one too many."""

    TWO_LINKS = "two_links"
    """Two links claim one account."""
    TWO_IDENTITIES = "two_identities"
    """Two links of one source key lead to two accounts."""
    SECOND_ACCOUNT = "second_account"
    """Somebody has an account, and a rule finds another one."""
    SEVERAL = "several"
    """Somebody has none, and one rule finds several."""
    LOOK_ALIKE = "look_alike"
    """Accounts of nobody in particular that a rule cannot tell apart."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """That a rule finds an account for a record."""

    key: str
    rule: str
    decides: bool
    here: bool
    """Whether the record's person is here and in scope."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record as discovery asks about it."""

    seeker: Seeker
    here: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Ownership:
    """Which accounts are linked, and to whom."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Native id to the source keys of its links."""
    present: frozenset[str] = frozenset()
    """Keys of records whose people are here and in scope."""
    linked: frozenset[str] = frozenset()
    """Source keys that have a link."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Some accounts of which there is one too many, and why."""

    kind: Kind
    rule: str
    keys: tuple[str, ...]
    accounts: tuple[str, ...]
    """Native ids, sorted."""


def likenesses(
    rules: ObjectRules, candidates: Iterable[Candidate], accounts: Sequence[Record]
) -> dict[str, tuple[Likeness, ...]]:
    """Return, per account, every record that any rule finds it for.

    Cost: one dictionary pass per rule over records and accounts.
    """
    listed = list(candidates)
    found: dict[str, list[Likeness]] = {}
    for tried in usable_rules(rules):
        holders = holders_by(rules, tried, accounts)
        wanted = wanted_form(tried, rules.schema)
        text, decides = str_rule(tried[1]), tried[1].decides
        for one in listed:
            form = wanted(one.seeker.desired)
            for native in holders.get(form, ()) if form is not None else ():
                likeness = Likeness(one.seeker.key, text, decides, one.here)
                found.setdefault(native, []).append(likeness)
    return {native: tuple(likes) for native, likes in found.items()}


def holders_by(
    rules: ObjectRules, tried: Tried, accounts: Iterable[Record]
) -> dict[Form, list[str]]:
    """Return the native ids of accounts by what a rule compares of them."""
    held = wanted_form((tried[0], _plain(tried[1])), rules.schema)
    holders: dict[Form, list[str]] = {}
    for account in accounts:
        form = held(account.values)
        if form is not None:
            holders.setdefault(form, []).append(account.key)
    return holders


def _plain(rule: MatchRule) -> MatchRule:
    """Return a rule that reads what it compares from the account itself."""
    also = tuple(MatchTerm(term.attribute, None, term.case) for term in rule.also)
    return MatchRule(rule.attribute, rule.decides, None, rule.case, also)


def class_of(
    account: Record, likes: Sequence[Likeness], owned: Ownership, protected: Collection[str]
) -> AccountClass:
    """Return whose an account is."""
    if account.key in protected:
        return AccountClass.PROTECTED
    owners = owned.keys.get(account.key, ())
    if len(owners) > 1:
        return AccountClass.CONTESTED
    if owners:
        here = owners[0] in owned.present
        return AccountClass.ASSIGNED if here else AccountClass.UNASSIGNED
    here_keys = {like.key for like in likes if like.here}
    if here_keys:
        sure = {like.key for like in likes if like.here and like.decides}
        free = len(here_keys) == 1 and sure == here_keys and not here_keys & owned.linked
        return AccountClass.ASSIGNED if free else AccountClass.CONTESTED
    return AccountClass.UNASSIGNED if likes else AccountClass.LOCAL


def contested_by_rivals(
    classes: Mapping[str, AccountClass], likes: Mapping[str, Sequence[Likeness]]
) -> dict[str, AccountClass]:
    """Return the classes once records that several accounts are found for are counted.

    One person who would be given two accounts is given none before somebody says which.
    """
    wanted: dict[str, list[str]] = {}
    for native, found in likes.items():
        for key in {like.key for like in found if like.here and like.decides}:
            wanted.setdefault(key, []).append(native)
    rivals = {native for natives in wanted.values() if len(natives) > 1 for native in natives}
    return {
        native: AccountClass.CONTESTED
        if kind is AccountClass.ASSIGNED and native in rivals
        else kind
        for native, kind in classes.items()
    }


# --- one too many --------------------------------------------------------------------------------


def duplicates(
    rules: ObjectRules,
    accounts: Sequence[Record],
    likes: Mapping[str, Sequence[Likeness]],
    owned: Ownership,
) -> tuple[Duplicate, ...]:
    """Return the accounts of which there is one too many, each set of them once.

    Cost: one pass over accounts and likenesses per rule.
    """
    found = [*_of_links(owned), *_of_records(likes, owned)]
    told = {frozenset(one.accounts) for one in found}
    for one in _alike(rules, accounts):
        if frozenset(one.accounts) not in told:
            told.add(frozenset(one.accounts))
            found.append(one)
    return tuple(sorted(found, key=lambda one: (one.kind.value, one.keys, one.accounts)))


def _of_links(owned: Ownership) -> Iterable[Duplicate]:
    for native, keys in owned.keys.items():
        if len(keys) > 1:
            yield Duplicate(Kind.TWO_LINKS, "link", tuple(sorted(keys)), (native,))
    natives: dict[str, list[str]] = {}
    for native, keys in owned.keys.items():
        for key in keys:
            natives.setdefault(key, []).append(native)
    for key, led_to in natives.items():
        if len(led_to) > 1:
            yield Duplicate(Kind.TWO_IDENTITIES, "link", (key,), tuple(sorted(led_to)))


def _of_records(likes: Mapping[str, Sequence[Likeness]], owned: Ownership) -> Iterable[Duplicate]:
    own = {key: native for native, keys in owned.keys.items() for key in keys}
    found: dict[tuple[str, str], set[str]] = {}
    for native, listed in likes.items():
        for like in listed if native not in owned.keys else ():
            found.setdefault((like.key, like.rule), set()).add(native)
    merged: dict[tuple[str, frozenset[str]], list[str]] = {}
    for (key, rule), natives in sorted(found.items()):
        merged.setdefault((key, frozenset(natives)), []).append(rule)
    for (key, strangers), by in merged.items():
        if key in own:
            both = tuple(sorted({own[key], *strangers}))
            yield Duplicate(Kind.SECOND_ACCOUNT, ", ".join(by), (key,), both)
        elif len(strangers) > 1:
            yield Duplicate(Kind.SEVERAL, ", ".join(by), (key,), tuple(sorted(strangers)))


def _alike(rules: ObjectRules, accounts: Sequence[Record]) -> Iterable[Duplicate]:
    for tried in usable_rules(rules):
        for natives in holders_by(rules, tried, accounts).values():
            if len(natives) > 1:
                text = str_rule(tried[1])
                yield Duplicate(Kind.LOOK_ALIKE, text, (), tuple(sorted(natives)))


def counted(classes: Iterable[AccountClass]) -> dict[str, int]:
    """Return how many accounts stand in each class, every class named."""
    numbers = Counter(classes)
    return {kind.value: numbers[kind] for kind in AccountClass}
