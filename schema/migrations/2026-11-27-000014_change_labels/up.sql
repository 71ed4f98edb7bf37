-- Labels name the policy that they are of, the label of a conversation is raised by one and lowered by two, and a message
-- is said again under a lower label.

-- Null: nothing is labelled. What was labelled before is of the policy that came with the program.
alter table conversations add column label_policy text check (label_policy <> '');
alter table conversations_history add column label_policy text;
update conversations set label_policy = 'urn:chancery:labels:1' where label_level > 0;
update conversations_history set label_policy = 'urn:chancery:labels:1' where label_level > 0;
alter table conversations
    add constraint conversations_label_of_a_policy check ((label_policy is null) = (label_level = 0)),
    -- Moves with the label: a message is stored only as long as the label is the one that it was decided under.
    add column label_version bigint not null default 0 check (label_version >= 0);
alter table conversations_history add column label_version bigint not null default 0;
alter table conversations_history alter column label_version drop default;
drop trigger keep_history on conversations;
create trigger keep_history after insert or delete or update of name, agency_id, unit_id, label_level, label_categories,
    label_policy, archived_at on conversations for each row execute function keep_history('id');

alter table messages add column label_policy text check (label_policy <> '');
update messages set label_policy = 'urn:chancery:labels:1' where label_level > 0;
alter table messages
    add constraint messages_label_of_a_policy check ((label_policy is null) = (label_level = 0)),
    -- The message of the same or of another conversation that this one says again under a lower label.
    add column downgraded_from uuid,
    -- What the system tells by this message, instead of what somebody says: the body is the reason.
    add column notice jsonb check (jsonb_typeof(notice) = 'object');

-- The wish for a lower label: of a conversation, or of a message that is to be said again. Never deleted.
create table label_requests (
    id uuid primary key,
    conversation_id uuid not null references conversations,
    -- The message that is to be said again; null: the label of the conversation itself.
    message_id uuid,
    message_seq bigint,
    -- Where the new message goes.
    target_id uuid references conversations,
    from_level smallint not null check (from_level between 1 and 9),
    from_categories text[] not null check (array_position(from_categories, null) is null),
    to_level smallint not null check (to_level between 0 and 9),
    to_categories text[] not null check (array_position(to_categories, null) is null),
    label_policy text not null check (label_policy <> ''),
    reason text not null check (length(reason) between 1 and 2000),
    requested_by uuid not null references people,
    requested_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > requested_at),
    outcome text check (outcome in ('approved', 'refused', 'expired')),
    -- Nobody decides on what they asked for themselves.
    decided_by uuid references people,
    decided_at timestamptz,
    decision_reason text check (length(decision_reason) between 1 and 2000),
    -- The message that was made.
    made_id uuid,
    constraint label_requests_are_lower check (to_level <= from_level and to_categories <@ from_categories
        and (to_level < from_level or not from_categories <@ to_categories)),
    constraint label_requests_unlabelled check (to_level > 0 or to_categories = '{}'),
    constraint label_requests_of_a_message check (
        (message_id is null) = (message_seq is null) and (message_id is null) = (target_id is null)),
    constraint label_requests_decided check (
        (outcome is null) = (decided_at is null)
        and coalesce(outcome in ('approved', 'refused'), false) = (decided_by is not null)
        and (decided_by is null) = (decision_reason is null)),
    constraint label_requests_by_two check (decided_by <> requested_by),
    constraint label_requests_make_a_message check (
        made_id is null or (message_id is not null and outcome = 'approved'))
);
-- One wish for one thing at a time.
create unique index label_requests_waiting on label_requests (conversation_id, coalesce(message_id, conversation_id))
    where outcome is null;
create index label_requests_by_time on label_requests (requested_at, id) where outcome is null;
create index label_requests_conversation on label_requests (conversation_id);
create index label_requests_target on label_requests (target_id);
create index label_requests_requested_by on label_requests (requested_by, requested_at desc);
create index label_requests_decided_by on label_requests (decided_by, decided_at desc);
