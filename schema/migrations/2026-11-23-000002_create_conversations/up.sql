-- Conversations, who is in them, what was said. Keys begin with the conversation, so that the tables can be
-- distributed by it; messages are partitioned by time, so that retention drops partitions.
create table conversations (
    id uuid primary key,
    kind text not null check (kind in ('direct', 'group', 'channel')),
    channel_kind text check (channel_kind in ('unit', 'project', 'announcement', 'shared', 'crisis')),
    name text check (length(name) between 1 and 200),
    -- The agency whose conversation it is; for a direct one, that of its creator.
    agency_id uuid not null references units,
    unit_id uuid references units,
    -- The pair of a direct conversation, smaller id first.
    direct_low uuid references people,
    direct_high uuid references people,
    label_level smallint not null default 0 check (label_level between 0 and 9),
    label_categories text[] not null default '{}' check (array_position(label_categories, null) is null),
    created_by uuid references people,
    created_at timestamptz not null,
    archived_at timestamptz,
    -- The number of the newest message: gapless, because it changes only in the transaction of that message.
    last_seq bigint not null default 0 check (last_seq >= 0),
    check ((kind = 'channel') = (channel_kind is not null)),
    check ((kind = 'direct') = (direct_low is not null)),
    check ((direct_low is null) = (direct_high is null)),
    check (direct_low < direct_high),
    check (kind = 'direct' or name is not null),
    check (channel_kind is distinct from 'unit' or unit_id is not null),
    -- Only the tree makes conversations without a creator.
    check (created_by is not null or channel_kind is not distinct from 'unit'),
    check (label_level > 0 or label_categories = '{}')
);
create unique index conversations_direct on conversations (direct_low, direct_high);
create unique index conversations_unit_channel on conversations (unit_id) where channel_kind = 'unit';
create index conversations_direct_high on conversations (direct_high);
create index conversations_unit on conversations (unit_id);
create index conversations_agency on conversations (agency_id);
create index conversations_created_by on conversations (created_by);

create table members (
    conversation_id uuid not null references conversations,
    person_id uuid not null references people,
    role text not null check (role in ('member', 'moderator', 'owner')),
    -- tree: the directory put the person here and alone takes them out.
    origin text not null check (origin in ('chosen', 'tree')),
    -- The first message that this member may read.
    reads_from_seq bigint not null default 1 check (reads_from_seq >= 1),
    joined_at timestamptz not null,
    primary key (conversation_id, person_id)
);
create index members_person on members (person_id, conversation_id);

create table messages (
    conversation_id uuid not null references conversations,
    seq bigint not null check (seq >= 1),
    id uuid not null,
    author_id uuid not null references people,
    hat text not null check (hat in ('own', 'acting', 'assistant', 'duty')),
    principal_id uuid references people,
    client_id text not null,
    body text not null check (length(body) between 1 and 20000),
    label_level smallint not null check (label_level between 0 and 9),
    label_categories text[] not null check (array_position(label_categories, null) is null),
    -- A message of the same conversation.
    reply_to uuid,
    -- What allowed it.
    rule text not null,
    policy_version bigint not null,
    created_at timestamptz not null,
    primary key (conversation_id, seq, created_at),
    check ((principal_id is not null) = (hat in ('acting', 'assistant'))),
    check (label_level > 0 or label_categories = '{}')
) partition by range (created_at);
create index messages_id on messages (id);
create index messages_author on messages (author_id);
create index messages_principal on messages (principal_id);

-- Takes what no month's partition takes, so that a late clock or a missed job never loses a message.
create table messages_default partition of messages default;

-- Makes the partitions of the months from `first` on. Returns how many were missing.
create function make_message_partitions(first date, months integer) returns integer language plpgsql as $$
declare
    made integer := 0;
    month date;
    partition text;
begin
    -- One node at a time, and not for long: it waits for whoever reads messages, and everybody else for it.
    perform pg_advisory_xact_lock(hashtext('make_message_partitions'));
    set local lock_timeout = '5s';
    for step in 0 .. months - 1 loop
        month := (date_trunc('month', first) + make_interval(months => step))::date;
        partition := 'messages_' || to_char(month, 'YYYY_MM');
        if to_regclass(partition) is null then
            begin
                execute format('create table %I partition of messages for values from (%L) to (%L)', partition,
                    month::timestamp at time zone 'UTC',
                    (month + interval '1 month')::timestamp at time zone 'UTC');
                made := made + 1;
            exception when check_violation then
                raise warning 'messages_default holds messages of %: it keeps that month', month;
            end;
        end if;
    end loop;
    return made;
end
$$;

-- One row per send that was acknowledged: the same client_id again finds it. A partitioned table cannot hold
-- this rule itself, because its unique keys must contain the time.
create table sends (
    conversation_id uuid not null references conversations,
    author_id uuid not null references people,
    client_id text not null check (length(client_id) between 1 and 64),
    seq bigint not null,
    message_id uuid not null,
    created_at timestamptz not null,
    primary key (conversation_id, author_id, client_id),
    unique (conversation_id, seq)
);
create index sends_author on sends (author_id);

create table read_pointers (
    conversation_id uuid not null references conversations,
    person_id uuid not null references people,
    seq bigint not null check (seq >= 0),
    read_at timestamptz not null,
    primary key (conversation_id, person_id)
);
create index read_pointers_person on read_pointers (person_id);

create table conversations_history (held tstzrange not null, like conversations,
    primary key (id, held), exclude using gist (id with =, held with &&));
create table members_history (held tstzrange not null, like members,
    primary key (conversation_id, person_id, held), exclude using gist (conversation_id with =, person_id with =, held with &&));

-- last_seq moves at every message and is no version of the conversation.
create trigger keep_history after insert or delete or update of name, agency_id, unit_id, label_level, label_categories,
    archived_at on conversations for each row execute function keep_history('id');
create trigger keep_history after insert or update or delete on members
    for each row execute function keep_history('conversation_id', 'person_id');
