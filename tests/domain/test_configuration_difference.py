"""What a configuration changes is said by meaning, and a loosened guard is never missed."""

from __future__ import annotations

import json

import pytest

from provisor.domain.configuration_difference import Turned, shifts
from provisor.domain.configuration_guards import Weight

JOB = {
    "job": "hr",
    "rules": {
        "source": "people",
        "target": "app",
        "users": {
            "scope": {"attribute": "status", "operator": "EQUALS", "value": "active"},
            "attributes": {"title": {"expression": "[title]", "apply": "always"}},
            "on_leave": {"disable": "now", "delete_after_days": 30},
            "limits": {"department": {"count": 5}},
        },
        "groups": {"memberships": "ours"},
        "guard": {"rows": 10, "percent": 5},
        "urgent": {"count": 20},
        "absence": {"hours": 24},
        "canaries": ["E1", "E2"],
        "allow_empty": False,
        "on_partial": "refuse",
        "limits": {"disable": {"count": 25, "percent": 5, "base": 20}},
    },
    "source": {"connector": "files", "settings": {"token": {"env": "TOKEN"}}},
    "target": {"connector": "scim", "settings": {}},
    "accounts": [{"account": "svc", "kind": "service"}],
    "time_zone": "UTC",
}
CHARTER = {
    "approvals": {"four_eyes": True, "expiry_hours": 24, "destructive_expiry_hours": 8},
    "identity": {"mode": "os"},
    "revisions": {"run": "active", "expiry_hours": 168},
}


def text(job=JOB, charter=CHARTER):
    return json.dumps({"charter": charter, "jobs": {"hr": job}})


def with_setting(path, value, document=JOB):
    """The document with one setting otherwise; None takes it away."""
    head, *rest = path
    copy = dict(document)
    if rest:
        copy[head] = with_setting(rest, value, document.get(head, {}))
    elif value is None:
        del copy[head]
    else:
        copy[head] = value
    return copy


def turned(path, value):
    (found,) = shifts(text(), text(with_setting(path, value)))
    return found


LOOSER = {
    "a limit raised": (("rules", "limits", "disable", "count"), 50),
    "a percentage raised": (("rules", "limits", "disable", "percent"), 6),
    "a limit that binds only larger companies": (("rules", "limits", "disable", "base"), 100),
    "a bound on an attribute raised": (("rules", "users", "limits", "department", "count"), 9),
    "a bound on an attribute less": (("rules", "users", "limits", "department"), None),
    "more leavers at once": (("rules", "urgent", "count"), 500),
    "a guard of reads widened": (("rules", "guard", "rows"), 1000),
    "absence believed sooner": (("rules", "absence", "hours"), 1),
    "a canary less": (("rules", "canaries"), ["E1"]),
    "an empty feed believed": (("rules", "allow_empty"), True),
    "partial reads believed": (("rules", "on_partial"), "presence"),
    "fewer looks afterwards": (("rules", "verify"), "answer"),
    "foreign accounts taken": (("rules", "anchor_policy"), "keep_foreign"),
    "members of others taken out": (("rules", "groups", "memberships"), "authoritative"),
    "deletes sooner": (("rules", "users", "on_leave", "delete_after_days"), 1),
    "a protected account less": (("accounts",), []),
}


@pytest.mark.parametrize(("path", "value"), LOOSER.values(), ids=LOOSER)
def test_a_guard_that_lets_more_through_is_marked(path, value):
    assert turned(path, value).weight is Weight.LOOSER


@pytest.mark.parametrize(("path", "value"), LOOSER.values(), ids=LOOSER)
def test_the_way_back_is_never_marked_as_looser(path, value):
    (found,) = shifts(text(with_setting(path, value)), text())

    assert found.weight is Weight.TIGHTER


CHARTERS = {
    "four eyes off": (("approvals", "four_eyes"), False),
    "votes that hold longer": (("approvals", "expiry_hours"), 500),
    "identities asserted": (("identity", "mode"), "asserted"),
    "any configuration": (("revisions", "run"), "any"),
}


@pytest.mark.parametrize(("path", "value"), CHARTERS.values(), ids=CHARTERS)
def test_a_charter_that_believes_more_is_marked(path, value):
    (found,) = shifts(text(), text(charter=with_setting(path, value, CHARTER)))

    assert found.weight is Weight.LOOSER
    assert found.place == ".".join(path)


def test_a_limit_switched_off_is_looser_than_any_number():
    limits = {"disable": {"count": None, "percent": 5, "base": 20}}
    found = turned(("rules", "limits"), limits)

    assert (found.weight, found.words) == (
        Weight.LOOSER,
        "jobs.hr.limits.disable.count changed from 25 to nothing",
    )


def test_a_raised_limit_is_said_with_both_numbers():
    assert turned(("rules", "limits", "disable", "count"), 50).words == (
        "jobs.hr.limits.disable.count raised from 25 to 50"
    )


def test_a_limit_left_out_means_its_default():
    written = {"reenable": {"count": 0, "percent": None, "base": 20}}

    assert (
        shifts(text(), text(with_setting(("rules", "limits", "reenable"), written["reenable"])))
        == ()
    )


def test_a_mapping_that_came_went_or_changed_is_one_line():
    more = {"expression": "[mail]", "apply": "always"}
    came = turned(("rules", "users", "attributes", "mail"), more)
    went = turned(("rules", "users", "attributes", "title"), None)
    other = turned(("rules", "users", "attributes", "title", "expression"), "[job]")

    assert came.words == "jobs.hr.users.attributes.mail added: expression: [mail], apply: always"
    assert went.turned is Turned.REMOVED
    assert other.words == (
        "jobs.hr.users.attributes.title.expression changed from [title] to [job]"
    )
    assert {one.weight for one in (came, went, other)} == {Weight.PLAIN}


def test_a_condition_is_one_line_however_deep_it_is():
    deep = {
        "all": [
            {"attribute": "status", "operator": "EQUALS", "value": "active"},
            {"not": {"group": "G1", "operator": "IS MEMBER"}},
        ]
    }
    found = turned(("rules", "users", "scope"), deep)

    assert found.words == (
        "jobs.hr.users.scope changed from status EQUALS active to "
        "all of (status EQUALS active, not (group G1 IS MEMBER))"
    )


def test_equal_configurations_differ_in_nothing():
    assert shifts(text(), text()) == ()


def test_a_job_that_came_is_told_setting_by_setting_and_loosens_nothing():
    both = json.dumps({"charter": CHARTER, "jobs": {"hr": JOB, "other": JOB}})
    found = shifts(text(), both)

    assert found
    assert all(shift.place.startswith("jobs.other.") for shift in found)
    assert Weight.LOOSER not in {shift.weight for shift in found}


def test_no_secret_is_shown():
    delivery = {"deliveries": {"mail": {"command": ["send", "--token", "hunter2"]}}}
    (found,) = shifts(text(), text({**JOB, **delivery}))

    assert "hunter2" not in found.words


def test_a_reference_to_a_secret_is_shown_as_one():
    found = turned(("source", "settings", "token"), {"env": "OTHER"})

    assert found.words == "systems.people.token.env changed from TOKEN to OTHER"


def test_a_guard_is_seen_in_a_job_with_dots_in_its_name():
    def named(count):
        limits = {"disable": {"count": count, "percent": 5, "base": 20}}
        job = with_setting(("rules", "limits"), limits)
        return json.dumps({"charter": CHARTER, "jobs": {"hr.eu.limits": job}})

    (found,) = shifts(named(25), named(50))

    assert found.weight is Weight.LOOSER
