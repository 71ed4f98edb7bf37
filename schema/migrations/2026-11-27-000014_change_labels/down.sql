drop table label_requests;
alter table messages
    drop constraint messages_label_of_a_policy, drop column label_policy, drop column downgraded_from, drop column notice;
drop trigger keep_history on conversations;
alter table conversations
    drop constraint conversations_label_of_a_policy, drop column label_policy, drop column label_version;
alter table conversations_history drop column label_policy, drop column label_version;
create trigger keep_history after insert or delete or update of name, agency_id, unit_id, label_level, label_categories,
    archived_at on conversations for each row execute function keep_history('id');
