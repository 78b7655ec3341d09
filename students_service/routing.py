"""From a path to its operation, once per request."""

from collections.abc import Mapping
from typing import Any

from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.abstract import ROUTING_CONTEXT, SpecMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from openapi.routes import Routes
from students_service.enforcement import as_answer
from students_service.problems import Problem

_NOWHERE: Mapping[str, str | None] = {"api_base_path": None, "operation_id": None}


class ContractRouting(SpecMiddleware):
    """Takes the place of Connexion's routing: it tells what comes after it the operation in the way that
    Connexion does, and the texts of the path's parameters as Starlette does.
    """

    def __init__(self, app: ASGIApp, routes: Routes) -> None:
        self.app = app
        self.routes = routes
        self.base_path = ""

    def add_api(self, specification: Any, base_path: str | None = None, **_: Any) -> None:
        """Connexion tells under which path the document's own paths lie."""
        self.base_path = specification.base_path if base_path is None else base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with what it is for. Raises HTTPException for a method that a path has not."""
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
    """Swagger UI and the document, for what is no operation. Their paths are never redirected to."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is asked of the documentation, and pass all else on."""
        if scope["type"] == "http" and scope["extensions"][ROUTING_CONTEXT] is not _NOWHERE:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def refusal(request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
    """The answer to a path that is not there, or a method that a path has not: 404 or 405, the latter with
    every method in Allow; OPTIONS just tells them (RFC 9110, sections 9.3.7 and 15.5.6).
    """
    path = request.scope["path"]
    if error.status_code == 404:
        return as_response(Problem(404, f"there is nothing at {path}"))
    # What is there and no operation is Swagger UI or the document, there to be read.
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
