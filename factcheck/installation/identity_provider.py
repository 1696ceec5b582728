"""Single sign-on at the newsroom's own identity provider, over OpenID Connect."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def parse_group_roles(name: str, value: str) -> dict[str, str]:
    """Parse the role of each group, from `fact-desk=Fact-checker; chiefs=Editor`. Group names may contain `=`.

    Raises:
        ImproperlyConfigured: a pair is invalid, or a group is named twice.
    """
    roles: dict[str, str] = {}
    for pair in filter(None, map(str.strip, value.split(";"))):
        group, _, role = (text.strip() for text in pair.rpartition("="))
        if not group or not role or group in roles:
            raise ImproperlyConfigured(
                f"{name} has {pair!r}; write each group once with its role,"
                " such as fact-desk=Fact-checker; chiefs=Editor."
            )
        roles[group] = role
    return roles


def build_openid_settings(
    *, server: str, client: str, client_secret: str, name: str, link_by_mail: bool = False
) -> dict[str, Any]:
    """Return allauth's SOCIALACCOUNT_PROVIDERS; empty without a server.

    Raises:
        ImproperlyConfigured: a server is configured without this site's client id.
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
        "settings": {"server_url": server, "email_authentication": link_by_mail},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [newsroom] if server else []}}
