drop table case_export_parts;
drop table case_export_messages;
drop table case_exports;
