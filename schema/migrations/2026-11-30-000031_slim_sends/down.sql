drop index messages_principal;
create index messages_principal on messages (principal_id);
create index sends_author on sends (author_id);
alter table sends
    add constraint sends_author_id_fkey foreign key (author_id) references people,
    add constraint sends_conversation_id_fkey foreign key (conversation_id) references conversations;
