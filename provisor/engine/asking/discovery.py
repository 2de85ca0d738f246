"""Whose the accounts of a target are, which are one too many, which nobody uses. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provisor.domain.composing import is_protected
from provisor.domain.discovery import (
    AccountClass,
    Candidate,
    Duplicate,
    Likeness,
    Ownership,
    class_of,
    contested_by_rivals,
    duplicates,
    likenesses,
)
from provisor.domain.dormancy import SignIn, Usage, usage_of
from provisor.domain.lifecycle import judge_all
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.override import Override
from provisor.domain.oversight import Dormancy
from provisor.domain.record import Record, as_text
from provisor.domain.register import ShownByRecords
from provisor.domain.registered import entry_for
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.seeking import leaver_seeker
from provisor.domain.standing import setting_of
from provisor.domain.world import Population, World
from provisor.engine.job import Job
from provisor.engine.rights.registered import today
from provisor.engine.whole_world import Whole, whole_world
from provisor.errors import CommandInvalid


@dataclass(frozen=True, slots=True)
class Discovered:
    """One account with whose it is or could be."""

    object_type: ObjectType
    native_id: str
    name: str
    kind: AccountClass
    owners: tuple[str, ...]
    """Source keys of its links."""
    likes: tuple[Likeness, ...]
    """Records that rules find it for; empty for a linked one."""
    register: str = ""
    """What the register says of it; empty for an account that does not stand there."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """All accounts of a job's target."""

    job: str
    target: str
    accounts: tuple[Discovered, ...]
    """By object type, class and native id."""
    duplicates: tuple[tuple[ObjectType, Duplicate], ...]
    managed: Mapping[ObjectType, int]
    """Records that have at least one account: the base of the share of duplicates."""
    doubts: tuple[str, ...]


def discover(job: Job) -> Discovery:
    """Sort every account of the target into one class, and find those that are one too many.

    Cost: one full read of both sides; for each record the evaluation of what match rules compare.
    """
    whole = whole_world(job)
    found: list[Discovered] = []
    doubles: list[tuple[ObjectType, Duplicate]] = []
    managed: dict[ObjectType, int] = {}
    for object_type, rules in job.rules.objects.items():
        scene = _Scene(whole.world, rules, whole.world.populations[object_type])
        accounts, sets, managed[object_type] = scene.sorted_out(job)
        found += accounts
        doubles += [(object_type, one) for one in sets]
    found.sort(key=lambda one: (one.object_type.value, one.kind.value, one.native_id))
    return Discovery(
        job.rules.job, job.rules.target, tuple(found), tuple(doubles), managed, whole.doubts
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    world: World
    rules: ObjectRules
    population: Population

    def sorted_out(self, job: Job) -> tuple[list[Discovered], tuple[Duplicate, ...], int]:
        population, rules = self.population, self.rules
        here = self._here()
        owned = self._ownership(here)
        candidates = self._candidates(job, here, owned)
        protected = self._protected()
        free = [a for a in population.accounts if a.key not in protected]
        likes = likenesses(rules, candidates, free)
        classes = {
            account.key: class_of(account, likes.get(account.key, ()), owned, protected)
            for account in population.accounts
        }
        strange = {n: found for n, found in likes.items() if n not in owned.keys}
        classes = contested_by_rivals(classes, strange)
        accounts = [
            Discovered(
                rules.object_type,
                account.key,
                as_text(account.values.get(rules.schema.name)),
                classes[account.key],
                owned.keys.get(account.key, ()),
                strange.get(account.key, ()),
                self._said(job, account),
            )
            for account in population.accounts
        ]
        keys = {key for found in owned.keys.values() for key in found}
        return accounts, duplicates(rules, free, likes, owned), len(keys)

    def _said(self, job: Job, account: Record) -> str:
        register, name = job.rules.register, self.rules.schema.name
        moment = Moment(self.world.now, job.rules.zone)
        found = entry_for(register, self.rules.object_type, account, name, moment)
        return found.words(today(job)) if found is not None else ""

    def _here(self) -> frozenset[str]:
        """Return the keys of records whose people are here and in scope, as far as can be said."""

        def overrides(key: str) -> tuple[Override, ...]:
            return self.world.overrides.get((self.rules.object_type, key), ())

        around = surroundings_of(self.world, self.rules.object_type)
        judged = judge_all(self.rules, self.population.records, overrides, around)
        return frozenset(
            record.key
            for record in self.population.records
            if record.key not in judged.departures and record.key not in judged.undecided
        )

    def _ownership(self, here: frozenset[str]) -> Ownership:
        natives = {account.key for account in self.population.accounts}
        keys: dict[str, tuple[str, ...]] = {}
        for link in sorted(self.population.links, key=lambda one: one.key):
            if link.native_id in natives:
                keys[link.native_id] = (*keys.get(link.native_id, ()), link.key)
        return Ownership(keys, here, frozenset(key for found in keys.values() for key in found))

    def _candidates(self, job: Job, here: frozenset[str], owned: Ownership) -> list[Candidate]:
        known = job.store.identities.known(job.rules.source, self.rules.object_type)
        known |= {link.key: link.identity for link in self.population.links}
        return [
            Candidate(
                leaver_seeker(self.rules, record, known.get(record.key, "")),
                record.key in here,
                record.key in owned.linked,
            )
            for record in self.population.records
        ]

    def _protected(self) -> frozenset[str]:
        shown = ShownByRecords(self.population.accounts, self.population.links)
        setting = setting_of(self.rules, self.world, shown)
        return frozenset(a.key for a in self.population.accounts if is_protected(a, setting))


# --- who uses what -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Used:
    """One account with how it is used."""

    native_id: str
    name: str
    key: str
    """Of its owner; empty for nobody's."""
    usage: Usage


@dataclass(frozen=True, slots=True)
class DormancyReport:
    """Every user account of a job's target in one class of use."""

    job: str
    target: str
    rule: Dormancy
    accounts: tuple[Used, ...]
    """By class, longest unused first."""
    doubts: tuple[str, ...]

    def count(self, kind: SignIn) -> int:
        """Return how many accounts stand in a class."""
        return sum(one.usage.kind is kind for one in self.accounts)


def find_dormant(job: Job, days: int | None = None) -> DormancyReport:
    """Sort every user account by its last sign-in.

    Args:
        job: its `users` say where the target tells of sign-ins.
        days: after how many days without one an account is dormant; None for what the job says.

    Raises:
        CommandInvalid: the job does not say where the target tells of sign-ins.

    Cost: one full read of both sides.
    """
    rules = job.rules.objects.get(ObjectType.USERS)
    dormancy = rules.dormancy if rules is not None else None
    if rules is None or dormancy is None:
        raise CommandInvalid(
            "the job does not say where its target tells of sign-ins",
            where=f"job {job.rules.job}, users.dormant",
            found="no setting; a target that is not asked says nothing",
            safe="nothing was read and nothing was written",
            next="write `dormant: {attribute: NAME}` under `users`",
        )
    rule = replace(dormancy, days=days) if days is not None else dormancy
    besides = {name for name in (rule.attribute, rule.created) if name}
    whole = whole_world(job, {ObjectType.USERS: besides})
    accounts = _used(job, rules, rule, whole)
    return DormancyReport(job.rules.job, job.rules.target, rule, accounts, whole.doubts)


def _used(job: Job, rules: ObjectRules, rule: Dormancy, whole: Whole) -> tuple[Used, ...]:
    population = whole.world.populations[ObjectType.USERS]
    owners = {link.native_id: link.key for link in population.links}
    now, zone, schema = job.clock.now(), job.rules.zone, rules.schema

    def used(account: Record) -> Used:
        usage = usage_of(account.values, rule, schema.switch, now, zone)
        name = as_text(account.values.get(schema.name))
        return Used(account.key, name, owners.get(account.key, ""), usage)

    found = [used(account) for account in population.accounts]
    order = {kind: place for place, kind in enumerate(SignIn)}
    found.sort(key=lambda one: (order[one.usage.kind], -(one.usage.days or 0), one.native_id))
    return tuple(found)
