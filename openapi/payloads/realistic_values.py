"""Realistic values, by the name of a property or by its format. They are drawn from Faker once, as its calls
are far slower than a draw from a pool.
"""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from openapi.payloads.tuning import REALISTIC_VALUES, UNUSUAL_TIMES

if TYPE_CHECKING:
    from faker import Faker

_SUBJECTS = (
    "Architecture", "Biology", "Chemistry", "Computer Science", "Economics", "Geography", "History",
    "Law", "Linguistics", "Mathematics", "Mechanical Engineering", "Medicine", "Music", "Philosophy",
    "Physics", "Political Science", "Psychology", "Sociology", "Statistics", "Veterinary Medicine",
)  # fmt: skip

_ZONES = ("Z", "+00:00", "+02:00", "-05:30", ".123Z", ".123456+01:00")
_SHORTEST = {
    "email": ("a@b.co", "x@y.org"),
    "idn-email": ("a@b.co", "x@y.org"),
    "uri": ("a:b", "http://a", "urn:a:b", "tel:+1"),
    "iri": ("a:b", "http://a"),
    "url": ("http://a",),
    "uri-reference": ("a", "/", "#a"),
    "hostname": ("a", "b1", "x.y"),
    "ipv4": ("1.1.1.1", "0.0.0.0"),  # noqa: S104 - a value, not an address to bind to
    "ipv6": ("::", "::1", "1::2"),
    "duration": ("P1D", "PT1H", "P1Y2M3DT4H5M6S"),
    "json-pointer": ("", "/a"),
}

_Source = Callable[["Faker"], str]

_BY_FORMAT: Mapping[str, _Source] = {
    "email": lambda fake: fake.email(safe=True),
    "idn-email": lambda fake: fake.email(safe=True),
    "date": lambda fake: fake.date(),
    "date-time": lambda fake: fake.date_time().isoformat() + "Z",
    "time": lambda fake: fake.time() + "Z",
    "duration": lambda fake: f"P{fake.random_int(1, 60)}DT{fake.random_int(1, 23)}H",
    "uuid": lambda fake: fake.uuid4(),
    "uri": lambda fake: fake.url(),
    "url": lambda fake: fake.url(),
    "iri": lambda fake: fake.url(),
    "uri-reference": lambda fake: f"/{fake.slug()}",
    "hostname": lambda fake: fake.hostname(),
    "ipv4": lambda fake: fake.ipv4(),
    "ipv6": lambda fake: fake.ipv6(),
    "iri-reference": lambda fake: f"/{fake.slug()}",
    "uri-template": lambda fake: f"/{fake.slug()}/{{{fake.word()}}}",
    "idn-hostname": lambda fake: fake.hostname(),
    "json-pointer": lambda fake: f"/{fake.word()}/{fake.random_digit()}",
    "relative-json-pointer": lambda fake: f"{fake.random_digit()}/{fake.word()}",
    "regex": lambda fake: f"^{fake.word()}[0-9]+$",
    "byte": lambda fake: fake.pystr_format("????????????????"),
    "password": lambda fake: fake.password(16),
}

_BY_NAME: tuple[tuple[str, _Source], ...] = (
    (r"(given|first)_?name|fore_?name", lambda fake: fake.first_name()),
    (r"(family|last)_?name|sur_?name", lambda fake: fake.last_name()),
    (r"user_?name|login|handle", lambda fake: fake.user_name()),
    (r"(full|display|customer|contact|legal)_?name|author|owner", lambda fake: fake.name()),
    # One word: services that do not say so often refuse spaces in a name.
    (r"name", lambda fake: fake.last_name()),
    (r"(.*_)?e?mail(_address)?", lambda fake: fake.email(safe=True)),
    (
        r"(date_of_birth|birth_?da(y|te)|dob|born_on)",
        lambda fake: fake.date_of_birth(None, 17, 40).isoformat(),
    ),
    (r"(.*_)?(phone|mobile|tel|fax)(_number)?", lambda fake: fake.phone_number()),
    (r"(.*_)?(city|town)", lambda fake: fake.city()),
    (r"(.*_)?country_code", lambda fake: fake.country_code()),
    (r"(.*_)?country", lambda fake: fake.country()),
    (r"(.*_)?(street|address)(_?line)?_?[12]?", lambda fake: fake.street_address()),
    (r"(.*_)?(zip|postal|post)_?(code)?", lambda fake: fake.postcode()),
    (r"(.*_)?(company|organi[sz]ation|employer)(_name)?", lambda fake: fake.company()),
    (r"(.*_)?(job|occupation|position|role)", lambda fake: fake.job()),
    (r"(.*_)?(course|subject|major|programme?)", lambda fake: fake.random_element(_SUBJECTS)),
    (r"(.*_)?(iban)", lambda fake: fake.iban()),
    (r"(.*_)?(currency)(_code)?", lambda fake: fake.currency_code()),
    (r"(.*_)?(slug)", lambda fake: fake.slug()),
    (r"(.*_)?(title|headline|summary)", lambda fake: fake.sentence(5).rstrip(".")),
    (r"(.*_)?(description|comment|note|text|message|bio|body|content)s?", lambda fake: fake.sentence(10)),
    (r"(.*_)?(colou?r)", lambda fake: fake.color_name()),
    (r"(.*_)?(url|website|homepage|link)", lambda fake: fake.url()),
    (r"(.*_)?(tag|label|category|keyword)s?", lambda fake: fake.word()),
)
_NAMES = tuple((re.compile(pattern), source) for pattern, source in _BY_NAME)
# Text is not all ASCII: how a service handles other letters shows only when it gets some.
_NOT_ASCII: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(r"(given|first|family|last)_?name|fore_?name|sur_?name|full_?name|author"),
        ("Zoë", "José", "Łukasz", "Bjørn", "Ольга", "李雷", "Σοφία", "Nguyễn", "O'Connor", "المهدي"),
    ),
    (
        re.compile(
            r"(.*_)?(title|headline|summary|description|comment|note|text|message|bio|body|content)s?"
        ),
        ("Naïve café, 20 € – déjà vu.", "東京の学校について。", "Größe: ½ × 3 m", "Straße “Nord”, 2. Stock"),
    ),
)


class RealisticValues:
    """Pools of realistic values; the same seed gives the same pools."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pools: dict[_Source, tuple[str, ...]] = {}

    def by_name(self, name: str) -> tuple[str, ...]:
        """Values for a property of this name; none when the name says nothing."""
        words = _in_snake_case(name)
        pool = next((self._pool(source) for pattern, source in _NAMES if pattern.fullmatch(words)), ())
        others = next((texts for pattern, texts in _NOT_ASCII if pattern.fullmatch(words)), ())
        return (*pool, *others)

    def by_format(self, name: str) -> tuple[str, ...]:
        """Values of a format; none when the format is unknown."""
        source = _BY_FORMAT.get(name)
        return self._pool(source) if source else ()

    def unusual(self, name: str) -> tuple[str, ...]:
        """Values of a format that are valid but rare: very short, in capitals, in other years or time zones.
        They serve when no usual value satisfies the other rules.
        """
        if name in ("date", "date-time"):
            return tuple(self._time(name) for _ in range(UNUSUAL_TIMES))
        usual = self.by_format(name)
        return (*_SHORTEST.get(name, ()), *(value.upper() for value in usual))

    def _time(self, format_name: str) -> str:
        between = self._random.randint
        day = f"{between(1900, 2100)}-{between(1, 12):02}-{between(1, 28):02}"
        if format_name == "date":
            return day
        zone = self._random.choice(_ZONES)
        return f"{day}T{between(0, 23):02}:{between(0, 59):02}:{between(0, 59):02}{zone}"

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Plain words, for strings whose meaning is unknown."""
        return self._pool(lambda fake: fake.word())

    @cached_property
    def _faker(self) -> "Faker":
        from faker import Faker  # noqa: PLC0415 - it is slow to import, and a plan needs no values

        fake = Faker()
        fake.seed_instance(self._random.getrandbits(64))
        return fake

    def _pool(self, source: _Source) -> tuple[str, ...]:
        if source not in self._pools:
            drawn = (source(self._faker) for _ in range(REALISTIC_VALUES))
            self._pools[source] = tuple(dict.fromkeys(drawn))
        return self._pools[source]


def _in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", name).lower()
