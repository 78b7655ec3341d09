"""Content codings of answers are decoded, and undecodable content is reported."""

import gzip
import sys
import zlib

import brotli
import pytest

from load.calls.codings import ACCEPTED, Undecodable, decode

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b'{"ok": true}' * 1000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
WRITTEN = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstd.compress(TEXT),
}
ENOUGH = len(TEXT)


def test_every_accepted_coding_is_decoded() -> None:
    assert WRITTEN.keys() == set(ACCEPTED.split(", "))
    for coding, content in WRITTEN.items():
        assert decode(content, coding, ENOUGH) == TEXT


@pytest.mark.parametrize(
    ("codings", "content"),
    [
        ("identity", TEXT),
        ("X-GZIP", WRITTEN["gzip"]),
        ("gzip", gzip.compress(TEXT[:5], mtime=0) + gzip.compress(TEXT[5:], mtime=0)),
        ("zstd", zstd.compress(TEXT[:5]) + zstd.compress(TEXT[5:])),
        ("deflate", RAW.compress(TEXT) + RAW.flush()),
        ("gzip, br", brotli.compress(WRITTEN["gzip"])),
        ("br , zstd", zstd.compress(WRITTEN["br"])),
    ],
    ids=["none", "its old name", "two members", "two frames", "no header", "two codings", "with spaces"],
)
def test_codings_are_decoded_however_they_are_written(codings: str, content: bytes) -> None:
    assert decode(content, codings, ENOUGH) == TEXT


@pytest.mark.parametrize("coding", WRITTEN)
def test_content_that_is_not_in_its_coding_is_undecodable(coding: str) -> None:
    for content in (TEXT, WRITTEN[coding][:-5], WRITTEN[coding][: len(WRITTEN[coding]) // 2]):
        with pytest.raises(Undecodable, match=rf"^the content is not {coding} as the answer says: \w"):
            decode(content, coding, ENOUGH)


@pytest.mark.parametrize("coding", WRITTEN)
def test_content_that_grows_beyond_the_limit_is_undecodable(coding: str) -> None:
    with pytest.raises(Undecodable, match=f"no end within {ENOUGH - 1} bytes once {coding} is decoded"):
        decode(WRITTEN[coding], coding, ENOUGH - 1)


def test_a_coding_that_was_not_accepted_is_undecodable() -> None:
    message = "'compress' is not known; only gzip, deflate, br, zstd were accepted"
    with pytest.raises(Undecodable, match=message):
        decode(TEXT, "compress", ENOUGH)
