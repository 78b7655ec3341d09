"""The smallest files of some media types, for services that look into what they are sent."""

import base64
from collections.abc import Mapping

from openapi import media_types

_SAMPLES: Mapping[str, str] = {
    "image/png": (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
    "image/gif": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "application/zip": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==",
    "application/gzip": "H4sIAAAAAAAAAwMAAAAAAAAAAAA=",
    "audio/wav": "UklGRiYAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQIAAAAAAA==",
}
_TEXTS: Mapping[str, str] = {
    "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "application/pdf": (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ),
}


def sample_file(media_type: str) -> bytes | None:
    """A file of a media type; None when there is none here."""
    name = media_types.essence(media_type)
    if name in _TEXTS:
        return _TEXTS[name].encode()
    return base64.b64decode(_SAMPLES[name]) if name in _SAMPLES else None
