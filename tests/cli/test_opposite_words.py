"""A revoke and a grant of one membership are never in force together."""

from __future__ import annotations

import pytest

ABOUT = ("--key", "E1002", "--value", "G2", "--reason", "because")


def add(shell, kind, *words, by="ann"):
    said = shell("override", "add", "--kind", kind, *ABOUT, *words, "--json", by=by)
    return said if said.code else said.json["overrides"][0]["id"]


def states(shell):
    listed = shell("override", "list", "--json").json["overrides"]
    return {one["id"]: one["state"].split()[0] for one in listed}


def approved(shell, word):
    assert shell("override", "approve", word, "--reason", "seen", by="ben").code == 0


@pytest.mark.parametrize("agreed", [True, False], ids=["agreed", "waiting"])
def test_a_revoke_ends_a_grant_whether_it_waited_or_not(settled, agreed):
    grant = add(settled, "grant")
    if agreed:
        approved(settled, grant)

    revoke = add(settled, "revoke")

    assert states(settled)[revoke] == "in"
    assert states(settled).get(grant, "ended") == "ended"


def test_a_grant_ends_a_revoke_when_the_second_person_agrees_and_not_before(settled):
    revoke = add(settled, "revoke")
    grant = add(settled, "grant", by="cem")
    assert states(settled)[revoke] == "in"

    approved(settled, grant)

    assert states(settled)[grant] == "in"
    assert states(settled).get(revoke, "ended") == "ended"


def test_a_word_for_one_job_against_one_for_all_is_refused_with_its_name(settled):
    grant = add(settled, "grant")
    approved(settled, grant)

    said = add(settled, "revoke", "--job", "hr-to-app")

    assert said.code != 0
    assert grant in said.err
    assert states(settled) == {grant: "in"}
