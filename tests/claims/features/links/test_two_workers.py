"""Two workers at once never check one link twice."""

import threading

import pytest
from django.db import connection

from claims.features.links import due_links
from claims.features.links.models import LinkState
from sources.models import Source

pytestmark = pytest.mark.django_db(transaction=True)


def test_simultaneous_workers_lease_different_links() -> None:
    sources = Source.objects.bulk_create(
        Source(title=str(n), url=f"https://s{n % 40}.example/{n}", url_key=f"https://s{n % 40}.example/{n}")
        for n in range(300)
    )
    LinkState.objects.bulk_create(
        LinkState(source=source, url=source.url, site=source.url.rpartition("/")[0]) for source in sources
    )
    taken: list[int] = []
    start = threading.Barrier(4)

    def take() -> None:
        try:
            start.wait()
            while links := due_links.lease_links(25):
                taken.extend(link.pk for link in links)
        finally:
            connection.close()

    workers = [threading.Thread(target=take) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == len(set(taken)) >= 250
    taken += [link.pk for link in due_links.lease_links(300)]
    assert sorted(taken) == sorted(source.pk for source in sources)
