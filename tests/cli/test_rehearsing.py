"""`test` tries a configuration on cases: nothing is called, and what differs is a diff."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml

from provisor.cli import main
from tests.cli.conftest import Shell
from tests.cli.test_commands import fits

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(params=["first", "tested"])
def example(request, tmp_path, capsys):
    """A sample with its cases and its configuration, and nothing that they could read or call."""
    folder = tmp_path / request.param
    shutil.copytree(EXAMPLES / request.param / "tests", folder / "tests")
    shutil.copy(EXAMPLES / request.param / "provisor.yaml", folder)
    return Shell(folder, capsys)


@pytest.fixture
def tested(tmp_path, capsys):
    folder = tmp_path / "tested"
    shutil.copytree(EXAMPLES / "tested", folder)
    return Shell(folder, capsys)


def cases(shell, *written, **settings):
    path = shell.folder / "tests" / "people.yaml"
    document = {"now": "2031-04-07T08:00:00Z", **settings, "cases": list(written)}
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


ELIN = {
    "employee_id": "E1001",
    "given_name": "Elin",
    "surname": "Ek",
    "mail": "elin.ek@example.org",
    "country": "SE",
    "status": "active",
}


def test_the_samples_pass_and_reach_every_rule(example):
    said = example("test", "--coverage", by=None)

    assert said.code == 0
    assert "FAIL" not in said.out
    assert "100 %" in said.out


def test_nothing_is_read_called_or_kept(example, monkeypatch):
    monkeypatch.delenv("CREW_TOKEN", raising=False)
    before = sorted(example.folder.rglob("*"))

    assert example("test", by=None).code == 0
    assert sorted(example.folder.rglob("*")) == before


def test_a_broken_mapping_is_seen_as_a_difference(tested):
    tested.edit("provisor.yaml", '"T", "Trainee"', '"T", "Apprentice"')

    said = tested("test", by=None)

    assert said.code == 3
    assert "FAIL  grades have titles of their own" in said.out
    assert (
        "        desired users E1002 title\n        - Trainee\n        + Apprentice\n" in said.out
    )
    assert "1 of 10 case(s) failed" in said.out


def test_a_broken_scope_is_seen_in_plan_and_reason(tested):
    tested.edit("provisor.yaml", "value: permanent", "value: hourly")

    said = tested("test", "--json", by=None)

    fits("test", said.json)
    assert said.code == 3
    failed = {one["name"]: one["differences"] for one in said.json["cases"] if not one["passed"]}
    assert {
        "place": "plan",
        "expected": "",
        "found": "create users E1001: active = True; displayName = Elin Ek; "
        'emails[type eq "work"].value = Elin.Ek@example.org; externalId = E1001; '
        "title = Accountant; userName = elin.ek@example.org",
    } in failed["elsewhere those who are paid by the hour do not"]
    assert {
        "place": "desired users E1001",
        "expected": "displayName = Lina Ek",
        "found": "out of scope: country EQUALS SE",
    } in failed["elsewhere the permanent staff does, and by the name they are called"]


def test_coverage_names_what_no_case_reaches_with_its_character(tested):
    cases(
        tested, {"name": "one", "source": {"users": [ELIN]}, "expect": {"plan": ["create E1001"]}}
    )
    text = (tested.folder / "provisor.yaml").read_text(encoding="utf-8").splitlines()

    said = tested("test", "--coverage", "--json", by=None)

    fits("test", said.json)
    covered = said.json["coverage"]
    assert said.code == 0
    assert covered["reached"] + len(covered["missed"]) == covered["points"] == 21
    assert covered["percent"] == covered["reached"] * 100 // 21
    missed = {(one["kind"], one["rule"], one["way"]): one for one in covered["missed"]}
    assert ("branch", "title", 'Switch: "T"') in missed
    assert ("branch", "title", "Switch: otherwise") not in missed
    assert ("scope", "status IN active, leave", "fails") in missed
    assert ("scope", "status IN active, leave", "holds") not in missed
    assert ("scope", "contract EQUALS permanent", "holds") in missed
    assert ("leaver", "status EQUALS terminated", "holds") in missed
    assert ("match", "externalId", "finds") in missed
    for one in covered["missed"]:
        if one["kind"] == "branch":
            assert text[one["line"] - 1][one["column"] - 1 :].startswith(one["text"])
        else:
            assert one["rule"].split()[0] in text[one["line"] - 1]


def test_branches_for_people_who_are_gone_are_reached_by_people_who_are_gone(tested):
    text = (tested.folder / "provisor.yaml").read_text(encoding="utf-8")
    tested.edit(
        "provisor.yaml",
        text[text.index("        active: >-") :],
        '        active: \'Switch([IsSoftDeleted], , "False", "True", "True", "False")\'\n',
    )
    gone = {**ELIN, "status": "terminated"}

    def missed(*people):
        cases(tested, {"name": "one", "source": {"users": people}, "expect": {"leavers": {}}})
        points = tested("test", "--coverage", "--json", by=None).json["coverage"]["missed"]
        return {point["way"] for point in points if point["rule"] == "active"}

    assert missed(ELIN) == {'Switch: "True"'}
    assert missed(gone) == {'Switch: "False"'}
    assert missed(ELIN, {**gone, "employee_id": "E1002"}) == set()


def test_coverage_is_shown_with_carets(tested):
    cases(
        tested, {"name": "one", "source": {"users": [ELIN]}, "expect": {"plan": ["create E1001"]}}
    )

    said = tested("test", "--coverage", by=None)

    lines = said.out.splitlines()
    place = next(n for n, line in enumerate(lines) if 'branch title, Switch: "T"' in line)
    assert lines[place + 1][lines[place + 2].index("^") :].startswith('"Trainee"')


WRONG = {
    "unknown key": ({"name": "x", "sorce": {}, "expect": {"plan": []}}, "`source`"),
    "unknown key inside": ({"name": "x", "expect": {"plans": []}}, "`plan`"),
    "nothing expected": ({"name": "x", "expect": {}}, "`desired:`"),
    "no expectation": ({"name": "x"}, "`expect:`"),
    "unknown job": ({"name": "x", "job": "hr-to-crow", "expect": {"plan": []}}, "`hr-to-crew`"),
    "unknown source attribute": (
        {"name": "x", "source": {"users": [{**ELIN, "grad": "E"}]}, "expect": {"plan": []}},
        "`grade`",
    ),
    "unknown attribute of an account": (
        {"name": "x", "accounts": {"users": [{"id": "1", "titel": "E"}]}, "expect": {"plan": []}},
        "`title`",
    ),
    "account without id": (
        {"name": "x", "accounts": {"users": [{"title": "E"}]}, "expect": {"plan": []}},
        "`id:`",
    ),
    "no rules for groups": (
        {"name": "x", "source": {"groups": [{"id": "G1"}]}, "expect": {"plan": []}},
        "leave them out",
    ),
    "attribute that nothing maps": (
        {
            "name": "x",
            "source": {"users": [ELIN]},
            "expect": {"desired": {"E1001": {"titles": "x"}}},
        },
        "`title`",
    ),
    "key of nobody": (
        {"name": "x", "source": {"users": [ELIN]}, "expect": {"plan": ["create E1011"]}},
        "`E1001`",
    ),
    "unknown operation": (
        {"name": "x", "source": {"users": [ELIN]}, "expect": {"plan": ["creat E1001"]}},
        "`create`",
    ),
    "unknown problem": (
        {"name": "x", "source": {"users": [ELIN]}, "expect": {"set_aside": {"E1001": "type_mism"}}},
        "`type_mismatch`",
    ),
    "unknown part": (
        {"name": "x", "expect": {"parts": {"users.disabel": "allowed"}}},
        "`users.disable`",
    ),
    "unreadable time": ({"name": "x", "now": "tomorrow", "expect": {"plan": []}}, "2031-04-07"),
    "value that is a mapping": (
        {"name": "x", "source": {"users": [{"mail": {"a": 1}}]}, "expect": {"plan": []}},
        "provisor test",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_of_cases_that_is_wrong_ends_with_2_and_says_where(tested, name):
    written, hint = WRONG[name]
    cases(tested, {"name": "fine", "expect": {"plan": []}}, written)

    said = tested("test", "--json", by=None)

    fits("test", said.json)
    assert said.code == 2
    assert said.json["cases"] == []
    (problem,) = said.json["problems"]
    assert problem["where"].startswith("people.yaml line ")
    assert problem["line"] >= 5
    assert hint in problem["next"]


def test_every_wrong_file_is_told_before_anything_is_tried(tested):
    (tested.folder / "tests" / "more.yaml").write_text("cases: [{nam: x}]", encoding="utf-8")
    (tested.folder / "tests" / "none.yaml").write_text("cases:\n\t- x", encoding="utf-8")

    said = tested("test", by=None)

    assert said.code == 2
    assert "more.yaml line 1" in said.out
    assert "none.yaml line 2" in said.out
    assert "ok" not in said.out.split()


def test_the_cases_of_the_guide_pass_on_the_first_sample(shell):
    guide = (EXAMPLES.parent / "docs" / "guide.md").read_text(encoding="utf-8")
    text = guide.split("# tests/people.yaml\n")[1].split("```")[0]
    path = shell.folder / "guide.yaml"
    path.write_text(text, encoding="utf-8")

    said = shell("test", str(path), "--json")

    assert (said.code, said.json["passed"]) == (0, 2)


def test_without_cases_the_command_says_where_they_belong(shell):
    shutil.rmtree(shell.folder / "tests")

    said = shell("test")

    assert said.code == 2
    assert "there is no file of cases" in said.err
    assert "`tests/` beside the configuration" in said.err


def test_files_and_folders_may_be_named(tested):
    path = tested.folder / "tests" / "people.yaml"
    path = path.rename(tested.folder / "others.yml")

    assert tested("test", str(path), by=None).code == 0
    assert tested("test", str(tested.folder / "tests"), by=None).code == 2


@pytest.mark.parametrize("name", ["examples/first", "examples/tested/tests/people.yaml"])
def test_cases_find_their_configuration_by_themselves(capsys, monkeypatch, name):
    monkeypatch.chdir(EXAMPLES.parent)

    with pytest.raises(SystemExit) as ended:
        main(["test", name, "--coverage"])

    assert not ended.value.code
    assert "100 %" in capsys.readouterr().out


def test_cases_of_two_configurations_are_not_tried_together(capsys, monkeypatch):
    monkeypatch.chdir(EXAMPLES.parent)

    with pytest.raises(SystemExit) as ended:
        main(["test", "examples/first", "examples/tested"])

    assert ended.value.code == 2
    assert "several configurations" in capsys.readouterr().err


def test_a_wrong_configuration_is_told_before_any_case(tested):
    tested.edit("provisor.yaml", "[surname]'", "[sirname]'")

    said = tested("test", by=None)

    assert said.code == 2
    assert "did you mean `surname`?" in said.err


def test_the_form_of_a_file_of_cases_is_published_and_fits_the_samples(shell):
    said = shell("schema", "--tests")

    properties = said.json["$defs"]["CaseSettings"]["properties"]
    assert said.code == 0
    for path in EXAMPLES.glob("*/tests/*.yaml"):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            assert set(case) <= set(properties)


def test_a_whole_feed_as_a_case_is_planned_as_the_job_plans_it(shell):
    def rows(name):
        with (shell.folder / name).open(encoding="utf-8", newline="") as file:
            return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]

    def table(name, *columns):
        query = f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608 - names of this file
        return [dict(zip(columns, row, strict=True)) for row in shell.rows(query)]

    members = [{"group": m["group_id"], "member": m["employee_id"]} for m in rows("members.csv")]
    users = ("id", "staff_no", "login", "given_name", "surname", "mail", "title", "active")
    accounts = {
        "users": table("users", *users),
        "groups": table("groups", "id", "name"),
        "memberships": [
            {"group": m["group_id"], "member": m["user_id"]}
            for m in table("members", "group_id", "user_id")
        ],
    }
    source = {"users": rows("hr.csv"), "groups": rows("groups.csv"), "memberships": members}
    cases(shell, {"name": "all", "source": source, "accounts": accounts, "expect": {"plan": []}})

    planned = [json.loads(line) for line in shell("plan", "hr-to-app", "--jsonl").out.splitlines()]
    file = str(shell.folder / "tests" / "people.yaml")
    tried = shell("test", file, "--json").json["cases"][0]["differences"]

    def told(action):
        return f"{action['operation']} {action['object']} {action['key']}"

    assert len(planned) > 10
    assert sorted(map(told, planned)) == sorted(one["found"].split(":")[0] for one in tried)
