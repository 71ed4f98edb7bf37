drop table directory_group_members;
drop table directory_groups;
