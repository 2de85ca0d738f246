import http.client
import json
import os
import select
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from provisor.demo.hosting import INSTALL, prepare_application, start_application
from provisor.demo.town import town_on
from provisor.errors import ConfigurationError
from tests.house.tree import ROOT

pytestmark = pytest.mark.outer

PATIENCE_SECONDS = 60
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def prepared(folder):
    """A folder whose application can be started."""
    if find_spec("scim2_server") is None or find_spec("uvicorn") is None:
        pytest.skip(f"scim2-server is not installed: {INSTALL}")
    prepare_application(folder, town_on(1))
    return folder


@pytest.fixture
def folder(tmp_path):
    return prepared(tmp_path)


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """One that all tests share which do not stop it; each keeps to accounts of its own."""
    with start_application(prepared(tmp_path_factory.mktemp("shared"))) as running:
        yield running


@pytest.fixture(scope="module")
def ada(application):
    """The id of an account that has everything by which one is looked up."""
    values = {
        "externalId": "E1",
        "displayName": "Ada Lovelace",
        "name": {"familyName": "Lovelace"},
        "emails": [{"type": "work", "value": "ada@marram.example"}],
        "active": True,
    }
    return make(application, "/Users", userName="ada", **values)["id"]


def ask(application, method, path, body=None, token=None):
    """Status and JSON of one call."""
    token = application.token_file.read_text().strip() if token is None else token
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    connection = http.client.HTTPConnection("127.0.0.1", application.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, f"/v2{path}", json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None
    finally:
        connection.close()


def make(application, path, **values):
    schema = USER if path == "/Users" else GROUP
    status, made = ask(application, "POST", path, {"schemas": [schema], **values})
    assert status == 201
    return made


def change(application, group, *operations):
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return ask(application, "PATCH", f"/Groups/{group}", body)[0]


def without(member):
    return {"op": "remove", "path": f'members[value eq "{member}"]'}


def members_of(application, group):
    members = ask(application, "GET", f"/Groups/{group}")[1]["members"]
    return [member["value"] for member in members]


def listed(application, path):
    return ask(application, "GET", path)[1]["Resources"]


def test_it_holds_the_accounts_that_were_made_by_hand(folder):
    with start_application(folder) as application:
        found = ask(application, "GET", "/Users?startIndex=1&count=10")[1]

    assert found["totalResults"] == 46
    assert len(found["Resources"]) == found["itemsPerPage"] == 10
    assert not any("externalId" in user for user in found["Resources"])


def test_what_was_written_is_there_after_a_new_start_on_the_same_port(folder):
    with start_application(folder) as application:
        port = application.port
        user = make(application, "/Users", userName="ada", externalId="E1", displayName="Ada 爱达")
        group = make(application, "/Groups", displayName="All", members=[{"value": user["id"]}])
    with start_application(folder) as application:
        again = ask(application, "GET", f"/Users/{user['id']}")[1]
        members = members_of(application, group["id"])
        assert application.port == port

    assert (again["userName"], again["externalId"]) == ("ada", "E1")
    assert again["displayName"] == "Ada 爱达"
    assert again["meta"]["created"] == user["meta"]["created"]
    assert members == [user["id"]]


def test_it_writes_its_state_and_ends_when_its_starter_dies(folder):
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from provisor.demo.hosting import start_application\n"
        "from tests.demo.test_application import make\n"
        "application = start_application(Path(sys.argv[1]))\n"
        "make(application, '/Users', userName='last.words')\n"
        "print(application.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        process = os.pidfd_open(pid)
        starter.send_signal(signal.SIGKILL)
    ended = bool(select.select([process], [], [], PATIENCE_SECONDS)[0])
    os.close(process)

    assert ended
    assert "last.words" in (folder / "crew" / "state.json").read_text()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists its listeners so")
def test_it_listens_on_loopback_alone(application):
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    lines6 = Path("/proc/net/tcp6")
    lines += lines6.read_text().splitlines()[1:] if lines6.exists() else []
    listening = "0A"
    places = [line.split()[1] for line in lines if line.split()[3] == listening]

    assert [p for p in places if p.endswith(f":{application.port:04X}")] == [
        f"0100007F:{application.port:04X}"
    ]


@pytest.mark.parametrize("token", ["", "guessed"])
def test_it_opens_to_its_token_alone(application, token):
    status, _ = ask(application, "GET", "/Users", token=token)

    assert status == 401


def test_its_secrets_are_its_owners_alone(folder):
    with start_application(folder) as application:
        make(application, "/Users", userName="ada")
    modes = {
        name: (folder / "crew" / name).stat().st_mode & 0o777 for name in ("token", "state.json")
    }

    assert modes == {"token": 0o600, "state.json": 0o600}


def test_a_log_in_name_is_given_once_whatever_its_case(application):
    user = make(application, "/Users", userName="only.one")
    body = {"schemas": [USER], "userName": "Only.ONE"}
    refused = ask(application, "POST", "/Users", body)
    ask(application, "DELETE", f"/Users/{user['id']}")
    free, _ = ask(application, "POST", "/Users", body)

    assert refused[0] == 409
    assert refused[1]["scimType"] == "uniqueness"
    assert free == 201


@pytest.mark.parametrize(
    "wanted",
    [
        'userName eq "ADA"',
        'externalId eq "E1"',
        'displayName eq "Ada Lovelace"',
        'emails[type eq "work"].value eq "Ada@Marram.example"',
        'emails.value eq "ada@marram.example"',
        'name.familyName sw "Lovel" and active eq true',
    ],
)
def test_an_account_is_found_by_what_clients_ask_for(application, ada, wanted):
    query = f"/Users?filter={wanted}".replace(" ", "%20").replace('"', "%22")

    assert [one["id"] for one in listed(application, query)] == [ada]


def test_a_projection_returns_what_was_asked_for_and_forgets_nothing_else(application):
    user = make(application, "/Users", userName="author", title="Countess")
    path = "/Users?filter=userName%20eq%20%22author%22"
    few = listed(application, f"{path}&attributes=userName")[0]
    body = {"op": "replace", "path": "title", "value": "Author"}
    patch = {"schemas": [PATCH], "Operations": [body]}
    ask(application, "PATCH", f"/Users/{user['id']}", patch)
    whole = listed(application, path)[0]

    assert "title" not in few
    assert whole["title"] == "Author"
    assert whole["meta"]["location"].endswith(f"/v2/Users/{user['id']}")


def test_two_thousand_members_come_and_go(application):
    ids = [f"member-{number}" for number in range(2_000)]
    group = make(application, "/Groups", displayName="All staff")["id"]
    for part in (ids[:1000], ids[1000:]):
        joining = {"op": "add", "path": "members", "value": [{"value": one} for one in part]}
        assert change(application, group, joining) == 204
    full = members_of(application, group)
    assert change(application, group, *map(without, ids[:999]), without("stranger")) == 204
    rest = members_of(application, group)

    assert full == ids
    assert rest == ids[999:]


def test_members_come_and_go_in_one_call_in_the_order_of_its_operations(application):
    def joining(member):
        return {"op": "add", "path": "members", "value": [{"value": member}]}

    group = make(application, "/Groups", displayName="G", members=[{"value": "a"}])["id"]
    change(application, group, without("a"), joining("b"), joining("c"), without("b"))
    version = ask(application, "GET", f"/Groups/{group}")[1]["meta"]["version"]
    change(application, group, without("nobody"))
    after = ask(application, "GET", f"/Groups/{group}")[1]["meta"]["version"]

    assert members_of(application, group) == ["c"]
    assert after == version


def test_a_taken_port_is_said_and_nothing_is_started(folder):
    with start_application(folder) as application:
        with pytest.raises(ConfigurationError) as refused:
            start_application(folder)
        status, _ = ask(application, "GET", "/Users")

    assert str(application.port) in refused.value.what
    assert refused.value.next
    assert status == 200


def test_stopping_twice_is_harmless(folder):
    application = start_application(folder)
    application.stop()
    application.stop()

    application.wait()
