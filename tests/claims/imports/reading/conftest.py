"""What tests of importers may use."""

from tests.sources.conftest import site

__all__ = ["site"]
