"""Files: a delta is empty, or refused."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.files import FilesConnector
from provisor.domain.schema import ObjectType
from provisor.errors import WatermarkRefused
from provisor.testing.walk import read_delta, read_whole

USERS = ObjectType.USERS
ROWS = "id,name\n1,Elin\n2,Omar\n"


def later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hr.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def people(path: Path, **settings: object) -> FilesConnector:
    objects = {"users": {"path": str(path), "key": "id", **settings}}
    return FilesConnector("hr", {"objects": objects}, now=later)


def started(path: Path, **settings: object) -> str:
    watermark = read_whole(people(path, **settings), USERS, ["name"]).end.watermark
    assert watermark
    return watermark


def test_an_unchanged_file_is_an_empty_delta(file: Path) -> None:
    since = started(file)
    told = read_delta(people(file), USERS, since)

    assert (told.rows, told.gone, told.next) == ((), frozenset(), since)


def test_a_change_of_mode_is_a_change(file: Path) -> None:
    since = started(file)
    file.chmod(0o600)

    with pytest.raises(WatermarkRefused):
        read_delta(people(file), USERS, since)


def test_a_file_that_was_written_with_an_old_time_is_a_changed_file(file: Path) -> None:
    since, before = started(file), file.stat()
    file.write_text(ROWS.replace("Omar", "Ines"), encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(WatermarkRefused):
        read_delta(people(file), USERS, since)


def test_a_file_that_was_replaced_by_its_copy_is_a_changed_file(file: Path) -> None:
    since = started(file)
    shutil.copy2(file, file.with_suffix(".new"))
    os.replace(file.with_suffix(".new"), file)

    with pytest.raises(WatermarkRefused):
        read_delta(people(file), USERS, since)


def test_a_file_that_is_gone_refuses_the_watermark(file: Path) -> None:
    since = started(file)
    file.unlink()

    with pytest.raises(WatermarkRefused):
        read_delta(people(file), USERS, since)


def test_a_control_record_that_changed_is_a_change(file: Path) -> None:
    record = file.with_suffix(".count")
    record.write_text("2\n", encoding="utf-8")
    expect = {"rows_from": str(record)}
    since = started(file, expect=expect)
    record.write_text("3\n", encoding="utf-8")

    with pytest.raises(WatermarkRefused):
        read_delta(people(file, expect=expect), USERS, since)


def test_another_setting_refuses_the_watermark(file: Path) -> None:
    with pytest.raises(WatermarkRefused):
        read_delta(people(file, empty="text"), USERS, started(file))


def test_a_file_that_was_written_a_moment_ago_starts_no_delta(file: Path) -> None:
    objects = {"users": {"path": str(file), "key": "id"}}
    just_now = datetime.fromtimestamp(file.stat().st_ctime + 1, UTC)
    connector = FilesConnector("hr", {"objects": objects}, now=lambda: just_now)
    end = read_whole(connector, USERS, ["name"]).end

    assert (end.complete, end.watermark) == (True, None)


def test_an_incomplete_file_starts_no_delta(file: Path) -> None:
    file.write_text(ROWS[:-1], encoding="utf-8")
    end = read_whole(people(file), USERS, ["name"]).end

    assert (end.complete, end.watermark) == (False, None)
