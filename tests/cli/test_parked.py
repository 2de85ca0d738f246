"""parked, park, retry: what failed is listed, taken over, and tried again when somebody says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.cli.output_schemas import output_schema
from provisor.domain.schema import ObjectType
from provisor.ports.troubles import Parked, Quarantine
from provisor.system_clock import SystemClock
from provisor.wiring import open_wiring


@pytest.fixture
def failed(settled):
    """The command line of a firm in which an act failed for a week, and a target is left alone."""
    now = SystemClock().now()
    act = Parked(
        action_id="ab" * 32,
        target=settled_target(settled),
        job="hr-to-app",
        object_type=ObjectType.USERS,
        subject="s",
        key="E1002",
        operation="update",
        since=now - timedelta(days=8),
        last_at=now,
        next_at=now + timedelta(hours=24),
        attempts=7,
        code="invalid_value",
        message="the system refused a value",
        owner="ann",
    )
    with wired(settled) as wiring:
        other = replace(act, action_id="cd" * 32, key="E1003")
        wiring.store.troubles.park([act, other], [])
        until = now + timedelta(hours=1)
        wiring.store.troubles.isolate(Quarantine(act.target, "no answer", now, until), [])
    return settled


def wired(shell):
    return open_wiring(shell.folder / "provisor.yaml", {}, None)


def settled_target(shell):
    with wired(shell) as wiring:
        return wiring.configuration.job("hr-to-app").target


def test_what_failed_is_listed_with_age_and_owner(failed):
    told = failed("parked", "hr-to-app", "--json").json
    status = failed("status", "--json").json

    assert [one["key"] for one in told["parked"]] == ["E1002", "E1003"]
    assert (told["parked"][0]["age_days"], told["parked"][0]["owner"]) == (8, "ann")
    assert (
        told["parked"][0].keys()
        == output_schema("parked")["$defs"]["ParkedShape"]["properties"].keys()
    )
    assert status["parked"] == 2
    assert status["quarantines"][0]["reason"] == "no answer"
    assert "quarantine" in failed("status").out
    assert "E1002" in failed("parked").out
    assert failed("parked", "another", "--json").json["parked"] == []


def test_somebody_takes_over_and_lets_it_wait_and_somebody_tries_it_again(failed):
    taken = failed("park", "--key", "E1002", "--owner", "ben", "--reason", "r", "--json").json
    again = failed("retry", "--key", "E1002", "--reason", "r", "--json").json
    every = failed("retry", "--all", "--reason", "r", "--json").json

    assert [(one["owner"], one["next_at"]) for one in taken["parked"]] == [("ben", None)]
    assert again["parked"][0]["next_at"] is not None
    assert again["parked"][0]["owner"] == "ben"
    assert len(every["parked"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("retry", "--reason", "r"),
        ("retry", "--key", "E1002"),
        ("retry", "--key", "E9", "--reason", "r"),
        ("park", "--owner", "ben", "--reason", "r"),
    ],
)
def test_words_that_name_nothing_or_say_no_reason_change_nothing(failed, words):
    before = failed("parked", "--json").json

    assert failed(*words).code == 2
    assert failed("parked", "--json").json == before


def test_a_run_is_refused_in_quarantine_and_goes_on_after_a_person_said_so(failed):
    target = json.loads(failed("status", "--json").out)["quarantines"][0]["target"]
    refused = failed("run", "hr-to-app")
    asked = failed("retry", "--target", target, "--reason", "mended")
    after = failed("run", "hr-to-app")

    assert (refused.code, asked.code) == (4, 0)
    assert "in quarantine until" in refused.err
    assert after.code in (0, 3)
