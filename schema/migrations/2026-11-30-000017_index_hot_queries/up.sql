-- What the plan test found to read a table from end to end.

-- Channels by name, and those whose name contains something: kept at once, because what waits to be kept is read by every search.
create index conversations_channels on conversations (name, id) where kind = 'channel' and archived_at is null;
create index conversations_channel_names on conversations using gin (name gin_trgm_ops) with (fastupdate = off)
    where kind = 'channel' and archived_at is null;

-- Who lost touch with the other nodes asks where something was written meanwhile. Rows come in the order of time, so a summary
-- of each few pages is enough, and costs a send next to nothing.
create index sends_created_at on sends using brin (created_at) with (pages_per_range = 16, autosummarize = on);
