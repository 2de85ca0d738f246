"""The doorway to people over several sources: which record is whose, and who said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from provisor.domain.event import Event
from provisor.domain.link import Link
from provisor.domain.person import PersonQuestion, PersonWord, Ref
from provisor.domain.schema import ObjectType
from provisor.domain.uniting import Account
from provisor.ports.overrides import Handover


@dataclass(frozen=True, slots=True)
class RememberedPeople:
    """What is kept of one joined system, as bytes that `provisor.domain.tie_pages` reads."""

    ties: tuple[bytes, ...]
    """Which record is whose, oldest first."""
    forms: tuple[bytes, ...]
    """What records were compared by when they were read last, oldest first."""
    newest: int
    """The number of the newest page of ties; 0 for none."""
    crowded: bool = False
    """Whether there are so many pages of forms that all should be written anew as one."""


@dataclass(frozen=True, slots=True)
class PeopleNews:
    """What a read adds to that."""

    since: int
    """The newest page that the read knew."""
    ties: bytes | None = None
    forms: bytes | None = None
    whole: bool = False
    """Whether the forms take the place of all that were kept."""


@dataclass(frozen=True, slots=True)
class Move:
    """One account that goes from one identity to another, with all that is known of it."""

    target: str
    link: Link
    """As it is now."""
    identity: str
    key: str


class People(Protocol):
    """Who is who, over several sources."""

    def remembered(self, system: str, object_type: ObjectType) -> RememberedPeople:
        """Return what is kept.

        Cost: one SELECT each over pages of ties and of forms.
        """
        ...

    def keep(
        self,
        system: str,
        object_type: ObjectType,
        news: PeopleNews,
        at: datetime,
        events: Sequence[Event],
    ) -> bool:
        """Add what a read found; say False, and keep nothing, where somebody was quicker."""
        ...

    def words(self, system: str) -> tuple[PersonWord, ...]:
        """Return everything that people ever decided about who is who, oldest first."""
        ...

    def decide(
        self,
        word: PersonWord,
        news: PeopleNews,
        moves: Sequence[Move],
        handover: Handover,
        events: Sequence[Event],
    ) -> bool:
        """Keep one decision and do all that follows from it, or nothing of it.

        Links move with the names, memberships and rights of their accounts, those that were taken
        back included. Says False where somebody was quicker.
        """
        ...


@dataclass(frozen=True, slots=True)
class Portrait:
    """One person over several sources, as the last read showed them."""

    key: str
    records: tuple[tuple[Ref, str], ...]
    """The records that show the person now, each with the rule that joined it."""
    former: tuple[tuple[Ref, str], ...] = ()
    """Those that did once."""
    accounts: tuple[Account, ...] = ()
    """Attribute by attribute who said what."""
    question: PersonQuestion | None = None
    """What people have to say first."""


@dataclass(frozen=True, slots=True)
class Alike:
    """People who are known, and of whom a rule that decides says that they are one."""

    rule: str
    persons: tuple[str, ...]


@runtime_checkable
class JoinsPeople(Protocol):
    """What a source offers besides that is made of other sources."""

    sources: tuple[str, ...]
    """Names of the systems that it is made of."""

    def keep(self, actor: str) -> None:
        """Make durable what the last reads found: who is who, and what was read where."""
        ...

    def person_of(self, name: str) -> str | None:
        """Return the key of the person whom a key of a source names; None for nobody, or several.

        A record is named by its key, or by its source and its key, such as `hr:E1`.
        """
        ...

    def portrait(self, key: str) -> Portrait | None:
        """Return one person as the last read showed them."""
        ...

    def questions(self) -> Mapping[str, PersonQuestion]:
        """Return what only people can say, by the key under which a record stands alone."""
        ...

    def alike(self) -> tuple[Alike, ...]:
        """Return known people whom a rule that decides takes for one; nothing is done about it."""
        ...
