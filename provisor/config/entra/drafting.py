"""An exported synchronization schema, to the draft of a configuration and a report of every key.

Enters: the checked tree, and the schemas of the connector that writes the target.
Leaves: a `Draft`, whose document can be written as YAML. Pure: nothing is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from provisor.config.entra.directories import Usage, compare, declared, definition
from provisor.config.entra.export_file import Json
from provisor.config.entra.objects import Rules, object_type_of, read_rules
from provisor.config.entra.parts import Part
from provisor.config.entra.report import Ledger, Report
from provisor.config.entra.resources import Found, Verdict, keys_of
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import SettingInvalid

Schemas = Mapping[ObjectType, ObjectSchema]
"""What the connector of the target knows, by type of object."""

CONNECTOR: Final = "scim"
ADDRESS: Final = "https://fill-in.invalid/scim/v2"
FOLDER: Final = "fill-in"

_OFF: Final = "it is switched off, and was not looked at"
_SECOND: Final = "the job has rules for {} already; decide which of the two mappings is meant"
_STRANGE: Final = "it is about neither users nor groups"
_BARE: Final = "none of its attribute mappings can be taken"
_LONGEST_NAME: Final = 48


@dataclass(slots=True)
class Job:
    """One synchronization rule as a job."""

    name: str
    part: Part
    source: str
    """Names of the two systems."""
    target: str
    rules: dict[ObjectType, Rules] = field(default_factory=dict)
    after: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, object]:
        """The job as it stands in a configuration file."""
        written: dict[str, object] = {"source": self.source, "target": self.target}
        if self.after:
            written["after"] = list(self.after)
        written["anchor_policy"] = "keep_foreign"
        for object_type, rules in self.rules.items():
            written[object_type.value] = rules.settings
        bounds = sorted({name for rules in self.rules.values() for name in rules.bounds})
        if bounds:
            written["limits"] = {name: {"count": 0} for name in bounds}
        return written


@dataclass(slots=True)
class Draft:
    """The jobs that an export became, while they are put together and proven."""

    tree: dict[str, Json]
    keys: tuple[Found, ...]
    known: Schemas
    ledger: Ledger
    jobs: list[Job]

    @property
    def report(self) -> Report:
        """What became of every key, as far as it is decided."""
        return self.ledger.report(self.keys)

    @property
    def usage(self) -> dict[tuple[str, str], Usage]:
        """How the jobs use the objects of the directories."""
        found: dict[tuple[str, str], Usage] = {}
        for job in self.jobs:
            for object_type, rules in job.rules.items():
                _note_usage(found, job, rules, self.known[object_type])
        return found


def drafted(tree: dict[str, Json], file: str, known: Schemas, name: str = "") -> Draft:
    """Turn an export into the draft of a configuration.

    Args:
        tree: the export, read by `read_export`.
        file: its name, for messages.
        known: what the connector of the target knows, by type of object.
        name: name of the first job; made of the directories' names if empty.

    Raises:
        SettingInvalid: the tree is no synchronization schema.
    """
    ledger = Ledger()
    schema = Part(tree, (), ledger)
    keys = tuple(keys_of(tree, file))
    if not schema.parts("synchronizationRules"):
        raise SettingInvalid(
            "the file is not a synchronization schema",
            where=file,
            found="no `synchronizationRules`, or none in the list",
            safe="nothing was read and nothing was written",
            next="export the schema with `GET …/synchronization/jobs/{id}/schema`",
        )
    draft = Draft(tree, keys, known, ledger, [])
    _read_jobs(draft, schema, name)
    return draft


def settled(draft: Draft) -> Report:
    """Compare the directories with what the jobs use of them, and return the final report."""
    compare(Part(draft.tree, (), draft.ledger), draft.usage)
    return draft.report


def _read_jobs(draft: Draft, schema: Part, name: str) -> None:
    rules = sorted(schema.parts("synchronizationRules"), key=lambda rule: rule.number("priority"))
    targets = {slug(rule.text("targetDirectoryName"), "target") for rule in rules}
    for rule in rules:
        if rule.denies("enabled"):
            rule.leave(_OFF, Verdict.IDLE)
            continue
        source, target = _systems_of(rule, targets)
        job = _job_of(draft, source, target) or Job(_free(draft, name, rule), rule, source, target)
        before = set(job.rules)
        for mapping in rule.parts("objectMappings"):
            _read_mapping(draft, schema, job, mapping)
        _leave_to_one_owner(draft, job)
        if set(job.rules) == before:
            rule.say("objectMappings", Verdict.UNSUPPORTED, "no job was made of this rule")
        elif job not in draft.jobs:
            _append(draft, job)


def _systems_of(rule: Part, targets: set[str]) -> tuple[str, str]:
    source = slug(rule.text("sourceDirectoryName"), "source")
    # What is written by one rule and read by another needs two connectors.
    read = f"{source}-source" if source in targets else source
    return read, slug(rule.text("targetDirectoryName"), "target")


def _job_of(draft: Draft, source: str, target: str) -> Job | None:
    """Return the job of a direction: users, groups and memberships need one plan."""
    return next((job for job in draft.jobs if (job.source, job.target) == (source, target)), None)


def _free(draft: Draft, name: str, rule: Part) -> str:
    """Return a name that no other job has."""
    source = slug(rule.text("sourceDirectoryName"), "source")[: _LONGEST_NAME // 2]
    target = slug(rule.text("targetDirectoryName"), "target")[: _LONGEST_NAME // 2]
    wanted, number = name or f"{source}-to-{target}", 2
    found, taken = wanted, {job.name for job in draft.jobs}
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def _append(draft: Draft, job: Job) -> None:
    last = draft.jobs[-1] if draft.jobs else None
    if last is not None and last.part.number("priority") < job.part.number("priority"):
        job.after = (last.name,)
    draft.jobs.append(job)


def slug(name: str, otherwise: str) -> str:
    """Return a name that a setting can have.

    Example:
        >>> slug("Azure Active Directory", "source"), slug("//", "source")
        ('azure-active-directory', 'source')
    """
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return found[:_LONGEST_NAME].strip("-") or otherwise


def _read_mapping(draft: Draft, schema: Part, job: Job, mapping: Part) -> None:
    object_type = object_type_of(mapping)
    if mapping.denies("enabled"):
        mapping.leave(_OFF, Verdict.IDLE)
    elif object_type is None:
        mapping.leave(_STRANGE)
    elif object_type in job.rules:
        mapping.leave(_SECOND.format(object_type.value))
    else:
        rule = job.part
        source = definition(
            schema, rule.text("sourceDirectoryName"), mapping.text("sourceObjectName")
        )
        target = definition(
            schema, rule.text("targetDirectoryName"), mapping.text("targetObjectName")
        )
        rules = read_rules(mapping, object_type, source, target, draft.known[object_type])
        if rules.flows:
            job.rules[object_type] = rules
        else:
            mapping.say("attributeMappings", Verdict.UNSUPPORTED, _BARE)


def _leave_to_one_owner(draft: Draft, job: Job) -> None:
    """Leave out what another job writes already: an attribute of a target has one owner."""
    others = [other for other in draft.jobs if other is not job and other.target == job.target]
    for object_type, rules in tuple(job.rules.items()):
        owned = {
            flow.attribute.lower()
            for other in others
            if object_type in other.rules
            for flow in other.rules[object_type].flows
        }
        for flow in tuple(rules.flows):
            if flow.attribute.lower() in owned:
                flow.part.leave("a job above writes this attribute; an attribute has one owner")
                rules.flows.remove(flow)
        if not rules.flows:
            rules.part.say("attributeMappings", Verdict.UNSUPPORTED, _BARE)
            del job.rules[object_type]


def _note_usage(
    found: dict[tuple[str, str], Usage], job: Job, rules: Rules, known: ObjectSchema
) -> None:
    source = (job.part.text("sourceDirectoryName"), rules.part.text("sourceObjectName").lower())
    target = (job.part.text("targetDirectoryName"), rules.part.text("targetObjectName").lower())
    read = found.setdefault(source, Usage())
    read.read |= rules.reads() | {rules.source.anchor}
    written = found.setdefault(target, Usage())
    written.known = known
    written.written |= {f.part.text("targetAttributeName"): f.attribute for f in rules.flows}


def systems(draft: Draft) -> dict[str, dict[str, object]]:
    """Return the systems of a draft: placeholders, with references in the place of secrets."""
    found: dict[str, dict[str, object]] = {}
    for job in draft.jobs:
        objects = found.setdefault(job.source, {"connector": "files", "objects": {}})["objects"]
        if isinstance(objects, dict):
            objects |= dict(_files(job))
        target = found.setdefault(
            job.target,
            {"connector": CONNECTOR, "url": ADDRESS, "token": {"env": _variable(job.target)}},
        )
        _declare(draft, job, target)
    return found


def _files(job: Job) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the files of a source; one of users is always needed."""
    folder = f"{FOLDER}/{job.source}"
    users, groups = job.rules.get(ObjectType.USERS), job.rules.get(ObjectType.GROUPS)
    yield "users", {"path": f"{folder}/users.csv", "key": _key(users)}
    if groups is not None:
        yield "groups", {"path": f"{folder}/groups.csv", "key": _key(groups)}
        if groups.memberships is not None:
            path = f"{folder}/members.csv"
            yield "memberships", {"path": path, "group": "group", "member": "member"}


def _key(rules: Rules | None) -> str:
    return (rules.source.anchor if rules is not None else "") or "id"


def _declare(draft: Draft, job: Job, target: dict[str, object]) -> None:
    """Declare every attribute that the connector does not know by itself."""
    for object_type, rules in job.rules.items():
        known = draft.known[object_type]
        for flow in rules.flows:
            if known.attribute(flow.attribute) is None:
                declarations = target.setdefault("attributes", {})
                if isinstance(declarations, dict):
                    of_type = declarations.setdefault(object_type.value, {})
                    name = flow.part.text("targetAttributeName")
                    of_type[flow.attribute] = declared(rules.target.attributes.get(name))


def _variable(system: str) -> str:
    name = system.upper().replace("-", "_")
    return f"{name}_TOKEN" if name[0].isalpha() else f"TARGET_{name}_TOKEN"
