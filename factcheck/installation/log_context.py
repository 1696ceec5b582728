"""The context of a thread (request, job and user) for log lines and error reports."""

import re
from contextvars import ContextVar

#: The id of a request from the proxy to its jobs; empty outside of requests.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: The job that the background worker does, as its number and the name of its task; empty outside of jobs.
job: ContextVar[str] = ContextVar("job", default="")

#: The allowed form of a request id: no white space, no quotation marks, nothing that ends a line.
REQUEST_ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/=@-]{0,63}")
