"""Who saves second sees both versions of the page, field by field; neither theirs nor the others' words are lost."""

from copy import copy
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from lxml import html

from claims.models import Claim, Evidence, Topic, Verdict
from claims.review import workflow
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Sent = dict[str, Any]


class Tab:
    """An open page, without a script: its form is sent as a browser sends it."""

    def __init__(self, person: User, row: Claim | Verdict) -> None:
        self.client = Client()
        self.client.force_login(person)
        self.address = Desk(self.client).page(row)
        self.form_id = f"{row._meta.model_name}_form"
        self.read(self.client.get(self.address))

    def read(self, response: Any) -> None:
        self.status = response.status_code
        if self.status == 302:
            return  # saved; the next page is not read
        self.page = html.document_fromstring(response.content.decode())
        found = self.page.get_element_by_id(self.form_id, None)
        self.fields: Sent = {}
        for name, value in found.form_values() if found is not None else ():
            if "__prefix__" not in name:
                self.fields.setdefault(name, []).append(value)

    def save(self, button: str = "_save", /, **changed: Any) -> "Tab":
        self.read(self.client.post(self.address, self.fields | changed | {button: "1"}))
        return self

    def choices(self) -> dict[str, tuple[str, str, str]]:
        """What the page shows of each field that differs: which is taken, mine and theirs, `[-words-]{+words+}`."""
        found = {}
        for box in self.page.cssselect(".desk-both-choice"):
            radios = box.cssselect("[type=radio]")
            checked = [radio.get("value") for radio in radios if radio.get("checked") is not None]
            mine, theirs = (marked(side) for side in box.cssselect(".desk-both-sides .desk-both-text"))
            found[radios[0].get("name").removeprefix("_take-")] = ("".join(checked), mine, theirs)
        return found

    def names(self) -> set[str]:
        return {box.text_content().strip() for box in self.page.cssselect(".desk-both-sides b")}

    def notes(self) -> list[str]:
        return [line.text_content() for line in self.page.cssselect(".desk-both li")]

    def error(self) -> str:
        return " ".join(" ".join(note.text_content().split()) for note in self.page.cssselect(".errornote"))


def marked(words: Any) -> str:
    parts = [words.text or ""]
    for mark in words:
        shown = mark.text_content()
        parts.append(
            {"del": f"[-{shown}-]", "ins": f"{{+{shown}+}}"}.get(mark.tag, shown) + (mark.tail or "")
        )
    return "".join(parts)


def stored(claim: Claim) -> tuple[str, str]:
    claim.refresh_from_db()
    return claim.statement, claim.context


@pytest.fixture
def claim() -> Claim:
    return make_claim("The bridge cost 4 million euros.", context="Said in May.")


def test_changes_of_different_fields_are_merged_and_saved_by_the_next_click(
    claim: Claim, checker: User, editor: User
) -> None:
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(context="Said in June.")
    mine.save(statement="The bridge cost 5 million euros.")
    assert stored(claim) == ("The bridge cost 4 million euros.", "Said in June.")
    assert "Not saved: Chris changed this page" in mine.error()
    assert mine.choices() == {
        "context": ("theirs", "Said in May.", "Said in [-May-]{+June+}."),
        "statement": (
            "mine",
            "The bridge cost [-4-]{+5+} million euros.",
            "The bridge cost 4 million euros.",
        ),
    }
    mine.save()
    assert stored(claim) == ("The bridge cost 5 million euros.", "Said in June.")


@pytest.fixture
def clash(claim: Claim, checker: User, editor: User) -> Tab:
    """What both changed, as the one who saved second sees it."""
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(context="Said in June.")
    return mine.save(context="Said in July.")


@sweep(
    ("chosen", "edited", "saved"),
    [
        ("mine", None, "Said in July."),
        ("theirs", None, "Said in June."),
        ("mine", "Said in July, or June.", "Said in July, or June."),
        # Without a script, both at once says nothing: it is asked again.
        ("theirs", "Said in July, or June.", None),
        (None, "Said in July, or June.", None),
        ("garbage", None, None),
    ],
    undone=True,
)
def test_fields_changed_by_both_are_chosen(
    claim: Claim, clash: Tab, chosen: str | None, edited: str | None, saved: str | None
) -> None:
    mine = copy(clash)
    assert mine.choices() == {"context": ("", "Said in [-May-]{+July+}.", "Said in [-May-]{+June+}.")}
    assert mine.names() == {"Mine", "Chris’s version"}
    assert mine.fields["context"] == ["Said in July."]
    mine.save(**({"_take-context": chosen} if chosen else {}), **({"context": edited} if edited else {}))
    assert stored(claim)[1] == (saved or "Said in June.")
    if saved is None:
        assert "choose which version to keep" in mine.error()
        assert mine.fields["context"] == [edited or "Said in July."]
        mine.save(**{"_take-context": "mine"})
        assert stored(claim)[1] == (edited or "Said in July.")


def test_text_adopted_from_others_can_be_reverted_and_edited(
    claim: Claim, checker: User, editor: User
) -> None:
    for more, saved in [
        ({"_take-context": "mine"}, "Said in May."),
        ({"context": "Said in June 2025."}, "Said in June 2025."),
    ]:
        Claim.objects.update(context="Said in May.")
        mine, theirs = Tab(editor, claim), Tab(checker, claim)
        theirs.save(context="Said in June.")
        mine.save().save(**more)
        assert stored(claim)[1] == saved


def test_a_third_version_is_shown_too_and_not_overwritten(claim: Claim, checker: User, editor: User) -> None:
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(context="Said in June.")
    mine.save(context="Said in July.")
    Tab(checker, claim).save(context="Said in August.")
    mine.save(**{"_take-context": "mine"})
    assert stored(claim)[1] == "Said in August."
    assert mine.choices() == {"context": ("", "Said in [-June-]{+July+}.", "Said in [-June-]{+August+}.")}
    mine.save(**{"_take-context": "theirs"})
    assert stored(claim)[1] == "Said in August."


def test_an_error_in_a_field_keeps_both_versions_and_the_choice(
    claim: Claim, checker: User, editor: User
) -> None:
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(context="Said in June.")
    mine.save(context="Said in July.").save(**{"_take-context": "mine", "claimed_on": "not a day"})
    assert mine.choices() == {"context": ("mine", "Said in [-May-]{+July+}.", "Said in [-May-]{+June+}.")}
    mine.save(claimed_on="2026-03-01")
    assert stored(claim)[1] == "Said in July."


@sweep(
    ("hidden", "value"),
    [
        ("_base", None),
        ("_base", "e30:1abcde:xyz"),
        ("_merge", None),
        ("_merge", "\x00"),
        ("_version", "garbage"),
    ],
    undone=True,
)
def test_garbage_in_hidden_fields_overwrites_nothing(
    claim: Claim, clash: Tab, hidden: str, value: str | None
) -> None:
    mine = copy(clash)
    mine.fields = {name: sent for name, sent in clash.fields.items() if name != hidden}
    mine.save(**({} if value is None else {hidden: value}))
    assert mine.status in (200, 302)
    # Without what both sides wrote, the field is mine alone: it had been shown, and was sent again.
    assert stored(claim)[1] == ("Said in July." if hidden == "_merge" else "Said in June.")


def test_initial_values_of_another_page_are_refused(claim: Claim, checker: User, editor: User) -> None:
    other = Tab(editor, make_claim("Trams are free.", context="Said in July."))
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(context="Said in June.")
    mine.save(context="Said in July.", _base=other.fields["_base"])
    # Unknown where both began: nothing is taken by itself.
    assert mine.choices()["context"][0] == ""
    assert stored(claim)[1] == "Said in June."


def test_topics_and_pickers_are_compared_by_name(claim: Claim, checker: User, editor: User) -> None:
    topics = [Topic.objects.create(name=name, slug=name) for name in ("bridges", "budget", "boats")]
    claim.topics.set(topics[:1])
    mine, theirs = Tab(editor, claim), Tab(checker, claim)
    theirs.save(topics=[str(topic.pk) for topic in topics[:2]])
    mine.save(topics=[str(topics[2].pk)])
    assert mine.choices()["topics"] == ("", "[-bridges-]{+boats+}", "bridges{+, budget+}")
    mine.save(**{"_take-topics": "theirs"})
    assert sorted(claim.topics.values_list("slug", flat=True)) == ["bridges", "budget"]


# Rows -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(checker: User) -> Verdict:
    draft = make_draft(make_claim(), checker)
    first, second = (
        draft.evidence.first(),
        Evidence.objects.create(
            verdict=draft,
            source=make_source("It cost nine.", title="Accounts"),
            stance="supports",
            note="Page 2.",
        ),
    )
    assert first is not None
    first.note = "Page 1."
    first.save()
    assert list(draft.evidence.order_by("pk")) == [first, second]
    return draft


def notes(draft: Verdict) -> list[str]:
    return list(draft.evidence.order_by("pk").values_list("note", flat=True))


def test_rows_are_put_together_row_by_row(draft: Verdict, checker: User, editor: User) -> None:
    source = make_source("It cost ten.", title="Minutes")
    mine, theirs = Tab(editor, draft), Tab(checker, draft)
    added = {"source": str(source.pk), "stance": "context", "exact": "", "prefix": "", "suffix": ""}
    added |= {"id": "", "position": "0"}
    theirs.save(
        **{"evidence-0-note": "Page 10.", "evidence-TOTAL_FORMS": "3"},
        **{f"evidence-2-{name}": value for name, value in (added | {"note": "Theirs."}).items()},
    )
    assert notes(draft) == ["Page 10.", "Page 2.", "Theirs."]
    mine.save(
        **{"evidence-1-note": "Page 20.", "evidence-TOTAL_FORMS": "3"},
        **{f"evidence-2-{name}": value for name, value in (added | {"note": "Mine."}).items()},
    )
    assert notes(draft) == ["Page 10.", "Page 2.", "Theirs."]
    assert mine.choices() == {
        "evidence-0-note": ("theirs", "Page 1.", "Page [-1-]{+10+}."),
        "evidence-1-note": ("mine", "Page [-2-]{+20+}.", "Page 2."),
    }
    assert mine.notes() == [f"Added in the meantime: evidence “{draft.evidence.get(note='Theirs.')}”"]
    mine.save()
    assert sorted(notes(draft)) == ["Mine.", "Page 10.", "Page 20.", "Theirs."]


@pytest.mark.parametrize(("chosen", "left"), [("mine", ["Page 2.", "Page 1 to 3."]), ("theirs", ["Page 2."])])
def test_a_row_that_others_deleted_while_i_worked_on_it_is_named(
    draft: Verdict, checker: User, editor: User, chosen: str, left: list[str]
) -> None:
    mine, theirs = Tab(editor, draft), Tab(checker, draft)
    theirs.save(**{"evidence-0-DELETE": "on"})
    mine.save(**{"evidence-0-note": "Page 1 to 3."})
    assert notes(draft) == ["Page 2."]
    assert mine.choices() == {
        "evidence-1-DELETE": (
            "",
            "You have edited this row. Restore it with your changes.",
            "This row was deleted.",
        )
    }
    assert "choose which version" in mine.save().error()
    mine.save(**{"_take-evidence-1-DELETE": chosen})
    assert notes(draft) == left


@pytest.mark.parametrize(("chosen", "left"), [("mine", ["Page 2."]), ("theirs", ["Page 10.", "Page 2."])])
def test_a_row_that_i_deleted_while_others_worked_on_it_is_named(
    draft: Verdict, checker: User, editor: User, chosen: str, left: list[str]
) -> None:
    mine, theirs = Tab(editor, draft), Tab(checker, draft)
    theirs.save(**{"evidence-0-note": "Page 10."})
    mine.save(**{"evidence-0-DELETE": "on"})
    assert mine.choices() == {
        "evidence-0-DELETE": ("", "You deleted this row.", "This row was changed: keep it.")
    }
    mine.save(**{"_take-evidence-0-DELETE": chosen})
    assert notes(draft) == left


def test_a_row_that_no_one_else_edited_is_deleted_without_a_question(
    draft: Verdict, checker: User, editor: User
) -> None:
    mine, theirs = Tab(editor, draft), Tab(checker, draft)
    theirs.save(**{"evidence-0-DELETE": "on"})
    mine.save(**{"evidence-1-DELETE": "on", "summary": "Mine."})
    assert mine.notes() == ["Deleted in the meantime: evidence (1)"]
    mine.save()
    draft.refresh_from_db()
    assert (notes(draft), draft.summary) == ([], "Mine.")


def test_a_person_who_lost_the_permission_to_edit_is_refused(contributor: User, checker: User) -> None:
    claim = make_claim(state="proposed", created_by=contributor, context="Said in May.")
    mine = Tab(contributor, claim)
    workflow.move(claim, "accept", by=checker, note="It decides the budget.")
    assert mine.save(context="Said in July.").status == 403
    assert stored(claim)[1] == "Said in May."


def test_only_looking_at_both_saves_nothing(claim: Claim, checker: User, editor: User) -> None:
    mine = Tab(editor, claim)
    mine.save("_compare", context="Said in July.")
    assert stored(claim)[1] == "Said in May."
    assert mine.choices() == {"context": ("mine", "Said in [-May-]{+July+}.", "Said in May.")}
    mine.save()
    assert stored(claim)[1] == "Said in July."


def test_a_claim_that_was_open_when_an_appearance_was_added_keeps_both(claim: Claim, editor: User) -> None:
    mine = Tab(editor, claim)
    make_appearance(claim, make_source("Ferries ran late on Monday."), "Ferries ran late")
    mine.save(context="Said in July.")
    assert [note.split(":")[0] for note in mine.notes()] == ["Added in the meantime"]
    mine.save()
    assert (claim.appearances.count(), stored(claim)[1]) == (1, "Said in July.")


def test_the_draft_on_the_claims_page_is_merged_with_changes_from_its_own_page(
    draft: Verdict, checker: User, editor: User
) -> None:
    mine, theirs = Tab(editor, draft.claim), Tab(checker, draft)
    theirs.save(**{"summary": "Theirs.", "evidence-0-note": "Page 10."})
    mine.save(
        **{"verdicts-0-summary": "Mine.", "verdicts-0-title": "A headline", "evidence-1-note": "Page 20."},
        context="Said in July.",
    )
    draft.refresh_from_db()
    assert (draft.summary, draft.title, stored(draft.claim)[1]) == ("Theirs.", "", "")
    assert {name: shown[0] for name, shown in mine.choices().items()} == {
        "context": "mine",
        "verdicts-0-summary": "",
        "verdicts-0-title": "mine",
        "evidence-0-note": "theirs",
        "evidence-1-note": "mine",
    }
    mine.save(**{"_take-verdicts-0-summary": "mine"})
    draft.refresh_from_db()
    assert (draft.summary, draft.title) == ("Mine.", "A headline")
    assert (notes(draft), stored(draft.claim)[1]) == (["Page 10.", "Page 20."], "Said in July.")
