-- Whoever looks back asks for one person's seats, and for what stands in the log about a time. The log grows in the order of time,
-- so that an index of a few pages finds it.
create index members_history_person on members_history (person_id);
create index audit_log_at on audit_log using brin (at) with (pages_per_range = 16, autosummarize = on);
create index audit_log_history_opened on audit_log ((entry ->> 'conversation_id'), at) where kind = 'history.opened';
