"""Calls the hooks of the user, for calls before they are sent and after they were answered."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cached_property

import orjson

from load.calls.call import Call
from load.calls.replies import Reply
from load.calls.sending import json_body
from load.hooks.hook_file import Hook, Hooks, raised
from load.hooks.messages import Answer, Request
from load.measurements.findings import Fault, Finding
from load.measurements.results import Results
from openapi import media_types
from openapi.contract import Json
from openapi.operations import Operation

_NAME_OF_TYPE = "content-type"


class HookedCalls:
    """The hooks of a run of these operations, by label."""

    def __init__(self, hooks: Hooks, operations: Mapping[str, Operation]) -> None:
        self._hooks = hooks
        self._operations = operations

    @cached_property
    def _changes(self) -> Mapping[str, list[Hook]]:
        return self._by_label(self._hooks.changes)

    @cached_property
    def _checks(self) -> Mapping[str, list[Hook]]:
        return self._by_label(self._hooks.checks)

    @cached_property
    def _reactions(self) -> Mapping[str, list[Hook]]:
        return self._by_label(self._hooks.reactions)

    def _by_label(self, hooks: tuple[Hook, ...]) -> Mapping[str, list[Hook]]:
        return {
            label: found
            for label, operation in self._operations.items()
            if (found := [hook for hook in hooks if hook.is_for(operation)])
        }

    def changed(self, call: Call, results: Results) -> tuple[Call, bool]:
        """A call as the hooks change it, and whether it is known to be valid still: where a hook fails, or
        makes a body that the document does not allow, a service may refuse it.
        """
        hooks = self._changes.get(call.operation.label)
        if not hooks:
            return call, True
        request, is_valid = _request(call), True
        for hook in hooks:
            try:
                hook.function(request)
            except Exception as error:  # whatever a user's function does, the run goes on
                results.broken_hooks[results.mask(raised(hook, error))] += 1
                is_valid = False
        if request.headers != call.headers:
            call = replace(call, headers=request.headers)
        if request.body == _json_of(call):
            return call, is_valid
        call = replace(call, body=orjson.dumps(request.body), payload=request.body)
        if not _is_allowed(call):
            reason = (
                f"{hooks[0].place} makes a body of {call.operation.label} that the document does not allow"
            )
            results.broken_hooks[reason] += 1
            is_valid = False
        return call, is_valid

    def findings(self, call: Call, reply: Reply, response_s: float, results: Results) -> list[Finding]:
        """What the user's checks find wrong with an answer. The user's reactions are told of it, too."""
        label = call.operation.label
        checks, reactions = self._checks.get(label, ()), self._reactions.get(label, ())
        if not checks and not reactions:
            return []
        request, answer = _request(call), _answer(reply, response_s)
        found = []
        for hook in (*checks, *reactions):
            try:
                wrong = hook.function(request, answer)
            except Exception as error:  # as above
                results.broken_hooks[results.mask(raised(hook, error))] += 1
                continue
            if wrong and hook in checks:
                found.append(Finding(Fault.OWN_CHECK, str(wrong), "", hook.place))
        return found


def _request(call: Call) -> Request:
    operation = call.operation
    return Request(
        operation=operation.operation_id or operation.label,
        method=operation.method.upper(),
        target=call.target,
        headers=dict(call.headers),
        body=deepcopy(_json_of(call)),
    )


def _answer(reply: Reply, response_s: float) -> Answer:
    return Answer(
        status=reply.status,
        headers=reply.headers,
        body=json_body(reply),
        content=reply.body,
        response_ms=response_s * 1000,
    )


def _type_of(call: Call) -> str:
    return next((value for name, value in call.headers.items() if name.lower() == _NAME_OF_TYPE), "")


def _json_of(call: Call) -> Json:
    """The body of a call if it is JSON."""
    return call.payload if call.body and media_types.is_json(_type_of(call)) else None


def _is_allowed(call: Call) -> bool:
    """Whether the document allows the body of a call."""
    described = call.operation.request_body
    schema = media_types.find(described.content, _type_of(call)) if described else None
    return schema is not None and schema.validator.is_valid(call.payload)
