"""Values of other jobs in a file: which can be had, and what is said where they cannot."""

import pytest

from provisor.domain.rules import Lifecycle
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError
from provisor.testing.clock import FixedClock
from provisor.wiring import open_wiring
from tests.stories.chains import BADGES, TO_APP, TO_DIRECTORY, TO_HR, laid


@pytest.fixture
def chain(tmp_path):
    return laid(tmp_path)


def compiled(chain, job):
    with open_wiring(chain.file, {}, "ann") as wiring:
        wiring.clock = FixedClock()
        return wiring.compiled(job)


def problem(chain, job):
    with open_wiring(chain.file, {}, "ann") as wiring:
        found = wiring.problems(job)
    assert len(found) == 1, found
    return found[0]


def test_what_a_job_borrows_stands_in_its_rules(chain):
    users = compiled(chain, TO_APP).rules.objects[ObjectType.USERS]

    assert users.borrows == (f"{TO_DIRECTORY}.mail",)
    assert {m.attribute: m.borrows for m in users.mappings}["staff_no"] == ()


def test_a_job_that_only_adds_neither_marks_nor_switches(chain):
    users = compiled(chain, BADGES).rules.objects[ObjectType.USERS]

    assert (users.lifecycle, users.schema.anchor, users.schema.switch) == (Lifecycle.NONE, "", None)
    assert not any(policy.disable for policy in users.on_leave.policies)


def test_another_target_of_the_lender_is_another_configuration(chain):
    before, beside = (compiled(chain, job).rules.configuration for job in (TO_APP, BADGES))
    chain.edit("table: accounts", "schema: main\n        table: accounts")

    assert compiled(chain, TO_APP).rules.configuration != before
    assert compiled(chain, BADGES).rules.configuration != beside  # its own target
    assert "lenders" not in compiled(chain, BADGES).document


WRONG = {
    "an attribute that the target lacks": (
        TO_APP, f"ToLower([{TO_DIRECTORY}.mail])", f"ToLower([{TO_DIRECTORY}.maill])", "`mail`",
    ),
    "a job that is not in `after`": (
        TO_APP, f"target: app\n    after: {TO_DIRECTORY}", "target: app", "source attribute",
    ),
    "a condition": (
        TO_APP, 'attributes:\n        staff_no: "[employee_id]"\n        login: "ToLower([',
        f'on_leave: {{date: {TO_DIRECTORY}.mail}}\n      attributes:\n        '
        'staff_no: "[employee_id]"\n        login: "ToLower([', "decides here",
    ),
    "the switch of another's account": (
        BADGES, 'badge: "[badge]"', 'badge: "[badge]", active: "1"', "switch an account",
    ),
    "a match with nothing": (
        TO_HR, '[{attribute: employee_id, expression: "[employee_id]"}]', "[employee_id]",
        "compared with",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_had_is_refused_with_its_line(chain, case):
    job, old, new, words = WRONG[case]
    chain.edit(old, new)

    found = problem(chain, job)

    assert isinstance(found, ConfigurationError)
    assert words in f"{found}"
    assert f"jobs.{job}.users" in found.where
    assert found.exit_code == 2
