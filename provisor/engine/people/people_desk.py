"""Where people say who is who, and everything that such a decision looks at and keeps."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.link import Link
from provisor.domain.override import Override, OverrideKind
from provisor.domain.person import PersonWord, Ref, Tie, WordKind, first_key, record_name
from provisor.domain.schema import ObjectType
from provisor.domain.tie_pages import tie_page
from provisor.engine.asking.answer import Word, refuse_without_reason
from provisor.engine.job import Actor
from provisor.engine.overriding.handing_over import (
    handed_over,
    handover_events,
    said_of,
    standing_about,
)
from provisor.engine.own_affairs import Affair, names_of, refuse_approver, refuse_own
from provisor.engine.people.joined_source import JoinedSource
from provisor.engine.people.people_events import people_decided
from provisor.errors import AnswerRefused, CommandInvalid, LeaseHeld, UnknownName, nearest
from provisor.ports.clock import Clock
from provisor.ports.overrides import Handover
from provisor.ports.people import Move, PeopleNews, Portrait
from provisor.ports.store import Store

_USERS = ObjectType.USERS
_LEASE_SECONDS = 120.0
_MOST_ALIKE = 20_000
"""Records among which one that looks alike is searched for."""
_TAKES_AWAY = frozenset({OverrideKind.DENY, OverrideKind.REVOKE})
"""What holds for both where one becomes two: a kill is ended by name, and not by a split."""
_NOTHING_SAID = Handover()


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
    were: tuple[str, ...] = ()
    """The ids that each of them had before."""

    def text(self) -> str:
        """Return it as JSON."""
        body = {"refs": self.refs, "rules": self.rules, "links": self.links}
        body |= {"words": self.words, "were": self.were}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def moved_of(word: PersonWord) -> Moved:
    """Return what a decision moved."""
    body: dict[str, Any] = json.loads(word.moved)
    return Moved(
        tuple((source, key) for source, key in body["refs"]),
        tuple(body["rules"]),
        tuple((target, native) for target, native in body["links"]),
        tuple(body["words"]),
        tuple(body["were"]),
    )


class Hall:
    """One sitting: everybody as the sources show them now, and what is said."""

    def __init__(self, desk: PeopleDesk, word: Word) -> None:
        refuse_without_reason(word)
        self.desk = desk
        self._word = word
        found = desk.source.survey_people()
        self.owners: Mapping[Ref, str] = found.owners
        self._found = found

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
        return tuple(ref for ref in self.refs(person) if ref not in self._found.kept)

    def rule_of(self, ref: Ref) -> str:
        """Return the rule that joined a record; empty for the one that names the person."""
        return self._found.rules.get(ref, "")

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
        taken, number = {*self.owners.values(), *self._found.retired}, 2
        while name in taken:
            name, number = f"{wanted}~{number}", number + 1
        return name

    def links(self, person: str) -> Mapping[str, tuple[Link, ...]]:
        """Return the accounts of a person, by target; targets without one are left out."""
        of_key = self.desk.store.links.of_key
        found = ((target, of_key(target, _USERS, person)) for target in self.desk.targets)
        return {target: links for target, links in found if links}

    def identity(self, person: str) -> str:
        """Return a person's identity id."""
        for links in self.links(person).values():
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
    def leases(self, *people: str) -> Iterator[None]:
        """Let nobody else write to the targets meanwhile.

        A record in question has no account, and no plan gives it one.

        Raises:
            LeaseHeld: somebody does.
            AnswerRefused: nobody knows yet what became of an act on one of these people.
        """
        controls, now = self.desk.store.controls, self.desk.clock.now()
        asked = self.desk.source.questions().keys()
        known = [one for one in people if one not in asked or self.links(one)]
        holder = secrets.token_hex(16)
        with ExitStack() as stack:
            for target in sorted(self.desk.targets) if len(known) > 1 else ():
                lease = controls.acquire(target, holder, now, _LEASE_SECONDS)
                stack.callback(controls.release, lease)
                self._refuse_unsettled(target, known)
            yield

    def _refuse_unsettled(self, target: str, people: Collection[str]) -> None:
        store = self.desk.store
        mine = set(store.identities.of_keys(self.desk.system, _USERS, people).values())
        mine |= {link.identity for link in store.links.of_keys(target, _USERS, people)}
        unfinished = store.acts.unfinished(target)
        if mine & {one.action.action.subject for one in unfinished}:
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

    def decide(
        self,
        word: PersonWord,
        ties: Sequence[Tie],
        moves: Sequence[Move] = (),
        handover: Handover = _NOTHING_SAID,
    ) -> None:
        """Keep what is said, and all that follows from it, or nothing of it.

        Raises:
            LeaseHeld: somebody read these sources, or decided, meanwhile.
            AnswerRefused: a record was never seen before, and a source was not read whole.
        """
        self._refuse_unproven(ties)
        store = self.desk.store
        for job, _ in self.desk.jobs:
            # What was remembered by the old keys says nothing any more.
            store.knowledge.forget(job)
            store.prints.forget(job)
        news = PeopleNews(self._found.newest, tie_page(ties))
        events = handover_events(handover, word.at, word.author)
        told = [*events, people_decided(word, len(moves))]
        if not store.people.decide(word, news, moves, handover, told):
            raise LeaseHeld(
                "somebody read the same sources, or decided about them, meanwhile",
                where=f"system {self.desk.system}",
                safe="nothing was changed",
                next="say it again",
            )

    def _refuse_unproven(self, ties: Sequence[Tie]) -> None:
        if self._found.doubt and any(tie.ref not in self._found.kept for tie in ties):
            raise AnswerRefused(
                "a record was never seen before, and not every source was read whole",
                where=f"system {self.desk.system}",
                found=self._found.doubt,
                safe="nothing was changed",
                next="say it again when the source can be read; who is who may look different then",
            )

    # --- what was decided about people ----------------------------------------------------------

    def handover(self, key: str, new: str) -> Handover:
        """Let all that people decided about one key hold for another."""
        return handed_over(self._standing(key), new)

    def handover_back(self, key: str, new: str, merged: Moved) -> Handover:
        """Let what a merge handed over hold for the one again of whom it was said.

        What takes away, and was said of the two while they were one, holds for both.
        """
        ids = self._called_now(merged.words)
        standing = self._standing(key)
        back = handed_over([one for one in standing if one.id in ids], new)
        return Handover(back.ended, (*back.added, *self._denials(standing, new, ids)))

    def handover_of_denials(self, key: str, new: str) -> Handover:
        """Let what takes away from one hold for another, too."""
        return Handover(added=self._denials(self._standing(key), new))

    def _denials(
        self, standing: Sequence[Override], new: str, but: Collection[str] = ()
    ) -> tuple[Override, ...]:
        return said_of((w for w in standing if w.kind in _TAKES_AWAY and w.id not in but), new)

    def _standing(self, key: str) -> tuple[Override, ...]:
        every = self.desk.store.overrides.all()
        jobs = {job for job, _ in self.desk.jobs}
        return standing_about(every, jobs, (_USERS, key), self.desk.clock.now())

    def _called_now(self, ids: Collection[str]) -> frozenset[str]:
        """Return the ids that words have by now, which later merges and splits handed on."""
        found = set(ids)
        for word in self.desk.store.people.words(self.desk.system):
            moved = moved_of(word)
            found |= {new for old, new in zip(moved.were, moved.words, strict=True) if old in found}
        return frozenset(found)


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
    known = desk.source.describe().schemas[_USERS].attributes
    desk.source.survey_people([one.name for one in known])
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
