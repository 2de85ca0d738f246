"""What a delta promises: every change after its watermark, and an honest refusal."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem, WatermarkRefused
from provisor.ports.connector import Candidate, Changed, Deltas, Page, ReadEnd, ReadRequest
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import Tidings, read_delta, read_whole, rows_of

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
LONGEST_WATERMARK = 2000

STRANGE = (
    "",
    "no-such-watermark",
    "0",
    "-1",
    "999999999999999999",
    "1:2:3",
    "{}",
    "\u00e9' or 1=1",
)


def start(bench: Bench, object_type: ObjectType = USERS) -> str:
    """Return the watermark of a full read."""
    end = read_whole(bench.connector, object_type, _attributes(bench, object_type)).end
    assert end.watermark, "a full read of a system with deltas says where one may start"
    return end.watermark


def news(bench: Bench, since: str, object_type: ObjectType = USERS) -> Tidings:
    """Return a delta that ended well."""
    told = read_delta(bench.connector, object_type, since, _attributes(bench, object_type))
    assert (told.end.complete, told.end.reason) == (True, "")
    assert told.end.watermark, "a delta says where the next one starts"
    return told


def _attributes(bench: Bench, object_type: ObjectType) -> list[str]:
    match object_type:
        case ObjectType.USERS:
            return [bench.text]
        case ObjectType.GROUPS:
            return [bench.group_text]
        case ObjectType.MEMBERSHIPS:
            return ["group", "member"]


def states(bench: Bench, told: Tidings) -> dict[str, object]:
    """Return the text of every user told of; None for who is gone. Hints are looked up."""
    key = bench.schema(USERS).key
    found: dict[str, object] = dict.fromkeys(told.gone)
    for hinted in told.hinted:
        asked = Candidate(USERS, native_id=hinted, attributes=(bench.text,))
        records = bench.connector.find(asked)
        found[hinted] = records[0].value(bench.text) if records else None
    return found | {str(row[key]): row[bench.text] for row in told.rows}


class DeltaPromises(Promises):
    """What changed since a watermark is told; a watermark that is not known is refused."""

    @pytest.fixture
    def feed(self, bench: Bench) -> Bench:
        """Return the bench of a system that tells changes of users; others are skipped."""
        if bench.deltas(USERS) in (Deltas.NONE, Deltas.UNCHANGED):
            pytest.skip("the system tells no changes")
        return bench

    def test_must_say_where_a_delta_may_start(self, feed: Bench) -> None:
        """Of a system that nothing was ever put into, too."""
        empty = start(feed)
        feed.put([feed.user(1)])

        assert len(empty) <= LONGEST_WATERMARK
        assert set(states(feed, news(feed, empty)).values()) == {feed.user(1)[feed.text]}

    def test_must_end_a_delta_well_in_which_nothing_happened(self, feed: Bench) -> None:
        """No change is no fault; what is told again is as it is."""
        placed = feed.put([feed.user(n) for n in range(3)])
        again = states(feed, news(feed, news(feed, start(feed)).next))
        texts = {key: feed.user(n)[feed.text] for n, key in enumerate(placed.users)}

        assert again.items() <= texts.items()

    def test_must_tell_a_change(self, feed: Bench) -> None:
        """The one thing that a delta is for."""
        placed = feed.put([feed.user(n) for n in range(3)])
        since = start(feed)
        feed.change(placed.users[1], "changed")

        assert states(feed, news(feed, since)).get(placed.users[1]) == "changed"

    def test_must_tell_the_change_of_a_group(self, feed: Bench) -> None:
        """Groups have deltas of their own."""
        if GROUPS not in feed.connector.describe().schemas or feed.deltas(GROUPS) is Deltas.NONE:
            pytest.skip("the system tells no changes of groups")
        since = start(feed, GROUPS)
        placed = feed.put([], [feed.group(1)])
        told = news(feed, since, GROUPS)
        key = feed.schema(GROUPS).key

        assert {str(row[key]) for row in told.rows} | set(told.hinted) == set(placed.groups)

    def test_must_tell_a_removal_where_it_promises_that(self, feed: Bench) -> None:
        """Elsewhere nothing is said: silence about a leaver must be admitted."""
        placed = feed.put([feed.user(n) for n in range(3)])
        since = start(feed)
        feed.remove(placed.users[1])
        told = states(feed, news(feed, since))
        unseen = feed.deltas(USERS) is Deltas.STATES_WITHOUT_REMOVALS

        assert told.get(placed.users[1], "untold") == ("untold" if unseen else None)

    def test_must_lose_nothing_between_two_deltas(self, feed: Bench) -> None:
        """A change is told by the delta after it, however many came before."""
        placed = feed.put([feed.user(n) for n in range(4)])
        since = start(feed)
        for number, key in enumerate(placed.users):
            feed.change(key, f"changed {number}")
            told = news(feed, since)
            since = told.next

            assert states(feed, told).get(key) == f"changed {number}"

    def test_must_tell_the_same_again_from_the_same_watermark(self, feed: Bench) -> None:
        """Who failed to keep a delta asks for it once more."""
        placed = feed.put([feed.user(n) for n in range(3)])
        since = start(feed)
        feed.change(placed.users[0], "changed")
        first = states(feed, news(feed, since))
        feed.change(placed.users[1], "changed too")
        second = states(feed, news(feed, since))

        assert second.items() >= (first | {placed.users[1]: "changed too"}).items()

    def test_must_lose_no_change_that_is_made_while_everything_is_read(self, feed: Bench) -> None:
        """The watermark is taken before the first row."""
        placed = feed.put([feed.user(n) for n in range(25)])
        reading = feed.connector.read(_request(feed))
        seen, end = _first_page(feed, reading)
        feed.change(placed.users[24], "changed meanwhile")
        rest, late_end = _rest(feed, reading)
        end = end or late_end
        assert end is not None
        assert end.watermark
        later = states(feed, news(feed, end.watermark))

        assert {**seen, **rest, **later}.get(placed.users[24]) == "changed meanwhile"

    def test_must_lose_no_change_that_is_made_while_a_delta_is_read(self, feed: Bench) -> None:
        """The same for the watermark of a delta."""
        placed = feed.put([feed.user(n) for n in range(25)])
        since = start(feed)
        for key in placed.users:
            feed.change(key, "changed")
        reading = feed.connector.read(_request(feed, since))
        first = next(reading)
        feed.change(placed.users[24], "changed meanwhile")
        *items, end = [first, *reading]
        assert isinstance(end, ReadEnd)
        assert end.watermark
        pages = [_texts(feed, item) for item in items if isinstance(item, Page)]
        told = {key: text for page in pages for key, text in page.items()}
        hinted = any(isinstance(i, Changed) and placed.users[24] in i.keys for i in items)
        later = states(feed, news(feed, end.watermark))

        assert hinted or {**told, **later}.get(placed.users[24]) == "changed meanwhile"

    def test_must_give_whole_rows(self, feed: Bench) -> None:
        """A delta is no list of changes: what did not change stands in it too."""
        name = feed.schema(USERS).name
        if not name or feed.deltas(USERS) is Deltas.HINTS:
            pytest.skip("the system has no name attribute, or gives no rows")
        placed = feed.put([feed.user(1)])
        since = start(feed)
        feed.change(placed.users[0], "changed")
        rows = read_delta(feed.connector, USERS, since, [feed.text, name]).rows

        assert [(r[feed.text], r[name]) for r in rows] == [("changed", feed.user(1)[name])]

    @pytest.mark.parametrize("watermark", STRANGE, ids=range(len(STRANGE)))
    def test_must_refuse_a_watermark_that_it_never_gave(self, feed: Bench, watermark: str) -> None:
        """Never nothing, and never everything."""
        feed.put([feed.user(1)])
        with pytest.raises(WatermarkRefused):
            read_delta(feed.connector, USERS, watermark, [feed.text])

    def test_must_refuse_a_watermark_of_what_was_lost(self, feed: Bench) -> None:
        """A restored backup knows nothing of what came after it; no changes would be a lie."""
        feed.put([feed.user(n) for n in range(3)])
        since = start(feed)
        feed.lose_history()
        with pytest.raises(WatermarkRefused):
            read_delta(feed.connector, USERS, since, [feed.text])

    def test_must_refuse_the_watermark_of_another_type(self, feed: Bench) -> None:
        """A mistaken watermark is refused, or is as good as the right one."""
        if GROUPS not in feed.connector.describe().schemas or feed.deltas(GROUPS) is Deltas.NONE:
            pytest.skip("the system tells no changes of groups")
        placed = feed.put([feed.user(1)], [feed.group(1)])
        since = start(feed, GROUPS)
        feed.change(placed.users[0], "changed")
        try:
            told = read_delta(feed.connector, USERS, since, [feed.text])
        except WatermarkRefused:
            return

        assert states(feed, told).get(placed.users[0]) == "changed"

    def test_must_know_its_watermark_after_it_was_opened_again(self, feed: Bench) -> None:
        """Between two cycles lies a process."""
        placed = feed.put([feed.user(n) for n in range(3)])
        since = start(feed)
        feed.change(placed.users[2], "changed")
        feed.reopen()

        assert states(feed, news(feed, since)).get(placed.users[2]) == "changed"

    def test_must_not_call_a_cut_delta_complete(self, feed: Bench) -> None:
        """A delta that stops in the middle has no watermark: the next starts at the old one."""
        placed = feed.put([feed.user(n) for n in range(25)])
        since = start(feed)
        for key in placed.users:
            feed.change(key, "changed")
        feed.cut_reads()
        try:
            end = read_delta(feed.connector, USERS, since, [feed.text]).end
        except TargetProblem:
            return  # a raised problem is no complete delta either

        assert (end.complete, end.watermark) == (False, None)
        assert end.reason


class UnchangedPromises(Promises):
    """The least that a watermark can say: whether anything changed at all."""

    def test_must_answer_an_unchanged_system_with_nothing_and_refuse_a_changed_one(
        self, bench: Bench
    ) -> None:
        """Nobody has to read what nobody touched."""
        if bench.deltas(USERS) is not Deltas.UNCHANGED:
            pytest.skip("the system says more than whether anything changed, or nothing")
        bench.put([bench.user(n) for n in range(3)])
        since = start(bench)
        told = news(bench, since)
        bench.put([bench.user(n) for n in range(4)])

        assert (told.rows, told.gone, told.hinted) == ((), frozenset(), frozenset())
        with pytest.raises(WatermarkRefused):
            read_delta(bench.connector, USERS, since, [bench.text])


class MembershipDeltaPromises(Promises):
    """Who came into a group and who left it since a watermark."""

    @pytest.fixture
    def circle(self, bench: Bench) -> Bench:
        """Return the bench of a system that tells changes of memberships; others are skipped."""
        bench.schema(MEMBERSHIPS)
        if bench.deltas(MEMBERSHIPS) in (Deltas.NONE, Deltas.UNCHANGED):
            pytest.skip("the system tells no changes of memberships")
        return bench

    def test_must_tell_who_came_into_a_group(self, circle: Bench) -> None:
        """As pairs of keys, like a full read."""
        placed = circle.put([circle.user(n) for n in range(3)], [circle.group(1)], [(0, 0)])
        group, (elin, omar, _) = placed.groups[0], placed.users
        since = start(circle, MEMBERSHIPS)
        circle.regroup(group, adds=[omar])
        told = news(circle, since, MEMBERSHIPS)

        assert (group, omar) in told.pairs
        assert (group, elin) in told.applied_to({(group, elin)})

    def test_must_tell_who_left_a_group_where_it_promises_that(self, circle: Bench) -> None:
        """As a pair that is gone, or as a group that is given whole."""
        members = [(0, 0), (0, 1), (0, 2)]
        placed = circle.put([circle.user(n) for n in range(3)], [circle.group(1)], members)
        group, (elin, omar, ines) = placed.groups[0], placed.users
        since = start(circle, MEMBERSHIPS)
        circle.regroup(group, removes=[omar])
        before = {(group, elin), (group, omar), (group, ines)}
        may_be_unseen = circle.deltas(MEMBERSHIPS) is Deltas.STATES_WITHOUT_REMOVALS
        after = news(circle, since, MEMBERSHIPS).applied_to(before)

        assert after == before - {(group, omar)} or (may_be_unseen and after == before)

    def test_must_follow_a_history_of_memberships(self, circle: Bench) -> None:
        """Added, removed and added again: what counts is how it is."""
        placed = circle.put([circle.user(n) for n in range(3)], [circle.group(1)], [(0, 0)])
        group, (elin, omar, ines) = placed.groups[0], placed.users
        since = start(circle, MEMBERSHIPS)
        known = {(group, elin)}
        for adds, removes in (([omar], []), ([ines], [omar]), ([omar], []), ([], [ines])):
            circle.regroup(group, adds=adds, removes=removes)
            told = news(circle, since, MEMBERSHIPS)
            known, since = told.applied_to(known), told.next
        unseen = circle.deltas(MEMBERSHIPS) is Deltas.STATES_WITHOUT_REMOVALS

        assert known - ({(group, ines)} if unseen else set()) == {(group, elin), (group, omar)}


def _request(bench: Bench, since: str | None = None) -> ReadRequest:
    wanted = sorted({bench.text, bench.schema(USERS).key})
    return ReadRequest(USERS, tuple(wanted), since)


def _first_page(bench: Bench, items: Iterable[object]) -> tuple[dict[str, object], ReadEnd | None]:
    first = next(iter(items))
    if isinstance(first, ReadEnd):
        return {}, first
    return _texts(bench, first), None


def _rest(bench: Bench, items: Iterable[object]) -> tuple[dict[str, object], ReadEnd | None]:
    seen: dict[str, object] = {}
    end = None
    for item in items:
        if isinstance(item, ReadEnd):
            end = item
        else:
            seen |= _texts(bench, item)
    return seen, end


def _texts(bench: Bench, page: object) -> dict[str, object]:
    assert isinstance(page, Page)
    key = bench.schema(USERS).key
    rows: Iterable[Values] = rows_of(page)
    return {str(row[key]): row.get(bench.text) for row in rows}
