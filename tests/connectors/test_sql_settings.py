"""SQL: what its settings say, and what is wrong with them."""

from __future__ import annotations

import pytest

from connectors.sql import SqlConnector
from provisor.errors import ConfigurationError, LiteralSecret, SettingInvalid, UnknownName
from provisor.ports.secret import Secret

USER = {"table": "accounts", "id": "id"}


@pytest.mark.parametrize(
    ("users", "error", "where"),
    [
        ({"id": "id"}, SettingInvalid, "objects.users"),
        ({"table": "a", "query": "select 1", "id": "id"}, SettingInvalid, "objects.users"),
        ({"table": "a"}, SettingInvalid, "objects.users"),
        ({"table": "a", "id": "id", "key": "id"}, SettingInvalid, "objects.users"),
        ({"query": "delete from a", "key": "id"}, SettingInvalid, "objects.users.query"),
        ({"query": " ; ", "key": "id"}, SettingInvalid, "objects.users.query"),
        ({**USER, "ancor": "x"}, UnknownName, "objects.users.ancor"),
        ({**USER, "disable": {"column": "s"}}, SettingInvalid, "objects.users.disable.on"),
        (
            {**USER, "attributes": {"a": {"typ": "time"}}},
            UnknownName,
            "objects.users.attributes.a.typ",
        ),
        ({**USER, "attributes": "a"}, SettingInvalid, "objects.users.attributes"),
    ],
    ids=[
        "nothing",
        "both",
        "no-key",
        "two-keys",
        "writing-query",
        "empty-query",
        "misspelt",
        "half-a-switch",
        "attribute",
        "no-list",
    ],
)
def test_a_wrong_setting_is_named_by_its_path(
    users: object, error: type[ConfigurationError], where: str
) -> None:
    with pytest.raises(error) as caught:
        SqlConnector("app", {"url": "sqlite:///x.db", "objects": {"users": users}})

    assert caught.value.where == where
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["no address", 7, "oracle+nothing://host/db", "mysql://host/db"], ids=str
)
def test_an_address_that_leads_nowhere_is_a_wrong_setting(url: object) -> None:
    with pytest.raises(SettingInvalid) as caught:
        SqlConnector("app", {"url": url, "objects": {"users": USER}})

    assert caught.value.where == "url"


def test_a_password_in_the_file_is_refused() -> None:
    url = "sqlite://someone:zq7-password@/tmp/x.db"
    with pytest.raises(LiteralSecret) as caught:
        SqlConnector("app", {"url": url, "objects": {"users": USER}})

    assert caught.value.where == "url"
    assert "zq7" not in str(caught.value)


def test_a_secret_address_is_opened_and_never_shown() -> None:
    connector = SqlConnector(
        "app", {"url": Secret("sqlite:////nowhere/zq7.db"), "objects": {"users": USER}}
    )

    assert not connector.probe().reachable
    assert "nowhere" not in connector.probe().found
    assert "nowhere" not in repr(connector)
