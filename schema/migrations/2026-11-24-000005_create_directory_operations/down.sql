drop table org_enforcements;
drop table org_changes;
drop table directory_findings;
drop table directory_requests;
drop table directory_plans;
drop index sync_runs_org_version;
drop index sync_runs_undone_by;
alter table sync_runs
    drop column cause, drop column detected_at, drop column changes, drop column undone_by;
drop index sources_held_by;
alter table sources
    drop constraint sources_held_for_a_reason,
    drop column url, drop column health, drop column health_since, drop column heard_at, drop column trouble,
    drop column held_by, drop column held_reason;
