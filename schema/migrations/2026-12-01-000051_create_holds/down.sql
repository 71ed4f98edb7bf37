drop table holds;
drop function holds_take_turns;
create or replace function detach_oldest_month(keep_from date, at timestamptz) returns setof detached_months language plpgsql as $$
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
drop function is_time_held;
drop function held_places;
drop function held_people;
