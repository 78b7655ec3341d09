"""Paths and methods: what Connexion's routing leaves to be put right for strict HTTP."""

from collections.abc import Iterable
from typing import Any

from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.routing import RoutingMiddleware
from flask import Flask
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router
from starlette.types import ASGIApp
from werkzeug.routing import BaseConverter

from openapi.operations import Operation
from students_service.enforcement import as_answer
from students_service.problems import Problem


class _AnySegment(Convertor[str]):
    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Integer(BaseConverter):
    """Converts what the contract has let through."""

    def to_python(self, value: str) -> int:
        return int(value)


class _Number(BaseConverter):
    """Converts what the contract has let through."""

    def to_python(self, value: str) -> float:
        return float(value)


def leave_types_to_the_contract(app: Flask) -> None:
    """Flask's part of what StrictRoutingMiddleware does."""
    app.url_map.converters.update({"int": _Integer, "float": _Number})


class StrictRoutingMiddleware(RoutingMiddleware):
    """Connexion's routing, without its redirects of paths that are not in the contract, and without
    its types of path parameters: `/students/abc` breaks the contract, and is told so.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        for name in ("int", "float"):
            register_url_convertor(name, _AnySegment())

    def add_api(self, specification: Any, *args: Any, **kwargs: Any) -> None:
        """Register the operations of a document."""
        super().add_api(specification, *args, **kwargs)
        for route in self.router.routes:
            if isinstance(route, Mount) and isinstance(route.app, Router):
                route.app.redirect_slashes = False


class Refusals:
    """Answers to what routing refuses: paths that are not there, methods that a path has not."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = tuple(operations)

    async def answer(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """404 or 405, the latter with every method in Allow; OPTIONS just tells them (RFC 9110,
        sections 9.3.7 and 15.5.6).
        """
        path = request.scope["path"]
        if isinstance(error, HTTPException) and error.status_code == 404:
            return as_response(Problem(404, f"there is nothing at {path}"))
        methods = {each.method.upper() for each in self._operations if each.match(path) is not None}
        # What is routed and no operation is Swagger UI or the document, there to be read.
        methods = methods or {"GET"}
        implied = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
        allow = {"Allow": ", ".join(sorted(methods | implied))}
        if request.method == "OPTIONS":
            return ConnexionResponse(status_code=204, headers=allow)
        return as_response(Problem(405, f"{request.method} is not a method of {path}", headers=allow))


def as_response(problem: Problem) -> ConnexionResponse:
    """A problem as Connexion's error handlers return it."""
    answer = as_answer(problem)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
    return ConnexionResponse(status_code=answer.status, headers=headers, body=answer.body)
