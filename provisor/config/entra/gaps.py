"""What no export holds, and a draft therefore cannot know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that an administrator has to bring along."""

    what: str
    then: str
    """What to do about it."""


GAPS: Final = (
    Gap(
        "assignments: which users and groups are assigned to the application",
        "if only assigned users are provisioned, put the assignment into the source and into "
        "`scope`",
    ),
    Gap(
        "the scope switch: everybody, or assigned users and groups only",
        "look it up in the provisioning settings of the application",
    ),
    Gap(
        "links: which account belongs to whom",
        "export the provisioning log, and use `provisor link JOB --file FILE --reason TEXT`",
    ),
    Gap(
        "secrets: the address and the credentials of the target",
        "fill in `url`, and set the variable that `token` names",
    ),
    Gap(
        "how the target is spoken to: `scim` stands in the draft",
        "name another connector where it is none; its attributes may have other names",
    ),
    Gap(
        "who has left, beyond an account that is switched off at the source",
        "say it in `leaver`: a status, an end date",
    ),
    Gap(
        "the source itself: where people and groups are read",
        "fill in the source; the columns that the rules use are listed above it",
    ),
    Gap(
        "the schedule, which Entra fixes",
        "set `schedule` once the parallel run is over",
    ),
    Gap(
        "the deletion threshold, and the switch SkipOutOfScopeDeletions",
        "compare with `limits`, and with `on_leave`",
    ),
    Gap(
        "what is on hold: quarantine, errors that are tried again, a paused job",
        "look at the job's status before the switch",
    ),
)
