"""Routes of the reader pages."""

from django.urls import path

from claims.public.feeds import feed_formats
from claims.public.feeds import views as feeds
from claims.public.feeds.corrections import corrections_feed
from claims.public.pages import (
    archived_file,
    cards,
    check,
    claim_history,
    claim_image,
    clusters,
    corrections,
    media_files,
    oembed,
    standards,
    views,
)
from claims.readers.doors import complaint_page, message_page, request_page

urlpatterns = [
    path("", views.claims, name="claims"),
    path("claims/<int:pk>/", views.claim, name="claim-permanent"),
    path("claims/<int:pk>/card/", cards.card, name="claim-card"),
    path("claims/<int:pk>/image.png", claim_image.claim_image, name="claim-image"),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/complain/", complaint_page.complaint, name="reader-complaint"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("claims/<int:pk>/<str:slug>/history/", claim_history.claim_history, name="claim-history"),
    path("media/<str:name>", media_files.media_file, name="media-file"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/snapshots/<int:number>/", views.source, name="source-snapshot"),
    path("sources/<int:pk>/copies/<str:sha256>/", archived_file.archived_file, name="source-file"),
    path("check/", check.check, name="check"),
    path("check/answer/", check.answer, name="check-answer"),
    path("ask/", request_page.asking, name="reader-request"),
    path("ask/send/", request_page.asked, name="reader-request-sent"),
    path("messages/sent/", message_page.sent, name="reader-message-sent"),
    path("messages/deleted/", message_page.all_deleted, name="reader-data-deleted"),
    path("messages/<str:token>/", message_page.message, name="reader-message"),
    path("messages/<str:token>/confirm/", message_page.confirmed, name="reader-message-confirm"),
    path("messages/<str:token>/withdraw/", message_page.withdrawn, name="reader-message-withdraw"),
    path("messages/<str:token>/delete/", message_page.deleted, name="reader-message-delete"),
    path("messages/<str:token>/export/", message_page.exported, name="reader-message-export"),
    path("clusters/", clusters.clusters, name="clusters"),
    path("clusters/<int:pk>/", clusters.cluster, name="cluster-permanent"),
    path("clusters/<int:pk>/<str:slug>/", clusters.cluster, name="cluster"),
    path("standards/", standards.standards, name="standards"),
    path("about/<slug:kind>/", standards.about, name="about"),
    path("about/<slug:kind>/<int:version>/", standards.about, name="about-version"),
    path("corrections/", corrections.corrections_page, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("feeds/corrections.atom", corrections_feed, name="corrections-atom"),
    path("feeds/claims.atom", feeds.claims, {"form": feed_formats.ATOM}, name="claims-atom"),
    path("feeds/claims.rss", feeds.claims, {"form": feed_formats.RSS}, name="claims-rss"),
    path("feeds/claims.json", feeds.claims, {"form": feed_formats.JSON}, name="claims-json"),
]
