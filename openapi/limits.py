"""Limits of what is read, shown and kept. The numbers of payloads are in `payloads/tuning.py`."""

# Seconds to wait for a document at a URL.
FETCH_TIMEOUT_S = 30
# Characters of a message or of a value in a message; more does not fit into a line of a report.
DETAIL_CHARACTERS = 300
# Bytes that a message shows of a body that is not JSON.
BODY_BYTES_SHOWN = 200
# Errors that are read of one value; a long array can have one per item.
ERRORS = 1_000
# Media types and Accept headers that stay in the cache.
HEADERS_KEPT = 1_000
# Digits of the longest integer that is read from a parameter; longer ones stay text and are refused as such.
INTEGER_DIGITS = 400
# Digits of the largest number that is read from a response. Larger ones are read as this one, as they would
# take more memory than they are worth.
NUMBER_DIGITS = 10_000
# Levels of `allOf` that are searched for `readOnly` and `writeOnly`; in practice they are on the first or
# second.
ALL_OF_DEPTH = 5
# Levels of mappings and lists in a document. What reads them is recursive; in practice there are up to 60.
NESTING = 200
# Values that all aliases of a YAML document stand for together.
ALIASED_NODES = 1_000_000
# Bytes of one document; the largest that are published have 40 MB.
DOCUMENT_BYTES = 64_000_000
# Values in one document, keys not counted. They take 100 bytes of memory each.
NODES = 4_000_000
# Documents that one document refers to, directly or through others.
DOCUMENTS = 5_000
# Bytes of a download that are asked for at once.
READ_BYTES = 1 << 16
