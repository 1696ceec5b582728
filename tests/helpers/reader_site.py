"""What readers find: a claim of every rating, in an article, a cluster and a topic, with words that fit no phone."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from django.contrib.auth.models import User

from claims.models import Claim, Claimant, Cluster, ClusterMember, NewsroomPage, Topic
from claims.models.rating import RatingClass
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_source, rating

CODES = RatingClass.values  # the house scale has one rating of each class, with the same code
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def pages_of_readers(publish: Callable[..., Claim], claimant: Claimant, editor: User) -> dict[str, str]:
    """The paths of reader pages with a claim of every rating on them, by name."""
    sentences = [f"Sentence number {code} is said." for code in CODES]
    # A checked passage is in a paragraph with unchecked words.
    text = "\n\n".join(f"{sentence} Nobody has checked this." for sentence in sentences)
    source = make_source(text, title=f"A speech on {LONG_WORD}")
    topic = Topic.objects.create(name=LONG_WORD, slug="long")
    claims = [
        make_claim(f"{code.capitalize()}: {LONG_WORD} is closed.", claimant=claimant, topics=[topic])
        for code in CODES
    ]
    table = f"## Why\n\n| {LONG_WORD} | b |\n|---|---|\n| {LONG_WORD} | 2 |"
    for number, (code, claim, sentence) in enumerate(zip(CODES, claims, sentences, strict=True), 1):
        make_appearance(claim, source, sentence)
        publish(claim, rating=rating(code), explanation=table, reviewed_on=date(2025, number, 1))
    NewsroomPage.objects.create(kind="team", language="de", title=LONG_WORD, text=f"{LONG_WORD}\n\n{table}")
    corrected = publish(make_claim(f"Shut: {LONG_WORD}.", claimant=claimant), rating=rating(CODES[0]))
    publish(
        corrected,
        rating=rating(CODES[4]),
        explanation=table,
        correction_kind="correction",
        correction_note=f"We had mistaken {LONG_WORD} for another.",
    )
    withdrawn = publish(make_claim(f"Open: {LONG_WORD}.", claimant=claimant))
    workflow.move(withdrawn.verdicts.get(), "retract", by=editor, note=f"{LONG_WORD} was another.")
    NewsroomPage.objects.create(
        kind=NewsroomPage.Kind.ORGANISATION,
        language="en",
        title="Who we are",
        text=f"Nobody but {LONG_WORD}.",
    )
    return {
        "home": "/",
        "list": "/claims/",
        "nothing found": "/claims/?q=volcano",
        "claim": claims[0].get_absolute_url(),
        "version": f"/claims/{corrected.pk}/versions/1/",
        "history": f"{corrected.get_absolute_url()}history/",
        "withdrawn": withdrawn.get_absolute_url(),
        "source": f"/sources/{source.pk}/",
        "methodology": "/methodology/",
        "check": "/check/",
        "clusters": "/clusters/",
        "cluster": make_cluster(claims).get_absolute_url(),
        "claimant": f"/claimants/{claimant.pk}/mara-lindqvist/",
        "topic": f"/topics/{topic.pk}/{quote(LONG_WORD.lower())}/",
        "publisher": f"/publishers/{Publisher.objects.get_house().pk}/factcheck-newsroom/",
        "rating": "/ratings/false/",
        "ratings": "/ratings/",
        "topics": "/topics/",
        "claimants": "/claimants/",
        "publishers": "/publishers/",
        "facets": "/claims/facets/?by=all",
        "corrections": "/corrections/",
        "about us": "/about/",
        "team": "/about/team/",
        "standards": "/standards/",
        "about": "/about/organisation/",
        "ask": "/ask/",
        "not found": "/no/such/page/",
    }


def make_cluster(claims: list[Claim]) -> Cluster:
    """A published cluster of these claims."""
    cluster = Cluster.objects.create(title=f"Rumours about {LONG_WORD}", description=LONG_WORD, language="de")
    ClusterMember.objects.bulk_create(ClusterMember(cluster=cluster, claim=claim) for claim in claims)
    cluster.state, cluster.published_at = Cluster.State.PUBLISHED, cluster.created_at
    cluster.save()
    return cluster
