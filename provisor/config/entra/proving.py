"""A draft is shown to the same checks as any other file; what they refuse is left out, and said.

Enters: a draft and a way to check a text. Leaves: the text of the file, and what is still wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provisor.config.entra.drafting import Draft, settled
from provisor.config.entra.flows import Flow
from provisor.config.entra.objects import Rules
from provisor.config.entra.report import Report
from provisor.config.entra.resources import Verdict
from provisor.config.entra.writing import written
from provisor.config.places import dotted
from provisor.errors import ConfigurationError

Check = Callable[[str], Sequence[ConfigurationError]]
"""Takes the text of a configuration, returns everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A draft that was checked."""

    text: str
    report: Report
    left: tuple[ConfigurationError, ...]
    """What `provisor check` will say until somebody mends it."""


def prove(draft: Draft, file: str, check: Check) -> Proven:
    """Leave out every mapping that the checks refuse, until they refuse no further one.

    Cost: one check more than there are rounds of refusals; each round leaves out at least one.
    """
    while True:
        text = written(draft, draft.report, file)
        found = tuple(check(text))
        if not _leave_out(draft, found):
            report = settled(draft)
            return Proven(written(draft, report, file), report, found)


def _leave_out(draft: Draft, found: Sequence[ConfigurationError]) -> bool:
    changed = False
    for error in found:
        place = error.where.partition(", ")[2]
        for job in draft.jobs:
            for object_type, rules in job.rules.items():
                at = ("jobs", job.name, object_type.value, "attributes")
                flow = _refused(rules, dotted(at), place)
                if flow is not None:
                    flow.part.leave(f"`provisor check` refuses it: {error.what}")
                    rules.flows.remove(flow)
                    changed = True
    _drop_empty(draft)
    return changed


def _refused(rules: Rules, section: str, place: str) -> Flow | None:
    for flow in rules.flows:
        setting = f"{section}.{flow.attribute}"
        if place == setting or any(
            place == f"{setting}.{name}" or place.startswith(f"{setting}.{name}.")
            for name in flow.settings
        ):
            return flow
    return None


def _drop_empty(draft: Draft) -> None:
    for job in tuple(draft.jobs):
        for object_type, rules in tuple(job.rules.items()):
            if not rules.flows:
                why = "none of its attribute mappings can be taken"
                rules.part.say("attributeMappings", Verdict.UNSUPPORTED, why)
                del job.rules[object_type]
        if not job.rules:
            job.part.say("objectMappings", Verdict.UNSUPPORTED, "no job was made of this rule")
            draft.jobs.remove(job)
    names = {job.name for job in draft.jobs}
    for job in draft.jobs:
        job.after = tuple(name for name in job.after if name in names)
