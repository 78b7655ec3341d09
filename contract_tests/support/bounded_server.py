"""An ASGI application behind our protocol, in a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from students_service.http.protocol import BoundedProtocol

PATIENCE_S = 20


@contextmanager
def bounded_server(app: ASGIApp, state: Mapping[str, Any]) -> Iterator[int]:
    """The port of a server for an application whose lifespan has a state."""
    listening = threading.Event()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        scope["state"].update(state)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            listening.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            with_state, http=BoundedProtocol, ws="none", log_config=None, timeout_graceful_shutdown=1
        )
        server = Server(config)
        thread = threading.Thread(target=asyncio.run, args=(server.serve([listener]),))
        port: int = listener.getsockname()[1]
        thread.start()
        try:
            assert listening.wait(PATIENCE_S)
            yield port
        finally:
            server.should_exit = True
            thread.join()
