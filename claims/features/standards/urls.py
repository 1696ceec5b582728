from django.urls import path

from claims.features.standards.api import StandardsResource, StandardsTable
from claims.features.standards.pages import show_standards

pages = [path("standards/", show_standards, name="standards")]
api = [
    path(
        "standards/",
        StandardsResource.as_view({"get": "retrieve"}, basename="standards"),
        name="standards-api",
    ),
    path(
        "standards.csv",
        StandardsTable.as_view({"get": "retrieve"}, basename="standards"),
        name="standards-csv",
    ),
]
