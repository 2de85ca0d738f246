"""The document that a job's configuration digest covers: its rules, and nothing else.

In it: the job's settings with every default, both systems with the files in which rules of theirs
stand, the time zone, the register of the target's accounts. Not in it: schedule, store, other jobs,
secrets, and where the file lies, so that moving it or noting something beside a rule needs no new
approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel

from provisor.config.configuration import Configuration
from provisor.config.cross_references import rules_of
from provisor.config.file_paths import absolute_path, holds_rules
from provisor.config.loans import lenders_of
from provisor.config.model import JobSettings, SystemSettings
from provisor.config.people_settings import PeopleSettings
from provisor.config.register_settings import AccountSettings
from provisor.config.yaml_document import WrittenFraction
from provisor.domain.bounds import DEFAULT_LIMITS, FIRST_LIMITED, Limit
from provisor.domain.canonical import Json, canonical
from provisor.domain.scope import (
    AllOf,
    AnyOf,
    Belonging,
    Case,
    Clause,
    Condition,
    Not,
    Quantifier,
    Titled,
)

_NO_RULES = {"schedule", "limits"}


def effective_limits(job: JobSettings) -> dict[str, Limit]:
    """Return the bounds of every operation: those of the job, and the defaults for the others."""
    own = {
        name: written.limit_over(DEFAULT_LIMITS.get(name, Limit()))
        for name, written in job.limits.items()
    }
    return {**DEFAULT_LIMITS, **own}


def job_document(configuration: Configuration, name: str) -> Mapping[str, Json]:
    """Return what a job's configuration digest covers, as JSON.

    Settings that are left out and have no default are left out here, so that a later version's
    new settings change no digest until somebody uses them.
    """
    job = configuration.job(name)
    accounts = configuration.settings.accounts.get(job.target, ())
    document: dict[str, Json] = {
        "job": name,
        "rules": _rules(job),
        "source": _system(configuration, job.source),
        "target": _system(configuration, job.target),
        "accounts": [_account(entry) for entry in sorted(accounts, key=_entry_order)],
        "time_zone": configuration.settings.time_zone,
    }
    besides: dict[str, Json] = {
        "deliveries": _deliveries(configuration, job),
        "entitlements": _entitlements(configuration, job.target),
        "duties": _duties(configuration, job.target),
        "lenders": _lenders(configuration, job),
    }
    return {**document, **{name: said for name, said in besides.items() if said}}


def _entitlements(configuration: Configuration, target: str) -> list[Json]:
    """Return the catalogue of a target; the order of its entries means nothing."""
    entries = configuration.settings.entitlements.get(target, ())
    return sorted((_plain(one) for one in entries), key=canonical)


def _duties(configuration: Configuration, target: str) -> dict[str, Json]:
    """Return the duties that name a target."""
    return {
        _ascii(name): _plain(duty)
        for name, duty in configuration.settings.duties.items()
        if any(claim.target == target for claim in duty.claims())
    }


def _lenders(configuration: Configuration, job: JobSettings) -> dict[str, Json]:
    """Return the jobs whose values are read, each with the system where its values stand."""
    return {
        _ascii(name): {"target": _system(configuration, configuration.job(name).target)}
        for name in sorted(lenders_of(job))
    }


def _entry_order(entry: AccountSettings) -> tuple[str, str, str]:
    about = canonical(_plain(entry.where)).decode() if entry.where is not None else ""
    return (entry.account or "", entry.match or "", about)


def _account(entry: AccountSettings) -> Json:
    """Return an entry of the register; that somebody looked at it changes nobody's account."""
    return {name: said for name, said in _fields(entry).items() if name != "reviewed"}


def _deliveries(configuration: Configuration, job: JobSettings) -> dict[str, Json]:
    """Return the programs that are handed the job's secrets: whoever changes one gets them."""
    named = {
        mapping.deliver
        for _, written in rules_of(job)
        for mapping in written.attributes.values()
        if mapping.deliver is not None
    }
    known = configuration.settings.deliveries
    return {_ascii(name): _plain(known[name]) for name in sorted(named & known.keys())}


def _rules(job: JobSettings) -> dict[str, Json]:
    rules = _fields(job)
    for name in _NO_RULES:
        rules.pop(name, None)
    for object_type, written in rules_of(job):
        leaving = {**_fields(written.on_leave), "disable": written.on_leave.disabling(object_type)}
        rules[object_type.value] = {**_fields(written), "on_leave": leaving}
    rules["limits"] = _limits(effective_limits(job))
    return rules


def _limits(limits: Mapping[str, Limit]) -> dict[str, Json]:
    """Return the bounds; of what came after the first version only what somebody wrote."""
    return {
        name: _limit(bound, DEFAULT_LIMITS.get(name, Limit()))
        for name, bound in limits.items()
        if name in FIRST_LIMITED or bound != DEFAULT_LIMITS.get(name)
    }


def _limit(bound: Limit, default: Limit) -> dict[str, Json]:
    body: dict[str, Json] = {
        "count": bound.count,
        "percent": bound.percent,
        "base": bound.minimum_base,
    }
    if bound.month != default.month and bound.month is not None:
        body["month"] = _limit(bound.month, Limit())
    if bound.by:
        body["by"] = {_ascii(name): _limit(one, Limit()) for name, one in bound.by.items()}
    if bound.two_above != default.two_above:
        body["two_above"] = bound.two_above
    return body


def _system(configuration: Configuration, name: str) -> dict[str, Json]:
    system = configuration.system(name)
    document: dict[str, Json] = {"connector": system.connector, "settings": _plain(system.own())}
    beside = _beside(configuration, system.own())
    if beside:
        document["files"] = beside
    if isinstance(system, SystemSettings) and system.calls_per_minute is not None:
        document["calls_per_minute"] = system.calls_per_minute
    if isinstance(system, PeopleSettings):
        # Whoever changes one of the systems that people are read from changes who is who.
        document["of"] = {feed.system: _system(configuration, feed.system) for feed in system.of}
    return document


def _beside(configuration: Configuration, own: Mapping[str, object]) -> dict[str, Json]:
    """Return the digests of the files in which some of a system's rules stand; a change counts."""
    found: dict[str, Json] = {}
    for key, written in own.items():
        if holds_rules(key) and isinstance(written, str):
            file = Path(absolute_path(written, configuration.folder))
            found[key] = sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    return found


def _fields(written: BaseModel) -> dict[str, Json]:
    """Return the settings of a group that say something."""
    values = {name: getattr(written, name) for name in type(written).model_fields}
    return {name: _plain(value) for name, value in values.items() if value not in (None, (), {})}


def _plain(value: object) -> Json:
    """Return a setting as JSON without fractions and with ASCII keys, one form for each value."""
    match value:
        case BaseModel():
            return _fields(value)
        case Clause() | Belonging() | AllOf() | AnyOf() | Not() | Titled():
            return _condition(value)
        case Mapping():
            return {_ascii(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return _single(value)


def _condition(condition: Condition) -> Json:
    match condition:
        case Clause():
            return _clause(condition)
        case Belonging(circle, operator):
            by = {"by": circle.by} if circle.by else {}
            transitive = {"transitive": True} if circle.transitive else {}
            return {"group": circle.group, "operator": operator.value, **by, **transitive}
        case AllOf(parts):
            return {"all": [_condition(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_condition(part) for part in parts]}
        case Not(part):
            return {"not": _condition(part)}
        case Titled(_, part):
            # A title is a remark: it changes nobody's account.
            return _condition(part)


def _clause(clause: Clause) -> Json:
    """Return a clause; what is as it is without a word about it is left out."""
    said: dict[str, Json] = {
        "attribute": clause.attribute,
        "operator": clause.operator.value,
        "value": list(clause.values) if clause.values else clause.value,
    }
    if clause.case is not Case.EXACT:
        said["case"] = clause.case.value
    if clause.quantifier is not Quantifier.ANY:
        said["quantifier"] = clause.quantifier.value
    if not clause.anchored:
        said["anchored"] = False
    return said


def _single(value: object) -> Json:
    match value:
        case Enum():
            return str(value.value)
        case WrittenFraction():
            return value.text
        case None | bool() | int() | str():
            return value
        case _:
            message = f"a setting of type {type(value).__name__} has no canonical form"
            raise TypeError(message)


def _ascii(key: str) -> str:
    r"""Return a key as ASCII; the backslash is escaped as well, so no two keys become one.

    Example:
        >>> _ascii("größe"), _ascii("path")
        ('gr\\xf6\\xdfe', 'path')
    """
    return key.encode("unicode_escape").decode("ascii")
