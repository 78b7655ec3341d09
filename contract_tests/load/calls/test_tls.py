"""Services behind TLS: whom the load trusts, and as whom it calls."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from load.calls.connection import Connection, check_reachable
from load.errors import LoadError
from load.options.tls import Tls, read_tls

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that is its own authority, for 127.0.0.1, with its key: `own.pem` and `key.pem`."""
    made = tmp_path_factory.mktemp("tls")
    subject = ("-subj", "/CN=it", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    files = ("-keyout", str(made / "key.pem"), "-out", str(made / "own.pem"))
    subprocess.run(["openssl", "req", "-x509", *KEY, *subject, *files], check=True, capture_output=True)
    (made / "both.pem").write_text((made / "own.pem").read_text() + (made / "key.pem").read_text())
    (made / "none.pem").write_text("nothing")
    return made


@contextmanager
def https(folder: Path, asks: bool = False) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder / "own.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def status(url: str, tls: Tls) -> int:
    connection = Connection(url, 5, tls=tls)
    try:
        return connection.send("get", "/", {}, b"").status
    finally:
        connection.close()


@pytest.mark.process
def test_an_unknown_authority_is_one_line_that_says_what_to_do(folder: Path) -> None:
    with (
        https(folder) as url,
        pytest.raises(LoadError, match=r"certificate verify failed.*--cacert FILE.*--insecure"),
    ):
        check_reachable(url)


@pytest.mark.process
def test_a_trusted_authority_and_trust_in_everybody(folder: Path) -> None:
    with https(folder) as url:
        assert status(url, read_tls(str(folder / "own.pem"), "", "", insecure=False)) == 200
        assert status(url, read_tls("", "", "", insecure=True)) == 200


@pytest.mark.process
@pytest.mark.parametrize(("cert", "key"), [("both.pem", ""), ("own.pem", "key.pem")])
def test_a_certificate_of_ones_own(folder: Path, cert: str, key: str) -> None:
    authority = str(folder / "own.pem")
    with https(folder, asks=True) as url:
        tls = read_tls(authority, str(folder / cert), str(folder / key) if key else "", insecure=False)
        assert status(url, tls) == 200
        with pytest.raises(Exception, match=r"certificate required|eof|reset"):
            status(url, read_tls(authority, "", "", insecure=False))


@pytest.mark.process
@pytest.mark.parametrize(
    ("cacert", "cert", "key", "insecure", "message"),
    [
        ("missing.pem", "", "", False, "--cacert .*missing.pem: no such file"),
        ("none.pem", "", "", False, "--cacert .*none.pem: this is not certificates in PEM"),
        ("", "own.pem", "", False, "--cert .*own.pem: this is not a certificate with its key"),
        ("", "", "key.pem", False, "--key is the key of --cert"),
        ("own.pem", "", "", True, "--insecure trusts every certificate"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    folder: Path, cacert: str, cert: str, key: str, insecure: bool, message: str
) -> None:
    authorities, own, its_key = (str(folder / name) if name else "" for name in (cacert, cert, key))
    with pytest.raises(LoadError, match=message):
        read_tls(authorities, own, its_key, insecure)
