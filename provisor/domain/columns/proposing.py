"""The columnar executor: the proposal of `provisor.domain.proposing`, for many records at once.

Columns find with whom something is to be done or decided; those few become standings and are
composed by the same code, in the same order. Everybody else is counted in bulk.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from provisor.domain.answering import Answers, answers_of, search
from provisor.domain.columns.absences import absentees, learnt_of
from provisor.domain.columns.beginning import beginning_of
from provisor.domain.columns.births import Births
from provisor.domain.columns.casting import Cast, joined
from provisor.domain.columns.computing import with_computed
from provisor.domain.columns.enrolling import enrol
from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER, marked, nowhere
from provisor.domain.columns.matching import FreeAccounts, free_accounts, leavers_in_question
from provisor.domain.columns.meeting import meeting
from provisor.domain.columns.membering import Settled, settled_columns
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.newcomers import Newcomers, newcomers_of
from provisor.domain.columns.parted import Parted
from provisor.domain.columns.quiet import Peace, Quiet, left_in_peace
from provisor.domain.columns.referring import refer
from provisor.domain.columns.scene import Scene, scene_of
from provisor.domain.columns.sifting import Sifted, counts, sift
from provisor.domain.columns.taking import ShownByColumns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.composed import Composed
from provisor.domain.composing import compose
from provisor.domain.ledger import Ledger
from provisor.domain.lifecycle import judge_all
from provisor.domain.mapping import Mapped, flowing, map_values
from provisor.domain.matching import Matches, Seeker
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Proposal
from provisor.domain.proposing import Walk
from provisor.domain.question import natives_in
from provisor.domain.record import Record
from provisor.domain.rivalry import without_rivals
from provisor.domain.roster import Roster
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType
from provisor.domain.seeking import leaver_seekers, seeker_of
from provisor.domain.standing import Setting, Standing, setting_of
from provisor.domain.standings import (
    absent_standing,
    is_gone_for_good,
    question_of,
)
from provisor.domain.world import Assign, World

Beyond = Quiet | Parted | None


def propose(columns: ColumnWorld, assign: Assign) -> Proposal:
    """Work out what must be done, column by column.

    Args:
        columns: everything that is known.
        assign: gives identity ids to keys that have no link.

    Returns:
        What `provisor.domain.proposing.propose` returns for the same world.

    Cost: some passes over each column that the rules use, and the cost of the object executor for
        each record with which something is to be done.
    """
    return plan_columns(columns, assign).proposal


@dataclass(frozen=True, slots=True)
class PlannedColumns:
    """A proposal with the world and the pass that it came from."""

    columns: ColumnWorld
    walk: Walk
    settled: Mapping[ObjectType, Settled]
    outside: Mapping[ObjectType, pl.Series]
    """Records that nobody looked at one by one, and that are out of scope; masks."""
    proposal: Proposal
    peace: Mapping[ObjectType, Peace] = field(default_factory=dict)
    """Of the types that are remembered by fingerprints: what came of it."""


def plan_columns(
    columns: ColumnWorld, assign: Assign, parted: Mapping[ObjectType, Parted] | None = None
) -> PlannedColumns:
    """Work out what must be done, and keep what was said of everybody on the way.

    `parted` tells of those who were left in peace part by part, and are not in `columns`.
    """
    columns, computed = with_computed(columns)
    world = columns.world
    outside: dict[ObjectType, pl.Series] = {}
    peace: dict[ObjectType, Peace] = {}
    walk = Walk(Ledger(world.rules), Roster())
    settled: dict[ObjectType, Settled] = {}
    for object_type in (ObjectType.USERS, ObjectType.GROUPS):
        rules = world.rules.objects.get(object_type)
        if rules is None or object_type not in columns.populations:
            continue
        stage = _staged(columns, object_type, walk, (parted or {}).get(object_type))
        settled[object_type] = stage.propose(assign)
        outside[object_type] = stage.outside
        if stage.peace is not None:
            peace[object_type] = stage.peace
    referrals = refer(columns, settled, walk.roster)
    if world.rules.memberships is None or ObjectType.GROUPS not in world.rules.objects:
        proposal = walk.ledger.proposal(None, referrals)
        return PlannedColumns(columns, walk, settled, outside, proposal, peace)
    enrolment = enrol(columns, settled, walk.roster, walk.ledger.leftovers(), computed)
    proposal = walk.ledger.proposal(enrolment, referrals)
    return PlannedColumns(columns, walk, settled, outside, proposal, peace)


def _staged(columns: ColumnWorld, object_type: ObjectType, walk: Walk, parted: Beyond) -> _Stage:
    """Judge one object type, without those who are left in peace."""
    world = columns.world
    rules = world.rules.objects[object_type]
    overruled = {key for kind, key in world.overrides if kind is object_type}
    quiet = parted
    if parted is None:
        columns, quiet = left_in_peace(columns, object_type, overruled)
    neighbours = Neighbours(columns, object_type)
    population, around = columns.populations[object_type], world.circumstances
    scene = scene_of(rules, world.rules, population, overruled, neighbours, around)
    return _Stage(world, scene, walk, neighbours, quiet)


class _Stage:
    """One object type of one cycle."""

    def __init__(
        self,
        world: World,
        scene: Scene,
        walk: Walk,
        neighbours: Neighbours,
        quiet: Beyond = None,
    ) -> None:
        self._world = world
        self._neighbours = neighbours
        self._scene = scene
        self._rules, self._population = scene.rules, scene.population
        self._walk, self._quiet = walk, quiet
        self.peace: Peace | None = None
        self.outside = nowhere(scene.population.source.height)
        """Records that are not looked at one by one, and out of scope; a mask."""
        shown = ShownByColumns(scene.population) if quiet is None else quiet.shown()
        self._setting: Setting = setting_of(scene.rules, world, shown)

    def propose(self, assign: Assign) -> Settled:
        """Write down everything about this object type; return who is settled."""
        sifted = sift(self._scene, self._world.now)
        self._open()
        fresh = newcomers_of(self._scene, sifted.fresh)
        sifted, arrived = replace(sifted, fresh=()), self._marked(fresh.records)
        cast = self._cast(sifted.composed, sifted.mapped)
        identities = self._identities(cast, sifted, fresh, assign)
        births, doubtful = self._births(fresh, identities)
        # Their columns are large where everybody is new, and not needed any more.
        del fresh
        cast = joined(cast, self._cast(self._marked(doubtful.records), set(doubtful.listing.keys)))
        mapped = self._mapped(cast, sifted, doubtful)
        matches, adopted = self._match(cast, sifted, identities, mapped)
        found = self._matched_leavers(sifted, matches)
        cast = joined(cast, self._cast(found, ()))
        self._compose(cast, (identities, mapped, matches, adopted), births)
        asked = natives_in(matches.questions.values())
        absent = absentees(self._scene, self._world, identities.values(), asked)
        self._compose_absent(absent.open, asked)
        learnt = learnt_of(self._scene, sifted.learnt, absent, self._world.now)
        self._walk.ledger.remember(self._rules.object_type, learnt)
        looked_at = sifted.composed | found | arrived
        records, accounts = counts(self._scene, sifted, looked_at)
        self.outside = ~looked_at & (self._scene.gone | sifted.ignored)
        settled = settled_columns(self._scene, sifted, absent.settled, self._world.now)
        accounts["unchanged"] += len(settled.absent)
        self._walk.ledger.count_many(self._rules.object_type, records, accounts)
        self._count_leftovers(matches)
        return self._spread(settled, sifted)

    def _spread(self, part: Settled, sifted: Sifted) -> Settled:
        """Return who is settled, those who were left in peace among them."""
        if self._quiet is None:
            return part
        self._walk.ledger.count_many(self._rules.object_type, *self._quiet.counts())
        self.peace = self._quiet.peace_of(self._scene, sifted)
        self.outside = self._quiet.outside_of(self.outside)
        return self._quiet.settled_of(part)

    def _open(self) -> None:
        population, object_type = self._population, self._rules.object_type
        source = population.source
        heights = source.height, population.target.height, population.links.frame.height
        records, accounts, links = heights if self._quiet is None else self._quiet.heights()
        unusable = sum(source.repeated.values()) + source.unkeyed
        self._walk.ledger.open(object_type, (records + unusable, accounts), links)
        self._walk.ledger.set_aside(object_type, source.repeated, source.unkeyed)

    def _overrides(self, key: str) -> tuple[Override, ...]:
        return self._world.overrides.get((self._rules.object_type, key), ())

    def _cast(self, chosen: pl.Series, here: Collection[str]) -> Cast:
        """Take records out of the columns, in order of their keys.

        Args:
            chosen: which ones; a mask.
            here: keys of people who are known to be here.
        """
        source = self._population.source
        numbers = chosen.arg_true().cast(NUMBER)
        numbers = numbers.gather(source.keys.gather(numbers).arg_sort())
        records = source.records(numbers)
        asked = [record for record in records if record.key not in here]
        around = self._neighbours.around(asked)
        judged = judge_all(self._rules, asked, self._overrides, around)
        chosen_links = self._scene.link.gather(numbers).drop_nulls()
        links = {link.key: link for link in self._population.links.links(chosen_links)}
        return Cast(records, judged, links, self._accounts(chosen_links))

    def _marked(self, records: pl.Series) -> pl.Series:
        return marked(records, self._population.source.height)

    def _identities(
        self, cast: Cast, sifted: Sifted, fresh: Newcomers, assign: Assign
    ) -> Mapping[str, str]:
        keys = [record.key for record in cast.unlinked() if cast.is_sought(record)]
        keys += self._population.source.keys.filter(sifted.seeking).to_list()
        keys += fresh.listing.keys.to_list()
        return assign(self._rules.object_type, keys)

    def _births(self, fresh: Newcomers, identities: Mapping[str, str]) -> tuple[Births, Newcomers]:
        """Part newcomers with whom nothing is in doubt from the others."""
        own = [identities[key] for key in fresh.listing.keys.to_list()]
        ids = pl.Series(own, dtype=pl.String)
        begun = beginning_of(fresh, self._setting, ids)
        doubt = begun.doubt
        if fresh.height:
            known = ~self._population.is_linked_account() | self._population.left_behind()
            numbers = (known & ~self._scene.protected).arg_true()
            accounts = free_accounts(self._population.target, numbers, self._rules)
            doubt |= meeting(fresh, ids, self._rules, accounts)
        plain = fresh.some(~doubt)
        own = ids.filter(~doubt).to_list()
        return Births(plain, begun.some(~doubt), self._setting, own), fresh.some(doubt)

    def _mapped(self, cast: Cast, sifted: Sifted, doubtful: Newcomers) -> dict[str, Mapped]:
        """Map everybody who is here and of whom columns did not say enough."""
        always = flowing(self._rules)
        schema, around = self._rules.schema, self._world.circumstances
        mapped = {**sifted.mapped, **doubtful.mapped(self._rules)}
        mapped |= {key: Mapped({}, problem) for key, problem in cast.judged.undecided.items()}
        for record in cast.records:
            if record.key not in cast.judged.departures and record.key not in mapped:
                values = {**record.values, SOFT_DELETED: False}
                mapped[record.key] = map_values(always, values, schema, around)
        return mapped

    # --- matching -----------------------------------------------------------------------------

    def _match(
        self,
        cast: Cast,
        sifted: Sifted,
        identities: Mapping[str, str],
        mapped: Mapping[str, Mapped],
    ) -> tuple[Matches, Mapping[str, Record]]:
        """Match the unlinked; return the answer and the accounts that it may name."""
        unlinked = cast.unlinked()
        if not unlinked and not sifted.seeking.any():
            return Matches(), {}
        numbers = (~(self._population.is_linked_account() | self._scene.protected)).arg_true()
        free = free_accounts(self._population.target, numbers, self._rules)
        answers = self._answers(unlinked, free, identities)
        here = [
            seeker_of(self._rules, r, mapped[r.key], identities[r.key])
            for r in unlinked
            if r.key in mapped and mapped[r.key].problem is None
        ]
        gone = [r for r in unlinked if r.key in cast.judged.departures and cast.is_sought(r)]
        gone += self._leavers(sifted, identities, free)
        left = leaver_seekers(self._rules, [(r, identities[r.key]) for r in gone])
        accounts = free.sought_by([*here, *left], self._rules)
        former = self._former(here)
        matches = search(self._rules, (here, left), accounts, answers, former)
        accounts += free.records({native for native, _ in answers.linked.values()})
        return matches, {account.key: account for account in accounts}

    def _former(self, here: Sequence[Seeker]) -> list[Record]:
        """Return accounts that were left behind, and could be of somebody here."""
        formers = self._population.left_behind() & ~self._scene.protected
        if not (here and formers.any()):
            return []
        free = free_accounts(self._population.target, formers.arg_true(), self._rules)
        return free.sought_by(here, self._rules)

    def _answers(
        self, unlinked: Sequence[Record], free: FreeAccounts, identities: Mapping[str, str]
    ) -> Answers:
        overruled = [record for record in unlinked if self._overrides(record.key)]
        named = {
            override.value
            for record in overruled
            for override in self._overrides(record.key)
            if override.kind is OverrideKind.LINK and isinstance(override.value, str)
        }
        accounts = {account.key: account for account in free.records(named)}
        return answers_of(self._world, self._rules, overruled, accounts, identities)

    def _leavers(
        self, sifted: Sifted, identities: Mapping[str, str], free: FreeAccounts
    ) -> list[Record]:
        """Return the unlinked leavers who could be matched with a free account."""
        source = self._population.source
        numbers = sifted.seeking.arg_true()
        leavers = source.some(numbers, self._rules.source_attributes())
        ids = pl.Series([identities[key] for key in leavers.keys.to_list()], dtype=pl.String)
        chosen = leavers_in_question(leavers, ids, self._rules, free)
        return source.records(numbers.gather(chosen))

    def _matched_leavers(self, sifted: Sifted, matches: Matches) -> pl.Series:
        """Say which of the unlinked leavers have an account after all."""
        numbers = sifted.seeking.arg_true()
        keys = self._population.source.keys.gather(numbers)
        matched = among(keys, pl.Series(sorted(matches.linked), dtype=pl.String))
        return marked(numbers.filter(matched), self._population.source.height)

    # --- composing ----------------------------------------------------------------------------

    def _compose(
        self,
        cast: Cast,
        told: tuple[Mapping[str, str], Mapping[str, Mapped], Matches, Mapping[str, Record]],
        births: Births,
    ) -> None:
        """Compose who is looked at one by one, among the births of the others.

        Args:
            cast: who is looked at one by one.
            told: identities, what is mapped, what is matched, and the accounts that are adopted.
            births: the accounts of newcomers with whom nothing is in doubt.
        """
        identities, mapped, matches, adopted = told
        staged: list[tuple[Standing, Composed]] = []
        for record in cast.records:
            key = record.key
            births.names.before(key)
            link = cast.links.get(key)
            native, adoption = matches.linked.get(key, ("", "")) if link is None else ("", "")
            standing = Standing(
                key=key,
                identity=link.identity if link is not None else identities.get(key, ""),
                values=record.values,
                departure=cast.judged.departures.get(key),
                mapped=mapped.get(key),
                link=link,
                account=cast.accounts.get(link.native_id) if link else adopted.get(native),
                adoption=adoption,
                overrides=self._overrides(key),
            )
            question = question_of(key, matches)
            staged.append((standing, question or compose(standing, self._setting)))
        staged += births.enter(staged, self._walk)
        for standing, composed in without_rivals(staged, self._setting):
            self._walk.enter(self._setting, standing, composed)

    def _accounts(self, links: pl.Series) -> dict[str, Record]:
        """Return the accounts of some links, by native id."""
        numbers = self._population.ties.account.gather(links).drop_nulls()
        return {record.key: record for record in self._population.target.records(numbers)}

    def _compose_absent(self, absent: pl.Series, asked: Collection[str]) -> None:
        """Compose linked people whose row is missing, and those whose key is not usable."""
        population = self._population
        accounts = self._accounts(absent)
        for link in population.links.links(absent):
            absence = population.absences.get(link.key)
            usable = link.key not in population.source.repeated
            gone = usable and is_gone_for_good(self._world, link, absence, asked)
            account, overrides = accounts.get(link.native_id), self._overrides(link.key)
            standing = absent_standing(link, account, overrides, absence if gone else None)
            self._walk.enter(self._setting, standing, compose(standing, self._setting))

    def _count_leftovers(self, matches: Matches) -> None:
        """Write down the accounts that no link led to; those that were matched are known."""
        population, target = self._population, self._population.target
        absent = population.ties.account.gather(population.absent_links())
        led_to = pl.concat([self._scene.account, absent]).drop_nulls()
        looked_at = {self._rules.schema.name, *self._rules.protection.attributes}
        rest = target.some((~marked(led_to, target.height)).arg_true(), looked_at)
        accounts = rest.records(pl.int_range(rest.height, dtype=NUMBER, eager=True))
        self._walk.ledger.count_leftovers(self._setting, accounts, matches.contested)
