"""Names in the store: whose they are, and since when nobody's."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.link import HeldName, Link
from provisor.domain.person import PersonWord, WordKind
from provisor.domain.schema import ObjectType
from provisor.errors import StoreOlder
from provisor.ports.overrides import Handover
from provisor.ports.people import Move, PeopleNews
from provisor.ports.store import ActState
from provisor.stores.database import open_store
from provisor.stores.upgrade import create_or_upgrade
from tests.stores.scenes import (
    START,
    StandingClock,
    effects,
    intended_event,
    intents,
    outcome_event,
    saved,
)

USERS = ObjectType.USERS
YEAR = timedelta(days=365)


def opened(place):
    return open_store(f"sqlite:///{place}", clock=StandingClock())


@pytest.fixture
def write(store):
    """Conclude acts as they would be, one after another, each on one account."""
    promised = iter(intents(saved(store, 6)))
    lease = store.controls.acquire("app", "worker", START, 60.0)

    def conclude(identity, *names, at=START, deleted=False):
        intent = next(promised)
        store.acts.intend([intent], lease.epoch, [intended_event([intent])])
        (done,) = effects([intent], ActState.DONE)
        link = Link(identity, USERS, identity, f"n-{identity}", None)
        effect = replace(
            done,
            outcome=replace(done.outcome, at=at),
            link=None if deleted else link,
            unlink=(USERS, identity) if deleted else None,
            names=names,
        )
        store.acts.conclude([effect], [outcome_event([effect])])

    return conclude


def held(store, *identities):
    return set(store.names.of_identities("app", USERS, identities))


def left(store, since):
    return set(store.names.left_since("app", USERS, since))


def test_names_are_told_by_identity(store, write):
    write("i1", ("mail", "a@x.org"), ("userName", "anna"))
    write("i2", ("userName", "bo"))

    assert held(store, "i1") == {
        HeldName("mail", "a@x.org", "i1"),
        HeldName("userName", "anna", "i1"),
    }
    assert held(store, "i1", "i2", "nobody") == held(store, "i1") | held(store, "i2")
    assert store.names.of_identities("other", USERS, ["i1"]) == ()
    assert store.names.of_identities("app", ObjectType.GROUPS, ["i1"]) == ()


def test_a_new_name_takes_the_place_of_the_old_one(store, write):
    write("i1", ("userName", "anna"), ("mail", "a@x.org"))
    write("i1", ("userName", "Anna2"))

    assert held(store, "i1") == {
        HeldName("mail", "a@x.org", "i1"),
        HeldName("userName", "Anna2", "i1"),
    }


def test_the_name_of_a_deleted_account_is_told_by_the_moment_it_was_deleted(store, write):
    write("i1", ("userName", "anna"))
    write("i1", ("userName", "anna"), at=START + YEAR, deleted=True)

    assert held(store, "i1") == set()
    assert left(store, START + YEAR) == {HeldName("userName", "anna", "i1")}
    assert left(store, START + YEAR + timedelta(seconds=1)) == set()


def test_whoever_comes_back_has_left_no_more(store, write):
    write("i1", ("userName", "anna"), deleted=True)
    write("i1", ("userName", "anna"))

    assert left(store, START) == set()
    assert held(store, "i1") == {HeldName("userName", "anna", "i1")}


def test_a_store_of_the_first_revision_is_upgraded_with_everything_it_holds(store, place):
    plan = saved(store, 2)
    store.close()
    with closing(sqlite3.connect(place)) as database:
        database.executescript(
            "DROP TABLE account_name; DROP TABLE drift; DROP TABLE intent_count;"
            "DROP TABLE plan_reference; DROP TABLE outcome_count; DROP TABLE plan_page;"
            "DROP TABLE plan_citation; DROP TABLE revision_turn; DROP TABLE configuration_result;"
            "DROP TABLE configuration_voice; DROP TABLE configuration_activation;"
            "DROP TABLE configuration; DROP TABLE tie_page; DROP TABLE person_word;"
            "DROP TABLE undo; DROP TABLE intent_opening; DROP TABLE opening_review;"
            "DROP TABLE opening; DROP TABLE override_consent; DROP TABLE override_term;"
            "DROP INDEX intent_free; DROP INDEX outcome_not_done; DROP INDEX known_object_due;"
            "DROP INDEX outcome_using; DROP INDEX decision_action_of;"
            "DROP INDEX link_of_key; DROP INDEX link_of_account; DROP INDEX membership_of_member;"
            "ALTER TABLE link DROP COLUMN left_since; ALTER TABLE link DROP COLUMN left_as;"
            "ALTER TABLE link DROP COLUMN back_since; ALTER TABLE absence DROP COLUMN said;"
            "UPDATE alembic_version SET version_num = '0001';"
        )
    with pytest.raises(StoreOlder):
        opened(place)
    create_or_upgrade(f"sqlite:///{place}")
    again = opened(place)

    assert again.plans.find("latest").plan == plan
    assert again.names.left_since("app", USERS, START) == ()
    again.close()


def test_a_name_moves_with_the_account_of_people_who_are_merged(store, write):
    write("i1", ("userName", "old"), deleted=True)
    write("i2", ("userName", "anna"))
    word = PersonWord(
        *("w1", WordKind.MERGE, "people", USERS, "E1", "contractors:C1"),
        *("one person", "ben", "", START),
    )
    (link,) = store.links.of_target("app", USERS)

    store.people.decide(word, PeopleNews(0), [Move("app", link, "i1", "E1")], Handover(), [])

    assert held(store, "i1", "i2") == {HeldName("userName", "anna", "i1")}
    assert {one.name for one in left(store, START)} == {"old"}
