"""What `describe`, `probe` and `close` promise."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from provisor.domain.schema import ObjectType
from provisor.testing.bench import Bench


def _refuse(*_arguments: object, **_options: object) -> NoReturn:
    raise AssertionError("a description asked the network")


class Promises:
    """Where the fixture comes from."""

    @pytest.fixture
    def bench(self) -> Bench:
        """Return a bench with an empty system; every subclass has its own."""
        pytest.fail("the suite of a connector must give a fixture `bench` of its own")


class DescribePromises(Promises):
    """The system is known without asking it."""

    def test_must_describe_itself_without_a_network(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Configuration is checked on machines that see no target."""
        with monkeypatch.context() as sealed:
            for call in ("connect", "connect_ex", "sendto"):
                sealed.setattr(socket.socket, call, _refuse)
            sealed.setattr(socket, "getaddrinfo", _refuse)
            schemas = bench.connector.describe().schemas

        assert ObjectType.USERS in schemas

    def test_must_describe_itself_the_same_way_every_time(self, bench: Bench) -> None:
        """A description that changes with the data would change plans."""
        first = bench.connector.describe()
        list(bench.put([bench.user(1)]).users)

        assert bench.connector.describe() == first

    def test_must_name_the_key_of_users(self, bench: Bench) -> None:
        """Without a key no row is anybody's."""
        assert bench.schema(ObjectType.USERS).key

    def test_must_describe_every_attribute_that_has_a_duty(self, bench: Bench) -> None:
        """Anchor, name and switch are attributes like others."""
        schema = bench.schema(ObjectType.USERS)
        duties = {schema.anchor, schema.name, schema.switch.attribute if schema.switch else ""}

        assert [d for d in duties if d and not (schema.open or schema.attribute(d))] == []

    def test_must_answer_a_probe(self, bench: Bench) -> None:
        """Reachable and allowed, by one cheap call."""
        bench.put([bench.user(1)])
        health = bench.connector.probe()

        assert (health.reachable, health.allowed) == (True, True)

    def test_must_close_twice_without_harm(self, bench: Bench) -> None:
        """Cleaning up after a fault may close again."""
        bench.connector.close()
        bench.connector.close()
