"""Credentials, matched to the security schemes of the document; never shown."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from load.errors import LoadError
from load.measurements.secret_mask import HIDDEN, Mask
from load.planning.plan import Slot
from openapi.operations import Operation
from openapi.security import API_KEY, BASIC, BEARER, SecurityScheme

# Shorter user names are not masked: they would hide ordinary words.
_MASKED_USER_LENGTH = 6
# Fields that say how a message is sent and where it ends (RFC 9112, section 6; RFC 9110, section 7.6.1).
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
                      "upgrade", "expect", "proxy-connection"})  # fmt: skip
# Those that calls have anyway, as they are written there.
_OWN_FIELDS = {"accept": "Accept", "content-type": "Content-Type", "cookie": "Cookie"}
_SPECIAL = re.compile(r'(["$`\\])')


@dataclass(frozen=True)
class Secret:
    """The credentials of a call, which are never shown: header fields, and a part of the query.

    A curl command that repeats the call has `arguments` and a `cookie` instead: words of a POSIX shell, which
    refer to the environment variables that hold the credentials.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    arguments: tuple[str, ...] = field(default=(), compare=False)
    cookie: str = field(default="", compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether calls are sent without credentials."""
        return not self.headers and not self.query


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the user has given: header fields for every call; a token; API keys by security scheme, or one for
    all schemes under the empty name; and basic credentials as `user:password`.
    """

    headers: tuple[tuple[str, str], ...] = ()
    bearer: str = ""
    api_keys: tuple[tuple[str, str], ...] = ()
    basic: str = ""

    def __repr__(self) -> str:
        return f"Credentials({HIDDEN})"

    def missing(self, operation: Operation, schemes: Mapping[str, SecurityScheme]) -> str:
        """What an operation requires and was not given; empty when one of its alternatives is complete."""
        others = self.headers or [*self._undeclared(schemes)]
        if not operation.security or others or self._satisfied(operation, schemes) is not None:
            return ""
        kinds = [schemes[name].kind if name in schemes else "other" for name in operation.security[0]]
        options = " and ".join(_OPTIONS.get(kind, "--header") for kind in kinds)
        return f"asks for credentials: give {options}"

    def secret(self, operation: Operation, schemes: Mapping[str, SecurityScheme]) -> Secret:
        """The credentials to send with calls of an operation."""
        headers = dict(self.headers)
        query, cookies, shown, arguments = [], [], [], [*self._header_arguments()]
        for name in self._satisfied(operation, schemes) or ():
            scheme = schemes[name]
            field_name = within_quotes(scheme.field)
            match scheme.kind, scheme.location:
                case "basic", _:
                    headers["Authorization"] = f"Basic {_base64(self.basic)}"
                    arguments.append('-u "$CONTRACT_BASIC"')
                case "bearer", _:
                    headers["Authorization"] = f"Bearer {self.bearer}"
                    arguments.append('-H "Authorization: Bearer $CONTRACT_BEARER"')
                case "api key", "header":
                    headers[scheme.field] = self._api_key(name)
                    arguments.append(f'-H "{field_name}: {self._variable_of(name)}"')
                case "api key", "query":
                    query.append(f"{quote(scheme.field)}={quote(self._api_key(name), safe='')}")
                    arguments.append(f'--url-query "{quote(scheme.field)}={self._variable_of(name)}"')
                case "api key", "cookie":
                    cookies.append(f"{scheme.field}={self._api_key(name)}")
                    shown.append(f"{field_name}={self._variable_of(name)}")
        for name, value, argument in self._undeclared(schemes):
            headers[name] = value
            arguments.append(argument)
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return Secret(headers, "&".join(query), tuple(arguments), "; ".join(shown))

    def _undeclared(self, schemes: Mapping[str, SecurityScheme]) -> Iterator[tuple[str, str, str]]:
        """The credentials of a kind that no security scheme declares, each as name and value of a header
        field and as argument for curl. Whoever gives them knows that the service needs them.
        """
        kinds = {scheme.kind for scheme in schemes.values()}
        if any(name.lower() == "authorization" for name, _ in self.headers):
            return
        if self.bearer and BEARER not in kinds:
            argument = '-H "Authorization: Bearer $CONTRACT_BEARER"'
            yield "Authorization", f"Bearer {self.bearer}", argument
        elif self.basic and BASIC not in kinds:
            yield "Authorization", f"Basic {_base64(self.basic)}", '-u "$CONTRACT_BASIC"'

    def replaced(self, operation: Operation) -> frozenset[Slot]:
        """The parameters of an operation in whose place fields of --header are sent: those of the same name,
        in whatever case, and cookies that its Cookie has.
        """
        fields = {name.lower(): value for name, value in self.headers}
        cookies = {pair.partition("=")[0].strip() for pair in fields.get("cookie", "").split(";")}
        return frozenset(
            Slot(parameter.location, parameter.name)
            for parameter in operation.parameters
            if (parameter.location == "header" and parameter.name.lower() in fields)
            or (parameter.location == "cookie" and parameter.name in cookies)
        )

    @property
    def mask(self) -> Mask:
        """Hides all credentials in texts."""
        user, _, password = self.basic.partition(":")
        header_texts = [text for _, value in self.headers for text in (value, *value.split()[1:])]
        keys = [key for _, key in self.api_keys]
        secrets = [self.bearer, self.basic, password, *keys, *header_texts]
        return Mask([*secrets, *([user] if len(user) >= _MASKED_USER_LENGTH else [])])

    def _header_arguments(self) -> Iterator[str]:
        """The arguments for the fields of --header, each a line of the variable."""
        for number in range(1, len(self.headers) + 1):
            if len(self.headers) == 1:
                yield '-H "$CONTRACT_HEADER"'
            else:
                yield f'-H "$(printf \'%s\\n\' "$CONTRACT_HEADER" | sed -n {number}p)"'

    def _variable_of(self, scheme: str) -> str:
        """The shell expression, for use within double quotes, of a scheme's key. The variable has a line
        `scheme=key` for each scheme, or only a key.
        """
        if scheme not in dict(self.api_keys):
            scheme = ""
        if len(self.api_keys) == 1:
            return f"${{CONTRACT_API_KEY#{scheme}=}}" if scheme.isidentifier() else "$CONTRACT_API_KEY"
        line = [name for name, _ in self.api_keys].index(scheme) + 1
        cut = f"s/^{re.escape(scheme)}=//" if scheme else ""
        return f"$(printf '%s\\n' \"$CONTRACT_API_KEY\" | sed -n '{line}{{{cut};p;}}')"

    def _satisfied(
        self, operation: Operation, schemes: Mapping[str, SecurityScheme]
    ) -> tuple[str, ...] | None:
        """The first alternative whose schemes all have credentials; one without any scheme comes last."""
        complete = [
            alternative
            for alternative in operation.security
            if all(self._has(name, schemes) for name in alternative)
        ]
        return next(
            (alternative for alternative in complete if alternative), complete[0] if complete else None
        )

    def _has(self, name: str, schemes: Mapping[str, SecurityScheme]) -> bool:
        kind = schemes[name].kind if name in schemes else ""
        given = {BASIC: self.basic, BEARER: self.bearer, API_KEY: self._api_key(name)}
        return bool(given.get(kind))

    def _api_key(self, name: str) -> str:
        keys = dict(self.api_keys)
        return keys.get(name) or keys.get("", "")


_OPTIONS = {BASIC: "--basic", BEARER: "--bearer", API_KEY: "--api-key"}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def within_quotes(text: str) -> str:
    """A text, escaped for use within double quotes of a shell."""
    return _SPECIAL.sub(r"\\\1", text)


def credentials(
    headers: Iterator[str] | tuple[str, ...], bearer: str, api_keys: tuple[str, ...], basic: str,
    schemes: Mapping[str, SecurityScheme],
) -> Credentials:  # fmt: skip
    """Parse the texts of options: `Name: value`, a token, `key` or `scheme=key`, and `user:password`.

    Raises LoadError on an invalid text; the message does not show it.
    """
    pairs = []
    for header in headers:
        name, colon, value = header.partition(":")
        if name.strip().lower() in _FRAMING:
            raise LoadError(
                f"--header: {name.strip()} is a field of the connection, which the load sets itself"
            )
        if not colon or not name.strip() or not value.strip() or not header.isprintable():
            raise LoadError("--header: a header looks like 'Name: value'")
        pairs.append((_OWN_FIELDS.get(name.strip().lower(), name.strip()), value.strip()))
    if basic and ":" not in basic:
        raise LoadError("--basic must look like user:password")
    keys = []
    for text in api_keys:
        name, equals, key = text.partition("=")
        keys.append((name, key) if equals and name in schemes else ("", text))
    return Credentials(tuple(pairs), bearer, tuple(keys), basic)
