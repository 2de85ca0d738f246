import csv
import hashlib
import unicodedata
from collections import Counter

import pytest

from provisor.demo.changes import JOINERS, LEAVERS, MARRIED, MOVERS, PROMOTED
from provisor.demo.company import DEPARTMENTS, OFFICES
from provisor.demo.grouping import ALL_STAFF
from provisor.demo.hiring import (
    AWAY,
    GONE,
    NAMESAKES,
    PEOPLE,
    SINGLE_NAMED,
    UNMAPPABLE,
    WITHOUT_COUNTRY,
    full_name,
)
from provisor.demo.people import COLUMNS, ON_LEAVE, TERMINATED
from provisor.demo.town import town_on, write_feed
from provisor.domain.bounds import DEFAULT_LIMITS
from provisor.domain.rules import Guard

FILES = ("hr.csv", "groups.csv", "members.csv")
DIGESTS = {
    1: "8f2244ddced5d003",
    2: "186da5ec886fad5f",
    3: "77c39d89607efcb1",
}


def digest_of(folder):
    content = b"".join((folder / name).read_bytes() for name in FILES)
    return hashlib.sha256(content).hexdigest()[:16]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def changed():
    before = {person.employee_id: person for person in town_on(1).people}
    return [
        (before[person.employee_id], person)
        for person in town_on(2).people
        if person.employee_id in before and before[person.employee_id] != person
    ]


@pytest.mark.parametrize("day", [1, 2, 3])
def test_a_day_is_written_with_the_same_bytes_everywhere(tmp_path, day):
    write_feed(tmp_path, day)

    assert DIGESTS[day] == digest_of(tmp_path)


def test_writing_leaves_nothing_but_the_three_files(tmp_path):
    write_feed(tmp_path, 1)
    write_feed(tmp_path, 2)

    assert sorted(FILES) == sorted(path.name for path in tmp_path.iterdir())


def test_the_files_say_what_the_town_is(tmp_path):
    write_feed(tmp_path, 1)
    rows = rows_of(tmp_path / "hr.csv")

    assert tuple(rows[0]) == COLUMNS
    assert [person.employee_id for person in town_on(1).people] == [r["employee_id"] for r in rows]
    assert len(town_on(1).groups) == len(rows_of(tmp_path / "groups.csv"))
    assert len(town_on(1).members) == len(rows_of(tmp_path / "members.csv"))


def test_the_company_has_the_size_that_is_told():
    people = town_on(1).people
    statuses = Counter(person.status for person in people)

    assert PEOPLE == len(people) == len({person.employee_id for person in people})
    assert len(GONE) == 24 == statuses[TERMINATED]
    assert len(AWAY) == 37 == statuses[ON_LEAVE]
    assert len(DEPARTMENTS) == 25 == len({person.department for person in people})
    assert len(OFFICES) == 13 == len({person.country for person in people} - {""})


def test_exactly_one_row_has_no_name():
    assert [p.employee_id for p in town_on(1).people if not p.latin_surname] == [UNMAPPABLE]
    assert [p.employee_id for p in town_on(2).people if not p.latin_surname] == [UNMAPPABLE]


def test_the_missing_values_are_there_to_be_met():
    people = town_on(1).people

    assert len(WITHOUT_COUNTRY) == sum(not person.country for person in people)
    assert len(SINGLE_NAMED) + 1 == sum(not person.given_name for person in people)
    assert all(
        20 < sum(not getattr(person, column) for person in people) < PEOPLE / 2
        for column in ("mail", "job_title", "phone")
    )
    assert any(person.mail.isupper() for person in people)
    assert any(person.city.isupper() for person in people)


@pytest.mark.parametrize(
    "script",
    ["LATIN", "GREEK", "CYRILLIC", "CJK", "HANGUL", "ARABIC", "HEBREW", "DEVANAGARI"],
)
def test_names_are_written_in_many_scripts(script):
    first_letters = {unicodedata.name(p.surname[0]) for p in town_on(1).people if p.surname}

    assert any(name.startswith(script) for name in first_letters)


@pytest.mark.parametrize("part", ["'", "’", "-", "van der ", "ß", "ł", "ı"])
def test_surnames_hold_what_breaks_careless_programs(part):
    assert any(part in person.surname for person in town_on(1).people)


def test_every_name_gives_a_plain_log_in_name():
    odd = [
        person.employee_id
        for person in town_on(2).people
        if person.employee_id != UNMAPPABLE
        and not full_name(person).login.replace(".", "").replace("-", "").isalpha()
    ]

    assert odd == []


def test_namesakes_are_those_that_are_counted_and_no_others():
    bearers = Counter(full_name(person) for person in town_on(1).people)
    shared = [count for count in bearers.values() if count > 1]

    assert [2] * len(NAMESAKES) == shared


def test_a_mail_address_belongs_to_one_person():
    addresses = Counter(person.mail.lower() for person in town_on(2).people if person.mail)

    assert max(addresses.values()) == 1


@pytest.mark.parametrize("day", [1, 2])
def test_everybody_but_the_first_reports_to_somebody_who_works(day):
    working = {person.employee_id for person in town_on(day).people if person.works}
    adrift = [p.employee_id for p in town_on(day).people if p.manager_id not in working]

    assert adrift == ["E0001"]


@pytest.mark.parametrize("day", [1, 2])
def test_only_groups_and_working_people_are_members(day):
    town = town_on(day)
    groups = {group.id for group in town.groups}
    working = {person.employee_id for person in town.people if person.works}

    assert {group for group, _ in town.members} == groups
    assert {member for _, member in town.members} <= working | groups
    assert len(set(town.members)) == len(town.members)


def test_groups_hold_groups():
    members = town_on(1).members

    assert {m for g, m in members if g == ALL_STAFF} == {
        f"country-{office.country.lower()}" for office in OFFICES
    }
    assert ("division-engineering", "dept-platform") in members
    assert ("division-engineering", "dept-apps") in members


def test_on_the_second_day_people_join_move_and_leave():
    pairs = changed()
    joined = town_on(2).people[PEOPLE:]
    moved = [after for before, after in pairs if before.department != after.department]
    renamed = [after for before, after in pairs if before.surname != after.surname]
    left = [after for _, after in pairs if not after.works]

    assert (len(joined), len(left)) == (JOINERS, LEAVERS) == (12, 9)
    assert (len(moved), len(renamed)) == (MOVERS, MARRIED)
    assert len(pairs) == MOVERS + PROMOTED + MARRIED + LEAVERS
    assert all(after.end_date for after in left)
    assert full_name(joined[-1]) in {full_name(person) for person in town_on(1).people}


def test_the_second_day_stays_within_the_limits_that_nobody_changed():
    touched = {group for group, _ in {*town_on(1).members} ^ {*town_on(2).members}}
    groups = len(town_on(1).groups)
    departments = {group for group in touched if group.startswith("dept-")}

    percent = DEFAULT_LIMITS["membership"].percent or 0

    assert 100 * len(touched) <= percent * groups
    assert 100 * len(departments) <= percent * len(DEPARTMENTS)
    assert (DEFAULT_LIMITS["disable"].count or 0) >= LEAVERS
    assert len(town_on(1).members) - len(town_on(2).members) < Guard().rows


def test_on_the_third_day_the_second_half_of_the_people_is_missing(tmp_path):
    write_feed(tmp_path, 2)
    whole = {name: (tmp_path / name).read_bytes() for name in FILES}
    write_feed(tmp_path, 3)
    cut = {name: (tmp_path / name).read_bytes() for name in FILES}

    assert whole["hr.csv"].startswith(cut["hr.csv"])
    assert cut["hr.csv"].endswith(b"\n")
    assert len(rows_of(tmp_path / "hr.csv")) == (PEOPLE + JOINERS) // 2
    assert whole["groups.csv"] == cut["groups.csv"]
    assert whole["members.csv"] == cut["members.csv"]
