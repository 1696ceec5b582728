from django.urls import path

from claims.features.assistants.endpoint import answer_request

pages = [path("mcp", answer_request, name="mcp"), path("mcp/", answer_request)]
