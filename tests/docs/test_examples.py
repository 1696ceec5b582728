"""The programs in docs/examples run unchanged."""

import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim
from tests.helpers.newsroom import make_appearance, make_claim, make_source

pytestmark = pytest.mark.slow

EXAMPLES = settings.BASE_DIR / "docs" / "examples"
ARTICLE = "https://gazette.example.org/bridge"


def command(name: str) -> list[str]:
    if name.endswith(".py"):
        return [sys.executable, str(EXAMPLES / name)]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.removeprefix("v").partition(".")[0]) < 18:
        pytest.skip(f"node {version.strip()} has no fetch; 18 or newer has it")
    return [node, str(EXAMPLES / name)]


def said(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command(name), *arguments], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def checked(publish: Callable[..., Claim]) -> Claim:
    """A claim that was taken from an article and rated."""
    article = make_source("The bridge cost 40 million euros, the minister said.", url=ARTICLE)
    claim = make_claim("The bridge cost 40 million euros.")
    make_appearance(claim, article, "The bridge cost 40 million euros")
    return publish(claim)


@pytest.mark.parametrize("name", ["check_url.py", "check_url.mjs"])
@pytest.mark.django_db(transaction=True)
def test_article_with_a_checked_claim(live_server: LiveServer, checked: Claim, name: str) -> None:
    program = said(name, ARTICLE + "?utm_source=mail", live_server.url)
    address = f"{settings.SITE_URL}/claims/{checked.pk}/the-bridge-cost-40-million-euros/"
    assert program.stdout == f"False: The bridge cost 40 million euros.\n  {address}\n"
    assert (program.stderr, program.returncode) == ("", 0)


@pytest.mark.parametrize("name", ["check_url.py", "check_url.mjs"])
@pytest.mark.django_db(transaction=True)
def test_an_unchecked_article(live_server: LiveServer, checked: Claim, name: str) -> None:
    program = said(name, "https://gazette.example.org/ferry", live_server.url)
    assert (program.stdout, program.returncode) == ("Nothing in this article was checked.\n", 0)


@pytest.mark.parametrize("name", ["check_url.py", "check_url.mjs"])
@pytest.mark.django_db(transaction=True)
def test_question_that_is_refused(live_server: LiveServer, name: str) -> None:
    program = said(name, "", live_server.url)
    assert (program.stdout, program.returncode) == ("", 1)
    assert program.stderr.startswith("`url`: ")
