-- Groups of a directory that give their members something: a clearance, a duty, a segment. Groups may be in groups; who is in
-- one in the end is asked of these tables.
create table directory_groups (
    source_id uuid not null references sources,
    -- entryUUID or objectGUID.
    directory_id uuid not null,
    dn text not null,
    dn_key text not null,
    primary key (source_id, directory_id)
);
-- Two groups may exchange their names within one transaction.
create index directory_groups_dn_key on directory_groups (source_id, dn_key);

create table directory_group_members (
    source_id uuid not null,
    group_id uuid not null,
    -- The comparable name of the member: a person, another group, or anything else.
    member_key text not null,
    primary key (source_id, group_id, member_key),
    foreign key (source_id, group_id) references directory_groups (source_id, directory_id) on delete cascade
);
create index directory_group_members_member on directory_group_members (source_id, member_key);
