"""That every word of the desk's pages is looked up in a catalogue, but for what people wrote: in brackets, it shows."""

import re

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app as worker
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_document import describe_reason
from claims.models import Claim, Cluster, Topic, Verdict
from sources.models import Source
from tests.helpers.bracketed_words import brackets, everything_written, outside
from tests.helpers.full_desk import MODELS, add_row_of_each, address, make_superuser
from tests.helpers.page_words import words_of_page
from tests.helpers.shared_newsroom import checker, editor, shared_rows

__all__ = ["brackets", "checker", "editor", "shared_rows"]  # fixtures

#: Texts that pages show for programs, and masked ones.
_FOR_PROGRAMS = re.compile(r"<pre.*?</pre>|\w+\*{6,}", re.DOTALL)


@pytest.mark.slow
@pytest.mark.django_db
def test_only_texts_by_people_are_in_english(
    brackets: None, shared_rows: None, checker: User, editor: User, client: Client
) -> None:
    add_row_of_each(checker, editor)
    client.force_login(make_superuser())
    claim, verdict, source = (
        Claim.objects.latest("pk"),
        Verdict.objects.latest("pk"),
        Source.objects.latest("pk"),
    )
    pages = [reverse("admin:index"), reverse("admin:claims_claim_import")]
    pages += [address(model, "changelist") for model in MODELS]
    pages += [address(row, "history", row.pk) for row in (claim, verdict, source)]
    pages += [address(row, "change", row.pk) for row in map(_newest, MODELS) if row]
    pages += [address(Topic, "delete", Topic.objects.latest("pk").pk), address(Cluster, "add")]
    worker.perform_import_paths()
    written = "\n".join(worker.tasks)
    # A format is called by its name, and a job by its task and what it was given.
    written += everything_written() + "\nTable\nCSV\nTSV\nExcel\nSHA-256\n#rrggbb\n"
    written += "\n".join(map(str, ProcrastinateJob.objects.all()))
    # Readers' words, in the language of the verdict.
    written += "\n".join(describe_reason(reason, "en") for reason in ReplyRequest.NotAskingReason.values)
    written = written.lower()  # names of rows begin with a capital above their pages
    left: dict[str, list[str]] = {}
    for page in pages:
        answer = client.get(page, follow=True)
        assert answer.status_code == 200, page
        bare = [
            words
            for words in words_of_page(_in_one_piece(answer.content.decode()))
            if any(re.search(r"[A-Za-z]{3}", part) and part.lower() not in written for part in outside(words))
        ]
        if bare:
            left[page] = bare
    assert left == {}


def _in_one_piece(html: str) -> str:
    """The page without what programs read of it, and sentences without the tags inside them."""
    return re.sub(r"⟦[^⟦⟧]*⟧", lambda said: re.sub(r"<[^>]*>", "", said[0]), _FOR_PROGRAMS.sub("", html))


def _newest(model: type[Model]) -> Model | None:
    return model._default_manager.order_by("pk").last()
