"""All routes."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from claims.admin.presence import presence_view
from claims.admin.unsaved import given_up_view, kept_view, unsaved_view
from factcheck import routes
from factcheck.admin.session import session_view

# The desk is entered through the same door as everything else: with second factors, single sign-on and rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    *routes.v1,  # first, and without an `include`, which would cost its answers some microseconds
    path("api/", include(routes)),
    path("admin/session/", session_view, name="desk-session"),
    path("admin/unsaved/", admin.site.admin_view(unsaved_view), name="desk-unsaved"),
    path("admin/unsaved/kept/", kept_view, name="desk-kept"),
    path("admin/unsaved/given-up/", given_up_view, name="desk-given-up"),
    path("admin/presence/", presence_view, name="desk-presence"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("v1alpha1/", include("claims.public.api.fact_check_tools")),
    path("", include("claims.urls")),
]

handler400 = "factcheck.api.problems.bad_request"
handler403 = "factcheck.api.problems.permission_denied"
handler404 = "factcheck.api.problems.page_not_found"
handler500 = "factcheck.api.problems.server_error"
