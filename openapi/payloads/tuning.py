"""Every number that tunes how payloads are generated.

Probabilities are from 0 to 1. Lengths are in characters. A depth is the number of arrays and objects around a
value.
"""

# --- Objects and arrays

# Deeper than this, they hold only what they must: payloads stay small, and recursive schemas end.
DEEPEST = 5
# Probability of an optional property that is an array or an object, on average, by the depth of the object
# that has it: trees thin out as they grow. That of others is anything from 0 to 1, another one per object.
OPTIONAL_CONTAINER = (0.5, 0.35, 0.15, 0.05, 0.02, 0.0)
# Optional arrays and objects of one object, at most on average, by the same depth.
CONTAINERS = (20.0, 5.0, 2.0, 1.0, 0.5, 0.0)
# Probability that an object has all of its optional properties, and that it has none of them.
# Services fail on both corner cases, and chance would hardly ever produce them.
ALL_OR_NONE = 0.05
# Items that an array has at most beyond those it must have: few, so that payloads stay small.
EXTRA_ITEMS = 3
# Items of an array some of whose items are counted, at most.
MOST_COUNTED = 300
# Layouts of an array with counted items, and steps of the search for each.
LAYOUTS = 6
LAYOUT_STEPS = 500
# Properties that an object has at most beyond those that schemas describe.
EXTRA_PROPERTIES = 2
# Draws for an item that must differ from others, or for the name of another property, before it is given up.
REDRAWS = 50
# Names that the properties of a map are drawn from.
MAP_NAMES = 60

# Parts of the largest value that is built: properties, items and all within them.
LARGEST_VALUE = 100_000

# --- Compiling schemas

# Values that a new generator is tried with; and one whose schema is so plain that all values are valid.
VALIDITY_CHECKS = 100
EXACT_CHECKS = 10
# Parts of all values that a generator is tried with, so that large values do not delay the start; and values
# that it is tried with all the same.
CHECKED_PARTS = 100_000
LEAST_CHECKS = 3
# Share of valid values among those above which invalid ones are drawn again. With a smaller share, valid
# values are put into a pool, which the generator draws from.
LEAST_VALID_SHARE = 0.1
# Valid values that are kept for when one draw after the other is invalid.
SPARE_VALUES = 10
# Draws to fill such a pool; more would delay the start by seconds where validation is slow.
POOL_DRAWS = 4_000
# The same where none of the values tried before was valid.
FIRST_POOL_DRAWS = 1_000
# Values in a full pool: enough for them to vary.
POOL_SIZE = 200
# Values below which the pool, and with it the schema, is refused.
SMALLEST_POOL = 5
# Weights of null and of each other type of a value: null is rare, as it is in real payloads.
NULL_WEIGHT = 1
OTHER_WEIGHT = 10
# Levels of nested schemas that are compiled by recursion; deeper ones are queued, so that the stack stays
# small.
NESTED_COMPILATIONS = 12
# Branches of a schema's widest choice that each get a generator, so that each occurs.
BRANCHES = 200
# Combinations of the branches of several choices that each get one.
COMBINATIONS = 32
# Alternatives tried for each of those until one can be generated.
ALTERNATIVES = 60
# Generators that one schema may need; more would take more memory and time than they are worth.
GENERATORS = 50_000
# Depth, in required properties, that contradictions are searched to.
CONTRADICTION_DEPTH = 3
# The same for the branch that a discriminator names, which are many.
BRANCH_DEPTH = 2
# The same for an heir of a schema with a discriminator.
HEIR_DEPTH = 1
# Alternatives of a schema that are searched for one without a contradiction.
CONTRADICTION_ALTERNATIVES = 100
# Steps of such a search before it is assumed that there is one.
CONTRADICTION_STEPS = 500
# The same of a search for whether one schema may hold with others, or can be broken with them.
DENIAL_STEPS = 100
# Denied schemas among which the one is looked for that can be broken in the fewest ways.
COMPARED_DENIALS = 10
# Steps of the search for the alternatives of one schema, and of all schemas of a payload, before values are
# drawn without denied schemas and checked; and steps of the search for such values.
ALTERNATIVES_STEPS = 3_000
PAYLOAD_STEPS = 20_000
UNDENIED_STEPS = 1_000
# Steps for one branch: of a quick search, and of the one after it.
QUICK_STEPS = 150
THOROUGH_STEPS = 1_000

# --- Numbers

# Probability that a number is one of the document's examples, if it has any.
EXAMPLE_NUMBER = 0.5
# Distance from zero, in steps, of numbers without bounds: what people use.
USUAL_SPAN = 10_000
# Distance between bounds, in steps, above which they are those of a type, so that most numbers stay near
# zero.
WIDE_BOUNDS = 1_000_000
# Distance from zero, in steps, of unique numbers: two processes must hardly ever count through the same ones.
UNIQUE_SPAN = 2**31
# Digits behind the point where the schema does not say: cents.
USUAL_FRACTION_DIGITS = 2
# Probability that an integer is one of its bounds in the document, or one of its type where it has no others;
# and that a number is any between them, of any number of digits.
AT_A_BOUND = 0.1
AT_A_BOUND_OF_A_TYPE = 0.02
OF_ANY_SIZE = 0.1
# Numbers with a fraction that are tried for a pool, as floating-point arithmetic makes some of them invalid.
NUMBERS_TRIED = 2_000
# Numbers in such a pool.
NUMBER_POOL_SIZE = 400
# Numbers in such a pool for each copy of a bound.
OTHERS_PER_BOUND = 10

# --- Strings

# Characters of the longest string that is built.
LONGEST_STRING = 2_000_000

# Values drawn from Faker for each kind of string, and strings built for a pool. More take longer to draw.
REALISTIC_VALUES = 400
# Years of usual times, and of those of a few: as databases and parsers take them. They are
# fixed, as values do not follow the clock.
USUAL_YEARS = (2000, 2030)
CENTURY_YEARS = (1900, 2100)
FAR_YEARS = (1000, 9998)
# Years in which adults were born.
BIRTH_YEARS = (1985, 2007)
# Probability of a year far away, and of that or another one of the century.
FAR_TIME = 0.02
OTHER_CENTURY_TIME = 0.12
# Probability of the 29th of February.
LEAP_DAY = 0.02
# Probability that a time has a fraction of a second, and an offset other than Z.
FRACTION = 0.2
OTHER_ZONE = 0.3
# Longest string that is put together of words; up to here, the longest that is allowed occurs, too.
LONGEST_OF_WORDS = 1_000
# Characters of all strings together in a pool of strings that match a pattern; and of one string with a
# token.
POOL_CHARACTERS = 100_000
# Strings in a pool that have the shortest or the longest length, or those between; and that match a pattern,
# beside many words.
FEW_STRINGS = 20
# Draws for each string of a pool that must satisfy other rules than its pattern, too.
DRAWS_PER_STRING = 20
# Copies of the document's examples for each string that was built: examples are the more realistic ones.
EXAMPLES_PER_STRING = 4
# Share of distinct strings in a pool above which a pattern allows so many that values need not repeat.
VAST_SHARE = 0.97
# Share of values that are examples of the document even then.
EXAMPLE_SHARE = 0.04
# Strings of a pattern that are tried before others are excluded from it exactly, and the share of them that
# must be valid.
TRIED_STRINGS = 50
MOSTLY_VALID = 0.8
# Strings with a token that must be valid, and draws before the unique strings of a pattern count as used up.
UNIQUE_TRIALS = 200
# How many digits longer a unique token may become (36 ** 4 times as many values).
TOKEN_GROWTH = 4
# Distinct strings in as many draws that a pattern must allow for unique ones.
DISTINCT_STRINGS = 1_000
# Random bits of the prefix of tokens: enough for two processes never to share one.
PREFIX_BITS = 60
# Digits, to base 36, that these bits need.
PREFIX_DIGITS = 12

# --- Strings that match regular expressions

# Length above the shortest one up to which strings are usually drawn.
USUAL_EXTRA_LENGTH = 24
# Length above the shortest one up to which a pattern is explored that has no `maxLength`.
EXPLORED_EXTRA_LENGTH = 40
# Longest `maxLength` up to which a pattern is explored; one with a larger one counts as unlimited.
LONGEST_EXPLORED = 1_000
# Probability that a string has the shortest or the longest length, half of it each; and any length between.
AT_A_LENGTH_BOUND = 0.1
OF_ANY_LENGTH = 0.05
# States of an automaton after which long strings are no longer explored, once there are shorter ones.
MANY_STATES = 1_000
# States of an automaton; one with more takes seconds to explore.
AUTOMATON_STATES = 20_000
# Repeats written out for a part that looks ahead, which is no language of its own that could be repeated.
WRITTEN_OUT_REPEATS = 2
# Characters listed of one set, such as of all letters of Unicode.
LISTED_CHARACTERS = 500
# Last code point whose category and script are looked up: others take long and are hardly ever drawn.
LAST_CATEGORISED = 0xFFFF
# Code points in the largest range whose capitals and small letters are added when case is ignored.
LARGEST_CASED_RANGE = 0x3000
# Probability of an ASCII letter or digit, where a set has other characters, too.
PLAIN_CHARACTER = 0.9
