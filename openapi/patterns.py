r"""Regular expressions as their authors meant them, written so that validators take them.

JSON Schema says ECMA-262; documents come from Python, Java, PCRE and Go, too. What has one certain meaning is
translated: `\A` and `\Z`, `[\w-.]`, `{,3}`, named groups, POSIX classes, `/^…$/`, and counts that are too
large to compile.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from openapi.contract import JsonObject
from openapi.keyword_values import is_pattern

_SPACES = "\\t \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000"
# Escape sequences of other dialects, outside and inside of classes.
_ESCAPES = {
    "A": "^", "Z": "$", "z": "$", "h": f"[{_SPACES}]", "H": f"[^{_SPACES}]", "e": "\\x1b", "a": "\\x07",
    "R": "(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])",
}  # fmt: skip
_CLASS_ESCAPES = {"h": _SPACES, "e": "\\x1b", "a": "\\x07", "b": "\\x08"}
_POSIX = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "word": "\\w",
    "xdigit": "0-9A-Fa-f", "space": "\\s", "blank": "\\t ", "cntrl": "\\x00-\\x1f\\x7f", "print": " -~",
    "graph": "!-~", "punct": "!-\\/:-@\\[-`\\{-~",
}  # fmt: skip

_SURROGATES = r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}"
_ESCAPE = re.compile(
    rf"{_SURROGATES}|\\(?:u\{{[\da-fA-F]+\}}|u[\da-fA-F]{{4}}|x\{{[\da-fA-F]+\}}|x[\da-fA-F]{{2}}"
    r"|c[A-Za-z]|0[0-7]{0,2}|[pP]\{[^}]*\}|[pP][A-Z]|[1-9]\d?|.)",
    re.DOTALL,
)
_NAMED = re.compile(r"\(\?P?<([A-Za-z_][^>]*)>")
_REFERENCE = re.compile(r"\\k<([^>]+)>|\\k\{([^}]+)\}|\(\?P=(\w+)\)")
_FLAGS = re.compile(r"\(\?([a-zA-Z-]+)([:)])")
_COMMENT = re.compile(r"\(\?#[^)]*\)")
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_POSIX_CLASS = re.compile(r"\[:(\w+):\]")
_LONE_SURROGATES = re.compile(
    rf"(?!{_SURROGATES})\\u[dD][89a-fA-F][\da-fA-F]{{2}}(?:-\\u[dD][89a-fA-F][\da-fA-F]{{2}})?"
)
# Astral characters as UTF-16 has them, as a class of their own or within one.
_PAIRS = re.compile(
    r"(\[?)\\u[dD]8[\da-fA-F]{2}-\\u[dD][bB][fF]{2}(?:\]\[)?\\u[dD][cC]00-\\u[dD][fF]{3}(?=(\]?))"
)
_DELIMITED = re.compile(r"/(\^.*\$)/([a-z]*)", re.DOTALL)
_REST_OF_CLASS = re.compile(r"(?:\\.|[^\[\]\\])*\]", re.DOTALL)
_ALL_OF_ONE = re.compile(
    r"((?:\(\?[ims]+\))?\^)(\((?:\?:)?)?(\[(?:\\.|[^\]\\])+\]|\\[a-zA-Z](?:\{\w+\})?|\.)"
    r"\{(\d+)(?:,(\d+))?\}(?(2)\))\$",
    re.DOTALL,
)
# Counts above are left open where a pattern is too large to compile with them.
LARGE = 100


class ReadablePattern(NamedTuple):
    """A pattern that validators take. `lengths` are the least and the greatest length of the text where its
    counts said nothing else; `is_wider` when some counts were left open, so that the author's pattern may not
    match all texts of more than LARGE characters that this one matches.
    """

    text: str
    lengths: tuple[int, int] | None = None
    is_wider: bool = False


def with_readable_patterns(schema: JsonObject, is_request: bool) -> JsonObject:
    """A schema with patterns that validators take; those without a certain meaning stay as they are."""
    pattern, patterns = schema.get("pattern"), schema.get("patternProperties")
    if isinstance(pattern, str) and (readable := readable_pattern(pattern)) and readable.text != pattern:
        schema = _with_pattern(schema, readable, is_request)
    if isinstance(patterns, dict):
        texts = {name: readable.text if (readable := readable_pattern(name)) else name for name in patterns}
        schema = {**schema, "patternProperties": {texts[name]: value for name, value in patterns.items()}}
    return schema


def _with_pattern(schema: JsonObject, readable: ReadablePattern, is_request: bool) -> JsonObject:
    least, most = readable.lengths or (0, LARGE if readable.is_wider and is_request else None)
    rules: list[JsonObject] = [{"minLength": least}] if least else []
    rules += [] if most is None else [{"maxLength": most}]
    of_lengths = {"allOf": [*schema.get("allOf", ()), *rules]} if rules else {}
    return {**schema, "pattern": readable.text, **of_lengths}


@cache
def readable_pattern(pattern: str) -> ReadablePattern | None:
    """A pattern as validators take it; None when it has no certain meaning."""
    delimited = _DELIMITED.fullmatch(pattern)
    if delimited:
        pattern = ("(?i)" if "i" in delimited[2] else "") + delimited[1]
    text = _Rewriter(_PAIRS.sub(r"\1\\u{10000}-\\u{10FFFF}", pattern)).text
    if is_pattern(text):
        return ReadablePattern(text)
    one = _ALL_OF_ONE.fullmatch(text)
    if one and is_pattern(of_any_length := f"{one[1]}{one[3]}*$"):
        return ReadablePattern(of_any_length, (int(one[4]), int(one[5] or one[4])))
    wider = _COUNT.sub(_without_limit, text)
    return ReadablePattern(wider, None, True) if wider != text and is_pattern(wider) else None


def _without_limit(count: re.Match[str]) -> str:
    is_large = int(count[3] or count[1] or 0) > LARGE and int(count[1] or 0) <= LARGE
    return f"{{{count[1]},}}" if is_large else count[0]


class _Rewriter:
    """Rewrites one pattern from its start to its end; `text` is what it has become."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._position = pattern, 0
        self._groups: list[str] = []
        self._is_verbose = False
        written: list[str] = []
        while self._position < len(pattern):
            written.append(self._next())
        self.text = "".join(written)

    def _next(self) -> str:
        match sign := self._pattern[self._position]:
            case "\\":
                return self._escape(_ESCAPES)
            case "[":
                return self._class()
            case "(":
                return self._group()
            case "{":
                return self._count()
        self._position += 1
        if self._is_verbose and (sign.isspace() or sign == "#"):
            rest = self._pattern[self._position :]
            self._position += len(rest.partition("\n")[0]) if sign == "#" else 0
            return ""
        return "\\}" if sign == "}" else sign

    def _take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        found = expression.match(self._pattern, self._position)
        self._position = found.end() if found else self._position
        return found

    def _escape(self, meanings: Mapping[str, str]) -> str:
        if self._pattern.startswith("\\Q", self._position):
            quoted, _, rest = self._pattern[self._position + 2 :].partition("\\E")
            self._position = len(self._pattern) - len(rest)
            return re.sub(r"[^\w\s]", r"\\\g<0>", quoted)
        if reference := self._take(_REFERENCE):
            return self._reference(reference)
        found = self._take(_ESCAPE)
        if found is None:
            self._position += 1
            return "\\"
        escape = found[0]
        if escape.startswith("\\x{"):
            return f"\\u{escape[2:]}"
        if escape[1] == "0":
            return f"\\x{int(escape[1:], 8):02x}"
        if len(escape) == 12:
            code = 0x10000 + (int(escape[2:6], 16) - 0xD800 << 10) + int(escape[8:], 16) - 0xDC00
            return f"\\u{{{code:X}}}"
        return meanings.get(escape[1:], escape)

    def _reference(self, found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        return f"(?:\\{self._groups.index(name) + 1})" if name in self._groups else found[0]

    def _group(self) -> str:
        if self._take(_COMMENT):
            return ""
        if reference := self._take(_REFERENCE):
            return self._reference(reference)
        if named := self._take(_NAMED):
            self._groups.append(named[1])
            return "("
        if flags := self._take(_FLAGS):
            self._is_verbose |= "x" in flags[1].partition("-")[0]
            kept = re.sub("[auLx]", "", flags[1]).rstrip("-")
            return f"(?{kept}{flags[2]}" if kept else ("(?:" if flags[2] == ":" else "")
        if self._pattern.startswith("(?>", self._position):
            self._position += 3
            return "(?:"
        self._position += 1
        if not self._pattern.startswith("?", self._position):
            self._groups.append("")
        return "("

    def _count(self) -> str:
        found = self._take(_COUNT)
        if found is None:
            self._position += 1
            return "\\{"
        if not found[1] and not found[3]:
            return re.sub(r"[{}]", r"\\\g<0>", found[0])
        return f"{{{found[1] or 0}{found[2]}{found[3]}}}"

    def _class(self) -> str:
        """A class of characters. A dash beside a set stands for itself, and so does a closing bracket that
        comes first, if another one closes the class.
        """
        start = "[^" if self._pattern.startswith("[^", self._position) else "["
        self._position += len(start)
        parts: list[tuple[str, bool]] = []
        if self._pattern.startswith("]", self._position):
            self._position += 1
            if _REST_OF_CLASS.match(self._pattern, self._position) is None:
                return "[\\s\\S]" if start == "[^" else "(?!)"
            parts.append(("\\]", False))
        while self._position < len(self._pattern) and self._pattern[self._position] != "]":
            parts.append(self._class_part())
        end = self._pattern[self._position : self._position + 1]
        self._position += 1
        if end and not any(text for text, _ in parts):
            return "[\\s\\S]" if start == "[^" else "(?!)"
        sets, inside = [is_set for _, is_set in parts], range(1, len(parts) - 1)
        texts = [
            "\\-" if text == "-" and index in inside and (sets[index - 1] or sets[index + 1]) else text
            for index, (text, _) in enumerate(parts)
        ]
        return f"{start}{''.join(texts)}{end}"

    def _class_part(self) -> tuple[str, bool]:
        """The next character of a class or a set of them, with whether it is a set."""
        if posix := self._take(_POSIX_CLASS):
            return _POSIX.get(posix[1], posix[0]), True
        if self._take(_LONE_SURROGATES):
            return "", False
        if self._pattern[self._position] == "\\":
            escape = self._escape(_CLASS_ESCAPES)
            return escape, escape[1:2] in tuple("wWdDsSpP") or escape == _SPACES
        self._position += 1
        sign = self._pattern[self._position - 1]
        return sign, False
