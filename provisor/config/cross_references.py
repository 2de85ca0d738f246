"""What the settings of one file say about each other: names that lead somewhere, no two owners.

Enters: settings whose form is right. Leaves: one error for each contradiction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from provisor.config.attribute_settings import MatchSettings
from provisor.config.model import ConfigurationSettings, JobSettings
from provisor.config.object_settings import UserSettings
from provisor.config.places import MEND, NOTHING_HAPPENED, Places
from provisor.domain.expressions import Call, Node, parse
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType
from provisor.domain.scope import attributes_of_condition
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, nearest

UNIQUE_NAME = "SelectUniqueValue"


def contradictions(
    settings: ConfigurationSettings, places: Places, connectors: Collection[str]
) -> Iterator[ConfigurationError]:
    """Yield one error for every setting that does not go together with another.

    Args:
        settings: the whole file.
        places: where everything stands.
        connectors: names of the connectors that are installed.
    """
    for name, system in settings.systems.items():
        if system.connector not in connectors:
            path = ("systems", name, "connector")
            yield unknown_name("connector", system.connector, connectors, places.where(path))
    for name in settings.accounts:
        if name not in settings.systems:
            where = places.where(("accounts", name))
            yield unknown_name("system", name, settings.systems, where)
    for name, job in settings.jobs.items():
        yield from _job_names(name, job, settings, places)
        yield from _unstable_matches(name, job, places)
        yield from _conditions_on_themselves(name, job, places)
    yield from _circles(settings.jobs, places)


def unknown_name(kind: str, name: str, known: Collection[str], where: str) -> UnknownName:
    """Return the error for a name that leads nowhere, with the nearest that would."""
    near = nearest(name, known)
    return UnknownName(
        f"no {kind} is called `{name}`",
        where=where,
        found=f"known here: {_some(known)}",
        safe=NOTHING_HAPPENED,
        next=f"did you mean `{near}`?" if near else MEND,
    )


def _some(names: Collection[str], most: int = 12) -> str:
    shown = sorted(names)[:most]
    more = len(names) - len(shown)
    return (", ".join(shown) or "none") + (f" and {more} more" if more else "")


def _job_names(
    name: str, job: JobSettings, settings: ConfigurationSettings, places: Places
) -> Iterator[ConfigurationError]:
    for setting, system in (("source", job.source), ("target", job.target)):
        if system not in settings.systems:
            where = places.where(("jobs", name, setting))
            yield unknown_name("system", system, settings.systems, where)
    for place, other in enumerate(job.after):
        if other not in settings.jobs:
            where = places.where(("jobs", name, "after", place))
            yield unknown_name("job", other, settings.jobs, where)
    if job.source == job.target and any(rules.owns_accounts for _, rules in rules_of(job)):
        yield SettingInvalid(
            "a job's source is its own target",
            where=places.where(("jobs", name, "target")),
            found=f"`{job.target}` twice",
            safe=NOTHING_HAPPENED,
            next="name two different systems, or `lifecycle: none` where values are written back",
        )


def _unstable_matches(name: str, job: JobSettings, places: Places) -> Iterator[ConfigurationError]:
    """Refuse to recognise accounts by a name that is different at every look."""
    for object_type, rules in rules_of(job):
        for place, entry in enumerate(rules.match):
            chosen = any(is_call(tree, UNIQUE_NAME) for tree in _compared(rules, entry))
            if chosen or (entry.decides and _is_numbered(rules, entry)):
                yield SettingInvalid(
                    f"an account cannot be recognised by `{UNIQUE_NAME if chosen else 'unique'}`",
                    where=places.where(("jobs", name, object_type.value, "match", place)),
                    found="a value that avoids the accounts there are, and so matches none, or one "
                    "of somebody else",
                    safe=NOTHING_HAPPENED,
                    next="match by an issued identifier, such as an employee number",
                )


def _is_numbered(rules: UserSettings, entry: MatchSettings) -> bool:
    """Say whether a rule compares with names of which another person may have the bare one."""
    mapped = (rules.attributes.get(t.attribute) for t in entry.terms if t.expression is None)
    return any(mapping is not None and mapping.unique is not None for mapping in mapped)


def _compared(rules: UserSettings, entry: MatchSettings) -> Iterator[Node]:
    """Yield the expressions that a rule of `match` compares attributes with."""
    for term in entry.terms:
        mapping = rules.attributes.get(term.attribute)
        tree = term.tree or (mapping.tree if mapping else None)
        if tree is not None:
            yield tree


def _conditions_on_themselves(
    name: str, job: JobSettings, places: Places
) -> Iterator[ConfigurationError]:
    """Refuse to ask whether somebody is gone in order to find out whether somebody is gone."""
    for object_type, rules in rules_of(job):
        for setting, condition in (("scope", rules.scope), ("leaver", rules.leaver)):
            if SOFT_DELETED in attributes_of_condition(condition):
                yield SettingInvalid(
                    f"`{SOFT_DELETED}` is computed from `scope` and `leaver`",
                    where=places.where(("jobs", name, object_type.value, setting)),
                    found="a clause that asks for it, before it is known",
                    safe=NOTHING_HAPPENED,
                    next="ask for an attribute of the source",
                )


def calls(expression: str, function: str) -> bool:
    """Say whether an expression is a call of this function, which may only stand at its top."""
    return is_call(parse(expression), function)


def is_call(tree: Node, function: str) -> bool:
    """Say whether a whole expression is a call of this function."""
    return isinstance(tree, Call) and tree.name == function


def rules_of(job: JobSettings) -> tuple[tuple[ObjectType, UserSettings], ...]:
    """Return the rules that a job has, by object type."""
    pairs = ((ObjectType.USERS, job.users), (ObjectType.GROUPS, job.groups))
    return tuple((object_type, rules) for object_type, rules in pairs if rules is not None)


def _circles(jobs: Mapping[str, JobSettings], places: Places) -> Iterator[ConfigurationError]:
    """Yield one error per circle of `after`, at its first job in the file's order."""
    finished: set[str] = set()
    for start in jobs:
        trail = _way_back(start, jobs, finished)
        if trail:
            yield SettingInvalid(
                f"{len(trail)} jobs wait for each other"
                if len(trail) > 1
                else "a job waits for itself",
                where=places.where(("jobs", trail[0], "after")),
                found=" after ".join([*trail, trail[0]]),
                safe=NOTHING_HAPPENED,
                next="take one of them out of `after`",
            )


def _way_back(start: str, jobs: Mapping[str, JobSettings], finished: set[str]) -> tuple[str, ...]:
    """Follow `after` from a job; return the jobs of the first circle met, or nothing.

    Cost: every job is finished once, over all calls together; no recursion.
    """
    trail: list[str] = []
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, left = waiting.pop()
        if left:
            trail.pop()
            finished.add(name)
        elif name in trail:
            circle = tuple(trail[trail.index(name) :])
            finished.update(trail)
            return circle
        elif name in jobs and name not in finished:
            trail.append(name)
            waiting.append((name, True))
            waiting += [(other, False) for other in jobs[name].after]
    return ()
