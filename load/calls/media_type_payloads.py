"""Payloads of the media types of an operation's body, compiled before they are needed."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random

import jsonschema_rs

from load.calls.part_fields import part_fields
from load.calls.payload_extent import Check, full, minimal
from load.calls.variants import Variant
from load.planning.schema_properties import outline_of, schema_properties
from load.planning.side_effects import destructive_values
from openapi.bodies import Encode, Writer, form_rules, writer
from openapi.contract import Json
from openapi.operations import Operation
from openapi.payloads import PayloadFactory, PayloadGenerator, Unbuildable
from openapi.schema import Schema

# How many payloads are generated in search of one that has what an example must not repeat.
_DRAWS = 8


@dataclass(frozen=True)
class MediaType:
    """Generates and encodes payloads of one media type: usual ones (`generate`), and those of other variants
    (`draws`).
    """

    headers: Mapping[str, str]
    generate: PayloadGenerator
    draws: Mapping[Variant, PayloadGenerator]
    encode: Encode
    is_valid: Check


@dataclass(frozen=True)
class MediaTypeCompiler:
    """Compiles the media types of one operation's body; `headers` are the header fields of every call.

    When `is_careful`, no payload asks for a deletion. All payloads match `rules`, which are JSON Schemas.
    `omitted` says which media types are never sent, and why.
    """

    operation: Operation
    payloads: PayloadFactory
    random: Random
    is_careful: bool
    headers: Mapping[str, str]
    rules: Sequence[Json] = ()
    omitted: list[str] = field(default_factory=list)

    def compile(self, unique: frozenset[str], mends: Sequence[Json] = ()) -> Sequence[MediaType]:
        """The media types that bodies can be built of; empty for an operation without a body. Strings of
        properties named in `unique` differ from each other; `mends` are JSON Schemas that bodies have to
        match as well.

        Raises Unbuildable when there is no such media type for a body.
        """
        body = self.operation.request_body
        if body is None:
            return []
        built: list[MediaType] = []
        reasons: list[str] = []
        for media_type, schema in body.content.items():
            encodings = body.encodings.get(media_type, {})
            examples = body.examples.get(media_type, ())
            try:
                body_writer = writer(media_type, schema, encodings, part_fields(encodings, self.payloads))
                if body_writer is None:
                    reasons.append(f"no way to write {media_type}")
                    continue
                built.append(self._media_type(schema, body_writer, examples, unique, mends))
            except Unbuildable as reason:
                reasons.append(f"body: {str(reason).removeprefix(': ')}")
        if not built and (body.required or reasons):
            raise Unbuildable("; ".join(reasons) or "its body has no media type")
        if not mends:
            self.omitted.extend(f"{self.operation.label}: {reason}" for reason in reasons)
        return built

    def _media_type(
        self,
        schema: Schema,
        body_writer: Writer,
        examples: Sequence[Json],
        unique: frozenset[str],
        mends: Sequence[Json],
    ) -> MediaType:
        kept = [
            *(schema.noted(_rules_against_deletion, schema.node) if self.is_careful else ()),
            *self.rules,
            *mends,
        ]
        rules: list[Json] = [{"examples": [*examples]}] if examples else []
        if schema.source in (True, {}) and "json" in body_writer.content_type:
            rules.append({"type": "object"})
        is_kept = _check(schema, kept)
        generate = self._generator(
            schema, (*rules, *kept), form_rules(body_writer.content_type, schema), unique
        )
        draws = {
            Variant.MINIMAL: partial(minimal, generate, is_kept),
            Variant.FULL: partial(full, generate, is_kept),
        }
        if usable := [example for example in examples if is_kept(example)]:
            draws[Variant.EXAMPLE] = partial(_example, usable, generate, unique, is_kept, self.random)
        fields = {**self.headers, "Content-Type": body_writer.content_type}
        return MediaType(fields, generate, draws, body_writer.encode, schema.validator.is_valid)

    def _generator(
        self, schema: Schema, rules: Sequence[Json], preferred: Sequence[Json], unique: frozenset[str]
    ) -> PayloadGenerator:
        """Generates payloads that match the rules, and as many of the preferred ones as they can."""
        for kept in range(len(preferred), 0, -1):
            with suppress(Unbuildable):
                return self.payloads.generator(schema, "", (*rules, *preferred[:kept]), unique)
        return self.payloads.generator(schema, "", tuple(rules), unique)


def _check(schema: Schema, rules: Sequence[Json]) -> Check:
    """Tells whether a payload is valid, and matches the rules. Raises Unbuildable when these are none."""
    is_valid = schema.validator.is_valid
    if not rules:
        return is_valid
    try:
        matches = jsonschema_rs.Draft202012Validator({"allOf": [*rules]}, validate_formats=True).is_valid
    except ValueError as error:
        raise Unbuildable(str(error)) from None
    return lambda payload: is_valid(payload) and matches(payload)


def _example(
    examples: Sequence[Json],
    generate: PayloadGenerator,
    unique: frozenset[str],
    is_valid: Check,
    random: Random,
) -> Json:
    """An example of the document, with generated values of the properties that must not repeat."""
    example = copy.deepcopy(random.choice(examples))
    own = unique & example.keys() if isinstance(example, dict) else frozenset()
    for _ in range(_DRAWS):
        generated = generate()
        if not own or (isinstance(generated, dict) and own <= generated.keys()):
            break
    for name in own:
        del example[name]
        if isinstance(generated, dict) and name in generated:
            example[name] = generated[name]
    return example if is_valid(example) else generated


def _rules_against_deletion(_: Json, schema: Schema) -> list[Json]:
    """Schemas that a body matches when none of its properties asks for a deletion."""
    return [*_read_rules_against_deletion(schema)]


def _read_rules_against_deletion(schema: Schema) -> Iterator[Json]:
    for candidate in schema_properties(schema):
        names = [step.replace("~1", "/").replace("~0", "~") for step in candidate.pointer.split("/")[1:]]
        barred = destructive_values(names[-1], outline_of(candidate.node, schema))
        if barred:
            rule: Json = {"not": {"enum": barred}}
            for name in reversed(names):
                rule = {"items": rule} if name == "0" else {"properties": {name: rule}}
            yield rule
