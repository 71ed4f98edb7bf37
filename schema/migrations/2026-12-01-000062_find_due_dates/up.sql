-- Whether something began or ended since it was looked last is asked every two seconds by every node.
create index posts_begin on posts (lower(valid));
create index posts_end on posts (upper(valid));
create index delegations_begin on delegations (lower(valid));
create index delegations_end on delegations (upper(valid));
