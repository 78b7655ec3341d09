"""What of a process is looked at to see how it works."""

from dataclasses import dataclass

import sqlalchemy as sa

from students_service.http.connections import Connections
from students_service.http.shedding import Shedding
from students_service.turns import Lanes


@dataclass(frozen=True)
class Sources:
    """What is looked at: it counts by itself, whether or not there are metrics."""

    lanes: Lanes
    shedding: Shedding
    connections: Connections
    engine: sa.Engine
