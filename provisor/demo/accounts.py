"""What the two applications hold before Provisor comes: accounts that somebody made by hand.

Most belong to somebody and say so by mail address or employee number. Some do not, and the point
of each of those is that a careless match would harm a person.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from provisor.demo.chance import Chance
from provisor.demo.company import MAIL_DOMAIN
from provisor.demo.hiring import full_name
from provisor.demo.people import ACTIVE, Person, Town

MATCHING: Final = 40
"""Accounts in the first application that carry the mail address of exactly one person."""
SWITCHED_OFF: Final = 2
"""Matching accounts that are disabled although their owners work here."""
NUMBERED: Final = 30
"""Accounts in the second application that carry an employee number."""
SEED: Final = 46


class Standing(StrEnum):
    """What there is to know about an account that was made by hand."""

    MATCHING = "matching"
    """Exactly one person has its mail address, or its number."""
    ORPHAN = "orphan"
    """Nobody does."""
    AMBIGUOUS = "ambiguous"
    """Another account has the same mail address: guessing would give somebody's access away."""
    NAMESAKE = "namesake"
    """It bears the name of somebody at the company, and belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class ExistingAccount:
    """One account, made by hand."""

    login: str
    given_name: str
    surname: str
    mail: str
    standing: Standing
    active: bool = True
    title: str = ""
    department: str = ""
    employee_id: str = ""
    """Whom it concerns; stored only where the application has a place for it."""

    @property
    def display_name(self) -> str:
        """The name as people see it."""
        return f"{self.given_name} {self.surname}"


_ORPHANS: Final = (
    ExistingAccount(
        "backup-operator", "Backup", "Operator", "backup@oldhosting.example", Standing.ORPHAN
    ),
    ExistingAccount(
        "tkramer.ext", "Thea", "Krämer", "thea.kramer@consultants.example", Standing.ORPHAN
    ),
    ExistingAccount(
        "p.vandoorn", "Paulien", "van Doorn", f"paulien.vandoorn@{MAIL_DOMAIN}", Standing.ORPHAN
    ),
)


def existing_accounts(town: Town) -> tuple[ExistingAccount, ...]:
    """Return the accounts of the first application: matching, then those to beware of.

    40 match by mail address, three are orphans, two share one person's address, and one bears
    the name of somebody whose account it is not.
    """
    chance = Chance(SEED)
    known = _unmistakable(town.people)
    twin, lookalike = chance.some((one for one in known if _writes_latin(one)), 2)
    owners = chance.some((one for one in known if one not in (twin, lookalike)), MATCHING)
    matching = [_by_hand(person, chance) for person in owners]
    matching[:SWITCHED_OFF] = [replace(one, active=False) for one in matching[:SWITCHED_OFF]]
    return (*matching, *_ORPHANS, *_twins(twin), _namesake(lookalike))


def numbered_accounts(town: Town) -> tuple[ExistingAccount, ...]:
    """Return the accounts of the second application: 30 with a person's number, one with none."""
    chance = Chance(SEED + 1)
    known = chance.some(_unmistakable(town.people), NUMBERED)
    return (
        *(_by_hand(person, chance) for person in known),
        replace(_ORPHANS[0], employee_id="T-7"),
    )


def _unmistakable(people: Sequence[Person]) -> list[Person]:
    """Return active people with name, mail and country whose written name nobody shares.

    They work in research, where the second day changes nothing.
    """
    bearers = Counter(map(full_name, people))
    return [
        person
        for person in people
        if person.status == ACTIVE
        and all((person.given_name, person.surname, person.mail, person.country))
        and not person.preferred_name
        and person.department in _QUIET
        and bearers[full_name(person)] == 1
    ]


_QUIET: Final = {"Materials", "Optics", "Acoustics", "Quality", "Hardware", "Legal"}


def _writes_latin(person: Person) -> bool:
    return person.given_name == person.latin_given


def _by_hand(person: Person, chance: Chance) -> ExistingAccount:
    """Return an account as somebody once typed it in: old title, own idea of a log-in name."""
    given, _, surname = full_name(person).login.partition(".")
    return ExistingAccount(
        login=f"{given[:1]}{surname}{chance.below(90) + 10}",
        given_name=person.given_name,
        surname=person.surname,
        mail=person.mail.title() if chance.one_in(8) else person.mail.lower(),
        standing=Standing.MATCHING,
        title=chance.pick(("Employee", "Trainee", person.job_title)),
        department=person.department,
        employee_id=person.employee_id,
    )


def _twins(person: Person) -> tuple[ExistingAccount, ExistingAccount]:
    """Return two accounts of which only one can be the person's: nobody remembers which."""
    first = ExistingAccount(
        login=f"{full_name(person).login}.1",
        given_name=person.given_name,
        surname=person.surname,
        mail=person.mail.lower(),
        standing=Standing.AMBIGUOUS,
        employee_id=person.employee_id,
    )
    return first, replace(first, login=f"{full_name(person).login}.admin")


def _namesake(person: Person) -> ExistingAccount:
    return ExistingAccount(
        login=f"{full_name(person).login}.partner",
        given_name=person.given_name,
        surname=person.surname,
        mail=f"{full_name(person).login}@suppliers.example",
        standing=Standing.NAMESAKE,
        employee_id=person.employee_id,
    )


_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_MADE: Final = "2023-05-17T08:30:00Z"


def scim_user(account: ExistingAccount) -> dict[str, object]:
    """Return an account as SCIM, without `externalId`: whoever made it knew of no such thing."""
    return {
        "schemas": [_USER, _ENTERPRISE],
        "id": uuid.uuid5(uuid.NAMESPACE_DNS, f"{account.login}.{MAIL_DOMAIN}").hex,
        "userName": account.login,
        "displayName": account.display_name,
        "name": {"givenName": account.given_name, "familyName": account.surname},
        "emails": [{"value": account.mail, "type": "work", "primary": True}],
        "active": account.active,
        **({"title": account.title} if account.title else {}),
        **({_ENTERPRISE: {"department": account.department}} if account.department else {}),
        "meta": {"resourceType": "User", "created": _MADE, "lastModified": _MADE},
    }
