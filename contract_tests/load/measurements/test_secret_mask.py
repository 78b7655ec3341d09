"""No output shows a credential, wherever it comes back, nor a control character."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from contract_tests.support.echoing_service import HANDED_OUT, TERMINAL, document, echoing_service
from contract_tests.support.processes import free_port, run
from load.measurements.findings import Fault, Finding
from load.measurements.secret_mask import Mask
from load.options.credentials import credentials
from load.printable import printable

TOKEN, KEY, OWN = "eyJ+tok/en=&?x", "ke-y&val+ue", "my own-secret"
MASK = credentials((f"X-Own: {OWN}",), TOKEN, (KEY,), "someone:pass/word", {}).mask
LOCUST = ("locust", "-f", "load/locustfile.py", "--headless", "-u", "2", "-r", "2", "-t", "3s")


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"Bearer {TOKEN}",
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="").lower().replace("eyj", "eyJ"),
        json.dumps({"a": TOKEN}),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(b"someone:pass/word").decode(),
        "user someone",
        "pass/word",
        "the start of it: " + TOKEN[:-3] + "…",
        f"/things?key={quote(KEY)}",
        "http://me:hidden@127.0.0.1:5000/x",
    ],
)
def test_secrets_are_hidden_however_they_are_written(text: str) -> None:
    shown = MASK(text)
    assert "***" in shown
    for secret in (TOKEN, TOKEN[:6], "someone", "pass/word", KEY, "hidden"):
        assert secret not in shown, shown


def test_short_and_unrelated_texts_are_kept() -> None:
    assert Mask(["k", "abc"])("k abc back") == "k abc back"
    assert MASK('{"name": "tok/en"} wor') == '{"name": "tok/en"} wor'


def test_tokens_that_a_service_hands_out_are_hidden() -> None:
    answer = '{"access_token": "a\\"b", "token_type": "bearer", "apiKey": "xyz", "name": "n", "password": "cu'
    assert Mask().answer(answer) == (
        '{"access_token": "***", "token_type": "bearer", "apiKey": "***", "name": "n", "password": "***'
    )
    assert Mask()(answer) == answer
    assert Mask().answer("access_token=abc&x=1") == "access_token=***&x=1"
    wrong = Finding(
        Fault.BROKEN_CONTRACT, "200 body /access_token", "type", '"abc" is no number', "x", '"abc"'
    )
    assert (wrong.masked(Mask()).found, wrong.masked(Mask()).detail) == ("***", "type")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x07\x7f\x85\x9b", r"\x07\x7f\x85\x9b"),
        ("\u202e\u2066\u200b\u2028\ufeff", r"\u202e\u2066\u200b\u2028\ufeff"),
        ("\ud800\ufffe\U000e0041", r"\ud800\ufffe\U000e0041"),
        ("Zoë 学 🎓 \\x1b", "Zoë 学 🎓 \\x1b"),
    ],
)
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


FORMS = (TOKEN, TOKEN[:7], quote(TOKEN, safe=""), base64.b64encode(TOKEN.encode()).decode().rstrip("="),
         KEY, quote(KEY, safe=""), OWN, quote(OWN), HANDED_OUT)  # fmt: skip


@pytest.mark.process
def test_no_output_contains_secrets_or_control_characters(tmp_path: Path) -> None:
    described = tmp_path / "echo.json"
    described.write_text(document())
    secrets = {"CONTRACT_BEARER": TOKEN, "CONTRACT_API_KEY": KEY, "CONTRACT_HEADER": f"X-Own: {OWN}"}
    port = str(free_port())
    with echoing_service() as url:
        for number, command in enumerate(
            (
                ("contract-load", "run", str(described), "-u", "2", "-t", "2s"),
                (*LOCUST, "--document", str(described)),
                (*LOCUST, "--document", str(described), "--processes", "2", "--master-bind-port", port,
                 "--master-port", port),
            )
        ):  # fmt: skip
            folder = tmp_path / str(number)
            done = run(*command, "--host", url, "--output", str(folder), environment=secrets)
            assert done.process.returncode == 1
            files = {path.name: path.read_text() for path in folder.iterdir()}
            assert files.keys() == {"results.json", "report.html", "junit.xml"}
            for name, text in {**files, "the output": done.output}.items():
                assert [form for form in FORMS if form in text] == [], (command, name)
            for place in ("/object", "/keys", "/number", "/secret", "/cut", "/things/{id}", "/odd"):
                assert f"GET {place}" in done.output, done.output
            assert "$CONTRACT_BEARER" in done.output
            assert "Traceback" not in done.output
            # Locust ends its tables with a control sequence of its own.
            printed = done.output.replace("\x1b[0m", "").replace("\n", "")
            assert [text for text in printed if not text.isprintable()] == [], command
            ElementTree.fromstring(files["junit.xml"])
            assert not any(
                character in files["report.html"] for character in ("\x1b", "\u202e", "\u2066", "\x85")
            )


@pytest.mark.process
def test_a_line_that_quotes_a_document_is_printable(tmp_path: Path) -> None:
    described = tmp_path / "odd.json"
    described.write_text(json.dumps({"openapi": f"9{TERMINAL}", "paths": {"/a": {}}}))
    for command in (("contract-load", "run", str(described)), (*LOCUST, "--document", str(described))):
        done = run(*command, "--host", "http://127.0.0.1:1")
        assert done.process.returncode == 1
        assert re.search(r"OpenAPI 9\\x1b\[2J", done.lines[-1]), done.output
        assert "\x1b" not in done.lines[-1]
