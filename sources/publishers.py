"""Whose document it is: publishers recognised by their domain, else by their name, else made."""

from sources.models import Publisher
from sources.urls import domain

_LONGEST_NAME = 200


def find_publisher(name: str, address: str, *, stated: bool = False) -> Publisher | None:
    """The known publisher of a document at `address` that names its publisher `name`; either may be empty.

    Two outlets may share a name, so a name alone counts only where one of the two domains is unknown.

    Args:
        stated: a person named the publisher, so the name counts and the address only chooses between namesakes.
    """
    host = domain(address)
    namesakes = list(Publisher.objects.filter(name__iexact=name).order_by("pk")) if name else []
    if stated and namesakes:
        return next((publisher for publisher in namesakes if publisher.domain == host), namesakes[0])
    if host and not stated and (owner := Publisher.objects.filter(domain=host).first()):
        return owner
    return next((publisher for publisher in namesakes if not host or not publisher.domain), None)


def find_or_make_publisher(
    name: str, address: str, *, stated: bool = False, named_itself: str = ""
) -> Publisher | None:
    """The publisher, made if it is not known yet; None where neither a name nor an address tells.

    Args:
        named_itself: the name in the document. Where a person states another one (an agency whose text stands on a
            portal), the address is the portal's and not taken for the publisher's.
    """
    host = domain(address)
    publisher = find_publisher(name, address, stated=stated)
    owns_host = not stated or not named_itself or named_itself.casefold() == name.casefold()
    free = bool(host) and owns_host and not Publisher.objects.filter(domain=host).exists()
    if publisher is None:
        if not name and not host:
            return None
        site = {"url": f"https://{host}/", "domain": host} if free else {}
        return Publisher.objects.create(name=(name or host)[:_LONGEST_NAME], **site)
    if free and not publisher.domain and not publisher.url:
        publisher.url, publisher.domain = f"https://{host}/", host
        publisher.save(update_fields=["url", "domain"])
    return publisher
