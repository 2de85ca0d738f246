"""The object executor: plain Python over one record at a time.

It is the definition of a plan, and quick where little is to be done. The columnar executor gives
the same proposal for the same world; each is the other's oracle.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from provisor.domain.answering import answers_of, search
from provisor.domain.composed import Composed
from provisor.domain.composing import compose, is_protected
from provisor.domain.computed import Computed, with_computed
from provisor.domain.elsewhere import NOTHING_ELSE, ShownTogether
from provisor.domain.enrolling import Enrolment, enrol
from provisor.domain.group_rules import is_computed
from provisor.domain.leaving import is_former
from provisor.domain.ledger import Ledger
from provisor.domain.lifecycle import Departure, Judged, judge_all
from provisor.domain.link import Link
from provisor.domain.mapping import Mapped, flowing, map_values
from provisor.domain.matching import Matches
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.override import Override
from provisor.domain.plan import Proposal
from provisor.domain.question import natives_in
from provisor.domain.record import Record
from provisor.domain.register import Shown, ShownByRecords
from provisor.domain.rivalry import without_rivals
from provisor.domain.roster import Roster
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.second_pass import refer
from provisor.domain.seeking import leaver_seeker, seeker_of
from provisor.domain.standing import Setting, Standing, setting_of
from provisor.domain.standings import (
    absent_standing,
    is_gone_for_good,
    question_of,
)
from provisor.domain.world import Assign, Population, World


def propose(world: World, assign: Assign) -> Proposal:
    """Work out what must be done, record by record.

    Args:
        world: everything that is known.
        assign: gives identity ids to keys that have no link.

    Returns:
        The unsealed proposal; actions in plan order, everything counted.

    Cost: a few dictionary look-ups and one evaluation per mapping for each record.
    """
    return plan_world(world, assign).proposal


@dataclass(frozen=True, slots=True)
class Planned:
    """A proposal with the world and the pass that it came from."""

    world: World
    walk: Walk
    proposal: Proposal


def plan_world(world: World, assign: Assign) -> Planned:
    """Work out what must be done, and keep what was said of everybody on the way."""
    world, computed = with_computed(world)
    walk = walk_through(world, assign)
    enrolment = _enrolment(world, walk, computed)
    return Planned(world, walk, walk.ledger.proposal(enrolment, refer(world, walk.roster)))


@dataclass(frozen=True, slots=True)
class Walk:
    """What one pass writes into."""

    ledger: Ledger
    roster: Roster

    def enter(self, setting: Setting, standing: Standing, composed: Composed) -> None:
        """Write down one identity."""
        self.ledger.count(setting.rules, standing, composed)
        self.roster.enter(setting.rules, standing, composed)


def walk_through(world: World, assign: Assign) -> Walk:
    """Write down everybody of a world, users before groups; the first pass of a plan."""
    walk = Walk(Ledger(world.rules), Roster())
    for object_type in (ObjectType.USERS, ObjectType.GROUPS):
        rules = world.rules.objects.get(object_type)
        if rules is not None and object_type in world.populations:
            _propose_objects(world, rules, world.populations[object_type], assign, walk)
    return walk


def _shown(world: World, object_type: ObjectType) -> Shown:
    """Return the names that accounts show, those outside of a part of the world included."""
    population = world.populations[object_type]
    here = ShownByRecords(population.accounts, population.links)
    others = world.elsewhere.get(object_type, NOTHING_ELSE).shown
    return here if others is None else ShownTogether(here, others)


def _enrolment(world: World, walk: Walk, computed: Computed) -> Enrolment | None:
    if world.rules.memberships is None or ObjectType.GROUPS not in world.rules.objects:
        return None
    return enrol(world, walk.roster, walk.ledger.leftovers(), computed)


def _propose_objects(
    world: World, rules: ObjectRules, population: Population, assign: Assign, walk: Walk
) -> None:
    setting = setting_of(rules, world, _shown(world, rules.object_type))
    by_native = {account.key: account for account in population.accounts}
    links = {link.key: link for link in population.links}
    judged = _judged(world, rules, population)
    departures = judged.departures
    free = [r for r in population.records if r.key not in links]
    identities = {link.key: link.identity for link in population.links}
    identities.update(assign(rules.object_type, [r.key for r in free if _seeks(r, departures)]))
    mapped = _mapped(world, rules, population, judged)
    matches = _match(world, rules, population, departures, mapped, identities, setting)
    _open(walk.ledger, rules.object_type, population)
    staged: list[tuple[Standing, Composed]] = []
    for record in sorted(population.records, key=lambda item: item.key):
        overrides = world.overrides.get((rules.object_type, record.key), ())
        link = links.get(record.key)
        native, adoption = _account_of(link, record.key, matches)
        standing = Standing(
            key=record.key,
            identity=identities.get(record.key, ""),
            values=record.values,
            departure=departures.get(record.key),
            mapped=mapped.get(record.key),
            link=link,
            account=by_native.get(native) if native else None,
            adoption=adoption,
            overrides=overrides,
        )
        question = question_of(record.key, matches)
        staged.append((standing, question or compose(standing, setting)))
    for standing, composed in without_rivals(staged, setting):
        walk.enter(setting, standing, composed)
    asked = natives_in(matches.questions.values())
    _compose_absent(world, population, by_native, (setting, asked), walk)
    walk.ledger.count_leftovers(setting, population.accounts, matches.contested)


def _open(ledger: Ledger, object_type: ObjectType, population: Population) -> None:
    unusable = sum(population.repeated.values()) + population.unkeyed
    seen = (len(population.records) + unusable, len(population.accounts))
    ledger.open(object_type, seen, len(population.links))
    ledger.set_aside(object_type, population.repeated, population.unkeyed)


def _seeks(record: Record, departures: Mapping[str, Departure]) -> bool:
    """Say whether an unlinked record may have an account: it is here, or it is said to be gone."""
    departure = departures.get(record.key)
    return departure is None or departure.positive


def _judged(world: World, rules: ObjectRules, population: Population) -> Judged:
    def overrides(key: str) -> tuple[Override, ...]:
        return world.overrides.get((rules.object_type, key), ())

    surroundings = surroundings_of(world, rules.object_type)
    return judge_all(rules, population.records, overrides, surroundings)


def _mapped(
    world: World, rules: ObjectRules, population: Population, judged: Judged
) -> dict[str, Mapped]:
    """Map everybody who is here; leavers' attributes are never looked at."""
    always, around = flowing(rules), world.circumstances
    mapped = {key: Mapped({}, problem) for key, problem in judged.undecided.items()}
    for record in population.records:
        if record.key not in judged.departures and record.key not in mapped:
            values = {**record.values, SOFT_DELETED: False}
            mapped[record.key] = map_values(always, values, rules.schema, around)
    return mapped


def _match(
    world: World,
    rules: ObjectRules,
    population: Population,
    departures: Mapping[str, Departure],
    mapped: Mapping[str, Mapped],
    identities: Mapping[str, str],
    setting: Setting,
) -> Matches:
    linked_keys = {link.key for link in population.links}
    linked_natives = {link.native_id for link in population.links}
    free = [
        account
        for account in population.accounts
        if account.key not in linked_natives and not is_protected(account, setting)
    ]
    open_records = [r for r in population.records if r.key not in linked_keys]
    unclaimed = {account.key: account for account in free}
    answers = answers_of(world, rules, open_records, unclaimed, identities)
    here = [
        seeker_of(rules, r, mapped[r.key], identities[r.key])
        for r in open_records
        if r.key in mapped and mapped[r.key].problem is None
    ]
    gone = [
        leaver_seeker(rules, r, identities[r.key])
        for r in open_records
        if r.key in departures and departures[r.key].positive
    ]
    formers = _left_behind(population)
    former = [
        account
        for account in population.accounts
        if account.key in formers and not is_protected(account, setting)
    ]
    return search(rules, (here, gone), free, answers, former)


def _left_behind(population: Population) -> set[str]:
    """Return the accounts of people who left, and of those whose row is missing."""
    read = {record.key for record in population.records} | set(population.repeated)
    return {
        link.native_id
        for link in population.links
        if is_former(link.leave) or (link.key not in read and not is_computed(link.key))
    }


def _account_of(link: Link | None, key: str, matches: Matches) -> tuple[str, str]:
    if link is not None:
        return link.native_id, ""
    return matches.linked.get(key, ("", ""))


def _compose_absent(
    world: World,
    population: Population,
    by_native: Mapping[str, Record],
    around: tuple[Setting, Collection[str]],
    walk: Walk,
) -> None:
    """Compose linked people whose row is missing, and those whose key is not usable.

    Args:
        world: for what makes a leaver.
        population: both sides.
        by_native: the accounts.
        around: what composing needs, and the accounts about which a question is open.
        walk: what is written into.
    """
    setting, asked = around
    rules = setting.rules
    keys = {record.key for record in population.records}
    for link in sorted(population.links, key=lambda item: item.key):
        if link.key in keys:
            continue
        absence = population.absences.get(link.key)
        usable = link.key not in population.repeated
        proven = usable and is_gone_for_good(world, link, absence, asked)
        overrides = world.overrides.get((rules.object_type, link.key), ())
        standing = absent_standing(
            link, by_native.get(link.native_id), overrides, absence if proven else None
        )
        walk.enter(setting, standing, compose(standing, setting))
