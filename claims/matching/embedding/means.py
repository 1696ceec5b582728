"""The mean vectors of languages, computed from sample posts at first, and from claims once there are enough."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from claims.matching.embedding.centring import add_mean, subtract_mean
from claims.matching.embedding.embedder import Embedder, Vectors
from claims.matching.embedding.sample_posts import load_sample_posts
from claims.models import EmbeddingModel, LanguageMean
from factcheck.database.model_fields import format_half_vector, parse_half_vector

Kind = LanguageMean.Kind

#: A language with this many public statements has a mean of its claims.
MIN_STATEMENTS = 100
#: The mean is recomputed when the number of claims has grown by this factor.
GROWTH_FACTOR = 10
#: The maximum number of claims for a mean, chosen by their hashes.
SAMPLE_SIZE = 10_000
#: The number of vectors that are recentred in one transaction.
BATCH_SIZE = 500


class SubtractedMean(NamedTuple):
    """The mean vector that is subtracted from vectors of statements in one language."""

    id: int
    mean: NDArray[np.float64]


class MeanVectors:
    """The mean vectors that are currently subtracted from statement vectors, by language."""

    def __init__(self, model: EmbeddingModel) -> None:
        means_by_language: dict[str, dict[str, SubtractedMean]] = defaultdict(dict)
        for mean in model.means.current().exclude(kind=Kind.QUERIES):
            means_by_language[mean.kind][mean.language] = SubtractedMean(mean.pk, np.array(mean.mean))
        self._claims, self._posts = means_by_language[Kind.CLAIMS], means_by_language[Kind.POSTS]

    def get_mean(self, language: str) -> SubtractedMean:
        return self._claims.get(language) or self._posts.get(language) or self._posts[""]

    def centre(self, raw_vectors: Vectors, languages: Sequence[str]) -> tuple[Vectors, Vectors, list[int]]:
        """Return the vectors as stored, their lengths, and the ids of the subtracted means."""
        subtracted_means = [self.get_mean(language) for language in languages]
        means = np.array([mean for _id, mean in subtracted_means])
        return *subtract_mean(raw_vectors, means), [pk for pk, _mean in subtracted_means]


def prepare_means(model: EmbeddingModel, embedder: Embedder) -> Iterator[None]:
    """Compute a new model's missing means from sample posts. Yields after each language, where callers may stop."""
    posts = load_sample_posts()
    for kind, embed in ((Kind.QUERIES, embedder.embed_queries), (Kind.POSTS, embedder.embed_statements)):
        stored_means = {mean.language: mean.mean for mean in model.means.filter(kind=kind)}
        for language in sorted(posts.keys() - stored_means.keys()):
            mean = embed(posts[language]).mean(axis=0, dtype=float)
            stored_means[language] = _store_mean(model, kind, language, len(posts[language]), mean)
            yield
        if "" not in stored_means:
            # Languages count equally, whatever their number of posts.
            _store_mean(
                model, kind, "", sum(map(len, posts.values())), np.mean(list(stored_means.values()), axis=0)
            )


def _store_mean(
    model: EmbeddingModel, kind: str, language: str, texts: int, mean: NDArray[np.floating]
) -> list[float]:
    row, _is_new = LanguageMean.objects.get_or_create(
        model=model,
        kind=kind,
        language=language,
        texts=texts,
        defaults={"mean": mean.tolist(), "is_settled": True},
    )
    return row.mean


def renew_means(model: EmbeddingModel) -> None:
    """Renew the means of languages that have many more claims than before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT language, count(*) FROM claims_statementvector WHERE model_id = %s AND is_public
            GROUP BY language HAVING count(*) >= greatest(%s, %s * coalesce((
                SELECT max(texts) FROM claims_languagemean AS known
                WHERE known.model_id = %s AND known.kind = 'claims'
                    AND known.language = claims_statementvector.language
            ), 0))
            """,
            [model.pk, MIN_STATEMENTS, GROWTH_FACTOR, model.pk],
        )
        grown_languages = cursor.fetchall()
    for language, texts in grown_languages:
        mean = _compute_claims_mean(model, language)
        LanguageMean.objects.get_or_create(
            model=model, kind=Kind.CLAIMS, language=language, texts=texts, defaults={"mean": mean.tolist()}
        )


def _compute_claims_mean(model: EmbeddingModel, language: str) -> NDArray[np.float64]:
    """Compute the mean of published claims only, so that public answers do not depend on drafts."""
    means = {mean.pk: np.array(mean.mean) for mean in model.means.exclude(kind=Kind.QUERIES)}
    vector_sum, count = np.zeros(model.dimensions), 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT mean_id, length, public.halfvec_send(vector) FROM claims_statementvector"
            " WHERE model_id = %s AND is_public AND language = %s ORDER BY text_sha256 LIMIT %s",
            [model.pk, language, SAMPLE_SIZE],
        )
        for mean_id, length, stored_vector in cursor:
            vector_sum += parse_half_vector(bytes(stored_vector)) * length + means[mean_id]
            count += 1
    return vector_sum / count


def recentre_vectors(model: EmbeddingModel) -> bool:
    """Recentre vectors from which an older mean was subtracted; return whether more may remain.

    Each call processes one batch, so that the caller can stop in between.
    """
    current_mean = model.means.filter(kind=Kind.CLAIMS, is_settled=False).order_by("id").first()
    if current_mean is None:
        return False
    with transaction.atomic():
        if not _recentre_batch(model, current_mean):
            current_mean.is_settled = True
            current_mean.save(update_fields=["is_settled"])
    return True


def _recentre_batch(model: EmbeddingModel, current_mean: LanguageMean) -> bool:
    means = {mean.pk: np.array(mean.mean) for mean in model.means.exclude(kind=Kind.QUERIES)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, mean_id, length, public.halfvec_send(vector) FROM claims_statementvector"
            " WHERE model_id = %s AND language = %s AND mean_id < %s ORDER BY id LIMIT %s FOR NO KEY UPDATE",
            [model.pk, current_mean.language, current_mean.pk, BATCH_SIZE],
        )
        rows = cursor.fetchall()
        if not rows:
            return False
        ids, earlier_means, lengths, stored_vectors = zip(*rows, strict=True)
        vectors = np.array([parse_half_vector(bytes(stored_vector)) for stored_vector in stored_vectors])
        original_vectors = add_mean(
            vectors, np.array(lengths, np.float32), np.array([means[pk] for pk in earlier_means])
        )
        centred, lengths_now = subtract_mean(original_vectors, means[current_mean.pk])
        cursor.execute(
            "UPDATE claims_statementvector AS made SET vector = new.vector, length = new.length, mean_id = %s"
            " FROM unnest(%s::bigint[], %s::float8[], %s::public.halfvec[]) AS new (id, length, vector)"
            " WHERE made.id = new.id",
            [
                current_mean.pk,
                list(ids),
                lengths_now.astype(float).tolist(),
                list(map(format_half_vector, centred)),
            ],
        )
    return True
