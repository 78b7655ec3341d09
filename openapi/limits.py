"""Limits of what is read, shown and kept outside of payloads, whose numbers stand in `payloads/tuning.py`."""

# Seconds that a document at a URL has to answer in.
FETCH_TIMEOUT_S = 30
# Characters of a message or of a value in a message; more does not fit into a line of a report.
DETAIL_CHARACTERS = 300
# Bytes of a body that is not JSON in a message.
BODY_BYTES_SHOWN = 200
# Errors of one value that are read; a long array can have as many as items.
ERRORS = 1_000
# Headers of different text, such as media types, whose reading is kept.
HEADERS_KEPT = 1_000
# Digits of an integer in a parameter; longer ones stay text, as reading them takes ever longer.
INTEGER_DIGITS = 400
# Digits of a number in a response. Written out, larger ones would take more memory than they are worth: they
# are read as the number of so many digits.
NUMBER_DIGITS = 10_000
# Levels of `allOf` searched for `readOnly` and `writeOnly`, which stand on the first or second in practice.
ALL_OF_DEPTH = 5
