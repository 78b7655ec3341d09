"""Texts that match regular expressions, as JSON Schema understands them (ECMA-262, section 22.2)."""

from collections.abc import Iterable, Sequence
from random import Random

from openapi.payloads.regex.automaton import Texts
from openapi.payloads.regex.characters import BEGIN, END, TEXT, WORD
from openapi.payloads.regex.languages import Term, Terms, TooComplex
from openapi.payloads.regex.parser import Node, Unmatchable, parsed

_SHORTER = 24


class Matching:
    """Texts that match every pattern given, none of the others, and have a length within bounds.

    Where a pattern refers back to a group, texts are like it but need not repeat what it matched.
    Raises Unmatchable when there is no such text, or when the expressions are beyond us.
    """

    def __init__(
        self, patterns: Iterable[str], others: Iterable[str] = (), least: int = 0, most: int | None = None
    ) -> None:
        terms = Terms()
        wanted = [parsed(each) for each in patterns]
        barred = [parsed(each) for each in others]
        builder = _Builder(terms)
        try:
            whole = terms.both(
                (
                    builder.framed(),
                    *(builder.search(each) for each in wanted),
                    *(terms.other_than(builder.search(each)) for each in barred),
                )
            )
            self._texts = Texts(terms, whole, least, most)
        except (TooComplex, RecursionError):
            raise Unmatchable(
                f"{' and '.join(map(repr, patterns))}: too complex to build texts for"
            ) from None
        if not self._texts.lengths:
            raise Unmatchable(_contradiction(patterns, others, least, most))
        lengths = self._texts.lengths
        self._common = [each for each in lengths if each <= lengths[0] + _SHORTER]
        self._bounds = (lengths[0], lengths[-1])

    def draw(self, random: Random) -> str:
        """One text; mostly of the shorter lengths, now and then of the shortest or longest."""
        chance = random.random()
        length = self._bounds[chance < 0.05] if chance < 0.1 else random.choice(self._common)
        return self._texts.draw(random, length)


def _contradiction(patterns: Iterable[str], others: Iterable[str], least: int, most: int | None) -> str:
    rules = [*(f"matches {each!r}" for each in patterns), *(f"does not match {each!r}" for each in others)]
    if least:
        rules.append(f"has at least {least} characters")
    if most is not None:
        rules.append(f"has at most {most} characters")
    return f"no text {', '.join(rules)}"


class _Builder:
    """Terms of parsed expressions. What looks ahead holds of all that follows, so each part is built
    knowing the term of what follows it; what looks behind holds of all that came before.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def framed(self) -> Term:
        """Any text between its marks."""
        text = self._terms.repeated(self._terms.characters(TEXT), 0, None)
        return self._sequence(self._mark(BEGIN), text, self._mark(END))

    def search(self, node: Node) -> Term:
        """Texts between marks in which the expression is found somewhere."""
        choices = node.parts if node.kind == "choice" else (node,)
        return self._terms.either(self._search(list(_items(each))) for each in choices)

    def _search(self, items: list[Node]) -> Term:
        looks = []
        while items and items[0].kind == "begin" and len(items) > 1 and _looks_ahead(items[1]):
            looks.append(
                self._sequence(self._mark(BEGIN), self._part(items.pop(1), self._terms.everything, True))
            )
        anything = self._terms.everything
        return self._terms.both((*looks, self._built((Node("before"), *items), anything, False)))

    def _sequence(self, *parts: Term) -> Term:
        whole = self._terms.empty
        for each in reversed(parts):
            whole = self._terms.then(each, whole)
        return whole

    def _mark(self, mark: int) -> Term:
        return self._terms.characters(((mark, mark),))

    def _built(self, items: Sequence[Node], following: Term, begun: bool) -> Term:
        """The items in a row, then `following`; `begun` when the mark of begin has just gone by."""
        place = next((index for index in range(len(items))[::-1] if items[index].holds("behind")), None)
        if place is not None:
            return self._looking_behind(items, place, following, begun)
        starts = []
        for each in items:
            starts.append(begun)
            begun = each.kind == "begin" or (begun and each.kind in ("look", "end"))
        for each, start in zip(reversed(items), reversed(starts), strict=True):
            following = self._part(each, following, start)
        return following

    def _part(self, node: Node, following: Term, begun: bool) -> Term:
        terms = self._terms
        match node.kind:
            case "before":
                return terms.then(terms.everything, following)
            case "characters":
                return terms.then(terms.characters(node.ranges), following)
            case "sequence":
                return self._built(node.parts, following, begun)
            case "choice":
                return terms.either(self._built(_items(each), following, begun) for each in node.parts)
            case "repeat":
                return self._repeat(node, following, begun)
            case "begin":
                return following if begun else terms.then(self._mark(BEGIN), following)
            case "end":
                return terms.both((terms.then(self._mark(END), terms.everything), following))
            case "look":
                ahead = self._built(_items(node.parts[0]), terms.everything, begun)
                return terms.both((terms.other_than(ahead) if node.negated else ahead, following))
        raise Unmatchable(f"{node.kind} is not supported here")

    def _repeat(self, node: Node, following: Term, begun: bool) -> Term:
        (part,) = node.parts
        if part.holds("look", "end", "begin"):
            # What looks ahead cannot be repeated as a term of its own: write a few repeats out.
            most = node.least + 2 if node.most is None else min(node.most, node.least + 2)
            counts = range(node.least, most + 1)
            return self._terms.either(self._built((part,) * times, following, begun) for times in counts)
        repeated = self._terms.repeated(self._built((part,), self._terms.empty, False), node.least, node.most)
        return self._terms.then(repeated, following)

    def _looking_behind(self, items: Sequence[Node], place: int, following: Term, begun: bool) -> Term:
        node, rest = items[place], items[place + 1 :]
        if node.kind == "sequence":
            return self._built((*items[:place], *node.parts, *rest), following, begun)
        if node.kind == "choice":
            return self._terms.either(
                self._built((*items[:place], *_items(each), *rest), following, begun) for each in node.parts
            )
        if node.kind == "repeat" or items[0].kind != "before":
            raise Unmatchable("looking behind is not supported here")
        if any(each.holds("look", "end") for each in items[:place]):
            raise Unmatchable("looking behind after looking ahead is not supported")
        before = self._built(items[:place], self._terms.empty, begun)
        after = self._built(rest, following, False)
        if node.kind == "look":
            seen = self._built((Node("before"), *_items(node.parts[0])), self._terms.empty, False)
            kept = self._terms.other_than(seen) if node.negated else seen
            return self._terms.then(self._terms.both((before, kept)), after)
        return self._boundary(before, after, node.negated)

    def _boundary(self, before: Term, after: Term, negated: bool) -> Term:
        terms = self._terms
        word = terms.characters(WORD)
        ends_in_word = terms.then(terms.everything, word)
        starts_with_word = terms.then(word, terms.everything)
        sides = [
            (ends_in_word, terms.other_than(starts_with_word)),
            (terms.other_than(ends_in_word), starts_with_word),
        ]
        if negated:
            sides = [(left, terms.other_than(right)) for left, right in sides]
        return terms.either(
            terms.then(terms.both((before, left)), terms.both((after, right))) for left, right in sides
        )


def _looks_ahead(node: Node) -> bool:
    return node.kind == "look" and not node.behind


def _items(node: Node) -> tuple[Node, ...]:
    return node.parts if node.kind == "sequence" else (node,)
