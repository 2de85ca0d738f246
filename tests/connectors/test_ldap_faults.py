"""LDAP: lines that break, and servers that are not who they say they are."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.ldap import LdapConnector
from provisor.errors import Transient, Uncertain
from provisor.ports.connector import OutcomeState
from provisor.testing.walk import outcome, problem_of, read_whole
from provisor.testing.works import update
from tests.connectors.ldap_bench import LIBRARIES, USERS, LdapBench
from tests.services.slapd import PASSWORD, Slapd, make_certificate

STARTTLS_REFUSED = bytes.fromhex("300c02010178070a010204000400")


class Relay:
    """Stands between client and server, and swallows answers from a moment on."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.deaf_to = b""
        """An answer is lost to every request that holds these octets; the line then breaks."""
        self._carrying: list[threading.Thread] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Break every line, and wait until nobody stands between any more."""
        self._listening.close()
        for carrying in self._carrying:
            carrying.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            carrying = threading.Thread(target=self._carry, args=(client, server), daemon=True)
            self._carrying.append(carrying)
            carrying.start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        lost = threading.Event()
        asking = threading.Thread(target=self._ask, args=(client, server, lost), daemon=True)
        with client, server:
            asking.start()
            with suppress(OSError):
                while (octets := server.recv(65536)) and not lost.is_set():
                    client.sendall(octets)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            asking.join()

    def _ask(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while octets := client.recv(65536):
                if self.deaf_to and self.deaf_to in octets:
                    lost.set()
                server.sendall(octets)
            server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(params=LIBRARIES)
def bench(slapd: Slapd, request: pytest.FixtureRequest) -> Iterator[LdapBench]:
    bench = LdapBench(slapd, request.param)
    yield bench
    bench.end()


@pytest.fixture
def relay(slapd: Slapd, bench: LdapBench) -> Iterator[Relay]:
    relay = Relay(slapd.port)
    bench.settings["url"] = f"ldap://127.0.0.1:{relay.port}"
    bench.reopen()
    yield relay
    bench.connector.close()
    relay.close()


def test_a_create_whose_answer_is_lost_is_uncertain_and_then_found(
    bench: LdapBench, relay: Relay
) -> None:
    relay.deaf_to = b"zq-lost"
    written = outcome(bench.connector, bench.new_user(1, title="zq-lost"))
    relay.deaf_to = b""
    again = outcome(bench.connector, bench.new_user(1, title="zq-lost"))

    assert written.state is OutcomeState.UNCERTAIN
    assert isinstance(written.problem, Uncertain)
    assert again.state is OutcomeState.ALREADY_SO
    assert len(read_whole(bench.connector, USERS).rows) == 1


def test_a_look_up_whose_answer_is_lost_changed_nothing(bench: LdapBench, relay: Relay) -> None:
    (elin,) = bench.put([bench.user(1)]).users
    relay.deaf_to = elin.encode()
    problem = problem_of(outcome(bench.connector, update(USERS, elin, {"title": "poet"})))
    relay.deaf_to = b""

    assert isinstance(problem, Transient)
    assert outcome(bench.connector, update(USERS, elin, {"title": "poet"})).state is (
        OutcomeState.DONE
    )


def test_a_line_that_the_server_closed_is_opened_again(slapd: Slapd, bench: LdapBench) -> None:
    """An idle line is no reason for doubt."""
    bench.put([bench.user(1)])
    relay = Relay(slapd.port)
    settings = {**bench.settings, "url": f"ldap://127.0.0.1:{relay.port}"}
    connector = LdapConnector("d", settings)
    read_whole(connector, USERS)
    for line in connector._directory._idle:
        _hang_up(line._open)  # type: ignore[attr-defined]  # behind the seam
    found = read_whole(connector, USERS)
    connector.close()
    relay.close()

    assert len(found.rows) == 1


def _hang_up(connection: Any) -> None:
    """End what either library has open, as a server does that closes what is idle."""
    if hasattr(connection, "socket"):
        connection.socket.shutdown(socket.SHUT_RD)
        return
    with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same:
        same.shutdown(socket.SHUT_RD)


def test_nobody_there_is_told_as_that(bench: LdapBench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    bench.settings["url"] = f"ldap://127.0.0.1:{port}"
    bench.reopen()

    assert not bench.connector.probe().reachable
    assert isinstance(problem_of(outcome(bench.connector, bench.new_user(1))), Transient)


# --- certificates ---------------------------------------------------------------------------


@contextmanager
def speaking_tls(folder: Path, name: str) -> Iterator[tuple[int, list[bytes]]]:
    """Listen with a certificate; what is heard after a handshake is kept."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(client, server_side=True) as wrapped:
                        heard.append(wrapped.recv(65536))
                except OSError:
                    client.close()

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1]), heard


def opened(bench: LdapBench, **changed: Any) -> LdapConnector:
    return LdapConnector("d", {**bench.settings, **changed})


def expired(folder: Path, name: str) -> None:
    """Let the authority certify this machine for one day of the past."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", f"{name}.key", "-out", f"{name}.csr"]
    subprocess.run(
        ["openssl", "req", "-new", "-subj", "/CN=localhost", *key, *files],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    (folder / "index.txt").touch()
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = one\n[one]\ndatabase = index.txt\nnew_certs_dir = .\n"
        "rand_serial = yes\ndefault_md = sha256\npolicy = any\nx509_extensions = local\n"
        "[any]\ncommonName = supplied\n[local]\nsubjectAltName = IP:127.0.0.1\n",
        encoding="utf-8",
    )
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
    files = ["-in", f"{name}.csr", "-out", f"{name}.crt", "-cert", "ca.crt", "-keyfile", "ca.key"]
    subprocess.run(
        ["openssl", "ca", "-batch", "-notext", "-config", "ca.cnf", *dates, *files],
        check=True,
        capture_output=True,
        cwd=folder,
    )


@pytest.mark.parametrize("name", ["elsewhere", "expired"])
def test_a_certificate_of_another_host_or_time_is_refused(
    bench: LdapBench, slapd: Slapd, tmp_path: Path, name: str
) -> None:
    for one in ("ca.crt", "ca.key"):
        shutil.copy(slapd.folder / one, tmp_path)
    if name == "expired":
        expired(tmp_path, name)
    else:
        make_certificate(tmp_path, name, name, "subjectAltName=DNS:elsewhere.example")
    with speaking_tls(tmp_path, name) as (port, heard):
        url = f"ldaps://127.0.0.1:{port}"
        health = opened(bench, url=url, ca_file=slapd.authority).probe()

    assert not health.allowed
    assert "certificate" in health.found
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_certificate_of_an_authority_that_we_do_not_know_is_refused(
    bench: LdapBench, slapd: Slapd
) -> None:
    for changed in ({"url": slapd.tls_url}, {"url": slapd.url, "start_tls": True}):
        health = opened(bench, **changed).probe()
        assert not health.allowed
        assert "certificate" in health.found


@pytest.mark.parametrize("way", ["ldaps", "start_tls"])
def test_a_certificate_that_is_known_is_taken(bench: LdapBench, slapd: Slapd, way: str) -> None:
    changed: dict[str, Any] = {"url": slapd.tls_url}
    if way == "start_tls":
        changed = {"url": slapd.url, "start_tls": True}
    connector = opened(bench, **changed, ca_file=slapd.authority)

    assert connector.probe().allowed
    connector.close()


def test_our_own_certificate_signs_us_in(bench: LdapBench, slapd: Slapd, tmp_path: Path) -> None:
    for one in ("ca.crt", "ca.key"):
        shutil.copy(slapd.folder / one, tmp_path)
    account = bench.trial.account.partition(",")[0].removeprefix("uid=")
    make_certificate(tmp_path, "ours", account, "extendedKeyUsage=clientAuth")
    ours = {
        "bind": "external",
        "certificate_path": str(tmp_path / "ours.crt"),
        "key_path": str(tmp_path / "ours.key"),
        "bind_dn": None,
        "password": None,
    }
    connector = opened(bench, url=slapd.tls_url, ca_file=slapd.authority, **ours)

    assert outcome(connector, bench.new_user(1)).state is OutcomeState.DONE
    connector.close()


def test_a_server_that_does_not_encrypt_hears_no_password(bench: LdapBench) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                heard.append(client.recv(65536))
                client.sendall(STARTTLS_REFUSED)
                heard.append(client.recv(65536))

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        url = f"ldap://127.0.0.1:{listening.getsockname()[1]}"
        health = opened(bench, url=url, start_tls=True).probe()
        server.join()

    assert not health.allowed
    assert PASSWORD.encode() not in b"".join(heard)
