"""Path items of OpenAPI documents in one line, such as `on("/orders", post=does(ORDER, NEW, "201"))`."""

from typing import Any

JSON = "application/json"
ID = {"type": "integer"}
TEXT = {"type": "string"}


def an_object(**properties: Any) -> Any:
    return {"type": "object", "properties": properties, "required": [*properties]}


def a_list(item: Any) -> Any:
    return {"type": "array", "items": item}


def does(
    answer: Any = None, body: Any = None, status: str = "200", parameters: Any = (), **more: Any
) -> dict[str, Any]:
    """An operation object that answers with a schema, and takes a body of another."""
    response = {
        "description": "fine",
        **({"content": {JSON: {"schema": answer}}} if answer is not None else {}),
    }
    request_body = {"requestBody": {"required": True, "content": {JSON: {"schema": body}}}} if body else {}
    described = [{"schema": TEXT, "in": "query", **parameter} for parameter in parameters]
    return {
        "responses": {status: response, "404": {"description": "gone"}},
        "parameters": described,
        **request_body,
        **more,
    }


def on(path: str, *names: str, kind: Any = ID, **methods: Any) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": kind} for name in names]
    return {path: {"parameters": parameters, **methods}}


def resource(name: str, new: Any, status: str = "201") -> dict[str, Any]:
    """The paths of entities that are created, read, replaced and deleted."""
    shown = {**new, "properties": {"id": ID, **new["properties"]}}
    return on(f"/{name}", post=does(shown, new, status)) | on(
        f"/{name}/{{id}}", "id", kind=ID, get=does(shown), put=does(shown, new), delete=does(status="204")
    )
