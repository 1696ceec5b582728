"""Find or create the publisher of a document, by name and host (docs/decisions/0032-publisher-of-an-address.md)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sources.addresses import get_domain, list_hosts
from sources.models import Publisher
from sources.models.publisher import has_house_name

_MAX_NAME_LENGTH = 200
_WORD_PATTERN = re.compile(r"\w+")


class KnownPublishers:
    """A lookup of publishers by name and by host."""

    def __init__(self, publishers: Iterable[Publisher]) -> None:
        self._by_host: dict[str, Publisher] = {}
        self._by_name: dict[str, list[Publisher]] = {}
        for publisher in publishers:
            self.add(publisher)

    def add(self, publisher: Publisher) -> None:
        for host in publisher.hosts:
            self._by_host.setdefault(host, publisher)
        if publisher.domain:
            # A domain belongs to one publisher. Publishers that only list the site yield to it.
            self._by_host[publisher.domain] = publisher
        self._by_name.setdefault(publisher.name.lower(), []).append(publisher)

    def find_at(self, hosts: Sequence[str]) -> Publisher | None:
        """Return the publisher of the first of these hosts that has one, or None."""
        return next(iter(self._find_owners(hosts)), None)

    def find_by_name(self, name: str, hosts: Sequence[str]) -> Publisher | None:
        """Return the publisher with one of these hosts and this name or a similar one ("BBC" for "BBC News").

        Otherwise return the publisher with the name and no host. If there are no hosts to compare, return any
        publisher with the name. Returns None if no publisher matches.
        """
        owners = self._find_owners(hosts)
        namesakes = self._by_name.get(name.lower(), []) if name else []
        names = (
            [owner for owner in owners if owner in namesakes]
            or [owner for owner in owners if is_alike(owner.name, name)]
            or [namesake for namesake in namesakes if not hosts or not namesake.domain]
        )
        return names[0] if names else None

    def choose_free_domain(self, hosts: Sequence[str]) -> str:
        """Return a new publisher's domain: the registrable domain or, if another publisher has that, the host."""
        return next((host for host in (*hosts[-1:], *hosts[:1]) if host not in self._by_host), "")

    def _find_owners(self, hosts: Sequence[str]) -> list[Publisher]:
        return [self._by_host[host] for host in hosts if host in self._by_host]


def is_alike(name: str, other_name: str) -> bool:
    """Return whether one name contains all words of the other, one after the other."""
    shorter, longer = sorted((_normalise_words(name), _normalise_words(other_name)), key=len)
    return bool(shorter.strip()) and shorter in longer


def find_publisher(name: str, address: str, *, is_stated: bool = False) -> Publisher | None:
    """Return the known publisher that matches a document's URL and stated publisher, or None; either may be empty.

    Everything on a publisher's own host belongs to that publisher, whatever the document says. On a subdomain, a
    document that names a different publisher belongs to the publisher that it names. Two outlets may share a name, so a
    name alone counts only if the document or the publisher has no domain.

    Args:
        is_stated: a person named the publisher, so the name decides, and the URL only chooses between namesakes.
    """
    hosts = list_hosts(address)
    if is_stated and name:
        namesakes = KnownPublishers(Publisher.objects.match([name.lower()], []))
        return namesakes.find_at(hosts) or namesakes.find_by_name(name, [])
    publishers = KnownPublishers(Publisher.objects.match([name.lower()], hosts))
    return (
        publishers.find_at(hosts[:1])
        or publishers.find_by_name(name, hosts)
        or (None if name else publishers.find_at(hosts))
    )


def get_or_create_publisher(
    name: str, address: str, *, is_stated: bool = False, name_in_document: str = ""
) -> Publisher | None:
    """Return the publisher, creating it if necessary, or None if neither name nor URL identifies it.

    Args:
        name_in_document: the name in the document. If a person states a different name (of an agency whose text is on a
            portal), the URL is the portal's and is not used as the publisher's.
    """
    hosts = list_hosts(address)
    publisher = find_publisher(name, address, is_stated=is_stated)
    owns_host = not is_stated or not name_in_document or name_in_document.casefold() == name.casefold()
    domain = (
        KnownPublishers(Publisher.objects.match([], hosts)).choose_free_domain(hosts) if owns_host else ""
    )
    if publisher is None and name and has_house_name(name):
        # Readers would mistake it for the newsroom, so only the URL identifies the publisher.
        name, publisher = "", find_publisher("", address)
    if publisher is None:
        if not name and not hosts:
            return None
        own_fields = {"url": f"https://{hosts[0]}/", "domain": domain} if domain else {}
        return Publisher.objects.create(name=(name or get_domain(address))[:_MAX_NAME_LENGTH], **own_fields)
    if domain and not publisher.domain and not publisher.url:
        publisher.url, publisher.domain = f"https://{hosts[0]}/", domain
        publisher.save(update_fields=["url", "domain"])
    return publisher


def _normalise_words(name: str) -> str:
    words = _WORD_PATTERN.findall(unicodedata.normalize("NFKC", name).casefold())
    return f" {' '.join(words)} "
