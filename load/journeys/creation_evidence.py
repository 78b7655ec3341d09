"""What the answer to a creation proves on its own: whether the entity that it shows can have been found."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from load.journeys.shared_values import SharedValues
from load.representations.alterations import Alteration, alteration
from load.representations.envelopes import unwrapped
from load.representations.equivalence import shows
from load.representations.values import is_distinctive
from openapi.contract import Json
from openapi.expressions import Exchange
from openapi.operations import Operation

# Where so many distinctive values match, an entity was hardly found by one of them.
_SEVERAL = 2


@dataclass(frozen=True)
class CreationEvidence:
    """Compares the properties that a creation has sent with its answer."""

    values: SharedValues

    def shows_own(self, sent: Mapping[str, Json], shown: Json) -> bool:
        """Whether an answer shows a text that nobody else can have sent."""
        return isinstance(shown, dict) and any(
            isinstance(value, str) and not self.values.is_shareable(value) and shows(value, shown.get(name))
            for name, value in sent.items()
        )

    def is_created(self, operation: Operation, sent: Mapping[str, Json], exchange: Exchange) -> bool:
        """Whether an answer shows enough of what was sent that it cannot be about an entity that was found
        unchanged. If it shows none of it, 201 is believed where several distinctive values were sent: others
        have hardly sent them all.
        """
        shown = unwrapped(exchange.response_body, sent)
        few = {place.rpartition("/")[2] for place in self.values.places_of_few(operation)}
        sent = {name: value for name, value in sent.items() if name not in few or self.values.is_own(value)}
        if not isinstance(shown, dict) or not shown.keys() & sent.keys():
            distinctive = [value for value in sent.values() if is_distinctive(value)]
            return exchange.status == HTTPStatus.CREATED and len(distinctive) >= _SEVERAL
        compared = {name: value for name, value in sent.items() if name in shown}
        kept = [
            value for name, value in compared.items() if is_distinctive(value) and shows(value, shown[name])
        ]
        if any(isinstance(value, str) and not self.values.is_shareable(value) for value in kept):
            return True
        if any(
            isinstance(value, str) and alteration(value, shown[name]) is Alteration.OTHER
            for name, value in compared.items()
        ):
            return False
        return len(kept) >= _SEVERAL
