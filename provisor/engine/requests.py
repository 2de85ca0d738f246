"""What a job reads: which system, which objects, which of their attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.job import Job
from provisor.ports.connector import Connector, ReadRequest

_MEMBERS = ("group", "member")


@dataclass(frozen=True, slots=True)
class Request:
    """One read of one object type on one side."""

    side: Side
    connector: Connector
    system: str
    read: ReadRequest
    key: str
    """The attribute that is the key; empty for memberships."""

    @property
    def place(self) -> tuple[Side, ObjectType]:
        """Which side and which objects."""
        return self.side, self.read.object_type


def requests_of(job: Job) -> Iterator[Request]:
    """Yield every read that a job's rules ask for."""
    source, target = job.rules.source, job.rules.target
    for object_type, rules in job.rules.objects.items():
        if object_type is not ObjectType.GROUPS or job.rules.groups.read:
            wanted = ReadRequest(object_type, job.rules.source_attributes(object_type))
            yield Request(Side.SOURCE, job.source, source, wanted, rules.key)
        wanted = ReadRequest(object_type, rules.target_attributes())
        yield Request(Side.TARGET, job.target, target, wanted, rules.schema.key)
    members = ReadRequest(ObjectType.MEMBERSHIPS, _MEMBERS)
    asked = job.rules.memberships is not None or job.rules.asks_for_groups
    if asked and job.rules.groups.read_members:
        yield Request(Side.SOURCE, job.source, source, members, "")
    if job.rules.memberships is not None:
        yield Request(Side.TARGET, job.target, target, members, "")
