"""Decodes content codings, such as gzip (RFC 9110, section 8.4.1)."""

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
# The largest window that every client must support: 8 MiB (RFC 9659, section 3).
_ZSTD_WINDOW_LOG = 23


class Undecodable(Exception):
    """Content that does not match its coding, or whose coding is not supported."""


def decode(content: bytes, codings: str, at_most: int) -> bytes:
    """Remove the codings of a Content-Encoding field from content, in the reverse of the order in which they
    were applied. No step may give more than `at_most` bytes.

    Raises Undecodable, which says what is wrong.
    """
    for coding in reversed(codings.lower().split(",")):
        name = coding.strip()
        decoder = _DECODERS.get(name)
        if decoder is None:
            raise Undecodable(f"the content coding {name!r} is not known; only {ACCEPTED} were accepted")
        try:
            content = decoder(content, at_most)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Undecodable(f"the content is not {name} as the answer says: {_reason(error)}") from None
        if len(content) > at_most:
            raise Undecodable(f"the content has no end within {at_most} bytes once {name} is decoded")
    return content


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _identity(content: bytes, _: int) -> bytes:
    return content


def _gzip(content: bytes, at_most: int) -> bytes:
    """Decode one or several members (RFC 1952, section 2.2)."""
    result = b""
    while content and len(result) <= at_most:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        result += _inflate(member, content, at_most + 1 - len(result))
        content = member.unused_data
    return result


def _deflate(content: bytes, at_most: int) -> bytes:
    """Decode deflate with the zlib header, or without it, as some services send it (RFC 9110, section
    8.4.1.2).
    """
    try:
        return _inflate(zlib.decompressobj(), content, at_most + 1)
    except zlib.error:
        return _inflate(zlib.decompressobj(-zlib.MAX_WBITS), content, at_most + 1)


def _inflate(decompressor: "zlib._Decompress", content: bytes, at_most: int) -> bytes:
    result = decompressor.decompress(content, at_most)
    if not decompressor.eof and len(result) < at_most:
        raise EOFError("it ends too early")
    return result


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
    """Decode one or several frames (RFC 8878, section 3)."""
    result = b""
    while content and len(result) <= at_most:
        frame = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        result += frame.decompress(content, at_most + 1 - len(result))
        if not frame.eof and len(result) <= at_most:
            raise EOFError("it ends too early")
        content = frame.unused_data
    return result


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "identity": _identity,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
