"""Hides credentials in texts that people see: those that were given, and those that a service hands out."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from load.printable import printable

HIDDEN = "***"

_SHORTEST = 4
_NAMES = (
    r"[\w .-]*(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|private[_-]?key|access[_-]?key|"
    r"credentials?|authorization|jwt|cookie|session[_-]?id)"
)
_QUOTED = re.compile(rf'("{_NAMES}"\s*:\s*")(?:[^"\\]|\\.)+', re.IGNORECASE)
_ASSIGNED = re.compile(rf"\b({_NAMES}=)[^&;\s\"']+", re.IGNORECASE)
_NAMED = re.compile(rf"(?:^|.*[/ ]){_NAMES}", re.IGNORECASE)
_USER_OF_URL = re.compile(r"(?<=://)[^/@\s\"']+(?=@)")


class Mask:
    """Hides secrets in texts, however they are encoded there, and makes the texts printable."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        # A form that is part of a longer one comes after it.
        self._forms = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(form) for form in self._forms)) if forms else None

    def __call__(self, text: str) -> str:
        """A text of the load's own, such as a command, without the secrets that were given."""
        if self._pattern is not None:
            text = self._without_start(self._pattern.sub(HIDDEN, text))
        return printable(_USER_OF_URL.sub(HIDDEN, text))

    def answer(self, text: str) -> str:
        """A text of the service, without the secrets that were given and the tokens that it hands out."""
        return self(_ASSIGNED.sub(rf"\g<1>{HIDDEN}", _QUOTED.sub(rf"\g<1>{HIDDEN}", text)))

    @staticmethod
    def names_secret(place: str) -> bool:
        """Whether the value at a place is a secret by its name."""
        return bool(_NAMED.fullmatch(place))

    def _without_start(self, text: str) -> str:
        """The same without the start of a secret at its end, where a text may have been cut."""
        shown = text.removesuffix("…")
        for form in self._forms:
            for length in range(len(form) - 1, _SHORTEST - 1, -1):
                if shown.endswith(form[:length]):
                    return f"{shown[:-length]}{HIDDEN}{text[len(shown) :]}"
        return text


def _forms(secret: str) -> Iterator[str]:
    """The forms in which a text may have a secret: as it is, in URLs, JSON, HTML, and base64 (RFC 4648)."""
    for text in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield text
        yield re.sub("%..", lambda match: match[0].lower(), text)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    yield repr(secret)[1:-1]
    encoded = secret.encode()
    for text in (base64.b64encode(encoded).decode(), base64.urlsafe_b64encode(encoded).decode()):
        yield text
        yield text.rstrip("=")
