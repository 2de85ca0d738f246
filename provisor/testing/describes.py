"""What `describe`, `probe` and `close` promise."""

# ruff: noqa: D102 - a test is named as its promise, and assert is how it speaks

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
        raise NotImplementedError("a subclass of the contract gives a fixture `bench`")


class DescribePromises(Promises):
    """The system is known without asking it."""

    def test_must_describe_itself_without_a_network(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as sealed:
            for call in ("connect", "connect_ex", "sendto"):
                sealed.setattr(socket.socket, call, _refuse)
            sealed.setattr(socket, "getaddrinfo", _refuse)
            schemas = bench.connector.describe().schemas

        assert ObjectType.USERS in schemas

    def test_must_describe_itself_the_same_way_every_time(self, bench: Bench) -> None:
        first = bench.connector.describe()
        list(bench.put([bench.user(1)]).users)

        assert bench.connector.describe() == first

    def test_must_name_the_key_of_users(self, bench: Bench) -> None:
        assert bench.schema(ObjectType.USERS).key

    def test_must_describe_every_attribute_that_has_a_duty(self, bench: Bench) -> None:
        schema = bench.schema(ObjectType.USERS)
        duties = {schema.anchor, schema.name, schema.switch.attribute if schema.switch else ""}

        assert [d for d in duties if d and not (schema.open or schema.attribute(d))] == []

    def test_must_answer_a_probe(self, bench: Bench) -> None:
        bench.put([bench.user(1)])
        health = bench.connector.probe()

        assert (health.reachable, health.allowed) == (True, True)

    def test_must_close_twice_without_harm(self, bench: Bench) -> None:
        bench.connector.close()
        bench.connector.close()
