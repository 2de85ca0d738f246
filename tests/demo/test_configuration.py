from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from connectors.files import FilesConnector
from connectors.scim import ScimConnector
from connectors.sql import SqlConnector
from provisor.config.compiling import compile_job
from provisor.config.loading import load, problems
from provisor.demo.accounts import Standing, existing_accounts, scim_user
from provisor.demo.configuration import CREW_JOB, LEDGER_JOB, write_configuration
from provisor.demo.hiring import UNMAPPABLE
from provisor.demo.hosting import prepare_application
from provisor.demo.ledger import create_ledger
from provisor.demo.town import town_on, write_feed
from provisor.domain.proposing import propose
from provisor.domain.record import Record
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population, World
from provisor.ports.connector import Page, ReadRequest

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
URL = "http://127.0.0.1:8765/v2"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The configuration in a folder that holds the first day."""
    folder = tmp_path_factory.mktemp("demo")
    write_feed(folder, 1)
    prepare_application(folder, town_on(1))
    create_ledger(folder, town_on(1))
    return write_configuration(folder, URL)


@pytest.fixture(scope="module")
def compiled(path):
    """The rules of the first job, and its source."""
    configuration = load(path, {})
    source = FilesConnector("hr", configuration.settings_for_connector("hr"))
    target = ScimConnector("crew", configuration.settings_for_connector("crew"))
    job = compile_job(
        configuration, CREW_JOB, source=source.describe(), target=target.describe(), seen={}
    )
    target.close()
    return job, source


@pytest.fixture(scope="module")
def first_plan(compiled):
    """What the first cycle proposes for the application as it was found."""
    job, source = compiled
    world = World(
        job.rules,
        datetime(2026, 9, 7, tzinfo=UTC),
        {
            USERS: population(job.rules, source, USERS, [*map(account, found())]),
            GROUPS: population(job.rules, source, GROUPS, []),
        },
        source_members=tuple(
            (str(row["group"]), str(row["member"]))
            for row in read(source, MEMBERSHIPS, ("group", "member"))
        ),
    )
    return propose(world, lambda kind, keys: {key: f"{kind}:{key}" for key in keys})


def found():
    return [scim_user(one) for one in existing_accounts(town_on(1))]


def account(user):
    """A SCIM user as the engine sees it, as far as it was filled in by hand."""
    return Record(
        user["id"],
        {
            **{name: user[name] for name in ("userName", "displayName", "active")},
            'emails[type eq "work"].value': user["emails"][0]["value"],
        },
    )


def population(rules, source, object_type, accounts):
    its = rules.objects[object_type]
    rows = read(source, object_type, its.source_attributes())
    return Population(tuple(Record(str(row[its.key]), row) for row in rows), accounts=(*accounts,))


def read(source, object_type, attributes):
    items = list(source.read(ReadRequest(object_type, tuple(attributes))))
    assert items[-1].complete
    pages = [page.rows for page in items if isinstance(page, Page)]
    return [row for rows in pages if isinstance(rows, Sequence) for row in rows]


def whom(standing):
    return {a.employee_id for a in existing_accounts(town_on(1)) if a.standing is standing}


def test_nothing_is_wrong_with_the_file(path):
    assert problems(path) == ()
    assert load(path, {}).jobs == (CREW_JOB, LEDGER_JOB)
    assert load(path, {}).warnings() == ()


def test_who_acts_is_asserted(path):
    assert load(path, {}).asserted


def test_the_first_job_fits_its_systems_without_a_doubt(compiled):
    job, _ = compiled

    assert job.warnings == ()


def test_the_second_job_fits_its_systems_without_a_doubt(path):
    configuration = load(path, {})
    source = FilesConnector("hr", configuration.settings_for_connector("hr"))
    target = SqlConnector("ledger", configuration.settings_for_connector("ledger"))
    job = compile_job(
        configuration, LEDGER_JOB, source=source.describe(), target=target.describe(), seen={}
    )
    target.close()

    assert job.warnings == ()


def test_the_first_plan_sets_three_records_aside_and_says_why(first_plan):
    assert {aside.key: aside.code for aside in first_plan.set_aside} == {
        UNMAPPABLE: "no_unique_value",
        **dict.fromkeys(whom(Standing.AMBIGUOUS), "ambiguous_match"),
        **dict.fromkeys(whom(Standing.NAMESAKE), "proposed_match"),
    }


def test_the_first_plan_adopts_what_matches_and_makes_the_rest(first_plan):
    parts = Counter(draft.part for draft in first_plan.drafts)

    assert parts == {
        "users.create": 2_329,
        "users.identity_key": 40,
        "users.enable": 2,
        "groups.create": 52,
        "memberships.membership": 52,
    }
    assert first_plan.records[USERS].classes["out_of_scope"] == 24 + 4


def test_the_first_plan_leaves_strangers_alone(first_plan):
    kinds = Counter(finding.kind for finding in first_plan.findings)

    # The two that share an address, and the look-alike until a person says whose it is.
    assert kinds == {"orphan": 3, "ambiguous": 2 + 1}


def test_log_in_names_are_plain_and_namesakes_get_a_number(first_plan):
    names = [
        change.after
        for draft in first_plan.drafts
        if draft.part == "users.create"
        for change in draft.action.changes
        if change.attribute == "userName"
    ]

    assert len(names) == 2_329 == len(set(names))
    assert all(name.isascii() and name == name.lower() for name in names)
    assert 1 <= sum(name.endswith("2") for name in names) <= 8
