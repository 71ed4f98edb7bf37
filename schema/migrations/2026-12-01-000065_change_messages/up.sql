-- What was said can be changed and taken back; what it was before is kept as long as the message is.
create table message_versions (
    conversation_id uuid not null references conversations (id),
    seq bigint not null,
    -- 1 is what was sent.
    version integer not null check (version > 0),
    -- When the message was sent: with its month it goes.
    created_at timestamptz not null,
    body text not null,
    body_salt bytea,
    files jsonb,
    -- When another version took its place.
    until_at timestamptz not null,
    primary key (conversation_id, seq, version)
);
create index message_versions_created_at on message_versions (created_at);
create index message_versions_until_at on message_versions (until_at);

alter table messages
    add column version integer not null default 1 check (version > 0),
    add column edited_at timestamptz,
    add column deleted_at timestamptz,
    add column deleted_by uuid,
    add constraint messages_changes_have_versions check (version > 1 or (edited_at is null and deleted_at is null)),
    add constraint messages_deleted_by_somebody check ((deleted_at is null) = (deleted_by is null)),
    drop constraint messages_body_check,
    add constraint messages_body_check check (case when erased_at is not null or deleted_at is not null
        then body = '' and files is null and body_salt is null
        else length(body) <= 20000 and (body <> '' or files is not null) end);
-- What was detached can still be attached again.
do $$
declare
    month record;
begin
    for month in select name from detached_months where to_regclass(name) is not null loop
        execute format('alter table %I add column version integer not null default 1 check (version > 0),
    add column edited_at timestamptz,
    add column deleted_at timestamptz,
    add column deleted_by uuid,
    add constraint messages_changes_have_versions check (version > 1 or (edited_at is null and deleted_at is null)),
    add constraint messages_deleted_by_somebody check ((deleted_at is null) = (deleted_by is null)),
    drop constraint messages_body_check,
    add constraint messages_body_check check (case when erased_at is not null or deleted_at is not null
        then body = '''' and files is null and body_salt is null
        else length(body) <= 20000 and (body <> '''' or files is not null) end)', month.name);
    end loop;
end
$$;

-- Gives a message another text, or takes back what it says, and keeps what it said before. Nothing: its conversation takes no messages any
-- more or has another label than the change was decided under, or the message is no longer what it was then.
create function change_message(of_conversation uuid, of_seq bigint, sent_at timestamptz, under_label bigint, was integer,
    new_body text, new_salt bytea, at timestamptz, gone_by uuid) returns integer language plpgsql as $$
declare
    old messages;
begin
    -- In the order of store_messages, and then of whoever erases.
    perform 1 from conversations c where c.id = of_conversation and c.archived_at is null and c.label_version = under_label
        for no key update;
    if not found then
        return null;
    end if;
    perform pg_advisory_xact_lock(hashtext('message_words'));
    select * into old from messages m where (m.conversation_id, m.seq, m.created_at) = (of_conversation, of_seq, sent_at) for update;
    if old.id is null or old.erased_at is not null or old.deleted_at is not null or old.version <> was then
        return null;
    end if;
    -- What somebody decides about stays what they read.
    if gone_by is null and exists (select from label_requests r
            where r.message_id = old.id and r.outcome is null and r.expires_at > at) then
        return null;
    end if;
    insert into message_versions (conversation_id, seq, version, created_at, body, body_salt, files, until_at)
        values (old.conversation_id, old.seq, old.version, old.created_at, old.body, old.body_salt, old.files, at);
    -- A case finds it by every word that it had.
    insert into message_words (conversation_id, seq, created_at, words)
        values (old.conversation_id, old.seq, old.created_at,
            words_of_message(old.body, old.files) || to_tsvector('russian', coalesce(new_body, '')))
        on conflict (conversation_id, seq, created_at) do update
        set words = message_words.words || to_tsvector('russian', coalesce(new_body, ''));
    update messages m set version = old.version + 1, body = coalesce(new_body, ''), body_salt = new_salt,
        files = case when gone_by is null then m.files end,
        edited_at = case when gone_by is null then at else m.edited_at end,
        deleted_at = case when gone_by is not null then at end, deleted_by = gone_by
        where (m.conversation_id, m.seq, m.created_at) = (of_conversation, of_seq, sent_at);
    return old.version + 1;
end
$$;

-- What was said before goes with what is said.
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
    ), former as (
        delete from message_versions v using free f
        where (v.conversation_id, v.seq) = (f.conversation_id, f.seq)
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
    delete from message_versions v where v.created_at >= oldest.begins and v.created_at < oldest.ends;
    update files f set name = '', sealed_key = null, erased_at = at
        where f.sent_at >= oldest.begins and f.sent_at < oldest.ends and f.erased_at is null;
    return query select oldest.name, oldest.begins, oldest.ends, said;
end
$$;

-- Nobody writes versions but the function that makes them.
create or replace function grant_to_server(server name) returns void language plpgsql as $$
declare
    kept record;
begin
    execute format('grant usage on schema %I to %I', current_schema, server);
    execute format('grant select, insert, update, delete on all tables in schema %I to %I', current_schema, server);
    for kept in select name from sealed_tables where name like '%\_history'
        union all values ('sealed_tables'), ('detached_months'), ('message_versions')
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

do $$
declare
    changing regprocedure;
begin
    foreach changing in array array['erase_messages(uuid[], bigint[], timestamptz[], timestamptz)',
        'erase_oldest_month(timestamptz, timestamptz)', 'change_message(uuid, bigint, timestamptz, bigint, integer, text, bytea, timestamptz, uuid)']::regprocedure[]
    loop
        execute format('alter function %s security definer', changing);
        execute format('alter function %s set search_path from current', changing);
    end loop;
end
$$;
