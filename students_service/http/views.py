"""Flask, for requests whose operation and values are already known."""

from collections.abc import Callable, Mapping
from typing import Any

import flask
from connexion.apps.abstract import AbstractApp
from connexion.apps.flask import FlaskApi, FlaskApp, FlaskASGIApp
from connexion.decorators.parameter import sanitized
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.operations import AbstractOperation
from connexion.utils import inspect_function_arguments
from flask.typing import ResponseReturnValue
from starlette.types import Scope
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from students_service.http.bridge import Bridge
from students_service.http.enforcement import ARGUMENTS
from students_service.http.threads import Threads

View = Callable[..., ResponseReturnValue]


class _Routed:
    """Stands in for werkzeug's MapAdapter when the route of a request is already known."""

    def __init__(self, rule: Rule, arguments: Mapping[str, Any]) -> None:
        self._route = rule, arguments

    def match(self, return_rule: bool = True) -> tuple[Rule, Mapping[str, Any]]:
        """The rule and the arguments, as MapAdapter.match returns them."""
        assert return_rule
        return self._route


class RoutedFlask(flask.Flask):
    """A Flask application that does not route a request again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules: dict[str, Rule] = {}

    def create_url_adapter(self, request: flask.Request | None) -> Any:
        """The known route of a request, or Flask's own adapter if it has none."""
        scope: Scope = request.environ.get("asgi.scope", {}) if request else {}
        routed = scope.get("extensions", {}).get(ROUTING_CONTEXT)
        if routed is None:
            return super().create_url_adapter(request)
        # Connexion names endpoints after operationIds, without the dots that Flask gives a meaning.
        endpoint = routed["operation_id"].replace(".", "_")
        return _Routed(self.rules[endpoint], scope["extensions"][ARGUMENTS])


class _Api(FlaskApi):
    """Registers the functions that Connexion has resolved, without its decorators.

    What these would find out for each request is already known.
    """

    def make_operation(self, operation: AbstractOperation) -> View:
        """The view of an operation: calls its function with the values that it has parameters for."""
        function = operation.function
        accepted, has_kwargs = inspect_function_arguments(function)
        names = [parameter["name"] for parameter in operation.parameters]
        arguments = {name: sanitized(name) for name in names} | {"body": "body"}
        passed = {name: own for name, own in arguments.items() if has_kwargs or own in accepted}

        def view(**values: Any) -> ResponseReturnValue:
            response: ResponseReturnValue = function(
                **{passed[name]: value for name, value in values.items() if name in passed}
            )
            return response

        return view


class _ASGIApp(FlaskASGIApp):
    """Connexion's Flask application, made of the classes above and our own bridge."""

    def __init__(self, import_name: str, threads: Threads) -> None:
        self.app = RoutedFlask(import_name, static_folder=None)
        # The contract's middleware answers errors with problem details.
        self.app.config.update(
            PROPAGATE_EXCEPTIONS=True, TRAP_BAD_REQUEST_ERRORS=True, TRAP_HTTP_EXCEPTIONS=True
        )
        self.asgi_app = Bridge(self.app.wsgi_app, threads)

    def add_api(self, specification: Any, *, name: str | None = None, **kwargs: Any) -> FlaskApi:
        """Register the operations of a document."""
        api = _Api(specification, **kwargs)
        self.app.register_blueprint(api.blueprint, name=name or api.blueprint.name)
        rules = self.app.url_map.iter_rules()
        self.app.rules.update({rule.endpoint.rpartition(".")[2]: rule for rule in rules})
        return api


class App(FlaskApp):
    """A Connexion application on Flask that runs in the given threads."""

    def __init__(self, import_name: str, threads: Threads, **options: Any) -> None:
        self._middleware_app = _ASGIApp(import_name, threads)
        # FlaskApp.__init__ would make another Flask application.
        AbstractApp.__init__(self, import_name, **options)
        self.app = self._middleware_app.app
        self.app.register_error_handler(HTTPException, self._http_exception)
