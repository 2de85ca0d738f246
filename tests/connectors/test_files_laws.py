"""Files: laws over all tables, all cuts and all ways of reading."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import _files_blocks, _files_csv
from connectors.files import FilesConnector
from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType
from provisor.ports.connector import ArrowTable, Page, ReadEnd, ReadRequest
from provisor.testing.walk import Whole, read_whole, rows_of

USERS = ObjectType.USERS


def people(path: Path, **settings: object) -> FilesConnector:
    users = {"path": str(path), "key": "id", **settings}
    return FilesConnector("hr", {"objects": {"users": users}})


letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
tables = st.lists(
    st.tuples(st.text(letters, min_size=1), st.text(letters), st.text(letters)), min_size=1
)


def written(table: list[tuple[str, str, str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([("id", "name", "title"), *table])
    return buffer.getvalue().encode()


def cells_of(whole: Whole) -> list[tuple[Value, ...]]:
    return [tuple(row[name] for name in ("id", "name", "title")) for row in whole.rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("laws")


def read_again(folder: Path, content: bytes) -> Whole:
    (folder / "hr.csv").write_bytes(content)
    return read_whole(people(folder / "hr.csv", empty="text"), USERS, ["name", "title"])


@given(table=tables)
def test_what_the_csv_module_writes_is_read_back_equal(
    folder: Path, table: list[tuple[str, str, str]]
) -> None:
    whole = read_again(folder, written(table))

    assert whole.end.complete
    assert cells_of(whole) == table


@given(table=tables, data=st.data())
def test_a_cut_file_is_incomplete_or_cut_between_two_rows(
    folder: Path, table: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    content = written(table)
    cut = data.draw(st.integers(0, len(content) - 1))
    whole = read_again(folder, content[:cut])

    if whole.end.complete:
        # Such a file is the work of the engine's guard on counts and of a control record.
        assert cells_of(whole) == table[: len(whole.rows)]
        assert content[:cut] == written(table[: len(whole.rows)])
        assert len(whole.rows) < len(table)


plain_letters = st.characters(codec="utf-8", exclude_characters='\0\r\n",')
wild_cells = st.text(st.sampled_from('ab,"\n\r\0é ') | plain_letters, max_size=6)
fine_cells = st.text(plain_letters, max_size=6) | st.sampled_from(['"a,b"', '"say ""hi"""', ""])
raw_lines = st.lists(
    st.tuples(fine_cells, fine_cells, fine_cells).map(",".join)
    | st.tuples(fine_cells, fine_cells, wild_cells).map(",".join),
    min_size=1,
    max_size=12,
)


def verdict_of(path: Path, **settings: object) -> tuple[bool, str, list[Values]]:
    rows: list[Values] = []
    end = ReadEnd(complete=False)
    for item in people(path, **settings).read(ReadRequest(USERS, ("name", "title"))):
        if isinstance(item, Page):
            rows.extend(rows_of(item))
        else:
            end = item
    return end.complete, end.reason, rows if end.complete else []


@given(
    lines=raw_lines,
    ends=st.sampled_from(["\n", "\r\n"]),
    block=st.integers(1, 80),
    empty=st.sampled_from(["null", "text"]),
)
def test_blocks_of_a_large_file_say_what_the_exact_reader_says(
    folder: Path, lines: list[str], ends: str, block: int, empty: str
) -> None:
    path = folder / "hr.csv"
    path.write_bytes(ends.join(["id,name,title", *lines, ""]).encode())
    exact = verdict_of(path, empty=empty)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(_files_csv, "LARGE_BYTES", 0)
        small.setattr(_files_blocks, "BLOCK_BYTES", block)
        columnar = verdict_of(path, empty=empty)

    assert columnar == exact


def test_a_large_file_comes_as_tables_in_the_order_of_its_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "hr.csv"
    path.write_bytes(b'id,name,title\r\n1,a,\r\n2,"b,""c""",x\r\n3,d,y\r\n')
    monkeypatch.setattr(_files_csv, "LARGE_BYTES", 0)
    page, end = people(path).read(ReadRequest(USERS, ("name", "title")))

    assert isinstance(page, Page)
    assert isinstance(end, ReadEnd)
    assert isinstance(page.rows, ArrowTable)
    assert (page.lines, end.complete) == ((2, 4), True)
    assert [row["name"] for row in rows_of(page)] == ["a", 'b,"c"', "d"]
    assert [row["title"] for row in rows_of(page)] == [None, "x", "y"]


def test_a_large_file_with_a_cell_of_two_lines_is_read_exactly(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "hr.csv"
    path.write_bytes(b'id,name,title\n1,a,x\n2,"b\nc",y\n3,d,z\n')
    monkeypatch.setattr(_files_csv, "LARGE_BYTES", 0)
    monkeypatch.setattr(_files_blocks, "BLOCK_BYTES", 1)
    items = list(people(path).read(ReadRequest(USERS, ("name", "title"))))
    pages = [item for item in items if isinstance(item, Page)]

    assert [page.lines for page in pages] == [(2, 2), (3, 5)]
    assert [row["name"] for page in pages for row in rows_of(page)] == ["a", "b\nc", "d"]
