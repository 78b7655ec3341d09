"""Templated paths (OpenAPI 3.0.3, Path Templating)."""

import re
from collections.abc import Container
from urllib.parse import quote

EXPRESSION = re.compile(r"\{([^}]*)\}")
# A fragment; not the # of an expression, as in {name#}.
_FRAGMENT = re.compile(r"#[^{}]*(\{[^}]*\}[^{}]*)*$")
_UNENCODED_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parameter_name(expression: str, declared: Container[str]) -> str:
    """The name of the parameter that an expression of a path stands for: `path` for {path:.*}, {path+} and
    {*path}, as routers write them, unless a parameter of exactly that name is declared.
    """
    bare = expression.partition(":")[0].strip("*+?")
    return bare if expression not in declared and bare in declared else expression


def parameter_names(path: str, declared: Container[str]) -> list[str]:
    """The names of the parameters of a path, in its order."""
    return [parameter_name(expression, declared) for expression in EXPRESSION.findall(path)]


def path_pattern(path: str) -> re.Pattern[str]:
    """The pattern of decoded paths, with one group per parameter."""
    literals = EXPRESSION.sub("\0", path).split("\0")
    return re.compile("([^/]+)".join(re.escape(literal) for literal in literals))


def path_parts(path: str) -> list[str]:
    """The literal texts of a path and its expressions in turn. The fragment is left out, which is not for the
    service (RFC 9110, section 7.1).
    """
    path = path if path.startswith("/") else f"/{path}"
    return [part for part in re.split(r"(\{[^}]*\})", _FRAGMENT.sub("", path)) if part]


def encode_literal(literal: str) -> str:
    """Literal text of a path, percent-encoded where it is not yet (RFC 3986, sections 2.1 and 3.3)."""
    return quote(_UNENCODED_PERCENT.sub("%25", literal), safe="%/:?&=@!$'()*+,;~")
