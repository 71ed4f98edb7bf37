-- What is not kept for ever is erased: by message, which keeps its row and its number and loses what it said, or by month, which
-- goes as a whole. Nothing that a hold is on.

alter table messages
    add column erased_at timestamptz,
    drop constraint messages_body_check,
    add constraint messages_body_check check (
        case when erased_at is null then length(body) between 1 and 20000 else body = '' end);
-- What was detached can still be attached again.
do $$
declare
    month record;
begin
    for month in select name from detached_months where to_regclass(name) is not null loop
        execute format('alter table %I add column erased_at timestamptz, drop constraint messages_body_check,
            add constraint messages_body_check check (
                case when erased_at is null then length(body) between 1 and 20000 else body = '''' end)', month.name);
    end loop;
end
$$;

-- The one way in which messages lose what they said. Element n of every array is of message n. Returns those that did: not what
-- was erased before, and nothing that is held at the moment.
create function erase_messages(conversation_ids uuid[], seqs bigint[], times timestamptz[], at timestamptz)
returns table (conversation_id uuid, seq bigint, id uuid) language plpgsql as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock_shared(hashtext('holds'));
    perform pg_advisory_xact_lock(hashtext('message_words'));
    return query
    with given as materialized (
        select * from unnest(conversation_ids, seqs, times) as given (conversation_id, seq, created_at)
    ), places as materialized (
        select * from held_places(at, conversation_ids)
    ), people as materialized (
        select * from held_people(at)
    ), free as materialized (
        select m.conversation_id, m.seq, m.created_at from given g
        join messages m on (m.conversation_id, m.seq, m.created_at) = (g.conversation_id, g.seq, g.created_at)
        where m.erased_at is null
            and not exists (select from places h where h.conversation_id = m.conversation_id and h.periods @> m.created_at)
            and not exists (select from people h
                where h.person_id in (m.author_id, m.principal_id) and h.periods @> m.created_at)
    ), forgotten as (
        delete from message_words w using free f
        where (w.conversation_id, w.seq, w.created_at) = (f.conversation_id, f.seq, f.created_at)
    )
    update messages m set body = '', erased_at = at from free f
    where (m.conversation_id, m.seq, m.created_at) = (f.conversation_id, f.seq, f.created_at)
    returning m.conversation_id, m.seq, m.id;
end
$$;

-- A day's work of the retention: where it is, so that whichever node goes on with it begins nothing anew.
create table retention_runs (
    day date primary key,
    began_at timestamptz not null,
    finished_at timestamptz,
    -- The last message that was looked at.
    conversation_id uuid,
    seq bigint,
    erased bigint not null default 0 check (erased >= 0),
    -- Due, and held.
    held bigint not null default 0 check (held >= 0),
    check ((conversation_id is null) = (seq is null))
);

-- The rules of the retention. Element n of every array is of rule n; an empty text is any kind, a negative number any label. The
-- first rule that fits says until when what was said is due.
create function retention_rule(kind text, channel_kind text, level smallint, kinds text[], levels smallint[])
returns integer language sql immutable as $$
    select place::integer from unnest(kinds, levels) with ordinality as rule (of_kind, of_level, place)
    where (of_kind = '' or of_kind = kind or of_kind = channel_kind) and (of_level < 0 or of_level = level)
    order by place limit 1
$$;

-- Looks at the next `most` messages of the day's work, and erases what of them is due and not held. Nothing: another node is at
-- it, or it is finished. `held` counts those that were due and stayed.
create function erase_due(today date, kinds text[], levels smallint[], until timestamptz[], most integer, at timestamptz)
returns table (looked bigint, held bigint, conversation_id uuid, seq bigint, id uuid, rule integer) language plpgsql as $$
#variable_conflict use_column
declare
    run retention_runs;
    latest timestamptz := (select max(moment) from unnest(until) moment);
    batch record;
begin
    -- Before anything else: whoever places a hold waits for this batch, or this batch for them.
    perform pg_advisory_xact_lock_shared(hashtext('holds'));
    insert into retention_runs (day, began_at) values (today, at) on conflict do nothing;
    select * into run from retention_runs r where r.day = today and r.finished_at is null for update skip locked;
    if run.day is null then
        return;
    end if;
    with looked as materialized (
        select m.conversation_id, m.seq, m.created_at, m.erased_at, m.label_level from messages m
        where m.created_at < latest
            and (run.conversation_id is null or (m.conversation_id, m.seq) > (run.conversation_id, run.seq))
        order by m.conversation_id, m.seq limit most
    ), ruled as (
        select l.*, retention_rule(c.kind, c.channel_kind, l.label_level, kinds, levels) as rule
        from looked l join conversations c on c.id = l.conversation_id where l.erased_at is null
    ), due as (
        select array_agg(r.conversation_id order by r.conversation_id, r.seq) as conversation_ids,
            array_agg(r.seq order by r.conversation_id, r.seq) as seqs,
            array_agg(r.created_at order by r.conversation_id, r.seq) as times,
            array_agg(r.rule order by r.conversation_id, r.seq) as rules
        from ruled r where r.created_at < until[r.rule]
    )
    select due.*, (select count(*) from looked) as looked, last.conversation_id, last.seq into batch
        from due left join lateral (
            select l.conversation_id, l.seq from looked l order by l.conversation_id desc, l.seq desc limit 1) last on true;
    return query
    with erased as materialized (
        select e.* from erase_messages(batch.conversation_ids, batch.seqs, batch.times, at) e
    ), counted as materialized (
        select count(*) as erased, coalesce(cardinality(batch.seqs), 0) - count(*) as held from erased
    ), noted as (
        update retention_runs r set conversation_id = coalesce(batch.conversation_id, r.conversation_id),
            seq = coalesce(batch.seq, r.seq), erased = r.erased + counted.erased, held = r.held + counted.held,
            finished_at = case when batch.looked < most then at end
        from counted where r.day = today
    )
    select batch.looked, counted.held, e.conversation_id, e.seq, e.id, given.rule
    from counted left join erased e on true
    left join unnest(batch.conversation_ids, batch.seqs, batch.rules) as given (conversation_id, seq, rule)
        on (given.conversation_id, given.seq) = (e.conversation_id, e.seq);
end
$$;

-- Drops the oldest month that ends before `until` and of which nothing is held, if there is one, for good. Its numbers stay in
-- `sends`, its entries in the audit log. An error by lock_timeout means that it is to be tried again later.
create function erase_oldest_month(until timestamptz, at timestamptz)
returns table (name text, from_at timestamptz, until_at timestamptz, messages bigint) language plpgsql as $$
#variable_conflict use_column
declare
    oldest record;
    said bigint;
begin
    if not pg_try_advisory_xact_lock(hashtext('detach_oldest_month')) then
        return;
    end if;
    perform pg_advisory_xact_lock_shared(hashtext('holds'));
    select found.name, found.month, found.month::timestamp at time zone 'UTC' as begins,
        (found.month + interval '1 month')::timestamp at time zone 'UTC' as ends into oldest
        from message_months() found
        where (found.month + interval '1 month')::timestamp at time zone 'UTC' <= least(until, at)
            and not is_time_held(found.month::timestamp at time zone 'UTC',
                (found.month + interval '1 month')::timestamp at time zone 'UTC', at)
        order by found.month limit 1;
    if oldest.name is null then
        return;
    end if;
    execute format('select count(*) from %I', oldest.name) into said;
    perform set_config('lock_timeout', '500ms', true);
    -- In the order of detach_oldest_month.
    lock table conversations, people in share row exclusive mode;
    lock table messages in access exclusive mode;
    execute format('drop table %I', oldest.name);
    perform forget_words(oldest.month);
    return query select oldest.name, oldest.begins, oldest.ends, said;
end
$$;

-- What would go and what is held, by kind, label and month, where these rules would be followed at `at`.
create function preview_retention(kinds text[], levels smallint[], until timestamptz[], at timestamptz)
returns table (rule integer, kind text, channel_kind text, label_level smallint, month date, due bigint, held bigint)
language sql stable as $$
    with places as materialized (
        select * from held_places(at, null)
    ), people as materialized (
        select * from held_people(at)
    ), ruled as (
        select retention_rule(c.kind, c.channel_kind, m.label_level, kinds, levels) as rule, c.kind, c.channel_kind, m.label_level,
            m.created_at, date_trunc('month', m.created_at at time zone 'UTC')::date as month,
            coalesce(h.periods @> m.created_at, false) or coalesce(a.periods @> m.created_at, false)
                or coalesce(p.periods @> m.created_at, false) as is_held
        from messages m join conversations c on c.id = m.conversation_id
        left join places h on h.conversation_id = m.conversation_id
        left join people a on a.person_id = m.author_id
        left join people p on p.person_id = m.principal_id
        where m.created_at < (select max(moment) from unnest(until) moment) and m.erased_at is null
    )
    select r.rule, r.kind, r.channel_kind, r.label_level, r.month, count(*) filter (where not r.is_held),
        count(*) filter (where r.is_held)
    from ruled r where r.created_at < until[r.rule]
    group by 1, 2, 3, 4, 5 order by 5, 2, 3 nulls first, 4, 1
$$;
