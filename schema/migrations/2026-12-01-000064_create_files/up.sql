-- What is sent with a message, and kept elsewhere: here is what it is, whose, and the key to what is kept.
create table files (
    id uuid primary key,
    conversation_id uuid not null references conversations (id),
    uploaded_by uuid not null references people (id),
    begun_at timestamptz not null,
    -- As whoever sent it called it; nothing once it is erased.
    name text not null check (length(name) <= 255),
    -- What it is by its first octets, whatever its name says.
    media_type text not null check (length(media_type) between 1 and 127),
    size bigint not null check (size >= 0),
    sha256 bytea check (octet_length(sha256) = 32),
    -- Of an image, of which there is a small one as well.
    width integer check (width > 0),
    height integer check (height > 0),
    -- The key of its contents, sealed under a key that the database does not have. Where it is gone nobody reads them any more,
    -- whoever has a copy.
    sealed_key bytea,
    -- What looked for malware in it; nothing where nothing is there to look.
    scanned_by text,
    -- When all of it was there.
    arrived_at timestamptz,
    -- The message that it was sent with.
    message_id uuid,
    seq bigint,
    sent_at timestamptz,
    -- When it lost its name and its key; what is kept of it goes after that.
    erased_at timestamptz,
    check ((sha256 is null) = (arrived_at is null)),
    check ((width is null) = (height is null)),
    check ((message_id is null) = (seq is null) and (message_id is null) = (sent_at is null)),
    check (message_id is null or arrived_at is not null),
    check ((sealed_key is null) = (erased_at is not null)),
    check (erased_at is not null or name <> '')
);
create index files_of_message on files (conversation_id, seq);
create index files_uploaded_by on files (uploaded_by);
create index files_sent_at on files (sent_at);
create index files_loose on files (begun_at) where message_id is null;
create index files_erased on files (erased_at) where erased_at is not null;

alter table messages
    add column files jsonb check (jsonb_typeof(files) = 'array' and jsonb_array_length(files) between 1 and 10),
    drop constraint messages_body_check,
    add constraint messages_body_check check (case when erased_at is not null then body = '' and files is null
        else length(body) <= 20000 and (body <> '' or files is not null) end);
-- What was detached can still be attached again.
do $$
declare
    month record;
begin
    for month in select name from detached_months where to_regclass(name) is not null loop
        execute format('alter table %I add column files jsonb check (jsonb_typeof(files) = ''array'' and jsonb_array_length(files) between 1 and 10),
    drop constraint messages_body_check,
    add constraint messages_body_check check (case when erased_at is not null then body = '''' and files is null
        else length(body) <= 20000 and (body <> '''' or files is not null) end)', month.name);
    end loop;
end
$$;

drop function store_messages;
-- Element n of every array is of message n. What of them is stored gets the next numbers of its conversation, in the order of
-- the arrays; with it go the memory of its client_id, the author's read pointer, and its entry of the audit log. Returns for
-- every message its number and whether it is new; one that was stored before has its old number; one without a number is not
-- stored: its conversation takes no messages any more, or has another label than the one it was decided under.
--
-- The entries are JSON objects, as text: their number is put behind what they say and only then are they parsed, once.
--
-- A function, and no single statement, because each statement in it sees what was committed while it waited for the rows
-- of the conversations: nobody else stores anything there meanwhile.
create function store_messages(
    conversation_ids uuid[], ids uuid[], author_ids uuid[], hats text[], principal_ids uuid[], client_ids text[],
    bodies text[], label_policies text[], label_levels smallint[],
    -- Categories of one message, with the unit separator (U+001F) between them.
    label_categories text[],
    replies uuid[], rules text[], policy_versions bigint[], times timestamptz[], sources uuid[], notices jsonb[],
    attached jsonb[], label_versions bigint[], entries text[], salts bytea[]
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
            label_levels, label_categories, replies, rules, policy_versions, times, sources, notices, attached, label_versions,
            entries, salts)
            with ordinality as given (conversation_id, id, author_id, hat, principal_id, client_id, body, label_policy,
                label_level, label_categories, reply_to, rule, policy_version, created_at, downgraded_from, notice,
                files, label_version, entry, body_salt, place)
    ), known as materialized (
        select g.place, s.seq from given g
        join sends s on (s.conversation_id, s.author_id, s.client_id) = (g.conversation_id, g.author_id, g.client_id)
    ), fresh as materialized (
        select g.*, row_number() over (partition by g.conversation_id order by g.place) as step
        from given g
        join conversations c on c.id = g.conversation_id
        where c.archived_at is null and c.label_version = g.label_version
            and g.place not in (select known.place from known)
            -- What it brings with it was taken away, or is another message's: it is to be decided again.
            and (g.files is null or not exists (
                select from jsonb_array_elements(g.files) brought left join files f on f.id = (brought ->> 'id')::uuid
                    and f.conversation_id = g.conversation_id and f.uploaded_by = g.author_id
                where f.arrived_at is null or f.message_id is not null or f.erased_at is not null))
    ), numbered as (
        update conversations c set last_seq = c.last_seq + f.messages
        from (select conversation_id, count(*) as messages from fresh group by conversation_id) f
        where c.id = f.conversation_id
        returning c.id, c.last_seq - f.messages as before
    ), placed as materialized (
        select f.*, n.before + f.step as seq from fresh f join numbered n on n.id = f.conversation_id
    ), stored as (
        insert into messages (conversation_id, seq, id, author_id, hat, principal_id, client_id, body, label_policy,
            label_level, label_categories, reply_to, rule, policy_version, created_at, downgraded_from, notice, files, body_salt)
        select conversation_id, seq, id, author_id, hat, principal_id, client_id, body, label_policy, label_level,
            string_to_array(label_categories, U&'\001F'), reply_to, rule, policy_version, created_at, downgraded_from, notice,
            files, body_salt
        from placed
    ), brought as (
        -- Whoever may read the message may read them from then on.
        update files f set message_id = p.id, seq = p.seq, sent_at = p.created_at
        from placed p, jsonb_array_elements(p.files) given
        where p.files is not null and f.id = (given ->> 'id')::uuid
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
        select created_at, 'message.sent', author_id, (left(entry, -1) || ',"seq":' || seq || '}')::jsonb from placed order by place
    )
    select g.place, coalesce(p.seq, k.seq), p.seq is not null
    from given g left join placed p using (place) left join known k using (place);
end
$$;

-- What was sent with a message goes with what it said.
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

-- Files are found by their names: what stands between the words of one is no part of them.
create function words_of_message(body text, files jsonb) returns tsvector language sql immutable as $$
    select to_tsvector('russian', body || coalesce((select string_agg(' ' || translate(brought ->> 'name', '._-()', '     '), '')
        from jsonb_array_elements(files) brought), ''))
$$;
create or replace function index_words(since timestamptz, wait boolean) returns boolean language plpgsql
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
            select m.conversation_id, m.seq, m.created_at, m.body, m.files from messages m
            where m.conversation_id = b.id and m.seq > b.seq order by m.seq limit most) said
    ), taken as (
        insert into message_words (conversation_id, seq, created_at, words)
        select conversation_id, seq, created_at, words_of_message(body, files) from fresh where body <> '' or files is not null
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

alter table case_looks drop constraint case_looks_kind_check, add constraint case_looks_kind_check
    check (kind in ('messages', 'denials', 'conversations', 'conversation', 'looks', 'file', 'export'));
do $$
declare
    changing regprocedure;
begin
    foreach changing in array array['erase_messages(uuid[], bigint[], timestamptz[], timestamptz)',
        'erase_oldest_month(timestamptz, timestamptz)', 'index_words(timestamptz, boolean)']::regprocedure[]
    loop
        execute format('alter function %s security definer', changing);
        execute format('alter function %s set search_path from current', changing);
    end loop;
end
$$;
