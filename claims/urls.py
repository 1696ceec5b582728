"""Routes of the reader pages."""

from django.urls import path

from claims import views
from claims.feeds import NewestClaims

urlpatterns = [
    path("", views.claims, name="claims"),
    path("claims/<int:pk>/", views.claim),
    path("claims/<int:pk>/versions/<int:version>/", views.claim_version, name="claim-version"),
    path("claims/<int:pk>/<str:slug>/", views.claim, name="claim"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/snapshots/<int:number>/", views.source, name="source-snapshot"),
    path("methodology/", views.methodology, name="methodology"),
    path("feeds/claims.atom", NewestClaims(), name="claims-feed"),
]
