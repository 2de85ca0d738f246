"""Secrets and random values: drawn where nobody can foresee them, and kept where they belong."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.scim import ScimConnector
from provisor.cli.printing import _changes
from provisor.cli.shapes import action_shape
from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.engine.carrying.delivering import CommandDelivery
from provisor.engine.journal import override_added
from provisor.engine.run import apply_plan, plan_job
from provisor.errors import DeliveryFailed
from provisor.ports.delivery import Parcel
from provisor.ports.secret import Secret
from provisor.ports.store import ActState, PlanStatus
from tests.connectors.scim_server import TOKEN, running_server
from tests.stories.workplace import Office, created_values, map_besides, office_rules

pytestmark = pytest.mark.both_executors

USERS = ObjectType.USERS
GENERATOR = 'RandomString(16, 2, 2, 2, 2, "")'
MAIL = 'emails[type eq "work"].value'


def once(attribute: str, text: str, deliver: str = "") -> AttributeMapping:
    return AttributeMapping(attribute, parse(text), text, apply=Apply.ON_CREATE, deliver=deliver)


def password(office: Office, key: str) -> str:
    return str(office.account(key)["password"])


def kept_bytes(folder: Path) -> bytes:
    """Everything that the store wrote to disk, what is not folded in yet included."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


@dataclass
class Letterbox:
    """A delivery that keeps what it is handed, or refuses it."""

    refuses: str = ""
    parcels: list[Parcel] = field(default_factory=list)

    def hand_over(self, parcel: Parcel) -> None:
        self.parcels.append(parcel)
        if self.refuses:
            raise DeliveryFailed(self.refuses)


# --- secrets ----------------------------------------------------------------------------------


def test_a_secret_is_drawn_for_each_account_and_stands_nowhere_else(office, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    map_besides(office, once("password", GENERATOR))
    office.hire_many(3)
    result = office.open_up()

    drawn = {password(office, f"E{number:04d}") for number in (1, 2, 3)}
    assert result.exit_code == 0
    assert len(drawn) == 3
    assert all(len(one) == 16 for one in drawn)
    assert all(len(re.findall(kind, one)) >= 2 for one in drawn for kind in ("[A-Z]", "[0-9]"))
    told = capfd.readouterr()
    for one in drawn:
        assert one.encode() not in kept_bytes(office.folder)
        assert one not in caplog.text + told.out + told.err + repr(result)


def test_a_plan_names_how_a_secret_is_drawn_and_never_draws_it(office):
    map_besides(office, once("password", GENERATOR, deliver="letter"))
    office.hire_many(1)
    plan = office.plan().stored.plan

    (created,) = [a for a in plan.actions if a.action.object_type is USERS]
    assert "password" not in created_values(plan)["E0001"]
    shape = action_shape(created, {})
    assert shape["draws"] == [
        {
            "attribute": "password",
            "generator": GENERATOR,
            "policy": "on_create",
            "deliver": "letter",
        }
    ]
    assert f"password=drawn by {GENERATOR}" in _changes(created, {})


def test_how_a_secret_is_drawn_is_sealed_and_another_way_is_another_action(office):
    map_besides(office, once("password", GENERATOR))
    office.hire_many(1)
    first = office.plan().stored.plan
    map_besides(office, once("password", 'RandomString(4, 0, 0, 0, 0, "")'))

    assert first.digest != office.plan().stored.plan.digest


def test_the_second_run_neither_reads_nor_writes_a_secret(office):
    map_besides(office, once("password", GENERATOR))
    office.hire_many(2)
    office.open_up()
    before = password(office, "E0001")
    second = office.run()

    assert second.stored.status is PlanStatus.EMPTY
    assert password(office, "E0001") == before


def test_what_is_handed_over_is_what_the_target_was_given(office):
    office.deliveries = {"letter": (letterbox := Letterbox())}
    map_besides(office, once("password", GENERATOR, deliver="letter"))
    office.hire_many(2)
    result = office.open_up()

    assert result.exit_code == 0
    assert {p.key: p.value for p in letterbox.parcels} == {
        key: Secret(password(office, key)) for key in ("E0001", "E0002")
    }
    first = next(p for p in letterbox.parcels if p.key == "E0001")
    assert (first.account, first.native_id) == ("sure0001", office.native("E0001"))


def test_a_secret_that_reached_nobody_is_said_loudly_and_the_account_is_not_made_again(office):
    office.deliveries = {"letter": (letterbox := Letterbox("the printer is on fire"))}
    map_besides(office, once("password", GENERATOR, deliver="letter"))
    office.hire_many(1)
    result = office.open_up()
    secret = password(office, "E0001")

    (told,) = result.left
    assert result.exit_code == 3
    assert (told.state, told.code) == (ActState.DONE, "delivery_failed")
    assert "`password` by `letter`: the printer is on fire" in told.message
    assert {a.kind for a in office.store.alerts.open()} >= {"secrets_undelivered"}
    assert secret.encode() not in kept_bytes(office.folder)
    assert office.run().stored.status is PlanStatus.EMPTY
    assert len(letterbox.parcels) == office.accounts_of("E0001") == 1


def test_a_secret_whose_account_nobody_saw_made_counts_as_lost(office):
    office.deliveries = {"letter": (letterbox := Letterbox())}
    map_besides(office, once("password", GENERATOR, deliver="letter"))
    office.hire_many(1)
    office.target.faults.lose_answer(1)
    office.target.faults.lose_answer(2)
    digest = office.open_up().stored.plan.digest
    office.pass_hours(1)
    office.run()

    settled = office.store.acts.outcomes(digest).values()
    assert [o.state for o in settled if o.code == "delivery_failed"] == [ActState.DONE]
    assert "secrets_undelivered" in {alert.kind for alert in office.store.alerts.open()}
    assert letterbox.parcels == []
    assert office.accounts_of("E0001") == 1


def test_an_account_that_is_adopted_gets_no_secret(office):
    office.target.add(USERS, {"userName": "old", MAIL: "e0001@example.org", "password": "theirs"})
    map_besides(office, once("password", GENERATOR))
    office.hire_many(1)
    office.open_up()

    assert password(office, "E0001") == "theirs"


def test_a_secret_that_somebody_pinned_is_never_planned(office):
    map_besides(office, once("password", GENERATOR))
    office.hire_many(2)
    pin = Override(
        "o1", OverrideKind.PIN, "", USERS, "E0001", "password", "hunter2", "reason", "author",
        "approver", office.clock.now(), None,
    )  # fmt: skip
    office.store.overrides.add(pin, [override_added(pin)])
    plan = office.open_up().stored.plan

    assert "hunter2" not in repr(plan)
    assert len(password(office, "E0001")) == 16
    assert office.run().stored.status is PlanStatus.EMPTY


# --- delivery by a program --------------------------------------------------------------------

PARCEL = Parcel("app", "users", "E1", "elin", "u1", "password", Secret("pä$$ 'word"))


def program(folder: Path, *lines: str, seconds: int = 20) -> CommandDelivery:
    script = folder / "deliver.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    return CommandDelivery((sys.executable, "deliver.py"), seconds, folder)


def test_a_program_reads_the_secret_as_json_from_its_input_only(tmp_path, capfd):
    script = (
        "import json, pathlib, sys",
        "told = json.loads(sys.stdin.buffer.read())",
        "pathlib.Path('told.json').write_text(json.dumps([told, sys.argv]))",
        "print(told['value'])",
    )
    program(tmp_path, *script).hand_over(PARCEL)

    told, arguments = json.loads((tmp_path / "told.json").read_text())
    assert told == {
        "target": "app",
        "object": "users",
        "key": "E1",
        "account": "elin",
        "target_id": "u1",
        "attribute": "password",
        "value": "pä$$ 'word",
    }
    assert arguments == ["deliver.py"]
    assert "word" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("lines", "seconds", "found"),
    [
        (("import sys", "sys.exit(7)"), 20, "exit code 7"),
        (("import time", "time.sleep(60)"), 1, "more than 1 s"),
    ],
)
def test_a_program_that_fails_is_told_without_the_secret(tmp_path, lines, seconds, found):
    with pytest.raises(DeliveryFailed) as failed:
        program(tmp_path, *lines, seconds=seconds).hand_over(PARCEL)

    assert found in str(failed.value)
    assert "word" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DeliveryFailed, match="cannot be started"):
        CommandDelivery(("./nowhere",), 5, tmp_path).hand_over(PARCEL)


# --- a real server ----------------------------------------------------------------------------


@pytest.mark.outer
def test_a_password_reaches_a_real_server_and_its_person_and_nothing_else(office):
    office.deliveries = {"letter": (letterbox := Letterbox())}
    with running_server() as server:
        app = ScimConnector("app", {"url": server.url, "token": Secret(TOKEN)})
        schema = app.describe().schemas[USERS]
        users = office_rules(office.target).objects[USERS]
        mappings = (*users.mappings, once("password", GENERATOR, deliver="letter"))
        office.changes = {
            "objects": {USERS: replace(users, schema=schema, mappings=mappings)},
            "memberships": None,
        }
        office.hire_many(3)
        job = replace(office.job(), target=app)
        digest = plan_job(job).stored.plan.digest
        office.approve(digest)
        result = apply_plan(job, office.store.plans.find(digest))
        sent = server.passwords()
        app.close()

    assert result.exit_code == 0
    assert sorted(sent) == sorted(parcel.value.reveal() for parcel in letterbox.parcels)
    assert len(set(sent)) == 3
    assert not any(one.encode() in kept_bytes(office.folder) for one in sent)
    assert names_of(letterbox.parcels) == ["sure0001", "sure0002", "sure0003"]


def names_of(parcels: Sequence[Parcel]) -> list[str]:
    return sorted(parcel.account for parcel in parcels)
