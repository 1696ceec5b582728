"""All routes."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import remove_webauthn
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from claims.admin.administration import show_installation, show_mails
from claims.admin.date_order import choose_date_order
from claims.admin.desk_session import protect_last_factor, show_own_sessions
from claims.admin.unsaved import discard_autosave, handle_autosave, show_unsaved
from factcheck import features, routes
from factcheck.admin.session import show_session
from factcheck.admin.single_sign_on import handle_callback

features.load_modules("admin")
# The desk uses the sign-in of the whole site, with second factors, single sign-on and rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

#: Only a demo stores its mails.
demo_pages = (
    [path("admin/emails/", admin.site.admin_view(show_mails), name="desk-emails")]
    if settings.EMAIL_FILE_PATH
    else []
)

urlpatterns = [
    *routes.v1,  # first, and without an `include`, which would slow down its responses by some microseconds
    path("api/", include(routes)),
    path("admin/session/", show_session, name="desk-session"),
    path("admin/unsaved/", admin.site.admin_view(show_unsaved), name="desk-unsaved"),
    path("admin/unsaved/kept/", handle_autosave, name="desk-autosave"),
    path("admin/unsaved/given-up/", discard_autosave, name="desk-discard-autosave"),
    path("admin/date-order/", admin.site.admin_view(choose_date_order), name="desk-date-order"),
    path("admin/installation/", admin.site.admin_view(show_installation), name="desk-installation"),
    *demo_pages,
    path("admin/", include(features.build_routes("desk"))),
    path("admin/", admin.site.urls),
    # Before allauth's own routes, which do not verify every token's signature or the requirements of roles.
    path("accounts/oidc/<str:provider_id>/login/callback/", handle_callback, name="openid_connect_callback"),
    path(
        "accounts/2fa/totp/deactivate/",
        protect_last_factor(deactivate_totp, back_url="mfa_index"),
        name="mfa_deactivate_totp",
    ),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        protect_last_factor(remove_webauthn, back_url="mfa_list_webauthn"),
        name="mfa_remove_webauthn",
    ),
    path("accounts/sessions/", show_own_sessions, name="desk-sessions"),
    path("accounts/", include("allauth.urls")),
    path("v1alpha1/", include("claims.public.api.fact_check_tools")),
    path("", include("claims.public.urls")),
]

handler400 = "factcheck.api.problems.handle_bad_request"
handler403 = "factcheck.api.problems.handle_permission_denied"
handler404 = "factcheck.api.problems.handle_page_not_found"
handler500 = "factcheck.api.problems.handle_server_error"
