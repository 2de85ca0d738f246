"""Values that two jobs hand round: one writes what the other reads, and the other way about.

That is allowed as long as it comes to rest. Enters: settings whose form is right. Leaves: one error
for each circle that some value is seen to go round in for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from provisor.config.cross_references import rules_of
from provisor.config.model import ConfigurationSettings, JobSettings
from provisor.config.people_settings import PeopleSettings
from provisor.config.places import NOTHING_HAPPENED, Places, SettingPath
from provisor.domain.borrowing import Loan, loan_of
from provisor.domain.expressions import Circumstances, Computed, Node, attributes_of, evaluate
from provisor.domain.flow import Apply
from provisor.domain.record import Value
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType
from provisor.errors import RecordProblem, SettingInvalid

_SAMPLES: Final = ("ann.lee@example.org", "Ann LEE", "007")
_ROUNDS: Final = 4
"""So often a value may change before it comes to rest."""


def endless(settings: ConfigurationSettings, places: Places) -> Iterator[SettingInvalid]:
    """Yield one error for each mapping whose value comes back another one, time after time.

    Cost: some evaluations for each value of another job that is written back.
    """
    for name, job in settings.jobs.items():
        for kind, rules in rules_of(job):
            for attribute, written in rules.attributes.items():
                path: SettingPath = ("jobs", name, kind.value, "attributes", attribute)
                for loan in _loans(written.tree, job):
                    back = _way_back(settings, job, loan, kind, attribute)
                    if back is not None and _never_rests(written.tree, loan, *back):
                        yield _refused(attribute, loan, path, places)


def _loans(tree: Node, job: JobSettings) -> Iterator[Loan]:
    for name in sorted(attributes_of(tree)):
        loan = loan_of(name, job.after)
        if loan is not None:
            yield loan


def _way_back(
    settings: ConfigurationSettings, job: JobSettings, loan: Loan, kind: ObjectType, attribute: str
) -> tuple[Node, str] | None:
    """Return the lender's mapping and what it calls the attribute that is written; or None."""
    lender = settings.jobs.get(loan.job)
    rules = dict(rules_of(lender)).get(kind) if lender is not None else None
    mapping = rules.attributes.get(loan.attribute) if rules is not None else None
    if lender is None or mapping is None or mapping.apply is not Apply.ALWAYS:
        return None
    name = _called(settings, lender.source, job.target, attribute)
    return (mapping.tree, name) if name in attributes_of(mapping.tree) else None


def _called(settings: ConfigurationSettings, source: str, target: str, attribute: str) -> str:
    """Return the name under which a source shows an attribute of a target; empty for none."""
    system = settings.systems.get(source)
    if isinstance(system, PeopleSettings):
        feed = next((one for one in system.of if one.system == target), None)
        if feed is None:
            return ""
        ours = (mine for mine, theirs in feed.attributes.items() if theirs == attribute)
        return next(ours, attribute)
    return attribute if source == target else ""


def _never_rests(back: Node, loan: Loan, forth: Node, name: str) -> bool:
    return any(_goes_on(back, loan, forth, name, sample) for sample in _SAMPLES)


def _goes_on(back: Node, loan: Loan, forth: Node, name: str, value: Value) -> bool:
    """Say whether a value is still changing after some rounds; what fails proves nothing."""
    try:
        for _ in range(_ROUNDS):
            before = value
            lent = _given(forth, {name: value})
            value = _given(back, {loan.name: lent})
    except RecordProblem:
        return False
    return value != before


def _given(tree: Node, told: Mapping[str, Value]) -> Value:
    """Return what an expression gives a record of which everything else is one letter."""
    record: dict[str, Value] = dict.fromkeys(attributes_of(tree), "x")
    found = evaluate(tree, {**record, **told, SOFT_DELETED: False}, Circumstances())
    return found.value if isinstance(found, Computed) and found.value is not None else ""


def _refused(attribute: str, loan: Loan, path: SettingPath, places: Places) -> SettingInvalid:
    other = ("jobs", loan.job, path[2], "attributes", loan.attribute)
    return SettingInvalid(
        f"`{attribute}` and `{loan.name}` are made of each other, and never come to rest",
        where=places.where(path),
        found=f"`{loan.job}` makes `{loan.attribute}` of what is written here, line "
        f"{places.line(other)}; a value that goes round is another one each time",
        safe=NOTHING_HAPPENED,
        next="let one of them give back what it is given, such as `Coalesce([mail], …)`, or "
        "write it once: `apply: on_create`",
    )
