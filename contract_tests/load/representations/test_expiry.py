"""Expiry is read from an entity's own properties, as APIs name and write them."""

import pytest

from load.representations.expiry import expiry
from openapi.contract import Json

NOW = 1_700_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    ("name", "value", "moment"),
    [
        ("expires_at", "2023-11-14T22:13:30Z", NOW + 10),
        ("expires_at", NOW + 10, NOW + 10),
        ("expiresAt", (NOW + 10) * 1000, NOW + 10),
        ("ttl", 30, NOW + 30),
        ("ttlMillis", 30, NOW + 0.03),
        ("expires_at_utc", "2023-11-14T22:13:30Z", NOW + 10),
        ("expiration_timestamp", NOW + 10, NOW + 10),
        ("time_to_live", 30, NOW + 30),
        ("not_after", "2023-11-14T22:13:30Z", NOW + 10),
        ("expires_in", "2 Seconds", NOW + 2),
        ("hold_seconds", 4, NOW + 4),
        ("keep_for_days", 2, NOW + 2 * DAY),
        ("max_age", 60, NOW + 60),
        ("retention", "PT1M", NOW + 60),
        ("retention", "P1Y", NOW + 365 * DAY),
        ("retention", "as the law says", 0.0),
        ("retention", {"days": 30, "hours": 1}, NOW + 30 * DAY + 3600),
        ("retention", {"policy": "as the law says"}, 0.0),
        ("expires", True, 0.0),
        ("ttlSecondsAfterFinished", 3, NOW + 3),
        ("burn_after_reading", True, 0.0),
        ("delete_after", 60, NOW + 60),
        ("self_destruct_at", NOW + 10, NOW + 10),
        ("auto_delete_on_idle", "PT5M", NOW + 300),
        ("spec", {"ttl": 30}, NOW + 30),
        ("attributes", {"settings": {"expires_at": NOW + 10}}, NOW + 10),
        # Expiry of something else.
        ("passport", {"expires_at": NOW + 10}, None),
        ("delete_on_termination", True, None),
        ("deleted_at", NOW + 10, None),
        ("invite_expires_at", NOW + 10, NOW + 10),
        # A part of the entity may expire without the entity.
        ("passport_expiry", "2020-01-01", None),
        ("card_expiry_month", 4, None),
        ("age", 40, None),
        ("max_price", 40, None),
        ("max_seconds", 40, None),
        # Timeouts of calls.
        ("timeout", 2, None),
        ("expires_at", None, None),
    ],
)
def test_expiry_is_read_from_names_and_values(name: str, value: Json, moment: float | None) -> None:
    assert expiry({name: value}, NOW, ["invitation"]) == moment


def test_a_timeout_means_expiry_only_for_entities_that_expire() -> None:
    assert expiry({"timeout": "5 min"}, NOW, ["session"]) == NOW + 300
    assert expiry({"timeout": "5 min"}, NOW, ["webhook"]) is None


def test_the_earliest_expiry_counts() -> None:
    assert expiry({"ttl": 30, "expires_at": NOW + 10, "name": "a"}, NOW, []) == NOW + 10
    assert expiry(["ttl"], NOW, []) is None
