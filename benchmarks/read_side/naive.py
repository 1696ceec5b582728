"""The naive contestant: ModelViewSets over the real tables with nested ModelSerializers.

It exists only to be measured. It is written as in tutorials: a nested serializer for every relation, filters by
django-filter, search by SearchFilter, numbered pages, and no attention to the number of queries.
"""

import django_filters.rest_framework
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import include, path
from rest_framework import filters, pagination, routers, serializers, viewsets

from claims.models import Appearance, Claim, Claimant, Evidence, Rating, RatingScale, Topic, Verdict
from sources.models import Publisher, Snapshot, Source


class PublisherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["id", "name", "kind", "url", "domain", "country"]


class SourceSerializer(serializers.ModelSerializer):
    publisher = PublisherSerializer()

    class Meta:
        model = Source
        fields = [
            *(
                "id",
                "title",
                "kind",
                "url",
                "archived_url",
                "byline",
                "published_on",
                "language",
                "publisher",
            ),
        ]


class SnapshotSerializer(serializers.ModelSerializer):
    class Meta:
        model = Snapshot
        fields = ["id", "number", "captured_at", "text_sha256"]


class AppearanceSerializer(serializers.ModelSerializer):
    source = SourceSerializer()  # type: ignore[assignment]  # `source` means something else in the stubs
    snapshot = SnapshotSerializer()

    class Meta:
        model = Appearance
        fields = ["id", "anchor", "exact", "prefix", "suffix", "start", "end", "source", "snapshot"]


class EvidenceSerializer(serializers.ModelSerializer):
    source = SourceSerializer()  # type: ignore[assignment]  # `source` means something else in the stubs
    snapshot = SnapshotSerializer()

    class Meta:
        model = Evidence
        fields = ["id", "stance", "note", "exact", "prefix", "suffix", "start", "end", "source", "snapshot"]


class ScaleSerializer(serializers.ModelSerializer):
    class Meta:
        model = RatingScale
        fields = ["id", "name", "version", "language", "methodology_url"]


class RatingSerializer(serializers.ModelSerializer):
    scale = ScaleSerializer()

    class Meta:
        model = Rating
        fields = [
            *("id", "code", "label", "labels", "rating_class"),
            *("colour", "text_colour", "colour_dark", "text_colour_dark", "scale"),
        ]


class VerdictSerializer(serializers.ModelSerializer):
    publisher = PublisherSerializer()
    rating = RatingSerializer()
    evidence = EvidenceSerializer(many=True)

    class Meta:
        model = Verdict
        fields = [
            *("id", "version", "publisher", "rating", "summary", "explanation", "byline", "language"),
            *("reviewed_on", "valid_as_of", "recheck_on", "url", "published_at", "evidence"),
        ]


class ClaimantSerializer(serializers.ModelSerializer):
    class Meta:
        model = Claimant
        fields = ["id", "name", "kind", "job_title", "country", "same_as"]


class TopicSerializer(serializers.ModelSerializer):
    class Meta:
        model = Topic
        fields = ["id", "name", "slug"]


class ClaimSerializer(serializers.ModelSerializer):
    claimant = ClaimantSerializer()
    topics = TopicSerializer(many=True)
    appearances = AppearanceSerializer(many=True)
    verdicts = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = [
            *("id", "statement", "language", "claimant", "claimed_on", "context"),
            *("topics", "appearances", "verdicts", "updated_at"),
        ]

    def get_verdicts(self, claim: Claim) -> list[dict[str, object]]:
        published = claim.verdicts.filter(state="published")
        return list(VerdictSerializer(published, many=True).data)


class ClaimFilter(django_filters.FilterSet):
    publisher = django_filters.NumberFilter()
    rating = django_filters.NumberFilter()
    reviewed_after = django_filters.DateFilter(lookup_expr="gte")
    reviewed_before = django_filters.DateFilter(lookup_expr="lte")

    class Meta:
        model = Claim
        fields = ["language", "claimant"]

    def filter_queryset(self, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        """Apply all conditions to the same published verdict. django-filter alone could match different verdicts."""
        values = self.form.cleaned_data
        conditions = {
            "publisher": values["publisher"],
            "rating": values["rating"],
            "reviewed_on__gte": values["reviewed_after"],
            "reviewed_on__lte": values["reviewed_before"],
        }
        conditions = {name: value for name, value in conditions.items() if value is not None}
        if not conditions:
            return queryset
        return queryset.filter(
            verdicts__in=Verdict.objects.filter(state="published", **conditions)
        ).distinct()


class Pages(pagination.PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class ClaimViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Claim.objects.filter(
        Exists(Verdict.objects.filter(claim=OuterRef("pk"), state="published")), state="accepted"
    ).order_by("-updated_at", "-id")
    serializer_class = ClaimSerializer
    pagination_class = Pages
    filter_backends = [django_filters.rest_framework.DjangoFilterBackend, filters.SearchFilter]
    filterset_class = ClaimFilter
    search_fields = ["statement", "context", "verdicts__summary", "verdicts__explanation"]
    authentication_classes = []
    permission_classes = []


router = routers.DefaultRouter()
router.register("claims", ClaimViewSet)
urlpatterns = [path("", include(router.urls))]
