"""Imports: each run with its counts, records and problems."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.desk_words import build_words_index
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import Rule

#: The fields that stay fixed once an archive import awaits approval: the reviewed sample, its file and the requester.
_ARCHIVE_FIELDS = (
    *("house_archive", "started_by", "started_by_name", "origin", "upload", "content_sha256", "size"),
    *("format", "format_settings", "sample"),
)

#: All states of a run.
_STATE_NAMES = [
    *("chosen", "waiting", "reading", "held", "writing"),
    *("finished", "failed", "undoing", "undone"),
]


_UNRELEASED_RULE = Rule(
    name="importrun_begins_unreleased",
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__released_by__isnull=False),
    func="REJECT 'A newsroom archive can be released only after its sample was reviewed.';",
)

_HELD_CONTENT_RULE = Rule(
    name="importrun_is_released_as_it_was_held",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange(*_ARCHIVE_FIELDS),
    func="""
        IF OLD.state = 'held' OR OLD.released_by_id IS NOT NULL THEN
            REJECT 'An import that is waiting for a second administrator cannot be changed.';
        END IF;
        RETURN NEW;
    """,
)

_RELEASE_ONCE_RULE = Rule(
    name="importrun_is_released_once",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("released_by", "released_at", "released_by_name"),
    func="""
        IF OLD.state <> 'held' OR OLD.released_by_id IS NOT NULL THEN
            REJECT 'A newsroom archive can be released only once, and only after it was held for review.';
        END IF;
        RETURN NEW;
    """,
)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def unfinished(self) -> Self:
        """Return runs in progress, and interrupted runs that can continue."""
        return self.filter(state__in=[ImportRun.State.READING, ImportRun.State.WRITING])


class ImportRun(models.Model):
    """One import of a file, folder or URL: who ran it, its progress, and the results."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("Not started yet")
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Reading")
        HELD = "held", _("Waiting for a second administrator")
        WRITING = "writing", _("Writing")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    origin = models.CharField(
        _("imported from"), max_length=2000, help_text=_("The file, folder or address as entered.")
    )
    #: The file uploaded at the desk.
    upload = models.FileField(_("file"), upload_to="imports/", blank=True)
    content_sha256 = models.CharField(_("fingerprint of the file"), max_length=64, blank=True)
    size = models.BigIntegerField(_("size in bytes"), null=True)
    format = models.CharField(_("format"), max_length=50, blank=True)
    #: Settings for the reader of this format; for tables, the column of each field.
    format_settings = models.JSONField(_("settings"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CHOSEN)
    started_by = PersonField(_("done by"), null=True)
    started_by_name = models.CharField(
        _("done by"), max_length=200, blank=True, help_text=_("The name of the person at that time.")
    )
    house_archive = models.BooleanField(
        _("newsroom archive"),
        default=False,
        help_text=_("The newsroom’s own archive, to be published without a sign-off for each verdict."),
    )
    #: For an archive of the newsroom: a sample of its records, for the second administrator to check.
    sample = models.JSONField(null=True)
    released_by = PersonField(_("released by"), null=True)
    released_by_name = models.CharField(
        _("released by"), max_length=200, blank=True, help_text=_("The name of the person at that time.")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    created_at = models.DateTimeField(_("added"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    #: The bytes of the input read so far, and the time of the last progress.
    bytes_read = models.BigIntegerField(default=0)
    records = models.PositiveIntegerField(_("records"), default=0, help_text=_("Found in the input so far."))
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    #: Records merged into a claim or verdict that has some different values; the report names both values.
    merged = models.PositiveIntegerField(_("merged into others"), default=0)
    refused = models.PositiveIntegerField(_("rejected"), default=0)
    #: Records that were stored with a value left out.
    incomplete = models.PositiveIntegerField(_("stored without a value"), default=0)
    #: Sentences about parts of the file that were skipped or read in an unusual way: columns, sheets, encodings.
    notes = models.JSONField(_("notes"), default=list, blank=True)
    moved_at = models.DateTimeField(null=True, help_text=_("The time of the last progress."))
    error = models.TextField(_("error"), blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by_name = models.CharField(_("undone by"), max_length=200, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        permissions = [
            ("run_import", _("Can import files of fact checks")),
            ("undo_import", _("Can undo imports")),
            ("import_house_archive", _("Can import the newsroom’s own archive, or release it")),
        ]
        constraints = [
            CheckConstraint(name="importrun_state_is_known", condition=Q(state__in=_STATE_NAMES)),
            CheckConstraint(name="importrun_failed_says_why", condition=~Q(state="failed") | ~Q(error="")),
            CheckConstraint(
                name="importrun_archive_is_somebodys",
                condition=Q(house_archive=False) | Q(started_by__isnull=False),
            ),
            CheckConstraint(
                name="importrun_is_released_by_somebody_else",
                condition=Q(released_by__isnull=True, released_at__isnull=True, released_by_name="")
                | Q(house_archive=True, released_by__isnull=False, released_at__isnull=False)
                & ~Q(released_by_name="")
                & ~Q(released_by=F("started_by")),
            ),
            CheckConstraint(
                name="importrun_held_shows_a_sample", condition=~Q(state="held") | Q(sample__isnull=False)
            ),
            CheckConstraint(
                name="importrun_archive_is_written_when_released",
                condition=Q(house_archive=False)
                | Q(released_at__isnull=False)
                | Q(state__in=["chosen", "waiting", "reading", "held", "failed"]),
            ),
        ]
        indexes = [
            # Find an unfinished run of the same file.
            Index(
                name="importrun_to_go_on_with",
                fields=["content_sha256"],
                condition=Q(state__in=["reading", "writing", "failed"]),
            ),
        ]
        triggers = [_UNRELEASED_RULE, _HELD_CONTENT_RULE, _RELEASE_ONCE_RULE]

    def __str__(self) -> str:
        return _("Import %(id)s: %(origin)s") % {"id": self.pk, "origin": self.origin}

    @property
    def done(self) -> int:
        """Return the number of processed records."""
        return self.created + self.updated + self.unchanged + self.merged + self.refused


class ImportProblem(models.Model):
    """A rejected record, or a value left out of a stored record, with its position and the reason."""

    class Outcome(models.TextChoices):
        REFUSED = "refused", _("Rejected")
        LEFT_OUT = "left_out", _("Stored without this value")
        MERGED = "merged", _("Merged into another record")

    run = models.ForeignKey(
        ImportRun, models.CASCADE, db_index=False, related_name="problems", verbose_name=_("import")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    file = models.CharField(_("file"), max_length=500)
    position = models.CharField(_("position"), max_length=200)
    field = models.CharField(_("field"), max_length=50, blank=True)
    code = models.CharField(_("kind"), max_length=50)
    reason = models.TextField(_("reason"))
    #: The record under our field names (`raw_record.FIELDS`), to be corrected and imported again.
    fields = models.JSONField(null=True)
    #: The record in its own format, if that differs from `fields`.
    record = models.JSONField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("import problem")
        verbose_name_plural = _("import problems")
        default_permissions = ("view",)
        constraints = [
            CheckConstraint(
                name="importproblem_outcome_is_known",
                condition=Q(outcome__in=["refused", "left_out", "merged"]),
            ),
            CheckConstraint(name="importproblem_says_why", condition=~Q(reason="") & ~Q(code="")),
        ]
        indexes = [
            # The report of a run in the order of its input: all problems, or those of one kind.
            Index(name="importproblem_report", fields=["run", "outcome", "code", "id"]),
            # The kinds of problems in a run, and the problems of one kind.
            Index(name="importproblem_by_kind", fields=["code", "id"]),
            # Searches of problems.
            build_words_index("importproblem_desk_words", "file", "position", "reason"),
        ]

    def __str__(self) -> str:
        return f"{self.file}, {self.position}: {self.reason}"


class PossibleDuplicateQuerySet(models.QuerySet["PossibleDuplicate"]):
    def open(self) -> Self:
        """Return undecided pairs."""
        return self.filter(dismissed_at__isnull=True).exclude(
            Q(claim__state="merged") | Q(earlier__state="merged")
        )


class ImportedRecord(models.Model):
    """An imported record: the digest of its content, and its claim and verdict."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("Created a claim or a verdict")
        UPDATED = "updated", _("Changed an existing record")
        AGREED = "agreed", _("Matched an existing record")
        MERGED = "merged", _("Merged into an existing record")

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="taken", verbose_name=_("import"))
    #: The digest of the interpreted content: an identical record changes nothing.
    digest = models.UUIDField()
    #: The digest of the URL and the claim, which stay the same when a publisher edits a review. NULL without a URL.
    key = models.UUIDField(null=True)
    #: The digest of the publisher and the record's number in the file; NULL without a number.
    number_key = models.UUIDField(null=True)
    number = models.CharField(_("number in the file"), max_length=500, blank=True)
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    verdict = models.ForeignKey(
        "claims.Verdict", models.CASCADE, null=True, related_name="+", verbose_name=_("verdict")
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    made_claim = models.BooleanField(default=False)
    made_verdict = models.BooleanField(default=False)
    #: Whether a value was not stored because a different one is; this is reported each time.
    differs = models.BooleanField(default=False)
    #: `Claim.updated_at` at the time of the import. If the claim changed later, it may differ from the record.
    at = models.DateTimeField(_("imported on"))
    label = models.CharField(
        _("original rating"), max_length=200, blank=True, help_text=_("As given in the record.")
    )
    file = models.CharField(_("file"), max_length=500)
    position = models.CharField(_("position"), max_length=200)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="importedrecord_outcome_is_known",
                condition=Q(outcome__in=["created", "updated", "agreed", "merged"]),
            ),
        ]
        indexes = [
            # Find an imported record with the same content.
            Index(name="importedrecord_by_digest", fields=["digest"]),
            # Find an earlier import of the same review with different content.
            Index(name="importedrecord_by_key", fields=["key"], condition=Q(key__isnull=False)),
            Index(
                name="importedrecord_by_number",
                fields=["number_key"],
                condition=Q(number_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}, {self.position}"


class ImportedChange(models.Model):
    """A change that an import made to an existing claim, stored so that an undo restores the exact earlier state."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="changes", verbose_name=_("import"))
    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="+", verbose_name=_("claim"))
    #: Names of the claim's fields → their values before and after.
    fields = models.JSONField(default=dict)
    #: Ids of the appearances and topics that the import added.
    appearances = ArrayField(models.BigIntegerField(), default=list)
    topics = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"claim {self.claim_id} by {self.run}"


class PossibleDuplicate(models.Model):
    """Two claims that may be the same, queued for a person to decide.

    They have the same words but perhaps different claimants (found by an import), or equivalent words (found by
    `find_duplicates`).
    """

    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, db_index=False, related_name="+", verbose_name=_("claim")
    )
    #: The older claim.
    earlier = models.ForeignKey(
        "claims.Claim", models.CASCADE, related_name="+", verbose_name=_("earlier claim")
    )
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+", verbose_name=_("import"))
    #: The probability and the reasons, unless an import found the pair; then NULL and empty.
    confidence = models.FloatField(_("confidence"), null=True, editable=False)
    reasons = ArrayField(models.CharField(max_length=500), default=list, verbose_name=_("reasons"))
    created_at = models.DateTimeField(_("found"), db_default=Now(), editable=False)
    dismissed_at = models.DateTimeField(_("marked as different"), null=True, editable=False)
    dismissed_by_name = models.CharField(_("done by"), max_length=200, blank=True, editable=False)

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        default_permissions = ("view",)
        constraints = [
            UniqueConstraint(name="possibleduplicate_is_listed_once", fields=["claim", "earlier"]),
            CheckConstraint(name="possibleduplicate_is_of_another_claim", condition=~Q(claim=F("earlier"))),
            CheckConstraint(
                name="possibleduplicate_confidence_is_between_0_and_1",
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
            ),
            CheckConstraint(
                name="possibleduplicate_dismissed_by_somebody",
                condition=Q(dismissed_at__isnull=True, dismissed_by_name="")
                | Q(dismissed_at__isnull=False) & ~Q(dismissed_by_name=""),
            ),
        ]
        indexes = [
            # The queue on the desk: the oldest first.
            Index(name="possibleduplicate_open", fields=["id"], condition=Q(dismissed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} ~ {self.earlier_id}"


class VisitedPage(models.Model):
    """A page that an import has read, with the server's cache validators (RFC 9110, 13.1)."""

    url = models.URLField(_("address"), max_length=2000, unique=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    visited_at = models.DateTimeField(_("visited"), auto_now=True)

    class Meta:
        ordering = ["url"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.url
