"""The name of a new entry, made from a template and the entry's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors._ldap_names import Dn, Part, Rdn
from provisor.domain.record import Value, as_text

_PLACE: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9-]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    r"""A distinguished name, some of whose values have places for attributes.

    Example:
        >>> made = Template.parse("uid={uid},ou=people").made({"uid": "a,b"})
        >>> made.text
        'uid=a\\,b,ou=people'
    """

    dn: Dn

    @staticmethod
    def parse(text: str) -> Template:
        """Return the template that the text says.

        Raises:
            ValueError: it is no name, or its first part has no place for an attribute.
        """
        template = Template(Dn.parse(text))
        if not template.dn.rdns or not any(_PLACE.search(p.value) for p in template.dn.rdns[0]):
            raise ValueError("expected a name such as `uid={uid},ou=people,dc=example,dc=org`")
        return template

    @property
    def has_one_place(self) -> bool:
        """Whether everybody is below the same entry."""
        return not any(_PLACE.search(part.value) for rdn in self.dn.rdns[1:] for part in rdn)

    def names(self, attribute: str) -> bool:
        """Say whether the entry's own name is this attribute's value and nothing else."""
        return any(
            part.attribute.lower() == attribute.lower() and part.value == f"{{{attribute}}}"
            for part in self.dn.rdns[0]
        )

    def is_under(self, base: str) -> bool:
        """Say whether every name that it makes lies below the base."""
        top = Dn.parse(base)
        return len(self.dn.rdns) > len(top.rdns) and self.dn.is_under(top)

    def made(self, values: Mapping[str, Value]) -> Dn:
        """Return the name of an entry with these values.

        Raises:
            KeyError: a value that the name is made of is missing; its attribute is the argument.
        """
        return Dn(tuple(tuple(_filled(part, values) for part in rdn) for rdn in self.dn.rdns))


def _filled(part: Part, values: Mapping[str, Value]) -> Part:
    def value_of(place: re.Match[str]) -> str:
        value = values.get(place[1])
        if isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        if value is None or isinstance(value, tuple) or value == "":
            raise KeyError(place[1])
        return as_text(value)

    return Part(part.attribute, _PLACE.sub(value_of, part.value))


def renamed(rdn: Rdn, attribute: str, value: str) -> Rdn | None:
    """Return the relative name with another value; None where it is not made of the attribute."""
    if all(part.attribute.lower() != attribute.lower() for part in rdn):
        return None
    return tuple(
        Part(part.attribute, value) if part.attribute.lower() == attribute.lower() else part
        for part in rdn
    )
