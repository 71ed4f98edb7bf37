drop table case_export_parts;
drop table case_export_messages;
drop index posts_history_person;
drop table case_exports;
