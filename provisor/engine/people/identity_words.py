"""People say who is who: two people are one, or one is two; and what is said can be taken apart.

A merge moves the records of one person to another, with the account, names, memberships and
overrides that went with them, and writes down what moved. A split of such a record moves all of it
back, under the key and the identity that it had; a `deny` and a `revoke` that were said of the one
person hold for both. No target is written to: plans do that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from provisor.domain.link import Link
from provisor.domain.person import PersonQuestion, PersonWord, Ref, Tie, WordKind, record_name
from provisor.engine.asking.answer import Word
from provisor.engine.people.people_desk import Hall, Moved, PeopleDesk, Said, moved_of
from provisor.errors import AnswerRefused, CommandInvalid
from provisor.ports.overrides import Handover
from provisor.ports.people import Move

_SAFE = "nothing was changed"


# --- two are one ------------------------------------------------------------------------------


def merge(desk: PeopleDesk, stays: str, joins: str, word: Word) -> Said:
    """Say that two people are one: the first keeps key and identity, the second becomes part of it.

    Args:
        desk: where it is said.
        stays: any key of the one who stays.
        joins: any key of the one who becomes part of it; a record in question, mostly.
        word: why, and by whose consent.

    Raises:
        CommandInvalid: there is no reason, or the two are one already.
        UnknownName: a key names nobody, or several.
        SelfApproval: it is about whoever says so.
        AnswerRefused: both have an account in one target, or an act on one has no end yet.
        LeaseHeld: somebody is writing to a target, or read these sources meanwhile.

    Cost: one full read of the sources; one transaction.
    """
    hall = Hall(desk, word)
    person, other = hall.person(stays), hall.person(joins)
    if person == other:
        raise CommandInvalid(
            "the two are one person already",
            where=f"system {desk.system}, {person}",
            safe=_SAFE,
            next="`provisor identity show` lists the records of a person",
        )
    hall.refuse_own(person, other)
    with hall.leases(person, other):
        links = hall.links(other)
        _refuse_two_accounts(hall, person, other)
        moves = _moves(links, hall.identity(person), person)
        handover = hall.handover(other, person)
        refs = hall.refs(other)
        rules = tuple(hall.rule_of(ref) for ref in refs)
        moved = Moved(refs, rules, _named(moves), *_ids(handover))
        said = hall.word(WordKind.MERGE, person, other, moved)
        rule = f"word {said.id}"
        ties = [Tie(ref, person, rule) for ref in refs]
        ties += [Tie(ref, person, hall.rule_of(ref)) for ref in hall.loose(person)]
        hall.decide(said, ties, moves, handover)
    return Said(said, tuple(map(record_name, refs)), moved.links)


def _refuse_two_accounts(hall: Hall, person: str, other: str) -> None:
    for target in sorted(hall.links(other).keys() & hall.links(person).keys()):
        raise AnswerRefused(
            "both have an account in one target, and a person has one",
            where=f"target {target}, {person} and {other}",
            found="two links; nobody can say which account is to go",
            safe="nothing was changed, and the question stays open",
            next="end one of the links with `provisor unlink`, or say `identity split`",
        )


# --- one is two -------------------------------------------------------------------------------


def split(desk: PeopleDesk, record: str, word: Word) -> Said:
    """Say that a record is not its person's.

    What a merge put together comes apart as it was: keys, identities, accounts, overrides. What a
    rule joined becomes somebody new; the account stays with the person. What is in question is
    nobody's of those that were proposed.

    Args:
        desk: where it is said.
        record: a record, by its key or by source and key; of a merged person any record of theirs.
        word: why, and by whose consent.

    Raises:
        CommandInvalid: there is no reason, or nothing can be split off.
        UnknownName: no record, or several, have this key.
        SelfApproval: it is about whoever says so.
        AnswerRefused: an act on an account has no end yet.
        LeaseHeld: somebody is writing to a target, or read these sources meanwhile.

    Cost: one full read of the sources; one transaction.
    """
    hall = Hall(desk, word)
    ref = hall.record(record)
    person = hall.owners[ref]
    question = desk.source.questions().get(person)
    if question is not None:
        return _set_apart(hall, person, question)
    merged = hall.merge_of(ref, person)
    if merged is not None:
        return _taken_apart(hall, person, merged)
    return _split_off(hall, ref, person)


def _set_apart(hall: Hall, own: str, question: PersonQuestion) -> Said:
    candidates = [hall.known(name) for name, _ in question.candidates]
    hall.refuse_own(own, *candidates)
    said = hall.word(WordKind.SPLIT, candidates[0], own, Moved((question.ref,), ("",)))
    hall.decide(said, [Tie(question.ref, own)])
    return Said(said, (record_name(question.ref),), ())


def _taken_apart(hall: Hall, person: str, merged: PersonWord) -> Said:
    """Give everything back that a merge moved."""
    other, moved = merged.other, moved_of(merged)
    hall.refuse_own(person, other)
    with hall.leases(person, other):
        links = {
            target: [one for one in own if (target, one.native_id) in moved.links]
            for target, own in hall.links(person).items()
        }
        moves = _moves(links, hall.identity(other), other)
        handover = hall.handover_back(person, other, moved)
        ties = [
            Tie(ref, other, rule)
            for ref, rule in zip(moved.refs, moved.rules, strict=True)
            if hall.owners.get(ref) == person
        ]
        refs, rules = tuple(t.ref for t in ties), tuple(t.rule for t in ties)
        back = Moved(refs, rules, _named(moves), *_ids(handover))
        said = replace(hall.word(WordKind.SPLIT, person, other, back), undoes=merged.id)
        hall.decide(said, ties, moves, handover)
    return Said(said, tuple(map(record_name, back.refs)), back.links)


def _split_off(hall: Hall, ref: Ref, person: str) -> Said:
    if not hall.rule_of(ref):
        alone = len(hall.refs(person)) == 1
        raise CommandInvalid(
            "the person has no other record"
            if alone
            else "the person is named by this record, and keeps key and accounts with it",
            where=f"system {hall.desk.system}, {record_name(ref)}",
            safe=_SAFE,
            next="nothing needs to be split"
            if alone
            else "split off the other records; `provisor identity show` lists them",
        )
    own = hall.free_name(ref)
    hall.refuse_own(person, own)
    said = hall.word(WordKind.SPLIT, person, own, Moved((ref,), (hall.rule_of(ref),)))
    hall.decide(said, [Tie(ref, own)], handover=hall.handover_of_denials(person, own))
    return Said(said, (record_name(ref),), ())


def _moves(links: Mapping[str, Sequence[Link]], identity: str, key: str) -> list[Move]:
    return [Move(target, link, identity, key) for target, own in links.items() for link in own]


def _ids(handover: Handover) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of words that were handed over, as they are now and as they were."""
    return tuple(one.id for one in handover.added[: len(handover.ended)]), handover.ended


def _named(moves: Sequence[Move]) -> tuple[tuple[str, str], ...]:
    return tuple((move.target, move.link.native_id) for move in moves)
