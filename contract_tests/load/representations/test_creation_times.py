"""An answer may say that an entity was there before the call."""

from load.representations.creation_times import age_before


def test_a_creation_time_that_was_sent_proves_nothing() -> None:
    date, created = "Thu, 26 Nov 2026 12:00:00 GMT", "2026-11-26T11:59:30Z"
    assert 20 < age_before({"created_at": created}, {}, date, 0.1) < 30
    assert age_before({"created_at": created}, {"created_at": created}, date, 0.1) == 0
    assert age_before({"created_at": "2026-11-26T12:00:01Z"}, {}, date, 0.1) <= 0
