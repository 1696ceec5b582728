"""Rate limits per caller, shared by all web processes.

Each caller has a budget that refills evenly. This is a token bucket, stored as one number: the caller's debt in seconds
of the refill (also known as GCRA). A process counts in memory. When it has admitted a tenth of a budget since its last
settlement, it settles with the shared store in one statement, and learns what the caller did in other processes. So a
caller costs the store at most ten statements per budget, and a million callers with one request each cost it nothing.

The limit can be exceeded as follows, for L requests in w seconds and n processes: in any t seconds, a caller gets at
most L + L·t/w + n·⌈L/10⌉ responses (for requests that cost c > L/10, the last term is n·c). With one process the last
term is 0. The excess is also settled and delays later requests, so in the long run the limit holds exactly. Concurrent
requests through several processes may also be counted too strictly, by up to that last term.

A process forgets a caller, and at most ⌈L/10⌉ of its requests, in two cases: when it restarts, and after `MAX_CALLERS`
other callers. When the store is unreachable, reads continue, and each process enforces the limits alone.
"""

from factcheck.web.throttling.callers import Tier, admit, get_caller, get_limiter
from factcheck.web.throttling.header_fields import build_refusal, write_fields
from factcheck.web.throttling.limiter import Admission, Limiter
