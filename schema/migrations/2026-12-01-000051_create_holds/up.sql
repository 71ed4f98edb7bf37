-- Holds stop whatever would erase what is in their scope, from the transaction that places them until they are released.

create table holds (
    id uuid primary key,
    -- Of a case, or under a number of its own.
    case_id uuid references cases,
    number text unique check (length(number) between 1 and 60),
    scope_id uuid not null references scopes,
    reason text not null check (length(reason) between 1 and 2000),
    placed_by uuid not null references people,
    placed_at timestamptz not null,
    release_asked_by uuid references people,
    release_asked_at timestamptz,
    release_reason text check (length(release_reason) between 1 and 2000),
    -- A delay in which somebody may still object.
    release_not_before timestamptz check (release_not_before >= release_asked_at),
    release_approved_by uuid references people,
    release_approved_at timestamptz,
    -- May lie ahead: until then it holds.
    released_at timestamptz,
    constraint holds_of_a_case_or_alone check (num_nonnulls(case_id, number) = 1),
    constraint holds_release_asked check (
        (release_asked_by is null) = (release_asked_at is null) and (release_asked_by is null) = (release_reason is null)
        and (release_asked_by is null) = (release_not_before is null)),
    constraint holds_release_approved check (
        (release_approved_by is null) = (release_approved_at is null) and (release_approved_by is null) = (released_at is null)
        and (release_approved_by is null or release_asked_by is not null)),
    constraint holds_released_by_two check (release_approved_by <> release_asked_by),
    constraint holds_released_after_the_delay check (released_at >= release_not_before and released_at >= release_approved_at)
);
create index holds_case on holds (case_id);
create index holds_scope on holds (scope_id);
create index holds_placed_by on holds (placed_by);
create index holds_release_asked_by on holds (release_asked_by);
create index holds_release_approved_by on holds (release_approved_by);
create index holds_by_time on holds (placed_at desc, id desc);

-- Whoever erases holds the same lock shared, before anything else: what a hold finds when it is placed is there, and what is
-- erased after that knows of it.
create function holds_take_turns() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a hold is released, and never deleted' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock(hashtext('holds'));
    return null;
end
$$;
create trigger holds_take_turns before insert or delete on holds for each statement execute function holds_take_turns();

-- Whose words are held at a moment. Whoever was of the scope at any time is held for its whole period.
create function held_people(at timestamptz) returns table (person_id uuid, periods tstzmultirange) language sql stable as $$
    select p.person_id, range_agg(s.period) from holds h
        join scopes s on s.id = h.scope_id
        cross join lateral scope_people(s.id) p
        where h.released_at is null or h.released_at > at
        group by p.person_id
$$;

-- The conversations that are held at a moment, of those `among`; of all without it.
create function held_places(at timestamptz, among uuid[]) returns table (conversation_id uuid, periods tstzmultirange)
language sql stable
rows 100 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
    select held.conversation_id, range_agg(held.period) from (
        select coalesce(e.conversation_id, c.id) as conversation_id, s.period from holds h
            join scopes s on s.id = h.scope_id
            join scope_entries e on e.scope_id = s.id
            left join lateral units_below(array[e.unit_id]) u on e.unit_id is not null
            left join conversations c on c.unit_id = u.unit_id
            where (h.released_at is null or h.released_at > at) and (e.conversation_id is not null or c.id is not null)
        union all
        select m.conversation_id, unnest(p.periods) from held_people(at) p
            join members_history m on m.person_id = p.person_id
            join conversations c on c.id = m.conversation_id and c.kind <> 'channel'
            where among is null or m.conversation_id = any (among)
    ) held
    where among is null or held.conversation_id = any (among)
    group by held.conversation_id
$$;

-- Whether something that was said from `from_at` on and before `until_at` is held.
create function is_time_held(from_at timestamptz, until_at timestamptz, at timestamptz) returns boolean language sql stable as $$
    select exists (select from held_places(at, null) h where h.periods && tstzrange(from_at, until_at)
            and exists (select from messages m where m.conversation_id = h.conversation_id
                and m.created_at >= from_at and m.created_at < until_at and h.periods @> m.created_at))
        or exists (select from held_people(at) h where h.periods && tstzrange(from_at, until_at)
            and (exists (select from messages m where m.author_id = h.person_id
                    and m.created_at >= from_at and m.created_at < until_at and h.periods @> m.created_at)
                or exists (select from messages m where m.principal_id = h.person_id
                    and m.created_at >= from_at and m.created_at < until_at and h.periods @> m.created_at)))
$$;

-- Never a month of which something is held: that one, and what came after it, stays.
create or replace function detach_oldest_month(keep_from date, at timestamptz) returns setof detached_months
language plpgsql as $$
declare
    oldest record;
begin
    -- Another node is at it.
    if not pg_try_advisory_xact_lock(hashtext('detach_oldest_month')) then
        return;
    end if;
    perform pg_advisory_xact_lock_shared(hashtext('holds'));
    select * into oldest from message_months() found
        where found.month + interval '1 month' <= date_trunc('month', keep_from)
            and found.month + interval '1 month' <= date_trunc('month', at at time zone 'UTC')
        order by found.month limit 1;
    if oldest.name is null or is_time_held(oldest.month::timestamp at time zone 'UTC',
            (oldest.month + interval '1 month')::timestamp at time zone 'UTC', at) then
        return;
    end if;
    perform set_config('lock_timeout', '500ms', true);
    -- Detaching wants all three, in another order than those who send take them.
    lock table conversations, people in share row exclusive mode;
    lock table messages in access exclusive mode;
    execute format('alter table messages detach partition %I', oldest.name);
    return query insert into detached_months values (oldest.name, oldest.month::timestamp at time zone 'UTC',
        (oldest.month + interval '1 month')::timestamp at time zone 'UTC', at) returning *;
end
$$;
