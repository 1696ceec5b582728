"""The editors who publish in a drill, created for each run."""

import json
from dataclasses import dataclass

from deploy.cluster.stage import MachineCluster
from deploy.drills.failover_load import Tokens

#: Where the receiver of webhooks listens, on the loopback address of each worker's machine.
RECEIVER_PORT = 21_999

#: Run by `manage.py shell`: two people with tokens, and an endpoint that receives everything from now on.
_SETUP_CODE = f"""
import json, secrets
from django.contrib.auth.models import Group, User
from claims.models import Publication, Rating, Scope
from claims.features.webhooks.models import WebhookEndpoint
from claims.newsroom import api_tokens
made = dict()
for name, role in (("checker", "Fact-checker"), ("editor", "Editor")):
    person = User.objects.create_user(name + secrets.token_hex(4), password=secrets.token_urlsafe(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    made[name] = api_tokens.issue_token(person, name="Drill", scopes=Scope.values, days=1)[1]
endpoint = WebhookEndpoint.objects.create(
    name="Drill " + secrets.token_hex(4), url="http://127.0.0.1:{RECEIVER_PORT}/"
)
# Whoever listened before does no more.
WebhookEndpoint.objects.exclude(pk=endpoint.pk).update(active=False)
made["secret"] = endpoint.secret
made["rating"] = Rating.objects.get(scale__publisher__is_house=True, code="false").pk
newest = Publication.objects.order_by("-sequence").first()
made["since"] = newest.sequence if newest else 0
print(json.dumps(made))
"""


@dataclass(frozen=True)
class PreparedNewsroom:
    """The editors, the receiver's secret for verifying messages, and the ledger entry after which messages begin."""

    tokens: Tokens
    secret: str
    start_sequence: int


def prepare_newsroom(cluster: MachineCluster) -> PreparedNewsroom:
    prepared = json.loads(cluster.manage("shell", "--no-imports", "--command", _SETUP_CODE))
    return PreparedNewsroom(
        Tokens(prepared["checker"], prepared["editor"], prepared["rating"]),
        prepared["secret"],
        prepared["since"],
    )
