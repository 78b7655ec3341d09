"""Realistic values of properties and parameters, by their name."""

import re
from collections.abc import Mapping

from openapi.payloads.realistic_formats import Source
from openapi.payloads.realistic_times import birthday

_SUBJECTS = (
    "Architecture", "Biology", "Chemistry", "Computer Science", "Economics", "Geography", "History",
    "Law", "Linguistics", "Mathematics", "Mechanical Engineering", "Medicine", "Music", "Philosophy",
    "Physics", "Political Science", "Psychology", "Sociology", "Statistics", "Veterinary Medicine",
)  # fmt: skip
_LONG_TEXT = "(.*_)?(description|comment|note|text|message|bio|body|content)s?"

# The values of a name: drawn from Faker, or those of a format.
_SOURCES: Mapping[str, Source | str] = {
    "(given|first)_?name|fore_?name": lambda fake: fake.first_name(),
    "(family|last)_?name|sur_?name": lambda fake: fake.last_name(),
    "user_?name|login|handle": lambda fake: fake.user_name(),
    "(full|display|customer|contact|legal)_?name|author|owner": lambda fake: fake.name(),
    # One word: services that do not say so often refuse spaces in a name.
    "name": lambda fake: fake.last_name(),
    "(.*_)?e?mail(_address)?": "email",
    "date_of_birth|birth_?da(y|te)|dob|born_on": lambda fake: birthday(fake.random).isoformat(),
    "(.*_)?(created|updated|modified|deleted|expires|starts|ends)(_?(at|time|on))?": "date-time",
    "(.*_)?(at|(date|time)?_?timestamp|date_?time)": "date-time",
    "(.*_)?date": "date",
    "(.*_)?(time_?zone|tz)": "timezone",
    "(.*_)?(phone|mobile|tel|fax)(_(number|no))?|(.*_)?phonenumber": "phone",
    "(.*_)?(host_?name|fqdn|domain)": "hostname",
    "(.*_)?(ip|ip_?v?4?_?addr(ess)?|ip_?v?4)|(remote|client)_addr(ess)?": "ipv4",
    "(.*_)?ip_?v?6(_?addr(ess)?)?": "ipv6",
    "(.*_)?cidr|(.*_)?subnet": "ipv4network",
    "(.*_)?mac(_?addr(ess)?)?": "mac-address",
    "(.*_)?city|(.*_)?town": lambda fake: fake.city(),
    "(.*_)?country_?(code|iso)": "country-code",
    "(.*_)?country": lambda fake: fake.country(),
    "(.*_)?(street|address)(_?line)?_?[12]?": lambda fake: fake.street_address(),
    "(.*_)?(zip|postal|post)_?(code)?": lambda fake: fake.postcode(),
    "(.*_)?(company|organi[sz]ation|employer)(_name)?": lambda fake: fake.company(),
    "(.*_)?(job|occupation|position|role)": lambda fake: fake.job(),
    "(.*_)?(course|subject|major|programme?)": lambda fake: fake.random_element(_SUBJECTS),
    "(.*_)?iban": "iban",
    "(.*_)?(bic|swift)(_code)?": "bic",
    "(.*_)?isbn(_?13)?": "isbn13",
    "(.*_)?currency(_(code|iso))?": "currency-code",
    "(.*_)?locale": "bcp47",
    "(.*_)?lang(uage)?(_(code|iso))?": "language",
    "(.*_)?(mime|media|content)_?type": "media-range",
    "(.*_)?(uuid|guid)": "uuid",
    "(.*_)?md5(_?(sum|hash))?": "md5",
    "(.*_)?sha_?1(_?(sum|hash))?": "sha1",
    "(.*_)?sha_?256(_?(sum|hash))?": "sha256",
    "(.*_)?(semver|version)": "semver",
    "(.*_)?(lat|latitude)": lambda fake: f"{fake.random.uniform(-90, 90):.6f}",
    "(.*_)?(lon|lng|longitude)": lambda fake: f"{fake.random.uniform(-180, 180):.6f}",
    "(.*_)?slug": "slug",
    "(.*_)?(title|headline|summary)": lambda fake: fake.sentence(5).rstrip("."),
    _LONG_TEXT: lambda fake: fake.sentence(10),
    "(.*_)?colou?r": lambda fake: fake.color_name(),
    "(.*_)?(url|uri|website|homepage|link)": lambda fake: fake.url(),
    "(.*_)?(tag|label|category|keyword)s?": lambda fake: fake.word(),
}  # fmt: skip
_BY_NAME = {re.compile(pattern): source for pattern, source in _SOURCES.items()}

# Text is not all ASCII: how a service handles other letters shows only when it gets some.
NOT_ASCII: Mapping[re.Pattern[str], tuple[str, ...]] = {
    re.compile("(given|first|family|last)_?name|fore_?name|sur_?name|full_?name|author"): (
        "Zoë", "José", "Łukasz", "Bjørn", "Ольга", "李雷", "Σοφία", "Nguyễn", "O'Connor", "المهدي",
    ),
    re.compile(f"(.*_)?(title|headline|summary)|{_LONG_TEXT}"): (
        "Naïve café, 20 € – déjà vu.", "東京の学校について。", "Größe: ½ × 3 m", "Straße “Nord”, 2. Stock",
    ),
}  # fmt: skip

# Names of texts that may be as long as their rules allow, whatever they say.
_OF_ANY_LENGTH = re.compile(f"(.*_)?(name|title|headline|summary)|{_LONG_TEXT}")


def name_in_words(name: str) -> str:
    """A name with its words apart, such as `ip_address` for `ipAddress`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", name).lower()


def source_by_name(name: str) -> Source | str | None:
    """What a property of this name holds: a source of values or the name of a format; None when the name says
    nothing.
    """
    words = name_in_words(name)
    return next((source for pattern, source in _BY_NAME.items() if pattern.fullmatch(words)), None)


def may_be_long(name: str) -> bool:
    """Whether a property of this name is plain text, so that nothing but its rules limits its length."""
    return not name or _OF_ANY_LENGTH.fullmatch(name_in_words(name)) is not None
