"""A source that is made of other sources: its records are people.

Everything behind it works as with any other source. It is complete only if every one of its
sources is; each is read, counted and believed or not by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from provisor.domain.person import (
    PERSON,
    Joining,
    PersonQuestion,
    Ref,
    WordKind,
    record_name,
)
from provisor.domain.record import Record, Values, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from provisor.domain.scope import attributes_of_condition
from provisor.domain.tie_pages import owners_about, ties_of
from provisor.engine.collect import as_pairs, as_records, row_count
from provisor.engine.people.feeds import Feed, FeedRead, read_feed
from provisor.engine.people.people_events import people_correlated, system_observed
from provisor.engine.people.people_look import PeopleLook, look_at_people, only_one, plain
from provisor.errors import LeaseHeld, Unsupported, WatermarkRefused
from provisor.ports.clock import Clock
from provisor.ports.connector import (
    Candidate,
    Capabilities,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)
from provisor.ports.people import Alike, PeopleNews, Portrait, RememberedPeople
from provisor.ports.store import Observation, Store

if TYPE_CHECKING:
    from provisor.engine.people.people_columns import ColumnLook

COLUMNS_FROM_ROWS = 20_000
GROUP = "group"
"""The attribute under which a group of one of the sources carries its key."""
_USERS = ObjectType.USERS
_NOBODY = RememberedPeople((), (), 0)


@dataclass(slots=True)
class _Held:
    """What the last reads found, until it is kept."""

    look: PeopleLook | ColumnLook | None = None
    remembered: RememberedPeople = _NOBODY
    """What the look stands on."""
    news: PeopleNews | None = None
    observations: list[Observation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Whose every record is."""

    owners: Mapping[Ref, str]
    """Of every record, those included that were read for the first time, or are in question."""
    rules: Mapping[Ref, str]
    """By which rule each came to its person; those in question left out."""
    kept: Collection[Ref]
    """The records of which it is kept whose they are."""
    retired: Collection[str]
    """Keys of people that are part of somebody else now."""
    newest: int
    """The newest page of ties that this is taken from."""
    doubt: str = ""
    """Why the read was not complete."""


class JoinedSource:
    """People over several sources, as a connector."""

    def __init__(
        self,
        name: str,
        joining: Joining,
        feeds: Sequence[Feed],
        store: Callable[[], Store],
        clock: Clock,
        zone: tzinfo = UTC,
    ) -> None:
        self._name = name
        self.joining = joining
        self._feeds = tuple(feeds)
        self._store = store
        self._clock = clock
        self._zone = zone
        self._held = _Held()
        self.sources = tuple(feed.system for feed in feeds)
        self.columns_from_rows = COLUMNS_FROM_ROWS
        """From so many records on they are looked at in columns."""

    # --- what it is -----------------------------------------------------------------------------

    def describe(self) -> Description:
        """Return the attributes of all sources together."""
        return Description(dict(self._schemas()), Capabilities())

    def _schemas(self) -> Iterator[tuple[ObjectType, ObjectSchema]]:
        known = {one.name: one for feed in reversed(self._feeds) for one in feed.attributes()}
        people = (Attribute(PERSON, case_exact=True), *(known[name] for name in sorted(known)))
        is_open = any(_is_open(feed, _USERS) for feed in self._feeds)
        yield _USERS, ObjectSchema(_USERS, people, open=is_open, key=PERSON)
        groups = [one for feed in self._feeds if (one := feed.schema(ObjectType.GROUPS))]
        if groups:
            named = {one.name: one for schema in reversed(groups) for one in schema.attributes}
            columns = (Attribute(GROUP, case_exact=True), *(named[n] for n in sorted(named)))
            is_open = any(schema.open for schema in groups)
            kind = ObjectType.GROUPS
            yield kind, ObjectSchema(kind, columns, open=is_open, key=GROUP)
        members = [one for feed in self._feeds if (one := feed.schema(ObjectType.MEMBERSHIPS))]
        if members:
            yield ObjectType.MEMBERSHIPS, members[0]

    def probe(self) -> Health:
        """Ask every source."""
        found = [(feed.system, feed.connector.probe()) for feed in self._feeds]
        return Health(
            reachable=all(health.reachable for _, health in found),
            allowed=all(health.allowed for _, health in found),
            found="; ".join(f"{system}: {health.found}" for system, health in found),
        )

    def close(self) -> None:
        """Do nothing: the sources are closed by those who opened them."""

    # --- reading --------------------------------------------------------------------------------

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Read every source, and yield people, or the groups and memberships of all sources.

        Raises:
            WatermarkRefused: what changed in people can be told only by reading everything.
        """
        if request.since is not None:
            raise WatermarkRefused("people are read as a whole", where=f"system {self._name}")
        if request.object_type is _USERS:
            yield from self._people(request)
        else:
            yield from self._passed(request)

    def _people(self, request: ReadRequest) -> Iterator[ReadItem]:
        needed = self._needed(request.attributes)
        reads = self._read(_USERS, needed)
        remembered = self._store().people.remembered(self._name, _USERS)
        look = self._look(reads, remembered)
        whole = all(one.complete for one in look.observations)
        news = PeopleNews(
            remembered.newest,
            look.new_ties(),
            look.all_forms() if remembered.crowded else look.new_forms(),
            whole=remembered.crowded,
        )
        self._held = _Held(look, remembered, news if whole else None, list(look.observations))
        for page in look.pages(request.attributes):
            yield Page(page)
        yield self._end(reads, look.observations, self._strange(reads))

    def _look(self, reads: Sequence[FeedRead], kept: RememberedPeople) -> PeopleLook | ColumnLook:
        moment, retired = Moment(self._clock.now(), self._zone), frozenset(self._merged())
        if sum(row_count(one.gathered) for one in reads) >= self.columns_from_rows:
            # Columns cost half a second before they begin.
            from provisor.engine.people.people_columns import look_in_columns

            found = look_in_columns(self.joining, reads, kept, retired, moment)
            if found is not None:
                return found
        ties = ties_of(self.joining.rules, kept.ties, kept.forms, retired)
        return look_at_people(self.joining, [plain(one) for one in reads], ties, moment)

    def _needed(self, attributes: Sequence[str]) -> set[str]:
        rules, vouches = self.joining.rules, self.joining.vouches
        needed = set(attributes) - {PERSON}
        needed.update(name for rule in rules for name in rule.attributes)
        return needed | set(attributes_of_condition(vouches))

    def _read(self, object_type: ObjectType, needed: set[str]) -> list[FeedRead]:
        store = self._store()
        return [
            read_feed(feed, object_type, needed, store, self._clock)
            for feed in self._feeds
            if feed.schema(object_type) is not None
        ]

    def _strange(self, reads: Sequence[FeedRead]) -> str:
        """Return which attributes of rules no source has; then nobody could be recognised."""
        offered = [set(one.columns) for one in reads]
        if not all(offered):
            return ""
        known = set().union(*offered)
        missing = sorted(self._needed(()) - known)
        named = ", ".join(f"`{name}`" for name in missing)
        return f"no source has {named}, which `correlate` or `vouches` asks for" if missing else ""

    def _end(
        self, reads: Sequence[FeedRead], observations: Sequence[Observation], strange: str = ""
    ) -> ReadEnd:
        reasons = [f"{one.system}: {one.reason}" for one in observations if not one.complete]
        reasons += [strange] if strange else []
        offered = [one.columns for one in reads]
        columns = {name for own in offered for name in own} if all(offered) else set()
        key = PERSON if observations and observations[0].object_type is _USERS else GROUP
        return ReadEnd(
            complete=not reasons,
            reason="; ".join(reasons),
            columns=tuple(sorted({*columns, key})) if columns else (),
        )

    def _merged(self) -> Mapping[str, str]:
        """Return the keys of those who are a part of somebody else now, each with whose part."""
        words = self._store().people.words(self._name)
        undone = {word.undoes for word in words if word.kind is WordKind.SPLIT}
        merged = [w for w in words if w.kind is WordKind.MERGE and w.id not in undone]
        return {word.other: word.person for word in merged}

    # --- groups and memberships -----------------------------------------------------------------

    def _passed(self, request: ReadRequest) -> Iterator[ReadItem]:
        members = request.object_type is ObjectType.MEMBERSHIPS
        reads = self._read(request.object_type, set(request.attributes) - {GROUP})
        owners = self._owners() if members else {}
        observations = []
        for read in map(plain, reads):
            system = read.feed.system
            if members:
                pairs, measure = as_pairs(read.gathered)
                rows: list[Values] = [
                    {"group": f"{system}:{group}", "member": _member(owners, (system, member))}
                    for group, member in pairs
                ]
                rows += [{"group": "", "member": ""}] * (measure.rows - len(pairs))
            else:
                found = as_records(read.gathered, read.asked)
                measure = found.measure
                rows = [_group_row(system, one) for one in found.records]
                twice = found.repeated.items()
                rows += [{GROUP: f"{system}:{key}"} for key, n in twice for _ in range(n)]
                rows += [{GROUP: ""}] * found.unkeyed
            observations.append(read.judged(measure))
            yield Page(rows)
        self._held.observations += observations
        yield self._end(reads, observations)

    def _owners(self) -> Mapping[Ref, str]:
        if self._held.look is not None:
            return self._held.look.owners()
        remembered = self._store().people.remembered(self._name, _USERS)
        return ties_of(self.joining.rules, remembered.ties, ()).persons

    # --- what is kept ---------------------------------------------------------------------------

    def keep(self, actor: str) -> None:
        """Make durable what the last reads found: who is who, and what was read where.

        Raises:
            LeaseHeld: somebody else read these sources meanwhile, and found out something else.
        """
        held, store, now = self._held, self._store(), self._clock.now()
        events = [system_observed(one, actor) for one in held.observations]
        store.observations.add(held.observations, events)
        held.observations = []
        news, look = held.news, held.look
        if news is None or look is None:
            return
        held.news = None
        told = [people_correlated(self._name, look.count_ties(), actor, now)] if news.ties else []
        if not store.people.keep(self._name, _USERS, news, now, told) and not self._agrees(look):
            raise LeaseHeld(
                "another run read the same sources at the same time, and found other people",
                where=f"system {self._name}",
                safe="nothing was planned and nothing was written",
                next="run it again",
            )

    def _agrees(self, look: PeopleLook | ColumnLook) -> bool:
        remembered = self._store().people.remembered(self._name, _USERS)
        return look.agrees(ties_of(self.joining.rules, remembered.ties, ()).persons)

    # --- what is told ---------------------------------------------------------------------------

    def survey_people(self, attributes: Sequence[str] = ()) -> Whereabouts:
        """Read everybody, keep nothing, and return whose every record is.

        Args:
            attributes: to read besides those that say who is who.
        """
        for _ in self.read(ReadRequest(_USERS, tuple(attributes))):
            pass
        look, remembered = self._held.look, self._held.remembered
        ties = ties_of(self.joining.rules, remembered.ties, ())
        if look is None:
            raise TypeError("a read of people is a look at them")
        doubts = [f"{o.system}: {o.reason}" for o in look.observations if not o.complete]
        retired, doubt = self._merged().keys(), "; ".join(doubts)
        newest = remembered.newest
        return Whereabouts(look.owners(), look.rules(), ties.persons, retired, newest, doubt)

    def person_of(self, name: str) -> str | None:
        """Return the key of the person whom a key of a source names, or once named."""
        found = self._called(name)
        if found is not None:
            return found
        merged = self._merged()
        while name in merged:
            name = merged[name]
            found = name
        return found

    def _called(self, name: str) -> str | None:
        if self._held.look is not None:
            return self._held.look.person_of(name)
        remembered = self._store().people.remembered(self._name, _USERS)
        return only_one(name, owners_about(remembered.ties, name))

    def portrait(self, key: str) -> Portrait | None:
        """Return one person as the last read showed them."""
        return self._held.look.portrait(key) if self._held.look is not None else None

    def questions(self) -> Mapping[str, PersonQuestion]:
        """Return what only people can say, as the last read showed it."""
        return self._held.look.questions() if self._held.look is not None else {}

    def alike(self) -> tuple[Alike, ...]:
        """Return known people whom a rule that decides takes for one."""
        found = self._held.look.alike() if self._held.look is not None else ()
        apart = _apart(self._store(), self._name)
        return tuple(one for one in found if not _is_settled(one, apart))

    # --- what it is not -------------------------------------------------------------------------

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Refuse: nobody is looked up over several sources.

        Raises:
            Unsupported: always.
        """
        del candidate
        raise Unsupported("people are read as a whole; nobody is looked up", where=self._name)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Refuse: it is a source.

        Raises:
            Unsupported: always.
        """
        del work, pace
        raise Unsupported("a joined system is only read", where=self._name)


def _is_open(feed: Feed, object_type: ObjectType) -> bool:
    schema = feed.schema(object_type)
    return schema is not None and schema.open


def _member(owners: Mapping[Ref, str], ref: Ref) -> str:
    return owners.get(ref, record_name(ref))


def _group_row(system: str, record: Record) -> Values:
    return {**record.values, GROUP: f"{system}:{as_text(record.key)}"}


def _apart(store: Store, system: str) -> frozenset[frozenset[str]]:
    words = store.people.words(system)
    return frozenset(
        frozenset((word.person, word.other)) for word in words if word.kind is WordKind.SPLIT
    )


def _is_settled(one: Alike, apart: frozenset[frozenset[str]]) -> bool:
    return len(one.persons) == 2 and frozenset(one.persons) in apart
