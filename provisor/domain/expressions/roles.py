"""Functions of the roles that a person has in an application.

An assignment is the name of a role, or an object as canonical JSON text; complex values leave as
canonical JSON text too.
"""

from __future__ import annotations

import json
from typing import Final

from provisor.domain.canonical import canonical_text
from provisor.domain.expressions.bounds import bounded, refuse
from provisor.domain.expressions.function import Argument, Function, Parameter, Tier, Type
from provisor.domain.expressions.lists import values_of
from provisor.domain.record import Scalar, Value, as_text

_KIND: Final = "WindowsAzureActiveDirectoryRole"
_NAMES: Final = ("displayName", "value")


def single_role(assignments: Argument) -> Value:
    """Gives the name of the only role that is assigned, or null where there is none.

    Several roles are an error: which of them counts must not be left to chance.

    Source: Entra, "SingleAppRoleAssignment", which calls several roles unpredictable.

    Example:
        >>> single_role(("Admin",)), single_role(('{"displayName":"Admin","value":"adm"}',))
        ('Admin', 'Admin')
    """
    names = [_role(one)[0] for one in values_of(assignments)]
    if len(names) > 1:
        refuse(
            "`SingleAppRoleAssignment` is given several roles",
            found=f"{len(names)} roles",
            then="assign one role, or map the list with `AppRoleAssignmentsComplex`",
        )
    return names[0] if names else None


def role_names(source: Argument) -> Value:
    """Gives the names of all roles that are assigned, as a list.

    Source: the list of functions of Microsoft Graph, "AppRoleAssignments"; by its name.

    Example:
        >>> role_names(("Admin", '{"value":"user"}'))
        ('Admin', 'user')
    """
    return tuple(_role(one)[0] for one in values_of(source))


def complex_roles(assignments: Argument) -> Value:
    """Gives every role that is assigned as a complex value, none of them primary.

    The whole list is what the target should have: a role that is taken away at the source is taken
    away in the target, where the add-only function of Entra would leave it.

    Source: Entra, "AppRoleAssignmentsComplex".

    Example:
        >>> complex_roles(("Admin",))[0]
        '{"displayName":"Admin","primary":false,"type":"WindowsAzureActiveDirectoryRole",\
"value":"Admin"}'
    """
    return bounded(tuple(_complex(*_role(one)) for one in values_of(assignments)))


def assertive_roles(assignments: Argument) -> Value:
    """Gives every role that is assigned as a complex value, none of them primary.

    The whole list is what the target should have.

    Source: Entra, "AssertiveAppRoleAssignmentsComplex".

    Example:
        >>> assertive_roles(("Admin",)) == complex_roles(("Admin",))
        True
    """
    return complex_roles(assignments)


def _complex(name: str, value: str) -> str:
    shown = canonical_text(name)
    told = shown if value == name else canonical_text(value)
    return f'{{"displayName":{shown},"primary":false,"type":"{_KIND}","value":{told}}}'


def _role(assignment: Scalar) -> tuple[str, str]:
    """Return the display name and the value of one assigned role."""
    text = as_text(assignment)
    if not text.startswith("{"):
        return text, text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        refuse("a role that is assigned is neither a name nor a JSON object")
    written = [found.get(name) for name in _NAMES]
    known = [name for name in written if isinstance(name, str) and name]
    if not known:
        refuse("a role that is assigned has neither `displayName` nor `value`")
    shown, value = (name if isinstance(name, str) and name else known[0] for name in written)
    return shown, value


_ASSIGNMENTS = (Parameter("assignments", type=Type.LIST),)

ROLES: Final = (
    Function(
        "AppRoleAssignments",
        (Parameter("source", type=Type.LIST),),
        1,
        role_names,
        'AppRoleAssignments("Admin")',
        gives=Type.LIST,
        tier=Tier.GRAPH,
    ),
    Function(
        "AppRoleAssignmentsComplex",
        _ASSIGNMENTS,
        1,
        complex_roles,
        'AppRoleAssignmentsComplex("Admin")',
        gives=Type.LIST,
    ),
    Function(
        "AssertiveAppRoleAssignmentsComplex",
        _ASSIGNMENTS,
        1,
        assertive_roles,
        'AssertiveAppRoleAssignmentsComplex("Admin")',
        gives=Type.LIST,
    ),
    Function(
        "SingleAppRoleAssignment",
        _ASSIGNMENTS,
        1,
        single_role,
        'SingleAppRoleAssignment("Admin")',
        gives=Type.TEXT,
    ),
)
"""The functions of this file, for the registry."""
