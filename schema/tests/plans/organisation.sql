-- A large organisation: its people, its conversations and who is in them.
set session_replication_role = replica;

insert into sources (id, name, kind) values (id(9, 1), 'one', 'openldap');
insert into ranks (id, source_id, code, name_ru, name_en, step, band) values (id(8, 1), id(9, 1), 'a', 'А', 'A', 1, 'officer');
insert into units (id, source_id, directory_id, dn, dn_key, kind, parent_id, name, status)
    select id(2, n), id(9, 1), id(2, n), 'ou=' || n, 'ou=' || n, case n when 1 then 'agency' else 'division' end,
        case n when 1 then null else id(2, 1) end, 'Unit ' || n, 'active' from generate_series(1, 2001) n;
insert into people (id, source_id, directory_id, dn, dn_key, login, login_key, display_name, employment, status)
    select id(1, n), id(9, 1), id(1, n), 'cn=' || n, 'cn=' || n, 'p' || n, 'p' || n,
        'Person ' || md5(n::text), 'staff', 'active' from generate_series(1, 20000) n;
insert into people_history select tstzrange('2026-01-01', null), people.* from people;
insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, superior_id, valid)
    select id(5, n), id(9, 1), id(1, n), id(2, 1 + n % 2001), id(8, 1), 'primary', 'T',
        case when n > 10 then id(1, n / 10) end, '[2026-01-01,)' from generate_series(1, 20000) n;
insert into posts_history select tstzrange('2026-01-01', null), posts.* from posts;
insert into delegations (id, person_id, principal_id, hat, valid)
    select id(6, n), id(1, n), id(1, n + 1), 'assistant', '[2026-01-01,)' from generate_series(1, 200) n;
insert into clearances (person_id, level) select id(1, n), 1 from generate_series(1, 15000) n;
insert into photos (person_id, media_type, sha256, bytes)
    select id(1, n), 'image/png', sha256(int8send(n)), '\x00' from generate_series(1, 15000) n;
insert into exceptions (id, kind, from_id, to_id, approver, approver_id, reason, valid, made_at)
    select id(7, n), 'grant', id(1, n), id(1, n + 1), 'superior', id(1, n + 2), 'R', tstzrange(at, at + '10 days'), at
    from (select n, '2026-01-01'::timestamptz + n * interval '40 minutes' as at from generate_series(1, 12000) n) given;
insert into exceptions_history select tstzrange(made_at, null), exceptions.* from exceptions;
insert into exception_requests (id, from_id, to_id, action, rule, policy_version, approver, reason, asked_at, wanted_until,
        state, decided_by, decided_at)
    select id(10, n), id(1, n), id(1, n + 1), 'write', 'D05', 1, 'superior', 'R', at, at + interval '10 days',
        case when n > 11900 then 'open' else 'withdrawn' end, case when n <= 11900 then id(1, n) end,
        case when n <= 11900 then at end
    from (select n, '2026-01-01'::timestamptz + n * interval '40 minutes' as at from generate_series(1, 12000) n) given;
insert into org_changes (version, kind, id) select n, 'person', id(1, n) from generate_series(1, 15000) n;
update org_state set version = 15000;
insert into sessions (id, person_id, created_at, last_used_at, expires_at, ended_at, end_reason, address, user_agent)
    select id(11, n), id(1, 1 + n % 20000), at, at, at + interval '30 days', case when n < 39000 then at end,
        case when n < 39000 then 'signed_out' end, '10.0.0.1', 'A'
    from (select n, '2026-06-01'::timestamptz + n * interval '6 minutes' as at from generate_series(1, 40000) n) given;
insert into refresh_tokens (sha256, session_id, issued_at, used_at)
    select sha256(int8send(n)), id(11, 1 + n % 40000), '2026-06-01', case when n <= 80000 then '2026-06-02'::timestamptz end
    from generate_series(1, 120000) n;
insert into decisions (id, decided_at, person_id, hat, action, target_id, allow, rule, policy_version, org_version)
    select id(12, n), '2026-06-01'::timestamptz + n * interval '10 minutes', id(1, 1 + n % 20000), 'own', 'write',
        id(1, 1 + n % 1000), false, 'D05', 1, 1 from generate_series(1, 20000) n;

-- Twenty large channels, those of the units, projects, groups, pairs.
insert into conversations (id, kind, channel_kind, name, agency_id, unit_id, direct_low, direct_high, created_by, created_at,
        last_seq)
    select id(3, n), case when n <= 4000 then 'channel' when n <= 8000 then 'group' else 'direct' end,
        case when n <= 20 then 'announcement' when n <= 2020 then 'unit' when n <= 4000 then 'project' end,
        case when n <= 8000 then 'Conversation ' || md5(n::text) end, id(2, 1),
        case when n between 21 and 2020 then id(2, n - 19) end,
        case when n > 8000 then id(1, n - 8000) end, case when n > 8000 then id(1, n) end, id(1, n), '2026-03-01',
        case when n <= 20 then 20000 else 31 end
    from generate_series(1, 20000) n;
insert into conversations_history select tstzrange(created_at, null), conversations.* from conversations;
insert into members (conversation_id, person_id, role, origin, joined_at)
    select distinct id(3, n), id(1, 1 + case
            when n <= 20 then seat when n <= 8000 then (n * 31 + seat) % 20000
            when seat = 0 then n - 8001 else n - 1 end), 'member',
        case when n between 21 and 2020 then 'tree' else 'chosen' end, '2026-03-01'::timestamptz
    from generate_series(1, 20000) n
    cross join lateral generate_series(0, case when n <= 20 then 499 when n <= 4000 then 24 when n <= 8000 then 9 else 1 end) seat;
insert into members_history select tstzrange(joined_at, null), members.* from members;
insert into read_pointers (conversation_id, person_id, seq, read_at)
    select conversation_id, person_id, 20, '2026-11-20' from members;
insert into label_requests (id, conversation_id, from_level, from_categories, to_level, to_categories, label_policy, reason,
        requested_by, requested_at, expires_at, outcome, decided_at)
    select id(13, n), id(3, n), 1, '{}', 0, '{}', 'urn:test', 'R', id(1, n), at, at + interval '1 day',
        case when n <= 11900 then 'expired' end, case when n <= 11900 then at end
    from (select n, '2026-01-01'::timestamptz + n * interval '40 minutes' as at from generate_series(1, 12000) n) given;

-- A case and a hold on a person and on a conversation of two others.
insert into scopes (id, period, made_by, made_at, sealed_at) values (id(14, 1), '[2026-04-01,2026-12-01)', id(1, 1), '2026-11-01', '2026-11-01');
insert into scope_entries (scope_id, person_id) values (id(14, 1), id(1, 700));
insert into scope_entries (scope_id, conversation_id) values (id(14, 1), id(3, 9000));
insert into holds (id, number, scope_id, reason, placed_by, placed_at) values (id(15, 1), '1', id(14, 1), 'R', id(1, 1), '2026-11-01');
