"""Nothing that was not published is on any page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant, Cluster, Evidence, Topic
from claims.review import clusters, workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.reader_pages import page, statements

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


TEXT = "A minister spoke. She said the tunnel is safe and that it cost nine million."


def test_nothing_unpublished_is_on_any_page(
    client: Client, publish: Publish, checker: User, editor: User
) -> None:
    """Every text that an editor can leave in the newsroom carries a word that no page may contain."""
    secret = "Xylograph"
    source = make_source(TEXT, title="A minister speaks", notes=f"{secret} internal note of a source")
    known = Claimant.objects.create(name="Mara Lindqvist", notes=f"{secret} note of a claimant")
    public = make_claim("The tunnel is safe.", claimant=known, reason=f"{secret} reason for choosing")
    make_appearance(public, source, "the tunnel is safe")
    publish(public)
    next_version = make_draft(
        public,
        checker,
        summary=f"{secret} next version",
        correction_kind="update",
        correction_note=f"{secret} next note",
    )
    # An unpublished change of a published claim; once in review, it could not be made.
    public.context = f"{secret} new context"
    public.save()
    workflow.move(next_version, "submit", by=checker, note=f"{secret} to reviewers")
    hidden = Claimant.objects.create(name=f"{secret} Claimant")
    topic = Topic.objects.create(name=f"{secret} topic", slug="secret")
    proposed, accepted = (
        make_claim(
            f"{secret} {state} claim",
            claimant=hidden,
            context=f"{secret} context",
            topics=[topic],
            state=state,
        )
        for state in (Claim.State.PROPOSED, Claim.State.ACCEPTED)
    )
    make_appearance(proposed, source, "it cost nine million")
    make_appearance(accepted, source, "it cost nine million")
    draft = make_draft(accepted, checker, summary=f"{secret} summary", explanation=f"{secret} explanation")
    Evidence.objects.create(
        verdict=draft,
        source=make_source(title=f"{secret} source"),
        stance="context",
        note=f"{secret} evidence",
    )
    declined = make_claim(f"{secret} declined", claimant=hidden)
    workflow.move(declined, "decline", by=editor, note=f"{secret} why declined")
    other = make_claim("The tunnel cost nine million.")
    publish(other)
    rumours = clusters.move(clusters.gather([public, other], by=editor), "published", by=editor)
    clusters.add(rumours, [proposed, accepted, declined], by=editor)
    clusters.move(clusters.gather([make_claim(f"{secret} rumour")], by=editor), "published", by=editor)
    known.job_title = f"{secret} new title"
    known.save()
    source.title = f"{secret} new title of the source"
    source.save()
    paths = [
        "/", "/claims/", "/claims/?q=tunnel", f"/claims/?topic={topic.pk}", f"/claims/?claimant={hidden.pk}",
        "/claims/?rating=false", "/claims/?by=all", "/claims/facets/", f"/claims/facets/?topic={topic.pk}", "/about/",
        f"/claimants/{known.pk}/", f"/claimants/{hidden.pk}/", "/topics/", "/topics/?q=xylograph",
        "/claimants/", "/claimants/?q=xylograph", "/claimants/?letter=X", "/publishers/", "/publishers/?q=xylograph",
        f"/topics/{topic.pk}/", f"/publishers/{Publisher.objects.get_house().pk}/", "/ratings/", "/ratings/false/",
        public.get_absolute_url(), f"/sources/{source.pk}/", f"/sources/{source.pk}/snapshots/1/", "/methodology/",
        *(f"/feeds/claims.{form}?status=published,retracted,merged" for form in ("atom", "rss", "json")),
        *(f"/claims/{pk}/{part}" for pk in Claim.objects.values_list("pk", flat=True) for part in ("", "card/")),
        *(f"/claims/{pk}/-/history/" for pk in Claim.objects.values_list("pk", flat=True)),
        *(f"/oembed/?url=http://localhost:8000/claims/{pk}/" for pk in Claim.objects.values_list("pk", flat=True)),
        "/clusters/", *(f"/clusters/{pk}/" for pk in Cluster.objects.values_list("pk", flat=True)), "/check/",
        "/widgets/list/", "/widgets/list/?by=all&limit=20", f"/widgets/list/?by=all&q={secret}", "/widget.js",
        *(f"/api/v1/clusters/{part}" for part in ("", f"{rumours.pk}/", f"?claim={accepted.pk}", f"?q={secret}")),
        *(f"/api/v1/claims/{pk}/quotes/" for pk in Claim.objects.values_list("pk", flat=True)),
        *(f"/sources/{pk}/" for pk in Evidence.objects.values_list("source", flat=True)),
    ]  # fmt: skip
    client.force_login(editor)
    for path in paths:
        assert secret not in client.get(path, follow=True).content.decode(), path
    assert statements(page(client, f"/claims/?q={secret}")) == []
    for text in (
        "it cost nine million",
        source.url,
        f"{public.statement} {accepted.statement.removeprefix(secret)}",
    ):
        assert secret not in client.post("/check/answer/", {"text": text}).content.decode(), text
