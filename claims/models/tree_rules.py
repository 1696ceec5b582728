"""Database functions that compute the ledger's Merkle tree (RFC 6962), so that no wrong hash can be stored.

Of the lowest level from the entries, of those above from the tiles below, of checkpoints from all of them. The program
does the same in `claims.ledger.proofs.merkle_tree`.
"""

import pgtrigger

from claims.models.ledger_rules import entry_bytes
from factcheck.database.rules import Rule, refuse

_FALSE_TILE = refuse("The hashes of a tile are those of the entries below it.", name="hashtile_is_true")
_FALSE_ROOT = refuse(
    "A checkpoint is of what is there: no more entries, and no other hash.",
    name="checkpoint_is_of_what_is_there",
)

#: PL/pgSQL that puts the hash above the hashes in `part`, whose number is a power of two, in their place.
_FOLD = """
    WHILE octet_length(part) > 32 LOOP
        SELECT string_agg(sha256(decode('01', 'hex') || substr(part, 1 + 64 * pair, 64)), ''::bytea ORDER BY pair)
        INTO part FROM generate_series(0, octet_length(part) / 64 - 1) AS pair;
    END LOOP;
"""

TILE_IS_TRUE = Rule(
    # When all rows of a statement are there: a tile may arrive together with those below it.
    name="hashtile_is_true",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    declare=[("known", "integer := 0"), ("part", "bytea"), ("expected", "bytea")],
    func=f"""
        IF TG_OP = 'UPDATE' THEN
            known := octet_length(OLD.hashes) / 32;
        END IF;
        IF NEW.level = 0 THEN
            SELECT string_agg(sha256(decode('00', 'hex') || {entry_bytes("entry")}), ''::bytea ORDER BY entry.sequence)
            INTO expected
            FROM public.claims_publication AS entry
            LEFT JOIN public.claims_publication AS head ON head.sequence = entry.sequence - 1
            WHERE entry.sequence BETWEEN 256 * NEW.number + known + 1
                AND 256 * NEW.number + octet_length(NEW.hashes) / 32;
        ELSE
            expected := ''::bytea;
            FOR place IN 256 * NEW.number + known .. 256 * NEW.number + octet_length(NEW.hashes) / 32 - 1 LOOP
                SELECT hashes INTO part FROM public.claims_hashtile
                WHERE level = NEW.level - 1 AND number = place AND octet_length(hashes) = 8192;
                {_FOLD}
                expected := expected || part;
            END LOOP;
        END IF;
        IF coalesce(expected, ''::bytea) IS DISTINCT FROM substr(NEW.hashes, 1 + 32 * known) THEN
            {_FALSE_TILE}
        END IF;
        RETURN NULL;
    """,
)

#: PL/pgSQL that refuses a checkpoint of the ledger with another root than its tiles come to: the hashes of the
#: complete subtrees below it, from the smallest at the right edge to the largest.
ROOT_IS_TRUE = f"""
    IF NEW.log = 'ledger' THEN
        FOR height IN 0 .. 62 LOOP
            CONTINUE WHEN (NEW.tree_size >> height) & 1 = 0;
            -- In hashes of the level of tiles that has it: where it begins, and how many they are.
            place := (((NEW.tree_size >> height) - 1) << height) >> (height / 8 * 8);
            SELECT substr(hashes, 1 + 32 * (place % 256)::integer, 32 << (height % 8)) INTO part
            FROM public.claims_hashtile WHERE level = height / 8 AND number = place / 256;
            IF octet_length(part) IS DISTINCT FROM 32 << (height % 8) THEN
                {_FALSE_ROOT}
            END IF;
            {_FOLD}
            root := CASE WHEN root IS NULL THEN part ELSE sha256(decode('01', 'hex') || part || root) END;
        END LOOP;
        IF encode(root, 'hex') IS DISTINCT FROM NEW.root_sha256 THEN
            {_FALSE_ROOT}
        END IF;
    END IF;
"""
