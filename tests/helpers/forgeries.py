"""Attacks over the connection of the serving role: statements that name rows as `<claim>` does.

`tests/claims/rules/test_forgery.py` has the rows, and tries each.
"""

from typing import Any

from django.apps import apps

_SAME = (
    *("first_published_at", "slug", "language", "claimant_id", "claimed_on", "reviewed_on", "topic_ids"),
    *("appears_in_ids", "source_ids", "source_domains", "publisher_ids", "rating_ids", "language_ranges"),
    *("features", "merged_into_id", "search_languages", "search_statement", "search_names", "search_text"),
)


def filled(statements: str, words: dict[str, Any]) -> str:
    """Statements that name `<claim>` and the like."""
    for name, value in words.items():
        statements = statements.replace(f"<{name}>", str(value))
    return statements


def next_entry(body: str, *, status: str = "published", kind: str = "addition") -> str:
    """The claim's next entry, well made but for its body, which is this SQL of the last one."""
    same = ", ".join(_SAME)
    return (
        "INSERT INTO claims_publication (claim_id, version, status, kind, note, published_at, body, body_sha256,"
        f" {same}) SELECT claim_id, version + 1, '{status}', '{kind}', 'Because.', clock_timestamp(), made.body,"
        f" encode(sha256(convert_to(made.body, 'UTF8')), 'hex'), {same} FROM claims_publication,"
        f" LATERAL (SELECT {body} AS body) AS made WHERE claim_id = <claim> AND superseded_at IS NULL"
    )


def said(*path: str | int, value: str) -> str:
    """SQL of a body that says this there, as JSON."""
    places = ",".join(map(str, path))
    return f"jsonb_set(body::jsonb, '{{{places}}}', '{value}')::text"


_VERDICT = ("verdicts", 0)
FORGED_ENTRIES = [
    *(
        next_entry(said(*_VERDICT, name, value='"Forged."'))
        for name in ("summary", "explanation", "title", "byline", "url", "original_media_context")
    ),
    *(next_entry(said(*_VERDICT, name, value='"2026-03-02"')) for name in ("reviewed_on", "valid_as_of")),
    next_entry(said(*_VERDICT, "language", value='"fr"')),
    next_entry(said(*_VERDICT, "version", value="2")),
    next_entry(said(*_VERDICT, "rating", "label", value='"True"')),
    next_entry(said(*_VERDICT, "rating", "rating_class", value='"true"')),
    next_entry(said(*_VERDICT, "rating", "rating_class", value="null")),
    next_entry(said(*_VERDICT, "rating", "code", value='"true"')),
    next_entry(said(*_VERDICT, "rating", "id", value="<true>")),
    next_entry(said(*_VERDICT, "rating", value="null")),
    next_entry(said(*_VERDICT, "evidence", value="[]")),
    next_entry(said(*_VERDICT, "evidence", value="7")),
    next_entry(said(*_VERDICT, "evidence", 0, "note", value='"Forged."')),
    next_entry(said(*_VERDICT, "evidence", 0, "stance", value='"supports"')),
    next_entry(said(*_VERDICT, "evidence", 0, "exact", value='"Forged."')),
    next_entry(said(*_VERDICT, "evidence", 0, "source", "id", value="0")),
    next_entry(said(*_VERDICT, "id", value="0")),
    next_entry(said(*_VERDICT, "id", value="<waiting>")),
    next_entry(said(*_VERDICT, "origin", value='"imported"')),
    next_entry(said(*_VERDICT, "origin", value='"house_archive"')),
    next_entry(said(*_VERDICT, "origin", value="null")),
    next_entry(said(*_VERDICT, "publisher", "id", value="<other>")),
    next_entry(said(*_VERDICT, "publisher", "name", value='"The Other Desk"')),
    next_entry(said(*_VERDICT, "publisher", value='{"id": <other>, "name": "factcheck  NEWSROOM"}')),
    next_entry(said(*_VERDICT, "signed_off", "people", value="2")),
    next_entry(said(*_VERDICT, "signed_off", "verdict_sha256", value=f'"{"0" * 64}"')),
    next_entry(said(*_VERDICT, "signed_off", "claim_sha256", value="null")),
    next_entry(said(*_VERDICT, "signed_off", value="[]")),
    *(
        [
            next_entry(
                said(*_VERDICT, "right_of_reply", value='[{"id": 1, "answer": "I lied.", "statement": ""}]')
            )
        ]
        if apps.is_installed("claims.features.reply")
        else []
    ),
    next_entry(
        said(
            "translations",
            value='[{"id": 1, "verdict": <verdict>, "language": "fr", "statement": "Faux.", "summary": "Faux."}]',
        )
    ),
    next_entry(said("statement", value='"Another statement."')),
    next_entry(said("context", value='"Another context."')),
    next_entry(said("language", value='"fr"')),
    next_entry(said("claimed_on", value='"2026-01-01"')),
    next_entry(said("claimant", value='{"id": 1, "name": "Somebody else"}')),
    next_entry(said("id", value="<second>")),
    next_entry(said("verdicts", value="null")),
    next_entry(said("verdicts", value='{"0": {}}')),
    next_entry(
        "jsonb_insert(body::jsonb, '{verdicts,1}', body::jsonb #> '{verdicts,0}' || '{\"id\": 0}')::text"
    ),
    next_entry("""regexp_replace(body, '"summary":', '"summary":"Forged.","summary":')"""),
    next_entry("""regexp_replace(body, '"verdicts":', '"verdicts":[],"verdicts":')"""),
    next_entry(
        said("translations", value='[{"id": 1, "verdict": 0, "language": "fr", "statement": "Faux."}]')
    ),
    next_entry(said("translations", value='[{"id": 1, "language": "fr", "statement": "Faux."}]')),
    next_entry(
        "jsonb_insert(body::jsonb, '{verdicts,1}', body::jsonb #> '{verdicts,0}' || "
        """'{"id": 0, "origin": "imported", "publisher": {"id": <house>.0, "name": "x"}}')::text"""
    ),
    next_entry("'no JSON'"),
    next_entry(said("verdicts", value="[]")),
    next_entry("body", status="retracted", kind="retraction"),
    next_entry(said("status", value='"retracted"')),
    next_entry(said("status", value='"retracted"'), status="retracted", kind="retraction"),
    next_entry(said("verdicts", value="[]"), status="retracted", kind="retraction"),
    next_entry(said(*_VERDICT, "summary", value='"Forged."'), status="retracted", kind="retraction"),
    next_entry(said(*_VERDICT, "summary", value='"Forged."'), kind="translation"),
    next_entry(said(*_VERDICT, "summary", value='"Forged."'), kind="classification"),
]

_IMPORTED = (
    "INSERT INTO claims_verdict (claim_id, publisher_id, version, origin, is_restored, rating_id, byline, title,"
    " summary, explanation, language, url, correction_kind, correction_note, state, review_round, required_signoffs,"
    " reviewed_on, published_at, edited_by) VALUES (<waiting_claim>, <publisher>, 7, '<origin>', <restored>,"
    " <rating>, '', '', 'Said.', '', 'en', '', '', '', 'published', 0, 1, now(), now(), '{}')"
)


def arrives(
    publisher: str = "<house>", rating: str = "<true>", origin: str = "imported", restored: str = "false"
) -> str:
    said = {"publisher": publisher, "rating": rating, "origin": origin, "restored": restored}
    return filled(_IMPORTED, said)


_PUBLISH = (
    "INSERT INTO claims_transition (claim_id, verdict_id, action, before, after, actor_name, note) VALUES"
    " (<waiting_claim>, <waiting>, 'publish', 'in_review', 'published', 'x', '');"
    " UPDATE claims_verdict SET state = 'published', published_at = now() WHERE id = <waiting>"
)
_SIGN = "INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note) VALUES (<waiting>, <by>, 'x', 1, '')"
_NEW_HOUSE = (
    "INSERT INTO sources_publisher (name, kind, url, domain, country, language, same_as, is_house, ifcn_signatory)"
    " VALUES ('<name>', 'other', '', '', '', '', '{}', <is_house>, false)"
)

#: Changes in place, by column. Of several columns named `id` in `IDS`, too.
FORGED_ROWS = [
    # Who the house is.
    "UPDATE sources_publisher SET is_house = false WHERE is_house",
    "UPDATE sources_publisher SET is_house = true WHERE id = <other>",
    "UPDATE sources_publisher SET is_house = NOT is_house",
    "DELETE FROM sources_publisher WHERE is_house",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM sources_publisher WHERE is_house",
    "DELETE FROM sources_publisher",
    filled(_NEW_HOUSE, {"name": "Mine", "is_house": True}),
    filled(_NEW_HOUSE, {"name": "factcheck newsroom", "is_house": False}),
    (
        f"SET CONSTRAINTS ALL DEFERRED; DELETE FROM sources_publisher WHERE is_house; "
        f"{filled(_NEW_HOUSE, {'name': 'Mine', 'is_house': False})}; {arrives('lastval()')}"
    ),
    "UPDATE sources_publisher SET name = (SELECT name FROM sources_publisher WHERE is_house) WHERE id = <other>",
    "MERGE INTO sources_publisher AS p USING (VALUES (1)) AS one ON p.is_house WHEN MATCHED THEN DELETE",
    # A verdict without sign-offs.
    arrives(),
    arrives(rating="<others_rating>", publisher="<other>", origin="house"),
    arrives(origin="house"),
    arrives(origin="house", restored="true"),
    arrives(origin="house_archive"),
    arrives(origin="house_archive", restored="true"),
    arrives(publisher="<other>", rating="<true>"),
    f"{arrives('<other>', '<others_rating>')}; UPDATE claims_verdict SET publisher_id = <house> WHERE version = 7",
    f"{arrives('<other>', '<others_rating>')}; UPDATE claims_verdict SET origin = 'house' WHERE version = 7",
    f"{arrives('<other>', '<others_rating>')}; UPDATE claims_ratingscale SET publisher_id = <house>",
    f"{arrives('<other>', '<others_rating>')}; UPDATE claims_verdict SET claim_id = <claim> WHERE version = 7",
    _PUBLISH,
    f"{_SIGN.replace('<by>', '<author>')}; {_PUBLISH}",
    "UPDATE claims_verdict SET author_id = <editor> WHERE id = <waiting>",
    "UPDATE claims_verdict SET submitted_by_id = NULL WHERE id = <waiting>",
    (
        f"UPDATE claims_verdict SET author_id = <editor>, submitted_by_id = <editor> WHERE id = <waiting>;"
        f" {_SIGN.replace('<by>', '<author>')}; {_PUBLISH}"
    ),
    "UPDATE claims_verdict SET required_signoffs = 0 WHERE id = <waiting>",
    f"UPDATE claims_verdict SET required_signoffs = 0 WHERE id = <draft>; {_PUBLISH.replace('waiting', 'draft')}",
    "UPDATE claims_verdict SET review_round = 0 WHERE id = <waiting>",
    "UPDATE claims_verdict SET state = 'published', published_at = now() WHERE id = <draft>",
    "UPDATE claims_verdict SET summary = 'Other.' WHERE id = <waiting>",
    "UPDATE claims_verdict SET summary = 'Other.', state = 'draft' WHERE id = <waiting>",
    "UPDATE claims_verdict SET rating_id = <true> WHERE id = <verdict>",
    "UPDATE claims_verdict SET is_restored = true WHERE id = <waiting>",
    (
        "UPDATE claims_verdict SET edited_by = '{}', review_round = review_round WHERE id = <waiting>;"
        f" {_PUBLISH}"
    ),
    "UPDATE claims_verdict SET published_at = '2020-01-01' WHERE id = <verdict>",
    "DELETE FROM claims_verdict WHERE id = <verdict>",
    "DELETE FROM claims_verdict WHERE id = <waiting>",
    "DELETE FROM claims_evidence WHERE verdict_id = <verdict>",
    "UPDATE claims_evidence SET note = 'Other.' WHERE verdict_id = <waiting>",
    "UPDATE claims_evidence SET verdict_id = <waiting> WHERE verdict_id = <draft>",
    (
        "INSERT INTO claims_evidence (verdict_id, source_id, stance, note, exact, prefix, suffix,"
        " media_fragment, position)"
        " SELECT <waiting>, source_id, 'supports', '', '', '', '', '', 0 FROM claims_evidence LIMIT 1"
    ),
    "UPDATE claims_claim SET statement = 'Other.' WHERE id = <waiting_claim>",
    "UPDATE claims_claim SET state = 'declined', reason = 'x' WHERE id = <claim>",
    "DELETE FROM claims_claim WHERE id = <claim>",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM claims_claim WHERE id = <claim>",
    # Sign-offs.
    _SIGN.replace("<by>", "<author>"),
    _SIGN.replace("<by>", "0"),
    _SIGN.replace("<waiting>", "<draft>").replace("<by>", "<editor>"),
    _SIGN.replace("<waiting>", "<verdict>").replace("<by>", "<editor>"),
    "UPDATE claims_signoff SET verdict_sha256 = repeat('0', 64)",
    "UPDATE claims_signoff SET by_id = <author>",
    "DELETE FROM claims_signoff",
    "INSERT INTO claims_signoff SELECT * FROM claims_signoff",
    # Ratings and scales.
    "UPDATE claims_rating SET label = 'x' WHERE id = <true>",
    "UPDATE claims_rating SET scale_id = scale_id + 1 WHERE id = <true>",
    "UPDATE claims_rating SET label = 'Not ' || label",
    "DELETE FROM claims_rating WHERE id = <false>",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM claims_rating WHERE id = <false>",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM claims_ratingscale WHERE id = <scale>",
    "UPDATE claims_ratingscale SET publisher_id = <other> WHERE id = <scale>",
    "UPDATE claims_rating AS one SET id = other.id FROM claims_rating AS other WHERE one.id <> other.id",
    (
        "INSERT INTO claims_rating (id, scale_id, code, label, rating_class, position) VALUES (999999,"
        " <scale>, 'x', 'x', '', 1)"
    ),
    (
        "INSERT INTO claims_rating (scale_id, code, label) VALUES (<scale>, 'x', 'x') ON CONFLICT (id) DO"
        " UPDATE SET id = 1"
    ),
    # People.
    "DELETE FROM auth_user WHERE id = <author>",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM auth_user WHERE id = <author>",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM auth_user_groups; DELETE FROM auth_user",
    (
        "INSERT INTO auth_user (id, username, password, is_superuser, first_name, last_name, email,"
        " is_staff, is_active,"
        " date_joined) VALUES (999999, 'mine', '', true, '', '', '', true, true, now())"
    ),
    "INSERT INTO auth_group (id, name) VALUES (999999, 'Mine')",
    "DELETE FROM auth_permission",
    "INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('x', 1, 'x')",
    "UPDATE django_content_type SET model = 'other'",
    "DELETE FROM claims_auditrecord",
    "UPDATE claims_auditrecord SET at = now()",
    # The ledger.
    "UPDATE claims_publication SET body = '' WHERE id = <entry>",
    "UPDATE claims_publication SET superseded_at = now() WHERE id = <entry>",
    "UPDATE claims_publication SET sequence = 7 WHERE id = <entry>",
    "DELETE FROM claims_publication WHERE id = <entry>",
    "DELETE FROM claims_publishedverdict",
    "UPDATE claims_publishedverdict SET rating_class = 'true'",
    "UPDATE claims_publishedverdict SET superseded_at = now()",
    (
        "INSERT INTO claims_publishedverdict (publication_id, claim_id, verdict_id, publisher_id,"
        " publisher_kind, rating_id,"
        " rating_class, language, review_key, body) VALUES (<entry>, <claim>, <waiting>, <house>, '',"
        " <true>, 'true', 'en',"
        " '', '')"
    ),
    next_entry("body")
    .replace("(claim_id,", "(id, claim_id,")
    .replace("SELECT claim_id", "SELECT 9999999, claim_id"),
    "COPY claims_rating (id, label) FROM STDIN",
    "UPDATE claims_transition SET note = 'x'",
    "DELETE FROM claims_transition",
    "DELETE FROM claims_reviewlink",
    "UPDATE claims_reviewlink SET row_id = 0",
    "DELETE FROM claims_unlinkedreviewrow",
    "INSERT INTO claims_unlinkedreviewrow (kind, row_id) VALUES ('signoff', 1)",
    "UPDATE claims_mention SET publications = 0",
    "DELETE FROM claims_statedwords",
    # Rows that name the id of one that was deleted, or will come.
    (
        "INSERT INTO claims_claim (id, statement, language, context, reason, state, state_before_merge,"
        " score_reasons,"
        " updated_at) VALUES (9999999, 'x', 'en', '', '', 'accepted', '', '{}', now())"
    ),
    (
        "DELETE FROM claims_evidence WHERE verdict_id = <draft>; DELETE FROM claims_verdict WHERE id = <draft>;"
        " INSERT INTO claims_verdict (id, claim_id, publisher_id, version, origin, author_id, byline, title, summary,"
        " explanation, language, url, correction_kind, correction_note, state, review_round,"
        " required_signoffs, edited_by)"
        " VALUES (<draft>, <draft_claim>, <house>, 1, 'house', <editor>, '', '', '', '', 'en', '', '', '',"
        " 'draft', 0, 1,"
        " '{}')"
    ),
    (
        "INSERT INTO claims_claimant (id, name, kind, job_title, affiliation, country, same_as, notes) VALUES"
        " (9999999, 'x', 'person', '', '', '', '{}', '')"
    ),
    (
        "INSERT INTO sources_source (id, title, kind, url, url_key, byline, language, archived_url, show_text, notes,"
        " updated_at) VALUES"
        " (9999999, 'x', 'article', '', '', '', 'en', '', false, '', now())"
    ),
    (
        "INSERT INTO claims_claim (id, statement, language, context, reason, state, state_before_merge, score_reasons,"
        " updated_at) OVERRIDING SYSTEM VALUE VALUES (-1, 'x', 'en', '', '', 'accepted', '', '{}', now())"
    ),
    # Keys, checkpoints, the tree.
    (
        "INSERT INTO claims_signingkey (public_key, origin, follows_id, statement, loss_reason)"
        " SELECT repeat('A', 43), origin, id, 'x', '' FROM claims_signingkey"
    ),
    (
        "INSERT INTO claims_signingkey (public_key, origin, statement, loss_reason) VALUES (repeat('A',"
        " 43), 'x', '', '')"
    ),
    "UPDATE claims_signingkey SET public_key = repeat('A', 43)",
    "DELETE FROM claims_signingkey",
    "SET CONSTRAINTS ALL DEFERRED; DELETE FROM claims_checkpoint; DELETE FROM claims_signingkey",
    "INSERT INTO claims_hashtile (level, number, hashes) VALUES (0, 1, sha256('x'))",
    "INSERT INTO claims_hashtile (level, number, hashes) VALUES (1, 0, sha256('x'))",
    "INSERT INTO claims_hashtile (level, number, hashes) VALUES (7, 3, sha256('x'))",
    "INSERT INTO claims_hashtile (level, number, hashes) VALUES (-1, 0, sha256('x'))",
    "INSERT INTO claims_hashtile (level, number, hashes) VALUES (0, -1, sha256('x'))",
    "UPDATE claims_hashtile SET hashes = hashes || sha256('x')",
    "UPDATE claims_hashtile SET hashes = sha256('x') || hashes",
    "UPDATE claims_hashtile SET number = 5",
    "UPDATE claims_hashtile SET level = 1",
    "DELETE FROM claims_hashtile",
    (
        "INSERT INTO claims_checkpoint (log, tree_size, root_sha256, note, key_id) SELECT log, 99, root_sha256,"
        " replace(note, E'\\n2\\n', E'\\n99\\n'), key_id FROM claims_checkpoint WHERE log = 'ledger'"
    ),
    (
        "INSERT INTO claims_checkpoint (log, tree_size, root_sha256, note, key_id) SELECT log, 1,"
        " repeat('0', 64), E'x\\n1\\n' || encode(decode(repeat('0', 64), 'hex'), 'base64') || E'\\n\\nx', key_id"
        " FROM claims_checkpoint WHERE log = 'ledger'"
    ),
    (
        "INSERT INTO claims_checkpoint (log, tree_size, root_sha256, note, key_id) SELECT log, tree_size,"
        " repeat('0', 64), E'x\\n2\\n' || encode(decode(repeat('0', 64), 'hex'), 'base64') || E'\\n\\nx', key_id"
        " FROM claims_checkpoint WHERE log = 'ledger'"
    ),
    "UPDATE claims_checkpoint SET signed_at = now()",
    "DELETE FROM claims_checkpoint",
    # Numbers.
    "SELECT setval('claims_signingkey_id_seq', 1000)",
    "SELECT setval('claims_rating_id_seq', 1)",
    "ALTER SEQUENCE auth_user_id_seq RESTART WITH 1",
    "SELECT public.factcheck_advance_ids('public.claims_claim')",
    "UPDATE claims_claim_id_seq SET last_value = 1",
    # Rules that are put off, moved aside or deceived.
    "ALTER TABLE claims_verdict ALTER CONSTRAINT claims_verdict_rating_id_fkey DEFERRABLE",
    (
        "SET CONSTRAINTS ALL DEFERRED; UPDATE claims_publication SET superseded_at = clock_timestamp() WHERE"
        " id = <entry>"
    ),
    "SET LOCAL session_replication_role = replica; DELETE FROM claims_signoff",
    (
        "SET LOCAL row_security = off; SET LOCAL standard_conforming_strings = off; UPDATE claims_hashtile"
        " SET hashes ="
        " hashes || sha256('x')"
    ),
    f"SET LOCAL search_path = pg_temp, public; {_PUBLISH}",
    f"SET LOCAL search_path = ''; {_PUBLISH.replace('claims_', 'public.claims_')}",
    f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {_PUBLISH}",
    f"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; {_PUBLISH}",
    "CREATE TEMPORARY TABLE claims_signoff (id bigint)",
    "CREATE TEMPORARY TABLE sources_publisher AS SELECT 1 AS id, true AS is_house",
    "CREATE TEMPORARY SEQUENCE claims_claim_id_seq",
    "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''x''::bytea'",
    "CREATE OPERATOR pg_temp.= (FUNCTION = pg_catalog.int4eq, LEFTARG = int4, RIGHTARG = int8)",
    (
        "DO $$ BEGIN DELETE FROM public.claims_signoff; EXCEPTION WHEN insufficient_privilege THEN"
        " UPDATE public.claims_publication SET note = 'x'; END $$"
    ),
    "DO $$ BEGIN EXECUTE 'UPDATE public.claims_rating SET id = -id'; END $$",
    "WITH gone AS (DELETE FROM claims_rating WHERE id = <false> RETURNING *) SELECT count(*) FROM gone",
    "SELECT public.claims_stage_begin(); DELETE FROM pg_temp.staged_review",
    "PREPARE mine AS UPDATE claims_rating SET id = $1 WHERE id = <true>; EXECUTE mine(1)",
    (
        "DECLARE mine CURSOR FOR SELECT id FROM claims_rating FOR UPDATE; FETCH mine;"
        " UPDATE claims_rating SET label = 'x' WHERE CURRENT OF mine; DELETE FROM claims_rating WHERE CURRENT OF mine"
    ),
    "LOCK TABLE claims_publication IN ACCESS EXCLUSIVE MODE; ALTER TABLE claims_publication DISABLE TRIGGER ALL",
    "GRANT UPDATE (id) ON claims_rating TO CURRENT_USER; UPDATE claims_rating SET id = -id",
    "GRANT INSERT (id) ON auth_user TO PUBLIC; DELETE FROM claims_signoff",
    "SET ROLE factcheck_owner; DELETE FROM claims_signoff",
    "SELECT set_config('role', 'factcheck_owner', true); DELETE FROM claims_signoff",
    "SELECT lo_put(lo_creat(-1), 0, 'x')",
    "SELECT pg_notify('x', 'y'); DELETE FROM claims_transition",
    "SELECT query_to_xml('DELETE FROM claims_signoff RETURNING 1', true, true, '')",
    "SELECT ts_stat('DELETE FROM claims_signoff RETURNING to_tsvector(note)')",
]

#: Tables that keep the past.
_HISTORIES = ("claims_claimevent", "claims_verdictevent", "claims_ratingevent", "sources_publisherevent")
FORGED_HISTORY = [
    statement.format(table=table)
    for table in _HISTORIES
    for statement in (
        "INSERT INTO {table} SELECT * FROM {table}",
        "INSERT INTO {table} (pgh_label, pgh_created_at) VALUES ('changed', now())",
        "UPDATE {table} SET pgh_created_at = now()",
        "DELETE FROM {table}",
    )
]


def listed(column: str, value: str) -> str:
    """The claim's next entry as it should be, listed with a verdict that is otherwise in this column."""
    columns = ["publication_id", *_LISTED]
    values = ", ".join(value if name == column else name for name in columns[1:])
    return (
        f"{next_entry('body')}; INSERT INTO claims_publishedverdict ({', '.join(columns)}) SELECT"
        f" currval('claims_publication_id_seq'), {values} FROM claims_publishedverdict WHERE publication_id = <entry>"
    )


_LISTED = (
    *("claim_id", "verdict_id", "publisher_id", "publisher_kind", "rating_id", "rating_class", "language"),
    *("reviewed_on", "review_key", "body"),
)
FORGED_LISTS = [
    listed("verdict_id", "<waiting>"),
    listed("publisher_id", "<other>"),
    listed("publisher_kind", "'platform'"),
    listed("rating_id", "<true>"),
    listed("rating_class", "'true'"),
    listed("language", "'fr'"),
    listed("reviewed_on", "'2026-03-02'"),
    listed("claim_id", "<second>"),
    listed("body", "jsonb_set(body::jsonb, '{summary}', '\"Forged.\"')::text"),
    listed("body", "jsonb_set(body::jsonb, '{claim,statement}', '\"Forged.\"')::text"),
    listed("body", "(body::jsonb - 'claim')::text"),
    listed("body", """regexp_replace(body, '"summary":', '"summary":"Forged.","summary":')"""),
]

ATTEMPTS = [*FORGED_ENTRIES, *FORGED_LISTS, *FORGED_ROWS, *FORGED_HISTORY]
