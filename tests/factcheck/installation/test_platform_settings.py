"""What words and pictures for other platforms are labelled and signed with, as the environment says."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.installation import environment
from factcheck.installation.platform_settings import read_platform_settings


def test_they_are_read_or_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {})
    for name in ("BLUESKY_LABELER", "C2PA_SIGNER"):
        monkeypatch.delenv(name, raising=False)
    assert read_platform_settings() == ("", None)
    for did in ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", "did:web:labels.example.org"):
        monkeypatch.setenv("BLUESKY_LABELER", did)
        assert read_platform_settings().bluesky_labeler == did
    signer = tmp_path / "signer.pem"
    signer.touch()
    monkeypatch.setenv("C2PA_SIGNER", str(signer))
    assert read_platform_settings().c2pa_signer == signer
    signer.unlink()
    with pytest.raises(ImproperlyConfigured, match="C2PA_SIGNER names .*, and there is no such file"):
        read_platform_settings()
    monkeypatch.setenv("BLUESKY_LABELER", "@labels.example.org")
    with pytest.raises(ImproperlyConfigured, match="write the account's DID"):
        read_platform_settings()
