"""Writing into a real directory: entries, changes and members, beside a bare client's same calls.

Once by ldap3 over four connections, once by python-ldap over one connection with 64 requests on
their way; the bare client does likewise and keeps nothing. Both face a slapd of their own with
its overlays, and take turns.
"""

from __future__ import annotations

import json
import statistics
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ldap
import ldap3
from ldap.controls import SimplePagedResultsControl

from benchmarks.meter import Meter, measured
from benchmarks.table import show
from benchmarks.writes import HEAD, carry, line, people, person
from connectors.ldap import LdapConnector
from connectors.memory import MemoryConnector
from provisor.domain.approval import ApprovalPolicy
from provisor.domain.bounds import Limit
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.rules import JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.engine.collect import gather, row_count
from provisor.engine.job import Actor, Job, Unwatched
from provisor.ports.connector import ReadRequest
from provisor.ports.secret import Secret
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock
from tests.services.slapd import PASSWORD, SUFFIX, Slapd, Trial, running_slapd

HERE = "benchmarks.directory"
PEOPLE = 10_000
GROUPS = 500
MEMBERS = 200
ROUNDS = 3
LIBRARIES = ("ldap3", "python-ldap")
CONNECTIONS = 4
OUTSTANDING = 64
READ = 100_000
PAGE = 500
PAGED = SimplePagedResultsControl.controlType
STEPS = ("adds", "modifies", "groups")
PERSON = ("inetOrgPerson", "provisorObject")
GROUP = ("groupOfNames", "provisorObject")
NOBODY = f"cn=nobody,{SUFFIX}"


# --- the bare client ---------------------------------------------------------------------------

Add = tuple[str, dict[str, list[bytes]]]
Modify = tuple[str, str, str, list[bytes]]
"""Whose, `add` or `replace`, which attribute, and the values."""


def bare(meter: Meter, people: int, groups: int, library: int) -> None:
    """Do all calls with nothing around them."""
    send = (_by_ldap3, _by_python_ldap)[library]
    with running_slapd() as slapd:
        trial = slapd.trial()
        names = [f"uid={person(number)['login']},{trial.people}" for number in range(people)]
        with meter.part("adds"):
            send(slapd, trial, [(dn, _person(number)) for number, dn in enumerate(names)])
        with meter.part("modifies"):
            send(slapd, trial, [(dn, "replace", "title", [b"Chief"]) for dn in names])
        called = [f"cn=Group {number},{trial.groups}" for number in range(groups)]
        with meter.part("groups"):
            send(slapd, trial, [(dn, _group(number)) for number, dn in enumerate(called)])
            joined = [[names[one].encode() for one in members_of(n, people)] for n in range(groups)]
            pairs = zip(called, joined, strict=True)
            send(slapd, trial, [(dn, "add", "member", members) for dn, members in pairs])


def _person(number: int) -> dict[str, list[bytes]]:
    told = person(number)
    texts = {
        "provisorAnchor": told["employee_id"],
        "uid": told["login"],
        "cn": f"{told['given_name']} {told['surname']}",
        "sn": told["surname"],
        "givenName": told["given_name"],
        "mail": told["mail"],
        "title": told["title"],
    }
    classes = [one.encode() for one in PERSON]
    return {"objectClass": classes, **{name: [text.encode()] for name, text in texts.items()}}


def _group(number: int) -> dict[str, list[bytes]]:
    texts = {"cn": f"Group {number}", "provisorAnchor": f"G{number:05d}", "member": NOBODY}
    classes = [one.encode() for one in GROUP]
    return {"objectClass": classes, **{name: [text.encode()] for name, text in texts.items()}}


def members_of(group: int, people: int) -> list[int]:
    """Return who is in a group: so many people in a row, round and round."""
    return [(group * MEMBERS + one) % people for one in range(min(MEMBERS, people))]


def _by_python_ldap(slapd: Slapd, trial: Trial, calls: Sequence[Add] | Sequence[Modify]) -> None:
    connection = ldap.initialize(slapd.url)
    connection.simple_bind_s(trial.account, PASSWORD)
    kinds = {"add": ldap.MOD_ADD, "replace": ldap.MOD_REPLACE}
    under_way = 0
    for call in calls:
        if under_way == OUTSTANDING:
            connection.result4(ldap.RES_ANY)
            under_way -= 1
        if len(call) == 2:
            connection.add_ext(call[0], list(call[1].items()))
        else:
            dn, kind, attribute, values = call
            connection.modify_ext(dn, [(kinds[kind], attribute, values)])
        under_way += 1
    for _ in range(under_way):
        connection.result4(ldap.RES_ANY)
    connection.unbind_s()


def _by_ldap3(slapd: Slapd, trial: Trial, calls: Sequence[Add] | Sequence[Modify]) -> None:
    waiting = deque(calls)
    kinds = {"add": ldap3.MODIFY_ADD, "replace": ldap3.MODIFY_REPLACE}

    def work_off() -> None:
        connection = _bound(slapd, trial)
        while waiting:
            try:
                call: Any = waiting.popleft()
            except IndexError:
                break
            if len(call) == 2:
                assert connection.add(call[0], attributes=call[1]), connection.result
            else:
                dn, kind, attribute, values = call
                changes = {attribute: [(kinds[kind], values)]}
                assert connection.modify(dn, changes), connection.result
        connection.unbind()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for one in [threads.submit(work_off) for _ in range(CONNECTIONS)]:
            one.result()


def _bound(slapd: Slapd, trial: Trial) -> ldap3.Connection:
    server = ldap3.Server("127.0.0.1", port=slapd.port, get_info=ldap3.NONE)
    return ldap3.Connection(
        server,
        trial.account,
        PASSWORD,
        auto_bind=True,
        check_names=False,
        auto_escape=False,
        auto_encode=False,
    )


# --- the product -------------------------------------------------------------------------------


def product(meter: Meter, count: int, groups: int, library: int) -> None:
    """Do the same with plans, votes, intents, outcomes and audit."""
    with running_slapd() as slapd, TemporaryDirectory() as name:
        trial = slapd.trial()
        world = people(count)
        for number in range(groups):
            named = {"group_id": f"G{number:05d}", "name": f"Group {number}"}
            world.add(ObjectType.GROUPS, named)
        source = MemoryConnector("hr", world)
        with _opened(slapd, trial, Path(name), LIBRARIES[library]) as opened:
            carry(meter, opened(source, with_groups=False), "adds")
            for row in world.users.values():
                row["title"] = "Chief"
            carry(meter, opened(source, with_groups=False), "modifies")
            natives = list(world.groups)
            keys = [str(row["employee_id"]) for row in world.users.values()]
            for number in range(groups):
                members = {keys[one]: None for one in members_of(number, count)}
                world.members[natives[number]] = members
            carry(meter, opened(source, with_groups=True), "groups")


Opened = Callable[..., Job]


@contextmanager
def _opened(slapd: Slapd, trial: Trial, folder: Path, library: str) -> Iterator[Opened]:
    """Open a store and a connector, and give what makes jobs of them."""
    target = LdapConnector("directory", _settings(slapd, trial, library))
    store = open_store(f"sqlite:///{folder / 'provisor.db'}", clock=SystemClock())

    def job(source: MemoryConnector, *, with_groups: bool) -> Job:
        return Job(
            rules=_rules(target, with_groups=with_groups),
            document=json.dumps({}),
            source=source,
            target=target,
            store=store,
            clock=SystemClock(),
            actor=Actor("ann", asserted=True),
            policy=ApprovalPolicy(four_eyes=False),
            in_flight=OUTSTANDING,
        )

    try:
        yield job
    finally:
        target.close()
        store.close()


def _settings(slapd: Slapd, trial: Trial, library: str) -> dict[str, Any]:
    users = {
        "base": trial.people,
        "classes": list(PERSON),
        "dn": f"uid={{uid}},{trial.people}",
        "anchor": "provisorAnchor",
        "name": "uid",
        "disable": {"by": "ppolicy"},
    }
    groups = {
        "base": trial.groups,
        "classes": list(GROUP),
        "dn": f"cn={{cn}},{trial.groups}",
        "anchor": "provisorAnchor",
        "name": "cn",
        "placeholder": NOBODY,
    }
    return {
        "url": slapd.url,
        "bind_dn": trial.account,
        "password": Secret(PASSWORD),
        "library": library,
        "connections": CONNECTIONS,
        "objects": {"users": users, "groups": groups},
    }


_USERS: Mapping[str, str] = {
    "provisorAnchor": "[employee_id]",
    "uid": "[login]",
    "cn": 'Join(" ", [given_name], [surname])',
    "sn": "[surname]",
    "givenName": "[given_name]",
    "mail": "[mail]",
    "title": "[title]",
    "active": "Not([IsSoftDeleted])",
}
_GROUPS: Mapping[str, str] = {"provisorAnchor": "[group_id]", "cn": "[name]"}


def _rules(target: LdapConnector, *, with_groups: bool) -> JobRules:
    objects = {ObjectType.USERS: _object(target, ObjectType.USERS, "employee_id", _USERS)}
    if with_groups:
        objects[ObjectType.GROUPS] = _object(target, ObjectType.GROUPS, "group_id", _GROUPS)
    return JobRules(
        "hr-to-directory",
        "hr",
        "directory",
        "0" * 64,
        objects,
        memberships=OwnerMode.OURS if with_groups else None,
        limits={"create": Limit()},
    )


def _object(
    target: LdapConnector, kind: ObjectType, anchor: str, texts: Mapping[str, str]
) -> ObjectRules:
    mappings = tuple(AttributeMapping(name, parse(text), text) for name, text in texts.items())
    schema = target.describe().schemas[kind]
    return ObjectRules(kind, anchor, schema, mappings, (MatchRule("provisorAnchor", decides=True),))


# --- reading -----------------------------------------------------------------------------------


def read_bare(meter: Meter, count: int, library: int) -> None:
    """Read all entries page by page, and keep them as they came."""
    with _filled(count) as (slapd, trial), meter.part("read"):
        rows = (_pages_of_ldap3, _pages_of_python_ldap)[library](slapd, trial)
    meter.told["rows"] = str(rows)


def read(meter: Meter, count: int, library: int) -> None:
    """Read them with the connector, as each run does."""
    with _filled(count) as (slapd, trial):
        target = LdapConnector("directory", _settings(slapd, trial, LIBRARIES[library]))
        wanted = ReadRequest(ObjectType.USERS, ("provisorAnchor", *_READ))
        with meter.part("read"):
            found = gather(target, "directory", wanted, "id", SystemClock(), Unwatched())
        target.close()
    assert found.end.complete, found.end.reason
    meter.told["rows"] = str(row_count(found))


@contextmanager
def _filled(count: int) -> Iterator[tuple[Slapd, Trial]]:
    with running_slapd() as slapd:
        trial = slapd.trial()
        names = [f"uid={person(number)['login']},{trial.people}" for number in range(count)]
        _by_python_ldap(slapd, trial, [(dn, _person(n)) for n, dn in enumerate(names)])
        yield slapd, trial


_READ = ("uid", "cn", "sn", "givenName", "mail", "title")
_ASKED = ("entryUUID", "provisorAnchor", *_READ)
_PERSONS = "(objectClass=inetOrgPerson)"


def _pages_of_python_ldap(slapd: Slapd, trial: Trial) -> int:
    connection = ldap.initialize(slapd.url)
    connection.simple_bind_s(trial.account, PASSWORD)
    kept, cookie = [], b""
    while True:
        page = SimplePagedResultsControl(criticality=True, size=PAGE, cookie=cookie)
        number = connection.search_ext(
            trial.people, ldap.SCOPE_SUBTREE, _PERSONS, list(_ASKED), serverctrls=[page]
        )
        _, found, _, controls = connection.result3(number)
        kept += found
        cookie = controls[0].cookie
        if not cookie:
            return len(kept)


def _pages_of_ldap3(slapd: Slapd, trial: Trial) -> int:
    connection = _bound(slapd, trial)
    kept, cookie = [], None
    while True:
        connection.search(
            trial.people, _PERSONS, attributes=list(_ASKED), paged_size=PAGE, paged_cookie=cookie
        )
        kept += connection.response
        cookie = connection.result["controls"][PAGED]["value"]["cookie"]
        if not cookie:
            return len(kept)


# --- what is shown -----------------------------------------------------------------------------


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure in turns and print medians."""
    count, groups, rounds = (1_000, 50, 1) if quick else (PEOPLE, GROUPS, ROUNDS)
    counts = {"adds": count, "modifies": count, "groups": groups}
    rows: list[tuple[str, ...]] = []
    for number, library in enumerate(LIBRARIES):
        sizes = (count, groups, number)
        pairs = [
            (measured(HERE, "bare", *sizes), measured(HERE, "product", *sizes))
            for _ in range(rounds)
        ]
        rows += [line(step, counts[step], pairs, f"{step}, {library}") for step in STEPS]
    show("Writing into slapd with overlays", HEAD, rows)
    number_of = 10_000 if quick else READ
    reads = [_read_line(number_of, number, rounds) for number in range(len(LIBRARIES))]
    show(f"Reading from slapd, pages of {PAGE}", _HEAD_OF_READ, reads)


_HEAD_OF_READ = ("library", "entries", "bare client, s", "connector, s", "connector / bare")


def _read_line(count: int, library: int, rounds: int) -> tuple[str, ...]:
    pairs = [
        (measured(HERE, "read_bare", count, library), measured(HERE, "read", count, library))
        for _ in range(rounds)
    ]
    assert all(one.told == other.told for one, other in pairs), "both read the same"
    walls = [(one.wall("read"), other.wall("read")) for one, other in pairs]
    ratio = statistics.median(ours / alone for alone, ours in walls)
    medians = (f"{statistics.median(some):.2f}" for some in zip(*walls, strict=True))
    return (LIBRARIES[library], f"{count:,}", *medians, f"{ratio:.2f}")
