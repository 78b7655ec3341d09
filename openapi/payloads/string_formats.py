"""Formats of strings: their names, and the regular expressions of what strict parsers take.

The names are those of JSON Schema (2020-12 Validation, section 7.3), of the OpenAPI Format Registry and of
usual frameworks. Upper and lower case, hyphens, underscores and dots in a name make no difference.
"""

import re
from collections.abc import Mapping

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_GROUP = "[0-9a-f]{1,4}"
_IPV6 = f"{_GROUP}(:{_GROUP}){{7}}|({_GROUP}:){{1,5}}:{_GROUP}|::({_GROUP})?"
_DATE = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.([0-9]{3}|[0-9]{6}))?"
_ZONE = r"(Z|\+(0[0-9]|1[0-3]):(00|30)|-(0[1-9]|1[01]):00)"
_LABEL = "[a-z]([a-z0-9-]{0,50}[a-z0-9])?"
_HOST = rf"{_LABEL}(\.{_LABEL})*"
_SEGMENT = "[A-Za-z0-9_.-]+"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_INTEGER = "(0|-?[1-9][0-9]{0,%s})"
_NATURAL = "(0|[1-9][0-9]{0,%s})"
_BASE64 = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)"

_PATTERNS: Mapping[str, str] = {
    "email": rf"[a-z0-9]([a-z0-9.+_-]{{0,48}}[a-z0-9])?@({_LABEL}\.)+[a-z]{{2,9}}",
    "date": _DATE,
    "date-time": f"{_DATE}T{_TIME}{_ZONE}",
    "date-time-local": f"{_DATE}T{_TIME}",
    "time": f"{_TIME}{_ZONE}",
    "time-local": _TIME,
    "duration": "P([1-9][0-9]{0,2}D(T[1-9]H)?|T([1-9]H([1-9]M([1-9]S)?)?|[1-5]?[0-9]M|[1-9][0-9]{0,3}S))",
    "hostname": _HOST,
    "ipv4": _IPV4,
    "ipv6": _IPV6,
    "uri": rf"(https?://{_HOST}(/{_SEGMENT})*|[a-z][a-z0-9+.-]*:{_SEGMENT}(/{_SEGMENT})*)",
    "uri-reference": f"(https?://{_HOST})?(/{_SEGMENT})*/?",
    "uri-template": rf"/{_SEGMENT}(/({_SEGMENT}|\{{[a-z]+\}}))*",
    "json-pointer": f"(/{_SEGMENT})*",
    "relative-json-pointer": f"[0-9](/{_SEGMENT})*",
    "regex": "[a-z0-9]+",
    "uuid": _UUID % "[1-8]",
    **{f"uuid{version}": _UUID % version for version in (1, 3, 5, 6, 7, 8)},
    "ipv4network": rf"(10\.{_OCTET}\.0\.0/16|192\.168\.{_OCTET}\.0/24)",
    "ipv6network": "[0-9a-f]{4}(:[0-9a-f]{4}){3}::/64",
    "int8": "(0|-?[1-9][0-9]?|1[01][0-9]|12[0-7])",
    "int16": _INTEGER % 3,
    "int32": _INTEGER % 8,
    "int64": _INTEGER % 17,
    "uint8": _OCTET,
    "uint16": _NATURAL % 3,
    "uint32": _NATURAL % 8,
    "uint64": _NATURAL % 17,
    "double-int": _INTEGER % 14,
    "integer": _INTEGER % 8,
    "decimal": rf"-?{_NATURAL % 11}(\.[0-9]{{1,6}})?",
    "char": "[!-~]",
    "byte": _BASE64,
    "base64url": "([A-Za-z0-9_-]{4})+",
    "base32": "([A-Z2-7]{8})+",
    "hex": "([0-9a-f]{2})+",
    "hex-color": "#[0-9a-f]{6}",
    "md5": "[0-9a-f]{32}",
    "sha1": "[0-9a-f]{40}",
    "sha256": "[0-9a-f]{64}",
    "sha512": "[0-9a-f]{128}",
    "objectid": "[0-9a-f]{24}",
    "ulid": "[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "ksuid": "[01][A-Za-z0-9]{26}",
    "nanoid": "[A-Za-z0-9_-]{21}",
    "semver": r"(0|[1-9][0-9]?)(\.(0|[1-9][0-9]?)){2}",
    "slug": "[a-z0-9]+(-[a-z0-9]+)*",
    "phone": r"\+1(212|303|415|503|617|702|808|914)[2-9](0[0-9]|[2-9][0-9])[0-9]{4}",
    "year": "(19[5-9][0-9]|20[0-4][0-9])",
    "year-month": "(19[5-9][0-9]|20[0-4][0-9])-(0[1-9]|1[0-2])",
    "iso-week": "(19[5-9][0-9]|20[0-4][0-9])-W(0[1-9]|[1-4][0-9]|5[0-2])",
    "unixtime": "1[0-7][0-9]{8}",
    "media-range": r"(\*/\*|(text|image|audio|video)/(\*|[a-z]{3,8})|application/[a-z]{3,8})",
    "sf-boolean": r"\?[01]",
    "sf-integer": _INTEGER % 14,
    "sf-decimal": rf"-?{_NATURAL % 11}\.[0-9]{{1,3}}",
    "sf-string": '"[A-Za-z0-9 ,.-]*"',
    "sf-token": "[A-Za-z][A-Za-z0-9_.-]*",
    "sf-binary": f":({_BASE64})?:",
}  # fmt: skip

_ALIASES: Mapping[str, str] = {
    "idn-email": "email", "strict-email": "email", "datetime": "date-time", "rfc3339": "date-time",
    "iso8601": "date-time", "offset-date-time": "date-time", "iso-date": "date", "full-date": "date",
    "full-time": "time", "local-date-time": "date-time-local", "naive-date-time": "date-time-local",
    "partial-time": "time-local", "local-time": "time-local", "iso-time": "time-local", "local-date": "date",
    "timedelta": "duration", "time-delta": "duration", "iso-duration": "duration", "host": "hostname",
    "idn-hostname": "hostname", "domain": "hostname", "fqdn": "hostname", "ip": "ipv4", "ip-address": "ipv4",
    "ipvanyaddress": "ipv4", "ipv4address": "ipv4", "ipv6address": "ipv6", "ipvanynetwork": "ipv4network",
    "ipvanyinterface": "ipv4network", "ipv4interface": "ipv4network", "ipv6interface": "ipv6network",
    "cidr": "ipv4network", "url": "uri", "http-url": "uri", "any-url": "uri", "iri": "uri",
    "iri-reference": "uri-reference", "guid": "uuid", "uuid4": "uuid",
    "int": "int32", "long": "int64", "short": "int16",
    "bigint": "int64", "biginteger": "int64", "decimal128": "decimal",
    "bigdecimal": "decimal", "money": "decimal", "number": "decimal", "numeric": "decimal",
    "float": "decimal", "double": "decimal", "price": "decimal", "character": "char", "base64": "byte",
    "hexadecimal": "hex", "color": "hex-color", "colour": "hex-color", "mongoid": "objectid",
    "bson-objectid": "objectid", "sha-1": "sha1", "sha-256": "sha256", "e164": "phone", "tel": "phone",
    "phone-number": "phone", "telephone": "phone", "mobile": "phone", "version": "semver", "week": "iso-week",
    "yearmonth": "year-month", "month": "year-month", "unix-time": "unixtime", "epoch": "unixtime",
    "unix-timestamp": "unixtime", "timestamp": "date-time", "media-type": "media-range",
    "mimetype": "media-range", "mac": "mac-address", "time-zone": "timezone", "iana-timezone": "timezone",
    "tz": "timezone", "locale": "bcp47", "language-tag": "bcp47", "currency": "currency-code",
    "iso-4217": "currency-code", "country": "country-code", "iso-3166": "country-code", "path": "file-path",
    "filepath": "file-path", "directory-path": "file-path", "markdown": "commonmark",
    "credit-card": "payment-card-number", "isbn": "isbn13", "ean": "ean13",
}  # fmt: skip

# The formats that JSON Schema defines, so that validators check them.
CHECKED_FORMATS = (
    "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
    "uri", "uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer",
    "relative-json-pointer", "regex",
)  # fmt: skip


def _key(name: str) -> str:
    return re.sub(r"[-_. ]", "", name).lower()


_CANONICAL = {_key(alias): name for alias, name in _ALIASES.items()} | {
    _key(name): name for name in (*_PATTERNS, *_ALIASES.values())
}
_CHECKED_BY_KEY = {_key(name): name for name in CHECKED_FORMATS}


def canonical_format(name: str) -> str:
    """The usual name of a format that has several; other names stay as they are."""
    return _CANONICAL.get(_key(name), name)


def checked_format(name: str) -> str | None:
    """The name of a format as JSON Schema has it, for validators; None where it has no such format."""
    key = _key(name)
    return _CHECKED_BY_KEY.get(key) or _CHECKED_BY_KEY.get(_key(canonical_format(name)))


def format_pattern(name: str) -> str | None:
    """A regular expression for values of a format. It may leave out unusual ones; None where it has none."""
    pattern = _PATTERNS.get(canonical_format(name))
    return None if pattern is None else f"^({pattern})$"
