drop table members_history, conversations_history;
drop table read_pointers, sends, messages, members, conversations;
drop function make_message_partitions(date, integer);
