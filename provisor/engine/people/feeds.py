"""The sources of a joined system: each read, named in our words, and believed or not by itself."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.completeness import Before, Expectation, Measure, disbelief
from provisor.domain.event import moment
from provisor.domain.record import Values
from provisor.domain.rules import Guard
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from provisor.engine.collect import Gathered, gather
from provisor.engine.job import Unwatched
from provisor.ports.clock import Clock
from provisor.ports.connector import Connector, ReadRequest
from provisor.ports.store import Observation, Store


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of a joined system."""

    system: str
    connector: Connector
    names: Mapping[str, str] = field(default_factory=dict)
    """Our name of an attribute of people to the source's own."""
    guard: Guard = field(default_factory=Guard)

    def schema(self, object_type: ObjectType) -> ObjectSchema | None:
        """Return what the source holds of a kind; None for nothing."""
        return self.connector.describe().schemas.get(object_type)

    def key(self, object_type: ObjectType) -> str:
        """Return the attribute that is the source's key."""
        schema = self.schema(object_type)
        return schema.key if schema is not None else ""

    def theirs(self, ours: str) -> str:
        """Return the source's own name of an attribute."""
        return self.names.get(ours, ours)

    def ours(self, theirs: Iterable[str]) -> tuple[str, ...]:
        """Return our names of some attributes; one may have several, or none."""
        by_theirs: dict[str, list[str]] = {}
        for our, their in self.names.items():
            by_theirs.setdefault(their, []).append(our)
        taken = self.names.keys()
        found: list[str] = []
        for name in theirs:
            found += by_theirs.get(name, () if name in taken else (name,))
        return tuple(dict.fromkeys(found))

    def attributes(self) -> tuple[Attribute, ...]:
        """Return what is known of people there, in our names."""
        schema = self.schema(ObjectType.USERS)
        known = schema.attributes if schema is not None else ()
        return tuple(replace(one, name=our) for one in known for our in self.ours([one.name]))

    def renamed(self, row: Values) -> Values:
        """Return a row in our names."""
        if not self.names:
            return row
        kept = {name: row[name] for name in row if name not in self.names}
        gone = set(self.names.values()) - self.names.keys()
        kept = {name: value for name, value in kept.items() if name not in gone}
        return kept | {our: row[their] for our, their in self.names.items() if their in row}


@dataclass(frozen=True, slots=True)
class FeedRead:
    """One source as it was read."""

    feed: Feed
    gathered: Gathered
    asked: tuple[str, ...]
    """The source's own names of what was asked for."""
    before: Observation | None
    """The last complete read."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything that the source offers, in our names; empty where it does not say."""
        offered = self.gathered.end.columns
        people = self.gathered.object_type is ObjectType.USERS
        return self.feed.ours(offered) if people else offered

    def judged(self, measure: Measure) -> Observation:
        """Return the read with our judgement of it."""
        gathered, end = self.gathered, self.gathered.end
        reason = disbelief(measure, gathered.claim, _before(self.before), self._expectation())
        return Observation(
            id=secrets.token_hex(16),
            system=gathered.system,
            object_type=gathered.object_type,
            started_at=gathered.started_at,
            ended_at=gathered.ended_at,
            pages=len(gathered.pages),
            rows=measure.rows,
            declared_total=gathered.declared_total,
            complete=not reason,
            reason=reason,
            digest=measure.digest,
            version=end.version,
            watermark=end.watermark,
            columns=end.columns,
            nulls={**(self.before.nulls if self.before is not None else {}), **measure.nulls},
        )

    def _expectation(self) -> Expectation:
        """What was there once has to be there; what never was is nobody's loss."""
        schema = self.feed.schema(self.gathered.object_type)
        known = set(self.before.columns) if self.before is not None else set()
        if self.gathered.object_type is ObjectType.MEMBERSHIPS:
            return Expectation(self.feed.guard, (), allow_empty=True)
        if schema is not None and not schema.open and self.before is None:
            known = set(self.asked)
        return Expectation(
            self.feed.guard,
            sorted(known & set(self.asked)),
            allow_empty=self.gathered.object_type is ObjectType.GROUPS,
        )


def read_feed(
    feed: Feed, object_type: ObjectType, ours: Collection[str], store: Store, clock: Clock
) -> FeedRead:
    """Read one source.

    Args:
        feed: the source.
        object_type: what of it.
        ours: our names of the attributes that are needed; those that it has are asked for, and
            those that it had once.
        store: for the last complete read.
        clock: says when.

    Cost: one full read.
    """
    before = store.observations.last_complete(feed.system, object_type)
    key = feed.key(object_type)
    people = object_type is ObjectType.USERS
    wanted = {feed.theirs(name) for name in ours} if people else set(ours)
    asked = tuple(sorted(_offered(feed, object_type, wanted) | ({key} if key else set())))
    if object_type is ObjectType.MEMBERSHIPS:
        asked = ("group", "member")
    request = ReadRequest(object_type, asked)
    gathered = gather(feed.connector, feed.system, request, key, clock, Unwatched())
    lost = set(before.columns) & wanted if before is not None else set()
    return FeedRead(feed, gathered, tuple(sorted({*asked, *lost})), before)


def _offered(feed: Feed, object_type: ObjectType, wanted: Collection[str]) -> set[str]:
    schema = feed.schema(object_type)
    if schema is None or schema.open:
        return set(wanted)
    return set(wanted) & {one.name for one in schema.attributes}


def _before(observation: Observation | None) -> Before | None:
    if observation is None:
        return None
    return Before(
        observation.rows,
        observation.version,
        observation.nulls,
        observation.columns,
        moment(observation.ended_at),
    )


def attributes_known(feeds: Iterable[Feed]) -> frozenset[str] | None:
    """Return every attribute of people that sources have; None where one does not say."""
    found: set[str] = set()
    for feed in feeds:
        schema = feed.schema(ObjectType.USERS)
        if schema is None or schema.open:
            return None
        found.update(one.name for one in feed.attributes())
    return frozenset(found)
