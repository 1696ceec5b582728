-- One more copy of a ledger (its size is in `span`) behind itself, with numbers and moments of its own, later than the copy
-- before. Of the entries that are current, what lists, filters and searches of claims read is there as publishing writes it:
-- bodies have the claim's new number, and the verdicts in them keep theirs. What the desk alone reads is left out, and of
-- the bodies of verdicts, which only lists of verdicts serve, all but the beginning.
INSERT INTO claims_publication (
    id, sequence, claim_id, version, status, kind, note, published_at, first_published_at, body, body_sha256, slug, language,
    claimant_id, claimed_on, reviewed_on, topic_ids, appears_in_ids, source_ids, source_domains, publisher_ids,
    rating_ids, language_ranges, features, search_languages, search_statement, search_names, search_headlines,
    search_text, search, search_heading, summary
)
SELECT id + copy * entries, sequence + copy * entries, claim_id + copy * claims, version, status, kind, note,
    began + copy * years + (published_at - began), began + copy * years + (first_published_at - began),
    renumbered.body, encode(sha256(convert_to(renumbered.body, 'UTF8')), 'hex'), slug, language,
    claimant_id, claimed_on + copy * days, reviewed_on + copy * days, topic_ids, appears_in_ids, source_ids, source_domains,
    publisher_ids, rating_ids, language_ranges, features, search_languages, search_statement, search_names,
    search_headlines, search_text, search, search_heading,
    regexp_replace(summary, '^."id":\d+', chr(123) || '"id":' || claim_id + copy * claims)
FROM (SELECT {copy} AS copy) AS this, span,
    LATERAL (SELECT extract(day FROM years)::integer AS days) AS length,
    LATERAL (
        SELECT * FROM claims_publication
        WHERE superseded_at IS NULL AND status = 'published' AND sequence <= entries ORDER BY sequence
    ) AS entry,
    LATERAL (SELECT regexp_replace(entry.body, '^."id":\d+', chr(123) || '"id":' || claim_id + copy * claims) AS body) AS renumbered;

INSERT INTO claims_publishedverdict (
    id, publication_id, claim_id, verdict_id, publisher_id, publisher_kind, rating_id, rating_class, language, reviewed_on,
    review_key, published_at, body
)
SELECT id + copy * verdicts, publication_id + copy * entries, claim_id + copy * claims, verdict_id + copy * 4 * claims,
    publisher_id, publisher_kind, rating_id, rating_class, language, reviewed_on + copy * days, review_key,
    began + copy * years + (published_at - began), left(body, 100)
FROM (SELECT {copy} AS copy) AS this, span,
    LATERAL (SELECT extract(day FROM years)::integer AS days) AS length,
    LATERAL (SELECT 4 * (entries + 1) AS verdicts) AS ids,
    LATERAL (
        SELECT * FROM claims_publishedverdict
        WHERE superseded_at IS NULL AND publication_id <= entries ORDER BY publication_id
    ) AS verdict;
