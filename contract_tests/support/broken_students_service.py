"""Students services that are broken on purpose. They alter answers after the service's own checks, which
would prevent it.
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from students_service.app import create_app

Change = Callable[[Scope, bytes, int, bytes], tuple[int, bytes]]


def without_a_field() -> ASGIApp:
    """Answers lack a required property."""

    def change(scope: Scope, _request: bytes, status: int, body: bytes) -> tuple[int, bytes]:
        if status != 200 or not scope["path"].startswith("/students/"):
            return status, body
        student = json.loads(body)
        del student["email"]
        return status, json.dumps(student).encode()

    return _altered(change)


def with_an_undocumented_status() -> ASGIApp:
    """The health check is answered with an undocumented status."""

    def change(scope: Scope, _request: bytes, status: int, body: bytes) -> tuple[int, bytes]:
        return (218 if (scope["path"], status) == ("/health", 200) else status, body)

    return _altered(change)


def failing_on_a_boundary() -> ASGIApp:
    """The largest valid year is answered with a server error."""

    def change(_scope: Scope, request: bytes, status: int, body: bytes) -> tuple[int, bytes]:
        valid = status in (201, 409)
        return (500, body) if valid and json.loads(request)["year"] == 8 else (status, body)

    return _altered(change)


def keeping_what_is_deleted() -> ASGIApp:
    """Deletions are acknowledged, but not carried out."""
    app = create_app()

    async def lying(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "DELETE":
            await app(scope, receive, send)
            return
        answers: list[Message] = []

        async def keep(message: Message) -> None:
            answers.append(message)

        await app({**scope, "method": "GET"}, receive, keep)
        if answers[0]["status"] == 200:
            headers = [(b"x-request-id", b"1")]
            answers = [
                {"type": "http.response.start", "status": 204, "headers": headers},
                {"type": "http.response.body"},
            ]
        for answer in answers:
            await send(answer)

    return lying


def _altered(change: Change) -> ASGIApp:
    app = create_app()

    async def altered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request = bytearray()
        start: dict[str, Any] = {}
        body = bytearray()

        async def listening() -> Message:
            message = await receive()
            request.extend(message.get("body", b""))
            return message

        async def altering(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                status, content = change(scope, bytes(request), start["status"], bytes(body))
                headers = [header for header in start["headers"] if header[0] != b"content-length"]
                await send({**start, "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": content})

        await app(scope, listening, altering)

    return altered
