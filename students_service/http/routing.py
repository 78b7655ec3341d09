"""Finds the operation of a request, once per request."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.abstract import ROUTING_CONTEXT, SpecMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openapi.routes import Routes
from students_service.http.enforcement import as_answer
from students_service.problems import Problem

# Swagger UI has its script and its style within its page, and pictures within its style.
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'",
    ),
)
_NOWHERE: Mapping[str, str | None] = {"api_base_path": None, "operation_id": None}


class ContractRouting(SpecMiddleware):
    """Replaces Connexion's routing.

    It passes on the operation as Connexion does, and the text of path parameters as Starlette does.
    """

    def __init__(self, app: ASGIApp, routes: Routes) -> None:
        self.app = app
        self.routes = routes
        self.base_path = ""

    def add_api(self, specification: Any, base_path: str | None = None, **_: Any) -> None:
        """Connexion says under which base path the paths of the document are."""
        self.base_path = specification.base_path if base_path is None else base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its operation. Raises HTTPException if the path does not have the method."""
        if scope["type"] == "http":
            routed: Mapping[str, str | None] = _NOWHERE
            path: str = scope["path"]
            route = self.routes.find(path.removeprefix(self.base_path))
            if route is not None and path.startswith(self.base_path):
                operation = route.operation(scope["method"])
                if operation is None:
                    raise HTTPException(405, headers={"Allow": ", ".join(route.operations).upper()})
                routed = {"api_base_path": self.base_path, "operation_id": operation.operation_id}
                scope["path_params"] = route.texts
            scope.setdefault("extensions", {})[ROUTING_CONTEXT] = routed
        await self.app(scope, receive, send)


class Documentation(SwaggerUIMiddleware):
    """Serves Swagger UI and the document to requests that are not for an operation, without redirects."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer requests for the documentation, and pass all others on."""
        if scope["type"] == "http" and scope["extensions"][ROUTING_CONTEXT] is not _NOWHERE:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, partial(_send_guarded, send))


async def _send_guarded(send: Send, message: Message) -> None:
    """Send a page with what keeps browsers from running anything but Swagger UI in it."""
    if message["type"] == "http.response.start":
        message["headers"] = [*message.get("headers", ()), *_GUARDS]
    await send(message)


async def refusal(request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
    """The response to a path that does not exist (404), or a method that a path does not have (405).

    A 405 lists all methods in Allow, and so does the 204 to OPTIONS (RFC 9110, sections 9.3.7 and 15.5.6).
    """
    path = request.scope["path"]
    if error.status_code == 404:
        return as_response(Problem(404, f"there is nothing at {path}"))
    # A path that exists without an operation is Swagger UI or the document, which can be read.
    methods = {*(error.headers or {}).get("Allow", "GET").split(", "), "OPTIONS"}
    implied = {"HEAD"} if "GET" in methods else set()
    allow = {"Allow": ", ".join(sorted(methods | implied))}
    if request.method == "OPTIONS":
        return ConnexionResponse(status_code=204, headers=allow)
    return as_response(Problem(405, f"{request.method} is not a method of {path}", headers=allow))


def as_response(problem: Problem) -> ConnexionResponse:
    """A problem as Connexion's error handlers return it."""
    answer = as_answer(problem)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
    return ConnexionResponse(status_code=answer.status, headers=headers, body=answer.body)
