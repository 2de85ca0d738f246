"""What people answered to match questions, how far it can be kept, and the search around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from provisor.domain.matching import Matches, Seeker, anchor_allows, match
from provisor.domain.override import NEW_ACCOUNT, Override, OverrideKind
from provisor.domain.question import MatchCandidate, Question, QuestionKind, natives_in
from provisor.domain.record import Record, Values, as_text
from provisor.domain.rehiring import ask_about_former
from provisor.domain.rules import ObjectRules
from provisor.domain.seeking import leaver_seeker
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class Answers:
    """What people decided about the unlinked records of one object type."""

    linked: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Record key to (native id, rule text), where the answer can be kept."""
    refused: Mapping[str, Question] = field(default_factory=dict)
    """Record key to the question that stays open, because the answer cannot be kept."""
    fresh: frozenset[str] = frozenset()
    """Keys of records that have no account, somebody said."""
    parted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Record key to the accounts that somebody took from it."""

    @property
    def natives(self) -> frozenset[str]:
        """Accounts that are given away, or about which an answer could not be kept."""
        return natives_in(self.refused.values()) | {native for native, _ in self.linked.values()}

    def flagged(self, seeker: Seeker) -> Seeker:
        """Return a seeker that knows what was said about it."""
        parted = self.parted.get(seeker.key, frozenset())
        if not parted and seeker.key not in self.fresh:
            return seeker
        return replace(seeker, parted=parted, fresh=seeker.key in self.fresh)


def answers_of(
    world: World,
    rules: ObjectRules,
    records: Iterable[Record],
    free: Mapping[str, Record],
    identities: Mapping[str, str],
) -> Answers:
    """Return what people decided for unlinked records, as far as it can be kept.

    An answer is kept where the account is free, carries no anchor of somebody else, and was given
    to one record only. The anchor of a person from whom the account was taken is nobody's.

    Args:
        world: for the overrides.
        rules: of the object type.
        records: unlinked ones, at least those that somebody decided about.
        free: accounts that are neither linked nor protected, by native id; at least those that
            answers name.
        identities: record key to identity id; who has none has no account to seek.
    """
    parted = parted_accounts(world, rules)
    fresh: set[str] = set()
    named: dict[str, tuple[Override, Values]] = {}
    for record in records:
        answer = said_of(world.overrides.get((rules.object_type, record.key), ())).answer
        if answer is None or record.key not in identities:
            continue
        if answer.value == NEW_ACCOUNT:
            fresh.add(record.key)
        # What was said for every job may name an account of another target.
        elif answer.job or answer.value in free:
            wanted = leaver_seeker(rules, record, identities[record.key]).desired
            named[record.key] = (answer, wanted)
    given = Counter(as_text(answer.value) for answer, _ in named.values())
    nobodys = {native for natives in parted.values() for native in natives}
    linked: dict[str, tuple[str, str]] = {}
    refused: dict[str, Question] = {}
    for key, (answer, wanted) in named.items():
        native, rule = as_text(answer.value), f"override {answer.id}"
        account = free.get(native)
        if account is None or given[native] > 1:
            refused[key] = _refused(rules, key, native, rule)
        elif native in nobodys or anchor_allows(wanted, account.values, rules):
            linked[key] = (native, rule)
        else:
            refused[key] = _refused(rules, key, native, rule)
    return Answers(linked, refused, frozenset(fresh), parted)


def _refused(rules: ObjectRules, key: str, native: str, rule: str) -> Question:
    candidate = MatchCandidate(native, (rule,))
    return Question(rules.object_type, key, QuestionKind.ANSWERED, (candidate,))


@dataclass(frozen=True, slots=True)
class Said:
    """What the overrides of one record say about its account, the last word first."""

    answer: Override | None = None
    """The account that it has, or `new`; None where nobody said it, or it was taken back."""
    parted: frozenset[str] = frozenset()
    """Accounts that were taken from it and not given back."""


def said_of(overrides: Iterable[Override]) -> Said:
    """Return what people say about a record's account.

    Args:
        overrides: of one record, oldest first.
    """
    answer: Override | None = None
    parted: set[str] = set()
    for override in overrides:
        native = as_text(override.value)
        if override.kind is OverrideKind.LINK:
            answer = override
            parted.discard(native)
        elif override.kind is OverrideKind.UNLINK:
            parted.add(native)
            answer = None if answer is not None and answer.value == native else answer
    return Said(answer, frozenset(parted))


def parted_accounts(world: World, rules: ObjectRules) -> dict[str, frozenset[str]]:
    """Return, by record key, the accounts that people took from it and did not give back."""
    found = {
        key: said_of(overrides).parted
        for (object_type, key), overrides in world.overrides.items()
        if object_type is rules.object_type
    }
    return {key: parted for key, parted in found.items() if parted}


def search(
    rules: ObjectRules,
    seekers: tuple[Sequence[Seeker], Sequence[Seeker]],
    free: Iterable[Record],
    answers: Answers,
    former: Iterable[Record] = (),
) -> Matches:
    """Match everybody about whom nothing was answered, and put the answers beside it.

    Args:
        rules: of the object type.
        seekers: unlinked people who are here; then leavers.
        free: accounts that are neither linked nor protected.
        answers: what `answers_of` returned.
        former: accounts of people who left, neither given away nor protected.
    """
    open_sides = ([one for one in side if _seeks(one, answers)] for side in seekers)
    here, gone = ([answers.flagged(one) for one in side] for side in open_sides)
    untaken = [account for account in free if account.key not in answers.natives]
    found = match(here, untaken, rules, gone)
    found = ask_about_former(here, found, former, rules)
    refused = {s.key: answers.refused[s.key] for s in seekers[0] if s.key in answers.refused}
    return Matches({**found.linked, **answers.linked}, {**found.questions, **refused})


def _seeks(seeker: Seeker, answers: Answers) -> object:
    return seeker.key not in answers.linked and seeker.key not in answers.refused
