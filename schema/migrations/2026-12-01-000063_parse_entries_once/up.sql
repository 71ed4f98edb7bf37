-- What the record costs a send. What the log says of a message was parsed, and its number added to that afterwards: now the
-- number is in it before it is parsed, once.
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
    label_versions bigint[], entries text[], salts bytea[]
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
        select created_at, 'message.sent', author_id, (left(entry, -1) || ',"seq":' || seq || '}')::jsonb from placed order by place
    )
    select g.place, coalesce(p.seq, k.seq), p.seq is not null
    from given g left join placed p using (place) left join known k using (place);
end
$$;

-- Hashes cannot be compressed: nobody tries.
alter table audit_tiles alter column hashes set storage external;

-- Asked of every entry that is written: two comparisons cost less than a list.
drop index audit_log_kind;
create index audit_log_kind on audit_log (kind, seq desc) where kind <> 'message.sent' and kind <> 'rows.changed';
