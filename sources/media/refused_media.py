"""The reasons why a file is rejected as media."""

from sources.failures import Failure


class MediaRefused(Failure):
    """The file is rejected and nothing is stored.

    `reason_code` is one of: empty, too_large, unknown_type, svg, too_many_pixels, unreadable, too_costly, busy,
    not_taken.
    """
