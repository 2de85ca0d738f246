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


@pytest.fixture
def shell(tmp_path, capsys) -> Shell:
    folder = tmp_path / "first"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("*.db", "state"))
    with closing(sqlite3.connect(folder / "app.db")) as database:
        database.executescript((folder / "app.sql").read_text(encoding="utf-8"))
    return Shell(folder, capsys)


@pytest.fixture
def settled(shell: Shell) -> Shell:
    """The example after its first plan was approved and applied."""
    assert shell("plan", "hr-to-app").code in (3, 4)
    assert shell("approve", "latest", "--reason", "checked", by="ben").code == 0
    assert shell("apply", "latest").code in (0, 3)
    return shell
