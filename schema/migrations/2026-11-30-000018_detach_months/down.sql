drop function detach_oldest_month;
drop function message_months;
-- What was detached is messages again.
do $$
declare
    month record;
begin
    for month in select * from detached_months where to_regclass(name) is not null loop
        execute format('alter table messages attach partition %I for values from (%L) to (%L)', month.name, month.from_at,
            month.until_at);
    end loop;
end
$$;
drop table detached_months;
