"""What is known of both sides now: the knowledge of the last plan, with the news laid over it.

Everything is asked for by key and in batches, and asked for once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from provisor.domain.link import Link
from provisor.domain.marking import gives_power
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.domain.side import Side
from provisor.engine.job import Job
from provisor.engine.knowing.news import News, look_again, tells_changes
from provisor.engine.links_in_hand import LinksInHand
from provisor.engine.requests import requests_of
from provisor.ports.connector import Candidate, find_many
from provisor.ports.knowledge import Cycle, Known, Place

SOURCE, TARGET = Side.SOURCE, Side.TARGET


class Ground:
    """Both sides as far as anybody asks."""

    def __init__(self, job: Job, cycle: Cycle, news: News) -> None:
        self.job = job
        self.cycle = cycle
        self.news = news
        self.knowledge = job.store.knowledge
        self._known: dict[Place, dict[str, Known | None]] = {}
        self._here: dict[Place, dict[str, Record | None]] = {}
        self._fresh: dict[ObjectType, set[str]] = {}
        self._links = LinksInHand(job.store.links, job.rules.target)
        self._requests = {one.place: one.read for one in requests_of(job)}

    def links_of_keys(self, kind: ObjectType, keys: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some source keys, by key and identity."""
        return self._links.of_keys(kind, keys)

    def links_of_accounts(self, kind: ObjectType, natives: Iterable[str]) -> tuple[Link, ...]:
        """Return the links of some accounts, by key and identity."""
        return self._links.of_accounts(kind, natives)

    # --- before ---------------------------------------------------------------------------------

    def before(self, place: Place, keys: Iterable[str]) -> dict[str, Known]:
        """Return what the last plan knew of some objects."""
        found = self._known.setdefault(place, {})
        wanted = set(keys)
        missing = wanted - found.keys()
        if missing:
            found.update(dict.fromkeys(missing))
            found.update(self.knowledge.objects(self.cycle, place, missing))
        return {key: one for key in wanted if (one := found[key]) is not None}

    def keep(self, place: Place, known: Mapping[str, Known]) -> None:
        """Take in what was found besides."""
        self._known.setdefault(place, {}).update(known)
        self._let_go(place, known)

    def _let_go(self, place: Place, keys: Iterable[str]) -> None:
        """Forget what some objects are now: it is worked out again when somebody asks."""
        here = self._here.get(place, {})
        for key in keys:
            here.pop(key, None)

    def marked(self, marks: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return, per mark, what the last plan knew under it."""
        return self.knowledge.marked(self.cycle, marks) if marks else {}

    # --- now ------------------------------------------------------------------------------------

    def records(self, object_type: ObjectType, keys: Iterable[str]) -> dict[str, Record]:
        """Return the source's records of some keys, as they are now."""
        return self._now((SOURCE, object_type), keys)

    def accounts(self, object_type: ObjectType, natives: Iterable[str]) -> dict[str, Record]:
        """Return some accounts as they are now; asked for one by one where nobody tells changes.

        Raises:
            TargetProblem: the target does not answer.
        """
        place = (TARGET, object_type)
        wanted = set(natives)
        if place not in self.cycle.watermarks:
            seen = self._fresh.setdefault(object_type, set())
            missing = wanted - seen
            if missing:
                found = look_again(self.job, self._requests[place], missing)
                self.news.objects.setdefault(place, {}).update(found)
                self._let_go(place, found)
                self.news.looked_up += len(missing)
                seen |= missing
        return self._now(place, wanted)

    def _now(self, place: Place, keys: Iterable[str]) -> dict[str, Record]:
        here = self._here.setdefault(place, {})
        wanted = set(keys)
        missing = wanted - here.keys()
        if missing:
            told = self.news.objects.get(place, {})
            known = self.before(place, missing - told.keys())
            for key in missing:
                values = told[key] if key in told else known[key].values if key in known else None
                here[key] = Record(key, values) if values is not None else None
        return {key: record for key in wanted if (record := here[key]) is not None}

    def changed(self, place: Place) -> dict[str, Values | None]:
        """Return the objects that were told, and are another than they were."""
        told = self.news.objects.get(place, {})
        known = self.before(place, told)
        return {key: values for key, values in told.items() if not _same(known.get(key), values)}

    def repeated_turned(self, object_type: ObjectType) -> set[str]:
        """Return the keys of the source that stand in several rows now and did not, or did."""
        now, before = self.news.repeated, self.cycle.repeated
        return now.get(object_type, {}).keys() ^ before.get(object_type, {}).keys()

    def tells_changes(self, place: Place) -> bool:
        """Say whether a side tells what changes, so that nobody has to ask."""
        return place in self.cycle.watermarks and tells_changes(self.job, place)

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> dict[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it now.

        The target itself is asked: what was made since the last plan stands nowhere else.

        Raises:
            TargetProblem: the target does not answer.
        """
        wanted = sorted({value for value in values if value})
        candidates = [Candidate(object_type, match=(attribute, value)) for value in wanted]
        answers = find_many(self.job.target, candidates)
        return {
            value.lower(): tuple(one.key for one in found)
            for value, found in zip(wanted, answers, strict=True)
            if found
        }

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute.

        Cost: one look at every link: only limits that are judged by such a value ask for it.
        """
        links = self.job.store.links.of_target(self.job.rules.target, object_type)
        records = self.records(object_type, {link.key for link in links})
        lost = {link.native_id for link in links if link.key not in records}
        accounts = self.accounts(object_type, lost)
        nobody = Record("", {})
        return Counter(
            as_text(records[link.key].values.get(attribute))
            if link.key in records
            else as_text(accounts.get(link.native_id, nobody).values.get(mirrored))
            for link in links
        )

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may.

        Cost: one look at every link: only limits on privileged accounts ask for it.
        """
        links = self.job.store.links.of_target(self.job.rules.target, object_type)
        place = (TARGET, object_type)
        told = self.news.objects.get(place, {})
        natives = {link.native_id for link in links}
        known = self.before(place, natives - told.keys())
        values = [one.values for one in known.values() if one.values is not None]
        values += [one for key in natives & told.keys() if (one := told[key]) is not None]
        return sum(gives_power(one, condition, moment) for one in values)

    # --- memberships ----------------------------------------------------------------------------

    def pairs_before(
        self, side: Side, groups: Collection[str] = (), members: Collection[str] = ()
    ) -> frozenset[Pair]:
        """Return the memberships of some groups and members, as the last plan knew them."""
        found: frozenset[Pair] = frozenset()
        if groups:
            found |= self.knowledge.of_groups(self.cycle, side, groups)
        if members:
            found |= self.knowledge.of_members(self.cycle, side, members)
        return found

    def pairs_now(
        self, side: Side, groups: Collection[str] = (), members: Collection[str] = ()
    ) -> frozenset[Pair]:
        """Return the same memberships as they are now."""
        group_set, member_set = set(groups), set(members)

        def concerns(pair: Pair) -> bool:
            return pair[0] in group_set or pair[1] in member_set

        news = self.news
        before = self.pairs_before(side, groups, members)
        whole = news.regrouped.get(side, {})
        joined = {pair for pair in news.joined.get(side, ()) if concerns(pair)}
        parted = news.parted.get(side, set()) - news.joined.get(side, set())
        kept = {pair for pair in before if pair[0] not in whole or pair[1] in whole[pair[0]]}
        return frozenset((kept | joined) - parted)

    def turned_pairs(self, side: Side) -> tuple[set[Pair], set[Pair]]:
        """Return the memberships that are new, and those that are gone, on one side."""
        news = self.news
        joined = set(news.joined.get(side, ()))
        parted = set(news.parted.get(side, ())) - joined
        whole = news.regrouped.get(side, {})
        groups = {group for group, _ in joined | parted} | whole.keys()
        before = self.pairs_before(side, groups)
        lost = {pair for pair in before if pair[0] in whole and pair[1] not in whole[pair[0]]}
        return joined - before, (parted | lost) & before


def _same(known: Known | None, values: Values | None) -> bool:
    if known is None or known.values is None:
        return values is None
    if values is None or known.values != values:
        return False
    # 1 and True are equal, and two values.
    return all(type(value) is type(known.values[name]) for name, value in values.items())
