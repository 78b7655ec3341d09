"""The answer to a call, as far as the ledger needs it."""

from typing import NamedTuple

from openapi.contract import Json


class Answer(NamedTuple):
    """Status and body of an answer, when the call was sent and answered (s since the start of the run), and
    the time of day when it was answered (s since 1970). `is_repeated` when the call was sent twice, since the
    connection broke the first time. A status of 0 means that no answer came.
    """

    status: int
    body: Json
    sent: float
    received: float
    clock: float = 0.0
    is_repeated: bool = False
