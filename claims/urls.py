"""Routes of the reader pages."""

from django.urls import path, re_path

from claims.public.crawlers import robots, sitemaps
from claims.public.feeds import feed_formats
from claims.public.feeds import views as feeds
from claims.public.feeds.corrections import corrections_feed
from claims.public.pages import (
    about_pages,
    archived_file,
    cards,
    check,
    claim_list,
    clusters,
    corrections,
    home,
    media_files,
    oembed,
    standards,
    subjects,
    views,
)
from claims.public.plain_pages import llms
from claims.public.plain_pages import views as plain
from claims.readers.doors import complaint_page, message_page, request_page

urlpatterns = [
    path("", home.home, name="home"),
    path("claims/", claim_list.claims, name="claims"),
    path("claims/facets/", claim_list.counts, name="claim-counts"),
    path("claims/<int:pk>/", views.claim, name="claim-permanent"),
    path("claims/<int:pk>/card/", cards.card, name="claim-card"),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/complain/", complaint_page.complaint, name="reader-complaint"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("claimants/<int:pk>/", subjects.claimant, name="claimant-permanent"),
    path("claimants/<int:pk>/<str:slug>/", subjects.claimant, name="claimant"),
    path("topics/", subjects.topics, name="topics"),
    path("topics/<int:pk>/", subjects.topic, name="topic-permanent"),
    path("topics/<int:pk>/<str:slug>/", subjects.topic, name="topic"),
    path("publishers/<int:pk>/", subjects.publisher, name="publisher-permanent"),
    path("publishers/<int:pk>/<str:slug>/", subjects.publisher, name="publisher"),
    path("ratings/", subjects.rating_classes, name="rating-classes"),
    path("ratings/<slug:rating_class>/", subjects.rating_class, name="rating-class"),
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
    path("about/", about_pages.about_index, name="about-index"),
    path("about/<slug:kind>/", about_pages.about, name="about"),
    path("about/<slug:kind>/<int:version>/", about_pages.about, name="about-version"),
    path("corrections/", corrections.corrections_page, name="corrections"),
    path("methodology/", views.methodology, name="methodology"),
    path("oembed/", oembed.oembed, name="oembed"),
    re_path(r"^(?P<page>(?:.*/)?)index\.md$", plain.markdown, name="plain-page"),
    re_path(r"^(?P<page>(?:.*/)?)index\.html\.md$", plain.same_place),
    path("llms.txt", llms.llms, name="llms"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap-news"),
    path("sitemap-<slug:kind>-<int:number>.xml", sitemaps.part, name="sitemap-part"),
    path("<slug:key>.txt", robots.indexnow_key, name="indexnow-key"),
    path("feeds/corrections.atom", corrections_feed, name="corrections-atom"),
    path("feeds/claims.atom", feeds.claims, {"form": feed_formats.ATOM}, name="claims-atom"),
    path("feeds/claims.rss", feeds.claims, {"form": feed_formats.RSS}, name="claims-rss"),
    path("feeds/claims.json", feeds.claims, {"form": feed_formats.JSON}, name="claims-json"),
]
