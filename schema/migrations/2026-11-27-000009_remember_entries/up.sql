-- What each entry of a directory was when it was last taken, so that a read finds what has changed without comparing all of
-- it with the mirror. Only of entries of which everything could be used: all others are looked at again by each read.
create table directory_entries (
    source_id uuid not null references sources,
    -- entryUUID or objectGUID.
    directory_id uuid not null,
    -- Of the entry and of the configuration that it was taken by: SHA-256, cut to its first half.
    digest bytea not null check (length(digest) = 16),
    primary key (source_id, directory_id)
);

-- Whoever claims the address of somebody else is found by it.
create index people_mail on people (lower(mail)) where status = 'active';
