"""The only wiring: settings → contract → storage → handlers → Connexion on Flask."""

import gc
import inspect
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from connexion.exceptions import InvalidSpecification
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware import ConnexionMiddleware
from connexion.middleware.request_validation import RequestValidationMiddleware
from connexion.middleware.response_validation import ResponseValidationMiddleware
from connexion.middleware.routing import RoutingMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from connexion.spec import Specification

from openapi.contract import Contract, ContractError
from openapi.operations import Operation
from openapi.routes import Routes
from students_service import logs, upgrades
from students_service.api import Api, compile_api, read_contract
from students_service.database import THREADS, check_reachable, connect, database_url
from students_service.enforcement import ContractMiddleware, Enforcement, as_problem
from students_service.errors import ServiceError
from students_service.handlers import Handlers
from students_service.routing import ContractRouting, Documentation, as_response, refusal
from students_service.settings import Settings, from_environment
from students_service.storage import Storage
from students_service.threads import Threads
from students_service.views import App

DOCUMENTATION = "/ui/"
DOCUMENT = "/openapi.json"
MAX_BODY_BYTES = 1024 * 1024
GC_THRESHOLD = 20_000


def create_app() -> App:
    """The application for `uvicorn --factory`, with its settings from environment variables.

    Ends the process with one line if it cannot be built.
    """
    try:
        settings = from_environment(os.environ)
        logs.configure(settings.log_level)
        return build_app(settings)
    except (ServiceError, ContractError) as error:
        raise SystemExit(f"students-service: {error}") from None


def create_worker() -> App:
    """The application for a worker of `students-service serve`.

    The worker ends with its parent: if it outlived it, the port would not be free at the next start.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with_parent, name="end-with-parent", daemon=True).start()
    return create_app()


def read_api(source: str) -> Api:
    """Read a document, and check that Connexion accepts it and that the handlers fit it.

    Raises ContractError if the document cannot be used, ServiceError if the handlers do not fit it.
    """
    contract = read_contract(source)
    try:
        Specification.load(contract.document)
    except InvalidSpecification as error:
        place = "/".join(str(key) for key in error.absolute_path) or "the top"
        raise ContractError(f"{source}: not valid OpenAPI, at {place}: {error.message}") from None
    api = compile_api(contract)
    _check_handlers(contract, api.operations)
    return api


def prepare_database(engine: sa.Engine, api: Api, upgrade: bool) -> None:
    """Upgrade a database to the document or, without `upgrade`, check that it needs no upgrade.

    Raises ServiceError if it cannot be reached, or cannot be used as it is.
    """
    check_reachable(engine)
    if upgrade:
        upgrades.apply(engine, api.metadata)
    else:
        upgrades.require_none(engine, api.metadata)


def build_app(settings: Settings) -> App:
    """Prepare the database and build the application. Raises ContractError and ServiceError."""
    api = read_api(settings.contract)
    lifetime = ExitStack()
    try:
        engine = connect(lifetime.enter_context(database_url(settings)))
        lifetime.callback(engine.dispose)
        prepare_database(engine, api, settings.upgrade)
        documentation = {"documentation": DOCUMENTATION, "contract": DOCUMENT}
        storage = Storage(engine, api.resource)
        handlers = Handlers(api.contract, api.operations, storage, documentation, settings.health_timeout)
        enforcement = Enforcement(
            operations=api.operations,
            max_body_bytes=api.contract.document.get("x-max-body-bytes", MAX_BODY_BYTES),
            timeout=settings.request_timeout,
        )
        return _wire(api.contract, handlers, enforcement, lifetime)
    except BaseException:
        lifetime.close()
        raise


def _check_handlers(contract: Contract, by_id: Mapping[str, Operation]) -> None:
    names = {name for name, _ in inspect.getmembers(Handlers, callable) if not name.startswith("_")}
    for operation_id in by_id.keys() - names:
        raise ServiceError(
            f"{contract.source}: {by_id[operation_id].label} names the operationId {operation_id!r}, "
            f"for which students_service/handlers.py has no method"
        )
    for name in names - by_id.keys():
        raise ServiceError(
            f"{contract.source}: no operation has the operationId {name!r}, for which "
            f"students_service/handlers.py has a method"
        )


def _wire(contract: Contract, handlers: Handlers, enforcement: Enforcement, lifetime: ExitStack) -> App:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        # What is compiled stays: the collector need not check it again while a page of rows is read.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        with lifetime:
            yield

    routes = Routes(enforcement.operations.values())
    app = App(
        __name__,
        Threads(THREADS),
        lifespan=lifespan,
        middlewares=_middlewares(enforcement, routes),
        resolver=Resolver(partial(getattr, handlers)),
        swagger_ui_options=SwaggerUIOptions(swagger_ui_path=DOCUMENTATION.rstrip("/"), spec_path=DOCUMENT),
    )
    app.add_api(contract.document)
    app.add_error_handler(Exception, _handle_exception)
    for status in (404, 405):
        app.add_error_handler(status, refusal)
    return app


def _middlewares(enforcement: Enforcement, routes: Routes) -> list[Any]:
    """Connexion's stack inside the log of requests, with two changes.

    Routing comes before the documentation, which answers only what is not routed. One middleware checks both
    requests and responses.
    """
    replaced = {
        SwaggerUIMiddleware: partial(ContractRouting, routes=routes),
        RoutingMiddleware: Documentation,
        RequestValidationMiddleware: partial(ContractMiddleware, enforcement=enforcement),
        ResponseValidationMiddleware: None,
    }
    stack = [replaced.get(default, default) for default in ConnexionMiddleware.default_middlewares]
    return [logs.RequestLog, *(middleware for middleware in stack if middleware is not None)]


async def _handle_exception(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    return as_response(as_problem(error))
