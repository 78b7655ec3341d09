"""The messages between a master and its workers, each with the id of its run (`run`), so that nothing of one
run gets into another:

BEGIN    master → worker   document, options, what exists, and for how long (s) the run has gone on
SHARE    master → worker   which part of the arrivals is the worker's; sent anew when workers come and go
FINISH   master → worker   the users are to end, and what was written is to be read back
HERE     worker → master   a sign of life, every half second, with how many calls were sent
RESULTS  worker → master   what was recorded since the last report: with Locust's own reports, and at the end
LEAVE    worker → master   the run is to end before its time, and why
"""

BEGIN = "begin"
SHARE = "share"
FINISH = "finish"
HERE = "here"
RESULTS = "contract results"
LEAVE = "leave"

# Users have so long (s) to end their calls.
STOP_TIMEOUT_S = 10.0
