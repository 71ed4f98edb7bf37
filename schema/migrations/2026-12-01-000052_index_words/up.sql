-- The words of messages, for the search within a case. They are not taken from the messages when these are stored, which would
-- cost a send more than all else, but a little later, by a job that one node at a time does.

create table message_words (
    conversation_id uuid not null,
    seq bigint not null,
    created_at timestamptz not null,
    -- By the Russian configuration, which takes words in Latin letters for English ones.
    words tsvector not null,
    primary key (conversation_id, seq, created_at)
) partition by range (created_at);
create index message_words_words on message_words using gin (words);
create table message_words_default partition of message_words default;

-- Up to which message of a conversation that was done. Numbers have no gaps and are given in the order of their commits.
create table word_progress (
    conversation_id uuid primary key references conversations,
    seq bigint not null check (seq >= 0)
);

create or replace function make_message_partitions(first date, months integer) returns integer language plpgsql as $$
declare
    made integer := 0;
    month date;
    partition text;
    words text;
begin
    -- One node at a time, and not for long: it waits for whoever reads messages, and everybody else for it.
    perform pg_advisory_xact_lock(hashtext('make_message_partitions'));
    set local lock_timeout = '5s';
    for step in 0 .. months - 1 loop
        month := (date_trunc('month', first) + make_interval(months => step))::date;
        partition := 'messages_' || to_char(month, 'YYYY_MM');
        words := 'message_words_' || to_char(month, 'YYYY_MM');
        if to_regclass(partition) is null then
            begin
                execute format('create table %I partition of messages for values from (%L) to (%L)', partition,
                    month::timestamp at time zone 'UTC',
                    (month + interval '1 month')::timestamp at time zone 'UTC');
                made := made + 1;
            exception when check_violation then
                raise warning 'messages_default holds messages of %: it keeps that month', month;
            end;
        end if;
        if to_regclass(words) is null and exists (select from message_months() known where known.name = partition) then
            execute format('create table %I partition of message_words for values from (%L) to (%L)', words,
                month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
        end if;
    end loop;
    return made;
end
$$;
do $$
begin
    perform make_message_partitions(month, 1) from message_months();
end
$$;

-- Takes the words of messages: where something was sent after `since`, everywhere without it. Returns whether some are left of
-- those that were stored when it began, and is to be called until none are; nothing where another one is at it and `wait` is not
-- said.
create function index_words(since timestamptz, wait boolean) returns boolean language plpgsql
-- As in store_messages: by the indexes, however many rows there seem to be.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    most constant bigint := 200;
    places constant bigint := 200;
    ids uuid[];
    is_left boolean;
begin
    -- Whoever erases holds it too, so that no words outlive their message.
    if wait then
        perform pg_advisory_xact_lock(hashtext('message_words'));
    elsif not pg_try_advisory_xact_lock(hashtext('message_words')) then
        return null;
    end if;
    if since is null then
        ids := array(select c.id from conversations c left join word_progress p on p.conversation_id = c.id
            where c.last_seq > coalesce(p.seq, 0) limit places);
    else
        ids := array(select c.id from (select distinct s.conversation_id from sends s where s.created_at > since) written
            join conversations c on c.id = written.conversation_id
            left join word_progress p on p.conversation_id = c.id
            where c.last_seq > coalesce(p.seq, 0) limit places);
    end if;
    with behind as materialized (
        select c.id, coalesce(p.seq, 0) as seq, c.last_seq
        from unnest(ids) place join conversations c on c.id = place left join word_progress p on p.conversation_id = c.id
    ), fresh as materialized (
        select said.* from behind b cross join lateral (
            select m.conversation_id, m.seq, m.created_at, m.body from messages m
            where m.conversation_id = b.id and m.seq > b.seq order by m.seq limit most) said
    ), taken as (
        insert into message_words (conversation_id, seq, created_at, words)
        select conversation_id, seq, created_at, to_tsvector('russian', body) from fresh where body <> ''
        on conflict do nothing
    ), advanced as (
        insert into word_progress (conversation_id, seq)
        select b.id, case when count(f.seq) < most then b.last_seq else max(f.seq) end
        from behind b left join fresh f on f.conversation_id = b.id group by b.id, b.last_seq
        on conflict (conversation_id) do update set seq = excluded.seq
        returning 1
    )
    select (select count(*) from advanced) = places
        or exists (select from fresh group by conversation_id having count(*) = most) into is_left;
    return is_left;
end
$$;

-- The words of a month go with it.
create function forget_words(month date) returns void language plpgsql as $$
declare
    partition text := 'message_words_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass(partition) is not null then
        execute format('drop table %I', partition);
    end if;
end
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
    perform forget_words(oldest.month);
    return query insert into detached_months values (oldest.name, oldest.month::timestamp at time zone 'UTC',
        (oldest.month + interval '1 month')::timestamp at time zone 'UTC', at) returning *;
end
$$;
