"""Routes of the reader pages."""

from django.urls import path

from claims.public.feeds import feed_formats
from claims.public.feeds import views as feeds
from claims.public.feeds.corrections import show_corrections_feed
from claims.public.pages import (
    about_pages,
    check,
    claim_history,
    clusters,
    corrections,
    dump_files,
    home,
    listed_claims,
    media_files,
    subject_indexes,
    subjects,
    views,
)
from factcheck import features

urlpatterns = [
    *features.build_routes("pages"),
    path("", home.home, name="home"),
    path("claims/", listed_claims.claims, name="claims"),
    path("claims/facets/", listed_claims.counts, name="claim-counts"),
    path("claims/<int:pk>/", views.claim, name="claim-permanent"),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("dumps/", dump_files.dumps_page, name="dumps"),
    path("dumps/index.json", dump_files.dumps_index, name="dumps-index"),
    path("dumps/<str:day>/<str:name>", dump_files.dump_file, name="dump-file"),
    path("claimants/", subject_indexes.claimants, name="claimants"),
    path("claimants/<int:pk>/", subjects.claimant, name="claimant-permanent"),
    path("claimants/<int:pk>/<str:slug>/", subjects.claimant, name="claimant"),
    path("topics/", subject_indexes.topics, name="topics"),
    path("topics/<int:pk>/", subjects.topic, name="topic-permanent"),
    path("topics/<int:pk>/<str:slug>/", subjects.topic, name="topic"),
    path("publishers/", subject_indexes.publishers, name="publishers"),
    path("publishers/<int:pk>/", subjects.publisher, name="publisher-permanent"),
    path("publishers/<int:pk>/<str:slug>/", subjects.publisher, name="publisher"),
    path("ratings/", subjects.rating_classes, name="rating-classes"),
    path("ratings/<slug:rating_class>/", subjects.rating_class, name="rating-class"),
    path("claims/<int:pk>/<str:slug>/history/", claim_history.claim_history, name="claim-history"),
    path("media/<str:name>", media_files.media_file, name="media-file"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/snapshots/<int:number>/", views.source, name="source-snapshot"),
    path("check/", check.show_form, name="check"),
    path("check/answer/", check.show_matches, name="check-answer"),
    path("clusters/", clusters.clusters, name="clusters"),
    path("clusters/<int:pk>/", clusters.cluster, name="cluster-permanent"),
    path("clusters/<int:pk>/<str:slug>/", clusters.cluster, name="cluster"),
    path("about/", about_pages.about_index, name="about-index"),
    path("about/<slug:kind>/", about_pages.about, name="about"),
    path("about/<slug:kind>/<int:version>/", about_pages.about, name="about-version"),
    path("corrections/", corrections.corrections_page, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("feeds/corrections.atom", show_corrections_feed, name="corrections-atom"),
    path("feeds/claims.atom", feeds.claims, {"form": feed_formats.ATOM}, name="claims-atom"),
    path("feeds/claims.rss", feeds.claims, {"form": feed_formats.RSS}, name="claims-rss"),
    path("feeds/claims.json", feeds.claims, {"form": feed_formats.JSON}, name="claims-json"),
]
