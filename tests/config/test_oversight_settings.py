"""What may be written about drift, orphans and unused accounts, and what reaches the rules."""

import pytest

from provisor.domain.oversight import BlankSignIn, Dormancy, DriftPolicy, OnOrphan
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError
from tests.config.samples import compiled, spoilt

LEAVING = "      on_leave: {disable: now, delete_after_days: 30}\n"
TITLE = 'title: {expression: "[job_title]", default: "Employee"'
ON_CREATE = "apply: on_create}"
LIMITS = "    limits: {"


def users(folder, *spoiling):
    return compiled(folder, spoilt(*spoiling)).rules.objects[ObjectType.USERS]


def test_without_a_word_drift_is_repaired_and_orphans_are_only_listed(tmp_path):
    rules = compiled(tmp_path).rules

    assert rules.drift is DriftPolicy.REPAIR
    own = rules.objects[ObjectType.USERS]
    assert (own.orphans, own.dormancy) == (OnOrphan.REPORT, None)
    assert {one.drift for one in own.mappings} == {None}


def test_a_job_and_a_mapping_say_what_waits_for_a_decision(tmp_path):
    rules = compiled(tmp_path, spoilt(LIMITS, f"    drift: report\n{LIMITS}")).rules
    mapped = {
        one.attribute: one.drift for one in users(tmp_path, TITLE, f"{TITLE}, drift: hold").mappings
    }

    assert rules.drift is DriftPolicy.REPORT
    assert mapped["title"] is DriftPolicy.HOLD


def test_orphans_and_sign_ins_reach_the_rules(tmp_path):
    orphans = "      orphans: {disable: true}\n"
    dormant = "      dormant: {attribute: displayName, days: 30, blank: never}\n"
    own = users(tmp_path, LEAVING, LEAVING + orphans + dormant)

    assert own.orphans is OnOrphan.DISABLE
    assert own.dormancy == Dormancy("displayName", 30, "", BlankSignIn.NEVER)


def test_what_was_not_written_changes_no_digest_and_what_was_written_does(tmp_path):
    before = compiled(tmp_path).rules.configuration
    for spoiling in (
        (LIMITS, f"    drift: report\n{LIMITS}"),
        (TITLE, f"{TITLE}, drift: hold"),
        (LEAVING, f"{LEAVING}      orphans: {{disable: true}}\n"),
    ):
        assert compiled(tmp_path, spoilt(*spoiling)).rules.configuration != before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            LEAVING,
            f"{LEAVING}      dormant: {{attribute: displayNam}}\n",
            "did you mean `displayName`",
        ),
        (
            "memberships: ours}",
            "memberships: ours, orphans: {disable: true}}",
            "cannot be switched",
        ),
        (ON_CREATE, "apply: on_create, drift: hold}", "on creation only"),
        (LIMITS, f"    drift: fix\n{LIMITS}", "repair"),
    ],
)
def test_what_would_do_nothing_is_refused_with_its_line(tmp_path, old, new, told):
    with pytest.raises(ConfigurationError) as refused:
        compiled(tmp_path, spoilt(old, new))

    assert told in f"{refused.value.what} {refused.value.found} {refused.value.next}"
    assert "line" in refused.value.where
