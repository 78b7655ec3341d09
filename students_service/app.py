"""The only wiring: settings → contract → storage → handlers → Connexion on Flask."""

import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
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
from connexion.middleware.security import SecurityMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from connexion.spec import Specification

from openapi.contract import Contract, ContractError
from openapi.routes import Routes
from students_service import logs
from students_service.access.key_lookup import KeyLookup, reading
from students_service.access.keys import key_table
from students_service.access.operation_access import read_access
from students_service.api import Api, compile_api, read_contract
from students_service.database import upgrades
from students_service.database.engine import (
    STATEMENT_TIMEOUT_MS,
    THREADS,
    check_reachable,
    connect,
    database_url,
)
from students_service.document.promises import promises_not_kept
from students_service.errors import ServiceError
from students_service.faults import fault_of
from students_service.handlers.operation_handlers import check_handlers, handlers
from students_service.handlers.service_handlers import ServiceHandlers
from students_service.http.connections import CONNECTIONS, Connections, most_connections
from students_service.http.enforcement import ContractMiddleware, Enforcement, as_problem
from students_service.http.routing import ContractRouting, Documentation, as_response, refusal
from students_service.http.shedding import SHEDDING, Shedding
from students_service.http.threads import Threads
from students_service.http.views import App
from students_service.observation.observers import Observers, observers
from students_service.observation.sources import Sources
from students_service.rows.executor import Executor
from students_service.rows.storage import Database
from students_service.settings import Settings, from_environment
from students_service.turns import Lanes

DOCUMENTATION = "/ui/"
DOCUMENT = "/openapi.json"
MAX_BODY_BYTES = 1024 * 1024
GC_THRESHOLD = 20_000

logger = logging.getLogger(__name__)


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


def read_api(source: str, overlays: Sequence[str] = ()) -> Api:
    """Read a document with overlays, and check that Connexion accepts it and that the handlers fit it.

    Raises ContractError if the document cannot be used, ServiceError if the handlers do not fit it.
    """
    contract = read_contract(source, overlays)
    try:
        Specification.load(contract.document)
    except InvalidSpecification as error:
        raise ContractError(f"{source}: not valid OpenAPI, at {fault_of(error)}") from None
    api = compile_api(contract)
    check_handlers(api)
    if any(access.security for access in read_access(contract, api.operations).values()):
        key_table(api.metadata)
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
    api = read_api(settings.contract, settings.overlay)
    for note in (*api.contract.notes, *promises_not_kept(api.actions.values())):
        logger.warning("%s", note)
    lifetime = ExitStack()
    try:
        engine = connect(lifetime.enter_context(database_url(settings)))
        lifetime.callback(engine.dispose)
        prepare_database(engine, api, settings.upgrade)
        documentation = {"documentation": DOCUMENTATION, "contract": DOCUMENT}
        # Nobody waits for a statement longer, and PostgreSQL ends it before, unless it is stuck itself.
        longest = min(settings.request_timeout, STATEMENT_TIMEOUT_MS / 1000) + 2
        executor = Executor(engine, api.metadata, longest)
        about = ServiceHandlers(api.contract, Database(executor), documentation, settings.health_timeout)
        enforcement = Enforcement(
            operations=api.operations,
            max_body_bytes=api.contract.document.get("x-max-body-bytes", MAX_BODY_BYTES),
            lanes=Lanes(settings.turn_timeout, api.actions.keys()),
            access=read_access(api.contract, api.operations),
            find_key=KeyLookup(reading(engine)).find,
        )
        seen_by = observers(settings, os.environ, lifetime)
        threads = Threads(THREADS, settings.request_timeout)
        find = handlers(api, executor, about)
        return _wire(api.contract, find, enforcement, threads, seen_by, engine, lifetime)
    except BaseException:
        lifetime.close()
        raise


def _wire(
    contract: Contract,
    find: Callable[[str], Any],
    enforcement: Enforcement,
    threads: Threads,
    seen_by: Observers,
    engine: sa.Engine,
    lifetime: ExitStack,
) -> App:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[Mapping[str, Any]]:
        # What is compiled stays: the collector need not check it again while a page of rows is read.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        connections = Connections(most_connections())
        with lifetime:
            async with seen_by.looking_at(Sources(enforcement.lanes, shedding, connections, engine)):
                yield {SHEDDING: shedding, CONNECTIONS: connections}

    routes = Routes(enforcement.operations.values())
    shedding = Shedding(enforcement.lanes, routes, Specification.load(contract.document).base_path)
    app = App(
        __name__,
        threads,
        lifespan=lifespan,
        middlewares=_middlewares(enforcement, routes, seen_by),
        resolver=Resolver(find),
        swagger_ui_options=SwaggerUIOptions(swagger_ui_path=DOCUMENTATION.rstrip("/"), spec_path=DOCUMENT),
    )
    app.add_api(contract.document)
    app.add_error_handler(Exception, _handle_exception)
    for status in (404, 405):
        app.add_error_handler(status, refusal)
    return app


def _middlewares(enforcement: Enforcement, routes: Routes, seen_by: Observers) -> list[Any]:
    """Connexion's stack inside the log of requests and what else observes them, with two changes.

    Routing comes before the documentation, which answers only what is not routed. One middleware checks
    credentials, requests and responses.
    """
    replaced = {
        SwaggerUIMiddleware: partial(ContractRouting, routes=routes),
        RoutingMiddleware: Documentation,
        SecurityMiddleware: None,
        RequestValidationMiddleware: partial(ContractMiddleware, enforcement=enforcement),
        ResponseValidationMiddleware: None,
    }
    stack = [replaced.get(default, default) for default in ConnexionMiddleware.default_middlewares]
    kept = (middleware for middleware in stack if middleware is not None)
    return [logs.RequestLog, *seen_by.middlewares, *kept]


async def _handle_exception(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    return as_response(as_problem(error))
