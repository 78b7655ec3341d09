"""How texts of parameters are taken apart (OpenAPI 3.0.3, Parameter Object, Style Values)."""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from openapi.serialization import DELIMITERS, Serialization


@dataclass(frozen=True)
class Deserialization:
    """Takes the texts of one parameter apart. Those of a query are as they stand in the URL, others are
    percent-decoded. All methods raise UnicodeDecodeError.
    """

    serialization: Serialization

    def scalar(self, text: str) -> str:
        """What the text of a parameter says, without what its style puts before it."""
        return self._decode(self._without_prefix(text))

    def split(self, text: str) -> list[str]:
        """The texts of the items of an array, or of the names and values of an object."""
        if self.serialization.explode and self.serialization.style == "matrix":
            parts = text.removeprefix(";").split(";")
            return [part.removeprefix(f"{self.serialization.name}=") for part in parts] if text else []
        text = self._without_prefix(text)
        if self.serialization.style in DELIMITERS:
            # Their delimiter may be percent-encoded itself.
            return self._decode(text).split(DELIMITERS[self.serialization.style]) if text else []
        return (
            [self._decode(part) for part in text.split(self.serialization.delimiter or ",")] if text else []
        )

    def pairs(self, text: str) -> list[tuple[str, str]]:
        """The names and texts of the properties of an object."""
        parts = self.split(text)
        if not self.serialization.explode:
            return [*zip(parts[::2], parts[1::2], strict=False)]
        return [(name, item) for name, _, item in (part.partition("=") for part in parts)]

    def _without_prefix(self, text: str) -> str:
        match self.serialization.style:
            case "label":
                return text.removeprefix(".")
            case "matrix":
                return text.removeprefix(";").removeprefix(self.serialization.name).removeprefix("=")
        return text

    def _decode(self, text: str) -> str:
        """A text as it was before it was written: only those of a query are received percent-encoded."""
        if self.serialization.location == "query":
            return unquote_plus(text, errors="strict")
        return text.strip() if self.serialization.location == "header" else text
