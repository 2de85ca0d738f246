import sqlite3
from collections import Counter
from contextlib import closing

from provisor.demo.accounts import (
    MATCHING,
    NUMBERED,
    SWITCHED_OFF,
    Standing,
    existing_accounts,
    scim_user,
)
from provisor.demo.hiring import full_name
from provisor.demo.ledger import create_ledger
from provisor.demo.town import town_on


def of(standing):
    return [one for one in existing_accounts(town_on(1)) if one.standing is standing]


def owners(mail):
    return [p for p in town_on(1).people if p.mail and p.mail.lower() == mail.lower()]


def test_forty_accounts_have_the_mail_address_of_exactly_one_person():
    matching = of(Standing.MATCHING)

    assert len(matching) == MATCHING == 40
    assert [len(owners(account.mail)) for account in matching] == [1] * MATCHING
    assert sum(not account.active for account in matching) == SWITCHED_OFF


def test_three_accounts_are_orphans():
    names = {f"{person.given_name} {person.surname}" for person in town_on(2).people}
    orphans = of(Standing.ORPHAN)

    assert len(orphans) == 3
    assert [o for o in orphans if owners(o.mail) or o.display_name in names] == []


def test_two_accounts_have_the_mail_address_of_the_same_person():
    first, second = of(Standing.AMBIGUOUS)

    assert first.mail == second.mail
    assert first.login != second.login
    assert len(owners(first.mail)) == 1


def test_one_account_bears_the_name_of_somebody_else():
    (namesake,) = of(Standing.NAMESAKE)
    bearers = [
        person
        for person in town_on(2).people
        if f"{person.given_name} {person.surname}" == namesake.display_name
    ]

    assert len(bearers) == 1
    assert owners(namesake.mail) == []


def test_nobody_of_the_second_day_has_an_account_that_makes_trouble():
    unclear = {a.employee_id for a in [*of(Standing.AMBIGUOUS), *of(Standing.NAMESAKE)]}
    before = {person.employee_id: person for person in town_on(1).people}
    same = {p.employee_id for p in town_on(2).people if before.get(p.employee_id) == p}

    assert unclear <= same


def test_an_account_made_by_hand_carries_no_mark_of_ours():
    users = [scim_user(account) for account in existing_accounts(town_on(1))]

    assert all("externalId" not in user for user in users)
    assert max(Counter(str(user["userName"]).lower() for user in users).values()) == 1
    assert len({user["id"] for user in users}) == len(users)


def test_the_ledger_knows_thirty_people_by_number_and_one_account_that_is_nobodys(tmp_path):
    with closing(sqlite3.connect(create_ledger(tmp_path, town_on(1)))) as database:
        rows = database.execute("SELECT employee_no, full_name FROM accounts").fetchall()
    people = {person.employee_id: person for person in town_on(1).people}
    orphans = [number for number, _ in rows if number not in people]

    assert len(rows) == NUMBERED + 1 == 31
    assert orphans == ["T-7"]
    assert all(full_name(people[number]).login for number, _ in rows if number in people)


def test_a_new_ledger_takes_the_place_of_the_old(tmp_path):
    create_ledger(tmp_path, town_on(1))
    create_ledger(tmp_path, town_on(1))

    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]
