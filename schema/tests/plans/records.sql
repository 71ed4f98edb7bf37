-- What is remembered of each message.
set session_replication_role = replica;
set work_mem = '256MB';
create temporary table indexes as select bare('sends') || bare('audit_log') as bare;
create temporary table said as
    select n, seq, id(3, n) as conversation_id, id(1, 1 + case
            when n <= 20 then seq % 500 when n <= 8000 then (n * 31 + seq % 10) % 20000
            when seq % 2 = 0 then n - 8001 else n - 1 end) as author_id,
        '2026-04-01'::timestamptz + (seq - 1.0) / many * interval '239 days' + n % 86400 * interval '1 second' as at
    from generate_series(1, 20000) n
    cross join lateral (select case when n <= 20 then 20000 else 31 end as many) count
    cross join lateral generate_series(1, many) seq;
insert into sends (conversation_id, author_id, client_id, seq, message_id, created_at)
    select conversation_id, author_id, seq::text, seq, id(4, n * 100000 + seq), at from said order by at;
insert into audit_log (at, kind, actor_id, entry)
    select at, 'message.sent', author_id, '{"body_sha256": "00"}' from said order by at;
select clothe(bare) from indexes;
