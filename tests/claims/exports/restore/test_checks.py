"""What does not fit is refused, with a reason, before anything is written."""

import hashlib
import io
import json
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from claims.exports import lines
from claims.exports.export_run import ExportOptions
from claims.exports.restore import RestoreRefused
from claims.models import Claim, Publication, Topic
from claims.review import workflow
from factcheck.database.database_roles import connect_as_owner
from sources.models import Publisher, Source
from tests.helpers.database import replace_database
from tests.helpers.database_states import counts, restored
from tests.helpers.eventful_newsroom import exported
from tests.helpers.memory import measure_peak
from tests.helpers.newsroom import make_claim, make_draft, make_source, person
from tests.helpers.reader_pages import bring_out, correct

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


#: The export of a small newsroom, made by the first test that needs it.
_exported: list[bytes] = []


@pytest.fixture
def content(db: None) -> bytes:
    """The export of a small newsroom, which is gone. Its ids begin with 1."""
    if not _exported:
        replace_database()
        checker, editor = person("chris", "Fact-checker"), person("edith", "Editor")
        topic = Topic.objects.create(name="Transport", slug="transport")
        for _ in range(3):
            bring_out(make_draft(make_claim(topics=[topic]), checker), checker, editor)
        _exported.append(exported())
        replace_database()
    return _exported[0]


def refusal(content: bytes) -> str:
    before = counts()
    with pytest.raises(RestoreRefused) as refused:
        restored(content)
    assert counts() == before
    return str(refused.value)


def unchained(content: bytes) -> bytes:
    """The same as an older export, whose entries have no hashes of the previous ones."""
    return re.sub(rb',"chain_sha256":"\w+"', b"", content)


def number_of(content: bytes, start: bytes) -> int:
    return 1 + next(number for number, line in enumerate(content.splitlines()) if line.startswith(start))


def test_file_that_was_cut_off(content: bytes) -> None:
    count = len(content.splitlines())
    whole_lines = content[: content.rindex(b'{"type":"end"')]
    assert refusal(whole_lines) == (
        f"Line {count - 1}: the file ends too early. It was cut off, or is not a lossless export."
    )
    assert refusal(content[:-10]).startswith(f"Line {count}: this is not a line of a lossless export")
    assert refusal(b"") == ("Line 0: the file ends too early. It was cut off, or is not a lossless export.")


def test_file_in_which_a_line_is_missing(content: bytes) -> None:
    found = content.splitlines(keepends=True)
    place = number_of(content, b'{"type":"entry"')
    assert refusal(b"".join(found[: place - 1] + found[place:])) == (
        f"Line {place}: found entry 2 where entry 1 was expected."
    )


def test_body_that_was_changed(content: bytes) -> None:
    place = number_of(content, b'{"type":"entry"')
    changed = content.replace(b"The accounts show", b"The accounts hide", 1)
    assert changed != content
    assert refusal(changed) == f"Line {place}: the body does not match its checksum (SHA-256)."


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<a href="javascript:alert(1)">x</a>'],
)
def test_html_that_no_explanation_is_made_into(content: bytes, hostile: str) -> None:
    """Pages show it unescaped, so a valid hash is not enough."""
    place = number_of(content, b'{"type":"entry"')
    first = next(line for line in lines.read(io.BytesIO(content)) if line.type == "entry")
    written = b'"explanation_html":' + json.dumps(hostile).encode()
    body = re.sub(rb'"explanation_html":"[^"]*"', lambda _found: written, first.body, count=1)
    changed = content.replace(first.body, body, 1)
    was, now = (hashlib.sha256(each).hexdigest().encode() for each in (first.body, body))
    changed = changed.replace(was, now)
    told = refusal(unchained(changed))
    assert told == f"Line {place}: an explanation contains HTML that an export never contains."


def test_part_of_a_ledger(checker: User, editor: User) -> None:
    bring_out(make_draft(make_claim(), checker), checker, editor)
    part = exported(ExportOptions("ndjson", "all", "language=en"))
    assert (
        refusal(part) == "The file contains only part of a ledger (language=en). Only a complete ledger can "
        "be restored."
    )


def test_other_version_of_the_format(content: bytes) -> None:
    later = content.replace(b'"format_version":1', b'"format_version":2')
    assert refusal(later) == (
        "Line 1: this is factcheck-ledger, version 2; only factcheck-ledger, version 1 can be read."
    )


@pytest.mark.parametrize(
    "text",
    [
        b"claim_id,version\n1,1\n",
        b"[]\n",
        b"{}\n",
        b'{"type":"comment"}\n',
        b"\xff\n",
        b'{"type":"end","entries":0}\n',
    ],
)
def test_files_that_are_not_lossless_exports_are_refused(text: bytes) -> None:
    assert refusal(text).startswith("Line 1: ")
    assert not text.startswith(lines.HEADER_START)


def test_own_format_is_recognised(content: bytes) -> None:
    assert content.startswith(lines.HEADER_START)


def test_lines_behind_the_end(content: bytes) -> None:
    assert (
        refusal(content + content)
        == f"Line {len(content.splitlines()) + 1}: there is more text after the end of the export."
    )


@pytest.mark.parametrize(
    "take, told",
    [
        (
            lambda: Topic.objects.create(name="Health", slug="health"),
            "topic 1, `name`: “Health” here, “Transport” in the file.",
        ),
        (
            lambda: Topic.objects.create(pk=99, name="Transport", slug="transport"),
            "topic 1: slug “transport” already belongs to topic 99 here.",
        ),
        (
            lambda: Source.objects.create(pk=1, title="Another report", url="https://elsewhere.example/"),
            "source 1, `title`: “Another report” here, “",
        ),
        (lambda: make_claim("Another claim."), "claim 1 differs in this database: “Another claim.”"),
    ],
)
def test_id_or_key_that_is_taken(content: bytes, take: Callable[[], object], told: str) -> None:
    with connect_as_owner():
        take()
    first, *conflicts = refusal(content).splitlines()
    assert first == "This database has other things under the same ids:"
    assert any(re.match(rf"Line \d+: {re.escape(told)}", line) for line in conflicts), conflicts


def test_identical_rows_are_left(content: bytes) -> None:
    topic = Topic.objects.create(name="Transport", slug="transport")
    tally = restored(content)
    assert tally.existing_counts["topic"] == 1
    assert list(Topic.objects.values_list("pk", flat=True)) == [topic.pk]
    assert exported() == content


def test_house_of_a_new_database_gives_way(content: bytes) -> None:
    house = Publisher.objects.get_house()
    Publisher.objects.filter(pk=house.pk).update(name="A name that settings had", url="https://new.example/")
    restored(content)
    assert exported() == content
    assert Publisher.objects.get_house().name == "Factcheck Newsroom"


def test_house_that_has_begun_to_work_stays(content: bytes) -> None:
    with connect_as_owner():
        make_source(pk=1000)
    Publisher.objects.update(name="Another newsroom")
    assert "publisher 1, `name`: “Another newsroom” here, “Factcheck Newsroom” in the file." in refusal(
        content
    )


def test_other_ledger(content: bytes) -> None:
    chris, edith = person("chris", "Fact-checker"), person("edith", "Editor")
    with connect_as_owner():
        claim = Claim.objects.create(
            pk=1000, statement="Another newsroom's.", language="en", state="accepted"
        )
    bring_out(make_draft(claim, chris), chris, edith)
    place = number_of(content, b'{"type":"entry"')
    assert refusal(content) == (
        f"Line {place}: the ledger of this database has a different entry 1."
        " A restore can continue a ledger, but cannot join two."
    )


def test_other_entry_of_the_ledger(content: bytes) -> None:
    restored(content)
    entry = content[content.index(b'{"type":"entry"') :].splitlines(keepends=True)[0]
    other = entry.replace(b'"version":1', b'"version":2', 1)
    assert "the ledger of this database has a different entry 1." in refusal(content.replace(entry, other))


def test_entry_that_does_not_go_on_from_the_one_before_it(content: bytes) -> None:
    place = number_of(content, b'{"type":"entry"')
    changed = content.replace(b'"kind":"publication"', b'"kind":"addition"', 1)
    assert refusal(changed).startswith(f"Line {place}: entry 1 does not follow from the entry before it.")


def test_older_export_without_a_chain(content: bytes) -> None:
    restored(unchained(content))
    assert exported() == content


def test_claim_that_was_edited_since(content: bytes) -> None:
    restored(content)
    chris, edith = person("chris2", "Fact-checker"), person("edith2", "Editor")
    claim = Claim.objects.order_by("pk")[0]
    bring_out(
        make_draft(claim, chris, correction_kind="update", correction_note="A new audit."), chris, edith
    )
    later = exported()
    replace_database()
    restored(content)
    Claim.objects.filter(pk=claim.pk).update(statement="Edited here.")
    assert f"claim {claim.pk} has been edited in this database since it was published." in refusal(later)
    Claim.objects.filter(pk=claim.pk).update(
        statement=Publication.objects.get(sequence=1).document["statement"]
    )
    make_draft(claim, person("chris3", "Fact-checker"))
    assert f"claim {claim.pk} has an open verdict in this database." in refusal(later)


def test_entry_that_rests_on_no_verdict(checker: User, editor: User) -> None:
    """Also where the claim has one again a moment later, and both are restored at once."""
    claim = bring_out(make_draft(make_claim(), checker), checker, editor).claim
    workflow.move(claim.verdicts.get(), "retract", by=editor, note="It was another bridge.")
    correct(claim, checker, editor, code="true", kind="update")
    content = exported()
    changed = unchained(content).replace(b'"status":"retracted"', b'"status":"published"', 1)
    replace_database()
    with pytest.raises(IntegrityError, match="A claim is public only with a published verdict"):
        restored(changed)
    assert not Claim.objects.exists()
    restored(content)
    assert exported() == content


def test_lines_are_read_in_constant_memory() -> None:
    class Endless(io.RawIOBase):
        """A long file that is nowhere."""

        def __init__(self) -> None:
            snapshot = b'{"type":"snapshot","id":%d,'
            rest = (
                b'"source":1,"number":1,"captured_at":"2026-01-01T00:00:00Z","url":"",'
                b'"media_type":"text/plain","content_sha256":"","content_size":1,"title":"","byline":"",'
                b'"published_on":null,"language":"","extractor":"","caveats":[],"cues":[],"text_sha256":"","text":"'
                + b"x" * 5000
                + b'"}\n'
            )
            self._lines = (snapshot % number + rest for number in range(5000))
            self._begun = False

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            text = (
                next(self._lines, b"")
                if self._begun
                else lines.build_header(sequence=0, published_at="", filter_text="")
            )
            self._begun = True
            memoryview(buffer)[: len(text)] = text  # type: ignore[arg-type]
            return len(text)

    def refuse() -> None:
        with pytest.raises(lines.UnreadableExport, match="too early"):
            for _ in lines.read(io.BufferedReader(Endless(), 8192)):
                pass

    assert measure_peak(refuse) < 1_000_000


def test_newsroom_that_publishes_gets_nothing_in_its_name(checker: User, editor: User) -> None:
    """Nor from its own ledger with added entries: restored verdicts have no sign-offs here."""
    bring_out(make_draft(make_claim(), checker), checker, editor)
    with transaction.atomic():
        more = bring_out(make_draft(make_claim("Put in its mouth."), checker), checker, editor)
        late = exported()
        transaction.set_rollback(True)
    place = number_of(late, b'{"type":"entry","id":%d' % Publication.objects.get().pk) + 1
    assert refusal(late).startswith(
        f"Line {place}: verdict {more.pk} is this newsroom’s own, and the newsroom has"
    )
    assert Publication.objects.count() == 1


def test_verdict_of_the_house_that_claims_to_be_imported(content: bytes) -> None:
    forged = []
    for line in unchained(content).splitlines(keepends=True):
        head, found, body = line.partition(b',"body":')
        body = body.replace(b'"origin":"house"', b'"origin":"imported"')
        digest = hashlib.sha256(body[:-2]).hexdigest().encode()
        forged.append(
            re.sub(rb'"body_sha256":"\w+"', b'"body_sha256":"' + digest + b'"', head) + found + body
        )
    with pytest.raises(IntegrityError, match="An import never publishes a verdict of this newsroom"):
        restored(b"".join(forged))
    assert not Claim.objects.exists()
