"""Content codings: how the content of an answer was packed for its way (RFC 9110, section 8.4.1)."""

import sys
import zlib
from collections.abc import Callable

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
_BLOCK_BYTES = 65_536
# A window that every client has room for (RFC 9659, section 3).
_ZSTD_WINDOW_LOG = 23


class Undecodable(Exception):
    """Content that is not what its coding says, or of a coding that is not known."""


def decoded(content: bytes, codings: str, at_most: int) -> bytes:
    """Content without the codings of a Content-Encoding field, in the reverse of the order in which they were
    applied; at most so many bytes at any time. Raises Undecodable, which says what is wrong.
    """
    for each in reversed(codings.lower().split(",")):
        name = each.strip()
        decode = _DECODERS.get(name)
        if decode is None:
            raise Undecodable(f"the content coding {name!r} is not known; {ACCEPTED} were asked for")
        try:
            content = decode(content, at_most)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Undecodable(f"the content is not {name} as the answer says: {_shown(error)}") from None
        if len(content) > at_most:
            raise Undecodable(f"the content has no end within {at_most} bytes once {name} is decoded")
    return content


def _shown(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _identity(content: bytes, _: int) -> bytes:
    return content


def _gzip(content: bytes, at_most: int) -> bytes:
    """Of one or several members (RFC 1952, section 2.2)."""
    found = b""
    while content and len(found) <= at_most:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        found += _inflated(member, content, at_most + 1 - len(found))
        content = member.unused_data
    return found


def _deflate(content: bytes, at_most: int) -> bytes:
    """With the header of zlib, or without, as some send it (RFC 9110, section 8.4.1.2)."""
    try:
        return _inflated(zlib.decompressobj(), content, at_most + 1)
    except zlib.error:
        return _inflated(zlib.decompressobj(-zlib.MAX_WBITS), content, at_most + 1)


def _inflated(decompressor: "zlib._Decompress", content: bytes, at_most: int) -> bytes:
    found = decompressor.decompress(content, at_most)
    if not decompressor.eof and len(found) < at_most:
        raise EOFError("it ends too early")
    return found


def _brotli(content: bytes, at_most: int) -> bytes:
    decompressor = brotli.Decompressor()
    blocks = [decompressor.process(content, output_buffer_limit=_BLOCK_BYTES)]
    size = len(blocks[0])
    while not decompressor.is_finished() and size <= at_most:
        block = decompressor.process(b"", output_buffer_limit=_BLOCK_BYTES)
        if not block and decompressor.can_accept_more_data():
            raise EOFError("it ends too early")
        blocks.append(block)
        size += len(block)
    return b"".join(blocks)


def _zstd(content: bytes, at_most: int) -> bytes:
    """Of one or several frames (RFC 8878, section 3)."""
    found = b""
    while content and len(found) <= at_most:
        frame = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        found += frame.decompress(content, at_most + 1 - len(found))
        if not frame.eof and len(found) <= at_most:
            raise EOFError("it ends too early")
        content = frame.unused_data
    return found


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "identity": _identity,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
