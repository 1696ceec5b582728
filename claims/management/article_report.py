"""The result of `import_article`: a table for people, or one JSON object for programs."""

import json
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from claims.articles.article_import import ImportedArticle
from claims.articles.detection import CheckBand, choose_band
from claims.articles.existing_checks import ExistingCheck
from claims.articles.proposals import FoundClaim
from claims.articles.score_reasons import BAND_LABELS, describe_reasons, get_band_label
from claims.models import Claim, Claimant
from claims.newsroom.likely_claimants import find_likely_claimants
from claims.quotes.changed_sources import AnchorOutcome
from factcheck.installation.messages import translate_message as sentence_in_words
from factcheck.list_phrases import join_phrases
from sources.addresses import build_fragment

#: Below this many columns, the claimant and the reasons are printed under the statement instead of beside it.
NARROW_WIDTH = 80

_KINDS = {
    "same": gettext_lazy("Already checked"),
    "related": gettext_lazy("Checked on a related claim"),
    "contradicts": gettext_lazy("Checked: the claim differs from this text"),
}


def build_document(article: ImportedArticle) -> dict[str, Any]:
    """Return the report as JSON values. Offsets refer to `snapshot.text`. After a dry run, new rows have no `id`."""
    capture_result = article.capture_result
    source, snapshot = capture_result.source, capture_result.snapshot
    claims = _sort_claims(article)
    likely_claimants = find_likely_claimants(
        claim_found.claim.claimant for claim_found, _ in claims if claim_found.claim.claimant
    )
    return {
        "dry_run": article.dry_run,
        "source": {
            "id": _get_id(source.pk, capture_result.is_new_source, article),
            "is_new": capture_result.is_new_source,
            "title": source.title,
            "kind": source.kind,
            "url": source.url,
            "publisher": source.publisher.name if source.publisher else None,
            "byline": source.byline,
            "published_on": source.published_on.isoformat() if source.published_on else None,
            "language": source.language,
        },
        "snapshot": {
            "id": _get_id(snapshot.pk, capture_result.is_new_snapshot, article),
            "is_new": capture_result.is_new_snapshot,
            "number": snapshot.number,
            "captured_at": snapshot.captured_at.isoformat(),
            "url": snapshot.url,
            "media_type": snapshot.media_type,
            "extractor": snapshot.extractor,
            "content_sha256": snapshot.content_sha256,
            "content_size": snapshot.content_size,
            "text_sha256": snapshot.text_sha256,
            "caveats": [asdict(caveat) for caveat in capture_result.document.caveats],
            "text": snapshot.text,
        },
        "claims": [
            {
                **_build_claim(claim_found, is_new, article),
                "claimant_may_be": _list_likely_claimants(claim_found.claim, likely_claimants),
            }
            for claim_found, is_new in claims
        ],
        "also_stated": [
            {
                **asdict(statement),
                "reasons": [asdict(reason) for reason in statement.reasons],
                "band": choose_band(statement.score),
            }
            for statement in article.proposal.also_stated
        ],
        "failure": article.proposal.failure,
        "anchors": {
            "held": [_build_outcome(outcome) for outcome in article.proposal.held],
            "moved": [_build_outcome(outcome) for outcome in article.proposal.moved],
            "orphaned": [_build_outcome(outcome) for outcome in article.proposal.orphaned],
        },
    }


def print_document(article: ImportedArticle, console: Console) -> None:
    """Print the report as one JSON object."""
    is_plain = not console.encoding.startswith("utf")
    text = json.dumps(build_document(article), ensure_ascii=is_plain, indent=2)
    try:
        console.file.write(f"{text}\n")
        console.file.flush()
    except BrokenPipeError:
        # The reader closed the pipe (`| head`); rich does the same for tables.
        console.on_broken_pipe()


def print_report(article: ImportedArticle, console: Console) -> None:
    """Print the extraction, the claims by band and position, the earlier anchors, and the totals."""
    console.print(_build_header(article))
    claims = _sort_claims(article)
    if claims:
        console.print(_build_claims_table(article, claims, is_narrow=console.width < NARROW_WIDTH))
    proposal = article.proposal
    if proposal.also_stated:
        console.print(Text(gettext("Other claims in the text"), style="bold"))
        for statement in proposal.also_stated:
            console.print(Text(f"  {statement.statement}"))
    if proposal.moved or proposal.orphaned:
        console.print(_build_anchors_table([*proposal.moved, *proposal.orphaned]))
    console.print(Text(_build_summary(article)), soft_wrap=True)


def _sort_claims(article: ImportedArticle) -> list[tuple[FoundClaim, bool]]:
    """Return pairs of a claim and whether it is new, ordered by band and position in the text."""
    proposal = article.proposal
    claims_found = [(claims_found, True) for claims_found in proposal.created] + [
        (claims_found, False) for claims_found in proposal.existing
    ]
    bands = list(CheckBand)
    return sorted(
        claims_found,
        key=lambda pair: (bands.index(choose_band(pair[0].claim.score or 0)), pair[0].anchor.start),
    )


def _get_id(key: int, is_new: bool, article: ImportedArticle) -> int | None:
    return None if article.dry_run and is_new else key


def _build_claim(claim_found: FoundClaim, is_new: bool, article: ImportedArticle) -> dict[str, Any]:
    claim, anchor = claim_found.claim, claim_found.anchor
    return {
        "id": _get_id(claim.pk, is_new, article),
        "is_new": is_new,
        "state": claim.state,
        "statement": claim.statement,
        "exact": anchor.exact,
        "prefix": anchor.prefix,
        "suffix": anchor.suffix,
        "start": anchor.start,
        "end": anchor.end,
        "heard_at": build_fragment(article.capture_result.snapshot.cues, anchor.start, anchor.end) or None,
        "score": claim.score,
        "band": None if claim.score is None else choose_band(claim.score),
        "reasons": [asdict(reason) for reason in claim_found.reasons],
        "claimant": claim.claimant.name if claim.claimant else None,
        "claimant_job_title": claim.claimant.job_title if claim.claimant else None,
        "checked_before": _build_existing_check(article.existing_checks.get(claim.pk)),
    }


def _list_likely_claimants(
    claim: Claim, claimants_by_name: dict[str, list[Claimant]]
) -> list[dict[str, Any]]:
    """Return existing claimants that the name may refer to, for an editor to decide."""
    return [
        {
            "id": likely_claimant.pk,
            "name": likely_claimant.name,
            "job_title": likely_claimant.job_title,
            "same_as": likely_claimant.same_as,
        }
        for likely_claimant in (claimants_by_name.get(claim.claimant.name, []) if claim.claimant else [])
    ]


def _build_existing_check(check: ExistingCheck | None) -> dict[str, Any] | None:
    """Return a published claim as JSON values; None if there is none."""
    return {**asdict(check), "reasons": list(check.reasons)} if check else None


def _build_outcome(outcome: AnchorOutcome) -> dict[str, Any]:
    appearance = outcome.appearance
    return {
        "claim": appearance.claim_id,
        "appearance": appearance.pk,
        "exact": appearance.exact,
        "start_before": outcome.start_before,
        "start": appearance.start,
        "reason": outcome.reason,
    }


def _build_header(article: ImportedArticle) -> Table:
    capture_result = article.capture_result
    source, snapshot = capture_result.source, capture_result.snapshot
    if not capture_result.is_new_source:
        details = gettext("source %(number)s, already known")
    else:
        details = gettext("new source") if article.dry_run else gettext("source %(number)s, new")
    version = (
        gettext("snapshot %(number)s, new")
        if capture_result.is_new_snapshot
        else gettext("snapshot %(number)s, unchanged")
    ) % {"number": snapshot.number}
    character_count, word_count = len(snapshot.text), len(snapshot.text.split())
    lengths = [
        ngettext("%(number)s character", "%(number)s characters", character_count)
        % {"number": f"{character_count:,}"},
        ngettext("%(number)s word", "%(number)s words", word_count) % {"number": f"{word_count:,}"},
    ]
    rows = {
        gettext("Title"): source.title,
        gettext("Publisher"): source.publisher.name if source.publisher else "",
        gettext("Byline"): source.byline,
        gettext("Published"): source.published_on.isoformat() if source.published_on else "",
        gettext("Language"): source.language,
        gettext("Address"): source.url,
        gettext("Text"): ", ".join(lengths),
        gettext("Source"): f"{details % {'number': source.pk}}; {version}",
    }
    failure = [sentence_in_words(article.proposal.failure)] if article.proposal.failure else []
    caveats = "\n".join([*(caveat.sentence for caveat in capture_result.document.caveats), *failure])
    header = Table.grid(padding=(0, 2))
    header.add_column(style="bold")
    header.add_column(overflow="fold")
    for name, value in rows.items():
        header.add_row(name, Text(value) if value else Text(gettext("not found"), style="dim"))
    if caveats:
        header.add_row(gettext("Note"), Text(caveats, style="bold"))
    return header


def _build_claims_table(
    article: ImportedArticle, claims: list[tuple[FoundClaim, bool]], *, is_narrow: bool
) -> Table:
    table = Table(expand=True)
    table.add_column("", width=max(map(len, map(str, BAND_LABELS.values()))))
    table.add_column(gettext("Statement"), ratio=5, overflow="fold")
    if not is_narrow:
        table.add_column(gettext("Claimant"), ratio=2, overflow="fold")
        table.add_column(gettext("Reasons"), ratio=2, overflow="fold")
    for claim_found, is_new in claims:
        claim = claim_found.claim
        statement = Text(claim.statement)
        if position := build_fragment(
            article.capture_result.snapshot.cues, claim_found.anchor.start, claim_found.anchor.end
        ):
            statement.append(f" ({position})", style="dim")
        if not is_new:
            existing_claim = gettext("claim %(id)s, %(state)s") % {
                "id": claim.pk,
                "state": claim.get_state_display().lower(),
            }
            statement.append(f" ({existing_claim})", style="dim")
        if existing_check := article.existing_checks.get(claim.pk):
            statement.append(
                f"\n{_KINDS[existing_check.kind]}: {_describe_rating(existing_check)}, {existing_check.address}",
                style="bold",
            )
        columns = [_format_claimant(claim), Text(_format_reasons(claim_found), style="dim")]
        cells: list[RenderableType] = [statement, *columns]
        if is_narrow:
            cells = [Group(statement, *(text for text in columns if text))]
        table.add_row(get_band_label(claim.score), *cells)
    return table


def _describe_rating(check: ExistingCheck) -> str:
    if check.rating and check.publisher:
        return gettext("rated “%(rating)s” by %(publisher)s") % {
            "rating": check.rating,
            "publisher": check.publisher,
        }
    return check.rating or check.publisher or gettext("without a rating")


def _format_reasons(claim_found: FoundClaim) -> str:
    """Return the reasons why the claim is worth checking, in words."""
    return join_phrases(describe_reasons(map(str, claim_found.reasons)))


def _format_claimant(claim: Claim) -> Text:
    return Text(str(claim.claimant) if claim.claimant else "")


def _build_anchors_table(outcomes: list[AnchorOutcome]) -> Table:
    table = Table(title=gettext("Earlier anchors"), title_justify="left", expand=True)
    table.add_column(gettext("Claim"), justify="right")
    table.add_column(gettext("Wording"), ratio=3, overflow="fold")
    table.add_column(gettext("Now"), ratio=2, overflow="fold")
    for outcome in outcomes:
        appearance = outcome.appearance
        outcome_text = gettext("moved, %(before)s → %(now)s") % {
            "before": outcome.start_before,
            "now": appearance.start,
        }
        if outcome.state == "orphaned":
            outcome_text = gettext("orphaned: %(reason)s") % {"reason": outcome.reason}
        table.add_row(str(appearance.claim_id), Text(appearance.exact), Text(outcome_text))
    return table


def _build_summary(article: ImportedArticle) -> str:
    proposal = article.proposal
    created_count, existing_count = len(proposal.created), len(proposal.existing)
    parts = [
        ngettext("%(number)s claim proposed", "%(number)s claims proposed", created_count)
        % {"number": created_count}
    ]
    if existing_count:
        parts.append(gettext("%(number)s seen before") % {"number": existing_count})
    if proposal.also_stated:
        parts.append(
            ngettext(
                "%(number)s further claim; use --all to propose it",
                "%(number)s further claims; use --all to propose them",
                len(proposal.also_stated),
            )
            % {"number": len(proposal.also_stated)}
        )
    if same_count := sum(
        existing_check.kind == "same" for existing_check in article.existing_checks.values()
    ):
        parts.append(gettext("%(number)s already checked") % {"number": same_count})
    if proposal.held or proposal.moved or proposal.orphaned:
        parts.append(
            gettext("anchors: %(held)s unchanged, %(moved)s moved, %(orphaned)s orphaned")
            % {"held": len(proposal.held), "moved": len(proposal.moved), "orphaned": len(proposal.orphaned)}
        )
    summary = "; ".join(parts) + "."
    return f"{summary} {gettext('Nothing was stored: this was a dry run.')}" if article.dry_run else summary
