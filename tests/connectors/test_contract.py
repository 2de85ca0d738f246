"""The public contract, run on the connectors that need no server."""

from __future__ import annotations

import pytest

from connectors.memory import MemoryConnector, World
from provisor.testing import Bench, ConnectorContract


class MemoryBench(Bench):
    many = "roles"

    def __init__(self, world: World) -> None:
        super().__init__(MemoryConnector("memory", world))
        self.world = world

    def cut_reads(self) -> None:
        self.world.faults.cut_reads.append(7)


class TestMemory(ConnectorContract):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench(World(page_rows=10))
