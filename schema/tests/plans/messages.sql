-- What was said in those conversations from April to November.
set session_replication_role = replica;
set work_mem = '256MB';
create temporary table indexes as select bare('messages');
select make_message_partitions('2026-04-01', 8);
insert into messages (conversation_id, seq, id, author_id, hat, client_id, body, label_level, label_categories, rule,
        policy_version, created_at)
    select id(3, n), seq, id(4, n * 100000 + seq), id(1, 1 + case
            when n <= 20 then seq % 500 when n <= 8000 then (n * 31 + seq % 10) % 20000
            when seq % 2 = 0 then n - 8001 else n - 1 end),
        'own', seq::text, 'Says what is to be said, in a sentence of some length, the number ' || seq, 0, '{}', 'A05', 1, at
    from (
        select n, seq, '2026-04-01'::timestamptz + (seq - 1.0) / many * interval '239 days' + n % 86400 * interval '1 second' as at
        from generate_series(1, 20000) n
        cross join lateral (select case when n <= 20 then 20000 else 31 end as many) count
        cross join lateral generate_series(1, many) seq
    ) said order by at;
select clothe(bare) from indexes;

-- Of each hundredth message its words, of which few are what one searches for.
insert into message_words (conversation_id, seq, created_at, words)
    select conversation_id, seq, created_at, to_tsvector('russian', body || case when seq % 7 = 0 then ' notes' else '' end) from messages
    where seq % 100 = 0 or (conversation_id = id(3, 9000) and seq % 5 = 0);
insert into word_progress (conversation_id, seq) select id, last_seq from conversations;
