"""Every number that tunes how payloads are generated. Probabilities are from 0 to 1; a depth is the number of
arrays and objects around a value.
"""

# Objects and arrays

# Deeper than this, arrays and objects hold only what they must: payloads stay small, and recursive schemas
# end.
DEEPEST = 5
# The probability of an optional property that is neither an array nor an object.
OPTIONAL = 0.5
# That of one that is, by the depth of the object that has it: trees thin out as they grow.
OPTIONAL_CONTAINER = (0.5, 0.35, 0.15, 0.05, 0.02, 0.0)
# The probability that an object near the top has all of its optional properties, and that it has none: both
# are corner cases that services fail on, and chance would hardly ever produce them.
ALL_OR_NONE = 0.05
# At most this many items more than an array must have, and properties more than are described.
EXTRA_ITEMS = 3
EXTRA_PROPERTIES = 2
# How often a value that must differ from others, or must fit, is drawn again before it is given up.
REDRAWS = 50
# Names that are drawn for the properties of a map.
MAP_NAMES = 60

# Compiling schemas

# How often a generator is tried when it is compiled. If any value is not valid, the generator draws from a
# pool of values that are, which is filled by at most so many draws, up to a size, and is refused below
# another.
VALIDITY_CHECKS = 100
POOL_DRAWS = 4_000
POOL_SIZE = 200
SMALLEST_POOL = 5
# Null stands once among this many draws of other types: rare, as few services expect it.
NULL_WEIGHT = 1
OTHER_WEIGHT = 10
# Nested schemas compiled by recursion before the rest is queued, which keeps the stack small.
NESTED_COMPILATIONS = 12
# Branches of the widest `oneOf` or `anyOf` that each get a generator, and combinations of branches of
# several.
BRANCHES = 200
COMBINATIONS = 32
# Alternatives tried for each of those before the next is.
ALTERNATIVES = 60
# Generators that one schema may need; more would take more memory and time than they are worth.
GENERATORS = 50_000
# How deep in required properties, and in how many alternatives, contradictions are looked for.
CONTRADICTION_DEPTH = 3
CONTRADICTION_ALTERNATIVES = 100
# The same depth where branches are told apart by a discriminator: those of `oneOf` and `anyOf`, and heirs.
BRANCH_DEPTH = 2
HEIR_DEPTH = 1
# Recursive schemas ask within one search for contradictions for another; so many deep, the answer is assumed.
NESTED_SEARCHES = 4

# Numbers

# The probability that a number is drawn from the examples of the document, if there are any.
EXAMPLE_NUMBER = 0.5
# How many steps from zero numbers lie where bounds do not say; bounds further apart than WIDE_BOUNDS, in
# steps, are those of a type, and most values stay near zero.
USUAL_SPAN = 10_000
WIDE_BOUNDS = 1_000_000
# The same where values must be unique: two processes must hardly ever count through the same numbers.
UNIQUE_SPAN = 2**31
# The step of numbers with a fraction where the schema does not say: cents.
USUAL_FRACTION_DIGITS = 2
# The probability that an integer is one of its bounds, and that it is drawn from all between them.
AT_A_BOUND = 0.1
# Numbers with a fraction are drawn from a pool of valid ones: numbers tried, numbers kept, and one bound for
# so many others.
NUMBERS_TRIED = 2_000
NUMBER_POOL_SIZE = 400
OTHERS_PER_BOUND = 10

# Strings

# Values drawn from Faker for each kind of string, whose calls are far slower than a draw from a pool.
REALISTIC_VALUES = 400
# Dates and times drawn for a rule that usual ones do not satisfy.
UNUSUAL_TIMES = 4_000
# Strings up to this length, in characters, are put together of words, and the longest allowed is drawn too.
LONGEST_OF_WORDS = 1_000
# Characters in a pool of strings that match a pattern, all strings together; and in one string.
POOL_CHARACTERS = 100_000
# Strings of the shortest and of the longest length in a pool, and strings that match a pattern beside words.
FEW_STRINGS = 20
# Draws for each string of a pool that must satisfy other rules besides its pattern.
DRAWS_PER_STRING = 20
# Copies of the document's examples for each string that is built from a pattern or of words.
EXAMPLES_PER_STRING = 4
# A pattern with more distinct strings in a pool than this share allows so many that values need not repeat.
VAST_SHARE = 0.97
# The share of values that are still drawn from the pool then, so that examples and repeated values occur.
POOLED_SHARE = 0.04
# Draws before unique values of a pattern count as used up, and distinct values that a pattern must allow.
UNIQUE_TRIALS = 200
DISTINCT_STRINGS = 1_000
# Random bits, and digits to base 36 for them, of the prefix that tells the tokens of one process from others.
PREFIX_BITS = 60
PREFIX_DIGITS = 12

# Strings that match regular expressions

# Lengths, in characters, above the shortest that are drawn; and explored where there is no `maxLength`.
USUAL_EXTRA_LENGTH = 24
EXPLORED_EXTRA_LENGTH = 40
# The longest `maxLength`, in characters, that is explored to its end.
LONGEST_EXPLORED = 1_000
# The probability of the shortest or longest length, half of it each.
AT_A_LENGTH_BOUND = 0.1
# States of an automaton; one with more takes seconds to explore.
AUTOMATON_STATES = 20_000
# Characters that are listed of one set, such as of all letters of Unicode.
LISTED_CHARACTERS = 500
# The probability of an ASCII letter or digit, where a set has others too.
PLAIN_CHARACTER = 0.9
