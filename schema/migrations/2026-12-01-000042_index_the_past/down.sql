drop index audit_log_history_opened, audit_log_at, members_history_person;
