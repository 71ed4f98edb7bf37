-- A conversation of many messages, each with its entry of the log, as the server would have stored them.
set session_replication_role = replica;

insert into conversations (id, kind, name, agency_id, created_by, created_at, last_seq)
    select ('00000003-0000-7000-8000-' || lpad(':number', 12, '0'))::uuid, 'group', 'Рабочая группа :number', agency.id, author.id,
        now() - interval '1 hour', :messages
    from (select id from units where kind = 'agency' limit 1) agency, (select id from people where status = 'active' order by login desc limit 1) author;
insert into members (conversation_id, person_id, role, origin, reads_from_seq, joined_at)
    select ('00000003-0000-7000-8000-' || lpad(':number', 12, '0'))::uuid, id, 'member', 'chosen', 1, now() - interval '1 hour'
    from people where status = 'active' order by login desc limit 20;
insert into members_history
    select tstzrange(joined_at, null), members.* from members
    where conversation_id = ('00000003-0000-7000-8000-' || lpad(':number', 12, '0'))::uuid;
insert into messages (conversation_id, seq, id, author_id, hat, client_id, body, label_level, label_categories, rule, policy_version,
        created_at, body_salt)
    select c.id, n, gen_random_uuid(), c.created_by, 'own', n::text,
        'Сообщение ' || n || ' о том, что согласовано: ' || md5(n::text) || ' и ' || md5((n * 7)::text) || '.', 0, '{}', 'A07', 1,
        c.created_at + n * interval '1 millisecond', decode(md5(n::text), 'hex')
    from conversations c, generate_series(1, :messages) n
    where c.id = ('00000003-0000-7000-8000-' || lpad(':number', 12, '0'))::uuid;
insert into audit_log (at, kind, actor_id, entry)
    select created_at, 'message.sent', author_id, jsonb_build_object('message_id', id, 'conversation_id', conversation_id, 'seq', seq,
        'body_sha256', encode(sha256(body_salt || convert_to(body, 'UTF8')), 'hex'), 'rule', rule, 'policy_version', policy_version,
        'hat', hat, 'principal_id', null, 'label', jsonb_build_object('policy', null, 'level', 0, 'categories', '[]'::jsonb))
    from messages where conversation_id = ('00000003-0000-7000-8000-' || lpad(':number', 12, '0'))::uuid order by seq;
analyze messages, audit_log, members_history, conversations;
set session_replication_role = origin;
