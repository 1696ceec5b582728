"""Routes of the reader pages."""

from django.urls import path

from claims.public.feeds import feed_formats
from claims.public.feeds import views as feeds
from claims.public.pages import archived_file, cards, check, clusters, oembed, views

urlpatterns = [
    path("", views.claims, name="claims"),
    path("claims/<int:pk>/", views.claim, name="claim-permanent"),
    path("claims/<int:pk>/card/", cards.card, name="claim-card"),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/snapshots/<int:number>/", views.source, name="source-snapshot"),
    path("sources/<int:pk>/copies/<str:sha256>/", archived_file.archived_file, name="source-file"),
    path("check/", check.check, name="check"),
    path("check/answer/", check.answer, name="check-answer"),
    path("clusters/", clusters.clusters, name="clusters"),
    path("clusters/<int:pk>/", clusters.cluster, name="cluster-permanent"),
    path("clusters/<int:pk>/<str:slug>/", clusters.cluster, name="cluster"),
    path("methodology/", views.methodology, name="methodology"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("feeds/claims.atom", feeds.claims, {"form": feed_formats.ATOM}, name="claims-atom"),
    path("feeds/claims.rss", feeds.claims, {"form": feed_formats.RSS}, name="claims-rss"),
    path("feeds/claims.json", feeds.claims, {"form": feed_formats.JSON}, name="claims-json"),
]
