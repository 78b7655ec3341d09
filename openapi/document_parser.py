"""Documents from bytes: JSON or YAML, in any Unicode encoding."""

import json
from typing import Any

from openapi.errors import ContractError
from openapi.json_reader import read_json
from openapi.yaml_reader import read_yaml

_BYTE_ORDER_MARK = "\ufeff"


def parse_document(name: str, content: bytes) -> Any:
    """The value of a document. The encoding is known by its first bytes (RFC 4627, section 3; YAML 1.2.2,
    section 5.2).

    Raises ContractError with line and column when it is neither JSON nor YAML, has a key twice, or is nested
    too deeply.
    """
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ContractError(f"{name}, line {line}: not {error.encoding}: {error.reason}") from None
    is_json = name.endswith(".json")
    if is_json or text.lstrip()[:1] == "{":
        # JSON is YAML, too, but a parser of JSON is much faster.
        try:
            return read_json(name, text)
        except json.JSONDecodeError as error:
            if is_json:
                place = f"line {error.lineno}, column {error.colno}"
                raise ContractError(f"{name}, {place}: not JSON: {error.msg}") from None
    return read_yaml(name, text)
