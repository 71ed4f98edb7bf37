-- Cases of compliance officers: what may be looked at, by whom, until when, and every look. Nothing here is ever deleted.

create table cases (
    id uuid primary key,
    -- As the register outside has it.
    number text not null unique check (length(number) between 1 and 60),
    reason text not null check (length(reason) between 1 and 2000),
    legal_basis text not null check (length(legal_basis) between 1 and 2000),
    opened_by uuid not null references people,
    opened_at timestamptz not null,
    requested_at timestamptz,
    decision text check (decision in ('approved', 'rejected')),
    decided_by uuid references people,
    decided_at timestamptz,
    decision_reason text check (length(decision_reason) between 1 and 2000),
    closed_by uuid references people,
    closed_at timestamptz,
    close_reason text check (length(close_reason) between 1 and 2000),
    -- Whether it is over by its date alone is a matter of its scope.
    state text not null generated always as (case when closed_at is not null then 'closed'
        when decision is not null then decision when requested_at is not null then 'requested' else 'draft' end) stored,
    constraint cases_decided check (
        (decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)
        and (decision is null) = (decision_reason is null) and (decision is null or requested_at is not null)),
    constraint cases_by_two check (decided_by <> opened_by),
    constraint cases_closed check (
        (closed_at is null) = (closed_by is null) and (closed_at is null) = (close_reason is null))
);
create index cases_opened_by on cases (opened_by);
create index cases_decided_by on cases (decided_by);
create index cases_closed_by on cases (closed_by);
create index cases_by_time on cases (opened_at desc, id desc);
create index cases_waiting on cases (requested_at, id) where state = 'requested';

-- What a case or a hold is about. Once sealed it stays as it is: another scope is another row, which a second officer approves.
create table scopes (
    id uuid primary key,
    -- Null: of a hold that stands alone.
    case_id uuid references cases,
    -- When what was said was said.
    period tstzrange not null check (not isempty(period)),
    -- Until when a case is read.
    ends_at timestamptz,
    made_by uuid not null references people,
    made_at timestamptz not null check (ends_at > made_at),
    -- Why it is to be another one than before.
    reason text check (length(reason) between 1 and 2000),
    sealed_at timestamptz,
    outcome text check (outcome in ('approved', 'rejected', 'withdrawn')),
    decided_by uuid references people,
    decided_at timestamptz,
    decision_reason text check (length(decision_reason) between 1 and 2000),
    constraint scopes_end check ((case_id is null) = (ends_at is null)),
    constraint scopes_decided check (
        (outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)
        and (outcome is null or (sealed_at is not null and case_id is not null))),
    constraint scopes_by_two check ((outcome = 'withdrawn') = (decided_by = made_by))
);
create unique index scopes_one_waiting on scopes (case_id) where outcome is null and case_id is not null;
create index scopes_case on scopes (case_id, decided_at desc);
create index scopes_made_by on scopes (made_by);
create index scopes_decided_by on scopes (decided_by);

create table scope_entries (
    scope_id uuid not null references scopes,
    -- A person, with what they wrote and with the direct conversations and groups that they were in;
    person_id uuid references people,
    -- a unit with those below it, with its channels and the people who had a post there;
    unit_id uuid references units,
    -- or a conversation.
    conversation_id uuid references conversations,
    subject_id uuid not null generated always as (coalesce(person_id, unit_id, conversation_id)) stored,
    primary key (scope_id, subject_id),
    constraint scope_entries_of_one_kind check (num_nonnulls(person_id, unit_id, conversation_id) = 1)
);
create index scope_entries_person on scope_entries (person_id) where person_id is not null;
create index scope_entries_unit on scope_entries (unit_id) where unit_id is not null;
create index scope_entries_conversation on scope_entries (conversation_id) where conversation_id is not null;

create function scopes_stay() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'a scope is never deleted' using errcode = 'insufficient_privilege';
    end if;
    if old.sealed_at is not null and (old.outcome is not null or row(new.case_id, new.period, new.ends_at, new.made_by,
        new.made_at, new.reason, new.sealed_at) is distinct from row(old.case_id, old.period, old.ends_at, old.made_by,
        old.made_at, old.reason, old.sealed_at)) then
        raise exception 'scope % is sealed', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger scopes_stay before update or delete on scopes for each row execute function scopes_stay();

create function scope_entries_stay() returns trigger language plpgsql as $$
declare
    concerned uuid := case when tg_op = 'DELETE' then old.scope_id else new.scope_id end;
begin
    if tg_op = 'UPDATE' or exists (select from scopes where id = concerned and sealed_at is not null for key share) then
        raise exception 'scope % is sealed', concerned using errcode = 'insufficient_privilege';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger scope_entries_stay before insert or update or delete on scope_entries
    for each row execute function scope_entries_stay();

-- Who looked at what. Written before anything is shown.
create table case_looks (
    id uuid primary key,
    case_id uuid not null references cases,
    person_id uuid not null references people,
    at timestamptz not null,
    kind text not null check (kind in ('messages', 'denials', 'conversations', 'conversation', 'looks', 'export')),
    -- What was asked for, in the words of the question.
    about jsonb not null check (jsonb_typeof(about) = 'object'),
    found integer not null check (found >= 0)
);
create index case_looks_case on case_looks (case_id, at desc, id desc);
create index case_looks_person on case_looks (person_id);

-- Who was told, once it was over, that it had been about them.
create table case_notices (
    case_id uuid not null references cases,
    person_id uuid not null references people,
    given_by uuid not null references people,
    given_at timestamptz not null,
    note text not null check (length(note) between 1 and 2000),
    primary key (case_id, person_id)
);
create index case_notices_person on case_notices (person_id);
create index case_notices_given_by on case_notices (given_by);

-- What is asked of the histories by those who were somewhere.
create index posts_history_unit on posts_history (unit_id);
create index units_history_parent on units_history (parent_id);

-- Units and those below them, and from when to when they were that.
create function units_below(roots uuid[]) returns table (unit_id uuid, during tstzrange) language sql stable as $$
    with recursive below (unit_id, during) as (
        select root, '(,)'::tstzrange from unnest(roots) root
        union
        select u.id, u.held * b.during from below b join units_history u on u.parent_id = b.unit_id and u.held && b.during
    )
    select b.unit_id, b.during from below b
$$;

-- Who had a post there, from when to when.
create function people_below(roots uuid[]) returns table (person_id uuid, during tstzrange) language sql stable
-- By the indexes, however many rows there seem to be.
rows 100 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
    select p.person_id, p.held * p.valid * u.during from units_below(roots) u
        join posts_history p on p.unit_id = u.unit_id and not isempty(p.held * p.valid * u.during)
$$;

create function scope_roots(wanted uuid) returns uuid[] language sql stable as $$
    select array(select e.unit_id from scope_entries e where e.scope_id = wanted and e.unit_id is not null)
$$;

-- The people of a scope, and from when to when: those who are named always, others while they had a post in a unit.
create function scope_people(wanted uuid) returns table (person_id uuid, during tstzrange) language sql stable as $$
    select e.person_id, '(,)'::tstzrange from scope_entries e where e.scope_id = wanted and e.person_id is not null
    union all
    select p.person_id, p.during from people_below(scope_roots(wanted)) p
$$;

-- The conversations of which everything is in a scope, and from when to when: those that are named, channels of units, and
-- those that are no channels while somebody of the scope was in them.
create function scope_places(wanted uuid) returns table (conversation_id uuid, during tstzrange) language sql stable
rows 100 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
    select e.conversation_id, '(,)'::tstzrange from scope_entries e
        where e.scope_id = wanted and e.conversation_id is not null
    union all
    select c.id, u.during from units_below(scope_roots(wanted)) u join conversations c on c.unit_id = u.unit_id
    union all
    select m.conversation_id, tstzrange(least(m.joined_at, lower(m.held)), upper(m.held)) * p.during
        from scope_people(wanted) p
        join members_history m on m.person_id = p.person_id
        join conversations c on c.id = m.conversation_id and c.kind <> 'channel'
        where tstzrange(least(m.joined_at, lower(m.held)), upper(m.held)) && p.during
$$;

-- Whether the scope is about a person: such a one decides nothing about it, and does not learn of it.
create function scope_concerns(wanted uuid, person uuid) returns boolean language sql stable as $$
    select exists (select from scopes s cross join lateral scope_people(s.id) p
            where s.id = wanted and p.person_id = person and p.during && s.period)
        or exists (select from scope_entries e join conversations c on c.id = e.conversation_id
            where e.scope_id = wanted
                and (exists (select from sends w where w.conversation_id = c.id and w.author_id = person)
                    or (c.kind <> 'channel' and exists (select from members_history m
                        where m.conversation_id = c.id and m.person_id = person))))
$$;
