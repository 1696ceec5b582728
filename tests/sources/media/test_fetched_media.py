"""Pictures and films at an address: fetched as everything is fetched, into a file."""

from pathlib import Path

import pytest
from pytest_django import Settings

from sources.http.fetch_errors import FetchError
from sources.media.intake import store_file
from sources.media.refused_media import MediaRefused
from sources.models import MediaObject
from tests.helpers.media_files import SVG, picture
from tests.helpers.site import Site
from tests.sources.media.conftest import kept

pytestmark = pytest.mark.django_db


def test_content_of_an_address(folder: Path, site: Site) -> None:
    url = site.page("/fog.jpg?size=large", picture(1), Content_Type="text/html")
    media = store_file(url, by=None, allow_loopback=True)
    assert (media.media_type, media.filename, media.content_url) == ("image/jpeg", "fog.jpg", url)
    assert store_file(picture(1), by=None) == media


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/a.png", "http://[::1]/a.png", "http://169.254.169.254/a"]
)
def test_private_addresses_are_refused(folder: Path, address: str) -> None:
    with pytest.raises(FetchError) as refused:
        store_file(address, by=None)
    assert refused.value.reason_code == "private_address"


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a.example/x", "data:image/png;base64,xx", "x"]
)
def test_other_schemes_are_refused(folder: Path, address: str) -> None:
    with pytest.raises(FetchError):
        store_file(address, by=None)


def test_a_page_instead_of_a_picture(folder: Path, site: Site) -> None:
    with pytest.raises(MediaRefused) as refused:
        store_file(
            site.page("/a.jpg", b"<html>No longer here</html>", Content_Type="image/jpeg"),
            by=None,
            allow_loopback=True,
        )
    assert refused.value.reason_code == "unknown_type"
    with pytest.raises(MediaRefused) as refused:
        store_file(site.page("/b.jpg", SVG), by=None, allow_loopback=True)
    assert refused.value.reason_code == "svg"
    assert not MediaObject.objects.exists()
    assert kept(folder) == set()


def test_more_than_may_be_taken_in(folder: Path, site: Site, settings: Settings) -> None:
    settings.MEDIA_MAX_BYTES = 1_000_000
    with pytest.raises(FetchError) as refused:
        store_file(site.page("/a.jpg", picture(1) + bytes(1_000_000)), by=None, allow_loopback=True)
    assert refused.value.reason_code == "too_large"
    assert kept(folder) == set()
