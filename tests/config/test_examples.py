"""The configurations that are handed out are right, and so is what their remarks promise."""

import csv
import sqlite3
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from provisor.config.compiling import compile_job
from provisor.config.loading import CONNECTORS, load, problems
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FIRST = EXAMPLES / "first"


def described(configuration, system, folder):
    """What a system of a configuration says of itself, by its real connector."""
    (entry,) = entry_points(group=CONNECTORS, name=configuration.system(system).connector)
    settings = configuration.settings_for_connector(system)
    if "url" in settings:
        settings["url"] = f"sqlite:///{folder}/app.db"
    connector = entry.load()(system, settings)
    try:
        return connector.describe()
    finally:
        connector.close()


CONFIGURATIONS = [path for path in EXAMPLES.rglob("*.yaml") if path.parent.name != "tests"]


@pytest.mark.parametrize("path", sorted(CONFIGURATIONS), ids=str)
def test_an_example_is_right(path):
    assert problems(path) == ()


def test_the_first_example_compiles_for_its_two_systems(tmp_path):
    configuration = load(FIRST / "provisor.yaml", {})
    with sqlite3.connect(tmp_path / "app.db") as database:
        database.executescript((FIRST / "app.sql").read_text(encoding="utf-8"))
    database.close()

    job = compile_job(
        configuration,
        "hr-to-app",
        source=described(configuration, "hr", tmp_path),
        target=described(configuration, "app", tmp_path),
        seen={},
    )

    assert job.warnings == ()
    assert job.rules.protected == {"svc-backup"}
    assert job.rules.objects[ObjectType.USERS].schema.switch is not None


def test_the_first_example_reads_columns_that_its_files_have():
    with (FIRST / "hr.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = (FIRST / "provisor.yaml").read_text(encoding="utf-8")

    assert len(rows) == 12
    assert all(f"[{name}]" in text for name in ("given_name", "surname", "mail", "job_title"))
    assert SOFT_DELETED not in rows[0]
