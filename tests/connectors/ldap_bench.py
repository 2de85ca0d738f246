"""A connector of its own branch of a real slapd, and the settings that a test may vary."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

from connectors.ldap import LdapConnector
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.ports.secret import Secret
from provisor.testing import Bench
from tests.services.slapd import PASSWORD, SUFFIX, Slapd, Trial

LIBRARIES = ("ldap3", "python-ldap")


def present(library: str) -> str:
    """Return the library's name where it is installed; it is built from source, and may lack."""
    if library == "python-ldap" and importlib.util.find_spec("ldap") is None:
        lacking = "no python-ldap here: run `make services`, or pip install 'provisor[ldap-fast]'"
        (pytest.fail if os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1" else pytest.skip)(
            lacking
        )
    return library


def settings_of(slapd: Slapd, trial: Trial) -> dict[str, Any]:
    """Return settings for people and groups of one branch."""
    users = {
        "base": trial.people,
        "classes": ["inetOrgPerson", "provisorObject"],
        "dn": f"uid={{uid}},{trial.people}",
        "anchor": "provisorAnchor",
        "name": "uid",
        "disable": {"by": "ppolicy"},
        "attributes": {
            "provisorRole": {"multi": True, "case_exact": True},
            "provisorState": {},
            "provisorUntil": {"type": "time"},
        },
    }
    groups = {
        "base": trial.groups,
        "classes": ["groupOfNames", "provisorObject"],
        "dn": f"cn={{cn}},{trial.groups}",
        "anchor": "provisorAnchor",
        "name": "cn",
        "placeholder": f"cn=nobody,{SUFFIX}",
    }
    return {
        "url": slapd.url,
        "bind_dn": trial.account,
        "password": Secret(PASSWORD),
        "page_size": 20,
        "objects": {"users": users, "groups": groups},
    }


class LdapBench(Bench):
    """Inetorgpersons and groups of names."""

    group_text = "description"
    many = "provisorRole"
    reference = "manager"
    large_group = 300

    def __init__(self, slapd: Slapd, library: str = "ldap3", /, **users: object) -> None:
        self.slapd = slapd
        self.trial = slapd.trial()
        self.settings = settings_of(slapd, self.trial) | {"library": present(library)}
        self.settings["objects"]["users"] |= users
        super().__init__(self.opened())
        self._limits = ""

    def opened(self) -> LdapConnector:
        """Return another connector of the same settings."""
        return LdapConnector("directory", self.settings)

    def user(self, number: int) -> Values:
        return {**super().user(number), "cn": f"Person {number}", "sn": "Ek"}

    def group(self, number: int) -> Values:
        return {"cn": f"group{number}", "description": f"Group {number}"}

    def reopen(self) -> None:
        super().reopen()
        self.connector = self.opened()

    def cut_reads(self) -> None:
        """Let the server give this account ten entries in all, however small the pages."""
        self._limits = f'{{0}}dn.exact="{self.trial.account}" size.soft=10 size.hard=10 '
        self._limits += "size.prtotal=10"
        self._limited("MODIFY_ADD")

    def end(self) -> None:
        """Let go of the connector, and of what the server was told."""
        self.connector.close()
        if self._limits:
            self._limited("MODIFY_DELETE")

    def _limited(self, turn: str) -> None:
        connection = self.slapd.configure()
        connection.search("cn=config", f"(olcSuffix={SUFFIX})", attributes=["1.1"])
        place = connection.response[0]["dn"]
        assert connection.modify(place, {"olcLimits": [(turn, [self._limits])]}), connection.result
        connection.unbind()


USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
