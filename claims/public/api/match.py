"""Match texts of any kind with published claims that they repeat, contradict, or are related to.

The text is in the body, and the options are in the query string, with the filters of the claim list.
`claims.matching.answers` computes the matches; this module adds the published claims.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from claims.ledger.document.serializers import ClaimSerializer
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.matching.answers import (
    MATCH_LIMIT,
    MIN_CONFIDENCE,
    MIN_RELATED_CONFIDENCE_OF_MANY,
    POST_LENGTH,
    Answer,
    AnsweredPassage,
    Match,
    MatchOptions,
    match_published_texts,
    split_passages,
)
from claims.matching.candidates import load_publication_column
from claims.models import Publication
from claims.public.api.match_bodies import EXPLANATIONS, MatchSerializer
from claims.public.api.request_bodies import LOOKUP_PROBLEMS, BodyLookupResource
from factcheck.api.field_selection import FIELDS_PARAMETER, PartPath, build_parts, pick_parts
from factcheck.api.json_bodies import StrictJSON
from factcheck.api.query_strings import Parameter
from factcheck.api.query_values import Keyword, LanguageRange, Share, WholeNumber, Words
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response
from factcheck.django_internals import get_plain_request
from factcheck.web.site_urls import insert_site_url

Document = dict[str, Any]

#: The maximum number of texts per request, their individual lengths, and their total length.
TEXT_LIMIT = 100
LENGTH_LIMIT = 50_000
TOTAL_LENGTH_LIMIT = 100_000
#: The maximum number of sentences per request: a speech of half an hour.
SENTENCE_LIMIT = 500
_MATCH_LIMIT = 20
#: The limit on processor time. The longest text allowed uses a third of it on an idle core.
CPU_SECONDS = 15.0

_SHORT_FIELDS = build_parts(
    [
        *("id", "url", "statement", "language", "claimant.id", "claimant.name", "claimed_on"),
        *(
            f"verdicts.{part}"
            for part in ("id", "publisher", "rating", "title", "summary", "language", "reviewed_on", "url")
        ),
    ]
)


# Requests -------------------------------------------------------------------------------------------------------------


class MatchOptionsQuery(ClaimListQuery):
    """The options of a match, and the filters of the claim list, which select the claims to match."""

    q = spelling = count = cursor = page_size = ordering = status = as_of = None  # type: ignore[assignment]  # how django-filter removes an inherited parameter
    fields = Parameter(
        PartPath(ClaimSerializer),
        "Return only these parts of each claim, such as `statement`, or `verdicts.rating.label` for a nested "
        "part. By default, what a reader needs first: the claimant, the date, and each publisher's rating.",
        several=True,
    )
    minimum_confidence = Parameter(
        Share(),
        "The minimum confidence of a match. By default,"
        f" {MIN_CONFIDENCE['related']} for related claims ({MIN_RELATED_CONFIDENCE_OF_MANY} for sentences of a longer"
        f" text) and {MIN_CONFIDENCE['same']} for others.",
    )
    matches = Parameter(
        WholeNumber(1, _MATCH_LIMIT),
        "The maximum number of matches per passage.",
        default=MATCH_LIMIT,
    )
    cut = Parameter(
        Keyword(("auto", "text", "sentences")),
        "The passages that are matched separately: whole texts (`text`), sentences (`sentences`), or, with"
        f" `auto`, whole texts of up to {POST_LENGTH} characters, unless one of their sentences states a claim or its"
        " opposite, and otherwise sentences.",
        default="auto",
    )
    text_language = Parameter(LanguageRange(), "The language of the texts; by default, it is detected.")

    @property
    def options(self) -> MatchOptions:
        """Return the options of the match for `claims.matching.answers`."""
        filter_values = {
            name: value for name, value in self.given_values.items() if name not in _OPTION_NAMES
        }
        return MatchOptions(
            language=self.value("text_language", "").partition("-")[0],
            cut=self.value("cut", "auto"),
            max_matches=self.value("matches", MATCH_LIMIT),
            min_confidence=self.value("minimum_confidence", None),
            rows=self.qs if filter_values else None,
            rows_key=repr(sorted(filter_values.items())) if filter_values else "",
            cpu_seconds=CPU_SECONDS,
        )


#: Parameters that do not filter claims.
_OPTION_NAMES = {"minimum_confidence", "matches", "cut", "text_language", FIELDS_PARAMETER, "text"}


class MatchQuery(MatchOptionsQuery):
    """A short text as a query parameter."""

    text = Parameter(
        Words(POST_LENGTH), f"The text, of up to {POST_LENGTH} characters; post longer ones.", required=True
    )


class MatchBody(StrictJSON):
    """A request body with room for a hundred thousand characters, even if each is escaped."""

    max_bytes = 1_300_000


def read_texts(body: Any) -> list[str]:
    """Read the texts from a request body.

    Raises:
        ValidationError: the body is not valid. Its errors state their place as `problem_response` expects.
    """
    if not isinstance(body, dict):
        raise ValidationError([gettext('Give an object such as {"text": "The moon is made of cheese."}.')])
    errors: dict[str, Any] = {
        str(key): [
            gettext("Unknown member; give either `text` or `texts`. Options belong in the query string.")
        ]
        for key in body
        if key not in ("text", "texts")
    }
    if ("text" in body) is ("texts" in body):
        errors["text"] = [
            gettext("Give one text as `text`, or a list of 1 to %(most)s as `texts`.") % {"most": TEXT_LIMIT}
        ]
    elif "text" in body:
        if problem := _find_problem(body["text"]):
            errors["text"] = [problem]
    elif problems := _find_problems(body["texts"]):
        errors["texts"] = problems
    if errors:
        raise ValidationError(errors)
    return [body["text"]] if "text" in body else list(body["texts"])


def _find_problems(texts: Any) -> list[str] | dict[int, list[str]]:
    if not isinstance(texts, list) or not 1 <= len(texts) <= TEXT_LIMIT:
        if isinstance(texts, list):
            message = gettext("Give a list of 1 to %(most)s texts, not of %(given)s.")
            return [message % {"most": TEXT_LIMIT, "given": len(texts)}]
        return [gettext("Give a list of 1 to %(most)s texts.") % {"most": TEXT_LIMIT}]
    problems = {
        position: [problem] for position, text in enumerate(texts) if (problem := _find_problem(text))
    }
    if not problems and (length := sum(map(len, texts))) > TOTAL_LENGTH_LIMIT:
        return [
            gettext("Together, the texts have %(length)s characters; the limit is %(most)s.")
            % {"length": f"{length:,}", "most": f"{TOTAL_LENGTH_LIMIT:,}"}
        ]
    return problems


def _find_problem(text: Any) -> str:
    if not isinstance(text, str):
        return gettext("Must be a string.")
    if not text.strip():
        return ErrorDetail(gettext("The text is empty. Give the text to check."), "blank")
    if "\0" in text:
        return gettext("The value must not contain a NUL character.")
    if len(text) > LENGTH_LIMIT:
        return gettext("The text has %(length)s characters; the limit is %(most)s. Send it in parts.") % {
            "length": f"{len(text):,}",
            "most": f"{LENGTH_LIMIT:,}",
        }
    return ""


def _require_few_sentences(texts: Sequence[str], is_split: Any) -> None:
    count = sum(len(split_passages(text, is_split)) for text in texts)
    if count > SENTENCE_LIMIT:
        raise ValidationError(
            [
                gettext(
                    "The text has %(found)s sentences; the limit is %(sentence_limit)s. Send it in parts."
                )
                % {"found": f"{count:,}", "sentence_limit": SENTENCE_LIMIT}
            ]
        )


# Responses ------------------------------------------------------------------------------------------------------------


def build_response_body(texts: Sequence[str], query: MatchOptionsQuery) -> bytes:
    """Return the response body: the matches of each text, in order."""
    options = query.options
    with translation.override("en"):  # reasons are in English for every client
        text_matches = match_published_texts(texts, options)
    claims = _load_claims(
        {
            match.claim
            for text_match in text_matches
            for passage in text_match.passages
            for match in passage.matches
        },
        options.rows,
        build_parts(query.value(FIELDS_PARAMETER) or []) or _SHORT_FIELDS,
    )
    results = [
        _build_result(text, text_match, claims) for text, text_match in zip(texts, text_matches, strict=True)
    ]
    embedder = next((text_match.embedder for text_match in text_matches if text_match.embedder), None)
    return orjson.dumps({"embedder": embedder, "results": results})


def _build_result(text: str, text_match: Answer, claims: Mapping[int, orjson.Fragment]) -> Document:
    return {
        "language": text_match.language,
        "passages": [_build_passage(text, passage, claims) for passage in text_match.passages],
    }


def _build_passage(text: str, passage: AnsweredPassage, claims: Mapping[int, orjson.Fragment]) -> Document:
    # Claims withdrawn since they were matched are left out.
    matches = [match for match in passage.matches if match.claim in claims]
    kind = matches[0].kind if matches else "nothing"
    return {
        "start": passage.start,
        "end": passage.end,
        "text": text[passage.start : passage.end],
        "answer": kind,
        "explanation": EXPLANATIONS[kind],
        "matches": [_describe_match(match, passage.start, claims[match.claim]) for match in matches],
    }


def _describe_match(match: Match, start: int, claim: orjson.Fragment) -> Document:
    return {
        "kind": match.kind,
        "confidence": round(match.confidence, 3),
        "reasons": list(match.reasons),
        "differs": {
            "text": [{"start": start + begin, "end": start + end} for begin, end in match.text_differs],
            "claim": [{"start": begin, "end": end} for begin, end in match.claim_differs],
        },
        "claim": claim,
    }


def _load_claims(
    claims: Collection[int], rows: QuerySet[Publication] | None, parts: Any
) -> dict[int, orjson.Fragment]:
    """Return the current publications of these claims, or only the selected parts."""
    return {
        claim: orjson.Fragment(pick_parts(insert_site_url(body), parts))
        for claim, body in load_publication_column(claims, rows).items()
    }


# Schemas for the OpenAPI document -------------------------------------------------------------------------------------


_TEXT_SCHEMA = {"type": "string", "maxLength": LENGTH_LIMIT, "pattern": r"^[^\u0000]*[^\u0000\s][^\u0000]*$"}
#: The JSON Schema of the request body. A schema made from a serializer would allow unknown members.
MATCH_REQUEST = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "text": {**_TEXT_SCHEMA, "description": "A post, a headline, a speech or an article."}
            },
            "required": ["text"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "texts": {
                    "type": "array",
                    "items": _TEXT_SCHEMA,
                    "minItems": 1,
                    "maxItems": TEXT_LIMIT,
                    "description": f"Texts of at most {TOTAL_LENGTH_LIMIT:,} characters in total. The results"
                    " are in the same order.",
                }
            },
            "required": ["texts"],
            "additionalProperties": False,
        },
    ]
}


# The resource ---------------------------------------------------------------------------------------------------------


class MatchResource(BodyLookupResource):
    """Find published claims that match a text."""

    parser_classes = (MatchBody,)
    serializer_class = MatchSerializer
    nouns = ("text", "texts")
    summary = "Published claims that match texts"
    query_classes = {"retrieve": MatchQuery, "create": MatchOptionsQuery}

    def retrieve(self, request: Request) -> HttpResponse:
        """Return the matches of a short text. Unlike the response to a POST, this one can be cached."""
        plain_request = get_plain_request(request)
        query = MatchQuery(plain_request.GET, Publication.objects.all(), request=plain_request)
        content = build_response_body([query.value("text")], query)
        return build_conditional_response(plain_request, content, cache=CACHE_CURRENT)

    @extend_schema(
        request={"application/json": MATCH_REQUEST},
        responses={200: MatchSerializer, **LOOKUP_PROBLEMS},
    )
    def create(self, request: Request) -> HttpResponse:
        """Return the passages of each text, in order, and the published claims that each passage repeats, contradicts
        or is related to, with the confidence and the reasons. No match says nothing about whether the
        text is true.
        """
        plain_request = get_plain_request(request)
        query = MatchOptionsQuery(plain_request.GET, Publication.objects.all(), request=plain_request)
        texts = read_texts(request.data)
        _require_few_sentences(texts, query.value("cut", "auto"))
        return self.respond(build_response_body(texts, query))
