"""What happens between the first and the second day: people join, move and leave.

Few departments and countries are touched, so that a small organisation's limits hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from provisor.demo.chance import Chance
from provisor.demo.company import DEPARTMENTS, OFFICES
from provisor.demo.grouping import placed
from provisor.demo.hiring import DATES, NAMESAKES, Register, full_name, hired
from provisor.demo.people import ACTIVE, TERMINATED, Member, Person, Town

JOINERS: Final = 12
"""The last of them has the name of somebody who is there already."""
MOVERS: Final = 8
PROMOTED: Final = 4
MARRIED: Final = 3
LEAVERS: Final = 9

_BUSY: Final = ("Apps", "Finance", "Manufacturing", "Sales", "Support")
_DEPARTMENTS: Final = tuple(d for d in DEPARTMENTS if d.name in _BUSY)
_OFFICES: Final = tuple(office for office in OFFICES if office.country in {"DE", "IE", "IN"})


def next_day(town: Town, chance: Chance) -> Town:
    """Return the town of the second day."""
    joined = _joiners(town.people, chance)
    free = chance.some(_movable(town), MOVERS + PROMOTED + MARRIED + LEAVERS)
    changed = {person.employee_id: person for person in _fates(free, town.people, chance)}
    people = (*(changed.get(p.employee_id, p) for p in town.people), *joined)
    return Town(people, town.groups, _members(town, changed, joined))


def _movable(town: Town) -> list[Person]:
    """Return active people of the busy places who lead nobody, share no name and run no project."""
    leading = {person.manager_id for person in town.people}
    engaged = {member for group, member in town.members if group.startswith("project-")}
    names = [full_name(person) for person in town.people]
    shared = {full_name(town.people[number - 1]) for number in NAMESAKES}
    countries = {office.country for office in _OFFICES}
    return [
        person
        for person, name in zip(town.people, names, strict=True)
        if person.status == ACTIVE
        and person.department in _BUSY
        and person.country in countries
        and person.given_name
        and person.employee_id not in leading | engaged
        and name not in shared
    ]


def _joiners(people: Sequence[Person], chance: Chance) -> tuple[Person, ...]:
    register = Register(people)
    joined = []
    for number in range(len(people) + 1, len(people) + 1 + JOINERS):
        office, department = chance.pick(_OFFICES), chance.pick(_DEPARTMENTS)
        name = register.new_name(chance, office)
        if number == len(people) + JOINERS:
            name = full_name(chance.pick([p for p in people if _is_ordinary(p, office.country)]))
        person = hired(chance, number, name, office, department, register)
        head = _head_of(department.name, people)
        joined.append(replace(person, manager_id=head.employee_id, start_date=DATES[2].isoformat()))
    return tuple(joined)


def _is_ordinary(person: Person, country: str) -> bool:
    return person.status == ACTIVE and person.country == country and bool(person.given_name)


def _fates(free: Sequence[Person], people: Sequence[Person], chance: Chance) -> Iterator[Person]:
    """Yield the changed people; each of the free has one fate."""
    ends = (MOVERS, MOVERS + PROMOTED, MOVERS + PROMOTED + MARRIED)
    for person in free[: ends[0]]:
        yield _moved(person, people, chance)
    for person in free[ends[0] : ends[1]]:
        yield replace(person, job_title="Team Coordinator")
    for person in free[ends[1] : ends[2]]:
        yield _married(person, chance)
    for person in free[ends[2] :]:
        yield replace(person, status=TERMINATED, end_date=DATES[chance.pick((1, 2))].isoformat())


def _moved(person: Person, people: Sequence[Person], chance: Chance) -> Person:
    department = chance.pick([d for d in _DEPARTMENTS if d.name != person.department])
    return replace(
        person,
        department=department.name,
        cost_centre=department.cost_centre,
        job_title=chance.pick(department.titles),
        manager_id=_head_of(department.name, people).employee_id,
    )


def _married(person: Person, chance: Chance) -> Person:
    """Return the person with a second surname; the mail address stays, as it mostly does."""
    office = next(office for office in _OFFICES if office.country == person.country)
    added = chance.pick([name for name in office.pools[0].of_women if " " not in name.written])
    return replace(
        person,
        surname=f"{person.surname}-{added.written}",
        latin_surname=f"{person.latin_surname}-{added.latin}",
    )


def _head_of(department: str, people: Iterable[Person]) -> Person:
    return next(person for person in people if person.job_title == f"Head of {department}")


def _members(
    town: Town, changed: dict[str, Person], joined: Iterable[Person]
) -> tuple[Member, ...]:
    before = {p.employee_id: p for p in town.people if p.employee_id in changed}
    gone = {member for person in before.values() for member in placed(person)}
    now = {m for person in (*changed.values(), *joined) if person.works for m in placed(person)}
    return tuple(sorted((set(town.members) - gone) | now))
