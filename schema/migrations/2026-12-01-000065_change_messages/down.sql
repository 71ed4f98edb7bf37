drop function change_message;
create or replace function grant_to_server(server name) returns void language plpgsql as $$
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

create or replace function erase_messages(conversation_ids uuid[], seqs bigint[], times timestamptz[], at timestamptz)
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
    ), emptied as (
        update files f set name = '', sealed_key = null, erased_at = at from free
        where f.conversation_id = free.conversation_id and f.seq = free.seq and f.erased_at is null
    )
    update messages m set body = '', files = null, body_salt = null, erased_at = at from free f
    where (m.conversation_id, m.seq, m.created_at) = (f.conversation_id, f.seq, f.created_at)
    returning m.conversation_id, m.seq, m.id;
end
$$;

create or replace function erase_oldest_month(until timestamptz, at timestamptz)
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
    update files f set name = '', sealed_key = null, erased_at = at
        where f.sent_at >= oldest.begins and f.sent_at < oldest.ends and f.erased_at is null;
    return query select oldest.name, oldest.begins, oldest.ends, said;
end
$$;

-- What was taken back says again what it said last: without versions nobody would know.
alter table messages drop constraint messages_body_check;
update messages m set body = v.body, body_salt = v.body_salt, files = v.files from message_versions v
    where (v.conversation_id, v.seq, v.version) = (m.conversation_id, m.seq, m.version - 1) and m.deleted_at is not null and m.erased_at is null;
alter table messages
    drop constraint messages_changes_have_versions,
    drop constraint messages_deleted_by_somebody,
    add constraint messages_body_check check (case when erased_at is not null then body = '' and files is null
        else length(body) <= 20000 and (body <> '' or files is not null) end),
    drop column version,
    drop column edited_at,
    drop column deleted_at,
    drop column deleted_by;
do $$
declare
    month record;
begin
    for month in select name from detached_months where to_regclass(name) is not null loop
        execute format('alter table %I drop constraint messages_changes_have_versions,
    drop constraint messages_deleted_by_somebody,
    drop constraint messages_body_check,
    add constraint messages_body_check check (case when erased_at is not null then body = '''' and files is null
        else length(body) <= 20000 and (body <> '''' or files is not null) end),
    drop column version,
    drop column edited_at,
    drop column deleted_at,
    drop column deleted_by', month.name);
    end loop;
end
$$;

drop table message_versions;
do $$
declare
    changing regprocedure;
begin
    foreach changing in array array['erase_messages(uuid[], bigint[], timestamptz[], timestamptz)',
        'erase_oldest_month(timestamptz, timestamptz)']::regprocedure[]
    loop
        execute format('alter function %s security definer', changing);
        execute format('alter function %s set search_path from current', changing);
    end loop;
end
$$;
