"""Files: whatever is wrong with one is the last word of the read, with file and line."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from connectors import _files_csv
from connectors.files import FilesConnector
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Page, ReadEnd, ReadRequest
from provisor.testing.walk import Whole, read_whole

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
GOOD = b"id,name,title\nE1,Elin,Clerk\nE2,Omar,\n"


def people(path: Path, **settings: object) -> FilesConnector:
    users = {"path": str(path), "key": "id", **settings}
    return FilesConnector("hr", {"objects": {"users": users}})


def read(path: Path, *attributes: str, **settings: object) -> Whole:
    return read_whole(people(path, **settings), USERS, attributes or ("name",))


def read_bytes(folder: Path, content: bytes, **settings: object) -> Whole:
    path = folder / "hr.csv"
    path.write_bytes(content)
    return read(path, **settings)


def test_a_whole_file_is_complete_with_its_columns_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "hr.csv"
    path.write_bytes(GOOD)
    page, end = people(path).read(ReadRequest(USERS, ("name", "title")))

    assert isinstance(page, Page)
    assert isinstance(end, ReadEnd)
    assert page.rows == [
        {"id": "E1", "name": "Elin", "title": "Clerk"},
        {"id": "E2", "name": "Omar", "title": None},
    ]
    assert page.lines == (2, 3)
    assert (end.complete, end.columns) == (True, ("id", "name", "title"))


def test_only_the_attributes_asked_for_are_kept_and_the_key(tmp_path: Path) -> None:
    rows = read_bytes(tmp_path, GOOD).rows

    assert [set(row) for row in rows] == [{"id", "name"}] * 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "`hr.csv` has no header; a header and at least one row were expected"),
        (b"\n", "`hr.csv` has no header; a header and at least one row were expected"),
        (b"id,name\n", "`hr.csv` has no row; at least one was expected"),
        (b"id,name\nE1,Elin", "`hr.csv` ends without a newline; its last row may be cut"),
        (b"id,name\nE1\n", "`hr.csv` line 2: 2 fields were expected, 1 were found"),
        (b"id,name\nE1,a,b\n", "`hr.csv` line 2: 2 fields were expected, 3 were found"),
        (b"id,name\nE1,a\n\nE2,b\n", "`hr.csv` line 3: 2 fields were expected, 0 were found"),
        (b'id,name\nE1,"a\nb\n', "`hr.csv` line 3: a quoted field is never closed"),
        (b'id,name\nE1,"a"b\n', "`hr.csv` line 2: text follows a closing quote"),
        (b"id,name\nE1,a\rb\n", "`hr.csv` line 2: a carriage return stands where no line ends"),
        (b"id,name\nE1,\xff\n", "`hr.csv` line 2: bytes that are not utf-8"),
        (b"id,name\nE1,a\0\n", "`hr.csv` line 2: a NUL byte was found"),
        (b"id,name,id\nE1,a,E1\n", "`hr.csv` has 2 columns with the name `id`"),
        (b"id,nom\nE1,a\n", "`hr.csv` has no column `name`; it has `id`, `nom`"),
        (b"key,name\nE1,a\n", "`hr.csv` has no column `id`; it has `key`, `name`"),
        (
            b'id,name\nE1,"' + b"x" * 140_000 + b"\n",
            "`hr.csv` line 2: a field is very long; its quote may never be closed",
        ),
    ],
    ids=[
        "nothing",
        "blank-line",
        "header-only",
        "no-newline",
        "too-few",
        "too-many",
        "blank-row",
        "open-quote",
        "after-quote",
        "carriage-return",
        "encoding",
        "nul",
        "repeated-column",
        "missing-column",
        "missing-key",
        "endless-quote",
    ],
)
@pytest.mark.parametrize("large_bytes", [0, 10**9], ids=["as-columns", "exactly"])
def test_a_flaw_is_the_last_word_with_its_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    reason: str,
    large_bytes: int,
) -> None:
    monkeypatch.setattr(_files_csv, "LARGE_BYTES", large_bytes)
    end = read_bytes(tmp_path, content).end

    assert (end.complete, end.reason) == (False, reason)


def test_a_missing_file_is_incomplete(tmp_path: Path) -> None:
    assert read(tmp_path / "hr.csv").end.reason == "`hr.csv` does not exist"


def test_a_directory_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").mkdir()

    assert (
        read(tmp_path / "hr.csv").end.reason == "`hr.csv` is no file; a regular file was expected"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hr.csv")

    assert (
        read(tmp_path / "hr.csv").end.reason == "`hr.csv` is no file; a regular file was expected"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_an_unreadable_file_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_bytes(GOOD)
    (tmp_path / "hr.csv").chmod(0)

    assert read(tmp_path / "hr.csv").end.reason == "`hr.csv` cannot be read: permission denied"


def test_a_disk_that_fails_in_the_middle_is_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("connectors.files.csv_header", broken)
    monkeypatch.setattr("connectors.files.csv_pages", broken)
    whole = read_bytes(tmp_path, GOOD)

    assert not whole.end.complete
    assert "cannot be read to its end" in whole.end.reason


def test_a_path_through_a_file_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(GOOD)

    assert read(tmp_path / "in" / "hr.csv").end.reason == "`hr.csv` cannot be read: not a directory"


@pytest.mark.parametrize("fault", ["grown", "replaced", "removed", "rewritten"])
def test_a_file_that_moves_while_it_is_read_is_incomplete(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "hr.csv"
    path.write_bytes(GOOD)
    items = people(path).read(ReadRequest(USERS, ("name",)))
    next(items)
    match fault:
        case "grown":
            path.write_bytes(GOOD + b"E3,Ines,\n")
        case "replaced":
            (tmp_path / "new.csv").write_bytes(GOOD)
            (tmp_path / "new.csv").replace(path)
        case "removed":
            path.unlink()
        case "rewritten":
            os.utime(path, ns=(0, 1))
    (end,) = items

    assert isinstance(end, ReadEnd)
    assert not end.complete
    assert "while it was read" in end.reason


def test_an_older_file_has_a_smaller_version(tmp_path: Path) -> None:
    path = tmp_path / "hr.csv"
    path.write_bytes(GOOD)
    os.utime(path, ns=(0, 999))
    old = read(path).end.version
    os.utime(path, ns=(0, 1_700_000_000_000_000_000))
    new = read(path).end.version

    assert old is not None
    assert new is not None
    assert old < new


def test_a_final_newline_can_be_made_optional(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"id,name\nE1,Elin", final_newline="optional")

    assert (whole.end.complete, whole.column("name")) == (True, ["Elin"])


def test_a_header_alone_is_whole_where_that_is_allowed(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"id,name\n", allow_empty=True)

    assert (whole.end.complete, whole.rows) == (True, ())


@pytest.mark.parametrize(
    ("empty", "expected"), [("null", [None]), ("text", [""])], ids=["null", "text"]
)
def test_an_empty_cell_means_what_was_set(
    tmp_path: Path, empty: str, expected: list[Value]
) -> None:
    assert read_bytes(tmp_path, b"id,name\nE1,\n", empty=empty).column("name") == expected


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", "\ufeffid,name\r\nE1,Åsa\r\n".encode()),
        ("cp1252", "id,name\nE1,Åsa\n".encode("cp1252")),
        ("utf-16", "id,name\nE1,Åsa\n".encode("utf-16")),
        ("utf-16-le", "id,name\nE1,Åsa\n".encode("utf-16-le")),
    ],
)
def test_other_encodings_are_read(tmp_path: Path, encoding: str, content: bytes) -> None:
    whole = read_bytes(tmp_path, content, encoding=encoding)

    assert (whole.end.reason, whole.column("name")) == ("", ["Åsa"])


def test_a_cut_wide_encoding_is_incomplete(tmp_path: Path) -> None:
    content = "id,name\nE1,Åsa\n".encode("utf-16-le")[:-3] + b"\n"

    assert not read_bytes(tmp_path, content, encoding="utf-16-le").end.complete


def test_a_byte_order_mark_inside_is_a_letter_of_the_value(tmp_path: Path) -> None:
    content = b"id,name\nE1,a\n" + "\ufeffE2,b\n".encode()

    assert read_bytes(tmp_path, content).column("id") == ["E1", "\ufeffE2"]


def test_many_values_stand_between_separators(tmp_path: Path) -> None:
    attributes = {"name": {"multi": True, "separator": "|"}}
    whole = read_bytes(tmp_path, b"id,name\nE1,a|b\nE2,\n", attributes=attributes)

    assert whole.column("name") == [("a", "b"), None]


def test_memberships_are_renamed_to_group_and_member(tmp_path: Path) -> None:
    (tmp_path / "hr.csv").write_bytes(GOOD)
    (tmp_path / "m.csv").write_bytes(b"gid,note,who\nG1,x,E1\n")
    objects = {
        "users": {"path": str(tmp_path / "hr.csv"), "key": "id"},
        "memberships": {"path": str(tmp_path / "m.csv"), "group": "gid", "member": "who"},
    }
    whole = read_whole(FilesConnector("hr", {"objects": objects}), MEMBERSHIPS)

    assert whole.rows == ({"group": "G1", "member": "E1"},)
    assert whole.end.columns == ("group", "member")


# --- control records ------------------------------------------------------------------------


def test_a_control_record_that_agrees_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "hr.rows").write_text("2\n")
    (tmp_path / "hr.sha256").write_text(f"{hashlib.sha256(GOOD).hexdigest()}  hr.csv\n")
    expect = {
        "rows_from": str(tmp_path / "hr.rows"),
        "digest_from": str(tmp_path / "hr.sha256"),
    }
    end = read_bytes(tmp_path, GOOD, expect=expect).end

    assert (end.complete, end.expected_rows) == (True, 2)


@pytest.mark.parametrize(
    ("record", "content", "reason"),
    [
        ("rows_from", "3\n", "`hr.csv` has 2 rows, `control` says 3"),
        ("rows_from", "two\n", "`control` holds no whole number of rows"),
        ("rows_from", None, "`control` does not exist"),
        ("digest_from", "0" * 64, "`hr.csv` has another SHA-256 digest than `control` says"),
        ("digest_from", "abc", "`control` holds no SHA-256 digest of 64 digits"),
        ("digest_from", "", "`control` holds no SHA-256 digest of 64 digits"),
    ],
    ids=["fewer-rows", "no-number", "missing", "other-digest", "short-digest", "no-digest"],
)
def test_a_control_record_that_disagrees_makes_the_read_incomplete(
    tmp_path: Path, record: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "control").write_text(content)
    end = read_bytes(tmp_path, GOOD, expect={record: str(tmp_path / "control")}).end

    assert (end.complete, end.reason) == (False, reason)
