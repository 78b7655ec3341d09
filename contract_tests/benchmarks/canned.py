"""A service that answers every operation at once with the same valid answer, so that only the client is
measured.
"""

import asyncio
import sys
from collections.abc import Iterator

import orjson

from openapi.contract import load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.payloads import PayloadFactory

COUNT = b"/how-many-so-far"


def answer(operation: Operation, payloads: PayloadFactory) -> bytes:
    """A valid successful answer of an operation, as the bytes on the wire."""
    key, response = next(
        (key, response) for key, response in operation.responses.items() if key.startswith("2")
    )
    lines = [f"HTTP/1.1 {key} Fine"]
    content = b""
    for media_type, schema in response.content.items():
        content = orjson.dumps(payloads.generator(schema)())
        lines.append(f"Content-Type: {media_type}")
        break
    required = [header for header in response.headers.values() if header.required]
    lines += [
        f"{header.name}: {header.write(payloads.generator(header.schema, header.name)())}"
        for header in required
    ]
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join((*lines, "", "")).encode() + content


class Canned:
    """The answers of one document."""

    def __init__(self, document: str) -> None:
        payloads = PayloadFactory(1)
        self._answered = 0
        self._known = [
            (operation, answer(operation, payloads)) for operation in read_operations(load_contract(document))
        ]

    def answer(self, head: bytes) -> bytes:
        """The answer to a request."""
        method, target, _ = head.split(b" ", 2)
        if target == COUNT:
            return b"HTTP/1.1 200 Fine\r\nContent-Length: 12\r\n\r\n%12d" % self._answered
        self._answered += 1
        path, name = target.partition(b"?")[0].decode(), method.decode().lower()
        return next(
            reply
            for example, reply in self._known
            if example.method == name and example.match(path) is not None
        )


class _Connection(asyncio.Protocol):
    def __init__(self, canned: Canned) -> None:
        self._canned = canned
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        for head in self._requests():
            self._transport.write(self._canned.answer(head))

    def _requests(self) -> Iterator[bytes]:
        head, end, rest = self._received.partition(b"\r\n\r\n")
        _, has_length, length = head.lower().partition(b"content-length: ")
        if end and len(rest) >= (int(length.partition(b"\r\n")[0]) if has_length else 0):
            self._received = b""
            yield head


async def serve(document: str) -> None:
    """Serve on a free port, which is printed as the first line."""
    canned = Canned(document)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(canned), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
