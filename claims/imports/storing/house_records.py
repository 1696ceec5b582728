"""The newsroom's own records: an import turns them into drafts, and publishes them only from a newsroom archive.

The importing user is the author of the drafts, and another person signs them off. A newsroom archive (`house_archive`
beside this module) is released by a second administrator, and its verdicts show their origin.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from claims.imports.reading.review_record import Outlet
from claims.imports.storing.disagreement import Disagreement
from claims.models import Evidence, ImportedRecord, ImportRun, Verdict
from sources.addresses import get_domain, list_hosts
from sources.models import Publisher
from sources.models.publisher import normalise_name

_DRAFT_STATE = Verdict.State.DRAFT


class HouseRecordRefused(Disagreement):
    """A record that cannot become the newsroom's verdict, with the reason."""

    field, code = "publisher", "record of this newsroom"


class HouseRecords:
    """The rules for the newsroom's own records in one import."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.is_archive = run.house_archive and run.released_by_id is not None

    def require_own(self, publisher: Publisher | None) -> None:
        """Check that a record in a newsroom archive is the newsroom's own.

        Raises:
            HouseRecordRefused: the record is another publisher's.
        """
        if self.is_archive and publisher and not publisher.is_house:
            raise HouseRecordRefused(
                gettext(
                    "This record is from %(publisher)s, but a newsroom archive may contain only the "
                    "newsroom’s own. Import it without “newsroom archive”."
                )
                % {"publisher": publisher}
            )

    def require_importable(
        self,
        *,
        live_verdict: Verdict | None,
        open_verdict: Verdict | None,
        had_verdict: bool,
        is_different: bool,
        is_revision: bool,
        is_new_draft: bool,
    ) -> None:
        """Check that this record can become a verdict of the newsroom, or already is one.

        Args:
            live_verdict: the newsroom's published verdict on the claim.
            open_verdict: the newsroom's verdict in draft or in review.
            had_verdict: whether the newsroom has a verdict that is no longer published.
            is_different: whether the record differs from the existing verdict.
            is_revision: whether it replaces an archived verdict, which only a newsroom archive may do.
            is_new_draft: whether another record of this import created the draft.

        Raises:
            HouseRecordRefused: the record cannot become a verdict; the message says what to do instead.
        """
        if is_new_draft and is_different:
            raise HouseRecordRefused(
                gettext(
                    "Another record of this import is the newsroom’s draft on this claim, with different "
                    "content. Correct the wrong one and import it again."
                )
            )
        if open_verdict and (is_different or self.is_archive):
            raise HouseRecordRefused(
                gettext(
                    "The newsroom has an open draft on this claim (verdict %(open)s). Edit that one, or "
                    "delete it first."
                )
                % {"open": open_verdict.pk}
            )
        if live_verdict and is_different and not is_revision:
            raise HouseRecordRefused(
                gettext(
                    "The newsroom has published another verdict on this claim (verdict %(live)s). Draft a new "
                    "version of it at the desk."
                )
                % {"live": live_verdict.pk}
            )
        if had_verdict and not (live_verdict or open_verdict):
            raise HouseRecordRefused(
                gettext("The newsroom has withdrawn its verdict on this claim. Draft a new one at the desk.")
            )
        if not (live_verdict or open_verdict or self.is_archive) and self.run.started_by_id is None:
            raise HouseRecordRefused(
                gettext(
                    "This is a record of this newsroom, so it becomes a draft, and a draft needs an author. Use "
                    "--by to name the person who imports it."
                )
            )

    def build_verdict_overrides(self, publisher: Publisher) -> dict[str, Any]:
        """Return the values of this publisher's verdict that differ from the defaults, such as origin and author."""
        if not publisher.is_house:
            return {"origin": Verdict.Origin.IMPORTED}
        if self.is_archive:
            return {"origin": Verdict.Origin.HOUSE_ARCHIVE, "archive_run_id": self.run.pk}
        return {
            "origin": Verdict.Origin.HOUSE,
            "author_id": self.run.started_by_id,
            "state": _DRAFT_STATE,
            "published_at": None,
        }

    def may_revise(self, live_verdict: Verdict) -> bool:
        """Return whether the import may replace this verdict with a different version."""
        if live_verdict.origin == Verdict.Origin.HOUSE_ARCHIVE:
            return self.is_archive and not live_verdict.is_restored
        return live_verdict.origin == Verdict.Origin.IMPORTED


# Recognising the newsroom ---------------------------------------------------------------------------------------------


def find_own_outlets(newsroom: Publisher, outlets: Iterable[Outlet]) -> tuple[set[Outlet], set[Outlet]]:
    """Return the outlets that are this newsroom, and the outlets that merely share its name.

    The newsroom is recognised by its domain and its subdomains. It is recognised by its name, ignoring case, if the
    record gives no URL or one that the newsroom lists as its own.
    """
    own_domains = {newsroom.domain, *list_hosts(newsroom.url)[-1:]} - {""}
    own_hosts = own_domains | {host for address in newsroom.same_as for host in list_hosts(address)[-1:]}
    own_name = normalise_name(newsroom.name)
    own_outlets: set[Outlet] = set()
    namesakes: set[Outlet] = set()
    for outlet in outlets:
        domain = outlet.domain or get_domain(outlet.url)
        if domain and _is_subdomain(domain, own_domains):
            own_outlets.add(outlet)
        elif normalise_name(outlet.name) == own_name:
            (own_outlets if not domain or _is_subdomain(domain, own_hosts) else namesakes).add(outlet)
    return own_outlets, namesakes


def is_namesake(newsroom: Publisher, publisher: Publisher) -> bool:
    """Return whether readers would mistake another publisher for the newsroom."""
    return publisher.pk != newsroom.pk and normalise_name(publisher.name) == normalise_name(newsroom.name)


def build_namesake_refusal(outlet: Outlet) -> HouseRecordRefused:
    return HouseRecordRefused(
        gettext(
            "“%(outlet)s” is the name of this newsroom, but %(domain)s is not its site. If it belongs to the "
            "newsroom, add the address under Publishers; if not, give the publisher another name."
        )
        % {"outlet": outlet.name, "domain": outlet.domain or outlet.url or "its address"}
    )


def _is_subdomain(domain: str, hosts: set[str]) -> bool:
    return any(domain == host or domain.endswith(f".{host}") for host in hosts)


# Undoing --------------------------------------------------------------------------------------------------------------


def find_untouched_drafts(records: QuerySet[ImportedRecord]) -> QuerySet[Verdict]:
    """Return the newsroom's drafts that were made from these records and have not been edited since."""
    verdict_ids = records.filter(made_verdict=True).values("verdict")
    drafts = Verdict.objects.filter(pk__in=verdict_ids, origin=Verdict.Origin.HOUSE, state=_DRAFT_STATE)
    drafts = drafts.filter(review_round=0, edited_by=[])
    return drafts.exclude(pk__in=Evidence.objects.filter(verdict__in=drafts).values("verdict"))
