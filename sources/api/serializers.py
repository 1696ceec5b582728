"""How publishers and sources read in the API. For the OpenAPI schema only: nothing is rendered here."""

from rest_framework import serializers

from sources.models import Publisher, Source


class PublisherSerializer(serializers.Serializer):
    """Who published a verdict or a source (schema.org Organization)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Publisher.Kind.choices)
    url = serializers.CharField(help_text="The site; empty when not known.")
    domain = serializers.CharField(help_text="The registrable domain of the site; empty when not known.")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2; empty when not known.")


class SourceSerializer(serializers.Serializer):
    """A document (schema.org CreativeWork)."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(Source.Kind.choices)
    url = serializers.CharField(help_text="Empty when it has no address.")
    archived_url = serializers.CharField(help_text="An archived copy; empty when there is none.")
    byline = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    language = serializers.CharField(help_text="BCP 47; empty when not known.")
    publisher = PublisherSerializer(allow_null=True)


class SnapshotSerializer(serializers.Serializer):
    """What a source held at a moment, identified by the hash of its text."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="Counts the snapshots of one source from 1.")
    captured_at = serializers.DateTimeField()
    text_sha256 = serializers.CharField()


class QuoteSerializer(serializers.Serializer):
    """A passage, as the W3C Web Annotation data model points to it."""

    exact = serializers.CharField(
        help_text="The exact words (TextQuoteSelector); empty when none are quoted."
    )
    prefix = serializers.CharField(help_text="The words before.")
    suffix = serializers.CharField(help_text="The words after.")
    start = serializers.IntegerField(
        allow_null=True,
        help_text="Where the words begin in the snapshot's text, in code points (TextPositionSelector).",
    )
    end = serializers.IntegerField(allow_null=True)


class QuotedSourceSerializer(QuoteSerializer):
    """A passage and the source in which it stands."""

    source = SourceSerializer()  # type: ignore[assignment]  # a key of the text, not an argument of the field
    snapshot = SnapshotSerializer(allow_null=True)
