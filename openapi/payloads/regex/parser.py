"""Parses regular expressions as JSON Schema understands them (ECMA-262, section 22.2). What other dialects
have was translated when the document was read.
"""

from openapi.payloads.regex.character_parser import CharacterParser
from openapi.payloads.regex.scanner import Scanner, Unmatchable
from openapi.payloads.regex.syntax_tree import Node

__all__ = ["Unmatchable", "parse"]

# The sign of a look-around, with whether it looks behind and whether it is negated.
_LOOK_AROUNDS = {"?=": (False, False), "?!": (False, True), "?<=": (True, False), "?<!": (True, True)}
_QUANTIFIERS = (("*", (0, None)), ("+", (1, None)), ("?", (0, 1)))


def parse(pattern: str) -> Node:
    """The syntax tree of a regular expression. Raises Unmatchable when it is not one."""
    return _Parser(Scanner(pattern)).expression()


class _Parser:
    """A recursive descent over one pattern, with one method per rule of the grammar."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._characters = CharacterParser(scanner)
        self._groups: dict[str, Node] = {}

    def expression(self) -> Node:
        """The whole expression. Raises Unmatchable when it is not one."""
        node = self._choice()
        if not self._scanner.at_end:
            raise self._scanner.error("a bracket too many")
        return node

    def _choice(self) -> Node:
        choices = [self._sequence()]
        while self._scanner.skip("|"):
            choices.append(self._sequence())
        return choices[0] if len(choices) == 1 else Node("choice", tuple(choices))

    def _sequence(self) -> Node:
        items: list[Node] = []
        while not self._scanner.at_end and self._scanner.peek() not in "|)":
            item = self._quantified(self._atom())
            if item is not None:
                items.append(item)
        return items[0] if len(items) == 1 else Node("sequence", tuple(items))

    def _quantified(self, atom: Node | None) -> Node | None:
        while atom is not None and (counts := self._quantifier()) is not None:
            # Lazy and possessive quantifiers match the same strings.
            if not self._scanner.skip("?"):
                self._scanner.skip("+")
            atom = Node("repeat", (atom,), least=counts[0], most=counts[1])
        return atom

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, counts in _QUANTIFIERS:
            if self._scanner.skip(sign):
                return counts
        if self._scanner.peek() != "{":
            return None
        least, comma, most = self._scanner.rest[1:].partition("}")[0].partition(",")
        if not least.isdigit() or not (most == "" or most.isdigit()):
            return None
        self._scanner.read_until("}")
        return int(least), (int(most) if most else None) if comma else int(least)

    def _atom(self) -> Node | None:
        match self._scanner.read():
            case "(":
                return self._group()
            case "[":
                return Node("characters", ranges=self._characters.character_class())
            case ".":
                return Node("characters", ranges=self._characters.dot)
            case "^":
                return Node("begin")
            case "$":
                return Node("end")
            case "\\":
                return self._escape()
            case character:
                if character in "*+?":
                    raise self._scanner.error("nothing to repeat")
                return Node("characters", ranges=self._characters.literal(character))

    def _group(self) -> Node | None:
        """A group or look-around whose opening bracket has been read; None for flags alone."""
        for sign, (behind, negated) in _LOOK_AROUNDS.items():
            if self._scanner.skip(sign):
                return Node("look", (self._rest_of_group(),), behind=behind, negated=negated)
        if self._scanner.skip("?:"):
            return self._rest_of_group()
        if self._scanner.skip("?"):
            return None if self._flags() else self._rest_of_group()
        number = str(len(self._groups) + 1)
        self._groups[number] = Node("sequence")
        self._groups[number] = node = self._rest_of_group()
        return node

    def _rest_of_group(self) -> Node:
        node = self._choice()
        if not self._scanner.skip(")"):
            raise self._scanner.error("a closing bracket is missing")
        return node

    def _flags(self) -> bool:
        """Set flags. Returns whether they stand alone, as in (?i), not before a group, as in (?i:a)."""
        flags = ""
        while (sign := self._scanner.read()) not in "):":
            flags += sign
        enabled = flags.partition("-")[0]
        if not set(flags) <= set("imsux-"):
            raise self._scanner.error(f"flags {flags!r}")
        self._characters.ignore_case |= "i" in enabled
        self._characters.dot_matches_line_ends |= "s" in enabled
        return sign == ")"

    def _escape(self) -> Node:
        """An assertion, a reference back to a group, or a character, whose backslash has been read."""
        sign = self._scanner.read()
        if sign in "bB":
            return Node("boundary", negated=sign == "B")
        if sign.isdigit() and sign != "0":
            return Node("reference", (self._groups.get(sign, Node("sequence")),))
        return Node("characters", ranges=self._characters.escape(sign))
