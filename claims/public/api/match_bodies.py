"""The response of a match, for the OpenAPI document and for people."""

from collections.abc import Mapping

from rest_framework import serializers

from claims.ledger.document.serializers import RatingSerializer
from claims.matching.answers import MatchKind
from sources.api.serializers import PublisherSerializer

#: The meaning of each kind of match, in words.
EXPLANATIONS: Mapping[MatchKind, str] = {
    "same": "This was checked.",
    "contradicts": "Something was checked that says the opposite.",
    "related": "Something on the same subject was checked. Compare both texts: it may be the same or another claim.",
    "nothing": "No checked claim was found. That is no verdict: it says nothing about whether this is true.",
}
KINDS: list[tuple[str, str]] = [
    (kind, meaning) for kind, meaning in EXPLANATIONS.items() if kind != "nothing"
]


class MatchedVerdictSerializer(serializers.Serializer):
    """A publisher's verdict on the claim."""

    id = serializers.IntegerField()
    publisher = PublisherSerializer()
    title = serializers.CharField(help_text="Headline of the publisher's page; empty if there is none.")
    rating = RatingSerializer(help_text="In the publisher's words, with its rating class.")
    summary = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    reviewed_on = serializers.DateField(allow_null=True)
    url = serializers.CharField(help_text="The publisher's own page; empty if there is none.")


class MatchedClaimantSerializer(serializers.Serializer):
    """The claimant of the claim."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class MatchedClaimSerializer(serializers.Serializer):
    """The claim, or the parts of it that `fields` selects, as in the list of claims."""

    id = serializers.IntegerField()
    url = serializers.URLField(help_text="The page for readers.")
    statement = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    claimant = MatchedClaimantSerializer(allow_null=True)
    claimed_on = serializers.DateField(allow_null=True)
    verdicts = MatchedVerdictSerializer(many=True)


class DifferingWordsSerializer(serializers.Serializer):
    """Adjacent words that differ."""

    start = serializers.IntegerField(help_text="The position, in Unicode code points.")
    end = serializers.IntegerField()


class DifferencesSerializer(serializers.Serializer):
    """The words that only the passage, or only the claim, contains. Empty if both say the same."""

    text = DifferingWordsSerializer(many=True, help_text="The words in the submitted text.")
    claim = DifferingWordsSerializer(many=True, help_text="The words in the claim's `statement`.")


class FoundMatchSerializer(serializers.Serializer):
    """A published claim that a passage repeats, contradicts, or is related to."""

    kind = serializers.ChoiceField(
        KINDS,
        help_text="`same`: the same claim in the same words; `contradicts`: the same words with one negation "
        "more or fewer; `related`: a claim on the same subject, to be compared.",
    )
    confidence = serializers.FloatField(
        min_value=0,
        max_value=1,
        help_text="The confidence that `kind` is right; for `related`, that the passage refers to this claim.",
    )
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="The reasons, in English, for people; not to be parsed."
    )
    differs = DifferencesSerializer(help_text="The differences, for highlighting.")
    claim = MatchedClaimSerializer()


class PassageSerializer(serializers.Serializer):
    """A sentence of a text, or a whole short text."""

    start = serializers.IntegerField(help_text="The start in the text, in Unicode code points.")
    end = serializers.IntegerField()
    text = serializers.CharField()
    answer = serializers.ChoiceField(
        list(EXPLANATIONS.items()), help_text="The `kind` of the first match; `nothing` if there is none."
    )
    explanation = serializers.CharField(help_text="The answer in words. “Nothing” is not a verdict.")
    matches = FoundMatchSerializer(
        many=True, help_text="The matches: the same claim first, then contradicted ones."
    )


class MatchedTextSerializer(serializers.Serializer):
    """The matches of one text."""

    language = serializers.CharField(help_text="ISO 639-1, as given or detected; empty if unknown.")
    passages = PassageSerializer(many=True)


class MatchSerializer(serializers.Serializer):
    """The matches of each text, in the order of the request."""

    embedder = serializers.CharField(
        allow_null=True,
        help_text="The model that compared meanings, also across languages; null if there is none and only "
        "words were compared.",
    )
    results = MatchedTextSerializer(many=True)
