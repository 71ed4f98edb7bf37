-- The server may work under a role of its own, which can add to the log and to histories only by doing what they tell of, and
-- changes and removes nothing of them. The role that owns the tables is for migrations alone.

-- Histories, partitions and statistics are kept by functions of the owner, whoever causes it.
alter function keep_history() security definer;
alter function keep_history() set search_path from current;
alter function keep_history_of_statement() security definer;
alter function keep_history_of_statement() set search_path from current;
alter function make_message_partitions(date, integer) security definer;
alter function make_message_partitions(date, integer) set search_path from current;
alter function detach_oldest_month(date, timestamptz) security definer;
alter function detach_oldest_month(date, timestamptz) set search_path from current;

-- What Postgres knows of the numbers of rows of these tables: only their owner may gather it.
create function gather_statistics_of_mirror() returns void language plpgsql security definer set search_path from current as $$
begin
    analyze people, units, posts, delegations, clearances;
end
$$;
create function gather_statistics_of_channels() returns void language plpgsql security definer set search_path from current as $$
begin
    analyze conversations;
end
$$;

-- Gives a role what the server and the sync need, and no more. To be called again after each migration; `chancery migrate
-- --grant-to` does.
create function grant_to_server(server name) returns void language plpgsql as $$
declare
    kept record;
begin
    execute format('grant usage on schema %I to %I', current_schema, server);
    execute format('grant select, insert, update, delete on all tables in schema %I to %I', current_schema, server);
    for kept in select name from sealed_tables where name like '%\_history'
        union all values ('sealed_tables'), ('detached_months')
    loop
        execute format('revoke insert, update, delete on %I from %I', kept.name, server);
    end loop;
    for kept in values ('audit_log'), ('audit_checkpoints'), ('decisions'), ('policy_signatures'), ('sends') loop
        execute format('revoke update, delete on %I from %I', kept.column1, server);
    end loop;
    for kept in select 'messages' as name union all
        select inhrelid::regclass::text from pg_inherits where inhparent = 'messages'::regclass
        union all select name from detached_months where to_regclass(name) is not null
    loop
        execute format('revoke update, delete on %s from %I', kept.name, server);
    end loop;
    for kept in values ('audit_tiles'), ('audit_tree'), ('policy_versions'), ('people'), ('units'), ('conversations'), ('appointments') loop
        execute format('revoke delete on %I from %I', kept.column1, server);
    end loop;
    if to_regclass('__diesel_schema_migrations') is not null then
        execute format('revoke insert, update, delete on __diesel_schema_migrations from %I', server);
    end if;
end
$$;
