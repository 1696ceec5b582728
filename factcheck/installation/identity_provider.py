"""Single sign-on at the newsroom's own identity provider, over OpenID Connect."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def openid_connect(*, server: str, client: str, client_secret: str, name: str) -> dict[str, Any]:
    """allauth's SOCIALACCOUNT_PROVIDERS; without a server there is nobody to sign in with.

    Raises:
        ImproperlyConfigured: a server is named, but not the client that it knows this site as.
    """
    if server and not (client and client_secret):
        raise ImproperlyConfigured(
            "OPENID_SERVER_URL is set; set OPENID_CLIENT_ID and OPENID_CLIENT_SECRET too."
        )
    newsroom = {
        "provider_id": "newsroom",
        "name": name,
        "client_id": client,
        "secret": client_secret,
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [newsroom] if server else []}}
