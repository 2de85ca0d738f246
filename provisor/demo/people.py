"""The values of the fictional company; every field is text, as an HR system exports it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

Day = Literal[1, 2, 3]

ACTIVE: Final = "active"
ON_LEAVE: Final = "leave"
TERMINATED: Final = "terminated"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of `hr.csv`; the fields are its columns, in their order."""

    employee_id: str
    given_name: str
    surname: str
    """Holds the whole name of people who have only one."""
    preferred_name: str
    latin_given: str
    latin_surname: str
    """The name in Latin letters, marks included."""
    mail: str
    job_title: str
    department: str
    cost_centre: str
    country: str
    """ISO 3166 code; the names of the offices are names of groups."""
    city: str
    manager_id: str
    status: str
    start_date: str
    end_date: str
    phone: str

    @property
    def works(self) -> bool:
        """Whether the person is on the payroll, leave included."""
        return self.status != TERMINATED


COLUMNS: Final = tuple(field.name for field in fields(Person))


@dataclass(frozen=True, slots=True)
class Group:
    """One row of `groups.csv`."""

    id: str
    name: str
    description: str


Member = tuple[str, str]
"""One row of `members.csv`: a group, and an employee or, for nesting, another group."""


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody and every group on one day."""

    people: tuple[Person, ...]
    """By employee id."""
    groups: tuple[Group, ...]
    members: tuple[Member, ...]

    def person(self, employee_id: str) -> Person:
        """Return the person with that id."""
        return next(person for person in self.people if person.employee_id == employee_id)
