"""`provisor import-entra` writes a draft that loads, checks and compiles, and tells every key."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from provisor.cli import main
from provisor.cli.output_schemas import SHAPES
from provisor.config.loading import load
from provisor.domain.flow import WhenEmpty
from provisor.domain.rules import AnchorPolicy
from provisor.domain.schema import ObjectType
from provisor.engine.job import Actor
from provisor.wiring import Wiring

SAMPLE = Path(__file__).parents[2] / "examples" / "entra" / "schema.json"
JOB = "azure-active-directory-to-harbour-desk"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copy(SAMPLE, tmp_path / "schema.json")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARBOUR_DESK_TOKEN", "t")
    return tmp_path


def call(capsys, *words):
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    told = capsys.readouterr()
    return ended.value.code or 0, told.out, told.err


def test_a_draft_that_was_written_is_right_for_check(folder, capsys):
    code, out, _ = call(capsys, "import-entra", "schema.json", "--output", "provisor.yaml")
    assert code == 0
    assert "will say" not in out

    code, out, err = call(capsys, "check")
    assert (code, err) == (0, "")
    assert f"job {JOB}: right" in out


def test_a_draft_compiles_to_the_rules_of_the_export(folder, capsys):
    call(capsys, "import-entra", "schema.json", "--output", "provisor.yaml")
    configuration = load(folder / "provisor.yaml", {"HARBOUR_DESK_TOKEN": "t"})
    with Wiring(configuration, Actor("ann", asserted=True)) as wiring:
        rules = wiring.compiled(JOB).rules

    users = rules.objects[ObjectType.USERS]
    mappings = {mapping.attribute: mapping for mapping in users.mappings}
    assert users.key == "objectId"
    assert users.anchor_policy is AnchorPolicy.KEEP_FOREIGN
    assert [rule.attribute for rule in users.match] == [
        "userName",
        'emails[type eq "work"].value',
        "displayName",
    ]
    assert [rule.decides for rule in users.match] == [True, True, False]
    assert mappings["title"].when_empty is WhenEmpty.DEFAULT_ON_CREATE
    assert mappings["title"].default == "Employee"
    assert mappings["name.givenName"].when_empty is WhenEmpty.KEEP
    assert set(rules.objects) == {ObjectType.USERS, ObjectType.GROUPS}
    assert rules.memberships is not None


def test_without_a_file_the_draft_goes_out_and_the_report_aside(folder, capsys):
    code, out, err = call(capsys, "import-entra", "schema.json")
    assert code == 0
    (folder / "provisor.yaml").write_text(out, encoding="utf-8")

    assert call(capsys, "check")[0] == 0
    assert re.search(r"^unsupported .*> locale: .*`Shorten`", err, re.MULTILINE)
    assert re.search(r"^unknown .*groupFilter", err, re.MULTILINE)
    assert re.search(r"^taken .*> userName$", err, re.MULTILINE)
    assert "assignments" in err


def test_the_report_counts_every_key(folder, capsys):
    code, out, _ = call(capsys, "import-entra", "schema.json", "--json")
    told = json.loads(out)
    TypeAdapter(SHAPES["import-entra"]).validate_python(told, strict=True)

    assert code == 0
    assert told["jobs"] == [JOB]
    assert told["output"] is None
    assert told["problems"] == []
    assert sum(told["counts"].values()) == len(told["lines"])
    for verdict, count in told["counts"].items():
        assert count == sum(line["verdict"] == verdict for line in told["lines"])
    assert all(line["why"] for line in told["lines"] if line["verdict"] != "taken")
    assert told["missing"]
    assert told["configuration"].startswith("# A draft")


def test_the_readable_report_can_show_everything(folder, capsys):
    short = call(capsys, "import-entra", "schema.json", "--output", "a.yaml")[1]
    whole = call(capsys, "-v", "import-entra", "schema.json", "--output", "b.yaml")[1]

    assert "idle" in whole
    assert len(whole.splitlines()) > len(short.splitlines())
    assert (folder / "a.yaml").read_bytes() == (folder / "b.yaml").read_bytes()


def test_a_job_can_be_named(folder, capsys):
    out = call(capsys, "import-entra", "schema.json", "--job", "harbour", "--json")[1]
    assert json.loads(out)["jobs"] == ["harbour"]

    code, _, err = call(capsys, "import-entra", "schema.json", "--job", "no name: {}")
    assert code == 2
    assert "--job" in err


def test_no_file_is_overwritten(folder, capsys):
    (folder / "provisor.yaml").write_text("mine", encoding="utf-8")
    code, out, err = call(capsys, "import-entra", "schema.json", "--output", "provisor.yaml")

    assert (code, out) == (2, "")
    assert "exists already" in err
    assert (folder / "provisor.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("output", ["nowhere/x.yaml", "."])
def test_a_place_that_cannot_be_written_is_refused(folder, capsys, output):
    code, _, err = call(capsys, "import-entra", "schema.json", "--output", output)

    assert code == 2
    assert "next:" in err


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"synchronizationRules": 1}', '{"a": 1, "a": 2}']
)
def test_a_faulty_export_is_refused_in_five_parts(folder, capsys, content):
    (folder / "schema.json").write_text(content, encoding="utf-8")
    code, out, err = call(capsys, "import-entra", "schema.json", "--json")

    assert code == 2
    assert set(json.loads(out)["error"]) == {"code", "what", "where", "found", "safe", "next"}
    assert "schema.json" in err


def test_a_missing_export_is_refused(folder, capsys):
    assert call(capsys, "import-entra", "nothing.json")[0] == 2


def test_no_secret_of_the_surroundings_stands_in_a_draft(folder, capsys, monkeypatch):
    monkeypatch.setenv("HARBOUR_DESK_TOKEN", "s3cret-in-the-variable")
    code, out, err = call(capsys, "import-entra", "schema.json")

    assert code == 0
    assert "s3cret" not in out + err
    assert "token: {env: HARBOUR_DESK_TOKEN}" in out
