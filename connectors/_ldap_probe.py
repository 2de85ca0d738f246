"""One cheap look: are we let in, and can the server hold what the settings speak of?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors._ldap_directory import EVERYTHING, Directory
from connectors._ldap_problems import problem_of
from connectors._ldap_seam import ASSERTION, POST_READ, SUCCESS, Scope, Search
from connectors._ldap_settings import ACTIVE, KindSettings
from connectors._ldap_switch import source_of
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import AuthFailed, PermissionDenied, TargetProblem
from provisor.ports.connector import Health

_PAGED = "1.2.840.113556.1.4.319"
_WISHES = {
    _PAGED: "no paged results",
    POST_READ: "no answers that show the entry",
    ASSERTION: "no assertions",
}


def probed(directory: Directory, schemas: Mapping[ObjectType, ObjectSchema]) -> Health:
    """Sign in, look at the bases, and hold the subschema against the settings."""
    try:
        facts = directory.facts
    except TargetProblem as problem:
        refused = isinstance(problem, AuthFailed | PermissionDenied)
        return Health(reachable=refused, allowed=False, found=problem.what)
    kinds = [(t, kind) for t in schemas if (kind := directory.settings.of(t)) is not None]
    faults = [fault for t, kind in kinds for fault in _faults(directory, kind, schemas[t])]
    if faults:
        return Health(reachable=True, allowed=False, found="; ".join(faults))
    lacking = [text for control, text in _WISHES.items() if control not in facts.controls]
    return Health(reachable=True, allowed=True, found="; ".join([facts.vendor, *lacking]))


def _faults(directory: Directory, kind: KindSettings, schema: ObjectSchema) -> Iterator[str]:
    try:
        with directory.line() as line:
            answer = directory.ask(line, Search(kind.base, Scope.BASE, EVERYTHING, ("1.1",)))
    except TargetProblem as problem:
        yield problem.what
        return
    if answer.code != SUCCESS:
        yield f"the base of {schema.object_type.value}: {problem_of(answer.code, '').what}"
    known = directory.facts.schema
    switch = kind.disable
    named = [one.name for one in schema.attributes if one.name != ACTIVE]
    sources = [source_of(switch)] if switch else []
    for name in (*named, *(one for one in sources if one)):
        if not known.knows(name):
            yield f"the directory's schema has no attribute `{name}`"
    for name in kind.classes:
        if known.classes and name.lower() not in known.classes:
            yield f"the directory's schema has no class `{name}`"
