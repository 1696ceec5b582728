"""Find or create the rows that a batch refers to: publishers, ratings, claimants, topics and sources.

What is stored of a thing stays as it is: a record only makes what is missing.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.text import slugify

from claims.imports.reading.identity import name_key, outlet_key
from claims.imports.reading.review_record import Label, Outlet, Person, Review
from claims.imports.reading.values.outlets import is_shipped_outlet
from claims.imports.storing.house_records import is_namesake, refuse_namesake, speaking_as
from claims.imports.storing.label_ratings import Key, build_key, find_or_make_ratings
from claims.models import Claimant, Rating, Topic
from claims.newsroom.named_claimants import NamedClaimants
from factcheck.database.bulk_copy import copy, reserve_ids
from factcheck.database.locks import hold
from sources.addresses import build_url_key, get_domain, list_hosts
from sources.models import Publisher, Source
from sources.named_publishers import KnownPublishers

_LONGEST_TITLE = 500
_LONGEST_SLUG = 100

# Registrable domains whose pages are posts or videos of account holders.
_POSTS = frozenset(
    [
        "bsky.app",
        "facebook.com",
        "fb.com",
        "fb.watch",
        "gab.com",
        "gettr.com",
        "instagram.com",
        "koo.in",
        "kooapp.com",
        "line.me",
        "linkedin.com",
        "reddit.com",
        "sharechat.com",
        "t.co",
        "t.me",
        "telegram.me",
        "threads.net",
        "tiktok.com",
        "truthsocial.com",
        "twitter.com",
        "vk.com",
        "wa.me",
        "weibo.cn",
        "weibo.com",
        "whatsapp.com",
        "x.com",
    ]
)
_FILMS = frozenset(
    ["bitchute.com", "dailymotion.com", "odysee.com", "rumble.com", "vimeo.com", "youtu.be", "youtube.com"]
)


#: The keys of a person within a batch.
Who = tuple[str, str, tuple[str, ...]]


class ReferencedEntities:
    """The things that some reviews refer to, each stored. Made inside the transaction that stores the reviews."""

    def __init__(self, reviews: Iterable[Review], *, now: datetime, by: User | None) -> None:
        reviews = list(reviews)
        self._now, self._by = now, by
        outlets = [review.publisher for review in reviews if review.publisher]
        self._house = Publisher.objects.house()
        self._ours, self._namesakes = speaking_as(self._house, dict.fromkeys(outlets))
        special = self._ours | self._namesakes
        others = [outlet for outlet in outlets if outlet not in special]
        self._publishers = _publishers({outlet_key(outlet): outlet for outlet in others})
        self._ratings = self._rated(reviews)
        people = [review.claimant for review in reviews if review.claimant]
        self._claimants = _claimants({_who(person): person for person in people})
        self._topics = _topics({name.lower(): name for review in reviews for name in review.topics})
        self._sources = self._appeared(
            {build_url_key(url): url for review in reviews for url in review.appearances},
            {build_url_key(url): review.media_kind for review in reviews for url in review.media},
        )

    def publisher(self, outlet: Outlet) -> Publisher:
        # Who only has the name of the house gets no publisher: no record of theirs is taken.
        if outlet in self._ours or outlet in self._namesakes:
            return self._house
        return self._publishers[outlet_key(outlet)]

    def require_no_namesake(self, outlet: Outlet | None) -> None:
        """Raises NotForTheHouse where readers would take who judged for the house."""
        if outlet and (outlet in self._namesakes or is_namesake(self._house, self.publisher(outlet))):
            raise refuse_namesake(outlet)

    def rating(self, outlet: Outlet, label: Label) -> Rating:
        return self._ratings[build_key(self.publisher(outlet), label)]

    def claimant(self, person: Person) -> Claimant:
        return self._claimants[_who(person)]

    def topic(self, name: str) -> Topic:
        return self._topics[name.lower()]

    def source(self, url: str) -> Source | None:
        """Return the source at the URL; None if it is not a web URL."""
        return self._sources.get(build_url_key(url))

    def _rated(self, reviews: list[Review]) -> dict[Key, Rating]:
        wanted: dict[Key, tuple[Publisher, Label]] = {}
        for review in reviews:
            if review.rating and review.publisher and review.publisher not in self._namesakes:
                publisher = self.publisher(review.publisher)
                wanted.setdefault(build_key(publisher, review.rating), (publisher, review.rating))
        return find_or_make_ratings(wanted)

    def _appeared(self, wanted: dict[str, str], media: dict[str, str]) -> dict[str, Source]:
        """Return the sources at these URLs, creating missing ones.

        Args:
            media: the kinds of the addresses of pictures, audio and video; "" if unknown.
        """
        wanted.pop("", None)
        if not wanted:
            return {}
        rows = Source.objects.filter(url_key__any_of=wanted).select_related("publisher")
        found = {row.url_key: row for row in rows}
        missing = [key for key in wanted if key not in found]
        places = {key: list_hosts(key) for key in missing}
        known = KnownPublishers(
            Publisher.objects.known([], {host for found in places.values() for host in found})
        )
        made = [
            Source(
                id=pk,
                title=wanted[key][:_LONGEST_TITLE],
                kind=_kind(get_domain(key), media.get(key, "")),
                url=wanted[key],
                url_key=key,
                publisher=known.at(places[key]),
                created_by=self._by,
                updated_at=self._now,
            )
            for key, pk in zip(missing, reserve_ids(Source, len(missing)), strict=True)
        ]
        copy(Source, made)
        return found | {row.url_key: row for row in made}


def _publishers(wanted: dict[str, Outlet]) -> dict[str, Publisher]:
    known = _acquainted(wanted)
    found = {key: _publisher(outlet, known) for key, outlet in wanted.items()}
    if None in found.values():
        hold("imported publishers")
        known = _acquainted(wanted)
        # One after the other: a publisher made for one outlet may be the next one's.
        return {key: _publisher(outlet, known) or _made(outlet, known) for key, outlet in wanted.items()}
    return {key: publisher for key, publisher in found.items() if publisher}


def _acquainted(wanted: dict[str, Outlet]) -> KnownPublishers:
    """Load all publishers that these outlets may refer to."""
    if not wanted:
        return KnownPublishers([])
    places = {host for outlet in wanted.values() for host in _hosts(outlet)}
    return KnownPublishers(
        Publisher.objects.known({outlet.name.lower() for outlet in wanted.values()}, places)
    )


def _publisher(outlet: Outlet, known: KnownPublishers) -> Publisher | None:
    """Find a listed publisher by domain, any other by name and host, one without a name by host."""
    places = _hosts(outlet)
    by_host = is_shipped_outlet(outlet) or outlet.name in places
    return (known.at(places) if by_host else None) or known.called(outlet.name, places)


def _made(outlet: Outlet, known: KnownPublishers) -> Publisher:
    free = outlet.domain if is_shipped_outlet(outlet) else known.free_domain(_hosts(outlet))
    made = Publisher.objects.create(
        name=outlet.name,
        kind=Publisher.Kind.FACT_CHECKER,
        # A publisher with an address is known by its domain, which may already belong to another.
        url=(outlet.url or f"https://{outlet.domain}/") if free else "",
        domain=free,
        country=outlet.country,
        language=outlet.language,
    )
    known.add(made)
    return made


def _hosts(outlet: Outlet) -> tuple[str, ...]:
    if not outlet.domain:
        return ()
    return (outlet.domain,) if is_shipped_outlet(outlet) else list_hosts(f"https://{outlet.domain}/")


def _claimants(wanted: dict[Who, Person]) -> dict[Who, Claimant]:
    known = _named(wanted.values())
    found = {
        who: known.meant(person.name, person.job_title, person.same_as) for who, person in wanted.items()
    }
    if None in found.values():
        # The same lock as all other additions of claimants.
        hold("claimants")
        known = _named(wanted.values())
        made: list[Claimant] = []
        # One after the other: a claimant made for one person may be the next one's.
        for who, person in wanted.items():
            found[who] = known.meant(person.name, person.job_title, person.same_as)
            if found[who] is None:
                claimant = Claimant(
                    name=person.name,
                    kind=person.kind,
                    job_title=person.job_title,
                    same_as=list(person.same_as),
                )
                made.append(claimant)
                known.add(claimant)
                found[who] = claimant
        for claimant, pk in zip(made, reserve_ids(Claimant, len(made)), strict=True):
            claimant.pk = pk
        copy(Claimant, made)
    return {who: claimant for who, claimant in found.items() if claimant}


def _named(people: Iterable[Person]) -> NamedClaimants:
    people = list(people)
    return NamedClaimants(
        (person.name for person in people), (address for person in people for address in person.same_as)
    )


def _who(person: Person) -> Who:
    return name_key(person), person.job_title, person.same_as


def _topics(wanted: dict[str, str]) -> dict[str, Topic]:
    found = _known_topics(wanted)
    if missing := {lower: name for lower, name in wanted.items() if lower not in found}:
        hold("topics")
        found |= _known_topics(missing)
        for lower, name in missing.items():
            if lower not in found:
                slug = _slug(name)
                found[lower], _ = Topic.objects.get_or_create(slug=slug, defaults={"name": name})
    return found


def _known_topics(wanted: dict[str, str]) -> dict[str, Topic]:
    if not wanted:
        return {}
    slugs = {_slug(name): lower for lower, name in wanted.items()}
    rows = Topic.objects.alias(lower=Lower("name")).filter(
        Q(slug__in=list(slugs)) | Q(lower__in=list(wanted))
    )
    found: dict[str, Topic] = {}
    for row in rows.order_by("-pk"):
        lower = row.name.lower()
        if lower in wanted:
            found[lower] = row
        elif row.slug in slugs:
            found.setdefault(slugs[row.slug], row)
    return found


def _slug(name: str) -> str:
    return slugify(name, allow_unicode=True)[:_LONGEST_SLUG] or "topic"


def _kind(host: str, media: str) -> str:
    """Return the kind of a source by its host: a post, the stated kind, or the site's usual kind."""
    if host in _POSTS:
        return Source.Kind.SOCIAL_POST
    if media:
        return Source.Kind(media)
    return Source.Kind.VIDEO if host in _FILMS else Source.Kind.WEB_PAGE
