"""The audit log: gap-free, sealed in the transaction of what it tells, refused when broken."""

import random
import sqlite3
from contextlib import closing

import pytest

from provisor.domain.canonical import leaf_hash, merkle_root
from provisor.domain.event import EventKind, leaf_bytes
from provisor.errors import LogBroken
from provisor.stores.tables import APPEND_ONLY
from provisor.verifier import verify
from tests.stores.history import live
from tests.stores.scenes import event, observation, saved
from tests.stores.vandal import tampering


def events(count):
    return [event(EventKind.CONFIRMED, number=number) for number in range(count)]


def test_an_empty_log_has_the_root_of_nothing(store):
    assert store.log.head().size == 0
    assert store.log.head().root == merkle_root([]).hex()
    assert list(store.log.leaves()) == []
    store.log.refuse_broken()


def test_no_events_leave_no_leaf(store):
    store.log.append([])

    assert store.log.head().size == 0


def test_leaves_are_the_bytes_of_the_events_in_order(store):
    told = events(7)
    store.log.append(told[:3])
    store.log.append(told[3:])

    assert list(store.log.leaves()) == list(enumerate(map(leaf_bytes, told)))
    assert [index for index, _ in store.log.leaves(5)] == [5, 6]
    assert list(store.log.leaves(7)) == []


def test_many_leaves_come_page_by_page(store):
    told = events(11_000)
    store.log.append(told)

    assert [body for _, body in store.log.leaves()] == [leaf_bytes(one) for one in told]


def test_the_head_is_the_root_however_the_log_grew(store):
    chance, told = random.Random(3), events(700)
    grown = 0
    while grown < len(told):
        step = chance.randrange(1, 90)
        store.log.append(told[grown : grown + step])
        grown = min(grown + step, len(told))
        store.log.refuse_broken()

        assert store.log.head().size == grown
        assert store.log.head().root == merkle_root(map(leaf_bytes, told[:grown])).hex()


def test_a_change_of_state_and_its_leaf_are_one_transaction(store, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("provisor.stores.log.leaf_bytes", fail)
    with pytest.raises(KeyboardInterrupt):
        saved(store, 1)

    assert store.plans.newest("hr-to-app") is None
    assert store.log.head().size == 0


def test_a_log_that_cannot_be_trusted_takes_nothing_and_nothing_is_written(store, place):
    store.log.append(events(3))
    with tampering(place) as raw:
        raw.execute("DELETE FROM leaf WHERE position = 2")

    with pytest.raises(LogBroken) as refused:
        saved(store, 1)
    assert refused.value.parts().keys() == {"what", "where", "found", "safe", "next"}
    assert store.plans.newest("hr-to-app") is None


@pytest.mark.parametrize("size", [1, 6, 1_023, 1_024, 1_029, 2_048])
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM log_head",
        "UPDATE log_head SET size = size + 1",
        "UPDATE log_head SET root = zeroblob(32)",
        "UPDATE log_head SET frontier = zeroblob(length(frontier))",
        "UPDATE log_head SET frontier = x''",
        "INSERT INTO leaf SELECT position + 1, body, hash FROM leaf ORDER BY 1 DESC LIMIT 1",
        "DELETE FROM leaf WHERE position = (SELECT max(position) FROM leaf)",
    ],
)
def test_a_log_that_does_not_fit_its_head_is_broken(store, place, size, change):
    store.log.append(events(size))
    store.log.refuse_broken()
    with tampering(place) as raw:
        raw.execute(change)

    with pytest.raises(LogBroken) as refused:
        store.log.refuse_broken()
    assert refused.value.parts().keys() == {"what", "where", "found", "safe", "next"}


@pytest.mark.parametrize("column", ["body", "hash"])
@pytest.mark.parametrize("place_from_end", [1, 2, 700])
def test_a_changed_leaf_near_the_end_is_broken(store, place, column, place_from_end):
    store.log.append(events(2_000))
    with tampering(place) as raw:
        raw.execute(
            f"UPDATE leaf SET {column} = x'00' WHERE position = ?",  # noqa: S608 - one of two names
            (2_000 - place_from_end,),
        )

    with pytest.raises(LogBroken):
        store.log.refuse_broken()


def test_a_changed_leaf_with_a_fitting_hash_near_the_end_is_broken(store, place):
    store.log.append(events(100))
    with tampering(place) as raw:
        body = leaf_bytes(event(EventKind.CONFIRMED, number=999))
        raw.execute(
            "UPDATE leaf SET body = ?, hash = ? WHERE position = 90", (body, leaf_hash(body))
        )

    with pytest.raises(LogBroken):
        store.log.refuse_broken()


@pytest.mark.parametrize("act", ['DELETE FROM "{0}"', 'UPDATE "{0}" SET "{1}" = "{1}"'])
def test_the_database_itself_refuses_to_change_facts(store, place, act):
    live(store)
    with closing(sqlite3.connect(place)) as raw:
        answers = {
            table.name: answer(raw, act.format(table.name, next(iter(table.c)).name))
            for table in APPEND_ONLY
        }

    assert answers == {table.name: f"{table.name} is append-only" for table in APPEND_ONLY}


def answer(raw, statement):
    try:
        return str(raw.execute(statement).rowcount)
    except sqlite3.IntegrityError as error:
        return str(error)


def test_every_fact_is_sealed_by_the_leaf_that_tells_of_it(store, place):
    live(store)

    assert verify(place).problems == ()


def test_facts_without_an_event_stand_out(store, place):
    store.observations.add([observation(1)], [])

    assert verify(place).problems == ("observation: no leaf seals 1 rows",)
