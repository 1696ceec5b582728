"""Earlier visits to pages, recorded so that only changed pages are fetched again."""

from claims.models import VisitedPage


class Visits:
    """The visited pages of a crawl (`claims.imports.reading.inputs.crawler.VisitMemory`).

    New visits are stored when the import has finished, because a page whose reviews are not stored yet must be
    fetched again.
    """

    def __init__(self) -> None:
        self._new: dict[str, tuple[str, str]] = {}

    def get(self, url: str) -> tuple[str, str] | None:
        return VisitedPage.objects.filter(url=url[:2000]).values_list("etag", "last_modified").first()

    def put(self, url: str, etag: str, modified: str) -> None:
        if (etag or modified) and len(url) <= 2000 and len(etag) <= 500 and len(modified) <= 100:
            self._new[url] = (etag, modified)

    def save(self) -> None:
        rows = [
            VisitedPage(url=url, etag=etag, last_modified=modified)
            for url, (etag, modified) in self._new.items()
        ]
        VisitedPage.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["url"],
            update_fields=["etag", "last_modified", "visited_at"],
            batch_size=1000,
        )
