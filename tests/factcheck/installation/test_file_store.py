"""FILES_URL: parsed strictly, refused with a message that names it without secrets."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.installation import environment, file_store

KEY = {"access_key": "desk", "secret_key": "only-ours", "security_token": ""}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    for name in ("FILES_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def options(address: str) -> Any:
    pytest.importorskip("boto3")
    return file_store.build_bucket_store(address, KEY, name="FILES_URL")["OPTIONS"]


def test_without_an_address_files_are_on_the_disk_and_closed() -> None:
    assert file_store.build_store() == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }


def test_a_whole_address_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3")
    monkeypatch.setenv(
        "FILES_URL", "s3://newsroom/facts/kept?endpoint=https://s3.example.org:9000&region=eu&addressing=path"
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "desk")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-ours")
    assert file_store.build_store() == {
        "BACKEND": "factcheck.installation.object_store.ObjectStore",
        "OPTIONS": {
            "bucket_name": "newsroom",
            "location": "facts/kept",
            "endpoint_url": "https://s3.example.org:9000",
            "region_name": "eu",
            "addressing_style": "path",
            "access_key": "desk",
            "secret_key": "only-ours",
            "security_token": None,
        },
    }


def test_a_bucket_is_enough() -> None:
    assert options("s3://newsroom/") == {
        "bucket_name": "newsroom",
        "location": "",
        "endpoint_url": None,
        "region_name": None,
        "addressing_style": "auto",
        "access_key": "desk",
        "secret_key": "only-ours",
        "security_token": None,
    }


@pytest.mark.parametrize(
    "address",
    [
        "newsroom",
        "https://s3.example.org/newsroom",
        "s3://",
        "s3:///newsroom",
        "s3://News_Room",
        "s3://newsroom:9000",
        "s3://newsroom/../others",
        "s3://newsroom/a/../../others",
        "s3://newsroom/with space",
        "s3://newsroom#part",
        "s3://newsroom?endpoint=s3.example.org",
        "s3://newsroom?endpoint=ftp://s3.example.org",
        "s3://newsroom?endpoint=https://s3.example.org:port",
        "s3://newsroom?addressing=postal",
        "s3://newsroom?endpoint",
        "s3://[newsroom",
    ],
)
def test_invalid_addresses_are_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^FILES_URL cannot be read; write it as s3://bucket"):
        options(address)


def test_a_key_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        options("s3://desk:only-ours@newsroom")
    assert str(refused.value) == (
        "FILES_URL contains keys; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead."
    )


def test_unknown_parameters_are_named() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        options("s3://newsroom?region=eu&tls=no&acl=public-read")
    assert (
        str(refused.value)
        == "FILES_URL has the options acl, tls; only endpoint, region and addressing exist."
    )


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_key_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "half")
    with pytest.raises(ImproperlyConfigured, match="both, or neither"):
        file_store.build_store()


def test_without_its_packages_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_store, "find_spec", lambda name: None)
    with pytest.raises(
        ImproperlyConfigured, match=r"^FILES_URL needs the packages of requirements/scale.txt"
    ):
        file_store.build_bucket_store("s3://newsroom", KEY, name="FILES_URL")


@given(st.text("/?&=.#@:[]%a-Z0 é", max_size=40))
@settings(max_examples=40)
def test_every_address_is_read_or_refused(rest: str) -> None:
    pytest.importorskip("boto3")
    try:
        found = file_store.build_bucket_store(f"s3://newsroom{rest}", KEY, name="FILES_URL")["OPTIONS"]
    except ImproperlyConfigured:
        return
    assert ".." not in found["location"].split("/")
