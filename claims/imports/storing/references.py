"""Find or create the rows that a batch refers to: publishers, ratings, claimants, topics and sources.

Existing rows stay unchanged: a record only creates missing rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.text import slugify

from claims.imports.reading.processes import build_outlet_key
from claims.imports.reading.review_record import Label, Outlet, Person, Review
from claims.imports.reading.values.outlets import is_listed_outlet
from claims.imports.reading.values.rating_labels import Scale, build_label_key, list_scales
from claims.imports.storing.house_records import build_namesake_refusal, find_own_outlets, is_namesake
from claims.imports.storing.reviewed_claim import build_name_key
from claims.models import Claimant, Rating, RatingScale, Topic
from claims.newsroom.named_claimants import ClaimantIndex
from factcheck.database.bulk_copy import copy_rows, reserve_ids
from factcheck.database.locks import lock_names
from sources.addresses import build_url_key, get_domain, list_hosts
from sources.models import Publisher, Source
from sources.named_publishers import KnownPublishers

_MAX_TITLE_LENGTH = 500
_MAX_SLUG_LENGTH = 100

# Registrable domains whose pages are posts or videos by account holders.
_POST_HOSTS = frozenset(
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
_VIDEO_HOSTS = frozenset(
    ["bitchute.com", "dailymotion.com", "odysee.com", "rumble.com", "vimeo.com", "youtu.be", "youtube.com"]
)


#: The keys that identify a person within a batch.
PersonKey = tuple[str, str, tuple[str, ...]]

#: The scale for labels that are on no known scale, and its version.
IMPORTED_SCALE = "Labels as imported"
IMPORTED_VERSION = "1"

_MAX_CODE_LENGTH = 100

#: A publisher's id and the key of a label, which all spellings of a rating share.
RatingKey = tuple[int, str]


class ReferencedEntities:
    """The stored rows that some reviews refer to. Create this object inside the storing transaction."""

    def __init__(self, reviews: Iterable[Review], *, now: datetime, by: User | None) -> None:
        reviews = list(reviews)
        self._now, self._user = now, by
        outlets = [review.publisher for review in reviews if review.publisher]
        self._own_publisher = Publisher.objects.get_house()
        self._own_outlets, self._namesakes = find_own_outlets(self._own_publisher, dict.fromkeys(outlets))
        own_outlets = self._own_outlets | self._namesakes
        other_outlets = [outlet for outlet in outlets if outlet not in own_outlets]
        self._publishers = _get_or_create_publishers(
            {build_outlet_key(outlet): outlet for outlet in other_outlets}
        )
        self._ratings = self._load_ratings(reviews)
        people = [review.claimant for review in reviews if review.claimant]
        self._claimants = _get_or_create_claimants({_build_person_key(person): person for person in people})
        self._topics = _get_or_create_topics(
            {name.lower(): name for review in reviews for name in review.topics}
        )
        self._sources = self._load_sources(
            {build_url_key(url): url for review in reviews for url in review.appearances},
            {build_url_key(url): review.media_kind for review in reviews for url in review.media},
        )

    def get_publisher(self, outlet: Outlet) -> Publisher:
        # Publishers that merely share the newsroom's name get no row: none of their records is stored.
        if outlet in self._own_outlets or outlet in self._namesakes:
            return self._own_publisher
        return self._publishers[build_outlet_key(outlet)]

    def require_no_namesake(self, outlet: Outlet | None) -> None:
        """Raise HouseRecordRefused if readers would mistake this publisher for the newsroom."""
        if outlet and (
            outlet in self._namesakes or is_namesake(self._own_publisher, self.get_publisher(outlet))
        ):
            raise build_namesake_refusal(outlet)

    def get_rating(self, outlet: Outlet, label: Label) -> Rating:
        return self._ratings[build_rating_key(self.get_publisher(outlet), label)]

    def get_claimant(self, person: Person) -> Claimant:
        return self._claimants[_build_person_key(person)]

    def get_topic(self, name: str) -> Topic:
        return self._topics[name.lower()]

    def get_source(self, url: str) -> Source | None:
        """Return the source at the URL; None if it is not a web URL."""
        return self._sources.get(build_url_key(url))

    def _load_ratings(self, reviews: list[Review]) -> dict[RatingKey, Rating]:
        labels: dict[RatingKey, tuple[Publisher, Label]] = {}
        for review in reviews:
            if review.rating and review.publisher and review.publisher not in self._namesakes:
                publisher = self.get_publisher(review.publisher)
                labels.setdefault(build_rating_key(publisher, review.rating), (publisher, review.rating))
        return get_or_create_ratings(labels)

    def _load_sources(self, addresses: dict[str, str], media_kinds: dict[str, str]) -> dict[str, Source]:
        """Return the sources by URL, creating missing ones.

        Args:
            media_kinds: the kind of each media URL; "" if unknown.
        """
        addresses.pop("", None)
        if not addresses:
            return {}
        rows = Source.objects.filter(url_key__any_of=addresses).select_related("publisher")
        sources_by_key = {row.url_key: row for row in rows}
        missing_keys = [key for key in addresses if key not in sources_by_key]
        hosts_by_key = {key: list_hosts(key) for key in missing_keys}
        known_publishers = KnownPublishers(
            Publisher.objects.match([], {host for hosts in hosts_by_key.values() for host in hosts})
        )
        new_sources = [
            Source(
                id=pk,
                title=addresses[key][:_MAX_TITLE_LENGTH],
                kind=_choose_kind(get_domain(key), media_kinds.get(key, "")),
                url=addresses[key],
                url_key=key,
                publisher=known_publishers.find_at(hosts_by_key[key]),
                created_by=self._user,
                updated_at=self._now,
            )
            for key, pk in zip(missing_keys, reserve_ids(Source, len(missing_keys)), strict=True)
        ]
        copy_rows(Source, new_sources)
        return sources_by_key | {row.url_key: row for row in new_sources}


def _get_or_create_publishers(outlets: dict[str, Outlet]) -> dict[str, Publisher]:
    known_publishers = _load_known_publishers(outlets)
    publishers = {key: _find_publisher(outlet, known_publishers) for key, outlet in outlets.items()}
    if None in publishers.values():
        lock_names("imported publishers")
        known_publishers = _load_known_publishers(outlets)
        # One by one: a publisher created for one outlet may match the next one.
        return {
            key: _find_publisher(outlet, known_publishers) or _make_publisher(outlet, known_publishers)
            for key, outlet in outlets.items()
        }
    return {key: publisher for key, publisher in publishers.items() if publisher}


def _load_known_publishers(outlets: dict[str, Outlet]) -> KnownPublishers:
    """Load all publishers that these outlets may refer to."""
    if not outlets:
        return KnownPublishers([])
    hosts = {outlet_host for outlet in outlets.values() for outlet_host in _list_hosts(outlet)}
    return KnownPublishers(
        Publisher.objects.match({outlet.name.lower() for outlet in outlets.values()}, hosts)
    )


def _find_publisher(outlet: Outlet, known_publishers: KnownPublishers) -> Publisher | None:
    """Return the stored publisher. Listed publishers and those without a name are found by host, others by name."""
    hosts = _list_hosts(outlet)
    is_identified_by_host = is_listed_outlet(outlet) or outlet.name in hosts
    return (
        known_publishers.find_at(hosts) if is_identified_by_host else None
    ) or known_publishers.find_by_name(outlet.name, hosts)


def _make_publisher(outlet: Outlet, known_publishers: KnownPublishers) -> Publisher:
    free_domain = (
        outlet.domain
        if is_listed_outlet(outlet)
        else known_publishers.choose_free_domain(_list_hosts(outlet))
    )
    publisher = Publisher.objects.create(
        name=outlet.name,
        kind=Publisher.Kind.FACT_CHECKER,
        # A publisher with a URL is identified by its domain, which may already belong to another.
        url=(outlet.url or f"https://{outlet.domain}/") if free_domain else "",
        domain=free_domain,
        country=outlet.country,
        language=outlet.language,
    )
    known_publishers.add(publisher)
    return publisher


def _list_hosts(outlet: Outlet) -> tuple[str, ...]:
    if not outlet.domain:
        return ()
    return (outlet.domain,) if is_listed_outlet(outlet) else list_hosts(f"https://{outlet.domain}/")


def _get_or_create_claimants(people: dict[PersonKey, Person]) -> dict[PersonKey, Claimant]:
    known_claimants = _load_named_claimants(people.values())
    claimants = {
        key: known_claimants.find(person.name, person.job_title, person.same_as)
        for key, person in people.items()
    }
    if None in claimants.values():
        # The same lock as all other additions of claimants.
        lock_names("claimants")
        known_claimants = _load_named_claimants(people.values())
        new_claimants: list[Claimant] = []
        # One by one: a claimant created for one person may match the next one.
        for key, person in people.items():
            claimants[key] = known_claimants.find(person.name, person.job_title, person.same_as)
            if claimants[key] is None:
                claimant = Claimant(
                    name=person.name,
                    kind=person.kind,
                    job_title=person.job_title,
                    same_as=list(person.same_as),
                )
                new_claimants.append(claimant)
                known_claimants.add(claimant)
                claimants[key] = claimant
        for claimant, pk in zip(new_claimants, reserve_ids(Claimant, len(new_claimants)), strict=True):
            claimant.pk = pk
        copy_rows(Claimant, new_claimants)
    return {key: claimant for key, claimant in claimants.items() if claimant}


def _load_named_claimants(people: Iterable[Person]) -> ClaimantIndex:
    people = list(people)
    return ClaimantIndex(
        (person.name for person in people), (address for person in people for address in person.same_as)
    )


def _build_person_key(person: Person) -> PersonKey:
    return build_name_key(person), person.job_title, person.same_as


def _get_or_create_topics(names: dict[str, str]) -> dict[str, Topic]:
    topics = _load_known_topics(names)
    if missing_names := {topic_key: name for topic_key, name in names.items() if topic_key not in topics}:
        lock_names("topics")
        topics |= _load_known_topics(missing_names)
        for topic_key, name in missing_names.items():
            if topic_key not in topics:
                slug = _build_slug(name)
                topics[topic_key], _ = Topic.objects.get_or_create(slug=slug, defaults={"name": name})
    return topics


def _load_known_topics(names: dict[str, str]) -> dict[str, Topic]:
    if not names:
        return {}
    slugs = {_build_slug(name): topic_key for topic_key, name in names.items()}
    rows = Topic.objects.alias(lower=Lower("name")).filter(Q(slug__in=list(slugs)) | Q(lower__in=list(names)))
    topics: dict[str, Topic] = {}
    for row in rows.order_by("-pk"):
        topic_key = row.name.lower()
        if topic_key in names:
            topics[topic_key] = row
        elif row.slug in slugs:
            topics.setdefault(slugs[row.slug], row)
    return topics


def _build_slug(name: str) -> str:
    return slugify(name, allow_unicode=True)[:_MAX_SLUG_LENGTH] or "topic"


def _choose_kind(host: str, media_kind: str) -> str:
    """Return the kind of a source by its host: a post, the stated kind, or the site's usual kind."""
    if host in _POST_HOSTS:
        return Source.Kind.SOCIAL_POST
    if media_kind:
        return Source.Kind(media_kind)
    return Source.Kind.VIDEO if host in _VIDEO_HOSTS else Source.Kind.WEB_PAGE


def build_rating_key(publisher: Publisher, label: Label) -> RatingKey:
    return publisher.pk, build_label_key(label.text)


def get_or_create_ratings(labels: Mapping[RatingKey, tuple[Publisher, Label]]) -> dict[RatingKey, Rating]:
    """Return the rating of each label, creating missing ratings and their scales.

    An editor's decision about a rating is kept. An unknown label keeps its words and has no rating class.
    """
    ratings = _find_ratings(labels)
    if missing_labels := {key: value for key, value in labels.items() if key not in ratings}:
        lock_names("imported ratings")
        ratings |= _find_ratings(missing_labels)
        _add_ratings([value for key, value in missing_labels.items() if key not in ratings])
        ratings |= _find_ratings(missing_labels)
    return ratings


def _find_ratings(rating_keys: Iterable[RatingKey]) -> dict[RatingKey, Rating]:
    """Return the known rating for each key, from any scale of the publisher; scales in use take precedence."""
    publishers = {publisher for publisher, _ in rating_keys}
    labels = Rating.objects.filter(scale__publisher__in=publishers).order_by("scale__in_use", "-pk")
    ids_by_key = {
        (publisher, build_label_key(label)): pk
        for pk, publisher, label in labels.values_list("pk", "scale__publisher", "label")
    }
    ids = {key: ids_by_key[key] for key in rating_keys if key in ids_by_key}
    rows = Rating.objects.select_related("scale").in_bulk(ids.values())
    return {key: rows[pk] for key, pk in ids.items()}


def _add_ratings(labels: list[tuple[Publisher, Label]]) -> None:
    """Store a label's whole scale if the scale is known; otherwise store only the label."""
    classes_by_scale: dict[RatingScale, dict[str, str]] = {}
    for publisher, label in labels:
        if scale := _load_scales().get((publisher.domain, label.scale)):
            scale_row = _get_or_create_scale(publisher, scale.name, scale.version, scale.language)
            classes_by_scale[scale_row] = dict(scale.labels)
        else:
            language = label.language or publisher.language or "und"
            scale_row = _get_or_create_scale(publisher, IMPORTED_SCALE, IMPORTED_VERSION, language)
            classes_by_scale.setdefault(scale_row, {})[label.text] = label.rating_class
    for scale_row, classes in classes_by_scale.items():
        Rating.objects.bulk_create(_iterate_new_ratings(scale_row, classes))


def _get_or_create_scale(publisher: Publisher, name: str, version: str, language: str) -> RatingScale:
    # The newsroom does not use this scale itself.
    scale, _ = RatingScale.objects.get_or_create(
        publisher=publisher, name=name, version=version, defaults={"language": language, "in_use": False}
    )
    return scale


def _iterate_new_ratings(scale: RatingScale, classes: Mapping[str, str]) -> Iterator[Rating]:
    """Yield new ratings for the labels missing from the scale."""
    existing_labels = list(scale.ratings.values_list("label", "code"))
    labels, codes = {label for label, _ in existing_labels}, {code for _, code in existing_labels}
    for position, label in enumerate(
        (label for label in classes if label not in labels), len(existing_labels) + 1
    ):
        code = slugify(label, allow_unicode=True)[:_MAX_CODE_LENGTH].strip("-_")
        if not code or code in codes:
            code = f"{code[: _MAX_CODE_LENGTH - 12]}-{position}".lstrip("-")
        codes.add(code)
        yield Rating(scale=scale, code=code, position=position, label=label, rating_class=classes[label])


@cache
def _load_scales() -> dict[tuple[str, str], Scale]:
    return {(scale.publisher, scale.name): scale for scale in list_scales()}
