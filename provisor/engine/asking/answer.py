"""People's answers to match questions in, overrides out; what contradicts itself is refused."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provisor.domain.answering import said_of
from provisor.domain.matching import anchor_allows
from provisor.domain.override import NEW_ACCOUNT, Override, OverrideKind, active_overrides
from provisor.domain.protection import in_range, is_registered
from provisor.domain.record import Record, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.seeking import leaver_seeker
from provisor.engine import journal
from provisor.engine.asking.answerable import Answerable, Overrides, answerable
from provisor.engine.job import Job
from provisor.engine.own_affairs import affair_of, names_of, refuse_approver, refuse_own
from provisor.engine.people.whose import key_meant
from provisor.engine.renaming import Renaming, rename
from provisor.engine.survey import glance
from provisor.errors import (
    AnswerRefused,
    CommandInvalid,
    ProvisorError,
    SelfApproval,
    UnknownName,
)

_OPEN = "nothing was kept; the question stays open"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says about one record."""

    key: str
    account: str
    """Native id or name of the account, or `new`."""


@dataclass(frozen=True, slots=True)
class Word:
    """Why, by whose consent, and about which kind of object."""

    reason: str
    approver: str = ""
    object_type: ObjectType | None = None
    """None looks among users first, then among groups."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one answer."""

    answer: Answer
    native_id: str = ""
    """The account, or `new`; empty where the answer was refused."""
    override: Override | None = None
    """What was kept, or stood there already; None where the link itself does."""
    fresh: bool = False
    """Whether the override is of this call."""
    refusal: ProvisorError | None = None


def hear(job: Job, answers: Sequence[Answer], word: Word) -> tuple[Heard, ...]:
    """Keep answers as overrides of kind `link`; each stands for itself.

    A new answer takes the place of an earlier one about the same record. An answer is refused
    where the record has an account, or the account is unknown, protected, linked, given to another
    record, carries an anchor that the job does not take, or is of whoever gives the answer.

    Args:
        job: both of its sides are read.
        answers: in the order in which they were given; of people over several sources, by any
            key of theirs.
        word: why, and by whose consent.

    Raises:
        CommandInvalid: there is no reason; nothing was kept.
        LeaseHeld: a key moves, and somebody is writing to the target now; nothing was kept.

    Cost: one full read of both sides; one transaction, and some more where keys move.
    """
    refuse_without_reason(word)
    if word.object_type is not ObjectType.GROUPS:
        answers = [Answer(key_meant(job, one.key), one.account) for one in answers]
    desk = _Desk(job, answers, word)
    heard = tuple(desk.hear(answer) for answer in answers)
    desk.keep()
    return heard


def refuse_without_reason(word: Word) -> None:
    """Refuse what nobody could understand a year later.

    Raises:
        CommandInvalid: there is no reason.
    """
    if not word.reason.strip():
        raise CommandInvalid(
            "an answer needs a reason",
            where="--reason",
            safe=_OPEN,
            next="say why with `--reason TEXT`",
        )


class _Desk:
    """One sitting: what was known before it, and what was said in it."""

    def __init__(self, job: Job, answers: Sequence[Answer], word: Word) -> None:
        self._job = job
        self._word = word
        everything = job.store.overrides.all()
        self._active: Overrides = active_overrides(everything, job.rules.job, job.clock.now())
        self._added: dict[tuple[ObjectType, str], Override] = {}
        self._said: dict[tuple[ObjectType, str], Override] = {}
        """What was added, and what was said again and stood already."""
        self._ended: set[str] = set()
        self._owners: dict[tuple[ObjectType, str], str] = {}
        """Object type and native id to the key of the record that it was given to just now."""
        named = ({one.key for one in answers}, {one.account for one in answers})
        seen = glance(job)
        self._kinds = [
            answerable(job, seen, rules, named, self._active)
            for object_type, rules in job.rules.objects.items()
            if word.object_type in (None, object_type)
        ]

    def hear(self, answer: Answer) -> Heard:
        """Judge one answer."""
        try:
            kind = self._kind(answer)
            native = self._native(answer, kind)
            if kind.links.get(answer.key) == native:
                return Heard(answer, native)
            self._refuse_linked(answer, kind)
            self._refuse_own(answer, kind, native)
            if native != NEW_ACCOUNT:
                self._refuse_taken(answer, kind, native)
        except (UnknownName, CommandInvalid, AnswerRefused, SelfApproval) as refusal:
            return Heard(answer, refusal=refusal)
        return self._heard(answer, kind, native)

    def keep(self) -> None:
        """Make everything that was said in this sitting durable, or nothing of it.

        An answer that stood already is made true where somebody was stopped after keeping it.
        """
        renamings = list(self._renamings())
        if renamings:
            rename(self._job, renamings, self._keep_words)
        else:
            self._keep_words()

    def _keep_words(self) -> None:
        if not self._added:
            return
        now, actor = self._job.clock.now(), self._job.actor.name
        ended, added = sorted(self._ended), list(self._added.values())
        events = [journal.override_ended(one, now, actor, self._word.reason) for one in ended]
        events += [journal.override_added(override) for override in added]
        self._job.store.overrides.exchange(ended, added, now, events)

    def _renamings(self) -> Iterator[Renaming]:
        """Yield what moves where an answer names the account of somebody with another key."""
        links, target = self._job.store.links, self._job.rules.target
        said = self._said.values()
        for kind in {one.object_type for one in said}:
            named = {as_text(one.value): one for one in said if one.object_type is kind}
            for link in links.of_accounts(target, kind, named):
                answer = named[link.native_id]
                if link.key != answer.key:
                    yield Renaming(link, answer)

    # --- finding --------------------------------------------------------------------------------

    def _kind(self, answer: Answer) -> Answerable:
        kind = next((one for one in self._kinds if answer.key in one.records), None)
        if kind is not None:
            return kind
        raise UnknownName(
            "nobody has this key in the source",
            where=self._where(answer),
            safe=_OPEN,
            next="look the key up at the source, or in `provisor matches`",
        )

    def _native(self, answer: Answer, kind: Answerable) -> str:
        """Return the native id of the account that an answer names by id or by name."""
        if answer.account == NEW_ACCOUNT:
            return NEW_ACCOUNT
        natives = {answer.account} & kind.accounts.keys()
        natives |= kind.called.get(answer.account, frozenset())
        if len(natives) == 1:
            return natives.pop()
        if natives:
            raise CommandInvalid(
                f"{len(natives)} accounts have this id or name",
                where=self._where(answer),
                found=f"accounts {', '.join(sorted(natives)[:5])}; exactly one was expected",
                safe=_OPEN,
                next="name the account by its id in the target",
            )
        raise UnknownName(
            "no account has this id or name",
            where=self._where(answer),
            found="an account that the target did not show",
            safe=_OPEN,
            next="take the id or name from `provisor matches` or `provisor orphans`, or say `new`",
        )

    # --- refusing -------------------------------------------------------------------------------

    def _refuse_linked(self, answer: Answer, kind: Answerable) -> None:
        held = kind.links.get(answer.key)
        if held is None:
            return
        raise AnswerRefused(
            "the record has an account",
            where=self._where(answer),
            found=f"a link with account {held}",
            safe="nothing was kept; the link stays as it is",
            next="if that link is wrong, end it first with `provisor unlink`",
        )

    def _refuse_own(self, answer: Answer, kind: Answerable, native: str) -> None:
        """Whoever could give themselves an account could give themselves anybody's."""
        account = kind.accounts.get(native)
        shown = _names(kind.rules, account) if account is not None else ()
        names = {answer.key, *shown} | self._remembered(answer, kind)
        job = self._job
        refuse_own(job.actor, job.policy, names, self._where(answer))
        refuse_approver(job.actor, job.policy, self._word.approver, names)

    def _remembered(self, answer: Answer, kind: Answerable) -> frozenset[str]:
        object_type = kind.rules.object_type
        return names_of(self._job.store, affair_of(self._job, object_type, answer.key))

    def _refuse_taken(self, answer: Answer, kind: Answerable, native: str) -> None:
        found, then = self._obstacle(answer, kind, native)
        if found:
            raise AnswerRefused(
                "this account cannot be the record's",
                where=self._where(answer),
                found=f"account {native} {found}",
                safe=_OPEN,
                next=then,
            )

    def _obstacle(self, answer: Answer, kind: Answerable, native: str) -> tuple[str, str]:
        """Return why an account cannot be a record's, and what would help; nothing if it can."""
        account = kind.accounts[native]
        if native in kind.owners and native not in kind.former:
            return "is linked with another record", "end that link first with `provisor unlink`"
        if self._is_protected(kind, account):
            return "stands in `accounts`, the register of what nobody touches", "name another one"
        if self._owner(kind, native) not in (None, answer.key):
            then = "`provisor override list` shows that answer, `provisor override end` ends it"
            return "was given to another record", then
        identity = kind.identities.get(answer.key, "")
        wanted = leaver_seeker(kind.rules, kind.records[answer.key], identity).desired
        freed = native in kind.parted or native in kind.former
        if freed or anchor_allows(wanted, account.values, kind.rules):
            return "", ""
        then = "empty that attribute in the target, or set `anchor_policy: keep_foreign`"
        return "carries the anchor of somebody else", then

    def _is_protected(self, kind: Answerable, account: Record) -> bool:
        name, rules = kind.rules.schema.name, self._job.rules
        if is_registered(rules.protected, account, name):
            return True
        moment = Moment(self._job.clock.now(), rules.zone)
        return in_range(kind.rules.protection, account, name, moment)

    def _owner(self, kind: Answerable, native: str) -> str | None:
        """Return the key of the record to which an account was given, in this sitting or before."""
        object_type, before = kind.rules.object_type, kind.given.get(native)
        if before is not None and (object_type, before) in self._added:
            before = None
        return self._owners.get((object_type, native), before)

    # --- keeping --------------------------------------------------------------------------------

    def _heard(self, answer: Answer, kind: Answerable, native: str) -> Heard:
        place = (kind.rules.object_type, answer.key)
        given = self._active.get(place, ())
        last = self._added.get(place) or said_of(given).answer
        if last is not None and last.value == native:
            self._said[place] = last
            return Heard(answer, native, last)
        self._ended |= {one.id for one in given if self._is_replaced(one, native)}
        override = Override(
            id=secrets.token_hex(8),
            kind=OverrideKind.LINK,
            job=self._job.rules.job,
            object_type=kind.rules.object_type,
            key=answer.key,
            attribute="",
            value=native,
            reason=self._word.reason.strip(),
            author=self._job.actor.name,
            approver=self._word.approver,
            created_at=self._job.clock.now(),
            expires_at=None,
        )
        self._added[place] = self._said[place] = override
        self._owners[kind.rules.object_type, native] = answer.key
        return Heard(answer, native, override, fresh=True)

    def _is_replaced(self, override: Override, native: str) -> bool:
        """Say whether an override of this job alone loses its say by an answer."""
        if override.job != self._job.rules.job:
            return False
        parted = override.kind is OverrideKind.UNLINK and override.value == native
        return parted or override.kind is OverrideKind.LINK

    def _where(self, answer: Answer) -> str:
        return f"job {self._job.rules.job}, {answer.key}"


def _names(rules: ObjectRules, account: Record) -> Iterator[str]:
    """Yield the names under which somebody may act who has this account."""
    keyed = {attribute.name for attribute in rules.schema.attributes if attribute.identity_key}
    for name in keyed | {rules.schema.name}:
        yield as_text(account.values.get(name))
