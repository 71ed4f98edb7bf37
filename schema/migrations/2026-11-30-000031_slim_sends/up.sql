-- What storing a message costs, and nobody gains by.

-- Whatever a send refers to, its message refers to as well, and one statement stores both: to look the same two rows up
-- again was a fifth of what a message costs the database.
alter table sends drop constraint sends_conversation_id_fkey, drop constraint sends_author_id_fkey;
drop index sends_author;

-- Few messages are written in somebody else's name.
drop index messages_principal;
create index messages_principal on messages (principal_id) where principal_id is not null;
