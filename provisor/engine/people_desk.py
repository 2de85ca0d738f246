"""Where people say who is who, and everything that such a decision looks at and keeps."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.link import Link
from provisor.domain.override import OverrideKind, active_overrides
from provisor.domain.person import PersonWord, Ref, Tie, WordKind, first_key, record_name
from provisor.domain.schema import ObjectType
from provisor.domain.tie_pages import tie_page
from provisor.engine import journal
from provisor.engine.answer import Word, refuse_without_reason
from provisor.engine.job import Actor
from provisor.engine.joined_source import JoinedSource
from provisor.engine.own_affairs import Affair, names_of, refuse_approver, refuse_own
from provisor.engine.people_events import people_decided
from provisor.errors import AnswerRefused, CommandInvalid, LeaseHeld, UnknownName, nearest
from provisor.ports.clock import Clock
from provisor.ports.people import Move, PeopleNews, Portrait
from provisor.ports.store import Store

_USERS = ObjectType.USERS
_LEASE_SECONDS = 120.0
_MOST_ALIKE = 20_000
"""Records among which one that looks alike is searched for."""
_OF_THE_PAIR = frozenset({OverrideKind.LINK, OverrideKind.UNLINK})
"""What was said of a key and an account, and not of the person."""


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """Where people say who is who in one joined system."""

    system: str
    source: JoinedSource
    jobs: tuple[tuple[str, str], ...]
    """Name and target of every job that reads the system."""
    store: Store
    clock: Clock
    actor: Actor
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)

    @property
    def targets(self) -> tuple[str, ...]:
        """Every target once."""
        return tuple(dict.fromkeys(target for _, target in self.jobs))


@dataclass(frozen=True, slots=True)
class Said:
    """What was kept of a decision."""

    word: PersonWord
    records: tuple[str, ...]
    """The records that belong to somebody else now."""
    accounts: tuple[tuple[str, str], ...]
    """Target and native id of the accounts that moved with them."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a decision moved, as it is stored with it."""

    refs: tuple[Ref, ...] = ()
    rules: tuple[str, ...] = ()
    """By which rule each record was its person's before."""
    links: tuple[tuple[str, str], ...] = ()
    """Target and native id of accounts."""
    words: tuple[str, ...] = ()
    """The ids of the overrides that were given to the one who stayed."""

    def text(self) -> str:
        """Return it as JSON."""
        body = {"refs": self.refs, "rules": self.rules, "links": self.links, "words": self.words}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def moved_of(word: PersonWord) -> Moved:
    """Return what a decision moved."""
    body: dict[str, Any] = json.loads(word.moved)
    return Moved(
        tuple((source, key) for source, key in body["refs"]),
        tuple(body["rules"]),
        tuple((target, native) for target, native in body["links"]),
        tuple(body["words"]),
    )


class Hall:
    """One sitting: everybody as the sources show them now, and what is said."""

    def __init__(self, desk: PeopleDesk, word: Word) -> None:
        refuse_without_reason(word)
        self.desk = desk
        self._word = word
        found = desk.source.survey_people()
        self.owners: Mapping[Ref, str] = found.owners
        self._rules = found.rules
        self._since = found.newest

    # --- finding --------------------------------------------------------------------------------

    def person(self, name: str) -> str:
        """Return the key of whom a name means.

        Raises:
            UnknownName: it means nobody, or several.
        """
        found = self.desk.source.person_of(name)
        if found is None:
            raise self._unknown("nobody, or several people, have this key", name)
        return found

    def known(self, name: str) -> str:
        """Return the key of whom a candidate's name means."""
        return self.desk.source.person_of(name) or name

    def record(self, name: str) -> Ref:
        """Return the record that a name means.

        Raises:
            UnknownName: it means none, or several.
        """
        found = [ref for ref in self.owners if record_name(ref) == name]
        found = found or [ref for ref in self.owners if ref[1] == name]
        if len(found) != 1:
            raise self._unknown("no record, or several, have this key", name)
        return found[0]

    def _unknown(self, what: str, name: str) -> UnknownName:
        few = len(self.owners) <= _MOST_ALIKE
        near = nearest(name, map(record_name, self.owners)) if few else None
        return UnknownName(
            what,
            where=f"system {self.desk.system}, {name}",
            safe="nothing was changed",
            next=f"did you mean `{near}`?" if near else "name a record by source and key: `hr:E1`",
        )

    def refs(self, person: str) -> tuple[Ref, ...]:
        """Return the records of a person, those that are gone included."""
        return tuple(sorted(ref for ref, owner in self.owners.items() if owner == person))

    def loose(self, person: str) -> tuple[Ref, ...]:
        """Return the records of a person that nothing is kept of yet."""
        return tuple(ref for ref in self.refs(person) if ref not in self._rules)

    def rule_of(self, ref: Ref) -> str:
        """Return the rule that joined a record; empty for the one that names the person."""
        return self._rules.get(ref, "")

    def merge_of(self, ref: Ref, person: str) -> PersonWord | None:
        """Return the newest merge that brought a record to its person; None for none."""
        words = self.desk.store.people.words(self.desk.system)
        undone = {word.undoes for word in words}
        found = (
            word
            for word in reversed(words)
            if word.kind is WordKind.MERGE and word.id not in undone and word.person == person
        )
        return next((word for word in found if ref in moved_of(word).refs), None)

    def free_name(self, ref: Ref) -> str:
        """Return a key for a person who is only this record."""
        wanted = name = first_key(self.desk.source.joining, ref)
        taken, number = set(self.owners.values()), 2
        while name in taken:
            name, number = f"{wanted}~{number}", number + 1
        return name

    def links(self, target: str, person: str) -> tuple[Link, ...]:
        """Return the accounts of a person in one target."""
        return self.desk.store.links.of_key(target, _USERS, person)

    def identity(self, person: str) -> str:
        """Return a person's identity id."""
        links = [link for target in self.desk.targets for link in self.links(target, person)]
        if links:
            return links[0].identity
        assign, now = self.desk.store.identities.assign, self.desk.clock.now()
        return assign(self.desk.system, _USERS, [person], now)[person]

    # --- refusing -------------------------------------------------------------------------------

    def refuse_own(self, *people: str) -> None:
        """Refuse a decision of somebody about themselves.

        Raises:
            SelfApproval: whoever says so, or agreed, is one of these people.
        """
        desk, where = self.desk, f"system {self.desk.system}, {' and '.join(people)}"
        names = {ref[1] for person in people for ref in self.refs(person)}
        jobs = tuple((job, desk.system, target) for job, target in desk.jobs)
        for person in people:
            names |= names_of(desk.store, Affair(_USERS, person, jobs))
        refuse_own(desk.actor, desk.policy, names, where)
        refuse_approver(desk.actor, desk.policy, self._word.approver, names)

    @contextmanager
    def leases(self, links: Mapping[str, Collection[Link]]) -> Iterator[None]:
        """Let nobody else write to the targets in which somebody has an account.

        Raises:
            LeaseHeld: somebody does.
            AnswerRefused: nobody knows yet what became of an act on one of the accounts.
        """
        controls, now = self.desk.store.controls, self.desk.clock.now()
        holder = secrets.token_hex(16)
        with ExitStack() as stack:
            for target in sorted(target for target, own in links.items() if own):
                lease = controls.acquire(target, holder, now, _LEASE_SECONDS)
                stack.callback(controls.release, lease)
                self._refuse_unsettled(target, links[target])
            yield

    def _refuse_unsettled(self, target: str, links: Collection[Link]) -> None:
        unfinished = self.desk.store.acts.unfinished(target)
        waiting = {one.action.action.subject for one in unfinished}
        if any(link.identity in waiting for link in links):
            raise AnswerRefused(
                "nobody knows yet what became of an act on one of the accounts",
                where=f"target {target}",
                safe="nothing was changed",
                next="`provisor plan` looks at the target and settles it; then say this again",
            )

    # --- keeping --------------------------------------------------------------------------------

    def word(self, kind: WordKind, person: str, other: str, moved: Moved) -> PersonWord:
        """Return what is said."""
        return PersonWord(
            id=secrets.token_hex(8),
            kind=kind,
            system=self.desk.system,
            object_type=_USERS,
            person=person,
            other=other,
            reason=self._word.reason.strip(),
            author=self.desk.actor.name,
            approver=self._word.approver.strip(),
            at=self.desk.clock.now(),
            moved=moved.text(),
        )

    def decide(self, word: PersonWord, ties: Sequence[Tie], moves: Sequence[Move]) -> None:
        """Keep what is said, and all that follows from it.

        Raises:
            LeaseHeld: somebody read these sources, or decided, meanwhile.
        """
        store = self.desk.store
        for job, _ in self.desk.jobs:
            # What was remembered by the old keys says nothing any more.
            store.knowledge.forget(job)
            store.prints.forget(job)
        news = PeopleNews(self._since, tie_page(ties))
        if not store.people.decide(word, news, moves, [people_decided(word, len(moves))]):
            raise LeaseHeld(
                "somebody read the same sources, or decided about them, meanwhile",
                where=f"system {self.desk.system}",
                safe="nothing was changed",
                next="say it again",
            )

    def move_words(
        self, key: str, new: str, only: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Let what people decided about one key hold for another; return the new ids.

        Args:
            key: that it was said of.
            new: that it is said of from now on.
            only: ids of those that move; None for all.
        """
        overrides, now = self.desk.store.overrides, self.desk.clock.now()
        every = overrides.all()
        found = {
            word.id: word
            for job, _ in self.desk.jobs
            for word in active_overrides(every, job, now).get((_USERS, key), ())
            if word.kind not in _OF_THE_PAIR and (only is None or word.id in only)
        }
        added = [replace(one, id=secrets.token_hex(8), key=new) for one in found.values()]
        if added:
            reason = "the person has another key"
            actor = self.desk.actor.name
            events = [journal.override_ended(one, now, actor, reason) for one in found]
            events += [journal.override_added(one) for one in added]
            overrides.exchange(list(found), added, now, events)
        return tuple(one.id for one in added)


def refuse_unjoined(system: str, known: Collection[str]) -> CommandInvalid:
    """Return the refusal to say who is who in a system that is not made of others."""
    near = nearest(system, known)
    return CommandInvalid(
        f"no system made of others is called `{system}`",
        where="SYSTEM",
        found=f"made of others are {', '.join(sorted(known)) or 'none'}",
        safe="nothing was changed",
        next=f"did you mean `{near}`?" if near else "`connector: people` makes one",
    )


def portrait_of(desk: PeopleDesk, name: str) -> tuple[Portrait, tuple[PersonWord, ...]]:
    """Return one person as the sources show them now, and what people said about them.

    Raises:
        UnknownName: the name means nobody, or several.

    Cost: one full read of the sources.
    """
    desk.source.survey_people()
    key = desk.source.person_of(name)
    portrait = desk.source.portrait(key) if key is not None else None
    if key is None or portrait is None:
        raise UnknownName(
            "nobody, or several people, have this key",
            where=f"system {desk.system}, {name}",
            safe="nothing was changed",
            next="name a record by source and key: `hr:E1`",
        )
    words = desk.store.people.words(desk.system)
    return portrait, tuple(word for word in words if key in (word.person, word.other))
