from django.urls import path

from claims.features.assistants.endpoint import endpoint

pages = [
    path("mcp", endpoint, name="mcp"),
    path("mcp/", endpoint),
]
