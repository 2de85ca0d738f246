"""What the log is told of people over several sources."""

from __future__ import annotations

import hashlib
from datetime import datetime

from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind
from provisor.domain.person import PersonWord, WordKind
from provisor.ports.store import Observation


def system_observed(observation: Observation, actor: str) -> Event:
    """Tell that one source of several was read, and whether that proved complete."""
    facts: dict[str, Json] = {
        "observation": observation.id,
        "system": observation.system,
        "object_type": observation.object_type.value,
        "rows": observation.rows,
        "complete": observation.complete,
        "digest": observation.digest,
    }
    return Event(EventKind.OBSERVED, observation.ended_at, actor, facts)


def people_correlated(system: str, ties: int, actor: str, at: datetime) -> Event:
    """Tell that records were found to be whose they are; the page of them is sealed beside it."""
    facts: dict[str, Json] = {"system": system, "records": ties}
    return Event(EventKind.PEOPLE_CORRELATED, at, actor, facts)


def people_decided(word: PersonWord, moved: int) -> Event:
    """Tell what people said of two people; the reason stands as a digest, the keys beside it."""
    kind = EventKind.PEOPLE_MERGED if word.kind is WordKind.MERGE else EventKind.PEOPLE_SPLIT
    facts: dict[str, Json] = {
        "word": word.id,
        "system": word.system,
        "reason": hashlib.sha256(word.reason.encode()).hexdigest(),
        "accounts": moved,
    }
    if word.undoes:
        facts["undoes"] = word.undoes
    return Event(kind, word.at, word.author, facts)
