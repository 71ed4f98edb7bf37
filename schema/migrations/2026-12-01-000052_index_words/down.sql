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
create or replace function make_message_partitions(first date, months integer) returns integer language plpgsql as $$
declare
    made integer := 0;
    month date;
    partition text;
begin
    -- One node at a time, and not for long: it waits for whoever reads messages, and everybody else for it.
    perform pg_advisory_xact_lock(hashtext('make_message_partitions'));
    set local lock_timeout = '5s';
    for step in 0 .. months - 1 loop
        month := (date_trunc('month', first) + make_interval(months => step))::date;
        partition := 'messages_' || to_char(month, 'YYYY_MM');
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
    end loop;
    return made;
end
$$;
drop function forget_words;
drop function index_words;
drop table word_progress;
drop table message_words;
