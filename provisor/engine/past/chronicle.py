"""What a look saw, for the history: everything once per chapter, and then what changed.

Enters: a survey. Leaves: a `Looked`, which is kept in the transaction of the observations.
Never: a value that the job's rules do not ask for; secrets are not among those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from provisor.domain.link import LINK_COLUMNS
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.knowing.news import News, tells_changes
from provisor.engine.objectwise import ObjectAssembly
from provisor.engine.past.bodies import body_of
from provisor.engine.past.picture import Picture, PlainPicture, picture_of_pairs, picture_of_records
from provisor.engine.requests import Request, requests_of
from provisor.ports.history import (
    SAID_GONE,
    Aside,
    Feed,
    History,
    Looked,
    Recorded,
    Sight,
    Strand,
    Turned,
)
from provisor.ports.knowledge import Cycle
from provisor.ports.store import Observation

Shown = tuple[Side, Observation, Observation | None]
"""A read, and the last complete one before it."""

KEEPS_NONE: Final = "no history is kept"
IN_PARTS: Final = "both sides went through memory part by part, and of parts no rows are kept"

CHAPTERS: Final = 8
"""A chapter lasts the part of what is kept, so that nothing older is ever needed."""
LONGEST_CHAPTER: Final = timedelta(days=30)
_LIGHT: Final = 1_000
"""So many changes are nothing, however few rows there are."""


def feed_of(request: Request) -> Feed:
    """Return under which feed the rows of a read are kept."""
    read = request.read
    attributes = tuple(sorted(read.attributes))
    return Feed(request.system, read.object_type, attributes, key=request.key)


def links_of(target: str, object_type: ObjectType) -> Feed:
    """Return under which feed the links of a target are kept."""
    return Feed(target, object_type, tuple(sorted(LINK_COLUMNS)), Strand.LINKS, "identity")


def saw_all(job: Job, assembly: Assembly, shown: Sequence[Shown], turn: int) -> Looked | None:
    """Return what a look at both sides keeps; None where no history is kept, or left to delete.

    What is too old goes with every look, also with one of which nothing is kept.

    Args:
        job: whose look.
        assembly: with all rows.
        shown: the reads.
        turn: of the knowledge that the look renews.

    Cost: where a read has another digest than the last one, a pass over its rows and over those
        of the chapter; one row per change.
    """
    at = max(one.ended_at for _, one, _ in shown)
    oldest = at - timedelta(days=job.history.days)
    expired = job.store.history.expired(oldest)
    if not job.history.days and not expired:
        return None
    fault = _why_nothing(job, assembly, shown)
    feeds: tuple[Recorded, ...] = ()
    if not fault:
        gone = frozenset((one.feed, one.look) for one in expired)
        writer = _Writer(job, assembly, at, gone)
        feeds = (*writer.reads(shown), *writer.links())
    return Looked(
        job.rules.job,
        turn,
        at,
        full=True,
        fault=fault,
        feeds=feeds,
        expired=expired,
        forget_before=oldest,
    )


def _why_nothing(job: Job, assembly: Assembly, shown: Sequence[Shown]) -> str:
    """Return why nothing of a look is kept; empty when it is."""
    if not job.history.days:
        return KEEPS_NONE
    doubts = [one for _, one, _ in shown if not one.complete]
    if doubts:
        return "; ".join(f"{one.system} {one.object_type.value}: {one.reason}" for one in doubts)
    return "" if _holds_rows(assembly) else IN_PARTS


class _Writer:
    """Works out what one look at everything keeps."""

    def __init__(
        self, job: Job, assembly: Assembly, at: datetime, gone: frozenset[tuple[int, int]]
    ) -> None:
        self._job = job
        self._history = job.store.history
        self._assembly = assembly
        self._at = at
        self._gone = gone

    def reads(self, shown: Sequence[Shown]) -> Iterator[Recorded]:
        """Yield what is kept of every read."""
        requests = {(*one.place, one.system): one for one in requests_of(self._job)}
        for side, observation, before in shown:
            request = requests[side, observation.object_type, observation.system]
            feed = feed_of(request)
            newest = self._history.newest(feed)
            if newest is not None and self._is_same(newest, observation, before):
                yield _renewed(newest, feed, observation)
                continue
            picture, aside = _picture(self._assembly, request, feed)
            yield self._recorded(feed, newest, picture, observation, aside)

    def links(self) -> Iterator[Recorded]:
        """Yield what is kept of the links."""
        target = self._job.rules.target
        for kind in self._job.rules.objects:
            feed = links_of(target, kind)
            newest = self._history.newest(feed)
            picture = _links_picture(self._job, self._assembly, feed)
            yield self._recorded(feed, newest, picture, None, Aside())

    def _is_same(self, newest: Sight, now: Observation, before: Observation | None) -> bool:
        """Say whether a read shows exactly what the last one in the history showed."""
        if before is None or before.id != newest.observation or self._is_over(newest):
            return False
        return before.digest == now.digest

    def _recorded(
        self,
        feed: Feed,
        newest: Sight | None,
        picture: Picture,
        observation: Observation | None,
        aside: Aside,
    ) -> Recorded:
        named = observation.id if observation is not None else ""
        at = observation.ended_at if observation is not None else self._at
        expects = newest.look if newest is not None else 0
        if newest is None:
            return Recorded(feed, named, at, expects, picture.whole(), (), aside)
        changes = self._history.turned(newest)
        turned = picture.turned(self._history.whole(newest), changes)
        heavy = len(turned) + len(changes) > max(_LIGHT, picture.height // 4)
        whole = picture.whole() if heavy or self._is_over(newest) else None
        return Recorded(feed, named, at, expects, whole, turned, aside)

    def _is_over(self, newest: Sight) -> bool:
        """Say whether a chapter is deleted now, or has lasted long enough."""
        if (newest.number, newest.chapter) in self._gone:
            return True
        days = self._job.history.days
        longest = min(LONGEST_CHAPTER, timedelta(days=days) / CHAPTERS)
        began = self._history.began(newest)
        return self._at - began >= max(longest, timedelta(days=1))


def _renewed(newest: Sight, feed: Feed, observation: Observation) -> Recorded:
    return Recorded(feed, observation.id, observation.ended_at, newest.look, aside=newest.aside)


def _holds_rows(assembly: Assembly) -> bool:
    if isinstance(assembly, ObjectAssembly):
        return True
    # Columns are imported only where a cycle is planned in columns.
    from provisor.engine.columnwise import ColumnAssembly

    return isinstance(assembly, ColumnAssembly)


def _picture(assembly: Assembly, request: Request, feed: Feed) -> tuple[Picture, Aside]:
    side, kind = request.place
    if isinstance(assembly, ObjectAssembly):
        if kind is ObjectType.MEMBERSHIPS:
            return picture_of_pairs(feed, assembly.pairs(side)), Aside()
        read = assembly.read(side, kind)
        picture = picture_of_records(feed, request.key, read.records)
        return picture, Aside(read.repeated, read.unkeyed)
    # Columns are imported only where a cycle is planned in columns.
    from provisor.engine.columnwise import ColumnAssembly
    from provisor.engine.past.picture_columns import ListingPicture, PairsPicture

    if not isinstance(assembly, ColumnAssembly):
        raise TypeError("an incremental look has no whole read")
    if kind is ObjectType.MEMBERSHIPS:
        return PairsPicture(feed, assembly.pairs(side)), Aside()
    listing = assembly.listing(side, kind)
    return ListingPicture(feed, request.key, listing), Aside(listing.repeated, listing.unkeyed)


def _links_picture(job: Job, assembly: Assembly, feed: Feed) -> Picture:
    if isinstance(assembly, ObjectAssembly):
        columns = job.store.links.columns(feed.system, feed.object_type)
        names = list(columns)
        rows = (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))
        bodies = {(str(row["identity"]), ""): body_of(row, feed.attributes) for row in rows}
        return PlainPicture(feed, "identity", bodies)
    from provisor.domain.columns.frames import Listing
    from provisor.engine.columnwise import ColumnAssembly
    from provisor.engine.past.picture_columns import ListingPicture

    if not isinstance(assembly, ColumnAssembly):
        raise TypeError("an incremental look has no whole read")
    frame = assembly.links(feed.object_type).frame
    return ListingPicture(feed, "identity", Listing(frame["identity"], frame))


# --- what changed -------------------------------------------------------------------------------


def saw_news(job: Job, cycle: Cycle, news: News) -> Looked | None:
    """Return what a look at changes keeps; None where no history is kept.

    Cost: one row per object and membership that was told.
    """
    if not job.history.days or not news.observations:
        return None
    at = max(one.ended_at for one in news.observations)
    history = job.store.history
    fault = ""
    told: list[Recorded] = []
    if not history.stands_on(job.rules.job, cycle.turn):
        fault = "the look before is not in the history; the next full read is"
    for request in requests_of(job) if not fault else ():
        newest = history.newest(feed_of(request))
        if newest is None:
            fault = f"{request.system} {request.read.object_type}: the history begins later"
        elif tells_changes(job, request.place) and request.place in cycle.watermarks:
            told.append(_told(job, cycle, news, request, newest))
    feeds = () if fault else tuple(told)
    return Looked(job.rules.job, cycle.turn, at, full=False, fault=fault, feeds=feeds)


def _told(job: Job, cycle: Cycle, news: News, request: Request, newest: Sight) -> Recorded:
    side, kind = request.place
    observation = next(
        one for one in news.observations if one.system == request.system and one.object_type is kind
    )
    aside = newest.aside
    turned: list[Turned]
    if kind is ObjectType.MEMBERSHIPS:
        turned = _told_pairs(job, cycle, news, side, newest)
    else:
        attributes = newest.feed.attributes
        said = news.said.get(kind, set()) if side is Side.SOURCE else set()
        turned = [
            (key, "", body_of(values, attributes) if values is not None else gone(key in said))
            for key, values in news.objects.get(request.place, {}).items()
        ]
        if side is Side.SOURCE:
            aside = Aside(news.repeated.get(kind, {}), news.unkeyed.get(kind, 0))
    kept = _news_only(job.store.history, newest, turned)
    return Recorded(
        newest.feed, observation.id, observation.ended_at, newest.look, None, kept, aside
    )


def _told_pairs(job: Job, cycle: Cycle, news: News, side: Side, newest: Sight) -> list[Turned]:
    joined = news.joined.get(side, set())
    parted = news.parted.get(side, set()) - joined
    whole = news.regrouped.get(side, {})
    there = joined | {(group, member) for group, members in whole.items() for member in members}
    known = job.store.knowledge.of_groups(cycle, side, whole.keys()) if whole else frozenset()
    changed = job.store.history.turned_of(newest, whole.keys()) if whole else {}
    since = {name for name, body in changed.items() if body is not None}
    lost = {pair for pair in {*known, *since} if pair[0] in whole and pair[1] not in whole[pair[0]]}
    gone = (parted | lost) - there
    return [*((*pair, "") for pair in there), *((*pair, None) for pair in gone)]


def gone(said: object) -> str | None:
    """Return how the history says that an object is gone: by its own word, or not shown."""
    return SAID_GONE if said else None


def _news_only(history: History, newest: Sight, turned: Sequence[Turned]) -> list[Turned]:
    """Leave out what the newest change of a row says already."""
    known = history.turned_of(newest, {one[0] for one in turned})
    nothing = object()
    return [one for one in turned if known.get((one[0], one[1]), nothing) != one[2]]
