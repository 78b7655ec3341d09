"""What may keep a service from going faster: one rule for each kind of bottleneck. The first that applies is
the finding, so their order is their precedence.
"""

from collections.abc import Callable

from load.judgement.database_rules import locks, pool, postgres_cpu, scans, wal
from load.judgement.service_rules import machine_cpu, network, service_cpu, turns, wait_inside
from load.judgement.traffic import Traffic
from load.measurements.run_records import Bottleneck
from load.observation.observation import Observation

Rule = Callable[[Observation, Traffic, Traffic], Bottleneck | None]

RULES: tuple[Rule, ...] = (
    locks,
    wal,
    scans,
    postgres_cpu,
    pool,
    service_cpu,
    network,
    machine_cpu,
    wait_inside,
    turns,
)
