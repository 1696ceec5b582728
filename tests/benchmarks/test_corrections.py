"""A correction, a retraction and a merge are shown by every channel at once, and nothing withdrawn is left behind."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from benchmarks.corrections.channels import Action, Case, Channel, PageResponse, Part, list_channels
from benchmarks.corrections.crawl import crawl
from benchmarks.corrections.newsroom import Newsroom
from claims.exports.dumps.dump_run import write_dump


def read(client: Client, path: str, body: bytes | None = None) -> PageResponse:
    answer: Any = (
        client.post(path, body, content_type="application/json") if body else client.get(path, follow=True)
    )
    address = answer.redirect_chain[-1][0] if getattr(answer, "redirect_chain", None) else path
    return PageResponse(address, answer.status_code, answer.getvalue())


@pytest.mark.slow
@pytest.mark.django_db
def test_every_channel_shows_the_new_state_at_once(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    newsroom = Newsroom("http://127.0.0.1:9/hook", 1)
    write_dump()
    late = []
    for case in newsroom.iterate_cases():
        watched = [channel for channel in list_channels() if channel.shows_action(case.action)]
        before = [read(client, *channel.request(case)) for channel in watched]
        assert [
            (channel.name, answer.status)
            for channel, answer in zip(watched, before, strict=True)
            if answer.status not in (200, 404)
        ] == []
        newsroom.carry_out(case)
        late += [
            (case.action, channel.name)
            for channel, earlier in zip(watched, before, strict=True)
            if not channel.is_current(case, earlier, read(client, *channel.request(case)))
        ]
    assert late == []
    write_dump()
    count, offenders = crawl(lambda path: read(client, path), settings.SITE_URL, newsroom.finished_cases, 60)
    assert (count, offenders) == (60, [])


CASE = Case(Action.RETRACT, 7, 8, "It rained.", "rained", "oldverdict", "newnote", "", 0)


@pytest.mark.parametrize(
    "shown_part, before, now, current",
    [
        (Part.CLAIM, "It rained.", "It rained.", False),
        (Part.CLAIM, "It rained.", "It rained. newnote", True),
        (Part.LIST, "/claims/7/", "/claims/7/", False),
        (Part.LIST, "/claims/7/", "", True),
        (Part.LOG, "", "", False),
        (Part.DIFFERENCE, "a", "a", False),
        (Part.DIFFERENCE, "a", "b", True),
    ],
)
def test_a_channel_that_is_behind_is_noticed(shown_part: Part, before: str, now: str, current: bool) -> None:
    channel = Channel("", shown_part, lambda case: "/")
    earlier, later = (PageResponse("/", 200, text.encode()) for text in (before, now))
    assert channel.is_current(CASE, earlier, later) is current


def test_a_withdrawn_verdict_without_its_note_is_named() -> None:
    site = {
        "/": '<a href="/claims/7/">one</a> <a href="http://elsewhere.example/">x</a> <a href="/static/x.js">y</a>',
        "/claims/7/": 'oldverdict, withdrawn: newnote <a href="/topics/1/">topic</a>',
        "/topics/1/": 'oldverdict <a href="/api/v1/claims/7/versions/1/">then</a>',
        "/api/v1/claims/7/versions/1/": "oldverdict",
    }
    _count, offenders = crawl(
        lambda path: PageResponse(path, 200, site.get(path, "").encode()), "http://facts.example", [CASE], 100
    )
    assert offenders == ["/topics/1/: oldverdict without newnote"]
