"""OpenLDAP's slapd with its overlays, unprivileged, in a folder of its own.

Each trial has a branch of its own below the suffix, with an account that may write there only.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

SUFFIX = "dc=lab,dc=test"
ADMIN = f"cn=admin,{SUFFIX}"
PASSWORD = "a-secret-of-tests"
HOW_TO_GET_IT = "no slapd here: run `make services`, or `apt-get install slapd`"
_SLAPD = Path("/usr/sbin/slapd")

_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include {folder}/provisor.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload syncprov
moduleload ppolicy
moduleload accesslog
moduleload unique
TLSCACertificateFile {folder}/ca.crt
TLSCertificateFile {folder}/server.crt
TLSCertificateKeyFile {folder}/server.key
TLSVerifyClient try
sizelimit unlimited
loglevel none
password-hash {{SSHA}}
authz-regexp "^cn=([^,]+)$" "uid=$1,ou=system,{suffix}"

database config
rootdn cn=config
rootpw {password}

database mdb
suffix cn=accesslog
directory {folder}/log
rootdn cn=admin,cn=accesslog
maxsize 1073741824
dbnosync
index default eq
index entryCSN,objectClass,reqEnd,reqResult,reqStart eq
overlay syncprov
syncprov-nopresent TRUE
syncprov-reloadhint TRUE
access to * by dn.children="ou=system,{suffix}" read by * none

database mdb
suffix {suffix}
directory {folder}/db
rootdn {admin}
rootpw {password}
maxsize 1073741824
dbnosync
index objectClass,entryCSN,entryUUID,modifyTimestamp eq
index uid,cn,mail,employeeNumber,member,uniqueMember,memberUid,manager,provisorAnchor eq
access to attrs=userPassword by dn.children="ou=system,{suffix}" write
  by self write by anonymous auth by * none
access to * by dn.children="ou=system,{suffix}" write by users read by * none
overlay syncprov
syncprov-checkpoint 1000 5
syncprov-sessionlog 10000
overlay accesslog
logdb cn=accesslog
logops writes
logsuccess TRUE
overlay memberof
memberof-group-oc groupOfNames
memberof-refint FALSE
overlay refint
refint_attributes member manager secretary owner
refint_nothing cn=nobody,{suffix}
overlay ppolicy
ppolicy_default cn=policy,{suffix}
ppolicy_hash_cleartext
"""

_SCHEMA = """
attributetype ( 1.3.6.1.4.1.99999.7.1 NAME 'provisorAnchor' EQUALITY caseExactMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.7.2 NAME 'provisorRole' EQUALITY caseExactMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.7.3 NAME 'provisorState' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.7.4 NAME 'provisorUntil' EQUALITY generalizedTimeMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.7.9 NAME 'provisorObject' SUP top AUXILIARY
  MAY ( provisorAnchor $ provisorRole $ provisorState $ provisorUntil ) )
"""

_BASE = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Lab
dc: lab

dn: ou=system,{SUFFIX}
objectClass: organizationalUnit
ou: system

dn: cn=nobody,{SUFFIX}
objectClass: organizationalRole
cn: nobody

dn: cn=policy,{SUFFIX}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A branch of its own, and the account that writes there."""

    base: str
    people: str
    groups: str
    former: str
    account: str


@dataclass(frozen=True, slots=True)
class Slapd:
    """A server that answers."""

    port: int
    tls_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where it is spoken to in plain text, or with StartTLS."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where it speaks TLS from the first byte on."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def authority(self) -> str:
        """The file with the authority that made its certificate."""
        return str(self.folder / "ca.crt")

    def admin(self):
        """Return a bound connection of ldap3 that may do everything."""
        return self._bound(ADMIN)

    def configure(self):
        """Return a connection that may change the server's own settings."""
        return self._bound("cn=config")

    def _bound(self, name: str):
        import ldap3

        server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE)
        return ldap3.Connection(
            server, name, PASSWORD, auto_bind=True, check_names=False, auto_referrals=False
        )

    def trial(self) -> Trial:
        """Make a branch with people, groups and former people, and an account for it."""
        name = uuid4().hex[:12]
        base, account = f"ou={name},{SUFFIX}", f"uid=svc-{name},ou=system,{SUFFIX}"
        trial = Trial(base, f"ou=people,{base}", f"ou=groups,{base}", f"ou=former,{base}", account)
        connection = self.admin()
        for dn in (base, trial.people, trial.groups, trial.former):
            assert connection.add(dn, "organizationalUnit"), connection.result
        classes = ["account", "simpleSecurityObject"]
        assert connection.add(account, classes, {"userPassword": PASSWORD}), connection.result
        connection.unbind()
        return trial


def missing() -> str:
    """Return why the server cannot be started; empty where it can."""
    if not _SLAPD.exists() or not Path("/etc/ldap/schema/core.schema").exists():
        return HOW_TO_GET_IT
    return "" if shutil.which("openssl") else "openssl makes the certificate: install it"


@contextmanager
def running_slapd() -> Iterator[Slapd]:
    """Start slapd on free ports, wait until it answers, and end it afterwards."""
    reason = missing()
    if reason and os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="slapd-") as name:
        folder = Path(name)
        _furnish(folder)
        slapd = Slapd(_free_port(), _free_port(), folder)
        program = subprocess.Popen(
            [_SLAPD, "-d", "0", "-f", folder / "slapd.conf", "-h", f"{slapd.url} {slapd.tls_url}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_answer(slapd, program)
            yield slapd
        finally:
            program.terminate()
            program.wait()


def _furnish(folder: Path) -> None:
    for name in ("db", "log"):
        (folder / name).mkdir()
    _certify(folder)
    (folder / "provisor.schema").write_text(_SCHEMA, encoding="utf-8")
    filled = _CONF.format(folder=folder, suffix=SUFFIX, admin=ADMIN, password=PASSWORD)
    (folder / "slapd.conf").write_text(filled, encoding="utf-8")
    (folder / "base.ldif").write_text(_BASE, encoding="utf-8")
    load = ["-q", "-f", folder / "slapd.conf", "-b", SUFFIX, "-l", folder / "base.ldif"]
    subprocess.run(
        [str(_SLAPD.with_name("slapadd")), *map(str, load)], check=True, capture_output=True
    )


def _certify(folder: Path) -> None:
    """Make an authority, and a certificate of it for this machine."""
    make_certificate(folder, "ca", "Lab CA", "basicConstraints=critical,CA:TRUE")
    make_certificate(folder, "server", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")


def make_certificate(
    folder: Path, name: str, subject: str, extension: str, authority: str = "ca"
) -> None:
    """Make a key and a certificate `name.crt`; all but the authority's own are signed by it."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"]
    signed = ["-CA", folder / f"{authority}.crt", "-CAkey", folder / f"{authority}.key"]
    ours = [] if name == authority else signed
    made = ["-x509", "-subj", f"/CN={subject}", "-addext", extension, "-days", "30"]
    words = map(str, [*key, *made, *ours, *files])
    subprocess.run(["openssl", "req", *words], check=True, capture_output=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _await_answer(slapd: Slapd, program: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if program.poll() is not None:
            pytest.fail(f"slapd ended with {program.returncode} before it answered")
        try:
            with socket.create_connection(("127.0.0.1", slapd.port), timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    pytest.fail("slapd did not answer within a minute")
