"""Watches at the desk: added by pasting an address, paused, visited, removed; and the triage list of each."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.features.watches import visits
from claims.features.watches.models import Watch, WatchProgress
from claims.models import Claim
from sources.models import Source
from tests.claims.features.watches.visiting import make_watch, paper, progress_of
from tests.helpers.desk import Desk, said
from tests.helpers.followed_site import Paper
from tests.helpers.newsroom import make_appearance, make_claim, make_source

__all__ = ["paper"]

pytestmark = pytest.mark.django_db

ADD = "/admin/watches/watch/add/"
LIST = "/admin/watches/watch/"
FEED = "https://post.example/feed"


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def press(desk: Desk, watch: Watch, button: str) -> list[str]:
    return said(desk.client.post(reverse(f"admin:watches_watch_{button}", args=[watch.pk]), follow=True))


def brought(watch: Watch, text: str, **fields: Any) -> Source:
    """An article that the watch has brought."""
    source = make_source(text)
    watch.pages.create(url=source.url, url_key=source.url_key, state="imported", source=source, **fields)
    return source


class TestAdding:
    def test_suggestions_for_a_pasted_address_are_offered(
        self, desk: Desk, editor: User, paper: Paper
    ) -> None:
        paper.feed("/1", "/2")
        page = (
            b"<html><head><title>Post</title>"
            b"<link rel=alternate type=application/rss+xml href=/feed title='All news'></head></html>"
        )
        start = paper.page("/", page)
        desk.sign_in(editor)
        shown = desk.client.post(ADD, {"address": start})
        assert [(one.url, kind) for one, kind, _known in shown.context["feeds"]] == [
            (f"{paper.address}/feed", "RSS feed"),
            (start, "Page"),
        ]
        assert Watch.objects.count() == 0
        followed = desk.client.post(ADD, {"follow": f"{paper.address}/feed", "name": "All news"}, follow=True)
        watch = Watch.objects.get()
        assert (watch.name, watch.created_by, followed.redirect_chain[-1][0]) == (
            "All news",
            editor,
            desk.page(watch),
        )
        assert said(followed) == [
            "You now follow this address. The first visit imports only the newest articles."
        ]
        assert LogEntry.objects.get().user == editor

    def test_a_feed_is_shown_with_its_entries(self, desk: Desk, editor: User, paper: Paper) -> None:
        desk.sign_in(editor)
        shown = desk.client.post(ADD, {"address": paper.feed("/1", "/2")}).content.decode()
        assert "RSS feed, 2 entries" in shown
        assert "On /1" in shown

    def test_addresses_followed_already_are_shown_and_not_offered(
        self, desk: Desk, editor: User, paper: Paper
    ) -> None:
        watch = make_watch(paper.feed("/1"))
        desk.sign_in(editor)
        shown = desk.client.post(ADD, {"address": watch.url}).content.decode()
        assert f'Already followed: <a href="{desk.page(watch)}"' in shown
        assert 'name="follow"' not in shown
        assert said(desk.client.post(ADD, {"follow": watch.url}, follow=True)) == [
            "This address is already followed."
        ]

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("http://10.0.0.1/feed", "not an address on the public internet"),
            ("file:///etc/hostname", "is not a web address"),
            ("", "This field is required."),
            ("https://[", "is not a valid address"),
        ],
    )
    def test_addresses_that_cannot_be_followed(
        self, desk: Desk, editor: User, paper: Paper, address: str, why: str
    ) -> None:
        desk.sign_in(editor)
        form = desk.client.post(ADD, {"address": address}).context["form"]
        assert why in form.errors["address"][0]

    def test_markup_in_a_feed_is_shown_as_words(self, desk: Desk, editor: User, paper: Paper) -> None:
        evil = "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;"
        body = f"<rss><channel><title>{evil}</title><item><link>/1</link><title>{evil}</title></item></channel></rss>"
        start = paper.page("/feed", body.encode())
        desk.sign_in(editor)
        assert "<script>alert" not in desk.client.post(ADD, {"address": start}).content.decode()


class TestButtons:
    def test_paused_gone_on_with_and_visited(self, desk: Desk, editor: User) -> None:
        watch = make_watch(FEED)
        WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=timezone.now() + timedelta(days=1))
        desk.sign_in(editor)
        assert press(desk, watch, "pause") == [
            "Paused: nothing more is fetched. Articles already imported are kept."
        ]
        assert press(desk, watch, "visit") == ["“Sundvik Post” is paused. Resume it first."]
        assert not Watch.objects.get().active
        assert press(desk, watch, "resume") == ["We are following this source again."]
        assert press(desk, watch, "visit") == [
            "The visit will take place within a minute. This page will show the result."
        ]
        assert progress_of(watch).next_visit_at <= timezone.now()
        history = desk.client.get(reverse("admin:watches_watch_history", args=[watch.pk]))
        assert [entry.description for entry in history.context["page"]] == [
            "Changed active",
            "Changed active",
        ]

    def test_budgets_are_changed_on_its_page_and_bounded(self, desk: Desk, editor: User) -> None:
        watch = make_watch(FEED)
        WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=timezone.now() + timedelta(days=7))
        desk.sign_in(editor).save(watch, interval_minutes="60", most_per_visit="5")
        watch.refresh_from_db()
        assert (watch.interval_minutes, watch.most_per_visit) == (60, 5)
        assert progress_of(watch).next_visit_at - timezone.now() <= timedelta(hours=1)
        refused = desk.save(watch, interval_minutes="1")
        assert "The interval must be from 5 minutes to a week (10080 minutes)." in refused.content.decode()

    def test_removed_without_its_articles(self, desk: Desk, editor: User) -> None:
        watch = make_watch(FEED)
        source = brought(watch, "Rain.")
        address = reverse("admin:watches_watch_delete", args=[watch.pk])
        desk.sign_in(editor)
        assert "1 article from this feed or page is kept" in desk.client.get(address).content.decode()
        desk.client.post(address, {"post": "yes"})
        assert list(Watch.objects.all()) == []
        assert list(Source.objects.all()) == [source]


class TestWhatIsShown:
    def test_state_and_last_visit_in_words(self, desk: Desk, editor: User) -> None:
        watches = [make_watch(f"{FEED}/{number}", name=f"W{number}") for number in range(4)]
        now = timezone.now()
        Watch.objects.filter(pk=watches[0].pk).update(active=False)
        WatchProgress.objects.filter(pk=watches[1].pk).update(
            consecutive_failures=3, failing_since=now, failure="It is gone."
        )
        WatchProgress.objects.filter(pk=watches[2].pk).update(
            visited_at=now, new_articles=1, changed_articles=2, failed_articles=3
        )
        desk.sign_in(editor)
        rows = re.findall(r"desk-badge-\w+\">([^<]+)<", desk.client.get(LIST).content.decode())
        assert rows == ["Paused", "Failing", "Followed", "Not visited yet"]
        assert "It is gone." in desk.text(watches[1])
        assert "3 times in a row" in desk.text(watches[1])
        assert ": 1 new article, 2 changed, 3 failed" in desk.text(watches[2])

    def test_the_dashboard_counts_those_that_fail(self, desk: Desk, editor: User) -> None:
        watch = make_watch(FEED)
        make_watch(f"{FEED}/works", name="Works")
        WatchProgress.objects.filter(pk=watch.pk).update(
            consecutive_failures=1, failing_since=timezone.now(), failure="It is gone."
        )
        desk.sign_in(editor)
        (line,) = [line for line in desk.client.get("/admin/").context["queues"] if line.name == "failing"]
        assert (line.count, line.age) == (1, "today")
        assert list(desk.client.get(line.url).context["cl"].queryset) == [watch]

    def test_the_triage_list_of_a_watch(self, desk: Desk, checker: User) -> None:
        watch, other = make_watch(FEED), make_watch(f"{FEED}/other", name="Other")
        text = "The bridge cost 90 million euros. The tunnel is closed. It rained."
        source = brought(watch, text)
        ours = [make_claim(words, state="proposed") for words in text.split(". ")[:2]]
        for claim in ours:
            make_appearance(claim, source, str(claim).rstrip("."))
        make_appearance(ours[0], source, "It rained")  # counted once
        declined = make_claim("It rained.", state="declined", reason="True.")
        make_appearance(declined, source, "It rained")
        stranger = make_claim("The trams are free.", state="proposed")
        make_appearance(stranger, brought(other, "The trams are free."), "The trams are free")
        make_claim("Nobody knows where this stood.", state="proposed")
        desk.sign_in(checker)
        rows = {row.pk: row.triage_number for row in desk.client.get(LIST).context["cl"].result_list}
        assert rows == {watch.pk: 2, other.pk: 1}
        page = desk.client.get(desk.page(watch))
        listed = desk.client.get(page.context["triage_list"]).context["cl"].queryset
        assert set(listed) == set(ours)
        assert set(desk.client.get(f"/admin/claims/claim/?watch={other.pk}").context["cl"].queryset) == {
            stranger
        }
        everything = desk.client.get("/admin/claims/claim/?watch=x").context["cl"].result_count
        assert everything == Claim.objects.count()

    def test_a_visit_is_followed_by_its_triage_list(self, desk: Desk, editor: User, paper: Paper) -> None:
        paper.article("/1")
        paper.page("/2", status=410)
        watch = make_watch(paper.feed("/1", "/2"))
        visits.run_visit(watch.pk)
        page = desk.sign_in(editor).client.get(desk.page(watch))
        assert [(row.state, bool(row.failure)) for row in page.context["pages"]] == [
            ("failed", True),
            ("imported", False),
        ]
        assert f"{Claim.objects.count()} claims to triage" in page.content.decode()
