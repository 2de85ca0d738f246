"""The first example in a folder of its own, and a way to call the command as a shell would."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisor.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "first"


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


class Shell:
    """Calls commands in one folder."""

    def __init__(self, folder: Path, capsys) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *words: str, by: str | None = "ann") -> Said:
        named = ["--as", by] if by else []
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(self.folder / "provisor.yaml"), *named, *words])
        told = self._capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0 if code is None else 1, told.out, told.err)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the folder; the text must be there."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def rows(self, query: str):
        with closing(sqlite3.connect(self.folder / "app.db")) as database:
            return database.execute(query).fetchall()


def _unpacked(place: Path) -> Path:
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("*.db", "state"))
    with closing(sqlite3.connect(place / "app.db")) as database:
        database.executescript((place / "app.sql").read_text(encoding="utf-8"))
    return place


@pytest.fixture
def shell(tmp_path, capsys) -> Shell:
    return Shell(_unpacked(tmp_path / "first"), capsys)


@pytest.fixture(scope="session")
def settled_folder(tmp_path_factory) -> Path:
    """The example after its first plan was approved and applied; copied, never changed."""
    folder = _unpacked(tmp_path_factory.mktemp("settled") / "first")
    for words, expected in (
        (("--as", "ann", "plan", "hr-to-app"), (3, 4)),
        (("--as", "ben", "approve", "latest", "--reason", "checked"), (0,)),
        (("--as", "ann", "apply", "latest"), (0, 3)),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(folder / "provisor.yaml"), *words])
        assert (ended.value.code or 0) in expected
    return folder


@pytest.fixture
def settled(settled_folder: Path, tmp_path, capsys) -> Shell:
    return Shell(shutil.copytree(settled_folder, tmp_path / "first"), capsys)
