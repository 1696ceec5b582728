"""Tools that search published claims by text, words or URL, using the functions of the public API."""

from typing import Any

import orjson
from django.urls import reverse

from claims.features.assistants import answer_schemas, findings
from claims.features.assistants.claim_documents import clean_web_url, load_current_claims, load_entries
from claims.features.assistants.claim_texts import compose_text, iterate_claim_lines
from claims.features.assistants.internal_requests import build_get_request
from claims.features.assistants.text_rendering import quote_list, quote_text, show_invisible_characters
from claims.features.assistants.tool_arguments import (
    Arguments,
    ChoiceArgument,
    DayArgument,
    NumberArgument,
    TextArgument,
    ToolRefused,
)
from claims.features.assistants.tools import Caller, EquivalentRequest, Tool, ToolResult
from claims.ledger.queries.address_search import LENGTH_LIMIT
from claims.ledger.queries.claim_filters import ClaimPageQuery
from claims.matching.answers import MATCH_LIMIT as _MOST
from claims.matching.answers import AnsweredPassage, Match, match_published_text, split_passages
from claims.models import Publication, RatingClass
from claims.public.api.claims import ClaimResource
from claims.public.api.lookup import look_up_addresses
from claims.public.api.match import MatchOptionsQuery
from claims.search.queries import MAX_LENGTH
from factcheck.api.query_values import InvalidValue

Document = dict[str, Any]

MAX_PAGE_SIZE = 20
#: The longest text that can be matched: its characters and its sentences.
MAX_TEXT_LENGTH, MAX_SENTENCES = 10_000, 30
#: Related claims below this confidence are listed without their verdicts.
_MIN_LIKELY_CONFIDENCE = 0.25


# match_text -----------------------------------------------------------------------------------------------------------

_MATCH_ARGUMENTS = (
    TextArgument(
        name="text",
        meaning=f"What may have been checked: a statement, a post or a passage, in any language. At most"
        f" {MAX_TEXT_LENGTH:,} characters and {MAX_SENTENCES} sentences.",
        maximum=MAX_TEXT_LENGTH,
        required=True,
        examples=("The harbour bridge cost 90 million euros.",),
    ),
    TextArgument(
        name="language",
        meaning="The language of the text (BCP 47), if known; otherwise it is detected.",
        maximum=35,
        examples=("en",),
    ),
    NumberArgument(
        name="matches", meaning="The maximum number of claims for each passage.", maximum=5, default=3
    ),
)


def match_text(arguments: Arguments, caller: Caller) -> ToolResult:
    """Match a text with published claims that it repeats, contradicts or is related to."""
    parameters: dict[str, str | int] = {"matches": _MOST}
    if "language" in arguments:
        parameters["text_language"] = arguments["language"]
    request = build_get_request(reverse("match"), parameters)
    text = arguments["text"]
    if (sentence_count := len(split_passages(text))) > MAX_SENTENCES:
        raise ToolRefused(
            f"`text`: there are {sentence_count} sentences in it; at most {MAX_SENTENCES} are answered at once."
            " Send parts."
        )
    result = match_published_text(
        text, MatchOptionsQuery(request.GET, Publication.objects.all(), request=request).options
    )
    claims = load_current_claims({match.claim for passage in result.passages for match in passage.matches})
    passages = [_build_passage(text, passage, claims, arguments["matches"]) for passage in result.passages]
    # Each claim once, in the order of the matches.
    claim_ids = dict.fromkeys(match["claim_id"] for passage in passages for match in passage["matches"])
    claims = {key: claims[key] for key in claim_ids}
    outcomes = {passage["outcome"] for passage in passages} or {"not_checked"}
    outcome_name = outcomes.pop() if len(outcomes) == 1 else "not_the_same_throughout"
    document: Document = {
        "outcome": outcome_name,
        "meaning": findings.OUTCOME_MESSAGES[outcome_name],
        "language": result.language,
        "compared_meanings": bool(result.embedder),
        "passages": passages,
        "claims": list(claims.values()),
    }
    lines = [findings.OUTCOME_MESSAGES[outcome_name]]
    for passage in passages:
        if len(passages) > 1:
            quoted_sentence = quote_text(text[passage["start"] : passage["end"]], 300)
            lines.append(f"Sentence {quoted_sentence}: {passage['meaning']}")
        lines += map(_format_match, passage["matches"])
        lines += map(_format_uncertain_match, passage["may_be_meant"])
    for claim in claims.values():
        lines += iterate_claim_lines(claim)
    return ToolResult(document, compose_text(lines))


def _build_passage(
    text: str, passage: AnsweredPassage, claims: dict[int, Document], max_matches: int
) -> Document:
    # Leave out claims that were withdrawn since the match.
    matches = [match for match in passage.matches if match.claim in claims]
    likely_matches = [
        match for match in matches if match.kind != "related" or match.confidence >= _MIN_LIKELY_CONFIDENCE
    ]
    shown_matches = likely_matches[:max_matches]
    uncertain_matches = [match for match in matches if match not in likely_matches]
    possible_claims = (
        []
        if shown_matches
        else [_build_reference(claims[match.claim]) for match in uncertain_matches[:max_matches]]
    )
    empty_outcome = "perhaps_checked" if possible_claims else "not_checked"
    outcome = findings.OUTCOMES_BY_RELATION[shown_matches[0].kind] if shown_matches else empty_outcome
    return {
        "start": passage.start,
        "end": passage.end,
        "outcome": outcome,
        "meaning": findings.OUTCOME_MESSAGES[outcome],
        "matches": [_build_match(match, text[passage.start : passage.end]) for match in shown_matches],
        "may_be_meant": possible_claims,
    }


def _build_reference(claim: Document) -> Document:
    """Return a claim's statement and links, without its verdicts."""
    return {name: claim[name] for name in ("claim_id", "statement", "language", "address")}


def _build_match(match: Match, text: str) -> Document:
    return {
        "claim_id": match.claim,
        "finding": match.kind,
        "confidence": round(match.confidence, 3),
        "reasons": [show_invisible_characters(reason, 300) for reason in match.reasons],
        "only_in_text": [
            show_invisible_characters(match_text, 300) for match_text in match.list_words_only_in_text(text)
        ],
        "only_in_claim": [
            show_invisible_characters(match_text, 300) for match_text in match.words_only_in_claim
        ],
    }


def _format_match(match: Document) -> str:
    reasons = f" Why: {quote_list(match['reasons'])}" if match["reasons"] else ""
    for name, location in (("only_in_text", "the text"), ("only_in_claim", "the claim")):
        if match[name]:
            reasons += f" Only in {location}: {quote_list(match[name])}."
    return (
        f"- Claim {match['claim_id']}: {findings.RELATION_PHRASES[match['finding']]}"
        f" (certain to {match['confidence']:.2f} of 1).{reasons}"
    )


def _format_uncertain_match(claim: Document) -> str:
    return (
        f"- May be meant: claim {claim['claim_id']}, statement ({claim['language']}) {quote_text(claim['statement'])},"
        f" address {quote_text(claim['address'])}. Its verdict is told by get_claim."
    )


# search_claims --------------------------------------------------------------------------------------------------------

_SEARCH_ARGUMENTS = (
    TextArgument(
        name="query",
        meaning="Words to search for, as in a web search: all of them, with `or` between two either, with `-` before"
        " one none of it. Leave it out to list what is newest.",
        maximum=MAX_LENGTH,
        examples=("harbour bridge cost",),
    ),
    TextArgument(
        name="language", meaning="Language of the claim (BCP 47).", maximum=35, examples=("en", "pt-BR")
    ),
    ChoiceArgument(
        name="rating_class",
        meaning="Only claims with a verdict of this rating class.",
        choices=tuple(RatingClass.values),
    ),
    TextArgument(
        name="publisher",
        meaning="Only claims with a verdict of this publisher: its domain or its number.",
        maximum=253,
        examples=("example.org",),
    ),
    TextArgument(name="topic", meaning="Only claims about this topic: its slug or its number.", maximum=100),
    NumberArgument(
        name="claimant", meaning="Only claims by this person or organisation: the number of the claimant."
    ),
    DayArgument(name="reviewed_after", meaning="Reviewed on this day or later."),
    DayArgument(name="reviewed_before", meaning="Reviewed on this day or earlier."),
    DayArgument(name="updated_after", meaning="Published, corrected or retracted on this day or later."),
    ChoiceArgument(
        name="status",
        meaning="`retracted` and `merged` list what was withdrawn; otherwise, what is published.",
        choices=tuple(Publication.Status.values),
    ),
    DayArgument(name="as_of", meaning="The claim as published at the end of this day (UTC)."),
    NumberArgument(
        name="page_size", meaning="The number of claims per page.", maximum=MAX_PAGE_SIZE, default=5
    ),
    TextArgument(name="cursor", meaning="`next_cursor` of the previous page, unchanged.", maximum=2000),
)


def _rename_to_api_parameters(arguments: Arguments) -> Arguments:
    """Rename the tool's arguments to the API's parameter names."""
    return {"q" if name == "query" else name: value for name, value in arguments.items()}


def search_claims(arguments: Arguments, caller: Caller) -> ToolResult:
    """Search published claims by words, or list the newest claims if no words are given."""
    request = build_get_request(reverse("claims-list"), _rename_to_api_parameters(arguments))
    query = ClaimPageQuery(request.GET, Publication.objects.all(), request=request)
    try:
        claim_list = ClaimResource().get_listing(query, request)
    except InvalidValue as refusal:
        raise ToolRefused(f"`cursor`: {refusal}") from None
    claims = load_entries([row[0] for row in claim_list.page.rows])
    search = claim_list.extra_members.get("search", {})
    is_semantic = bool(search.get("is_matched") and claims)
    meaning = (
        findings.SIMILAR_CLAIMS_MESSAGE
        if is_semantic
        else findings.FOUND_MESSAGE
        if claims
        else findings.NOTHING_FOUND_MESSAGE
    )
    document: Document = {
        "outcome": "may_be_meant" if is_semantic else "found" if claims else "nothing_found",
        "meaning": meaning,
        "asked": show_invisible_characters(search.get("asked", ""), MAX_LENGTH),
        "answered": show_invisible_characters(search.get("answered", ""), MAX_LENGTH),
        "only_likely_meant": is_semantic,
        "claims": claims,
        "next_cursor": claim_list.page.next or None,
    }
    lines = [meaning]
    if search.get("is_corrected"):
        lines.append(
            f"Searched for {quote_text(document['answered'])} instead of {quote_text(document['asked'])}."
        )
    for claim in claims:
        lines += iterate_claim_lines(claim)
    if claim_list.page.next:
        lines.append(
            f"There is more: ask again with the same words and cursor {quote_text(claim_list.page.next)}."
        )
    return ToolResult(document, compose_text(lines))


# lookup_url -----------------------------------------------------------------------------------------------------------

_LOOKUP_ARGUMENTS = (
    TextArgument(
        name="url",
        meaning="Complete address of an article, a post or a fact check (http or https), in any spelling.",
        maximum=LENGTH_LIMIT,
        required=True,
        examples=("https://example.org/report/1",),
    ),
)


def lookup_url(arguments: Arguments, caller: Caller) -> ToolResult:
    """Find published claims related to a web page."""
    url = arguments["url"]
    [result] = orjson.loads(look_up_addresses([url], build_get_request(reverse("lookup"), {})))["results"]
    if result["error"]:
        raise ToolRefused(f"`url`: {result['error']['detail']}")
    claims = load_current_claims({claim["id"] for claim in result["claims"]})
    parts = [_build_page_claim(claim) for claim in result["claims"] if claim["id"] in claims][:MAX_PAGE_SIZE]
    claims = {page_part["claim_id"]: claims[page_part["claim_id"]] for page_part in parts}
    meaning = findings.FOUND_AT_URL_MESSAGE if parts else findings.NOTHING_AT_URL_MESSAGE
    source = result["source"]
    is_cut = len(result["claims"]) > len(parts)
    document: Document = {
        "outcome": "found" if parts else "nothing_found",
        "meaning": meaning,
        "url": show_invisible_characters(url, LENGTH_LIMIT),
        "source": source
        and {
            "title": show_invisible_characters(source["title"], 500),
            "address": clean_web_url(source["url"]),
        },
        "found": parts,
        "claims": list(claims.values()),
        "more": result["more"] or (_build_list_url(source) if is_cut and source else None),
    }
    lines = [f"Looked up {quote_text(document['url'])}. {meaning}"]
    lines += [f"- Claim {part['claim_id']}: {' '.join(_describe_relations(part))}" for part in parts]
    for claim in claims.values():
        lines += iterate_claim_lines(claim)
    if document["more"]:
        lines.append(f"There are more: {quote_text(document['more'])}")
    return ToolResult(document, compose_text(lines))


def _build_list_url(source: Document) -> str:
    claim_list = build_get_request(reverse("claims-list"), {"source": source["id"]})
    return claim_list.build_absolute_uri()


def _build_page_claim(claim: Document) -> Document:
    quotes = [item["exact"] for item in (*claim["appearances"], *claim["evidence"]) if item["exact"]]
    return {
        "claim_id": claim["id"],
        "appears_there": bool(claim["appearances"]),
        "is_evidence": bool(claim["evidence"]),
        "is_the_review": bool(claim["reviews"]),
        "quotes": [show_invisible_characters(quote, 500) for quote in quotes[:5]],
    }


def _describe_relations(page_part: Document) -> list[str]:
    sentences = {
        "appears_there": "the claim was made on this page.",
        "is_evidence": "a verdict on it cites this page as a source, which is no judgement on the page.",
        "is_the_review": "this page explains a verdict on it.",
    }
    applicable_relations = [sentence for name, sentence in sentences.items() if page_part[name]]
    return (
        [*applicable_relations, f"Words there: {quote_list(page_part['quotes'])}"]
        if page_part["quotes"]
        else applicable_relations
    )


# The tools ------------------------------------------------------------------------------------------------------------

FINDING_TOOLS = (
    Tool(
        name="match_text",
        title="Has this been checked?",
        description="Compares a statement, post or passage, in any language, with every published claim, by words and"
        " by meaning. For each sentence it returns whether it was checked, whether the opposite was, whether only"
        " something related was, or that nothing was found: `not_checked`,"
        " which never means that the sentence is true. Begin here when someone asks whether something is true.",
        arguments=_MATCH_ARGUMENTS,
        result_schema=answer_schemas.MATCH_ANSWER,
        run=match_text,
        build_equivalent_request=lambda arguments: EquivalentRequest(
            reverse("match"), text=arguments["text"]
        ),
    ),
    Tool(
        name="search_claims",
        title="Search published claims",
        description="Lists published claims by words and filters, page by page, each with its verdicts. That a claim is"
        " not found says nothing about whether it is true. To ask about one statement, match_text is better.",
        arguments=_SEARCH_ARGUMENTS,
        result_schema=answer_schemas.SEARCH_ANSWER,
        run=search_claims,
        build_equivalent_request=lambda arguments: EquivalentRequest(
            reverse("claims-list"),
            build_get_request(reverse("claims-list"), _rename_to_api_parameters(arguments)).META[
                "QUERY_STRING"
            ],
        ),
    ),
    Tool(
        name="lookup_url",
        title="What was checked on a page",
        description="Finds the published claims that were seen on the page with this address, whose verdicts cite it,"
        " or that it is a fact check of. The page itself is not fetched. A page about which nothing is found is"
        " not checked, which says nothing about what stands there.",
        arguments=_LOOKUP_ARGUMENTS,
        result_schema=answer_schemas.LOOKUP_ANSWER,
        run=lookup_url,
        build_equivalent_request=lambda arguments: EquivalentRequest(reverse("lookup")),
    ),
)
