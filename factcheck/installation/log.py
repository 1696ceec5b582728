"""What is logged, and where to: to the terminal, for whatever runs the site to keep."""

from typing import Any


def log_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["terminal"], "level": level},
        "loggers": {
            # Django's own handlers would write each line a second time or mail it to ADMINS, of whom there are none.
            "django": {"handlers": [], "level": level, "propagate": True},
            # Whoever fetches tells people that an address was refused, in words of their own.
            "requests_hardened": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING" if level == "INFO" else level},  # it tells of every poll
        },
    }
