-- Whatever decides, and whoever looked, is of the record; and the server's role does what it may by functions of the owner alone.

do $$
declare
    sealed record;
begin
    for sealed in select * from (values
        ('ranks_history', array['id']), ('gate_settings_history', array['only_row']), ('org_state_history', array['version']),
        ('policy_activations_history', array['id']), ('cases', array['id']), ('scopes', array['id']),
        ('scope_entries', array['scope_id', 'subject_id']), ('case_looks', array['id']),
        ('case_notices', array['case_id', 'person_id']), ('holds', array['id'])) as sealed (name, keys)
    loop
        perform seal_table(sealed.name, variadic sealed.keys);
        insert into sealed_tables (name) values (sealed.name);
    end loop;
end
$$;

-- What a message said and what its hash was salted with go together: the hash that stays in the log tells nobody anything.
alter table messages add constraint messages_salt_goes_with_the_body check (erased_at is null or body_salt is null);
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
    )
    update messages m set body = '', body_salt = null, erased_at = at from free f
    where (m.conversation_id, m.seq, m.created_at) = (f.conversation_id, f.seq, f.created_at)
    returning m.conversation_id, m.seq, m.id;
end
$$;

do $$
declare
    changing regprocedure;
begin
    foreach changing in array array['make_message_partitions(date, integer)', 'detach_oldest_month(date, timestamptz)',
        'erase_messages(uuid[], bigint[], timestamptz[], timestamptz)',
        'erase_due(date, text[], smallint[], timestamptz[], integer, timestamptz)',
        'erase_oldest_month(timestamptz, timestamptz)', 'index_words(timestamptz, boolean)']::regprocedure[]
    loop
        execute format('alter function %s security definer', changing);
        execute format('alter function %s set search_path from current', changing);
    end loop;
end
$$;
