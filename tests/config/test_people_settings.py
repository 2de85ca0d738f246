"""A system made of other systems, as it is written, refused and compiled."""

import pytest

from provisor.config.joining import joining_of
from provisor.config.loading import load_text, problems
from provisor.config.people_settings import PeopleSettings
from provisor.config.revision import job_document
from provisor.domain.person import CorrelationRule
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, UnknownName
from provisor.wiring import open_wiring

WRITTEN = """\
version: 1
identity: {mode: asserted}
systems:
  hr: {connector: files, objects: {users: {path: hr.csv, key: id}}}
  agency: {connector: files, objects: {users: {path: agency.csv, key: id}}}
  people:
    connector: people
    of: [hr, {system: agency, attributes: {mail: email}}]
    correlate: [{attributes: [surname, b], decides: false}, number, {attribute: mail, case: exact}]
    attributes: {mail: [agency, hr]}
    vouches: {attribute: status, operator: EQUALS, value: active}
  app: {connector: memory, store: people-settings}
jobs:
  j:
    source: people
    target: app
    users: {attributes: {userName: "[mail]", externalId: "[person]"}}
"""


def written(*edits):
    text = WRITTEN
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def wrong(folder, *edits):
    """Everything that is wrong with the file."""
    path = folder / "provisor.yaml"
    path.write_text(written(*edits), encoding="utf-8")
    return problems(path)


def test_rules_that_decide_go_before_those_that_propose(tmp_path):
    settings = load_text(WRITTEN, tmp_path / "provisor.yaml", {}).settings

    people = settings.systems["people"]
    assert isinstance(people, PeopleSettings)
    assert joining_of(people).rules == (
        CorrelationRule(("number",)),
        CorrelationRule(("mail",), exact=True),
        CorrelationRule(("surname", "b"), decides=False),
    )


@pytest.mark.parametrize(
    ("edit", "line", "near"),
    [
        (("of: [hr,", "of: [hrr,"), 8, "did you mean `hr`?"),
        (("mail: [agency, hr]", "mail: [agencie, hr]"), 10, "did you mean `agency`?"),
        (("connector: people\n", "connector: peopel\n"), 7, "did you mean `people`?"),
        (("vouches:", "vouch:"), 11, "did you mean `vouches`?"),
        (("case: exact", "kase: exact"), 9, "did you mean `case`?"),
    ],
)
def test_a_name_that_leads_nowhere_is_answered_with_the_nearest(tmp_path, edit, line, near):
    problem, *_ = wrong(tmp_path, edit)

    assert isinstance(problem, UnknownName)
    assert f"line {line}" in problem.where
    assert problem.next == near


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (("of: [hr,", "of: [people, hr,"), "is made of itself"),
        (("of: [hr,", "of: [hr, hr,"), "stands twice"),
        (("case: exact}", "case: exact}, {attributes: [number, mail]}"), "can decide nothing"),
        (("number, {", "number, number, {"), "can decide nothing"),
        (("number, {", "{attribute: a, attributes: [b]}, {"), "compares one `attribute`"),
        (("of: [hr,", "of: [],\n    x: ["), ""),
        (("{mail: email}", "{person: email}"), "is filled by Provisor"),
        (("attribute: status, operator: EQUALS, value: active", "group: g"), "who is in a group"),
    ],
)
def test_a_setting_that_decides_nothing_is_refused_with_its_line(tmp_path, edit, what):
    first, *_ = wrong(tmp_path, edit)

    assert isinstance(first, SettingInvalid | UnknownName)
    assert what in first.what
    assert "line " in first.where


def test_people_cannot_be_made_of_people(tmp_path):
    more = "  others: {connector: people, of: [people], correlate: [mail]}\n  app:"
    (problem,) = wrong(tmp_path, ("  app:", more))

    assert "made of another one" in problem.what
    assert "line 12" in problem.where


@pytest.mark.parametrize(
    ("edit", "near"),
    [
        (("number, {", "numbr, {"), "did you mean `number`?"),
        (("attributes: {mail: [agency", "attributes: {mial: [agency"), "did you mean `mail`?"),
        (("attribute: status", "attribute: statos"), "did you mean `status`?"),
    ],
)
def test_an_attribute_that_no_system_has_is_refused(tmp_path, edit, near):
    (tmp_path / "hr.csv").write_text("id,number,mail,surname,b,status\n", encoding="utf-8")
    (tmp_path / "agency.csv").write_text("id,number,email,surname\n", encoding="utf-8")
    (tmp_path / "provisor.yaml").write_text(written(edit), encoding="utf-8")

    wiring = open_wiring(tmp_path / "provisor.yaml", {}, "ann")
    with wiring, pytest.raises(UnknownName) as refused:
        wiring.connector("people")

    assert refused.value.next == near
    assert "line " in refused.value.where


def test_attributes_of_all_systems_are_known_by_our_names(tmp_path):
    (tmp_path / "hr.csv").write_text("id,number,mail,surname,b,status\n", encoding="utf-8")
    (tmp_path / "agency.csv").write_text("id,number,email,phone\n", encoding="utf-8")
    (tmp_path / "provisor.yaml").write_text(WRITTEN, encoding="utf-8")

    with open_wiring(tmp_path / "provisor.yaml", {}, "ann") as wiring:
        users = wiring.connector("people").describe().schemas[ObjectType.USERS]

    assert (users.key, users.open) == ("person", False)
    assert {one.name for one in users.attributes} == {
        *("person", "id", "number", "mail", "surname", "b", "status", "phone")
    }


@pytest.mark.parametrize(
    "edit",
    [
        ("path: agency.csv", "path: other.csv"),
        ("number, {", "{"),
        ("mail: [agency, hr]", "mail: [hr, agency]"),
        ("of: [hr, {system: agency, attributes: {mail: email}}]", "of: [hr, agency]"),
    ],
)
def test_whoever_changes_who_is_who_changes_the_jobs_configuration(tmp_path, edit):
    path = tmp_path / "provisor.yaml"
    before, after = (load_text(text, path, {}) for text in (WRITTEN, written(edit)))

    assert job_document(before, "j") != job_document(after, "j")
