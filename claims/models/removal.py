"""Removals by law, which two administrators decide and which happen in one transaction.

No other rule has an exception for removals. The last trigger runs as the owner of the tables. It switches off the
rules of the tables that contain the words, cuts the words out, and switches the rules on again.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models.ledger_rules import build_sealed_sha256_sql
from claims.models.publication_columns import SUMMARY_SQL
from claims.models.signoff_digests import CLAIM_SHA256_SQL, SIGNED_ROWS_SQL, VERDICT_SHA256_SQL
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import OWNER_SQL, MaintenanceTrigger, Rule, build_truncation_rule


def _build_administrator_sql(person: str) -> str:
    """Return the SQL condition that a person may decide on removals."""
    return f"""EXISTS (
        SELECT FROM public.auth_user AS person WHERE person.id = {person} AND person.is_active AND (
            person.is_superuser OR EXISTS (
                SELECT FROM public.auth_user_groups AS member
                JOIN public.auth_group_permissions AS granted ON granted.group_id = member.group_id
                JOIN public.auth_permission AS permission ON permission.id = granted.permission_id
                WHERE member.user_id = person.id AND permission.codename = 'add_removal'
            )
        )
    )"""


PROPOSAL_RULE = Rule(
    name="removal_is_proposed",
    operation=pgtrigger.Insert,
    func=f"""
        NEW.proposed_at := clock_timestamp();
        IF NEW.confirmed_by_id IS NOT NULL OR NEW.confirmed_at IS NOT NULL OR NEW.entries IS NOT NULL
            OR NEW.review_links IS NOT NULL OR NOT {_build_administrator_sql("NEW.proposed_by_id")}
        THEN
            REJECT 'Only an administrator can propose a removal.';
        END IF;
        -- A removal cannot rewrite anything: the replacements have no meaning.
        IF cardinality(NEW.words) <> cardinality(NEW.stand_ins)
            OR EXISTS (SELECT FROM unnest(NEW.words) AS one WHERE one IS NULL OR NOT public.claims_is_long_enough(one))
            OR EXISTS (SELECT FROM unnest(NEW.stand_ins) AS one WHERE one IS NULL OR one !~ '^(█{{4,}}|x{{4,}})$')
        THEN
            REJECT 'Removed words are replaced by bars only, and have at least four characters (two in scripts
                without spaces).' AS removal_leaves_bars;
        END IF;
        IF public.claims_has_words(NEW.note, NEW.words) THEN
            REJECT 'The public note contains some of the words.' AS removal_note_has_no_words;
        END IF;
        RETURN NEW;
    """,
)

CONFIRMATION_RULE = Rule(
    name="removal_is_confirmed_by_another",
    operation=pgtrigger.Update,
    declare=[
        ("decided", "text[] := '{confirmed_by_id,confirmed_by_name,confirmed_at,entries,review_links}'")
    ],
    func=f"""
        -- The trigger below sets these counts.
        IF OLD.confirmed_at IS NOT NULL AND OLD.entries IS NULL AND current_user = {OWNER_SQL}
            AND to_jsonb(NEW) - ARRAY['entries', 'review_links'] = to_jsonb(OLD) - ARRAY['entries', 'review_links']
        THEN
            RETURN NEW;
        END IF;
        IF OLD.confirmed_at IS NOT NULL OR NEW.confirmed_by_id IS NULL OR NEW.confirmed_by_id = OLD.proposed_by_id
            OR to_jsonb(NEW) - decided <> to_jsonb(OLD) - decided
            OR NEW.entries IS NOT NULL OR NEW.review_links IS NOT NULL
            OR NOT {_build_administrator_sql("OLD.proposed_by_id")}
            OR NOT {_build_administrator_sql("NEW.confirmed_by_id")}
        THEN
            REJECT 'A removal must be confirmed once, unchanged, by an administrator other than the one who
                proposed it.';
        END IF;
        NEW.confirmed_at := clock_timestamp();
        -- From now on the words are stored nowhere, so not here either.
        NEW.words := '{{}}';
        NEW.stand_ins := '{{}}';
        RETURN NEW;
    """,
)

DELETION_RULE = Rule(
    # A removal that is not confirmed yet can be withdrawn.
    name="removal_stays",
    operation=pgtrigger.Delete,
    func="""
        IF OLD.confirmed_at IS NOT NULL THEN
            REJECT 'A removal that was carried out cannot be deleted.';
        END IF;
        RETURN OLD;
    """,
)

_JUDGED_SQL = """(to_jsonb(signed)::text || to_jsonb(judged)::text || coalesce((
    SELECT string_agg(to_jsonb(item)::text, '') FROM public.claims_evidence AS item WHERE item.verdict_id = signed.id
), ''))"""

#: PL/pgSQL that notes the sign-offs on content with the words, and whether their digests match the current content.
_MARK_SIGNOFFS_SQL = f"""
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', given.id, 'claim', given.claim_sha256, 'verdict', given.verdict_sha256,
        'of_claim', given.claim_sha256 = {CLAIM_SHA256_SQL}, 'of_verdict', given.verdict_sha256 = {VERDICT_SHA256_SQL}
    )), '[]') INTO marks
    FROM public.claims_signoff AS given, {SIGNED_ROWS_SQL}
    WHERE signed.id = given.verdict_id AND {_JUDGED_SQL} <> public.claims_cut_words({_JUDGED_SQL}, sought, instead);
"""

#: PL/pgSQL that cuts the words out of every table except those of the ledger.
_CUT_ROWS_SQL = """
    FOR tab IN
        SELECT listed.name, listed.texts, listed.types FROM public.claims_text_columns() AS listed
        JOIN public.claims_find_words(sought) AS hit ON hit.name = listed.name
        WHERE listed.name <> ALL (
            '{claims_publication,claims_publishedverdict,claims_searchword,claims_searchspelling}'
        )
    LOOP
        SELECT string_agg(format(
            CASE
                WHEN col_type LIKE '%[]' THEN '%1$I = CASE WHEN %1$I IS NOT NULL THEN ARRAY('
                    'SELECT public.claims_cut_words(one, $1, $2) FROM unnest(%1$I) AS one) END'
                WHEN EXISTS (
                    SELECT FROM pg_index AS kept JOIN pg_attribute AS part
                        ON part.attrelid = kept.indrelid AND part.attnum = ANY (kept.indkey)
                    WHERE kept.indisunique AND kept.indrelid = format('public.%I', tab.name)::regclass
                        AND part.attname IN (col, col || '_key')
                ) THEN '%1$I = public.claims_cut_unique(%1$I, $1, $2, entry.id::text)'
                ELSE '%1$I = public.claims_cut_words(%1$I::text, $1, $2)::%2$s'
            END, col, col_type
        ), ', ') INTO assigned
        FROM unnest(tab.texts, tab.types) AS cols (col, col_type)
        WHERE NOT (tab.name = 'sources_snapshot' AND col = 'text_sha256');
        -- Quotes keep the length of their passages, although bars in addresses and entries may be longer.
        instead_here := ARRAY(
            SELECT CASE WHEN length(one) < 4 THEN repeat(left(bars, 1), length(one)) ELSE bars END
            FROM unnest(sought, instead) AS pairs (one, bars)
        );
        IF tab.name = 'sources_snapshot' THEN
            -- Passages keep their positions in the text, and bodies contain its hash.
            instead_here := ARRAY(SELECT repeat('█', length(one)) FROM unnest(sought) AS one);
            assigned := assigned || ', text_sha256 = encode(sha256(convert_to('
                'public.claims_cut_words(text, $1, $2), ''UTF8'')), ''hex'')';
            SELECT array_agg(text_sha256), array_agg(encode(sha256(convert_to(
                public.claims_cut_words(text, sought, instead_here), 'UTF8')), 'hex'))
            INTO old_hashes, new_hashes FROM public.sources_snapshot
            WHERE text <> public.claims_cut_words(text, sought, instead_here);
        END IF;
        SELECT string_agg(format('entry.%I::text', col), ', ') INTO joined FROM unnest(tab.texts) AS col;
        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', tab.name);
        EXECUTE format(
            'WITH done AS (UPDATE public.%I AS entry SET %s WHERE public.claims_has_words(concat_ws(chr(1), %s), $1)'
            ' RETURNING to_jsonb(entry) ->> ''id'' AS id) SELECT array_agg(id) FROM done',
            tab.name, assigned, joined
        ) INTO row_ids USING sought, instead_here;
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', tab.name);
        cut_links := cut_links || ARRAY(
            SELECT link.number FROM public.claims_reviewlink AS link
            WHERE tab.name = 'claims_' || link.kind AND link.row_id::text = ANY (row_ids)
        );
    END LOOP;
    sought := sought || coalesce(old_hashes, '{}');
    instead := instead || coalesce(new_hashes, '{}');
"""

#: PL/pgSQL that recomputes the digests of sign-offs, in their rows and in entries, for the remaining content.
_SIGN_REST_SQL = f"""
    ALTER TABLE public.claims_signoff DISABLE TRIGGER USER;
    FOR mark IN SELECT * FROM jsonb_array_elements(marks) LOOP
        SELECT CASE WHEN (mark ->> 'of_claim')::boolean THEN {CLAIM_SHA256_SQL} ELSE repeat('0', 64) END AS of_claim,
            CASE WHEN (mark ->> 'of_verdict')::boolean THEN {VERDICT_SHA256_SQL} ELSE repeat('0', 64) END AS of_verdict
        INTO digests
        FROM public.claims_signoff AS given, {SIGNED_ROWS_SQL}
        WHERE signed.id = given.verdict_id AND given.id = (mark ->> 'id')::bigint;
        UPDATE public.claims_signoff SET claim_sha256 = digests.of_claim, verdict_sha256 = digests.of_verdict
        WHERE id = (mark ->> 'id')::bigint;
        sought := sought || ARRAY[mark ->> 'claim', mark ->> 'verdict'];
        instead := instead || ARRAY[digests.of_claim, digests.of_verdict];
        cut_links := cut_links || ARRAY(
            SELECT link.number FROM public.claims_reviewlink AS link
            WHERE link.kind = 'signoff' AND link.row_id = (mark ->> 'id')::bigint
        );
    END LOOP;
    ALTER TABLE public.claims_signoff ENABLE TRIGGER USER;
"""

#: SQL for the salts of an entry after its texts `was.note` and `was.body` became `kept.note` and `kept.body`.
_SALTS_SQL = """
    SELECT string_agg(CASE
        WHEN starts_with(prior.behind, ':') THEN ''
        WHEN prior.part = later.part OR starts_with(salt.of_text, '-') THEN salt.of_text
        ELSE '-' || encode(sha256(convert_to(salt.of_text || ' ' || prior.part, 'UTF8')), 'hex')
    END, ',' ORDER BY prior.spot) AS list
    FROM (
        SELECT part, spot, lead(part) OVER (ORDER BY spot) AS behind
        FROM unnest(ARRAY['', was.note] || string_to_array(was.body, '"')) WITH ORDINALITY AS parts (part, spot)
    ) AS prior
    JOIN unnest(ARRAY['', kept.note] || string_to_array(kept.body, '"')) WITH ORDINALITY AS later (part, spot)
        ON later.spot = prior.spot,
    LATERAL (SELECT CASE
        WHEN strpos(was.salts, ',') = 0
            THEN encode(sha256(convert_to(was.salts || ' ' || (prior.spot / 2 - 1), 'UTF8')), 'hex')
        ELSE (string_to_array(was.salts, ','))[prior.spot / 2]
    END AS of_text) AS salt
    WHERE mod(prior.spot, 2) = 0
"""

_SEARCH_COLUMNS = ("search_statement", "search_names", "search_headlines", "search_text")


def _build_cut_sql(column: str) -> str:
    """Return SQL for a searchable text without the removed words. In searchable texts, spaces replace punctuation."""
    return f"translate(public.claims_cut_words(entry.{column}, sought, instead), '█', ' ')"


#: PL/pgSQL that cuts the words out of entries and deletes the salts of the affected texts. The hashes stay the same.
_CUT_ENTRIES_SQL = f"""
    SELECT array_agg(DISTINCT entry.id), array_agg(DISTINCT entry.sequence), array_agg(DISTINCT entry.claim_id),
        array_agg(DISTINCT stem)
    INTO cut_ids, cut_numbers, cut_claims, stems
    FROM public.claims_publication AS entry
    LEFT JOIN LATERAL unnest(tsvector_to_array(entry.search)) AS stem
        ON entry.superseded_at IS NULL AND strpos(stem, ':') = 0
    WHERE public.claims_has_words(concat_ws(
        chr(1), entry.note, entry.body, entry.slug, {", ".join(f"entry.{name}" for name in _SEARCH_COLUMNS)},
        entry.summary, entry.source_domains::text
    ), sought);
    ALTER TABLE public.claims_publication DISABLE TRIGGER USER;
    ALTER TABLE public.claims_publishedverdict DISABLE TRIGGER USER;
    UPDATE public.claims_publication AS entry SET note = kept.note, body = kept.body, salts = salted.list,
        body_sha256 = encode(sha256(convert_to(kept.body, 'UTF8')), 'hex'),
        slug = translate(public.claims_cut_words(entry.slug, sought, instead), '█', 'x'),
        {", ".join(f"{name} = {_build_cut_sql(name)}" for name in _SEARCH_COLUMNS)},
        source_domains = ARRAY(
            SELECT public.claims_cut_words(one, sought, instead) FROM unnest(entry.source_domains) AS one
        )
    FROM public.claims_publication AS was, LATERAL (
        SELECT public.claims_cut_words(was.note, sought, instead) AS note,
            public.claims_cut_stored(was.body, sought, instead) AS body
    ) AS kept, LATERAL ({_SALTS_SQL}) AS salted
    WHERE entry.id = was.id AND was.id = ANY (cut_ids);
    UPDATE public.claims_publication AS kept SET search_heading = heading.stems,
        search = public.claims_search_document(heading.stems, kept.search_languages, kept.search_text),
        summary = rendered.summary
    FROM public.claims_publication AS was, LATERAL (
        SELECT public.claims_search_heading(was.search_languages, was.search_statement, was.search_names) AS stems
    ) AS heading, LATERAL (
        SELECT {SUMMARY_SQL} AS summary FROM (SELECT was.body::jsonb AS entry) AS parsed
    ) AS rendered
    WHERE kept.id = was.id AND was.id = ANY (cut_ids);
    UPDATE public.claims_publishedverdict AS shown
    SET body = public.claims_cut_stored(shown.body, sought, instead),
        review_key = public.claims_cut_words(shown.review_key, sought, instead)
    WHERE shown.publication_id = ANY (cut_ids);
    IF EXISTS (
        SELECT FROM public.claims_publication AS entry
        WHERE entry.id = ANY (cut_ids) AND entry.sealed_sha256 <> {build_sealed_sha256_sql("entry")}
    ) THEN
        REJECT 'The hashes in the ledger cannot be changed.' AS removal_keeps_the_ledger;
    END IF;
    ALTER TABLE public.claims_publication ENABLE TRIGGER USER;
    ALTER TABLE public.claims_publishedverdict ENABLE TRIGGER USER;
"""

#: PL/pgSQL that cuts the words out of the tables derived from entries.
_CUT_INDEXES_SQL = """
    UPDATE public.claims_statedwords AS known SET words = matched.words, length = matched.length
    FROM public.claims_publication AS entry,
        public.claims_matched_words(entry.search_statement || ' ' || entry.search_headlines) AS matched
    WHERE entry.id = ANY (cut_ids) AND entry.superseded_at IS NULL AND known.claim_id = entry.claim_id;
    DELETE FROM public.claims_statementvector AS made WHERE made.claim_id = ANY (cut_claims);
    FOREACH gone IN ARRAY coalesce(stems, '{}') LOOP
        SELECT count(*) INTO still FROM public.claims_publication AS entry
        WHERE entry.superseded_at IS NULL AND entry.status = 'published'
            AND entry.search @@ quote_literal(gone)::tsquery;
        UPDATE public.claims_searchword AS known SET publications = still WHERE known.word = gone AND still > 0;
        DELETE FROM public.claims_searchword AS known WHERE known.word = gone AND still = 0;
        DELETE FROM public.claims_searchspelling AS known WHERE known.word = gone AND still = 0;
    END LOOP;
"""

EXECUTION_TRIGGER = MaintenanceTrigger(
    name="removal_is_carried_out",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL"),
    declare=[
        *(
            ("sought", "text[] := OLD.words"),
            ("instead", "text[] := OLD.stand_ins"),
            ("instead_here", "text[]"),
        ),
        *(("old_hashes", "text[]"), ("new_hashes", "text[]"), ("tab", "record"), ("assigned", "text")),
        *(("joined", "text"), ("row_ids", "text[]"), ("cut_links", "bigint[] := '{}'"), ("marks", "jsonb")),
        *(("mark", "jsonb"), ("digests", "record"), ("cut_ids", "bigint[]"), ("cut_numbers", "bigint[]")),
        *(("cut_claims", "bigint[]"), ("stems", "text[]"), ("gone", "text"), ("still", "bigint")),
    ],
    func=f"""
        SET CONSTRAINTS ALL IMMEDIATE;
        {_MARK_SIGNOFFS_SQL}
        {_CUT_ROWS_SQL}
        {_SIGN_REST_SQL}
        {_CUT_ENTRIES_SQL}
        {_CUT_INDEXES_SQL}
        -- Other proposals to remove the same words contain them, and are carried out together with this one.
        DELETE FROM public.claims_removalsearch;
        DELETE FROM public.claims_removal AS other WHERE other.confirmed_at IS NULL AND other.words && OLD.words;
        IF EXISTS (SELECT FROM public.claims_find_words(OLD.words)) THEN
            REJECT 'Some of the words are still there.' AS removal_leaves_nothing;
        END IF;
        UPDATE public.claims_removal AS removal SET entries = coalesce(cut_numbers, '{{}}'), review_links = cut_links
        WHERE removal.id = NEW.id;
        SET CONSTRAINTS ALL DEFERRED;
        RETURN NULL;
    """,
)


class Removal(models.Model):
    """A removal by law of words from everything stored, in all versions.

    One administrator proposes it. When another one confirms it, the database carries it out. The row then no longer
    contains the words, only a record of the removal.
    """

    class Reason(models.TextChoices):
        COURT_ORDER = "court_order", _("Court order")
        DATA_PROTECTION = "data_protection", _("Data protection")
        SAFETY = "safety", _("Safety of a person")

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="removals", verbose_name=_("claim")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.TextField(
        _("public note"), blank=True, help_text=_("Published with the removal, if the law allows it.")
    )
    #: Every stored spelling with its replacement.
    words = ArrayField(models.TextField(), default=list)
    stand_ins = ArrayField(models.TextField(), default=list)
    proposed_by = PersonField(_("proposed by"))
    proposed_by_name = models.CharField(_("proposed by"), max_length=200)
    proposed_at = models.DateTimeField(_("proposed"), db_default=Now(), editable=False)
    confirmed_by = PersonField(_("confirmed by"), null=True)
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=200, blank=True)
    confirmed_at = models.DateTimeField(_("carried out"), null=True, editable=False)
    #: The numbers of the ledger entries and of the links of the review chain that contained the words.
    entries = ArrayField(models.BigIntegerField(), null=True, editable=False)
    review_links = ArrayField(models.BigIntegerField(), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("removal by law")
        verbose_name_plural = _("removals by law")
        default_permissions = ("view", "add", "delete")
        constraints = [
            CheckConstraint(
                name="removal_reason_is_known",
                condition=Q(reason__in=["court_order", "data_protection", "safety"]),
            ),
            CheckConstraint(
                name="removal_is_confirmed_by_somebody_else",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("proposed_by")),
            ),
            CheckConstraint(
                name="removal_has_words_until_it_is_carried_out",
                condition=Q(confirmed_at__isnull=True) & ~Q(words=[])
                | Q(confirmed_at__isnull=False, words=[]),
            ),
        ]
        triggers = [
            PROPOSAL_RULE,
            CONFIRMATION_RULE,
            DELETION_RULE,
            EXECUTION_TRIGGER,
            build_truncation_rule("removal", "A removal that was carried out cannot be deleted."),
        ]

    def __str__(self) -> str:
        return gettext("removal %(id)s") % {"id": self.pk}
