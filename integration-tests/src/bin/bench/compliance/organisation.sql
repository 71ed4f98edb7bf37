-- Many people in one agency, each with nine versions over three years, and one channel of many of them.
set session_replication_role = replica;

create function pg_temp.id(kind bigint, n bigint) returns uuid language sql immutable as $$
    select (lpad(kind::text, 8, '0') || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;
-- When version `v` of `versions` of `n` begins.
create function pg_temp.begins(n bigint, v bigint, versions bigint) returns timestamptz language sql immutable as $$
    select timestamptz '2023-06-01 00:00Z' + make_interval(mins => (v * (1100 * 1440 / versions) + n % 43200)::int)
$$;
create function pg_temp.held(n bigint, v bigint, versions bigint) returns tstzrange language sql immutable as $$
    select tstzrange(pg_temp.begins(n, v, versions), case when v + 1 < versions then pg_temp.begins(n, v + 1, versions) end)
$$;

insert into units (id, source_id, directory_id, dn, dn_key, kind, parent_id, name, status)
    select pg_temp.id(2, n), source_id, pg_temp.id(2, n), 'ou=bench-' || n, 'ou=bench-' || n,
        case when n <= 100 then 'department' else 'division' end,
        case when n <= 100 then agency.id else pg_temp.id(2, 1 + n % 100) end, 'Отдел ' || n, 'active'
    from units agency, generate_series(1, 2000) n where agency.kind = 'agency';
insert into people (id, source_id, directory_id, dn, dn_key, login, login_key, display_name, mail, phone, employment, status,
        segments)
    select pg_temp.id(1, n), (select id from sources limit 1), pg_temp.id(1, n), 'cn=' || n || ',ou=bench,dc=example,dc=org',
        'cn=' || n || ',ou=bench,dc=example,dc=org', 'person-' || n, 'person-' || n,
        initcap(translate(left(md5(n::text), 9), '0123456789', 'абвгдежзик')) || ' Сотрудник ' || n,
        'person-' || n || '@example.org', '+7 495 ' || n, 'staff', 'active',
        case when n % 50 = 0 then array['audit'] when n % 50 = 1 then array['procurement'] else '{}' end
    from generate_series(1, :people) n;
insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, superior_id, valid)
    select pg_temp.id(5, n), ranks.source_id, pg_temp.id(1, n), pg_temp.id(2, 1 + n % 2000), ranks.ids[1 + n % ranks.many], 'primary',
        'Главный специалист-эксперт', case when n > 10 then pg_temp.id(1, n / 10) end, '[2023-06-01,)'
    from generate_series(1, :people) n,
        (select source_id, array_agg(id order by step) as ids, count(*) as many from ranks group by source_id limit 1) ranks;
insert into clearances (person_id, level, categories)
    select pg_temp.id(1, n), 1 + n % 3, case when n % 5 = 0 then array['budget'] else '{}' end from generate_series(1, :people) n;
insert into delegations (id, person_id, principal_id, hat, valid)
    select pg_temp.id(6, n), pg_temp.id(1, n * 20), pg_temp.id(1, n * 20 + 1), case when n % 2 = 0 then 'acting' else 'assistant' end, '[2023-06-01,)'
    from generate_series(1, :people / 40) n;

-- The past: three versions of each person, four of each post, two of each clearance.
insert into people_history
    select pg_temp.held(row_number() over (), v, 3), (p).id, (p).source_id, (p).directory_id, (p).dn, (p).dn_key, (p).login,
        (p).login_key, (p).display_name, (p).given_name, (p).family_name, (p).mail, v::text, (p).employment, (p).status,
        (p).segments, (p).roles, (p).created_at
    from (select people as p from people where login like 'person-%' order by id) all_people, generate_series(0, 2) v;
insert into posts_history
    select pg_temp.held(n, v, 4), (p).id, (p).source_id, (p).person_id, pg_temp.id(2, 1 + (n + v * 37) % 2000), (p).rank_id, (p).kind,
        (p).title, (p).superior_id, (p).valid, (p).appointment_id
    from (select posts as p, row_number() over (order by id) as n from posts where title = 'Главный специалист-эксперт') all_posts,
        generate_series(0, 3) v;
insert into clearances_history
    select pg_temp.held(n, v, 2), (c).person_id, 1 + (n + v) % 3, (c).categories
    from (select clearances as c, row_number() over (order by person_id) as n from clearances) all_clearances, generate_series(0, 1) v
    where not exists (select from clearances_history known where known.person_id = (c).person_id);
insert into delegations_history select tstzrange('2023-06-01', null), delegations.* from delegations where id between pg_temp.id(6, 1) and pg_temp.id(7, 0);
update units_history set held = tstzrange('2023-06-01', null) where upper_inf(held);
insert into units_history select tstzrange('2023-06-01', null), units.* from units where dn like 'ou=bench-%';
update ranks_history set held = tstzrange(null, null) where upper_inf(held);

insert into conversations (id, kind, channel_kind, name, agency_id, created_by, created_at)
    select pg_temp.id(3, 1), 'channel', 'project', 'Канал', id, pg_temp.id(1, 1), '2023-06-01' from units where kind = 'agency';
insert into conversations_history
    select tstzrange('2023-06-01', null), conversations.* from conversations where id = pg_temp.id(3, 1);
insert into members (conversation_id, person_id, role, origin, joined_at)
    select pg_temp.id(3, 1), pg_temp.id(1, 1 + n * (:people / :members)), 'member', 'chosen', '2023-06-01' from generate_series(0, :members - 1) n;
insert into members_history
    select pg_temp.held(n, v, 8), (m).*
    from (select members as m, row_number() over (order by person_id) as n from members where conversation_id = pg_temp.id(3, 1)) seats,
        generate_series(0, 7) v;

update org_state set version = version + 1;
set session_replication_role = origin;
analyze;
