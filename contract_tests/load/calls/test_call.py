"""The curl command of a finding repeats its call: pasted into a shell, it sends the same bytes."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from typing import Any

import pytest

from contract_tests.support.documents import contract, operation
from load.calls.builder import CallBuilder
from load.calls.call import Call
from load.options.credentials import Credentials, Secret, credentials
from openapi.payloads import PayloadFactory
from openapi.security import security_schemes

pytestmark = pytest.mark.process

SCHEMES = security_schemes(
    contract(
        securitySchemes={
            "token": {"type": "http", "scheme": "bearer"},
            "login": {"type": "http", "scheme": "basic"},
            "header": {"type": "apiKey", "in": "header", "name": "X-$Key"},
            "query": {"type": "apiKey", "in": "query", "name": "api key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
        }
    )
)
_ENCODED = re.compile("%..")
TOKEN, USER, FIRST, SECOND = "to'k\"e$n`&", "ada:pass $word", "k1&=\\'", "k2 %"


class Recorder(ThreadingHTTPServer):
    """A server that records the last request."""

    daemon_threads = True
    came: tuple[str, str, dict[str, str], bytes]


class _Handler(BaseHTTPRequestHandler):
    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert isinstance(self.server, Recorder)
        self.server.came = self.command, self.path, headers, body
        self.send_response(204)
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _any  # noqa: N815 - http.server's

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def call(
    method: str = "post", target: str = "/things", body: bytes = b"", fields: Mapping[str, str] | None = None
) -> Call:
    return Call(
        operation=operation("/things", method),
        target=target,
        headers={"Accept": "*/*", **({"Content-Type": "text/plain"} if body else {}), **(fields or {})},
        body=body,
        path={},
        query={},
        payload=None,
        secret=Secret(),
    )


def pasted(recorder: Recorder, made: Call, environment: dict[str, str] | None = None) -> str:
    """Run the command of a call, compare the received request with the call, and return the command."""
    host = f"http://127.0.0.1:{recorder.server_address[1]}"
    command = made.as_curl(host)
    done = subprocess.run(
        ["sh", "-c", command],
        check=False,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        timeout=20,
    )
    assert done.returncode == 0, (command, done.stderr)
    method, target, headers, body = recorder.came
    assert (method, body) == (made.operation.method.upper(), made.body), command
    # The case of percent-encoded digits does not matter (RFC 3986, section 2.1).
    assert _ENCODED.sub(lambda found: found[0].upper(), target) == made.sent_target, command
    for name, value in made.sent_headers.items():
        assert headers[name.lower()] == value, command
    return command


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "it\'s \\"quoted\\" $HOME `id` \\\\ \xc3\xa9"}',
        b"@/etc/hostname",
        b"a" * 60_000,
        b"\x00\x01\xff" * 200,
        b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\x89PNG\r\n--x--\r\n",
        b"two\nlines \x1b[2J",
        b"&a=b+c%20d",
        b"",
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_the_curl_command_sends_the_whole_body(recorder: Recorder, body: bytes) -> None:
    assert pasted(recorder, call(body=body)).isprintable()


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_the_curl_command_sends_every_method(recorder: Recorder, method: str) -> None:
    pasted(recorder, call(method, "/things/a%20b?filter[name]={x}&q='$HOME'"))


def test_the_curl_command_sends_paths_and_headers_unchanged(recorder: Recorder) -> None:
    fields = {"X-Empty": "", "X-Odd": "a'b\"c $d", "Cookie": "a=b$c"}
    pasted(recorder, call("get", "/a/../b/./c", fields=fields))


def test_a_body_too_long_for_a_command_is_given_by_its_length() -> None:
    sample = call(body=b"a" * 70_000).as_curl("http://it")
    assert sample == "POST http://it/things with a body of 70,000 bytes, too long to show"


NAMED = credentials((), "", (f"query={FIRST}",), "", SCHEMES)
GIVEN: list[tuple[list[str], Credentials, dict[str, str]]] = [
    (["token"], credentials((), TOKEN, (), "", SCHEMES), {"CONTRACT_BEARER": TOKEN}),
    (["login"], credentials((), "", (), USER, SCHEMES), {"CONTRACT_BASIC": USER}),
    (["header"], credentials((), "", (FIRST,), "", SCHEMES), {"CONTRACT_API_KEY": FIRST}),
    (["query"], credentials((), "", (FIRST,), "", SCHEMES), {"CONTRACT_API_KEY": FIRST}),
    (["query"], NAMED, {"CONTRACT_API_KEY": f"query={FIRST}"}),
    (["query"], NAMED, {"CONTRACT_API_KEY": FIRST}),
    (
        ["header", "cookie", "token"],
        credentials((), TOKEN, (f"header={FIRST}", f"cookie={SECOND}"), "", SCHEMES),
        {"CONTRACT_API_KEY": f"header={FIRST}\ncookie={SECOND}", "CONTRACT_BEARER": TOKEN},
    ),
    ([], credentials((f"X-Own: {FIRST}",), "", (), "", SCHEMES), {"CONTRACT_HEADER": f"X-Own: {FIRST}"}),
    (
        [],
        credentials(("X-Own: 1 2", f"X-Other: {TOKEN}"), "", (), "", SCHEMES),
        {"CONTRACT_HEADER": f"X-Own: 1 2\nX-Other: {TOKEN}"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("schemes", "given", "environment"), GIVEN, ids=lambda value: str(value)[:40])
def test_the_curl_command_takes_credentials_from_the_environment(
    recorder: Recorder, schemes: list[str], given: Credentials, environment: dict[str, str]
) -> None:
    secured = operation(
        "/things",
        "post",
        security=[{scheme: [] for scheme in schemes}],
        parameters=[{"name": "a", "in": "cookie", "required": True, "schema": {"enum": ["b"]}}],
    )
    built = CallBuilder(secured, PayloadFactory(1), Random(1), given.secret(secured, SCHEMES)).build({})
    command = pasted(recorder, built, environment)
    for variable in environment:
        assert variable in command
    for secret in (TOKEN, USER, "pass $word", FIRST, SECOND):
        assert secret not in command
