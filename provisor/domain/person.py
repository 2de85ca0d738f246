"""A person over several sources: the rules that join records, and what is known of the records.

A record is named by its source and its key there; a person by a key of its own, which it keeps
whatever source it moves to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from provisor.domain.record import Values, as_text
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition

Ref = tuple[str, str]
"""A record: the name of its source, and its key there."""

Forms = tuple[str | None, ...]
"""What a record is compared by, rule by rule; None where it has nothing to compare."""

PERSON: Final = "person"
"""The attribute under which a person over several sources carries its key."""

IN_QUESTION: Final = "person.question"
"""The attribute that says why only people can tell whose record it is; empty for all others."""

_BETWEEN: Final = "\x1f"
_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class CorrelationRule:
    """Attributes that must all be the same for two records to be one person's."""

    attributes: tuple[str, ...]
    decides: bool = True
    """False: a hit is only proposed to people."""
    exact: bool = False
    """Whether letter case tells two values apart."""
    distinguishes: bool = False
    """Whether two records of which it says different things are two people's."""

    @property
    def name(self) -> str:
        """What people call the rule: its attributes."""
        return " + ".join(self.attributes)

    @property
    def mark(self) -> str:
        """What tells remembered forms of one rule from those of another."""
        return f"{'exact' if self.exact else 'folded'} {self.name}"


@dataclass(frozen=True, slots=True)
class Joining:
    """How the records of several sources become people."""

    sources: tuple[str, ...]
    """Most trusted first."""
    rules: tuple[CorrelationRule, ...]
    """Those that decide before those that propose, each in the order in which it was written."""
    precedence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attribute to the sources that are believed about it; of others all are, in their order."""
    vouches: Condition | None = None
    """Which records say that the person is here; None for every record that is there.

    A record that has none of the attributes denies nothing.
    """

    def is_believed(self, source: str, attribute: str) -> bool:
        """Say whether a source's word about an attribute counts."""
        return source in self.precedence.get(attribute, self.sources)

    def rank(self, source: str, attribute: str) -> int:
        """Return how far back a source stands among those that are believed."""
        return self.precedence.get(attribute, self.sources).index(source)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One record, as correlation looks at it."""

    ref: Ref
    forms: Forms
    vouches: bool = True


@dataclass(frozen=True, slots=True)
class Ties:
    """Which record is whose, as earlier reads and people left it."""

    persons: Mapping[Ref, str] = field(default_factory=dict)
    """Every record that was ever read, those that are gone included, to its person's key."""
    forms: Mapping[Ref, Forms] = field(default_factory=dict)
    """What they were compared by when they were read last."""
    retired: frozenset[str] = frozenset()
    """Keys of people that are part of somebody else now; nobody new is called so."""
    rules: Mapping[Ref, str] = field(default_factory=dict)
    """By which rule, or whose word, each came to its person; empty for the first record."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One record that belongs to a person from now on."""

    ref: Ref
    person: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """A record of which only people can say whose it is; it is set aside until they do."""

    ref: Ref
    candidates: tuple[tuple[str, tuple[str, ...]], ...]
    """Keys of people, each with the rules that name it; sorted."""
    decides: bool
    """Whether a rule that decides could not, rather than one that only proposes."""

    @property
    def told(self) -> str:
        """Why nobody but people can say it."""
        rules = " and ".join(dict.fromkeys(f"`{r}`" for _, named in self.candidates for r in named))
        people = f"{len(self.candidates)} candidate(s)"
        if self.decides:
            return f"{rules} finds {people} and cannot decide"
        return f"{rules} only proposes, and finds {people}"


class WordKind(StrEnum):
    """What people say of two people."""

    MERGE = "merge"
    """They are one."""
    SPLIT = "split"
    """They are two."""


@dataclass(frozen=True, slots=True)
class PersonWord:
    """One decision of people about who is who; kept for ever."""

    id: str
    kind: WordKind
    system: str
    object_type: ObjectType
    person: str
    """Who stays as they are."""
    other: str
    """Who becomes a part of the person, or is none of it from now on."""
    reason: str
    author: str
    approver: str
    at: datetime
    moved: str = "[]"
    """What went from one to the other, as JSON, so that it can go back."""
    undoes: str = ""
    """The id of the merge that a split takes apart; empty where rules had joined the two."""


def form_of(rule: CorrelationRule, values: Values) -> str | None:
    r"""Return what a record is compared by; None where an attribute carries nothing.

    Example:
        >>> form_of(CorrelationRule(("surname", "born")), {"surname": " Day ", "born": "1990"})
        'day\x1f1990'
        >>> form_of(CorrelationRule(("mail",)), {"mail": " "}) is None
        True
    """
    texts = [as_text(values.get(name)).strip(_BLANKS) for name in rule.attributes]
    if not all(texts):
        return None
    whole = _BETWEEN.join(texts)
    return whole if rule.exact else whole.lower()


def first_key(joining: Joining, ref: Ref) -> str:
    """Return the key of a person who is first seen as this record.

    The first source's people keep its keys, so that a source can become one of several.

    Example:
        >>> two = Joining(("hr", "contractors"), ())
        >>> first_key(two, ("hr", "E1")), first_key(two, ("contractors", "C7"))
        ('E1', 'contractors:C7')
    """
    source, key = ref
    return key if source == joining.sources[0] else f"{source}:{key}"


def record_name(ref: Ref) -> str:
    """Return the name by which people call a record.

    Example:
        >>> record_name(("hr", "E1"))
        'hr:E1'
    """
    return f"{ref[0]}:{ref[1]}"
