"""Rate limits per caller, shared by all web processes.

Each caller has a budget that refills evenly (a token bucket, kept as one number: what the caller still owes, in seconds
of the refill; elsewhere known as GCRA). A process counts in memory. Only when it has let a tenth of a budget through
since it last asked does it settle that with the shared store, in one statement, and learns what the caller did in the
other processes. So a caller costs the store at most ten statements per budget, and a million callers with one request
each cost it nothing.

How far that can be overshot, for a limit of L requests in w seconds and n processes: in any t seconds, a caller gets
at most L + L·t/w + n·⌈L/10⌉ answers (for requests that cost c > L/10, n·c in the last term). With one process the last
term is 0. What went over is settled all the same and delays what follows, so in the long run the limit holds exactly.
Requests that come through several processes at once may count up to that last term too strictly as well.

Two things make a process forget a caller, and with them at most ⌈L/10⌉ requests: its restart, and the
`CALLERS_REMEMBERED` others that it has seen since. When the store cannot be reached, reads go on, and each process
keeps the limits by itself.
"""

from factcheck.web.throttling.callers import Tier, admit, get_caller, get_limiter
from factcheck.web.throttling.header_fields import build_refusal, write_fields
from factcheck.web.throttling.limiter import Admission, Limiter

__all__ = [
    "Admission",
    "Limiter",
    "Tier",
    "admit",
    "build_refusal",
    "get_caller",
    "get_limiter",
    "write_fields",
]
