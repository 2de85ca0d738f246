"""The command line keeps its contract: words, JSON shapes, exit codes, messages in five parts."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


def test_the_first_plan_waits_in_the_documented_shape(shell):
    said = shell("plan", "hr-to-app", "--json")

    fits("run", said.json)
    assert said.code == 4
    assert said.json["verdict"] == "needs_decision"
    assert said.json["baseline"] == "none"
    for tally in said.json["records"].values():
        assert tally.pop("in") == sum(tally.values())
    for tally in said.json["accounts"].values():
        assert tally.pop("seen") == sum(tally.values())


def test_plan_approve_apply_and_nothing_more(shell):
    digest = shell("plan", "hr-to-app", "--json").json["plan"]
    own = shell("approve", digest[:8], "--reason", "mine")
    vote = shell("approve", digest[:8], "--reason", "checked with HR", "--json", by="ben")
    applied = shell("apply", "latest", "--json")
    again = shell("run", "hr-to-app", "--json")

    assert own.code == 4
    assert "started the run" in own.err
    fits("approve", vote.json)
    fits("apply", applied.json)
    assert applied.json["outcomes"]["done"] > 0
    assert sum(n for name, n in applied.json["outcomes"].items() if name != "done") == 0
    assert again.json["actions"] == []
    assert again.code == applied.code


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        (("show", "latest", "--json"), "plan"),
        (("status", "--json"), "status"),
        (("alerts", "--json"), "alerts"),
        (("orphans", "hr-to-app", "--json"), "orphans"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_answers_have_their_published_shape(settled, words, shape):
    said = settled(*words)

    fits(shape, said.json)
    assert said.code == 0


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_shape_is_published_as_json_schema(shell, name):
    said = shell("schema", "--output", name)

    assert said.code == 0
    assert said.json["type"] == "object"


def test_every_action_stands_on_a_line_of_its_own(shell):
    said = shell("plan", "hr-to-app", "--jsonl")
    lines = [json.loads(line) for line in said.out.splitlines()]

    for line in lines:
        fits("action", line)
    assert len({line["id"] for line in lines}) == len(lines) > 10


def test_readable_plans_name_people_operations_and_what_waits(shell):
    said = shell("plan", "hr-to-app")

    assert "users.create" in said.out
    assert "asserted, not proven" in said.out
    assert "provisor approve" in said.out


def test_a_person_is_explained_without_writing(settled):
    before = settled("status", "--json").json["log"]
    said = settled("explain", "hr-to-app", "E1002", "--json")

    assert said.code == 0
    assert said.json["key"] == "E1002"
    assert said.json["mapping"]
    assert settled("status", "--json").json["log"] == before


def test_nobody_is_explained_with_an_error_in_five_parts(settled):
    said = settled("explain", "hr-to-app", "nobody", "--json")

    fits("error", said.json)
    assert said.code == 2
    assert "safe:" in said.err


def test_global_options_stand_before_or_after_the_command(shell):
    said = shell("plan", "hr-to-app", "--as", "carl", "--json", by=None)

    assert said.json["initiator"] == "carl"


def test_a_claimed_name_works_only_where_identities_are_asserted(shell):
    shell.edit("provisor.yaml", "{mode: asserted}", "{mode: os}")
    said = shell("status")

    assert said.code == 2
    assert "--as" in said.err


def test_a_freeze_stops_runs_and_an_unfreeze_lets_them_go(settled):
    assert settled("freeze", "--reason", "look first").code == 0
    frozen = settled("run", "hr-to-app")
    lifted = settled("unfreeze")

    assert frozen.code == 4
    assert "frozen" in frozen.err
    assert lifted.code == 0
    assert settled("run", "hr-to-app").code in (0, 3)


def test_overrides_are_added_listed_and_ended(settled):
    added = settled(
        "override", "add", "--kind", "hold", "--key", "E1002", "--reason", "r", "--json"
    )
    override_id = added.json["overrides"][0]["id"]
    ended = settled("override", "end", override_id)
    listed = settled("override", "list", "--json")

    assert (added.code, ended.code) == (0, 0)
    assert listed.json["overrides"][0]["state"].startswith("ended")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pin", "--attribute", "titel", "--value", "x"), "did you mean `title`?"),
        (("pin", "--attribute", "provisor_id", "--value", "x"), "cannot be pinned"),
        (("pin", "--attribute", "id", "--value", "u-1"), "cannot be pinned"),
        (("pin", "--attribute", "active", "--value", "maybe"), "not of type integer"),
        (("pin", "--attribute", "login"), "required"),
        (("hold", "--attribute", "title"), "says nothing"),
        (("hold", "--days", "-5"), "0 to 36,500"),
        (("hold", "--days", "99999999999"), "0 to 36,500"),
    ],
)
def test_a_wish_that_no_plan_could_obey_is_not_kept(settled, words, told):
    said = settled("override", "add", "--key", "E1002", "--reason", "r", "--kind", *words)

    assert (said.code, told in said.err) == (2, True)
    assert settled("override", "list", "--json").json["overrides"] == []


def test_a_pinned_value_is_of_the_type_that_the_target_asks_for(settled):
    words = ("--kind", "pin", "--attribute", "active", "--value", "0", "--reason", "r")
    settled("override", "add", "--key", "E1002", *words)
    settled("run", "hr-to-app")

    assert settled.rows("SELECT active FROM users WHERE staff_no = 'E1002'") == [(0,)]
    assert settled("plan", "hr-to-app", "--json").json["actions"] == []


@pytest.mark.parametrize(
    ("kind", "state"), [("hold", "; waits for"), ("keep", "waits for"), ("deny", "in force")]
)
def test_nobody_overrides_the_rules_for_themselves_or_ends_what_binds_them(settled, kind, state):
    words = ("override", "add", "--kind", kind, "--key", "E1002", "--reason", "r")
    own = settled("--as", "e1002", *words)
    kept = settled(*words, "--json").json["overrides"][0]["id"]
    end = settled("--as", "E1002", "override", "end", kept)

    assert (own.code, end.code) == (4, 4)
    assert "let somebody else decide" in own.err
    (standing,) = settled("override", "list", "--json").json["overrides"]
    assert state in standing["state"]


def test_an_override_for_nobody_is_refused_with_the_nearest_key_unless_it_is_meant(settled):
    words = ("override", "add", "--kind", "deny", "--key", "E1020", "--reason", "r")

    refused = settled(*words)
    assert (refused.code, "--unseen" in refused.err) == (2, True)
    assert settled(*words, "--unseen").code == 0


@pytest.mark.parametrize("job", [(), ("--job", "hr-to-app")])
def test_whose_account_it_is_is_only_said_where_it_is_looked_up(settled, job):
    words = ("--kind", "link", "--key", "E1002", "--value", "u-1", "--reason", "r")
    said = settled("override", "add", *words, *job)

    assert said.code == 2
    assert "provisor link" in said.err
    assert settled("override", "list", "--json").json["overrides"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("override", "add", "--kind", "unlink", "--key", "E1", "--value", "u-1", "--reason", "r"),
        ("override", "add", "--kind", "hld", "--key", "E1002", "--reason", "r"),
        ("override", "add", "--kind", "pin", "--key", "E1002", "--reason", "r"),
        ("override", "add", "--kind", "hold", "--key", "E1002"),
        ("eval",),
        ("plan", "hr-to-ap"),
        ("schema", "--output", "pln"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_ends_with_two(settled, words):
    assert settled(*words).code == 2


def test_a_vote_without_a_reason_is_no_vote(shell):
    shell("plan", "hr-to-app")

    assert shell("approve", "latest", by="ben").code == 2


def test_an_unknown_plan_is_refused(settled):
    assert settled("show", "ffffffff").code == 4


def test_the_log_is_verified_and_a_changed_leaf_is_found(settled):
    import sqlite3

    intact = settled("audit", "verify", "--json")
    database = sqlite3.connect(settled.folder / "state" / "provisor.db")
    triggers = database.execute("select name from sqlite_master where type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f'drop trigger "{name}"')
    database.execute("update leaf set body = x'00' where position = 1")
    database.commit()
    database.close()
    broken = settled("audit", "verify", "--json")

    assert (intact.code, intact.json["intact"]) == (0, True)
    assert (broken.code, broken.json["intact"]) == (5, False)


def test_an_expression_is_evaluated(shell):
    said = shell("eval", "ToUpper([a])", "--record", '{"a": "elin"}')

    assert (said.code, said.json) == (0, {"value": "ELIN"})


def test_what_an_expression_depends_on_can_be_said(shell):
    record = ("--record", '{"a": ["x", "y"]}')
    joined = shell("eval", 'Join([a], "-")', "--dialect", "connect", *record)
    now = shell("eval", "Now()", "--now", "2031-04-07T09:30:00Z")
    domain = shell("eval", 'Join("@", "elin", DefaultDomain())', "--default-domain", "x.org")

    assert joined.json == {"value": "x-y"}
    assert now.json == {"value": "4/7/2031 9:30:00 AM"}
    assert domain.json == {"value": "elin@x.org"}


def test_an_expression_of_the_other_dialect_is_told_of_it(shell):
    said = shell("eval", 'Replace([a], "-", "")')

    assert said.code == 2
    assert "`dialect: connect`" in said.json["message"]


def test_a_file_of_cases_is_answered_line_by_line(shell):
    cases = shell.folder / "cases.jsonl"
    lines = ['{"expression": "[a]", "record": {}}', "garbage", '{"expression": "Nope()"}']
    cases.write_text("\n".join(lines), encoding="utf-8")
    said = shell("eval", "--file", str(cases))
    answers = [json.loads(line) for line in said.out.splitlines()]

    assert said.code == 0
    assert answers[0] == {"dropped": True}
    assert [answer.get("error") for answer in answers[1:]] == ["setting_invalid", "unknown_name"]


def test_a_mistyped_mapping_is_named_with_its_line_and_the_nearest_name(shell):
    shell.edit("provisor.yaml", "[surname]", "[surnam]")
    said = shell("plan", "hr-to-app", "--json")

    fits("error", said.json)
    assert said.code == 2
    assert "line" in said.err
    assert "`surname`" in said.err
    assert shell.rows("select count(*) from users") == shell.rows("select count(*) from users")


def test_a_column_that_the_feed_lost_is_incomplete_not_wrong(settled):
    text = (settled.folder / "hr.csv").read_text(encoding="utf-8")
    settled.edit("hr.csv", text.splitlines()[0], text.splitlines()[0].replace("surname", "name2"))
    said = settled("run", "hr-to-app", "--json")

    assert said.code == 4
    assert said.json["verdict"] == "refused"
    assert "surname" in said.json["verdicts"][0]["reason"]


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("missing", lambda path: path.unlink()),
        ("empty", lambda path: path.write_text("")),
        ("header only", lambda path: path.write_text(path.read_text().splitlines()[0] + "\n")),
        ("cut in a row", lambda path: path.write_text(path.read_text()[:-9])),
        (
            "cut at a row",
            lambda path: path.write_text("".join(path.read_text().splitlines(True)[:6])),
        ),
        (
            "broken encoding",
            lambda path: path.write_bytes(path.read_bytes().replace(b"a", b"\xff", 1)),
        ),
        ("open quote", lambda path: path.write_text(path.read_text() + '"')),
        (
            "shifted",
            lambda path: path.write_text(
                "".join(
                    line if n == 0 else f"x,{line}"
                    for n, line in enumerate(path.read_text().splitlines(True))
                )
            ),
        ),
        ("a folder", lambda path: (path.unlink(), path.mkdir())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_file_takes_nothing_from_anybody(settled, name, harm):
    before = settled.rows("select * from users order by id")
    harm(settled.folder / "hr.csv")
    said = settled("run", "hr-to-app", "--json")

    assert said.code == 4, name
    assert said.json["actions"] == []
    assert settled.rows("select * from users order by id") == before


def test_an_older_file_is_not_believed(settled):
    import os

    os.utime(settled.folder / "hr.csv", (1, 1))
    said = settled("run", "hr-to-app", "--json")

    assert said.code == 4
    assert "older" in said.json["verdicts"][0]["reason"]
