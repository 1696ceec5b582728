"""Routes of the reader pages."""

from django.urls import path

from claims import cards, oembed, views
from claims.feeds import formats
from claims.feeds import views as feeds

urlpatterns = [
    path("", views.claims, name="claims"),
    path("claims/<int:pk>/", views.claim, name="claim-permanent"),
    path("claims/<int:pk>/card/", cards.card, name="claim-card"),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/snapshots/<int:number>/", views.source, name="source-snapshot"),
    path("methodology/", views.methodology, name="methodology"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("feeds/claims.atom", feeds.claims, {"form": formats.ATOM}, name="claims-atom"),
    path("feeds/claims.rss", feeds.claims, {"form": formats.RSS}, name="claims-rss"),
    path("feeds/claims.json", feeds.claims, {"form": formats.JSON}, name="claims-json"),
]
