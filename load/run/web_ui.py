"""Locust's web UI: its port, and two tabs: what breaks the contract, and how the objectives stand."""

import os
import socket
from typing import Any

from flask import Flask, Response, json, request

from load.errors import LoadError
from load.judgement.objectives import outcomes
from load.printable import printable
from load.run.load import Load

_FINDINGS, _OBJECTIVES = "contract-findings", "contract-objectives"
_TABLES = {
    _FINDINGS: ("Contract findings", ("operation", "finding", "count", "detail")),
    _OBJECTIVES: ("Objectives", ("operation", "objective", "figure", "margin", "verdict")),
}


def check_port(host: str, port: int) -> None:
    """Raises LoadError when the web UI cannot listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise LoadError(
                f"the web UI cannot listen on port {port}: {reason}; give another with --web-port, or use "
                f"--headless"
            ) from None


def add_tabs(app: Flask, arguments: dict[str, Any], load: Load) -> None:
    """Add them to the app of Locust's web UI, whose page is made of `arguments`; what fills them comes with
    its own figures.
    """
    arguments["extended_tabs"] = [{"key": key, "title": title} for key, (title, _) in _TABLES.items()]
    arguments["extended_tables"] = [
        {"key": key, "structure": [{"key": each, "title": each.capitalize()} for each in columns]}
        for key, (_, columns) in _TABLES.items()
    ]

    @app.after_request
    def _with_contract(response: Response) -> Response:
        if request.path.endswith("/stats/requests") and response.is_json:
            told = [
                {"key": _FINDINGS, "data": findings(load)},
                {"key": _OBJECTIVES, "data": objectives(load)},
            ]
            response.set_data(json.dumps({**response.get_json(), "extended_stats": told}))
        return response


def findings(load: Load) -> list[dict[str, str]]:
    """A row for each finding."""
    return [
        {
            "operation": printable(label),
            "finding": str(finding),
            "count": str(count),
            "detail": f"expected {finding.expected}, found {finding.found}"
            if finding.expected or finding.found
            else finding.detail,
        }
        for label, each in load.results.operations.items()
        for finding, count in each.findings.most_common()
    ]


def objectives(load: Load) -> list[dict[str, str]]:
    """A row for each objective."""
    return [
        {
            "operation": printable(each.objective.label),
            "objective": str(each.objective),
            "figure": "no call" if each.figure is None else each.objective.shown(each.figure),
            "margin": "" if each.margin is None else f"{each.margin:.0%}",
            "verdict": f"{'✓' if each.holds else '✗' if each.is_broken else '–'} {each.word}",
        }
        for each in outcomes(load.objectives, load.results)
    ]
