"""Realistic values of formats, by the usual name of the format."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from openapi.payloads.realistic_times import clock_time, day, http_date, offset

if TYPE_CHECKING:
    from faker import Faker

Source = Callable[["Faker"], str]

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ja", "zh", "ko", "ar", "hi")
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "INR", "BRL")
_LOCALES = ("en-US", "en-GB", "de-DE", "de-AT", "fr-FR", "fr-CA", "es-ES", "pt-BR", "nl-NL", "ja-JP", "zh-CN")


def _base64(fake: "Faker") -> str:
    return base64.b64encode(fake.random.randbytes(fake.random_int(1, 60))).decode()


def _base64url(fake: "Faker") -> str:
    """Octets in threes, which need no padding: some parsers want it, and others refuse it."""
    return base64.urlsafe_b64encode(fake.random.randbytes(3 * fake.random_int(1, 20))).decode()


def _date_time(fake: "Faker") -> str:
    return f"{day(fake.random)}T{clock_time(fake.random)}{offset(fake.random)}"


def _duration(fake: "Faker") -> str:
    number = fake.random_int
    return (
        f"P{number(1, 60)}D",
        f"PT{number(1, 90)}M",
        f"PT{number(1, 23)}H{number(1, 59)}M",
        f"PT{number(1, 5_000)}S",
        f"P{number(1, 60)}DT{number(1, 23)}H{number(1, 59)}M{number(1, 59)}S",
    )[number(0, 4)]


def _token(fake: "Faker") -> str:
    """A JSON Web Token (RFC 7519) with a signature of no key."""
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"%d"}' % fake.random_int(), fake.random.randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _decimal(fake: "Faker") -> str:
    return f"{fake.random_int(-99_999, 999_999) / 100:.2f}"


def _of_a_network(fake: "Faker") -> str:
    return f"10.{fake.random_int(0, 255)}.{fake.random_int(0, 255)}.{fake.random_int(1, 254)}"


BY_FORMAT: Mapping[str, Source] = {
    "email": lambda fake: fake.email(safe=True),
    "name-email": lambda fake: f"{fake.first_name()} <{fake.email(safe=True)}>",
    "date": lambda fake: day(fake.random).isoformat(),
    "date-time": _date_time,
    "date-time-local": lambda fake: f"{day(fake.random)}T{clock_time(fake.random)}",
    "time": lambda fake: clock_time(fake.random) + offset(fake.random),
    "time-local": lambda fake: clock_time(fake.random),
    "http-date": lambda fake: http_date(fake.random),
    "duration": _duration,
    "timezone": lambda fake: fake.timezone(),
    "uri": lambda fake: f"{fake.url()}{fake.uri_path()}",
    "uri-reference": lambda fake: f"/{fake.slug()}",
    "uri-template": lambda fake: f"/{fake.slug()}/{{{fake.word()}}}",
    "hostname": lambda fake: fake.hostname(),
    "ipv4": lambda fake: fake.ipv4() if fake.random_int(0, 1) else _of_a_network(fake),
    "ipv6": lambda fake: fake.ipv6(),
    "mac-address": lambda fake: fake.mac_address(),
    "json-pointer": lambda fake: f"/{fake.word()}/{fake.random_digit()}",
    "relative-json-pointer": lambda fake: f"{fake.random_digit()}/{fake.word()}",
    "regex": lambda fake: f"^{fake.word()}[0-9]+$",
    "byte": _base64,
    "base64url": _base64url,
    "password": lambda fake: fake.password(16),
    "decimal": _decimal,
    "sf-binary": lambda fake: f":{_base64(fake)}:",
    "sf-string": lambda fake: f'"{fake.word()}"',
    "sf-token": lambda fake: fake.word(),
    "media-range": lambda fake: fake.mime_type(),
    "html": lambda fake: f"<p>{fake.sentence(8)}</p>",
    "commonmark": lambda fake: f"**{fake.word()}** {fake.sentence(8)}",
    "json": lambda fake: json.dumps({fake.word(): fake.random_int()}),
    "json-string": lambda fake: json.dumps({fake.word(): fake.random_int()}),
    "xml": lambda fake: f"<{(word := fake.word())}>{fake.random_int()}</{word}>",
    "jwt": _token,
    "slug": lambda fake: fake.slug(),
    "hex-color": lambda fake: fake.hex_color(),
    "bcp47": lambda fake: fake.random_element(_LOCALES),
    "language": lambda fake: fake.random_element(_LANGUAGES),
    "currency-code": lambda fake: fake.random_element(_CURRENCIES),
    "country-code": lambda fake: fake.country_code(),
    "file-path": lambda fake: fake.file_path(),
    "payment-card-number": lambda fake: fake.credit_card_number("visa"),
    "iban": lambda fake: fake.iban(),
    "bic": lambda fake: fake.swift(),
    "isbn13": lambda fake: fake.isbn13(""),
    "ean13": lambda fake: fake.ean13(),
    "cron": lambda fake: f"{fake.random_int(0, 59)} {fake.random_int(0, 23)} * * {fake.random_int(0, 6)}",
}  # fmt: skip
