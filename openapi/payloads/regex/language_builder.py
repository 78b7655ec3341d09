"""Turns the syntax tree of a regular expression into a regular language."""

from collections.abc import Sequence

from openapi.payloads.regex.characters import BEGIN, END, TEXT, WORD
from openapi.payloads.regex.languages import Language, Languages
from openapi.payloads.regex.scanner import Unmatchable
from openapi.payloads.regex.syntax_tree import Node
from openapi.payloads.tuning import WRITTEN_OUT_REPEATS


class LanguageBuilder:
    """Builds languages of strings between the marks BEGIN and END.

    A look-ahead holds for all that follows it. Every node is therefore built together with the language of
    what follows; what a look-behind holds for is the language of what comes before. One that forbids what
    refers back to a group is left out, so that strings may match what it forbids.
    """

    def __init__(self, languages: Languages) -> None:
        self._languages = languages
        self._begin = languages.characters(((BEGIN, BEGIN),))
        self._end = languages.characters(((END, END),))

    def any_text(self) -> Language:
        """Every string, between its marks."""
        text = self._languages.repetition(self._languages.characters(TEXT), 0, None)
        concatenation = self._languages.concatenation
        return concatenation(self._begin, concatenation(text, self._end))

    def containing(self, node: Node) -> Language:
        """Strings between marks that an expression matches anywhere."""
        choices = node.parts if node.kind == "choice" else (node,)
        return self._languages.union(self._containing(list(choice.items)) for choice in choices)

    def _containing(self, items: list[Node]) -> Language:
        anything = self._languages.everything
        looks = []
        while items and items[0].kind == "begin" and len(items) > 1 and _is_look_ahead(items[1]):
            look = self._node(items.pop(1), anything, True)
            looks.append(self._languages.concatenation(self._begin, look))
        matching = self._sequence((Node("prefix"), *items), anything, False)
        return self._languages.intersection((*looks, matching))

    def _sequence(self, items: Sequence[Node], following: Language, at_begin: bool) -> Language:
        """Items in a row, then `following`; `at_begin` when the mark BEGIN comes right before them."""
        index = next((i for i in range(len(items))[::-1] if items[i].contains("behind")), None)
        if index is not None:
            return self._around_look_behind(items, index, following, at_begin)
        starts = []
        for item in items:
            starts.append(at_begin)
            at_begin = item.kind == "begin" or (at_begin and item.kind in ("look", "end"))
        for item, start in zip(reversed(items), reversed(starts), strict=True):
            following = self._node(item, following, start)
        return following

    def _node(self, node: Node, following: Language, at_begin: bool) -> Language:
        languages = self._languages
        match node.kind:
            case "prefix":
                return languages.concatenation(languages.everything, following)
            case "characters":
                return languages.concatenation(languages.characters(node.ranges), following)
            case "sequence" | "reference":
                return self._sequence(node.parts, following, at_begin)
            case "choice":
                return languages.union(self._sequence(part.items, following, at_begin) for part in node.parts)
            case "repeat":
                return self._repetition(node, following, at_begin)
            case "begin":
                return following if at_begin else languages.concatenation(self._begin, following)
            case "end":
                at_end = languages.concatenation(self._end, languages.everything)
                return languages.intersection((at_end, following))
            case "look":
                if node.negated and node.contains("reference"):
                    return following
                ahead = self._sequence(node.parts[0].items, languages.everything, at_begin)
                looked_for = languages.complement(ahead) if node.negated else ahead
                return languages.intersection((looked_for, following))
        raise Unmatchable(f"{node.kind} is not supported here")

    def _repetition(self, node: Node, following: Language, at_begin: bool) -> Language:
        (part,) = node.parts
        if part.contains("look", "end", "begin"):
            most = node.least + WRITTEN_OUT_REPEATS
            most = most if node.most is None else min(node.most, most)
            counts = range(node.least, most + 1)
            return self._languages.union(
                self._sequence((part,) * count, following, at_begin) for count in counts
            )
        once = self._sequence((part,), self._languages.empty, False)
        repeated = self._languages.repetition(once, node.least, node.most)
        return self._languages.concatenation(repeated, following)

    def _around_look_behind(
        self, items: Sequence[Node], index: int, following: Language, at_begin: bool
    ) -> Language:
        """A sequence that has a look-behind or a boundary in the item at an index."""
        node, rest = items[index], items[index + 1 :]
        if node.kind in ("sequence", "reference"):
            return self._sequence((*items[:index], *node.parts, *rest), following, at_begin)
        if node.kind == "choice":
            return self._languages.union(
                self._sequence((*items[:index], *part.items, *rest), following, at_begin)
                for part in node.parts
            )
        if node.kind == "repeat" or items[0].kind != "prefix":
            raise Unmatchable("looking behind is not supported here")
        if any(item.contains("look", "end") for item in items[:index]):
            raise Unmatchable("looking behind after looking ahead is not supported")
        before = self._sequence(items[:index], self._languages.empty, at_begin)
        after = self._sequence(rest, following, False)
        if node.kind == "look" and node.negated and node.contains("reference"):
            return self._languages.concatenation(before, after)
        if node.kind == "look":
            behind = self._sequence((Node("prefix"), *node.parts[0].items), self._languages.empty, False)
            looked_for = self._languages.complement(behind) if node.negated else behind
            before = self._languages.intersection((before, looked_for))
            return self._languages.concatenation(before, after)
        return self._boundary(before, after, node.negated)

    def _boundary(self, before: Language, after: Language, negated: bool) -> Language:
        languages = self._languages
        word = languages.characters(WORD)
        ends_in_word = languages.concatenation(languages.everything, word)
        starts_with_word = languages.concatenation(word, languages.everything)
        sides = [
            (ends_in_word, languages.complement(starts_with_word)),
            (languages.complement(ends_in_word), starts_with_word),
        ]
        if negated:
            sides = [(end, languages.complement(start)) for end, start in sides]
        return languages.union(
            languages.concatenation(
                languages.intersection((before, end)), languages.intersection((after, start))
            )
            for end, start in sides
        )


def _is_look_ahead(node: Node) -> bool:
    return node.kind == "look" and not node.behind
