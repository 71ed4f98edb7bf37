-- The log becomes a tree over which checkpoints are signed, histories become part of it, and what is said is in it by its hash.

-- Which transaction wrote an entry. What is below the oldest transaction that is under way can no longer grow: that much of the
-- log may be put into the tree, in an order that never changes.
alter table audit_log add column xid bigint not null default (pg_current_xact_id()::text::bigint);
create index audit_log_xid on audit_log (xid);

-- The hashes of the tree, in tiles of 256. Height 0: hashes of entries; above it: hashes of whole tiles of the height below.
create table audit_tiles (
    height smallint not null check (height between 0 and 7),
    number bigint not null check (number >= 0),
    hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
    -- Of height 0: which entries, in the order of the leaves.
    seqs bigint[] check (array_position(seqs, null) is null),
    lowest_seq bigint,
    highest_seq bigint,
    primary key (height, number),
    constraint audit_tiles_of_entries check (
        (height = 0) = (seqs is not null) and (height = 0) = (lowest_seq is not null)
        and (height = 0) = (highest_seq is not null)),
    constraint audit_tiles_have_an_entry_for_each_hash check (cardinality(seqs) * 32 = length(hashes)),
    constraint audit_tiles_span check (lowest_seq <= highest_seq)
);
create index audit_tiles_seqs on audit_tiles (highest_seq, lowest_seq) where height = 0;

-- How far the tree is.
create table audit_tree (
    only_row boolean primary key default true check (only_row),
    size bigint not null check (size >= 0),
    -- The roots of the full trees that it is made of, from the left.
    peaks bytea not null check (length(peaks) % 32 = 0),
    -- Every entry of a transaction below this one is in the tree,
    xid_until bigint not null check (xid_until >= 0),
    -- and every entry up to this one, whatever its transaction: where the database was restored elsewhere, transactions are
    -- counted anew.
    after_seq bigint not null check (after_seq >= 0),
    grown_at timestamptz not null
);
insert into audit_tree (size, peaks, xid_until, after_seq, grown_at) values (0, '', 0, 0, now());

-- What was signed, as it was given to others.
create table audit_checkpoints (
    size bigint primary key check (size >= 1),
    root bytea not null check (length(root) = 32),
    note text not null check (length(note) between 1 and 4000),
    signed_at timestamptz not null
);

-- How far each receiver outside has got: with checkpoints, or with entries.
create table audit_receivers (
    name text primary key check (name ~ '^[a-z][a-z0-9-]{0,62}$'),
    -- The size of the last checkpoint, or the number of leaves, that it has taken.
    has_until bigint not null check (has_until >= 0),
    taken_at timestamptz,
    -- Since when it takes nothing, and what it said last.
    failing_since timestamptz,
    error text check (length(error) between 1 and 2000),
    check ((failing_since is null) = (error is null))
);

create trigger audit_checkpoints_only_grow before update or delete or truncate on audit_checkpoints
    for each statement execute function audit_log_only_grows();

-- Writes what changes in a table into the log: of each row its key and the hash of what it was and is. Arguments: the key.
-- The hash is SHA-256 of the row as JSON without what is null, as PostgreSQL writes a jsonb in UTC: so a column that is added
-- later changes no hash.
create function seal_rows() returns trigger language plpgsql security definer set search_path from current
set timezone = 'UTC' set datestyle = 'ISO, MDY' set bytea_output = 'hex' as $$
declare
    key text;
    changed text;
begin
    select string_agg(format('r.%I', key_column), ', ') into key from unnest(tg_argv) key_column;
    changed := concat_ws(' union all ',
        case when tg_op <> 'INSERT' then format('select false as is_new, concat_ws('' '', %s) as key, to_jsonb(r) as said from old_rows r', key) end,
        case when tg_op <> 'DELETE' then format('select true as is_new, concat_ws('' '', %s) as key, to_jsonb(r) as said from new_rows r', key) end);
    -- A thousand rows an entry: it must be read whole.
    execute format(
        'insert into audit_log (at, kind, entry)
         select now(), ''rows.changed'', jsonb_build_object(''table'', %L,
             ''removed'', coalesce(jsonb_agg(jsonb_build_array(key, hash)) filter (where not is_new), ''[]''),
             ''added'', coalesce(jsonb_agg(jsonb_build_array(key, hash)) filter (where is_new), ''[]''))
         from (select is_new, key, encode(sha256(convert_to(jsonb_strip_nulls(said)::text, ''UTF8'')), ''hex'') as hash,
                   (row_number() over ()) / 1000 as part
               from (%s) changed) hashed
         group by part order by part', tg_table_name, changed);
    return null;
end
$$;

-- Has every change of a table written into the log from now on, and what is in it at the moment.
create function seal_table(name text, variadic keys text[]) returns void language plpgsql
set timezone = 'UTC' set datestyle = 'ISO, MDY' set bytea_output = 'hex' as $$
declare
    arguments text;
    key text;
begin
    select string_agg(quote_literal(key_column), ', '), string_agg(format('r.%I', key_column), ', ')
        into arguments, key from unnest(keys) key_column;
    execute format('create trigger seal_new after insert on %I referencing new table as new_rows
        for each statement execute function seal_rows(%s)', name, arguments);
    execute format('create trigger seal_changed after update on %I referencing old table as old_rows new table as new_rows
        for each statement execute function seal_rows(%s)', name, arguments);
    execute format('create trigger seal_gone after delete on %I referencing old table as old_rows
        for each statement execute function seal_rows(%s)', name, arguments);
    execute format(
        'insert into audit_log (at, kind, entry)
         select now(), ''rows.changed'', jsonb_build_object(''table'', %L, ''removed'', ''[]''::jsonb,
             ''added'', jsonb_agg(jsonb_build_array(key, hash)))
         from (select concat_ws('' '', %s) as key,
                   encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(r))::text, ''UTF8'')), ''hex'') as hash,
                   (row_number() over ()) / 1000 as part
               from %I r) hashed
         group by part order by part', name, key, name);
end
$$;

-- What decided, and when: whoever changes it changes what is answered of then. `sealed_tables` names them for whoever checks.
create table sealed_tables (name text primary key);
do $$
declare
    sealed record;
begin
    for sealed in select * from (values
        ('people_history', array['id']), ('units_history', array['id']), ('posts_history', array['id']),
        ('delegations_history', array['id']), ('exceptions_history', array['id']), ('appointments_history', array['id']),
        ('liaisons_history', array['person_id', 'agency_id']), ('clearances_history', array['person_id']),
        ('members_history', array['conversation_id', 'person_id']), ('conversations_history', array['id']),
        ('policy_versions', array['number']), ('policy_signatures', array['number', 'role']),
        ('policy_activations', array['id']), ('signing_keys', array['id'])) as sealed (name, keys)
    loop
        perform seal_table(sealed.name, variadic sealed.keys);
        insert into sealed_tables (name) values (sealed.name);
    end loop;
end
$$;

-- The hash of what is said is taken with a random salt that goes when the message is erased: what stays in the log then tells
-- nobody what it was, however short it was.
alter table messages add column body_salt bytea check (length(body_salt) = 16);

-- The hash that the log has of what was said before is one without salt.
update messages set body_salt = decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
insert into audit_log (at, kind, actor_id, entry)
select created_at, 'message.adopted', author_id, jsonb_build_object('message_id', id, 'conversation_id', conversation_id, 'seq', seq,
    'body_sha256', encode(sha256(body_salt || convert_to(body, 'UTF8')), 'hex'),
    'label', jsonb_build_object('policy', label_policy, 'level', label_level, 'categories', label_categories),
    'rule', rule, 'policy_version', policy_version, 'hat', hat, 'principal_id', principal_id)
from messages order by conversation_id, seq;

-- As before, with the salt of each.
drop function store_messages;
-- Element n of every array is of message n. What of them is stored gets the next numbers of its conversation, in the order of
-- the arrays; with it go the memory of its client_id, the author's read pointer, and its entry of the audit log. Returns for
-- every message its number and whether it is new; one that was stored before has its old number; one without a number is not
-- stored: its conversation takes no messages any more, or has another label than the one it was decided under.
--
-- A function, and no single statement, because each statement in it sees what was committed while it waited for the rows
-- of the conversations: nobody else stores anything there meanwhile.
create function store_messages(
    conversation_ids uuid[], ids uuid[], author_ids uuid[], hats text[], principal_ids uuid[], client_ids text[],
    bodies text[], label_policies text[], label_levels smallint[],
    -- Categories of one message, with the unit separator (U+001F) between them.
    label_categories text[],
    replies uuid[], rules text[], policy_versions bigint[], times timestamptz[], sources uuid[], notices jsonb[],
    label_versions bigint[], entries jsonb[], salts bytea[]
) returns table (place bigint, seq bigint, is_new boolean) language plpgsql
-- Planned once per connection, for tables that may have grown beyond anything by then: by their indexes, however small they are
-- at the moment and however many messages there seem to be.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
    -- In the order of their ids: two that store at once never wait for each other in a circle.
    perform 1 from conversations where id = any (conversation_ids) order by id for no key update;
    return query
    with given as materialized (
        select * from unnest(conversation_ids, ids, author_ids, hats, principal_ids, client_ids, bodies, label_policies,
            label_levels, label_categories, replies, rules, policy_versions, times, sources, notices, label_versions, entries, salts)
            with ordinality as given (conversation_id, id, author_id, hat, principal_id, client_id, body, label_policy,
                label_level, label_categories, reply_to, rule, policy_version, created_at, downgraded_from, notice,
                label_version, entry, body_salt, place)
    ), known as materialized (
        select g.place, s.seq from given g
        join sends s on (s.conversation_id, s.author_id, s.client_id) = (g.conversation_id, g.author_id, g.client_id)
    ), fresh as materialized (
        select g.*, row_number() over (partition by g.conversation_id order by g.place) as step
        from given g
        join conversations c on c.id = g.conversation_id
        where c.archived_at is null and c.label_version = g.label_version
            and g.place not in (select known.place from known)
    ), numbered as (
        update conversations c set last_seq = c.last_seq + f.messages
        from (select conversation_id, count(*) as messages from fresh group by conversation_id) f
        where c.id = f.conversation_id
        returning c.id, c.last_seq - f.messages as before
    ), placed as materialized (
        select f.*, n.before + f.step as seq from fresh f join numbered n on n.id = f.conversation_id
    ), stored as (
        insert into messages (conversation_id, seq, id, author_id, hat, principal_id, client_id, body, label_policy,
            label_level, label_categories, reply_to, rule, policy_version, created_at, downgraded_from, notice, body_salt)
        select conversation_id, seq, id, author_id, hat, principal_id, client_id, body, label_policy, label_level,
            string_to_array(label_categories, U&'\001F'), reply_to, rule, policy_version, created_at, downgraded_from, notice,
            body_salt
        from placed
    ), remembered as (
        insert into sends (conversation_id, author_id, client_id, seq, message_id, created_at)
        select conversation_id, author_id, client_id, seq, id, created_at from placed
    ), pointed as (
        insert into read_pointers (conversation_id, person_id, seq, read_at)
        select conversation_id, author_id, max(seq), max(created_at) from placed group by conversation_id, author_id
        on conflict (conversation_id, person_id) do update
            set seq = greatest(read_pointers.seq, excluded.seq), read_at = excluded.read_at
    ), logged as (
        insert into audit_log (at, kind, actor_id, entry)
        select created_at, 'message.sent', author_id, entry || jsonb_build_object('seq', seq) from placed order by place
    )
    select g.place, coalesce(p.seq, k.seq), p.seq is not null
    from given g left join placed p using (place) left join known k using (place);
end
$$;
