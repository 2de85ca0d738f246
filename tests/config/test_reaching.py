"""Conditions that reach other records and groups, beside the two systems of a job."""

from zoneinfo import ZoneInfo

import pytest

from provisor.domain.clause import Belonging, Circle, Step
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AllOf, Clause, Not, Operator, Titled
from tests.config.samples import SAMPLE, SOURCE_USERS, compiled, misfits, source, spoilt

SCOPE = "{any: [{all: [{attribute: status, operator: EQUALS, value: active}]}]}"
DEPARTMENT = "operator: EQUALS, value: Sales"
USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
MANAGED = source((*SOURCE_USERS, "manager", "department"))


def scoped(condition, references="{manager: users}", text=SAMPLE):
    declared = f"references: {references}\n      " if references else ""
    return spoilt(f"scope: {SCOPE}", f"{declared}scope: {condition}", text)


def without_groups(text):
    start, end = text.index("    groups: {match"), text.index("    limits:")
    return text[:start] + text[end:]


def test_a_declared_reference_is_followed(tmp_path):
    text = scoped(f"{{attribute: manager.manager.department, {DEPARTMENT}}}")
    rules = compiled(tmp_path, text, source=MANAGED).rules
    step = Step("manager", USERS)

    assert rules.objects[USERS].scope == Clause(
        "department", Operator.EQUALS, "Sales", steps=(step, step)
    )
    assert {"manager", "department"} <= set(rules.source_attributes(USERS))


def test_a_path_that_nobody_declared_is_the_name_of_an_attribute(tmp_path):
    text = scoped(f"{{attribute: manager.department, {DEPARTMENT}}}", references="")
    flat = source((*SOURCE_USERS, "manager.department"))
    (problem,) = misfits(tmp_path, text, source=source((*SOURCE_USERS, "manager", "dept")))

    assert compiled(tmp_path, text, source=flat).rules.objects[USERS].scope == Clause(
        "manager.department", Operator.EQUALS, "Sales"
    )
    assert problem.next == (
        "if `manager` holds the key of another record, declare `references: {manager: users}`"
    )


def test_references_are_followed_wherever_a_clause_stands(tmp_path):
    leaf = f"{{attribute: manager.department, {DEPARTMENT}}}"
    text = scoped(f"{{title: x, all: [{{not: [{leaf}]}}]}}")
    clause = Clause("department", Operator.EQUALS, "Sales", steps=(Step("manager", USERS),))
    rules = compiled(tmp_path, text, source=MANAGED).rules

    assert rules.objects[USERS].scope == Titled("x", AllOf((Not(AllOf((clause,))),)))


def test_a_group_may_be_asked_for_without_carrying_memberships(tmp_path):
    text = scoped("{group: G1, operator: MEMBER OF, transitive: true}", references="")
    rules = compiled(tmp_path, without_groups(text)).rules

    assert rules.objects[USERS].scope == Belonging(Circle("G1", transitive=True))
    assert (rules.memberships, rules.asks_for_groups) == (None, True)


def test_the_attribute_that_names_a_group_is_read(tmp_path):
    text = scoped("{group: Sales, by: name}", references="")

    assert "name" in compiled(tmp_path, text).rules.source_attributes(GROUPS)


def test_days_begin_in_the_time_zone_of_the_file(tmp_path):
    assert compiled(tmp_path).rules.zone == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("condition", "what", "found"),
    [
        (
            f"{{attribute: manager.departmnt, {DEPARTMENT}}}",
            "no source attribute is called `departmnt`",
            "did you mean `department`?",
        ),
        (
            f"{{attribute: {'manager.' * 6}department, {DEPARTMENT}}}",
            "a condition follows 6 references one after the other",
            "",
        ),
        (
            "{attribute: manager.IsSoftDeleted, operator: IS TRUE}",
            "`IsSoftDeleted` of another record is not known while scope is judged",
            "",
        ),
        ("{group: Sales, by: nmae}", "no source attribute is called `nmae`", "`name`"),
    ],
)
def test_what_leads_nowhere_is_refused_with_its_place(tmp_path, condition, what, found):
    (problem,) = misfits(tmp_path, scoped(condition), source=MANAGED)

    assert problem.what == what
    assert found in problem.next
    assert "provisor.yaml line 23" in problem.where
    assert all(problem.parts().values())
    assert problem.exit_code == 2


@pytest.mark.parametrize(
    ("condition", "references"),
    [
        ("{group: Sales, by: name}", ""),
        (f"{{attribute: manager.department, {DEPARTMENT}}}", "{manager: groups}"),
    ],
)
def test_records_that_the_job_does_not_read_cannot_be_asked(tmp_path, condition, references):
    text = without_groups(scoped(condition, references))
    (problem,) = misfits(tmp_path, text, source=MANAGED)

    assert problem.what == "a condition looks at groups, and the job does not read them"


def test_a_source_without_memberships_cannot_be_asked_for_them(tmp_path):
    text = without_groups(scoped("{group: G1}", references=""))
    described = source()
    bare = type(described)({USERS: described.schemas[USERS]}, described.capabilities)
    (problem,) = misfits(tmp_path, text, source=bare)

    assert problem.what == "the system `hr` holds no memberships"
    assert "scope" in problem.where


def test_a_reference_leads_to_users_or_groups(tmp_path):
    text = scoped(f"{{attribute: manager.department, {DEPARTMENT}}}", "{manager: memberships}")

    with pytest.raises(Exception, match="references"):
        compiled(tmp_path, text, source=MANAGED)


# --- the digest of the rules ---------------------------------------------------------------


def digest(folder, text):
    return compiled(folder, text, source=MANAGED).rules.configuration


CLAUSE = "{attribute: department, operator: REGEX MATCH, value: x}"


@pytest.mark.parametrize(
    "other",
    [
        "{attribute: department, operator: REGEX MATCH, value: x, anchored: false}",
        "{attribute: department, operator: REGEX MATCH, value: x, case: ignore}",
        "{attribute: department, operator: REGEX MATCH, value: x, quantifier: every}",
        "{attribute: department, operator: IN, value: [x]}",
        "{attribute: department, operator: IN, value: [x, y]}",
        f"{{not: {CLAUSE}}}",
        "{group: x}",
        "{group: x, transitive: true}",
        "{group: x, by: name}",
        "{group: x, operator: NOT MEMBER OF}",
    ],
)
def test_every_word_that_changes_who_is_in_scope_changes_the_digest(tmp_path, other):
    others = {CLAUSE, "{group: x}", "{attribute: department, operator: IN, value: [x]}"} - {other}

    assert digest(tmp_path, scoped(other)) not in {digest(tmp_path, scoped(one)) for one in others}


@pytest.mark.parametrize(
    "same",
    [
        f"{CLAUSE[:-1]}, anchored: true, case: exact, quantifier: any}}",
        f"{CLAUSE[:-1]}, title: Everybody}}",
    ],
)
def test_defaults_and_titles_change_no_digest(tmp_path, same):
    assert digest(tmp_path, scoped(same)) == digest(tmp_path, scoped(CLAUSE))


def test_references_that_nobody_declared_are_not_part_of_the_digest(tmp_path):
    declared = digest(tmp_path, scoped(SCOPE))
    plain = digest(tmp_path, SAMPLE)
    empty = digest(tmp_path, scoped(SCOPE, references="{}"))

    assert declared != plain
    assert empty == plain
