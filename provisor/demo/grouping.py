"""Groups of the company and who belongs to them, groups inside groups included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from provisor.demo.chance import Chance
from provisor.demo.company import DEPARTMENTS, DIVISIONS, OFFICES, PROJECTS
from provisor.demo.people import Group, Member, Person

ALL_STAFF: Final = "all-staff"

_SMALLEST_PROJECT: Final = 12
_LARGEST_PROJECT: Final = 60


def department_group(name: str) -> str:
    """Return the id of a department's group.

    Example:
        >>> department_group("Customer Success")
        'dept-customer-success'
    """
    return f"dept-{name.lower().replace(' ', '-')}"


def division_group(name: str) -> str:
    """Return the id of a division's group, which contains those of its departments."""
    return f"division-{name.lower()}"


def country_group(code: str) -> str:
    """Return the id of a country's group."""
    return f"country-{code.lower()}"


def project_group(code: str) -> str:
    """Return the id of a project's group."""
    return f"project-{code}"


def company_groups() -> tuple[Group, ...]:
    """Return every group: all staff, countries, divisions, departments and projects."""
    countries = (
        Group(country_group(office.country), f"Everyone in {office.name}", "By place of work")
        for office in OFFICES
    )
    divisions = (
        Group(division_group(name), name, "The departments of the division and their heads")
        for name in DIVISIONS
    )
    departments = (
        Group(department_group(d.name), f"{d.division}: {d.name}", f"Cost centre {d.cost_centre}")
        for d in DEPARTMENTS
    )
    projects = (Group(project_group(code), name, about) for code, name, about in PROJECTS)
    all_staff = Group(ALL_STAFF, "All staff", "Everyone, by way of the countries")
    return (all_staff, *countries, *divisions, *departments, *projects)


def members_of(people: Sequence[Person], chance: Chance) -> tuple[Member, ...]:
    """Return all memberships, sorted; who has left belongs nowhere."""
    working = [person for person in people if person.works]
    places = (place for person in working for place in placed(person))
    return tuple(sorted({*_nested(), *_heads(working), *_crews(working, chance), *places}))


def placed(person: Person) -> Iterator[Member]:
    """Yield the memberships that follow from a person's department and country."""
    yield (department_group(person.department), person.employee_id)
    if person.country:
        yield (country_group(person.country), person.employee_id)


def _nested() -> Iterator[Member]:
    for office in OFFICES:
        yield (ALL_STAFF, country_group(office.country))
    for department in DEPARTMENTS:
        yield (division_group(department.division), department_group(department.name))


def _heads(working: Iterable[Person]) -> Iterator[Member]:
    division_of = {department.name: department.division for department in DEPARTMENTS}
    for person in working:
        if person.job_title.startswith("Head of "):
            yield (division_group(division_of[person.department]), person.employee_id)


def _crews(working: Sequence[Person], chance: Chance) -> Iterator[Member]:
    for code, _, _ in PROJECTS:
        size = _SMALLEST_PROJECT + chance.below(_LARGEST_PROJECT - _SMALLEST_PROJECT)
        for person in chance.some(working, size):
            yield (project_group(code), person.employee_id)
