"""The numbers that shape payloads, in one place. Probabilities are from 0 to 1; a depth counts the containers
around a value.
"""

# Deeper than this, containers hold only what they must: payloads stay small, and recursive schemas end.
DEEPEST = 5
# How often an optional property is there, if it holds no container.
OPTIONAL = 0.5
# How often one is there that holds a container, by the depth of the object: trees thin out as they grow.
OPTIONAL_CONTAINER = (0.5, 0.35, 0.15, 0.05, 0.02, 0.0)
# How often an object near the top has all of its optional properties, and how often none: both are corners
# that services trip over, and that chance would hardly ever reach.
ALL_OR_NONE = 0.05
# So many more items than it must have a list gets at most, and so many properties beyond those described.
ITEMS_AT_MOST = 3
EXTRAS_AT_MOST = 2
# So often a value that must be unlike others, or must fit, is drawn anew before it is given up.
TRIALS = 50
