"""An answer may say that an entity was there before the call."""

from load.representations.creation_times import existed_before


def test_a_creation_time_that_was_sent_proves_nothing() -> None:
    date, created = "Thu, 26 Nov 2026 12:00:00 GMT", "2019-05-04T10:20:30Z"
    assert existed_before({"created_at": created}, {}, date, 0.1)
    assert not existed_before({"created_at": created}, {"created_at": created}, date, 0.1)
