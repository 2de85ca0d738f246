"""Files: JSON Lines and Parquet."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files import FilesConnector
from provisor.domain.schema import Attribute, AttributeType, ObjectType
from provisor.ports.connector import ArrowTable, Page, ReadRequest
from provisor.testing.walk import Whole, read_whole

USERS = ObjectType.USERS


def people(path: Path, **settings: object) -> FilesConnector:
    users = {"path": str(path), "key": "id", **settings}
    return FilesConnector("hr", {"objects": {"users": users}})


def read_lines(folder: Path, content: str | bytes, *attributes: str) -> Whole:
    path = folder / "hr.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_whole(people(path), USERS, attributes)


def read_frame(folder: Path, frame: polars.DataFrame, *attributes: str) -> Whole:
    frame.write_parquet(folder / "hr.parquet")
    return read_whole(people(folder / "hr.parquet"), USERS, attributes)


# --- JSON Lines -----------------------------------------------------------------------------


def test_absent_null_and_empty_stay_three_things(tmp_path: Path) -> None:
    content = '{"id":"1"}\n{"id":"2","t":null}\n{"id":"3","t":""}\n{"id":"4","t":[]}\n'

    assert read_lines(tmp_path, content, "t").rows == (
        {"id": "1"},
        {"id": "2", "t": None},
        {"id": "3", "t": ""},
        {"id": "4", "t": ()},
    )


def test_values_keep_their_kind_and_fractions_their_digits(tmp_path: Path) -> None:
    content = '{"id":"1","n":7,"b":false,"f":1.50,"big":12345678901234567890,"l":["a",1,true]}\n'
    row = read_lines(tmp_path, content, "n", "b", "f", "big", "l").rows[0]

    assert (row["n"], row["b"], row["f"]) == (7, False, "1.50")
    assert (row["big"], row["l"]) == (12345678901234567890, ("a", 1, True))


def test_nested_objects_become_dotted_paths(tmp_path: Path) -> None:
    content = '{"id":"1","name":{"first":"Elin","last":{"now":"Å"}},"none":{}}\n'
    whole = read_lines(tmp_path, content, "name.first", "name.last.now")

    assert whole.rows == ({"id": "1", "name.first": "Elin", "name.last.now": "Å"},)
    assert whole.end.columns == ("id", "name.first", "name.last.now")


def test_a_list_of_objects_is_no_obstacle_until_it_is_asked_for(tmp_path: Path) -> None:
    content = '{"id":"1","mails":[{"value":"e@x"}]}\n'

    assert read_lines(tmp_path, content).end.complete
    assert read_lines(tmp_path, content, "mails").end.reason == (
        "`hr.jsonl` line 1: `mails` is a list of more than plain values"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"id":"1"}', "`hr.jsonl` ends without a newline; its last row may be cut"),
        ("", "`hr.jsonl` has no row; at least one was expected"),
        ('{"id":"1"}\n\n', "`hr.jsonl` line 2: one JSON object was expected"),
        ('{"id":"1"}\n{"id":\n', "`hr.jsonl` line 2: one JSON object was expected"),
        ('{"id":"1"} {"id":"2"}\n', "`hr.jsonl` line 1: one JSON object was expected"),
        ("[1]\n", "`hr.jsonl` line 1: one JSON object was expected"),
        ('{"id":"1","id":"2"}\n', "`hr.jsonl` line 1: a name stands twice in one object"),
        ('{"id":"1","a":{"b":1,"b":2}}\n', "`hr.jsonl` line 1: a name stands twice in one object"),
        ('{"id":"1","a.b":1,"a":{"b":2}}\n', "`hr.jsonl` line 1: the path `a.b` stands twice"),
        ('{"id":NaN}\n', "`hr.jsonl` line 1: NaN and infinities are no numbers in JSON"),
        ('{"id":"\\ud800"}\n', "`hr.jsonl` line 1: `id` holds half a character, which is no text"),
        ('{"id":' + "[" * 100_000 + "\n", "`hr.jsonl` line 1: the object is nested too deeply"),
        (b'{"id":"\xff"}\n', "`hr.jsonl` line 1: bytes that are not utf-8"),
    ],
    ids=[
        "no-newline",
        "nothing",
        "blank-line",
        "cut-object",
        "two-objects",
        "list",
        "repeated-name",
        "repeated-inside",
        "repeated-path",
        "not-a-number",
        "half-a-character",
        "deep",
        "encoding",
    ],
)
def test_a_flaw_is_the_last_word_with_its_line(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    end = read_lines(tmp_path, content).end

    assert (end.complete, end.reason) == (False, reason)


def test_the_first_lines_describe_the_file(tmp_path: Path) -> None:
    rows = [{"id": "1", "n": None, "b": True}, {"id": "2", "n": 5, "l": ["a"]}]
    path = tmp_path / "hr.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    schema = people(path).describe().schemas[USERS]

    assert schema.open
    assert schema.attributes == (
        Attribute("id"),
        Attribute("b", AttributeType.BOOLEAN),
        Attribute("n", AttributeType.INTEGER),
        Attribute("l", multi=True),
    )


scalars = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))
objects = st.dictionaries(st.sampled_from("abc"), scalars | st.lists(scalars.filter(bool)))


@given(rows=st.lists(objects, min_size=1))
def test_what_json_writes_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    lines = [json.dumps({"id": str(n), **row}) for n, row in enumerate(rows)]
    folder = tmp_path_factory.mktemp("jsonl")
    whole = read_lines(folder, "\n".join([*lines, ""]), "a", "b", "c")
    expected = [
        {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()} for row in rows
    ]

    assert whole.end.complete
    assert [{n: v for n, v in row.items() if n != "id"} for row in whole.rows] == expected


# --- Parquet --------------------------------------------------------------------------------


def test_a_page_is_a_table_with_its_declared_total(tmp_path: Path) -> None:
    path = tmp_path / "hr.parquet"
    polars.DataFrame({"id": ["1", "2"], "x": [1, 2]}).write_parquet(path)
    page, _ = people(path).read(ReadRequest(USERS, ("x",)))

    assert isinstance(page, Page)
    assert isinstance(page.rows, ArrowTable)
    assert (page.declared_total, page.lines) == (2, (1, 2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        (True, True),
        ("Å", "Å"),
        (None, None),
        (1.5, "1.5"),
        (Decimal("1.50"), "1.50"),
        (date(2031, 4, 6), "2031-04-06"),
        (time(7, 30), "07:30:00"),
        (datetime(2031, 4, 6, 12, 0, tzinfo=UTC), "2031-04-06T12:00:00Z"),
        (datetime(2031, 4, 6, 12, 0, 0, 250000), "2031-04-06T12:00:00.250Z"),  # noqa: DTZ001 - taken as UTC
        (["a", "b"], ("a", "b")),
        ([date(2031, 4, 6)], ("2031-04-06",)),
        ([], ()),
    ],
)
def test_values_become_what_a_record_can_hold(
    tmp_path: Path, value: object, expected: object
) -> None:
    frame = polars.DataFrame({"id": ["1"], "x": [value]}, strict=False)

    assert read_frame(tmp_path, frame, "x").column("x") == [expected]


def test_a_time_of_another_zone_is_told_in_utc(tmp_path: Path) -> None:
    moment = polars.Series([datetime(2031, 7, 1, 10, 0, tzinfo=UTC)])
    frame = polars.DataFrame({"id": ["1"], "x": moment.dt.convert_time_zone("Europe/Berlin")})

    assert read_frame(tmp_path, frame, "x").column("x") == ["2031-07-01T10:00:00Z"]


def test_structures_become_dotted_paths(tmp_path: Path) -> None:
    frame = polars.DataFrame({"id": ["1"], "name": [{"first": "Elin", "last": None}]})
    whole = read_frame(tmp_path, frame, "name.first", "name.last")

    assert whole.rows == ({"id": "1", "name.first": "Elin", "name.last": None},)


def test_categories_are_text_and_arrays_are_lists(tmp_path: Path) -> None:
    frame = polars.DataFrame(
        {"id": ["1"], "c": ["x"], "a": [["p", "q"]]},
        schema={"id": polars.String, "c": polars.Categorical, "a": polars.Array(polars.String, 2)},
    )

    assert read_frame(tmp_path, frame, "a", "c").rows == ({"id": "1", "a": ("p", "q"), "c": "x"},)


def test_a_type_that_no_record_can_hold_is_an_obstacle_when_asked_for(tmp_path: Path) -> None:
    frame = polars.DataFrame({"id": ["1"], "photo": [b"\xff"]})

    assert read_frame(tmp_path, frame).end.complete
    assert read_frame(tmp_path, frame, "photo").end.reason == (
        "`hr.parquet` column `photo` is of type Binary, which no record can hold"
    )


def test_types_are_described(tmp_path: Path) -> None:
    frame = polars.DataFrame(
        {"id": ["1"], "n": [1], "b": [True], "t": [datetime(2031, 1, 1, tzinfo=UTC)], "l": [["a"]]}
    )
    frame.write_parquet(tmp_path / "hr.parquet")
    schema = people(tmp_path / "hr.parquet").describe().schemas[USERS]

    assert not schema.open
    assert schema.attributes == (
        Attribute("id"),
        Attribute("n", AttributeType.INTEGER),
        Attribute("b", AttributeType.BOOLEAN),
        Attribute("t", AttributeType.TIME),
        Attribute("l", multi=True),
    )


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id,name\n1,a\n"], ids=["none", "cut", "csv"])
def test_what_is_no_parquet_is_incomplete(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hr.parquet"
    path.write_bytes(content)
    end = read_whole(people(path), USERS).end

    assert end.reason == "`hr.parquet` has no readable Parquet footer; it may be cut"
    assert people(path).describe().schemas[USERS].open


def test_a_parquet_file_cut_anywhere_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "hr.parquet"
    polars.DataFrame({"id": [str(n) for n in range(50)]}).write_parquet(path)
    content = path.read_bytes()
    complete = []
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        complete += [size] if read_whole(people(path), USERS).end.complete else []

    assert complete == []


def test_damage_behind_the_footer_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "hr.parquet"
    polars.DataFrame({"id": [str(n) for n in range(5000)]}).write_parquet(path, compression="zstd")
    content = path.read_bytes()
    path.write_bytes(b"PAR1" + bytes(300) + content[304:])
    end = read_whole(people(path), USERS).end

    assert end.reason == "`hr.parquet` is damaged behind its footer"


def test_an_empty_table_is_incomplete(tmp_path: Path) -> None:
    frame = polars.DataFrame(schema={"id": polars.String})

    assert read_frame(tmp_path, frame).end.reason == (
        "`hr.parquet` has no row; at least one was expected"
    )


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    frame = polars.DataFrame({"id": ["1"]})

    assert read_frame(tmp_path, frame, "status").end.reason == (
        "`hr.parquet` has no column `status`; it has `id`"
    )
