"""The whole contract: every promise of the port in one class to inherit from."""

from __future__ import annotations

from provisor.testing.describes import DescribePromises
from provisor.testing.finds import FindPromises
from provisor.testing.memberships import MembershipPromises
from provisor.testing.reads import ReadPromises
from provisor.testing.writes import WritePromises


class ConnectorContract(
    DescribePromises, ReadPromises, FindPromises, WritePromises, MembershipPromises
):
    """Every promise of `provisor.ports.connector`; a subclass gives the fixture `bench`."""
