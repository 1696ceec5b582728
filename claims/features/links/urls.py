from django.urls import path

from claims.features.links.api import LinksResource

api = [
    path(
        "claims/<int:id>/links/",
        LinksResource.as_view({"get": "retrieve"}, basename="claims"),
        name=LinksResource.route,
    ),
]
