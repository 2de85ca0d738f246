"""Missing people of whom it is asked whether they are here as somebody else.

A mover's row goes from one source and comes in another; where no rule decides that the two are one
person, it is asked. Until somebody says so, nothing follows from the missing row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from provisor.domain.leaving import is_former
from provisor.domain.link import Absence
from provisor.domain.schema import ObjectType
from provisor.domain.standings import LONGEST_DOUBT
from provisor.engine.chains.borrowing import own_source
from provisor.engine.job import Job
from provisor.ports.people import JoinsPeople

Absences = Mapping[ObjectType, Mapping[str, Absence]]


def without_doubted(job: Job, absences: Absences, now: datetime) -> Absences:
    """Leave out who may be here as a record in question, for seven days at most.

    Whoever was seen gone before it was asked stays gone.

    Cost: one SELECT for those who are both missing and asked about.
    """
    users = absences.get(ObjectType.USERS, {})
    source = own_source(job.source)
    if not users or not isinstance(source, JoinsPeople):
        return absences
    questions = source.questions().values()
    asked = {person for question in questions for person, _ in question.candidates} & users.keys()
    links = job.store.links.of_keys(job.rules.target, ObjectType.USERS, asked)
    doubted = {
        link.key
        for link in links
        if not is_former(link.leave) and now - users[link.key].since < LONGEST_DOUBT
    }
    kept = {key: absence for key, absence in users.items() if key not in doubted}
    return {**absences, ObjectType.USERS: kept}
