drop index audit_log_kind;
drop table audit_checks;
