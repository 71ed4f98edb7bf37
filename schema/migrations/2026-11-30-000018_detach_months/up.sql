-- The months of messages that are no longer part of `messages`. Each is still a table of its name until an operator drops it.
create table detached_months (
    name text primary key,
    from_at timestamptz not null,
    until_at timestamptz not null check (until_at > from_at),
    detached_at timestamptz not null
);

-- The months that have a partition of their own, the default one not among them.
create function message_months() returns table (name text, month date) language sql stable as $$
    select c.relname::text, to_date(right(c.relname, 7), 'YYYY_MM')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'messages'::regclass and c.relname ~ '^messages_\d{4}_\d{2}$'
    order by 1
$$;

-- Detaches the oldest month that ends before `keep_from` begins, if there is one. Whoever sends or reads waits meanwhile, so it
-- does not wait long for its own turn: an error by lock_timeout means that it is to be tried again later.
create function detach_oldest_month(keep_from date, at timestamptz) returns setof detached_months language plpgsql as $$
declare
    oldest record;
begin
    -- Another node is at it.
    if not pg_try_advisory_xact_lock(hashtext('detach_oldest_month')) then
        return;
    end if;
    select * into oldest from message_months() found
        where found.month + interval '1 month' <= date_trunc('month', keep_from)
            and found.month + interval '1 month' <= date_trunc('month', at at time zone 'UTC')
        order by found.month limit 1;
    if oldest.name is null then
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
