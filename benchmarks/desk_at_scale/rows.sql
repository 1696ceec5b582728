-- Rows of every kind that the desk lists, from `said` (sentences) and `size` (how many claims; who works here).
-- A number that is multiplied by a prime and divided leaves remainders that look drawn.

INSERT INTO auth_user (username, first_name, last_name, email, password, is_superuser, is_staff, is_active, date_joined)
SELECT 'person' || id, split_part(name, ' ', 1), split_part(name, ' ', 2), 'person' || id || '@example.org', '!', false,
    true, true, now() - id * interval '1 day'
FROM said WHERE id <= 120;

INSERT INTO sources_publisher (name, kind, url, domain, country, language, same_as, is_house, ifcn_signatory)
SELECT name || ' ' || id, (ARRAY['fact_checker', 'news', 'agency', 'government', 'other'])[1 + id % 5],
    'https://paper' || id || '.example', 'paper' || id || '.example', 'DE', language, '{}', false, id % 7 = 0
FROM said WHERE id <= (SELECT least(2000, claims / 100) FROM size);

INSERT INTO sources_source (
    id, title, kind, url, url_key, archived_url, publisher_id, byline, published_on, language, show_text, notes,
    created_by_id, updated_at
)
SELECT id, words, (ARRAY['article', 'report', 'speech', 'social_post', 'video', 'document'])[1 + id % 6],
    'https://paper' || id % 1999 || '.example/' || id, 'paper' || id % 1999 || '.example/' || id, '',
    1 + (id::bigint * 7919) % (SELECT count(*) FROM sources_publisher), CASE WHEN id % 2 = 0 THEN name ELSE '' END,
    current_date - (id::bigint * 31 % 3000)::int, language, true, '', (SELECT person FROM size), now()
FROM said WHERE id <= (SELECT claims * 2 / 5 FROM size);

INSERT INTO sources_snapshot (
    id, source_id, number, captured_at, captured_by_id, url, media_type, content_sha256, content_size, title, byline,
    language, text, text_sha256, extractor, caveats, cues
)
SELECT source.id, source.id, 1, now() - (source.id::bigint * 37 % 3000) * interval '1 day', NULL, source.url,
    CASE WHEN source.id % 9 = 0 THEN 'application/pdf' ELSE 'text/html' END,
    encode(sha256(convert_to(held.text, 'UTF8')), 'hex'), length(held.text), source.title, '', source.language, held.text,
    encode(sha256(convert_to(held.text, 'UTF8')), 'hex'), 'benchmark', '[]', '[]'
FROM sources_source AS source, LATERAL (
    SELECT CASE WHEN source.id = 1 THEN (SELECT article FROM size) ELSE source.title || '. ' || source.url END AS text
) AS held;

INSERT INTO claims_claimant (id, name, kind, job_title, country, same_as, notes)
SELECT id, name, 'person', CASE WHEN id % 3 = 0 THEN 'Minister' ELSE '' END, '', '{}', ''
FROM said WHERE id <= (SELECT claims * 2 / 25 FROM size);

INSERT INTO claims_topic (id, name, slug, parent_id, description, same_as)
SELECT id, left(name, 80) || ' ' || id, 'topic-' || id, NULLIF(id / 10, 0), '', '{}' FROM said WHERE id <= 300;

INSERT INTO claims_ratingscale (id, publisher_id, name, version, language, methodology, methodology_url, in_use)
SELECT 1000 + publisher.id, publisher.id, 'Scale', '1', 'en', '', '', true
FROM sources_publisher AS publisher WHERE NOT is_house AND publisher.id % 10 = 0;

INSERT INTO claims_rating (
    scale_id, code, position, label, rating_class, definition, labels, definitions, colour, text_colour, colour_dark,
    text_colour_dark
)
SELECT scale.id, 'step-' || step, step, (ARRAY['True', 'Half true', 'False', 'Pants on fire'])[step],
    CASE WHEN scale.id % 4 = 0 THEN '' ELSE (ARRAY['true', 'mixed', 'false', 'false'])[step] END, '', '{}', '{}', '', '',
    '', ''
FROM claims_ratingscale AS scale, generate_series(1, 4) AS step WHERE scale.id > 1000;

-- A third waits, nearly half is worked on, the rest was declined or merged.
INSERT INTO claims_claim (
    id, statement, language, claimant_id, claimed_on, context, state, reason, score, score_reasons, merged_into_id,
    state_before_merge, created_by_id, created_at, updated_at
)
SELECT id, words, language,
    CASE WHEN id % 7 > 0 THEN 1 + (id::bigint * 6007 % (SELECT count(*) FROM claims_claimant)) END,
    CASE WHEN id % 6 > 0 THEN current_date - (id::bigint * 41 % 4000)::int END, '', states.state,
    CASE states.state WHEN 'declined' THEN 'Nobody can check it.' ELSE '' END,
    CASE WHEN id % 3 > 0 THEN (id::bigint * 101 % 1000) / 1000.0 END, '{}',
    CASE states.state WHEN 'merged' THEN id - 1 END, CASE states.state WHEN 'merged' THEN 'accepted' ELSE '' END,
    (SELECT person FROM size), now() - ((SELECT claims FROM size) - id) * interval '10 minutes', now()
FROM said, LATERAL (
    SELECT CASE WHEN id = 1 OR id % 20 BETWEEN 8 AND 16 THEN 'accepted' WHEN id % 20 = 17 THEN 'merged'
        WHEN id % 20 > 17 THEN 'declined' ELSE 'proposed' END AS state
) AS states;

INSERT INTO claims_claim_topics (claim_id, topic_id)
SELECT id, 1 + (id::bigint * 13 % 300) FROM claims_claim WHERE id % 5 < 4;

-- Each in one place, a fifth in a second one; the first claim in 200, and 500 in the first source.
INSERT INTO claims_appearance (
    claim_id, source_id, snapshot_id, exact, prefix, suffix, start, "end", anchor, created_at
)
SELECT claim_id, source_id, NULL, CASE WHEN number = 1 THEN statement ELSE 'As quoted: ' || statement END, '', '', NULL,
    NULL, 'unanchored', now()
FROM (
    SELECT id AS claim_id, CASE WHEN id BETWEEN 2 AND 501 THEN 1
        ELSE 1 + (id::bigint * 7919 % (SELECT count(*) FROM sources_source)) END AS source_id, 1 AS number, statement
    FROM claims_claim
    UNION ALL
    SELECT id, 1 + (id::bigint * 6007 % (SELECT count(*) FROM sources_source)), 2, statement
    FROM claims_claim WHERE id % 5 = 0
    UNION ALL
    SELECT 1, 1 + (number::bigint * 401), 3, statement FROM claims_claim, generate_series(1, 200) AS number WHERE id = 1
) AS places
ON CONFLICT DO NOTHING;

UPDATE claims_appearance SET snapshot_id = 1, start = claim_id * 1000, "end" = claim_id * 1000 + 80, anchor = 'anchored',
    exact = substr((SELECT article FROM size), claim_id::int * 1000 + 1, 80)
WHERE source_id = 1 AND claim_id BETWEEN 2 AND 501;

UPDATE claims_appearance SET anchor = 'orphaned', snapshot_id = source_id, start = 0, "end" = 10
WHERE id % 500 = 0 AND start IS NULL;

-- A quarter of the claims is judged: half of those that are accepted. The first one fifty times.
INSERT INTO claims_verdict (
    id, claim_id, publisher_id, version, origin, is_restored, author_id, edited_by, byline, rating_id, title, summary,
    explanation, language, reviewed_on, recheck_on, url, supersedes_id, correction_kind, correction_note, state,
    review_round, required_signoffs, submitted_by_id, submitted_at, published_at, created_at
)
SELECT row_number() OVER (ORDER BY claim.id), claim.id, house.id, 1, 'house', false,
    CASE WHEN claim.id % 16 = 0 THEN (SELECT person FROM size) ELSE author.id END, '{}', '',
    (SELECT min(rating.id) FROM claims_rating AS rating JOIN claims_ratingscale AS scale ON scale.id = rating.scale_id
        WHERE scale.publisher_id = house.id) + claim.id % 4, claim.statement, claim.statement,
    repeat(claim.statement || '. ', 5), claim.language, current_date - (claim.id * 17 % 2000)::int,
    CASE WHEN claim.id % 10 = 0 THEN current_date + (claim.id % 400)::int - 30 END, '', NULL, '', '', states.state,
    CASE states.state WHEN 'draft' THEN 0 ELSE 1 END, 1, author.id, now() - claim.id % 90 * interval '1 day',
    CASE states.state WHEN 'published' THEN now() - (claim.id * 17 % 2000) * interval '1 day' END, now()
FROM claims_claim AS claim, LATERAL (
    SELECT CASE WHEN claim.id % 25 = 1 THEN 'draft' WHEN claim.id % 25 = 2 THEN 'in_review' ELSE 'published' END AS state
) AS states,
LATERAL (SELECT id FROM auth_user WHERE username = 'person' || 1 + claim.id % 100) AS author,
(SELECT id FROM sources_publisher WHERE is_house) AS house
WHERE claim.state = 'accepted' AND claim.id % 20 BETWEEN 8 AND 12 AND claim.id > 1;

INSERT INTO claims_verdict (
    id, claim_id, publisher_id, version, origin, is_restored, author_id, edited_by, byline, rating_id, title, summary,
    explanation, language, reviewed_on, url, supersedes_id, correction_kind, correction_note, state, review_round,
    required_signoffs, submitted_by_id, submitted_at, published_at, created_at
)
SELECT (SELECT max(id) FROM claims_verdict) + number, 1, house.id, number, 'house', false, (SELECT person FROM size), '{}',
    '', (SELECT min(id) FROM claims_rating), claim.statement, claim.statement, repeat(claim.statement || '. ', 100),
    claim.language, current_date, '', CASE WHEN number > 1 THEN (SELECT max(id) FROM claims_verdict) + number - 1 END,
    CASE WHEN number > 1 THEN 'update' ELSE '' END, CASE WHEN number > 1 THEN 'New figures.' ELSE '' END,
    CASE WHEN number = 50 THEN 'published' ELSE 'superseded' END, 1, 1, (SELECT person FROM size), now(), now(), now()
FROM claims_claim AS claim, generate_series(1, 50) AS number, (SELECT id FROM sources_publisher WHERE is_house) AS house
WHERE claim.id = 1;

INSERT INTO claims_evidence (verdict_id, source_id, exact, prefix, suffix, stance, note, position, created_at)
SELECT verdict.id, 1 + ((verdict.id + number) * 6007 % (SELECT count(*) FROM sources_source)), verdict.title, '', '',
    (ARRAY['refutes', 'context'])[number], 'What it shows.', number, now()
FROM claims_verdict AS verdict, generate_series(1, 2) AS number;

INSERT INTO claims_signoff (verdict_id, by_id, by_name, round, note, at)
SELECT verdict.id, person.id, person.username, verdict.review_round, CASE WHEN verdict.id % 3 = 0 THEN 'Sound.' ELSE '' END,
    now() - verdict.id % 2000 * interval '1 day'
FROM claims_verdict AS verdict JOIN auth_user AS person ON person.username = 'person' || 101 + verdict.id % 19
WHERE verdict.state IN ('published', 'superseded') OR verdict.state = 'in_review' AND verdict.id % 3 = 0;

INSERT INTO claims_transition (claim_id, verdict_id, action, before, after, actor_id, actor_name, note, at)
SELECT id, NULL, CASE state WHEN 'accepted' THEN 'accept' WHEN 'declined' THEN 'decline' ELSE 'merge' END, 'proposed',
    state, (SELECT person FROM size), 'bench', reason, created_at FROM claims_claim WHERE state <> 'proposed'
UNION ALL
SELECT claim_id, verdict.id, steps.action, steps.before, steps.after, author_id, 'person', '', verdict.submitted_at
FROM claims_verdict AS verdict, (VALUES ('submit', 'draft', 'in_review'), ('publish', 'in_review', 'published'))
    AS steps (action, before, after)
WHERE verdict.state IN ('published', 'superseded');

INSERT INTO claims_publication (
    id, claim_id, version, sequence, status, kind, note, published_at, superseded_at, first_published_at, body,
    body_sha256, slug, language, search_statement, search_names, search_text, topic_ids, appears_in_ids, source_ids,
    source_domains, publisher_ids, rating_ids, language_ranges, features, search_languages
)
SELECT verdict.id, verdict.claim_id, verdict.version, verdict.id, 'published',
    CASE WHEN verdict.version = 1 THEN 'publication' ELSE 'update' END, verdict.correction_note, verdict.published_at,
    CASE verdict.state WHEN 'superseded' THEN verdict.published_at END, verdict.published_at, held.body,
    encode(sha256(convert_to(held.body, 'UTF8')), 'hex'), 'claim', verdict.language, '', '', '', '{}', '{}', '{}', '{}',
    ARRAY[verdict.publisher_id], ARRAY[verdict.rating_id], '{}', '{}', '{}'
FROM claims_verdict AS verdict JOIN claims_claim AS claim ON claim.id = verdict.claim_id, LATERAL (
    SELECT jsonb_build_object(
        'statement', claim.statement, 'language', claim.language, 'context', claim.context, 'claimed_on', claim.claimed_on,
        'claimant', jsonb_build_object('id', claim.claimant_id), 'verdicts', '[]'::jsonb, 'topics', '[]'::jsonb,
        'appearances', '[]'::jsonb, 'explanation', repeat(md5(verdict.id::text), 40)
    )::text AS body
) AS held
WHERE verdict.state IN ('published', 'superseded');

INSERT INTO claims_publishedverdict (
    publication_id, claim_id, verdict_id, publisher_id, publisher_kind, rating_id, rating_class, language, reviewed_on,
    review_key, published_at, superseded_at, body
)
SELECT entry.id, entry.claim_id, entry.id, entry.publisher_ids[1], 'fact_checker', entry.rating_ids[1], 'false',
    entry.language, entry.published_at::date, '', entry.published_at, entry.superseded_at, '{}'
FROM claims_publication AS entry;

INSERT INTO claims_importrun (
    id, origin, upload, content_sha256, size, format, format_settings, state, started_by_name, house_archive,
    released_by_name, started_at, finished_at, bytes_read, records, created, updated, unchanged, merged, refused,
    incomplete, notes, error, undone_by_name
)
SELECT number, 'archive-' || number || '.csv', '', '', 1000, 'csv', '{}', 'finished', 'bench', false, '', now(), now(),
    1000, 100, 100, 0, 0, 0, 0, 0, '{}', '', ''
FROM generate_series(1, 300) AS number;

INSERT INTO claims_importproblem (run_id, outcome, file, position, field, code, reason)
SELECT 1 + id % 300, (ARRAY['refused', 'left_out'])[1 + id % 2], 'archive.csv', 'row ' || id, 'date', 'unclear date',
    'The date “' || id || '” could be two days. ' || words
FROM said WHERE id <= (SELECT claims / 5 FROM size);

INSERT INTO claims_possibleduplicate (claim_id, earlier_id, run_id, reasons, dismissed_by_name)
SELECT id * 20 + 8, id * 20, 1 + id % 300, '{}', '' FROM said WHERE id < (SELECT claims / 50 FROM size);

INSERT INTO claims_cluster (id, title, description, language, state, created_by_id)
SELECT id, left(words, 190), words, language, 'draft', (SELECT person FROM size) FROM said
WHERE id <= (SELECT claims / 250 FROM size);

INSERT INTO claims_clustermember (cluster_id, claim_id, added_by_name)
SELECT cluster.id, cluster.id * 5 + number, 'bench' FROM claims_cluster AS cluster, generate_series(0, 4) AS number
UNION ALL SELECT 1, number, 'bench' FROM generate_series(1001, 1150) AS number
ON CONFLICT DO NOTHING;

INSERT INTO claims_repeat (
    claim_id, source_id, snapshot_id, exact, prefix, suffix, origin, confidence, reasons, times, outcome, decided_by_name
)
SELECT claim.id, 1 + claim.id % (SELECT count(*) FROM sources_source), NULL, claim.statement, '', '', 'article', 0.9, '{}',
    1 + claim.id % 9, '', ''
FROM claims_claim AS claim WHERE claim.state = 'accepted' AND claim.id % 20 = 8;

INSERT INTO watches_watch (
    id, name, url, url_key, language, interval_minutes, most_per_visit, most_per_day, most_proposals_per_day, active,
    created_by_id
)
SELECT id, name, 'https://paper' || id || '.example/feed', 'paper' || id || '.example/feed', 'en', 60, 10, 100, 50, true,
    (SELECT person FROM size)
FROM said WHERE id <= 60;

INSERT INTO watches_watchprogress (
    watch_id, kind, next_visit_at, etag, last_modified, pages_left, articles_of_day, proposals_of_day, new_articles,
    changed_articles, failed_articles, consecutive_failures, failure, note
)
SELECT id, '', now(), '', '', 0, 0, 0, 0, 0, 0, 0, '', '' FROM watches_watch;

INSERT INTO watches_watchedpage (
    watch_id, url, url_key, title, state, source_id, found_at, unchanged, etag, last_modified, attempts, failure
)
SELECT 1 + source.id % 60, source.url, source.url_key, left(source.title, 300), 'imported', source.id, now(), 0, '', '', 0, ''
FROM sources_source AS source WHERE source.id % 3 = 0;

INSERT INTO webhooks_webhookdelivery (endpoint_id, publication_id, event, message_id, state, settled_at, failures)
SELECT endpoint.id, entry.id, 'claim.published', 'msg_' || md5(entry.id::text), 'delivered', now(), 0
FROM claims_publication AS entry, (SELECT min(id) AS id FROM webhooks_webhookendpoint) AS endpoint;

INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)
SELECT 'default', (ARRAY['visit', 'send', 'embed'])[1 + number % 3], 0, '{}', 'succeeded', 1
FROM generate_series(1, (SELECT claims / 5 FROM size)) AS number;

INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
SELECT now() - number * interval '1 minute', CASE WHEN number <= 300 THEN '1' ELSE number::text END, 'claim', 2,
    '[{"changed": {"fields": ["Context"]}}]', kind.id, (SELECT person FROM size)
FROM generate_series(1, (SELECT claims FROM size)) AS number, django_content_type AS kind
WHERE kind.app_label = 'claims' AND kind.model = 'claim';

-- A fifth of the claims is talked about and is somebody's, most of it no longer; the first claim at length.
INSERT INTO teamwork_assignment (claim_id, person_id, due_on, priority, by_name, note, done_at)
SELECT claim.id, CASE WHEN claim.id % 40 = 0 THEN (SELECT person FROM size) ELSE person.id END,
    current_date + (claim.id % 60)::int - 20, claim.id % 4, 'bench', 'By Friday, please.',
    CASE WHEN claim.id % 50 > 0 THEN now() END
FROM claims_claim AS claim, LATERAL (SELECT id FROM auth_user WHERE username = 'person' || 1 + claim.id % 100) AS person
WHERE claim.id % 5 = 0;

INSERT INTO teamwork_comment (claim_id, author_id, author_name, text, key, resolved_by_name, withdrawn_by_name, created_at)
SELECT claims.id, person.id, person.username, claims.statement, gen_random_uuid(), '', '', now() - claims.id * interval '1 minute'
FROM (
    SELECT id, statement FROM claims_claim WHERE id % 5 = 0
    UNION ALL SELECT 1, claim.statement FROM claims_claim AS claim, generate_series(1, 200) WHERE claim.id = 1
) AS claims, LATERAL (SELECT id, username FROM auth_user WHERE username = 'person' || 1 + claims.id % 100) AS person;

INSERT INTO teamwork_notification (person_id, kind, claim_id, comment_id, actor_id, actor_name, note, read_at, mail)
SELECT (SELECT person FROM size), 'commented', claim_id, comment.id, author_id, author_name, '',
    CASE WHEN comment.id % 20 > 0 THEN now() END, 'digest'
FROM teamwork_comment AS comment;

INSERT INTO teamwork_claimfollower (claim_id, person_id)
SELECT id, (SELECT person FROM size) FROM claims_claim WHERE id % 50 = 0 OR id = 1;

INSERT INTO claims_auditrecord (at, kind, actor_id, actor_name, subject_id, subject_name, what, detail, address, agent)
SELECT now() - number * interval '1 minute', (ARRAY['signed_in', 'signed_out', 'sign_in_failed'])[1 + number % 3],
    (SELECT person FROM size), 'bench', (SELECT person FROM size), 'bench', '', '{}', '192.0.2.7', 'Mozilla/5.0'
FROM generate_series(1, (SELECT claims FROM size)) AS number;
