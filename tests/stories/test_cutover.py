"""From Entra to Provisor and back, on a real application: docs/cutover.md, step by step."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from provisor.cli import main
from tests.config.entra_samples import attribute, flow, function, mapping, rule, schema
from tests.connectors.scim_server import TOKEN, RunningServer, running_server

pytestmark = pytest.mark.outer

JOB = "directory-to-app"
MAIL = 'emails[type eq "work"].value'
EXPORT = schema(
    rule(
        mapping(
            flow("userName", attribute("userPrincipalName"), matchingPriority=1),
            flow("active", function("Not([IsSoftDeleted])", "Not")),
            flow("externalId", attribute("mailNickname")),
            flow("displayName", attribute("displayName")),
            flow(MAIL, attribute("mail")),
            flow("title", attribute("jobTitle"), defaultValue="Employee"),
        )
    )
)
COLUMNS = (
    "objectId,userPrincipalName,mailNickname,displayName,mail,jobTitle,accountEnabled\n"
    "o-1,anna@example.org,anna.now,Anna,anna@example.org,Pilot,True\n"
    "o-2,bo@example.org,bo,Bo,bo@example.org,,True\n"
    "o-3,cy.married@example.org,cy.married,Cy,cy@example.org,Cook,True\n"
    "o-4,dee@example.org,dee,Dee,dee@example.org,,True\n"
)
INCUMBENT = {
    "o-1": {"userName": "anna@example.org", "externalId": "anna", "title": "Pilot"},
    "o-2": {"userName": "bo@example.org", "externalId": "bo", "title": "Set by hand"},
    "o-3": {"userName": "cy@example.org", "externalId": "cy", "title": "Cook"},
}


@pytest.fixture(scope="module")
def server():
    with running_server() as running:
        yield running


class Application:
    """The application as its own administrators see it."""

    def __init__(self, server: RunningServer) -> None:
        self._url = server.url

    def users(self):
        found = self._call("GET", "/Users?count=100")["Resources"]
        return {one["userName"]: one for one in found}

    def create(self, key: str):
        body = INCUMBENT[key] | {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "displayName": key.replace("o-1", "Anna").replace("o-2", "Bo").replace("o-3", "Cy"),
            "active": True,
            "emails": [{"type": "work", "value": INCUMBENT[key]["userName"]}],
        }
        return self._call("POST", "/Users", body)["id"]

    def _call(self, method: str, path: str, body=None):
        request = urllib.request.Request(  # noqa: S310 - loopback
            self._url + quote(path, safe="/?=&"),
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "Content-Type": "application/scim+json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read())


def entry(key: str, account: str):
    return {
        "activityDateTime": "2026-03-01T00:00:00Z",
        "provisioningAction": "create",
        "provisioningStatusInfo": {"status": "success"},
        "sourceIdentity": {"id": key, "identityType": "User"},
        "targetIdentity": {"id": account, "identityType": "User"},
    }


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Give one command in the folder of the story; return its code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_TOKEN", TOKEN)

    def give(*words: str, by: str = ""):
        named = ["--as", by] if by else []
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*named, *words])
        told = capsys.readouterr()
        return ended.value.code or 0, told.out + told.err

    return give


def fill_in(folder: Path, url: str) -> None:
    """What an administrator writes into the draft."""
    path = folder / "provisor.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("https://fill-in.invalid/scim/v2", url)
    text = text.replace("version: 1\n", "version: 1\nidentity: {mode: asserted}\n")
    text = re.sub(r"'fill-in/[\w-]+/users.csv'", "users.csv", text)
    assert "invalid" not in text
    path.write_text(text, encoding="utf-8")
    (folder / "users.csv").write_text(COLUMNS, encoding="utf-8")


def actions(say):
    """The planned actions by source key: operation, and the attributes that change."""
    code, told = say("show", "latest", "--json", by="ann")
    assert code == 0
    return {
        one["key"]: (one["operation"], {c["attribute"] for c in one["changes"]})
        for one in json.loads(told)["actions"]
    }


def test_the_way_from_the_parallel_run_to_the_switch_and_back(server, tmp_path, say):
    server.reset()
    application = Application(server)
    natives = {key: application.create(key) for key in INCUMBENT}
    before = application.users()
    (tmp_path / "schema.json").write_text(json.dumps(EXPORT), encoding="utf-8")
    log = [entry(key, native) for key, native in natives.items()]
    (tmp_path / "log.json").write_text(json.dumps({"value": log}), encoding="utf-8")

    # 2, 3: import, fill in, check
    assert say("import-entra", "schema.json", "--output", "provisor.yaml")[0] == 0
    fill_in(tmp_path, server.url)
    code, told = say("check", "--connect")
    assert code == 0, told
    assert say("upgrade")[0] == 0

    # 4, 5: links, and a plan beside the incumbent that writes nothing
    assert say("freeze", "--reason", "parallel run", by="ann")[0] == 0
    say("plan", JOB, by="ann")
    assert actions(say)["o-3"][0] == "create", "a renamed person is not found by matching"
    code, told = say("link", JOB, "--file", "log.json", "--reason", "links of Entra", by="ann")
    assert code == 0, told
    assert say("plan", JOB, by="ann")[0] == 4
    planned = actions(say)
    assert planned["o-4"][0] == "create"
    assert "o-3" in planned
    assert planned["o-3"][0] != "create"
    assert not any("externalId" in changed for key, (_, changed) in planned.items() if key != "o-4")
    assert "title" not in planned.get("o-2", ("", set()))[1], "an empty source keeps what is there"
    assert application.users() == before

    # 6: the switch
    assert say("unfreeze", "--reason", "switch", by="ann")[0] == 0
    say("plan", JOB, by="ann")
    assert say("approve", "latest", "--reason", "differences explained", by="ben")[0] == 0
    code, told = say("apply", "latest", by="ann")
    assert code == 0, told
    after = application.users()
    for key, native in natives.items():
        account = next(one for one in after.values() if one["id"] == native)
        assert account["externalId"] == INCUMBENT[key]["externalId"], "never overwritten"
    assert after["cy.married@example.org"]["id"] == natives["o-3"]
    assert after["dee@example.org"]["externalId"] == "dee"
    assert after["dee@example.org"]["title"] == "Employee"
    assert after["bo@example.org"]["title"] == "Set by hand"
    assert say("plan", JOB, by="ann")[0] == 0
    assert actions(say) == {}

    # the way back: frozen, nothing more is written
    (tmp_path / "users.csv").write_text(COLUMNS.replace(",Dee,", ",Dora,"), encoding="utf-8")
    assert say("freeze", "--reason", "back to Entra", by="ann")[0] == 0
    assert say("run", JOB, by="ann")[0] == 4
    assert application.users() == after
    assert say("audit", "verify")[0] == 0
