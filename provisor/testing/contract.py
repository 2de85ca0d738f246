"""The whole contract: every promise of the port in one class to inherit from."""

from __future__ import annotations

from provisor.testing.deltas import (
    DeltaPromises,
    MembershipDeltaPromises,
    UnchangedPromises,
)
from provisor.testing.describes import DescribePromises
from provisor.testing.finds import FindPromises
from provisor.testing.memberships import MembershipReadPromises, MembershipWritePromises
from provisor.testing.reads import ReadPromises
from provisor.testing.references import ReferencePromises
from provisor.testing.sources import SourcePromises
from provisor.testing.values import ValuePromises
from provisor.testing.writes import WritePromises


class SourceContract(
    DescribePromises,
    ReadPromises,
    UnchangedPromises,
    DeltaPromises,
    MembershipReadPromises,
    MembershipDeltaPromises,
    SourcePromises,
):
    """Every promise of a system that is only read; a subclass gives the fixture `bench`."""


class ConnectorContract(
    DescribePromises,
    ReadPromises,
    DeltaPromises,
    FindPromises,
    WritePromises,
    ReferencePromises,
    ValuePromises,
    MembershipReadPromises,
    MembershipDeltaPromises,
    MembershipWritePromises,
):
    """Every promise of a system that is written; a subclass gives the fixture `bench`."""
