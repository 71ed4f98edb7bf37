drop index sends_created_at;
drop index conversations_channel_names;
drop index conversations_channels;
