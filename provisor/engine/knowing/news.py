"""What changed on both sides since the last plan, as their deltas tell it.

Enters: the watermarks of the last plan. Leaves: `News`, or why only a full read can help.
A delta that is not believed is never taken for one without changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.completeness import too_many_unusable
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values, as_text
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.collect_delta import Told, gather_delta
from provisor.engine.job import Job
from provisor.engine.requests import Request, requests_of
from provisor.errors import TargetProblem
from provisor.ports.connector import Candidate, Deltas, ReadRequest, find_many
from provisor.ports.knowledge import Cycle, Place
from provisor.ports.store import Observation


@dataclass(slots=True)
class News:
    """What both sides told, laid over what was known."""

    objects: dict[Place, dict[str, Values | None]] = field(default_factory=dict)
    """By key what an object is now; None for one that is gone."""
    said: dict[ObjectType, set[str]] = field(default_factory=dict)
    """Keys of source records of which the source itself said that they are gone."""
    joined: dict[Side, set[Pair]] = field(default_factory=dict)
    parted: dict[Side, set[Pair]] = field(default_factory=dict)
    regrouped: dict[Side, dict[str, frozenset[str]]] = field(default_factory=dict)
    """Groups whose members are told whole."""
    observations: list[Observation] = field(default_factory=list)
    watermarks: dict[Place, str] = field(default_factory=dict)
    repeated: dict[ObjectType, dict[str, int]] = field(default_factory=dict)
    """Keys of the source that stand in several rows now, with how many."""
    unkeyed: dict[ObjectType, int] = field(default_factory=dict)
    """Rows of the source without a key, as far as they were told."""
    looked_up: int = 0
    """Objects that were asked for one by one."""

    @property
    def rows(self) -> int:
        """How much was read."""
        return sum(one.rows for one in self.observations) + self.looked_up

    def tell(self, place: Place, records: Iterable[Record], gone: Iterable[str]) -> None:
        """Lay objects over what was known of them."""
        known = self.objects.setdefault(place, {})
        known.update(dict.fromkeys(gone))
        known.update({record.key: record.values for record in records})


def read_news(job: Job, cycle: Cycle) -> News | str:
    """Read what changed since the last plan.

    Returns:
        The news; or, as a sentence, why both sides have to be read as a whole.

    Cost: what the connectors ask for the changes alone.
    """
    news = News(
        watermarks=dict(cycle.watermarks),
        repeated={kind: dict(own) for kind, own in cycle.repeated.items()},
        unkeyed=dict(cycle.unkeyed),
    )
    for request in requests_of(job):
        since = cycle.watermarks.get(request.place)
        if since is None:
            continue
        told = gather_delta(
            request.connector,
            request.system,
            replace(request.read, since=since),
            request.key,
            job.clock,
            job.progress,
        )
        if told.reason:
            return f"{request.system} {request.read.object_type}: {told.reason}"
        problem = _take(request, told, news) or _too_many(job, cycle, request, told, news)
        if problem:
            return problem
        job.reached(f"{request.side}.read")
    return news


def _take(request: Request, told: Told, news: News) -> str:
    side, object_type = request.place
    if object_type is ObjectType.MEMBERSHIPS:
        news.joined.setdefault(side, set()).update(told.pairs)
        news.parted.setdefault(side, set()).update(told.parted)
        news.regrouped.setdefault(side, {}).update(_whole_groups(told))
    else:
        news.tell(request.place, told.records, {*told.gone, *told.repeated})
        if side is Side.SOURCE:
            news.said.setdefault(object_type, set()).update(told.gone)
            _count_rows(request, told, news)
        try:
            found = _looked_up(request, told.hinted | _doubtful(request, news))
        except TargetProblem as problem:
            return f"{request.system} {object_type}: {problem.what}"
        for key, records in found.items():
            news.tell(request.place, *((records, ()) if len(records) == 1 else ((), (key,))))
            if len(records) > 1 and side is Side.TARGET:
                return f"{request.system} {object_type}: several objects have one key"
            if side is Side.SOURCE:
                _count_again(news.repeated.setdefault(object_type, {}), key, len(records))
        news.looked_up += len(found)
    if told.end.watermark is not None:
        news.watermarks[request.place] = told.end.watermark
    news.observations.append(_observation(request, told))
    return ""


# --- rows that are set aside ------------------------------------------------------------------


def _count_rows(request: Request, told: Told, news: News) -> None:
    """Keep in how many rows keys of the source stand: a delta shows every row of a key, or none."""
    kind = request.read.object_type
    repeated = news.repeated.setdefault(kind, {})
    for key in (*(record.key for record in told.records), *told.gone):
        repeated.pop(key, None)
    repeated.update(told.repeated)
    # Who has no key cannot be asked for again, so a full read alone says that there are fewer.
    news.unkeyed[kind] = max(news.unkeyed.get(kind, 0), told.unkeyed)


def _count_again(repeated: dict[str, int], key: str, rows: int) -> None:
    repeated.pop(key, None)
    if rows > 1:
        repeated[key] = rows


def _doubtful(request: Request, news: News) -> set[str]:
    """Return the keys of the source that stood in several rows: each is asked for in every cycle.

    That a second row is gone is told by no row, so a delta would never end it.
    """
    finds = request.connector.describe().capabilities.finds
    if request.side is Side.TARGET or not finds:
        return set()
    return set(news.repeated.get(request.read.object_type, ()))


def _too_many(job: Job, cycle: Cycle, request: Request, told: Told, news: News) -> str:
    """Return why not even the other rows are believed, by the guard of a full read."""
    side, object_type = request.place
    unusable = sum(told.repeated.values()) + told.unkeyed
    if side is Side.TARGET:
        why = f"{unusable} rows of the delta have a repeated or empty key" if unusable else ""
    else:
        if object_type is not ObjectType.MEMBERSHIPS:
            unusable = sum(news.repeated[object_type].values()) + news.unkeyed[object_type]
        rows = cycle.records[object_type].seen if object_type in cycle.records else 0
        why = too_many_unusable(unusable, rows, job.rules.guard)
    return f"{request.system} {object_type}: {why}" if why else ""


def _whole_groups(told: Told) -> dict[str, frozenset[str]]:
    """Return every member of the groups that are told whole; of an empty one none."""
    inside: dict[str, set[str]] = {group: set() for group in told.regrouped}
    for group, member in told.pairs if inside else ():
        if group in inside:
            inside[group].add(member)
    return {group: frozenset(members) for group, members in inside.items()}


def _looked_up(request: Request, wanted: Collection[str]) -> Mapping[str, tuple[Record, ...]]:
    """Ask for everybody of whom the delta does not say what they are now."""
    if not wanted:
        return {}
    keys = sorted(wanted)
    answers = find_many(request.connector, [_candidate(request, key) for key in keys])
    return {
        key: tuple(Record(key, one.values) for one in _exactly(request, key, found))
        for key, found in zip(keys, answers, strict=True)
    }


def _exactly(request: Request, key: str, found: Iterable[Record]) -> list[Record]:
    """Leave out of the source's answer who has another spelling of the key: a full read does."""
    if request.side is Side.TARGET:
        return list(found)
    return [one for one in found if as_text(one.values.get(request.key)) == key]


def _candidate(request: Request, key: str) -> Candidate:
    attributes = request.read.attributes
    if request.side is Side.TARGET:
        return Candidate(request.read.object_type, native_id=key, attributes=attributes)
    named = (request.key, key)
    return Candidate(request.read.object_type, match=named, attributes=attributes)


def _observation(request: Request, told: Told) -> Observation:
    """A delta proves nothing about who is not in it, so it is no complete read."""
    return Observation(
        id=secrets.token_hex(16),
        system=request.system,
        object_type=request.read.object_type,
        started_at=told.started_at,
        ended_at=told.ended_at,
        pages=0,
        rows=told.measure.rows,
        declared_total=None,
        complete=False,
        reason="only what changed was read",
        digest=told.measure.digest,
        version=told.end.version,
        watermark=told.end.watermark,
        columns=(),
    )


def look_again(job: Job, request: ReadRequest, natives: Iterable[str]) -> dict[str, Values | None]:
    """Ask the target for some accounts as they are now.

    Raises:
        TargetProblem: it does not answer.
    """
    wanted = sorted(set(natives))
    candidates = [
        Candidate(request.object_type, native_id=native, attributes=request.attributes)
        for native in wanted
    ]
    answers = find_many(job.target, candidates)
    return {
        native: found[0].values if found else None
        for native, found in zip(wanted, answers, strict=True)
    }


def tells_changes(job: Job, place: Place) -> bool:
    """Say whether a side tells what changes in objects of a type."""
    side, object_type = place
    connector = job.source if side is Side.SOURCE else job.target
    return connector.describe().capabilities.deltas_of(object_type) is not Deltas.NONE
