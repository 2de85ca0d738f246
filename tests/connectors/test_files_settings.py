"""Files: what their settings and headers say before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.files import FilesConnector
from provisor.domain.schema import AttributeType, ObjectType
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, Unsupported
from provisor.ports.connector import Candidate, ReadRequest

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
GOOD = b"id,name,title\nE1,Elin,Clerk\nE2,Omar,\n"


def people(path: Path, **settings: object) -> FilesConnector:
    users = {"path": str(path), "key": "id", **settings}
    return FilesConnector("hr", {"objects": {"users": users}})


# --- describing -----------------------------------------------------------------------------


def test_a_header_describes_the_file(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_bytes(GOOD)
    schema = people(tmp_path / "hr.csv").describe().schemas[USERS]

    assert [a.name for a in schema.attributes] == ["id", "name", "title"]
    assert (schema.key, schema.open) == ("id", False)


@pytest.mark.parametrize("content", [None, b"", b"id,id\n"], ids=["missing", "empty", "repeated"])
def test_a_file_without_a_usable_header_leaves_the_schema_open(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "hr.csv").write_bytes(content)
    schema = people(tmp_path / "hr.csv").describe().schemas[USERS]

    assert (schema.attributes, schema.open) == ((), True)


def test_declared_attributes_are_all_there_is(tmp_path: Path) -> None:
    connector = people(tmp_path / "hr.csv", attributes={"name": {"case_exact": True}})
    schema = connector.describe().schemas[USERS]

    assert [a.name for a in schema.attributes] == ["id", "name"]
    assert not schema.open
    with pytest.raises(UnknownName) as caught:
        list(connector.read(ReadRequest(USERS, ("nme",))))
    assert caught.value.next == "did you mean `name`?"


def test_a_system_without_groups_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        list(people(tmp_path / "hr.csv").read(ReadRequest(GROUPS, ())))


def test_a_probe_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    health = people(tmp_path / "hr.csv").probe()

    assert (health.reachable, health.allowed) == (False, False)
    assert health.found == "`hr.csv` does not exist"


def test_nothing_is_looked_up_in_files(tmp_path: Path) -> None:
    with pytest.raises(Unsupported):
        people(tmp_path / "hr.csv").find(Candidate(USERS, native_id="E1"))


# --- settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("users", "error", "where"),
    [
        ({"key": "id"}, SettingInvalid, "objects.users.path"),
        ({"path": "a.csv"}, SettingInvalid, "objects.users.key"),
        ({"path": "a.csv", "key": "id", "delimeter": ";"}, UnknownName, "objects.users.delimeter"),
        (
            {"path": "a.csv", "key": "id", "delimiter": ";;"},
            SettingInvalid,
            "objects.users.delimiter",
        ),
        (
            {"path": "a.csv", "key": "id", "encoding": "utf-9"},
            SettingInvalid,
            "objects.users.encoding",
        ),
        ({"path": "a.csv", "key": "id", "empty": "none"}, SettingInvalid, "objects.users.empty"),
        (
            {"path": "a.csv", "key": "id", "allow_empty": "no"},
            SettingInvalid,
            "objects.users.allow_empty",
        ),
        ({"path": "a.xlsx", "key": "id"}, SettingInvalid, "objects.users"),
        (
            {"path": "a.csv", "key": "id", "attributes": {"n": {"type": "integer"}}},
            SettingInvalid,
            "objects.users",
        ),
        (
            {"path": "a.csv", "key": "id", "attributes": {"n": {"tpe": "string"}}},
            UnknownName,
            "objects.users.attributes.n.tpe",
        ),
        (
            {"path": "a.csv", "key": "id", "expect": {"rows": "x"}},
            UnknownName,
            "objects.users.expect.rows",
        ),
        ("a.csv", SettingInvalid, "objects.users"),
    ],
    ids=[
        "no-path",
        "no-key",
        "misspelt",
        "delimiter",
        "encoding",
        "choice",
        "boolean",
        "extension",
        "typed-csv",
        "attribute",
        "expect",
        "no-mapping",
    ],
)
def test_a_wrong_setting_is_named_by_its_path(
    users: object, error: type[ConfigurationError], where: str
) -> None:
    with pytest.raises(error) as caught:
        FilesConnector("hr", {"objects": {"users": users}})

    assert caught.value.where == where
    assert "pydantic" not in str(caught.value)


def test_a_misspelt_setting_offers_the_nearest() -> None:
    users = {"path": "a.csv", "key": "id", "delimeter": ";"}
    with pytest.raises(UnknownName) as caught:
        FilesConnector("hr", {"objects": {"users": users}})

    assert caught.value.next == "did you mean `delimiter`?"


def test_types_of_a_csv_file_are_text(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_bytes(GOOD)
    schema = people(tmp_path / "hr.csv").describe().schemas[USERS]

    assert {a.type for a in schema.attributes} == {AttributeType.STRING}
