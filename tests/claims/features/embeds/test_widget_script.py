"""The script that other sites include: what it weighs, how it is served, and that old copies stay."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.features.embeds import widget_script
from claims.features.embeds.widget_script import (
    EARLIER_SCRIPTS_FOLDER,
    WIDGET_FOLDER,
    build_script,
    compute_sha256,
)

#: Eleven kilobytes, as they go over the wire without compression.
MOST_BYTES = 11_264
BUILD = settings.BASE_DIR / "tests" / "widget"

pytestmark = pytest.mark.django_db


def test_it_weighs_at_most_eleven_kilobytes(client: Client) -> None:
    response = client.get("/widget.js")
    assert response.status_code == 200
    assert len(response.content) <= MOST_BYTES
    assert response.content == build_script()


def test_it_has_room_for_words_in_every_language() -> None:
    """For any translation of three short texts."""
    spoken = json.dumps(widget_script._load_messages(), ensure_ascii=False, separators=(",", ":"))
    without = len(build_script()) - len(spoken.encode())
    assert without + 650 <= MOST_BYTES


def test_any_site_may_load_and_cache_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/widget.js", headers={"Accept-Language": "ar"})
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("public, max-age=3600")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "Accept-Language" not in response.get("Vary", "")
    again = client.get("/widget.js", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/widget.js").status_code == 405


def test_pinned_scripts_never_change(client: Client) -> None:
    response = client.get(f"/widget.{compute_sha256(build_script())}.js")
    assert response.content == build_script()
    assert "immutable" in response["Cache-Control"]
    assert client.get(f"/widget.{'0' * 64}.js").status_code == 404


def test_copies_of_former_releases_stay(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = b"former();\n"
    (tmp_path / f"{compute_sha256(before)}.js").write_bytes(before)
    monkeypatch.setattr(widget_script, "EARLIER_SCRIPTS_FOLDER", tmp_path)
    widget_script._load_earlier_scripts.cache_clear()
    try:
        response = client.get(f"/widget.{compute_sha256(before)}.js")
        assert (response.status_code, response.content) == (200, before)
        assert client.get("/widget...%2f..%2fsite.css.js").status_code == 404
    finally:
        widget_script._load_earlier_scripts.cache_clear()


def test_former_copies_match_the_hash_in_their_name() -> None:
    assert [
        path.name
        for path in EARLIER_SCRIPTS_FOLDER.glob("*.js")
        if path.stem != compute_sha256(path.read_bytes())
    ] == []


def test_it_sets_no_cookie_and_writes_no_markup() -> None:
    sources = "".join(path.read_text() for path in WIDGET_FOLDER.glob("*.js")) + build_script().decode()
    for forbidden in (
        "cookie",
        "sessionStorage",
        "indexedDB",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "sendBeacon",
        "XMLHttpRequest",
    ):
        assert forbidden not in sources, forbidden
    assert re.findall(r"https?://", build_script().decode()) == []


@pytest.mark.slow
def test_the_served_script_is_built_from_its_sources() -> None:
    node = shutil.which("node")
    if node is None or not (BUILD / "node_modules").is_dir():
        pytest.skip("node, or the packages of tests/widget, are not installed")
    built = subprocess.run([node, "build.mjs", "--check"], cwd=BUILD, capture_output=True, check=True)
    assert built.stdout == (WIDGET_FOLDER / "widget.min.js").read_bytes()
