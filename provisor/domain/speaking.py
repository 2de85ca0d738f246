"""What people said of single memberships: not given whatever the rules say, or given until an end.

A word is an override of kind `revoke` or `grant` about the member; its value is the source key of
the group. It is stronger than rules, owner modes and exceptions, and weaker than what keeps an
account or a group as it is. Where somebody revoked and somebody granted, it is revoked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.group_rules import Nesting
from provisor.domain.membership import GroupChange, Pair, Resolved, Resting
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import as_text
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType

MEMBERSHIP = ""
"""The attribute of a word about a membership; others name an attribute of many values."""
_MOST_NAMED = 3

Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


@dataclass(frozen=True, slots=True)
class Word:
    """One word about one membership, in keys of the source."""

    group: str
    object_type: ObjectType
    """Of the member."""
    member: str
    revokes: bool
    override: str
    """Its id."""


def is_word(override: Override) -> bool:
    """Say whether an override is about a membership."""
    speaks = override.kind in (OverrideKind.REVOKE, OverrideKind.GRANT)
    return speaks and override.attribute == MEMBERSHIP


def words_in(overrides: Overrides) -> Iterator[Word]:
    """Yield the words among some overrides."""
    for (object_type, key), given in overrides.items():
        for one in given:
            if is_word(one):
                revokes = one.kind is OverrideKind.REVOKE
                yield Word(as_text(one.value), object_type, key, revokes, one.id)


def without_words(overrides: Overrides, groups: Collection[str]) -> Overrides:
    """Return the overrides without words about groups other than some."""
    return {
        place: tuple(one for one in given if not is_word(one) or as_text(one.value) in groups)
        for place, given in overrides.items()
    }


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words that say something now, in identity ids."""

    given: frozenset[Pair] = frozenset()
    taken: frozenset[Pair] = frozenset()
    names: Mapping[Pair, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the overrides."""

    @property
    def pairs(self) -> frozenset[Pair]:
        """Every membership that somebody spoke of."""
        return self.given | self.taken

    def onto(self, wanted: frozenset[Pair]) -> frozenset[Pair]:
        """Return the pairs that should be, after what people said."""
        return (wanted - self.taken) | self.given

    def resolved(self, wanted: Resolved) -> Resolved:
        """Return what the source asks for, after what people said; what they gave is no row."""
        if not self.names:
            return wanted
        more = len(self.given - wanted.wanted)
        return replace(wanted, wanted=self.onto(wanted.wanted), derived=wanted.derived + more)

    def resting(self, resting: Resting) -> Resting:
        """Return what is left as it is: nothing of which somebody spoke."""
        if not self.names:
            return resting
        return replace(resting, pairs=resting.pairs - self.pairs, revoked=self.taken)

    def reasons(self, changes: Mapping[str, GroupChange]) -> dict[str, str]:
        """Return the overrides behind what changes, by identity of the group."""
        found: dict[str, set[str]] = {}
        for (group, member), names in self.names.items():
            change = changes.get(group)
            if change is not None and member in change.adds | change.removes:
                found.setdefault(group, set()).update(names)
        return {group: _named(names) for group, names in found.items()}


def _named(overrides: Collection[str]) -> str:
    listed = sorted(overrides)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"override {', '.join(listed[:_MOST_NAMED])}{more}"


def spoken_of(
    words: Iterable[tuple[Word, Pair]], fixed: Collection[str], nesting: Nesting
) -> Spoken:
    """Return which words say something now.

    Args:
        words: each with the group and the member that it leads to.
        fixed: identities of members of whom nothing is changed.
        nesting: a group can be given to another where groups in groups are kept.
    """
    given: set[Pair] = set()
    taken: set[Pair] = set()
    names: dict[Pair, tuple[str, ...]] = {}
    for word, pair in words:
        nests = word.object_type is not ObjectType.GROUPS or nesting is Nesting.KEEP
        if pair[0] == pair[1] or pair[1] in fixed or not (word.revokes or nests):
            continue
        (taken if word.revokes else given).add(pair)
        names[pair] = (*names.get(pair, ()), word.override)
    return Spoken(frozenset(given - taken), frozenset(taken), names)


def spoken_in(overrides: Overrides, roster: Roster, nesting: Nesting) -> Spoken:
    """Return what people said of the memberships of those who are carried.

    Args:
        overrides: of everybody.
        roster: who is or will be in the target.
        nesting: what a group in a group means.

    Cost: one look at each override; nothing of what it gives costs more than the words.
    """
    groups = roster.carried.get(ObjectType.GROUPS, {})
    found: list[tuple[Word, Pair]] = []
    for word in words_in(overrides):
        group = groups.get(word.group)
        member = roster.carried.get(word.object_type, {}).get(word.member)
        if group is None or member is None or group.identity in roster.protected:
            continue
        found.append((word, (group.identity, member.identity)))
    return spoken_of(found, roster.fixed, nesting)
