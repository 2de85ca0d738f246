"""LDAP: what is seen of a real slapd, and when it is not called whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.ldap import LdapConnector
from provisor.errors import UnknownName, WatermarkRefused
from provisor.ports.connector import Candidate, Health
from provisor.ports.secret import Secret
from provisor.testing.walk import read_delta, read_whole
from tests.connectors.ldap_bench import GROUPS, LIBRARIES, MEMBERSHIPS, USERS, LdapBench
from tests.services.slapd import SUFFIX, Slapd


@pytest.fixture(params=LIBRARIES)
def bench(slapd: Slapd, request: pytest.FixtureRequest) -> Iterator[LdapBench]:
    bench = LdapBench(slapd, request.param)
    yield bench
    bench.end()


def by_hand(bench: LdapBench, dn: str, classes: list[str], **values: object) -> None:
    """Make an entry as an administrator would."""
    connection = bench.slapd.admin()
    assert connection.add(dn, classes, values), connection.result
    connection.unbind()


def test_a_page_that_the_server_refuses_is_halved_until_it_is_taken(bench: LdapBench) -> None:
    bench.put([bench.user(n) for n in range(30)])
    limits = f'{{0}}dn.exact="{bench.trial.account}" size.soft=9 size.hard=9 size.pr=7 '
    bench._limits = limits + "size.prtotal=unlimited"
    bench._limited("MODIFY_ADD")
    bench.reopen()
    whole = read_whole(bench.connector, USERS)

    assert (whole.end.complete, len(whole.rows)) == (True, 30)


def test_a_part_that_lies_on_another_server_makes_a_read_incomplete(bench: LdapBench) -> None:
    bench.put([bench.user(1)])
    dn = f"ou=far,{bench.trial.people}"
    classes = ["referral", "extensibleObject"]
    by_hand(bench, dn, classes, ou="far", ref="ldap://192.0.2.1/dc=far")
    whole = read_whole(bench.connector, USERS)
    left = LdapConnector("d", {**bench.settings, "leave_referrals": True})

    assert not whole.end.complete
    assert "another server" in whole.end.reason
    assert read_whole(left, USERS).end.complete
    left.close()


def test_an_attribute_that_the_server_does_not_know_is_no_column_of_nothing(
    slapd: Slapd,
) -> None:
    bench = LdapBench(slapd, attributes={"provisorBadge": {}})
    whole = read_whole(bench.connector, USERS, ["provisorBadge"])
    health = bench.connector.probe()
    bench.end()

    assert (whole.end.complete, whole.rows) == (False, ())
    assert "provisorBadge" in whole.end.reason
    assert not health.allowed
    assert "provisorBadge" in health.found


def test_times_octets_and_several_values_are_told_as_they_are(bench: LdapBench) -> None:
    dn = f"uid=elin,{bench.trial.people}"
    classes = ["inetOrgPerson", "provisorObject"]
    values = {"cn": ["Elin", "Elin Ek"], "sn": "Ek", "jpegPhoto": b"\xff\xd8\x00"}
    by_hand(bench, dn, classes, **values, provisorUntil="202612312359Z", provisorState="x")
    asked = ["cn", "jpegPhoto", "provisorUntil", "uid"]
    (row,) = read_whole(bench.connector, USERS, asked).rows

    assert row["cn"] == ("Elin", "Elin Ek")
    assert row["jpegPhoto"] == "/9gA"
    assert row["provisorUntil"] == "2026-12-31T23:59:00Z"


def test_a_placeholder_is_neither_a_person_nor_a_member(bench: LdapBench) -> None:
    placed = bench.put([bench.user(1)], [bench.group(1), bench.group(2)], [(0, 0)])
    pairs = read_whole(bench.connector, MEMBERSHIPS, ["group", "member"])

    assert pairs.rows == ({"group": placed.groups[0], "member": placed.users[0]},)


def test_a_member_that_is_nobody_is_no_pair_and_one_from_elsewhere_is(bench: LdapBench) -> None:
    placed = bench.put([], [bench.group(1)])
    connection = bench.slapd.admin()
    group = f"cn=group1,{bench.trial.groups}"
    members = [f"uid=ghost,{bench.trial.people}", bench.trial.account.replace("uid=", "UID = ")]
    assert connection.modify(group, {"member": [("MODIFY_ADD", members)]}), connection.result
    connection.search(bench.trial.account, "(objectClass=*)", attributes=["entryUUID"])
    account = connection.response[0]["attributes"]["entryUUID"][0]
    connection.unbind()
    rows = read_whole(bench.connector, MEMBERSHIPS, ["group", "member"]).rows

    assert rows == ({"group": placed.groups[0], "member": account},)


def test_a_secret_is_never_read(bench: LdapBench) -> None:
    with pytest.raises(UnknownName):
        read_whole(bench.connector, USERS, ["userPassword"])


def test_many_are_found_by_what_they_hold(bench: LdapBench) -> None:
    placed = bench.put([{**bench.user(n), "provisorRole": ("a", f"r{n}")} for n in range(3)])
    found = bench.connector.find(Candidate(USERS, match=("provisorRole", "r2")))

    assert [one.key for one in found] == [placed.users[2]]
    assert len(bench.connector.find(Candidate(USERS, match=("provisorRole", "a")))) == 3
    assert bench.connector.find(Candidate(GROUPS, match=("cn", "nothing"))) == ()


def test_a_wrong_password_is_told_as_that(bench: LdapBench) -> None:
    wrong = LdapConnector("d", {**bench.settings, "password": Secret("wrong")})

    assert wrong.probe() == Health(
        reachable=True, allowed=False, found="the directory did not accept our credentials"
    )


def test_a_base_that_is_not_there_is_told_by_the_probe(slapd: Slapd) -> None:
    bench = LdapBench(slapd, base=f"ou=nowhere,{SUFFIX}", dn=f"uid={{uid}},ou=nowhere,{SUFFIX}")
    health = bench.connector.probe()
    bench.end()

    assert not health.allowed
    assert "the base of users" in health.found


# --- deltas ---------------------------------------------------------------------------------


def test_a_watermark_from_the_servers_future_is_refused(bench: LdapBench) -> None:
    bench.put([bench.user(1)])
    mark = read_whole(bench.connector, USERS).end.watermark or ""
    origin = mark.partition("@")[0]

    with pytest.raises(WatermarkRefused) as refused:
        read_delta(bench.connector, USERS, f"{origin}@29990101000000Z")
    assert "restored" in refused.value.what


def test_a_changed_group_is_told_with_all_its_members(bench: LdapBench) -> None:
    bench.settings["overlap_seconds"] = 0
    bench.reopen()
    placed = bench.put([bench.user(n) for n in range(3)], [bench.group(1)], [(0, 0), (0, 1)])
    mark = read_whole(bench.connector, MEMBERSHIPS).end.watermark or ""
    (group,), (elin, omar, ines) = placed.groups, placed.users
    bench.regroup(group, adds=[ines], removes=[elin])
    told = read_delta(bench.connector, MEMBERSHIPS, mark)

    assert told.applied_to({(group, elin), (group, omar)}) == {(group, omar), (group, ines)}
