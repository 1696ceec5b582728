"""The log of requests, a line each: `serve --access-log`. It names who asked, also behind proxies."""

import logging
from functools import partial

from factcheck.web.throttling.callers import address_of

#: The line that granian writes by itself, with what proxies say in the place of the address that spoke to us.
BEHIND_PROXIES = (
    '[%(time)s] %(header{x-forwarded-for})s - "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).3f'
)
#: Under which name granian hands over the field to what it logs with.
_FIELD = "_h0"


def name_visitors(proxies: int) -> None:
    """Have the log of this process say the address that limits count too, not all that a visitor may have made up."""
    logging.getLogger("granian.access").addFilter(partial(_named, proxies=proxies))


def _named(line: logging.LogRecord, proxies: int) -> bool:
    if isinstance(line.args, dict) and _FIELD in line.args:
        said = {"HTTP_X_FORWARDED_FOR": line.args[_FIELD].removeprefix("-"), "REMOTE_ADDR": line.args["addr"]}
        line.args[_FIELD] = address_of(said, proxies)
    return True
