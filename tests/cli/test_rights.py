"""Rights on the command line: beside plans, in a person's story, and what people say of them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES

CATALOGUE = """
entitlements:
  app:
    - {group: "*", risk: low, owner: Anna Ahl, longest_days: 90}
duties:
  two-groups:
    one: [{target: app, group: A}]
    other: [{target: app, group: B}]
"""
ADD = ("override", "add", "--key", "E1001", "--reason", "asked for")


@pytest.fixture
def known(settled):
    """The example with a catalogue and a duty."""
    path = settled.folder / "provisor.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CATALOGUE, encoding="utf-8")
    return settled


def test_a_plan_tells_level_and_owner_of_the_rights_that_it_gives(known):
    known.edit("members.csv", "G1,E1001\n", "G1,E1001\nG2,E1001\n")
    known("plan", "hr-to-app")
    shown = known("show", "latest", "--json")

    TypeAdapter(SHAPES["show"]).validate_python(shown.json, strict=True)
    (right,) = shown.json["rights"]
    assert (right["right"], right["level"]) == ("app: group Engineering", "low")
    assert (right["owner"], right["gained"], right["lost"]) == ("Anna Ahl", 1, 0)
    read = known("show", "latest").out
    assert "app: group Engineering: low, owner Anna Ahl; 1 gain" in read


def test_a_story_tells_what_somebody_holds_and_who_answers_for_it(known):
    told = known("explain", "hr-to-app", "E1001", "--json").json

    owners = {one["right"]: one["owner"] for one in told["rights"]}
    assert owners["app: group Finance"] == "Anna Ahl"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "except", "--attribute", "duty:two-group", "--days", "3"), "duty:two-groups"),
        (("--kind", "except", "--attribute", "duty:two-groups"), "has an end"),
        (("--kind", "except", "--attribute", "duty:two-groups", "--days", "3"), "consent"),
        (
            ("--kind", "grant", "--attribute", "roles", "--value", "x", "--days", "3"),
            "no attribute with rights is called `roles`",
        ),
        (("--kind", "hold", "--attribute", "roles"), "says nothing"),
    ],
)
def test_a_word_about_rights_that_says_nothing_is_refused(known, words, told):
    said = known(*ADD, *words)

    assert said.code == 2
    assert told in said.err


def test_an_exception_from_a_duty_with_an_end_and_a_second_name_is_kept(known):
    words = ("--kind", "except", "--attribute", "duty:two-groups", "--days", "3")

    assert known(*ADD, *words, "--approver", "cem").code == 0
    (kept,) = known("override", "list", "--json").json["overrides"]
    assert (kept["kind"], kept["attribute"]) == ("except", "duty:two-groups")


def test_nobody_grants_by_name_what_no_job_would_take_back(known):
    line = "  app:\n    - {attribute: roles.value, value: reader, risk: low, mode: add_only}\n"
    known.edit("provisor.yaml", "entitlements:\n  app:\n", f"entitlements:\n{line}")
    words = ("--attribute", "roles.value", "--value", "reader", "--days", "3")

    said = known(*ADD, "--kind", "grant", *words)

    assert said.code == 2
    assert "never take them back" in said.err
    assert known(*ADD, "--kind", "revoke", *words).code == 0
