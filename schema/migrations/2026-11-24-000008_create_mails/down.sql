drop table directory_reports;
alter table directory_plans drop column reported_at;
drop index directory_findings_unreported;
alter table directory_findings drop column reported_at;
drop table mails;
