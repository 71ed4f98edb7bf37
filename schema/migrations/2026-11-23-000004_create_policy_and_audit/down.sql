drop table audit_log, decisions, policy_versions;
drop function audit_log_only_grows();
