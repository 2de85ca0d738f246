"""Several jobs on one target: what a file may say without two jobs doing one thing."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.config.loading import problems
from provisor.config.model import ConfigurationSettings
from provisor.config.ownership import disputes, overlap, owner_of
from provisor.config.places import Places
from provisor.domain.schema import ObjectType
from tests.config.samples import spoilt, write

NAMES = (
    "mail", "Mail", "title", "name", "name.givenName", 'emails[type eq "work"].value', "emails",
    "urn:ietf:params:scim:schemas:core:2.0:User:title",
)  # fmt: skip

SECOND = """\
  second:
    source: hr
    target: app
    users: {lifecycle: none, attributes: {nickName: "[given_name]"}}
entitlements: {}"""


@st.composite
def _rules(draw, kind):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    written: dict[str, Any] = {"attributes": dict.fromkeys(names, "[x]")}
    if draw(st.booleans()):
        written["lifecycle"] = draw(st.sampled_from(["own", "none", "none"]))
    if draw(st.booleans()):
        written["match"] = ["mail"]
    if written.get("lifecycle") != "none" and draw(st.booleans()):
        name = draw(st.sampled_from(NAMES))
        written["on_leave"] = {"set": {name: None}}
    if kind == "groups" and draw(st.booleans()):
        written["memberships"] = "ours"
    return written


@st.composite
def _jobs(draw):
    jobs = {}
    for name in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        kinds = draw(st.sampled_from([("users",), ("groups",), ("users", "groups")]))
        jobs[name] = {
            "source": draw(st.sampled_from(["hr", "hr", "hr", "feed"])),
            "target": draw(st.sampled_from(["app", "app", "other"])),
            **{kind: draw(_rules(kind)) for kind in kinds},
        }
    return ConfigurationSettings.model_validate({"version": 1, "jobs": jobs}).jobs


def _written(rules):
    found = list(rules.attributes)
    return found + [name for _, policy in rules.on_leave.policies() for name in policy.set]


def _fights(jobs):
    """Everything that two of the jobs would both do, found by comparing each with each."""
    for one, other in combinations(jobs.values(), 2):
        if one.target != other.target:
            continue
        for kind in ("users", "groups"):
            first, second = getattr(one, kind), getattr(other, kind)
            if first is None or second is None:
                continue
            both = [(a, b) for a in _written(first) for b in _written(second) if overlap(a, b)]
            yield from both
            if first.owns_accounts and second.owns_accounts:
                yield "lifecycle", kind
            if one.source != other.source:
                yield "source", kind
        kept = [job.groups is not None and job.groups.memberships for job in (one, other)]
        if all(kept):
            yield "memberships", ""


def _lost(jobs):
    """Jobs that only add, and find no account, or find them twice."""
    for job in jobs.values():
        for kind in ("users", "groups"):
            rules = getattr(job, kind)
            if rules is not None and not rules.owns_accounts:
                owned = owner_of(jobs, job.target, ObjectType(kind)) is not None
                if owned == bool(rules.match):
                    yield kind


@settings(max_examples=300)
@given(_jobs())
def test_no_file_that_is_taken_lets_two_jobs_do_one_thing(jobs):
    refused = list(disputes(jobs, Places("f.yaml", {})))

    assert bool(refused) == (any(True for _ in _fights(jobs)) or any(True for _ in _lost(jobs)))


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_whether_two_attributes_are_one_does_not_depend_on_their_order(one, other):
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, one)


WRONG = {
    "two owners": ("lifecycle: none, ", "", "own the lifecycle of the users", "line 21"),
    "part of an attribute": ("nickName", "name", "two jobs write the attribute `name`", "line 28"),
    "another source": ("    source: hr", "    source: other", "from different sources", "line 18"),
    "a match beside the owner": (
        "{lifecycle: none", '{match: [mail], lifecycle: none', "by the job that owns", "",
    ),
    "what only an owner does": (
        "{lifecycle: none", "{on_leave: {disable: now}, lifecycle: none", "`on_leave` is for", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_dispute_names_both_places(tmp_path, case):
    old, new, what, line = WRONG[case]
    second = SECOND.replace(old, new)
    text = spoilt("entitlements: {}", second)
    text = text.replace("jobs:\n", "  other: {connector: sql, url: sqlite:///x.db}\njobs:\n", 1)

    found = problems(write(tmp_path, text))

    assert any(what in one.what for one in found), found
    told = next(one for one in found if what in one.what)
    assert "jobs.second" in told.where
    assert not line or "`hr-to-app`" in told.found


def test_who_only_adds_may_write_back_into_its_own_source(tmp_path):
    text = spoilt(
        "entitlements: {}",
        "  back: {source: hr, target: hr, users: {lifecycle: none, match: "
        '[{attribute: id, expression: "[id]"}], attributes: {mail: "[x]"}}}\nentitlements: {}',
    )

    assert problems(write(tmp_path, text)) == ()
