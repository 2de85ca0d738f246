"""The people of the company: named from the pools, placed, and given somebody to report to.

Most values are ordinary; the numbers below say where the extraordinary ones stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from provisor.demo.chance import Chance
from provisor.demo.company import DEPARTMENTS, MAIL_DOMAIN, OFFICES, Department, Office
from provisor.demo.names import KNOWN_AS, NO_NAME, SINGLE, Name
from provisor.demo.people import ACTIVE, ON_LEAVE, TERMINATED, Day, Person
from provisor.domain.expressions.diacritics import plain

DATES: Final[dict[Day, date]] = {
    1: date(2026, 9, 7),
    2: date(2026, 9, 8),
    3: date(2026, 9, 9),
}
PEOPLE: Final = 2_400
"""Rows on the first day, the terminated included."""
UNMAPPABLE: Final = "E1337"
"""The one row without any name: no log-in name can be made of it, so it is set aside."""
WITHOUT_COUNTRY: Final = (311, 977, 1601, 2203)
"""Active, but out of scope until somebody fills in where they work."""
GONE: Final = range(90, PEOPLE, 97)
"""Terminated long before the first day: 24 people who get nothing."""
AWAY: Final = range(58, PEOPLE, 64)
"""On leave: 37 people who keep what they have."""
SINGLE_NAMED: Final = range(203, PEOPLE, 257)
"""Nine people with one name only."""
NAMESAKES: Final = (618, 839, 1045, 1264, 1466, 1730, 1999, 2310)
"""Eight people whose whole name somebody in the same country bears already."""
TEAM: Final = 12
"""People who report to one lead."""

_FIRST_HIRED: Final = date(2004, 3, 1)


@dataclass(frozen=True, slots=True)
class FullName:
    """The whole name of somebody; two people may share it."""

    given: Name
    surname: Name

    @property
    def login(self) -> str:
        """The name in plain small letters, a dot between its parts."""
        parts = (self.given.latin, self.surname.latin)
        return re.sub(r"[^a-z.-]", "", plain(".".join(filter(None, parts))).lower())


class Register:
    """Which whole names and which mail addresses are in use."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        known = tuple(people)
        self._names = {full_name(person).login for person in known}
        self._addresses = {person.mail.lower() for person in known}

    def new_name(self, chance: Chance, office: Office) -> FullName:
        """Draw a whole name that nobody has yet."""
        while True:
            pool = chance.pick(office.pools)
            given, surnames = chance.pick(((pool.women, pool.of_women), (pool.men, pool.of_men)))
            name = FullName(chance.pick(given), chance.pick(surnames))
            if name.login not in self._names:
                self._names.add(name.login)
                return name

    def new_address(self, name: FullName) -> str:
        """Return a mail address that nobody has yet; namesakes are numbered."""
        number = 1
        while True:
            address = f"{name.login}{number if number > 1 else ''}@{MAIL_DOMAIN}"
            if address not in self._addresses:
                self._addresses.add(address)
                return address
            number += 1


def full_name(person: Person) -> FullName:
    """Return a person's whole name."""
    return FullName(
        Name(person.given_name, person.latin_given), Name(person.surname, person.latin_surname)
    )


def staff(chance: Chance) -> tuple[Person, ...]:
    """Return everybody who is in the feed on the first day, by employee id."""
    register = Register()
    people: list[Person] = []
    for number in range(1, PEOPLE + 1):
        office = _office(chance, number)
        name = _name(chance, number, office, people, register)
        person = hired(chance, number, name, office, _department(chance, number), register)
        people.append(_with_past(chance, number, person))
    return _reporting_lines(people)


def hired(
    chance: Chance,
    number: int,
    name: FullName,
    office: Office,
    department: Department,
    register: Register,
) -> Person:
    """Return an active person with all that HR knows, now and then with something missing."""
    address = register.new_address(name) if name.surname.written else ""
    city = chance.pick(office.cities)
    known_as = KNOWN_AS.get(name.given.written, "")
    return Person(
        employee_id=f"E{number:04}",
        given_name=name.given.written,
        surname=name.surname.written,
        preferred_name="" if chance.one_in(2) else known_as,
        latin_given=name.given.latin,
        latin_surname=name.surname.latin,
        mail=_as_typed(chance, address),
        job_title="" if chance.one_in(30) else chance.pick(department.titles),
        department=department.name,
        cost_centre=department.cost_centre,
        country=office.country,
        city=city.upper() if chance.one_in(15) else city,
        manager_id="",
        status=ACTIVE,
        start_date=_day_before(chance, DATES[1]).isoformat(),
        end_date="",
        phone="" if chance.one_in(7) else f"{office.calling} {_digits(chance)}",
    )


def _as_typed(chance: Chance, address: str) -> str:
    """Return an address as it stands in real feeds: at times missing, at times in capitals."""
    if chance.one_in(40):
        return ""
    return address.upper() if chance.one_in(50) else address


def _digits(chance: Chance) -> str:
    return f"{100 + chance.below(900)} {chance.below(1000):03} {chance.below(100):02}"


def _day_before(chance: Chance, day: date) -> date:
    return _FIRST_HIRED + timedelta(days=chance.below((day - _FIRST_HIRED).days))


def _office(chance: Chance, number: int) -> Office:
    office = chance.weighted(OFFICES, [office.share for office in OFFICES])
    return OFFICES[0] if f"E{number:04}" == UNMAPPABLE else office


def _department(chance: Chance, number: int) -> Department:
    """The first to come head one department each."""
    drawn = chance.weighted(DEPARTMENTS, [department.share for department in DEPARTMENTS])
    return DEPARTMENTS[number - 1] if number <= len(DEPARTMENTS) else drawn


def _name(
    chance: Chance, number: int, office: Office, people: Sequence[Person], register: Register
) -> FullName:
    if f"E{number:04}" == UNMAPPABLE:
        return FullName(NO_NAME, NO_NAME)
    if number in SINGLE_NAMED:
        return FullName(NO_NAME, SINGLE[SINGLE_NAMED.index(number)])
    if number in NAMESAKES:
        compatriots = [one for one in people if one.country == office.country and one.works]
        return full_name(chance.pick([one for one in compatriots if one.given_name]))
    return register.new_name(chance, office)


def _with_past(chance: Chance, number: int, person: Person) -> Person:
    if number in WITHOUT_COUNTRY:
        return replace(person, country="", city="")
    if number in AWAY:
        return replace(person, status=ON_LEAVE)
    if number in GONE:
        last = DATES[1] - timedelta(days=30 + chance.below(300))
        first = min(date.fromisoformat(person.start_date), last - timedelta(days=90))
        return replace(
            person,
            status=TERMINATED,
            start_date=first.isoformat(),
            end_date=last.isoformat(),
        )
    return person


def _reporting_lines(people: Iterable[Person]) -> tuple[Person, ...]:
    """Let teams report to a lead, leads to the head of the department, heads to the first head."""
    by_department: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_department[person.department].append(person)
    managed = (
        person
        for department in DEPARTMENTS
        for person in _reporting(department, by_department[department.name])
    )
    return tuple(sorted(managed, key=lambda person: person.employee_id))


def _reporting(department: Department, members: Sequence[Person]) -> Iterable[Person]:
    head = members[0]
    first = department is DEPARTMENTS[0]
    title = "Managing Director" if first else f"Head of {department.name}"
    yield replace(head, job_title=title, manager_id="" if first else "E0001")
    working = [person for person in members[1:] if person.works]
    for position, person in enumerate(working):
        lead = working[position - position % TEAM]
        yield replace(person, manager_id=(head if person is lead else lead).employee_id)
    for person in members[1:]:
        if not person.works:
            yield replace(person, manager_id=head.employee_id)
