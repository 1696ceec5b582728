"""The weights of ranking, fitted on sets of a few rows."""

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from benchmarks.matching import fitting
from claims.matching.embedding.embedder import Vectors
from claims.matching.ranking import WEIGHTS_FILE

WEIGHTS = WEIGHTS_FILE.read_text("utf-8")
SUBJECTS = ("tram", "ferry", "bridge", "harbour", "toll", "lighthouse", "zeppelin", "mayor")


class BagOfWords:
    """In place of an embedder."""

    def embed_claims(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), 64), 0.01, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                row[crc32(word.encode()) % 64] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    embed_questions = embed_claims


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        if path.name.endswith(".jsonl.gz"):
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, rows[0], delimiter="\t", quoting=csv.QUOTE_NONE)
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "matching"
    for name in ("ct22_2a_en", "ct22_2b_en", "ct25_norm_multi"):
        claims = [
            {
                "id": str(number),
                "text": f"The {subject} of Arvan costs {number} million crowns.",
                "lang": "en",
            }
            | {"title": f"No, the {subject} is free", "date": "", "speaker": ""}
            for number, subject in enumerate(SUBJECTS)
        ]
        asked = [
            {"qid": f"20190502_Obama_{number}_1", "text": f"They pay {number} million for the {subject}!"}
            | {"claim_id": str(number), "lang": "en"}
            for number, subject in enumerate(SUBJECTS)
        ]
        _write(folder / name / "claims.jsonl.gz", claims)
        _write(folder / name / "train.tsv.gz", asked[1:])
        _write(folder / name / "dev.tsv.gz", asked[:1])
    ordinary = [
        {"text": f"Good morning, what a lovely day number {number} it is.", "lang": "en"}
        | {"label": "0", "split": "train"}
        for number in range(4)
    ]
    for name in ("ct22_multi", "ct24_en"):
        _write(tmp_path / "detection" / f"{name}.tsv.gz", ordinary)
    return folder


@pytest.mark.parametrize(("with_vectors", "fitted"), [(True, {"words", "same"}), (False, {"words"})])
def test_the_weights_of_each_kind_of_pairs_that_there_are_are_fitted(
    data: Path, monkeypatch: pytest.MonkeyPatch, with_vectors: bool, fitted: set[str]
) -> None:
    model = data / "ranking.json"
    model.write_text(WEIGHTS)
    monkeypatch.setattr(fitting, "WEIGHTS_FILE", model)
    monkeypatch.setattr(fitting, "build_embeddings", BagOfWords)
    assert fitting.fit(data, with_vectors=with_vectors) == 0
    before, after = json.loads(WEIGHTS), json.loads(model.read_text())
    assert {kind for kind in after if after[kind] != before[kind]} == fitted
    assert {kind: (list(each), list(each["figures"])) for kind, each in after.items()} == {
        kind: (list(each), list(each["figures"])) for kind, each in before.items()
    }
