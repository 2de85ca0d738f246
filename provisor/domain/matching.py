"""Which existing account is this record's: one, none, or a question that a person must answer.

Rules that decide come first, in their order. The first that names exactly one account, which no
other record claims, wins; one that names several stops the search, because guessing would give
somebody else's access away. Then every rule proposes among what is undecided, to those who found
nothing: rules that only propose, and rules that decide about accounts that are in question anyway.
What they name is put together into one question per record; nothing of it is ever linked by itself.
Source: an account that is linked, protected, or carries another anchor is never a candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.minting import swiftly
from provisor.domain.question import MatchCandidate, Question, QuestionKind, natives_in
from provisor.domain.record import Record, Value, Values, as_text, is_blank
from provisor.domain.rules import AnchorPolicy, Case, MatchRule, MatchTerm, ObjectRules
from provisor.domain.schema import ObjectSchema, fold

Tried = tuple[int, MatchRule]
"""A rule with its position among those of the job; -1 for the one that nobody had to write."""
Form = tuple[str, ...]
"""What a rule compares: one text per term."""


@swiftly
@dataclass(frozen=True, slots=True)
class Seeker:
    """An unlinked record with the values that its account would have."""

    key: str
    desired: Values
    """Mapped values; for terms with an expression of their own under `wanted_name`."""
    parted: frozenset[str] = frozenset()
    """Native ids of accounts that a person took from it: they are only proposed again."""
    fresh: bool = False
    """A person said that it has no account: none is sought but one that carries our anchor."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer for all unlinked records at once."""

    linked: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Record key to (native id, rule text)."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    """Record key to what a person must say."""

    @property
    def contested(self) -> frozenset[str]:
        """Native ids of accounts about which a question is open."""
        return natives_in(self.questions.values())


def wanted_name(position: int, place: int, term: MatchTerm) -> str:
    """Return the name under which a seeker's side of a term stands among desired values."""
    own = term.expression is not None
    return f"\x00match{position}.{place}" if own else term.attribute


def compared(value: Value, term: MatchTerm, schema: ObjectSchema) -> str | None:
    """Return the form in which two values are the same for a rule; None matches nothing.

    Example:
        >>> from provisor.domain.schema import ObjectType
        >>> users = ObjectSchema(ObjectType.USERS)
        >>> compared("Ann@X", MatchTerm("mail"), users)
        'ann@x'
        >>> compared("Ann@X", MatchTerm("mail", case=Case.EXACT), users)
        'Ann@X'
    """
    return _folded(value, is_exact(term, schema))


def _folded(value: Value, exact: object) -> str | None:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else None
    if value is None or is_blank(value):
        return None
    text = value if isinstance(value, str) else as_text(value)
    return text if exact else text.lower()


def is_exact(term: MatchTerm, schema: ObjectSchema) -> object:
    """Say whether letter case tells two values of a term apart."""
    attribute = schema.attribute(term.attribute)
    exact_there = attribute is not None and attribute.case_exact
    return exact_there if term.case is Case.SCHEMA else term.case is Case.EXACT


def usable_rules(rules: ObjectRules) -> tuple[Tried, ...]:
    """Return the rules that have a source side, with their positions, in the order of trying.

    The anchor comes first even when nobody named it: an account that carries ours is ours.
    """
    anchor = rules.schema.anchor
    available = {mapping.attribute for mapping in rules.mappings} | {anchor}
    named = tuple(
        (position, rule)
        for position, rule in enumerate(rules.match)
        if all(c.expression is not None or c.attribute in available for c in rule.terms)
    )
    if not anchor:
        return named
    ours = tuple(tried for tried in named if is_anchor_rule(tried[1], rules))
    first = tuple(tried for tried in ours if tried[1].decides)
    implied = () if ours else ((-1, MatchRule(anchor, decides=True)),)
    return (*implied, *first, *(tried for tried in named if tried not in first))


def is_anchor_rule(rule: MatchRule, rules: ObjectRules) -> bool:
    """Say whether a rule looks for accounts that carry our anchor, and for nothing else."""
    return rule.terms == (MatchTerm(rules.schema.anchor, None, rule.case),)


def str_rule(rule: MatchRule) -> str:
    """Return a match rule as plans show it.

    Example:
        >>> str_rule(MatchRule("employeeNumber", True, also=(MatchTerm("country"),)))
        'employeeNumber and country'
    """
    return " and ".join(rule.attributes)


def match(
    seekers: Sequence[Seeker],
    accounts: Iterable[Record],
    rules: ObjectRules,
    leavers: Sequence[Seeker] = (),
) -> Matches:
    """Match all unlinked records with all free accounts.

    Args:
        seekers: unlinked records in scope, unique by key.
        accounts: accounts that are neither linked nor protected, from a complete read.
        rules: for the match rules and the schema's anchor and case rules.
        leavers: unlinked records of people who are gone; rules that decide find their accounts
            among what the others left, and nothing is asked about them.

    Returns:
        `Matches`; a record in neither of its two has no account. In no order of seekers or
        accounts is it another answer, and no account is linked twice.

    Cost: two dictionary passes per rule; no I/O.
    """
    everybody = {account.key: account for account in accounts}
    tried = usable_rules(rules)
    decided = _decided(seekers, _unreserved(everybody, seekers, leavers, rules), tried, rules)
    left = _without(everybody, decided.linked)
    certain = {native: one for native, one in left.items() if native not in decided.contested}
    gone = _decided(leavers, certain, tried, rules)
    undecided = _without(left, gone.linked)
    waiting = [s for s in seekers if s.key not in decided.linked and s.key not in decided.questions]
    proposed = _proposed(waiting, undecided, decided.contested, tried, rules)
    return Matches({**gone.linked, **decided.linked}, {**decided.questions, **proposed})


def _without(
    accounts: Mapping[str, Record], linked: Mapping[str, tuple[str, str]]
) -> dict[str, Record]:
    taken = {native for native, _ in linked.values()}
    return {native: account for native, account in accounts.items() if native not in taken}


def _unreserved(
    accounts: Mapping[str, Record],
    seekers: Iterable[Seeker],
    leavers: Iterable[Seeker],
    rules: ObjectRules,
) -> Mapping[str, Record]:
    """Leave out what carries a leaver's anchor: where foreign anchors are kept, it looks free."""
    if rules.anchor_policy is not AnchorPolicy.KEEP_FOREIGN or not rules.schema.anchor:
        return accounts
    anchor = MatchTerm(rules.schema.anchor)

    def held(values: Values) -> str | None:
        return compared(values.get(anchor.attribute), anchor, rules.schema)

    reserved = {held(one.desired) for one in leavers} - {held(one.desired) for one in seekers}
    reserved -= {None}
    return {
        native: account
        for native, account in accounts.items()
        if held(account.values) not in reserved
    }


def _decided(
    seekers: Iterable[Seeker],
    free: Mapping[str, Record],
    tried: Iterable[Tried],
    rules: ObjectRules,
) -> Matches:
    linked: dict[str, tuple[str, str]] = {}
    questions: dict[str, Question] = {}
    waiting = list(seekers)
    for position, rule in tried:
        if not rule.decides:
            continue
        claims = _claims(waiting, free.values(), (position, rule), rules, parted=False)
        rivals, text = _rivals(claims), str_rule(rule)
        for key, natives in claims.items():
            if len(natives) == 1 and rivals[natives[0]] == 1:
                linked[key] = (natives[0], text)
            else:
                named = tuple(MatchCandidate(native, (text,)) for native in natives)
                questions[key] = Question(rules.object_type, key, QuestionKind.AMBIGUOUS, named)
        waiting = [seeker for seeker in waiting if seeker.key not in claims]
        free = {native: account for native, account in free.items() if native not in rivals}
    return Matches(linked, questions)


def _proposed(
    waiting: Sequence[Seeker],
    undecided: Mapping[str, Record],
    contested: Collection[str],
    tried: Iterable[Tried],
    rules: ObjectRules,
) -> dict[str, Question]:
    """Put together, per record, everything that any rule names among what is undecided."""
    unsure = {*contested} | {native for seeker in waiting for native in seeker.parted}
    doubtful = [undecided[native] for native in sorted(unsure) if native in undecided]
    named: dict[str, dict[str, list[str]]] = {}
    for position, rule in tried:
        accounts = doubtful if rule.decides else undecided.values()
        claims, text = (
            _claims(waiting, accounts, (position, rule), rules, parted=True),
            str_rule(rule),
        )
        for key, natives in claims.items():
            for native in natives:
                named.setdefault(key, {}).setdefault(native, []).append(text)
    return {
        seeker.key: _question(seeker, named[seeker.key], rules)
        for seeker in waiting
        if seeker.key in named
    }


def _question(seeker: Seeker, named: Mapping[str, Sequence[str]], rules: ObjectRules) -> Question:
    candidates = tuple(
        MatchCandidate(native, tuple(dict.fromkeys(named[native])), native in seeker.parted)
        for native in sorted(named)
    )
    return Question(rules.object_type, seeker.key, QuestionKind.PROPOSED, candidates)


def _claims(
    seekers: Iterable[Seeker],
    accounts: Iterable[Record],
    tried: Tried,
    rules: ObjectRules,
    *,
    parted: bool,
) -> dict[str, tuple[str, ...]]:
    """Return, per record that the rule finds anything for, the native ids it finds, sorted.

    With `parted` also accounts that a person took from the record.
    """
    rule = tried[1]
    holders = _holders(accounts, rule, rules.schema)
    if not holders:
        return {}
    of_anchor = rule.decides and is_anchor_rule(rule, rules)
    form_of = wanted_form(tried, rules.schema)
    claims: dict[str, tuple[str, ...]] = {}
    for seeker in seekers:
        if seeker.fresh and not of_anchor:
            continue
        wanted = form_of(seeker.desired)
        found = holders.get(wanted) if wanted is not None else None
        if found is None:
            continue
        natives = sorted(
            account.key
            for account in found
            if (parted or account.key not in seeker.parted)
            and anchor_allows(seeker.desired, account.values, rules)
        )
        if natives:
            claims[seeker.key] = tuple(natives)
    return claims


def _holders(
    accounts: Iterable[Record], rule: MatchRule, schema: ObjectSchema
) -> dict[Form, list[Record]]:
    """Return the accounts by what the rule compares of them."""
    form_of = account_form(rule, schema)
    holders: dict[Form, list[Record]] = {}
    for account in accounts:
        form = form_of(account.values)
        if form is not None:
            holders.setdefault(form, []).append(account)
    return holders


Reader = Callable[[Values], Form | None]


def account_form(rule: MatchRule, schema: ObjectSchema) -> Reader:
    """Return how to read, from an account's values, what a rule compares of it."""
    return _reader(rule.attributes, rule, schema)


def wanted_form(tried: Tried, schema: ObjectSchema) -> Reader:
    """Return how to read, from desired values, what an account must hold to be named by a rule."""
    position, rule = tried
    names = [wanted_name(position, place, term) for place, term in enumerate(rule.terms)]
    return _reader(names, rule, schema)


def _reader(names: Sequence[str], rule: MatchRule, schema: ObjectSchema) -> Reader:
    """Return how to read a form out of values; what is not there has none."""
    exact = [is_exact(term, schema) for term in rule.terms]
    if len(names) == 1:
        # Nearly every rule has one term, and this runs for everybody.
        name, one_exact = names[0], exact[0]

        def read_one(values: Values) -> Form | None:
            text = _folded(values.get(name), one_exact)
            return None if text is None else (text,)

        return read_one

    def read_all(values: Values) -> Form | None:
        form: list[str] = []
        for name, is_one_exact in zip(names, exact, strict=True):
            text = _folded(values.get(name), is_one_exact)
            if text is None:
                return None
            form.append(text)
        return tuple(form)

    return read_all


def anchor_allows(desired: Values, account: Values, rules: ObjectRules) -> bool:
    """Say whether the account carries no anchor, or the one this record would write.

    Where foreign anchors are kept, they stand in nobody's way.
    """
    anchor = rules.schema.anchor
    kept = rules.anchor_policy is AnchorPolicy.KEEP_FOREIGN
    if not anchor or kept or is_blank(account.get(anchor)):
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
