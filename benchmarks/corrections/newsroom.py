"""A newsroom that publishes, corrects, retracts and merges claims."""

import random
import string
from collections.abc import Iterator

from benchmarks.corrections.channels import Action, Case
from claims.features.webhooks.models import WebhookEndpoint
from claims.models import Claim, Publication
from claims.review import workflow
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source, person, publishing


class Newsroom:
    """A newsroom's published claims: one for each action of each round, and a few that stay unchanged."""

    def __init__(self, webhook: str, rounds: int) -> None:
        self._rng = random.Random("corrections")  # noqa: S311  nothing to protect here
        self._checker, self._editor = person("checker", "Fact-checker"), person("editor", "Editor")
        self._publish = publishing(self._checker, self._editor)
        WebhookEndpoint.objects.create(name="Receiver", url=webhook)
        self._planned_cases = [self._publish_case(action) for _ in range(rounds) for action in Action]
        self.finished_cases: list[Case] = []
        #: What readers read meanwhile.
        self.claims = [case.claim for case in self._planned_cases]

    def iterate_cases(self) -> Iterator[Case]:
        """Yield the cases one by one, each with the newest ledger entry before its action."""
        for case in self._planned_cases:
            newest_sequence = Publication.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
            yield Case(**{**vars(case), "sequence": newest_sequence})

    def carry_out(self, case: Case) -> None:
        """Carry out the case's action and commit it."""
        claim = Claim.objects.get(pk=case.claim)
        if case.action == Action.MERGE:
            workflow.move(claim, "merge", by=self._editor, into=Claim.objects.get(pk=case.target))
        elif case.action == Action.RETRACT:
            verdict = claim.verdicts.get(state="published")
            workflow.move(verdict, "retract", by=self._editor, note=f"We were wrong ({case.note}).")
        else:
            verdict = make_draft(
                claim,
                self._checker,
                code="mostly_false",
                summary="It cost 52 million.",
                correction_kind="correction",
                correction_note=f"We rated too harshly ({case.note}).",
            )
            for action, person in (
                ("submit", self._checker),
                ("sign_off", self._editor),
                ("publish", self._editor),
            ):
                verdict = workflow.move(verdict, action, by=person)
        self.finished_cases.append(case)

    def _publish_case(self, action: Action) -> Case:
        word, verdict, note = (self._make_word() for _ in range(3))
        statement = f"The {word} bridge cost 40 million euros."
        source = make_source(f"At the harbour\n\n{statement}", url=f"https://news.example.net/{word}")
        claim = make_claim(statement)
        make_appearance(claim, source, statement)
        self._publish(claim, summary=f"The {verdict} accounts show another sum.")
        target = self._publish(make_claim(f"The {self._make_word()} tunnel is closed."))
        return Case(action, claim.pk, target.pk, statement, word, verdict, note, source.url, 0)

    def _make_word(self) -> str:
        return "".join(self._rng.choices(string.ascii_lowercase, k=14))
