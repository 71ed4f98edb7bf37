drop function preview_retention;
drop function erase_oldest_month;
drop function erase_due;
drop function retention_rule;
drop table retention_runs;
drop function erase_messages;
-- What was erased says so: it cannot say nothing any more.
update messages set body = '–' where erased_at is not null;
alter table messages
    drop constraint messages_body_check,
    drop column erased_at,
    add constraint messages_body_check check (length(body) between 1 and 20000);
do $$
declare
    month record;
begin
    for month in select name from detached_months where to_regclass(name) is not null loop
        execute format('update %I set body = ''–'' where erased_at is not null', month.name);
        execute format('alter table %I drop constraint messages_body_check, drop column erased_at,
            add constraint messages_body_check check (length(body) between 1 and 20000)', month.name);
    end loop;
end
$$;
