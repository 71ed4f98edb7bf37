drop index people_mail;
drop table directory_entries;
