"""Which existing account is this record's: one, none, several, or one that only looks alike.

Rules are tried in order. The first deciding rule that names exactly one account, which no other
record claims, wins; one that names several stops the search, because guessing would give
somebody else's access away. Rules that only propose never link.
Source: an account that is linked, protected, or carries another anchor is never a candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.record import Record, Value, Values, as_text, is_blank
from provisor.domain.rules import MatchRule, ObjectRules
from provisor.domain.schema import ObjectSchema, fold


@dataclass(frozen=True, slots=True)
class Seeker:
    """An unlinked record with the values that its account would have."""

    key: str
    desired: Values
    """Mapped values; for rules with an expression of their own under `rule_key(position)`."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer for all unlinked records at once."""

    linked: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Record key to (native id, rule text)."""
    ambiguous: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Record key to (rule text, native ids)."""
    proposed: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Record key to (rule text, native ids)."""

    @property
    def contested(self) -> frozenset[str]:
        """Native ids of accounts about which a question is open."""
        open_questions = (*self.ambiguous.values(), *self.proposed.values())
        return frozenset(native for _, natives in open_questions for native in natives)


def rule_key(position: int) -> str:
    """Return the name under which a rule's own expression stands among desired values."""
    return f"\x00match{position}"


def compared(value: Value, rule: MatchRule, schema: ObjectSchema) -> str | None:
    """Return the form in which two values are the same for a rule; None matches nothing.

    Example:
        >>> from provisor.domain.schema import ObjectType
        >>> USERS = ObjectType.USERS
        >>> compared("Ann@X", MatchRule("mail", True), ObjectSchema(USERS))
        'ann@x'
    """
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else None
    if value is None or is_blank(value):
        return None
    attribute = schema.attribute(rule.attribute)
    return as_text(value) if attribute and attribute.case_exact else as_text(value).lower()


def usable_rules(rules: ObjectRules) -> tuple[tuple[int, MatchRule], ...]:
    """Return the rules that have a source side, with their positions.

    The anchor comes first even when nobody named it: an account that carries ours is ours.
    """
    anchor = rules.schema.anchor
    available = {mapping.attribute for mapping in rules.mappings} | {anchor}
    named = tuple(
        (position, rule)
        for position, rule in enumerate(rules.match)
        if rule.expression is not None or rule.attribute in available
    )
    if not anchor or any(rule.attribute == anchor for _, rule in named):
        return named
    return ((-1, MatchRule(anchor, decides=True)), *named)


def match(seekers: Sequence[Seeker], accounts: Iterable[Record], rules: ObjectRules) -> Matches:
    """Match all unlinked records with all free accounts.

    Args:
        seekers: unlinked records in scope, unique by key.
        accounts: accounts that are neither linked nor protected, from a complete read.
        rules: for the match rules and the schema's anchor and case rules.

    Returns:
        `Matches`; a record in none of its three has no account.

    Cost: two dictionary passes per rule; no I/O.
    """
    linked: dict[str, tuple[str, str]] = {}
    ambiguous: dict[str, tuple[str, tuple[str, ...]]] = {}
    proposed: dict[str, tuple[str, tuple[str, ...]]] = {}
    free = {account.key: account for account in accounts}
    open_seekers = {seeker.key: seeker for seeker in seekers}
    for position, rule in usable_rules(rules):
        claims = _claims(open_seekers.values(), free.values(), rule, position, rules)
        if not rule.decides:
            proposed.update({k: (str_rule(rule), natives) for k, natives in claims.items()})
            open_seekers = {k: s for k, s in open_seekers.items() if k not in claims}
            continue
        rivals = _rivals(claims)
        for key, natives in claims.items():
            if len(natives) == 1 and rivals[natives[0]] == 1:
                linked[key] = (natives[0], str_rule(rule))
            else:
                ambiguous[key] = (str_rule(rule), natives)
        open_seekers = {k: s for k, s in open_seekers.items() if k not in claims}
        used = {native for natives in claims.values() for native in natives}
        free = {native: account for native, account in free.items() if native not in used}
    return Matches(linked, ambiguous, proposed)


def str_rule(rule: MatchRule) -> str:
    """Return a match rule as plans show it."""
    return rule.attribute


def _claims(
    seekers: Iterable[Seeker],
    accounts: Iterable[Record],
    rule: MatchRule,
    position: int,
    rules: ObjectRules,
) -> dict[str, tuple[str, ...]]:
    """Return, per record that the rule finds anything for, the native ids it finds, sorted."""
    by_value: dict[str, list[Record]] = {}
    for account in accounts:
        value = compared(account.values.get(rule.attribute), rule, rules.schema)
        if value is not None:
            by_value.setdefault(value, []).append(account)
    claims: dict[str, tuple[str, ...]] = {}
    for seeker in seekers:
        wanted = seeker.desired.get(rule_key(position) if rule.expression else rule.attribute)
        value = compared(wanted, rule, rules.schema)
        found = by_value.get(value, []) if value is not None else []
        natives = sorted(a.key for a in found if anchor_allows(seeker.desired, a.values, rules))
        if natives:
            claims[seeker.key] = tuple(natives)
    return claims


def anchor_allows(desired: Values, account: Values, rules: ObjectRules) -> bool:
    """Say whether the account carries no anchor, or the one this record would write."""
    anchor = rules.schema.anchor
    if not anchor or is_blank(account.get(anchor)):
        return True
    attribute = rules.schema.attribute(anchor)
    ours = desired.get(anchor)
    if ours is None or isinstance(ours, tuple):
        return False
    return as_text(fold(as_text(ours), attribute)) == as_text(
        fold(as_text(account.get(anchor)), attribute)
    )


def _rivals(claims: Mapping[str, Sequence[str]]) -> dict[str, int]:
    rivals: dict[str, int] = {}
    for natives in claims.values():
        for native in natives:
            rivals[native] = rivals.get(native, 0) + 1
    return rivals
