"""Looking at people in columns says what looking at them one by one says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.person import Joining, Tie, Ties
from provisor.domain.relative_time import Moment
from provisor.domain.rules import Guard
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.domain.tie_pages import tie_page, ties_of
from provisor.engine.collect import Gathered
from provisor.engine.people.feeds import Feed, FeedRead
from provisor.engine.people.people_columns import look_in_columns
from provisor.engine.people.people_look import look_at_people
from provisor.ports.connector import Capabilities, Description, ReadEnd
from provisor.ports.people import RememberedPeople
from tests.domain.crowd import PRECEDENCE, SOURCES, feeds, rules

NOW = datetime(2031, 4, 7, tzinfo=UTC)
COLUMNS = ("key", "number", "mail", "name", "born", "status", "employee")
VOUCHES = Clause("status", Operator.NOT_EQUALS, "terminated")
RETIRED = frozenset({"3", "contractors:2"})
ATTRIBUTES = ("mail", "name", "number", "person", "status", "staff")


class Described:
    """A source that only says what it holds."""

    def describe(self):
        users = ObjectSchema(
            ObjectType.USERS, tuple(Attribute(name) for name in COLUMNS), key="key"
        )
        return Description({ObjectType.USERS: users}, Capabilities())


def read(system, rows, *, complete=True):
    end = ReadEnd(complete=complete, reason="" if complete else "cut", columns=COLUMNS)
    gathered = Gathered(system, ObjectType.USERS, "key", (rows,), end, None, NOW, NOW)
    names = {"staff": "employee"} if system == "hr" else {}
    source: Any = Described()
    feed = Feed(system, source, names, Guard(10**6, 100, 100, 100))
    return FeedRead(feed, gathered, COLUMNS, None)


def reads(feed, repeated, broken) -> Any:
    found = []
    for system in SOURCES:
        rows = [
            {**own, "key": key} for (source, key), own in sorted(feed.items()) if source == system
        ]
        rows += [row for row in rows if (system, row["key"]) in repeated]
        rows = [{name: row.get(name) for name in COLUMNS} for row in rows] or [
            dict.fromkeys(COLUMNS, "")
        ]
        found.append(read(system, rows, complete=system not in broken))
    return found


@st.composite
def mornings(draw):
    """Rules, what is kept, and what is read now."""
    chosen = draw(rules())
    joining = Joining(SOURCES, chosen, PRECEDENCE, VOUCHES)
    kept = RememberedPeople((), (), 0)
    before = draw(st.none() | feeds())
    if before is not None:
        look = look_at_people(joining, reads(before, (), ()), Ties(), Moment(NOW))
        kept = merged(draw, after(kept, look))
    asked = draw(st.permutations(SOURCES).flatmap(lambda all_: st.sampled_from([all_, all_[:2]])))
    joining = replace(joining, sources=tuple(asked))
    refs = st.sampled_from([(source, key) for source in SOURCES for key in "123"])
    repeated = draw(st.sets(refs, max_size=2))
    broken = draw(st.sets(st.sampled_from(SOURCES), max_size=1))
    found = reads(draw(feeds()), repeated, broken)
    return joining, kept, [one for one in found if one.feed.system in asked]


def merged(draw, kept):
    """Let people say of some that they are others."""
    people = sorted(set(ties_of((), kept.ties, ()).persons.values()))
    for other in draw(st.sets(st.sampled_from(people), max_size=2)) if people else ():
        persons = ties_of((), kept.ties, ()).persons
        stays = draw(st.sampled_from(people))
        moved = [Tie(ref, stays, "word 1") for ref, one in persons.items() if one == other]
        kept = replace(kept, ties=(*kept.ties, tie_page(moved)))
    return kept


def after(kept, look):
    ties, forms = look.new_ties(), look.new_forms()
    return RememberedPeople(
        (*kept.ties, *([ties] if ties else [])), (*kept.forms, *([forms] if forms else [])), 1
    )


def rows_of(look):
    rows: list[Any] = []
    for page in look.pages(ATTRIBUTES):
        rows += page.to_dicts() if isinstance(page, pl.DataFrame) else page
    return sorted((tuple(sorted(row.items())) for row in rows), key=repr)


def both(joining, kept, found):
    ties = ties_of(joining.rules, kept.ties, kept.forms, RETIRED)
    plain = look_at_people(joining, found, ties, Moment(NOW))
    columns = look_in_columns(joining, found, kept, RETIRED, Moment(NOW))
    assert columns is not None
    return plain, columns


def known(joining, kept, look):
    """What is known after a look, from its pages."""
    again = after(kept, look)
    return ties_of(joining.rules, again.ties, again.forms)


@settings(max_examples=60)
@given(mornings())
def test_columns_find_the_same_people_with_the_same_values(morning):
    plain, columns = both(*morning)

    assert columns.owners() == plain.owners()
    assert columns.questions() == plain.questions()
    assert rows_of(columns) == rows_of(plain)
    assert columns.alike() == plain.alike()
    assert columns.rules() == plain.rules()


@settings(max_examples=30)
@given(mornings())
def test_columns_keep_the_same_of_a_look(morning):
    joining, kept, found = morning
    plain, columns = both(joining, kept, found)

    assert known(joining, kept, columns) == known(joining, kept, plain)
    assert columns.count_ties() == plain.count_ties()
    assert columns.agrees(plain.owners())
    assert plain.agrees(columns.owners())
    whole = [ties_of(joining.rules, (), [one.all_forms()]).forms for one in (plain, columns)]
    assert whole[0] == whole[1]


@settings(max_examples=30)
@given(mornings())
def test_columns_tell_the_same_of_everybody(morning):
    plain, columns = both(*morning)

    for key in set(plain.owners().values()):
        assert columns.portrait(key) == plain.portrait(key)
    for name in ("1", "hr:1", "contractors:2", "nobody"):
        assert columns.person_of(name) == plain.person_of(name)


@pytest.mark.parametrize("rows", [[{"key": "1", "mail": 7}, {"key": "2", "mail": "a"}]])
def test_what_columns_cannot_hold_as_it_is_goes_one_by_one(rows):
    joining = Joining(("hr",), (), {})

    assert (
        look_in_columns(joining, [read("hr", rows)], NOTHING_KEPT, frozenset(), Moment(NOW)) is None
    )


NOTHING_KEPT = RememberedPeople((), (), 0)
