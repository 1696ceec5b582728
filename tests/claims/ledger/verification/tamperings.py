"""Ways of tampering with the ledger past all rules, and what `verify_ledger` says of each. Data."""

from dataclasses import dataclass, field

from tests.helpers.rewritten_ledger import CHAIN_ANEW

NO_HASHES = "ALTER TABLE claims_publication DROP CONSTRAINT publication_body_hash_is_true"
BODY = """
    UPDATE claims_publication SET body = replace(body, 'It opened in May', 'It opened in July') WHERE sequence = 2
"""
BODY_HASH = """
    UPDATE claims_publication SET body_sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex') WHERE sequence = 2
"""
ADDED_SIGNOFF = """
    INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note, at)
    SELECT verdict_id, by_id, 'x', 7, '', now() - interval '9 days' FROM claims_signoff ORDER BY id LIMIT 1
"""
#: The note is another one, with its digest in the place of its salt, and each other text has its own salt.
REWRITTEN_NOTE = """
    UPDATE claims_publication AS entry SET note = 'Another note.', salts = (
        SELECT string_agg(CASE number
            WHEN 0 THEN '-' || encode(sha256(convert_to(salt || ' ' || entry.note, 'UTF8')), 'hex') ELSE salt
        END, ',' ORDER BY number)
        FROM (
            SELECT number, encode(sha256(convert_to(entry.salts || ' ' || number, 'UTF8')), 'hex') AS salt
            FROM generate_series(0, array_length(string_to_array(entry.body, '"'), 1) / 2) AS numbers (number)
        ) AS salted
    ) WHERE sequence = 2
"""
OF_ENTRY_3 = "(SELECT id FROM claims_publication WHERE sequence = 3)"


@dataclass
class Tampering:
    what: str
    statements: list[str]
    #: The beginnings of the expected findings.
    found: list[str] = field(default_factory=list)


TAMPERINGS = [
    Tampering(
        "change a body",
        [NO_HASHES, BODY],
        [
            "Entry 2 (claim {c}, version 2): its body is not what was published",
            "Rule publication_body_hash_is_true of claims_publication: missing from the database",
        ],
    ),
    Tampering(
        "change a body and its hash",
        [NO_HASHES, BODY, BODY_HASH],
        [
            "Entry 2 (claim {c}, version 2): it does not go on from",
            "Entry 2 (claim {c}, version 2): it is not what was put",
        ],
    ),
    Tampering(
        "change the salts of an entry",
        ["UPDATE claims_publication SET salts = repeat('0', 32) WHERE sequence = 2"],
        ["Entry 2 (claim {c}, version 2): its note or body is not what was published"],
    ),
    Tampering(
        "rewrite a note as if words had been removed from it by law",
        [NO_HASHES, REWRITTEN_NOTE],
        [
            "Entry 2 (claim {c}, version 2): texts of it lost their salts, and no removal by law accounts for that",
            "Entry 2 (claim {c}, version 2): a text without a salt has no bars",
        ],
    ),
    Tampering(
        "change a body, its hash and the whole chain behind it",
        [NO_HASHES, BODY, BODY_HASH, CHAIN_ANEW],
        [
            "Entry 2 (claim {c}, version 2): it is not what was put into the tree",
            "Entry 2: 4 later entries",
        ],
    ),
    Tampering(
        "change a body, its hash, the chain and the tree",
        [NO_HASHES, BODY, BODY_HASH, CHAIN_ANEW, "DELETE FROM claims_hashtile"],
        ["Checkpoint 1 (ledger, 6 entries): the stored entries no longer match it"],
    ),
    Tampering(
        "change a body and all that follows of it, and take the checkpoints away",
        [
            NO_HASHES,
            BODY,
            BODY_HASH,
            CHAIN_ANEW,
            "DELETE FROM claims_hashtile",
            "DELETE FROM claims_checkpoint",
        ],
        ["Checkpoint in kept.txt (6 entries): the stored entries no longer match it"],
    ),
    Tampering(
        "delete the last entry",
        [
            "DELETE FROM claims_publication WHERE sequence = 6",
            "UPDATE claims_publication SET superseded_at = NULL WHERE sequence = 4",
        ],
        [
            "Checkpoint 1 (ledger, 6 entries): there are no longer 6 entries",
            "Hashes of the tree (level 0, tile 0)",
        ],
    ),
    Tampering(
        "delete the last entry and forget that it closed another",
        ["DELETE FROM claims_publication WHERE sequence = 6"],
        ["Entry 4 (claim {r}, version 1): the entry says that it was current until"],
    ),
    Tampering(
        "delete in the middle",
        [
            f"DELETE FROM claims_publishedverdict WHERE publication_id = {OF_ENTRY_3}",
            "DELETE FROM claims_publication WHERE sequence = 3",
        ],
        [
            "Entry 4 (claim {r}, version 1): it stands in place of entry 3",
            "Checkpoint 1 (ledger, 6 entries): there are no",
        ],
    ),
    Tampering(
        "delete in the middle and number anew",
        [
            f"DELETE FROM claims_publishedverdict WHERE publication_id = {OF_ENTRY_3}",
            "DELETE FROM claims_publication WHERE sequence = 3",
            "UPDATE claims_publication SET sequence = sequence - 1 WHERE sequence = 4",
            "UPDATE claims_publication SET sequence = sequence - 1 WHERE sequence = 5",
            "UPDATE claims_publication SET sequence = sequence - 1 WHERE sequence = 6",
        ],
        ["Entry 3 (claim {r}, version 1): it does not go on from", "Verdict"],
    ),
    Tampering(
        "swap two entries",
        [
            "UPDATE claims_publication SET sequence = 99 WHERE sequence = 3",
            "UPDATE claims_publication SET sequence = 3 WHERE sequence = 5",
            "UPDATE claims_publication SET sequence = 5 WHERE sequence = 99",
        ],
        ["Entry 3 (", "Entry 5 ("],
    ),
    Tampering(
        "change a moment",
        ["UPDATE claims_publication SET published_at = published_at - interval '1 day' WHERE sequence = 3"],
        ["Entry 3 (", "Entry 3 (claim {t}, version 1): `published_at` is not what its body says"],
    ),
    Tampering(
        "change a note",
        ["UPDATE claims_publication SET note = 'x' WHERE sequence = 2"],
        ["Entry 2 (claim {c}, version 2)"],
    ),
    Tampering(
        "change a kind",
        ["UPDATE claims_publication SET kind = 'update' WHERE sequence = 2"],
        ["Entry 2 (claim {c}, version 2): it does not go on"],
    ),
    Tampering(
        "change a status",
        ["UPDATE claims_publication SET status = 'published' WHERE sequence = 6"],
        [
            "Entry 6 (claim {r}, version 2): it does not go on",
            "Entry 6 (claim {r}, version 2): `status` is not",
        ],
    ),
    Tampering(
        "close an entry, which hides the claim",
        ["UPDATE claims_publication SET superseded_at = now() WHERE sequence = 3"],
        ["Entry 3 (claim {t}, version 1): the entry says that it was current until"],
    ),
    Tampering(
        "have an entry stand longer than it did",
        [
            "UPDATE claims_publication SET superseded_at = superseded_at + interval '1 hour' WHERE sequence = 1"
        ],
        ["Entry 1 (claim {c}, version 1): the entry says that it was current until"],
    ),
    Tampering(
        "insert an entry that is dated back",
        [
            "UPDATE claims_publication SET superseded_at = '2020-01-01T00:00:00Z' WHERE sequence = 3",
            """
            INSERT INTO claims_publication SELECT (jsonb_populate_record(entry, jsonb_build_object(
                'id', 9999, 'sequence', 7, 'claim_id', claim_id, 'version', 2, 'published_at', '2020-01-01T00:00:00Z'
            ))).* FROM claims_publication AS entry WHERE sequence = 3
            """,
        ],
        [
            "Entry 7 (claim {t}, version 2): it does not go on",
            "Entry 7 (claim {t}, version 2): the entry is dated before",
        ],
    ),
    Tampering(
        "switch a rule off",
        ["ALTER TABLE claims_publication DISABLE TRIGGER ALL"],
        [
            "Rule publication_no_update of claims_publication: the trigger is switched off",
            "Rule publication_joins_the_ledger",
        ],
    ),
    Tampering(
        "drop a rule",
        ["DROP TRIGGER {no_delete} ON claims_publication"],
        ["Rule publication_no_delete of claims_publication: missing from the database"],
    ),
    Tampering(
        "have a rule say something else",
        [
            "CREATE OR REPLACE FUNCTION {no_delete}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END$$",
        ],
        ["Rule publication_no_delete of claims_publication: the trigger differs"],
    ),
    Tampering(
        "change the checkpoint",
        ["UPDATE claims_checkpoint SET tree_size = 5 WHERE log = 'ledger'"],
        ["Checkpoint 1 (ledger, 5 entries): Checkpoint 5 of ledger differs"],
    ),
    Tampering(
        "forge the checkpoint",
        [
            "UPDATE claims_checkpoint SET tree_size = 5, note = replace(note, E'\\n6', E'\\n5') WHERE log = 'ledger'"
        ],
        ["Checkpoint 1 (ledger, 5 entries): Checkpoint "],
    ),
    Tampering(
        "put another key in the place of ours",
        ["UPDATE claims_signingkey SET public_key = repeat('A', 43)"],
        ["Checkpoint 1 (ledger, 6 entries): Checkpoint 6 of ledger has an invalid signature"],
    ),
    Tampering(
        "change who moved something",
        [
            "UPDATE claims_transition SET actor_name = 'Somebody' WHERE id = (SELECT min(id) FROM claims_transition)"
        ],
        ["Move "],
    ),
    Tampering(
        "delete a move",
        ["DELETE FROM claims_transition WHERE id = (SELECT min(id) FROM claims_transition)"],
        ["Move {m} (link 1 of reviews): the record was deleted"],
    ),
    Tampering(
        "forge a sign-off",
        ["UPDATE claims_signoff SET by_name = 'Somebody' WHERE id = (SELECT min(id) FROM claims_signoff)"],
        ["Sign-off "],
    ),
    Tampering(
        "add a sign-off",
        [
            ADDED_SIGNOFF,
        ],
        ["Sign-off "],
    ),
    Tampering(
        "add a sign-off that is dated back, and have it linked as if it were new",
        [
            ADDED_SIGNOFF,
            "SET LOCAL session_replication_role = origin",
            "INSERT INTO claims_reviewlink (kind, row_id) SELECT 'signoff', max(id) FROM claims_signoff",
        ],
        ["Sign-off "],
    ),
    Tampering(
        "cut the end of the chain of reviews",
        ["DELETE FROM claims_reviewlink WHERE number = (SELECT max(number) FROM claims_reviewlink)"],
        ["Checkpoint 2 (reviews, ", "Sign-off |Move "],
    ),
    Tampering(
        "have a rating read otherwise",
        ["UPDATE claims_rating SET label = 'Half so' WHERE id = (SELECT min(rating_id) FROM claims_verdict)"],
        ["Verdict {of_all}: published, but different from what was signed off."],
    ),
    Tampering(
        "change what a verdict rests on",
        ["UPDATE claims_evidence SET note = 'The minutes.'"],
        ["Verdict {of_all}: published, but different from what was signed off."],
    ),
    Tampering(
        "take the fingerprint of another sign-off",
        ["UPDATE claims_signoff SET verdict_sha256 = repeat('a', 64)"],
        [
            "Verdict {of_all}: published, but different from what was signed off.",
            "Entry 1 to 5: the entry contains a verdict of this newsroom that no one signed off.",
            "Sign-off ",
        ],
    ),
    Tampering(
        "have the explanation of an entry read otherwise as HTML",
        [
            NO_HASHES,
            (
                "UPDATE claims_publication SET body = replace(body, '<strong>audited</strong>', 'forged')"
                " WHERE sequence = 3"
            ),
        ],
        ["Entry 3 (claim {t}, version 1): the explanation of verdict {v} reads otherwise as HTML."],
    ),
    Tampering(
        "list another verdict than was published",
        [
            f"UPDATE claims_publishedverdict SET body = replace(body, 'sum', 'x') WHERE publication_id = {OF_ENTRY_3}",
        ],
        ["Entry 3 (claim {t}, version 1): verdict"],
    ),
    Tampering(
        "list no verdict",
        [
            f"DELETE FROM claims_publishedverdict WHERE publication_id = {OF_ENTRY_3}",
        ],
        ["Entry 3 (claim {t}, version 1): verdict", "Verdict "],
    ),
    Tampering(
        "retract a verdict in silence",
        [
            f"""
            UPDATE claims_verdict SET state = 'retracted'
            WHERE id IN (SELECT verdict_id FROM claims_publishedverdict WHERE publication_id = {OF_ENTRY_3})
            """
        ],
        ["Verdict "],
    ),
    Tampering(
        "change a text that was quoted, and its hash",
        ["UPDATE sources_snapshot SET text = 'x', text_sha256 = encode(sha256('x'), 'hex')"],
        ["Snapshot "],
    ),
    Tampering(
        "hide an entry from the search",
        ["UPDATE claims_publication SET search = '', search_heading = '' WHERE sequence = 3"],
        ["Entry 3: the words stored for searching do not agree with its text"],
    ),
    Tampering(
        "show another rating in lists",
        ["UPDATE claims_publication SET summary = replace(summary, 'false', 'true') WHERE sequence = 3"],
        ["Entry 3: the entry’s summary in lists does not match its body"],
    ),
    Tampering(
        "hide an entry from a filter",
        ["UPDATE claims_publication SET topic_ids = '{}' WHERE sequence = 2"],
        ["Entry 2 (claim {c}, version 2): `topic_ids` is not what its body says"],
    ),
    Tampering(
        "hide an entry from matching",
        ["DELETE FROM claims_statedwords"],
        ["Claim "],
    ),
    Tampering(
        "hide a claimant",
        ["DELETE FROM claims_mention WHERE kind = 'claimant'"],
        ["Claimant "],
    ),
]
