"""Certificates are always checked: against the machine's authorities, or against a file's."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.faulty_scim import FaultyScim, connected, faulty_scim

pytestmark = pytest.mark.outer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that signs itself, with its key beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate: `apt-get install openssl`")
    folder = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=IP:127.0.0.1"
    made = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-addext", names]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(["openssl", "req", "-x509", *made, *files], check=True, capture_output=True)
    return folder / "certificate.pem"


@pytest.fixture
def server(certificate: Path) -> Iterator[FaultyScim]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with faulty_scim(context) as running:
        yield running


def test_a_certificate_that_nobody_vouches_for_gets_no_token(server):
    with connected(server) as scim:
        health = scim.probe()

    assert (health.reachable, health.found) == (False, "the system's certificate is not trusted")
    assert server.requests == []


def test_a_certificate_of_the_named_authority_is_trusted(server, certificate):
    with connected(server, ca_file=str(certificate)) as scim:
        assert scim.probe().allowed


def test_a_certificate_for_another_name_gets_no_token(server, certificate):
    url = server.url.replace("127.0.0.1", "localhost")
    with connected(server, url=url, ca_file=str(certificate)) as scim:
        assert not scim.probe().reachable

    assert server.requests == []
