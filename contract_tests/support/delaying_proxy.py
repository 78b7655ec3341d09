"""A TCP proxy that delays all data, run as a process.

python -m contract_tests.support.delaying_proxy --to PORT --delay-ms 40

Prints its port.
"""

import argparse
import asyncio


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    try:
        while block := await reader.read(65_536):
            await asyncio.sleep(delay_s)
            writer.write(block)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--delay-ms", type=float, required=True)
    arguments = parser.parse_args()
    delay_s = arguments.delay_ms / 1000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", arguments.to)
        await asyncio.gather(_pass_on(reader, to_writer, delay_s), _pass_on(to_reader, writer, delay_s))

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
