-- People, units, posts, ranks, clearances: the mirror of the directories, and every version each row ever had.
create extension if not exists btree_gist;
create extension if not exists pg_trgm;

-- Keeps `<table>_history`. Arguments: the key columns of the table.
-- All changes of one transaction carry its one time; a version that began and ended within a transaction never held.
create function keep_history() returns trigger language plpgsql as $$
declare
    twin text := tg_table_name || '_history';
    same_row text;
    began timestamptz;
    changed_at timestamptz := now();
begin
    if tg_op = 'UPDATE' and old is not distinct from new then
        return null;
    end if;
    select string_agg(format('%1$I = ($1).%1$I', key_column), ' and ') into same_row
        from unnest(tg_argv) as key_column;
    if tg_op <> 'INSERT' then
        execute format('select lower(held) from %I where %s and upper_inf(held)', twin, same_row)
            into began using old;
        -- Another transaction began later and committed first: this change still comes after it.
        if began > changed_at then
            changed_at := clock_timestamp();
        end if;
        if began = changed_at then
            execute format('delete from %I where %s and upper_inf(held)', twin, same_row) using old;
        else
            execute format('update %I set held = tstzrange(lower(held), $2) where %s and upper_inf(held)',
                twin, same_row) using old, changed_at;
        end if;
    end if;
    if tg_op <> 'DELETE' then
        execute format('insert into %I select tstzrange($2, null), ($1).*', twin) using new, changed_at;
    end if;
    return null;
end
$$;

-- One directory server of one agency.
create table sources (
    id uuid primary key,
    name text not null unique check (name ~ '^[a-z][a-z0-9-]{0,62}$'),
    kind text not null check (kind in ('openldap', 'active_directory')),
    -- How far the directory was read (contextCSN, DirSync cookie): set in the transaction of the change it covers.
    marker text check (marker <> ''),
    -- Set by an undo or an operator: no run writes until it is released.
    held_at timestamptz,
    created_at timestamptz not null default now()
);

-- The ladder of an agency. Ladders map to five bands.
create table ranks (
    id uuid primary key,
    source_id uuid not null references sources,
    code text not null check (code <> ''),
    name_ru text not null,
    name_en text not null,
    step smallint not null check (step >= 0),
    band text not null check (band in ('support', 'officer', 'manager', 'director', 'executive')),
    unique (source_id, code),
    unique (source_id, step),
    unique (source_id, id)
);

create table people (
    id uuid primary key,
    source_id uuid not null references sources,
    -- entryUUID or objectGUID: what makes a person the same person after a rename or a move.
    directory_id uuid not null,
    dn text not null,
    dn_key text not null,
    login text not null check (login <> ''),
    login_key text not null check (login_key = lower(login_key)),
    display_name text not null check (display_name <> ''),
    given_name text,
    family_name text,
    mail text,
    phone text,
    employment text not null check (employment in ('staff', 'contractor', 'external')),
    status text not null check (status in ('active', 'disabled', 'gone')),
    -- Segments for walls, as the directory tells them.
    segments text[] not null default '{}' check (array_position(segments, null) is null),
    -- Duties in Chancery itself, as the directory tells them.
    roles text[] not null default '{}' check (roles <@ array['hr', 'compliance', 'security', 'admin']),
    created_at timestamptz not null default now(),
    unique (source_id, directory_id),
    unique (source_id, id)
);
-- Two people of whom one has left may have had the same login or name; two who can sign in may not.
create unique index people_login_key on people (login_key) where status = 'active';
create unique index people_dn_key on people (source_id, dn_key) where status <> 'gone';
create index people_display_name_trgm on people using gin (display_name gin_trgm_ops);

create table photos (
    person_id uuid primary key references people on delete cascade,
    media_type text not null check (media_type in ('image/jpeg', 'image/png')),
    sha256 bytea not null check (length(sha256) = 32),
    bytes bytea not null check (length(bytes) between 1 and 1048576)
);

create table units (
    id uuid primary key,
    source_id uuid not null references sources,
    directory_id uuid not null,
    dn text not null,
    dn_key text not null,
    kind text not null check (kind in ('agency', 'department', 'division', 'section')),
    parent_id uuid check (parent_id <> id),
    name text not null check (name <> ''),
    head_id uuid,
    status text not null check (status in ('active', 'gone')),
    created_at timestamptz not null default now(),
    unique (source_id, directory_id),
    unique (source_id, id),
    foreign key (source_id, parent_id) references units (source_id, id) deferrable initially deferred,
    foreign key (source_id, head_id) references people (source_id, id) deferrable initially deferred,
    check ((parent_id is null) = (kind = 'agency'))
);
create unique index units_dn_key on units (source_id, dn_key) where status = 'active';
create index units_parent on units (source_id, parent_id);
create index units_head on units (source_id, head_id);

create function units_stay_a_tree() returns trigger language plpgsql as $$
declare
    above uuid := new.parent_id;
    steps integer := 0;
begin
    while above is not null loop
        steps := steps + 1;
        if above = new.id or steps > 64 then
            raise exception 'unit % would be inside itself', new.id using errcode = 'check_violation';
        end if;
        select parent_id into above from units where id = above;
    end loop;
    return null;
end
$$;
create constraint trigger units_stay_a_tree after insert or update of parent_id on units
    deferrable initially deferred for each row execute function units_stay_a_tree();

-- A place in a unit with a rank and a superior.
create table posts (
    id uuid primary key,
    source_id uuid not null,
    person_id uuid not null,
    unit_id uuid not null,
    rank_id uuid not null,
    kind text not null check (kind in ('primary', 'further', 'acting', 'secondment')),
    title text not null,
    superior_id uuid check (superior_id <> person_id),
    valid tstzrange not null default tstzrange(now(), null) check (not isempty(valid)),
    foreign key (source_id, person_id) references people (source_id, id) deferrable initially deferred,
    foreign key (source_id, unit_id) references units (source_id, id) deferrable initially deferred,
    foreign key (source_id, rank_id) references ranks (source_id, id),
    foreign key (source_id, superior_id) references people (source_id, id) deferrable initially deferred,
    constraint posts_one_primary_at_a_time exclude using gist (person_id with =, valid with &&)
        where (kind = 'primary') deferrable initially deferred
);
create index posts_person on posts (source_id, person_id);
create index posts_unit on posts (source_id, unit_id);
create index posts_rank on posts (source_id, rank_id);
create index posts_superior on posts (source_id, superior_id);

-- In whose name a person may act: acting for an absent head, assistant of, duty officer (in nobody's name but the agency's).
create table delegations (
    id uuid primary key,
    person_id uuid not null references people,
    principal_id uuid references people check (principal_id <> person_id),
    hat text not null check (hat in ('acting', 'assistant', 'duty')),
    valid tstzrange not null default tstzrange(now(), null) check (not isempty(valid)),
    check ((principal_id is null) = (hat = 'duty')),
    constraint delegations_once_at_a_time exclude using gist
        (person_id with =, hat with =, coalesce(principal_id, person_id) with =, valid with &&)
);
create index delegations_person on delegations (person_id);
create index delegations_principal on delegations (principal_id);

-- Who speaks for their agency to another one.
create table liaisons (
    person_id uuid not null references people,
    agency_id uuid not null references units,
    primary key (person_id, agency_id)
);
create index liaisons_agency on liaisons (agency_id);

-- No row: never cleared. Levels are numbers on the ladder that the policy names; 0 is unlabelled and needs no row.
create table clearances (
    person_id uuid primary key references people,
    level smallint not null check (level between 1 and 9),
    categories text[] not null default '{}' check (array_position(categories, null) is null)
);

-- A time-bound grant or block between two named people.
create table exceptions (
    id uuid primary key,
    kind text not null check (kind in ('grant', 'block')),
    from_id uuid not null references people,
    to_id uuid not null references people check (to_id <> from_id),
    approver_id uuid not null references people,
    reason text not null check (length(reason) between 1 and 2000),
    valid tstzrange not null check (not isempty(valid)),
    constraint exceptions_once_at_a_time exclude using gist
        (from_id with =, to_id with =, kind with =, valid with &&)
);
create index exceptions_to on exceptions (to_id);
create index exceptions_from on exceptions (from_id);
create index exceptions_approver on exceptions (approver_id);

-- The number that every copy of the mirror in memory follows.
create table org_state (
    only_row boolean primary key default true check (only_row),
    version bigint not null check (version >= 0),
    changed_at timestamptz not null default now()
);
insert into org_state (version) values (0);

create table sync_runs (
    id uuid primary key,
    source_id uuid not null references sources,
    started_at timestamptz not null,
    finished_at timestamptz check (finished_at >= started_at),
    -- running: not finished, or the program died. unchanged: read well, nothing to do. refused: the guard said no.
    state text not null check (state in ('running', 'applied', 'unchanged', 'refused', 'failed')),
    plan_sha256 bytea check (length(plan_sha256) = 32),
    org_version bigint,
    counts jsonb not null default '{}',
    -- Quarantined entries and guard findings, one object each.
    findings jsonb not null default '[]',
    error text,
    check ((state = 'running') = (finished_at is null)),
    check ((state = 'failed') = (error is not null))
);
create index sync_runs_source on sync_runs (source_id, started_at desc);

create table people_history (held tstzrange not null, like people,
    primary key (id, held), exclude using gist (id with =, held with &&));
create table units_history (held tstzrange not null, like units,
    primary key (id, held), exclude using gist (id with =, held with &&));
create table posts_history (held tstzrange not null, like posts,
    primary key (id, held), exclude using gist (id with =, held with &&));
create table delegations_history (held tstzrange not null, like delegations,
    primary key (id, held), exclude using gist (id with =, held with &&));
create table liaisons_history (held tstzrange not null, like liaisons,
    primary key (person_id, agency_id, held), exclude using gist (person_id with =, agency_id with =, held with &&));
create table clearances_history (held tstzrange not null, like clearances,
    primary key (person_id, held), exclude using gist (person_id with =, held with &&));
create table exceptions_history (held tstzrange not null, like exceptions,
    primary key (id, held), exclude using gist (id with =, held with &&));

create trigger keep_history after insert or update or delete on people
    for each row execute function keep_history('id');
create trigger keep_history after insert or update or delete on units
    for each row execute function keep_history('id');
create trigger keep_history after insert or update or delete on posts
    for each row execute function keep_history('id');
create trigger keep_history after insert or update or delete on delegations
    for each row execute function keep_history('id');
create trigger keep_history after insert or update or delete on liaisons
    for each row execute function keep_history('person_id', 'agency_id');
create trigger keep_history after insert or update or delete on clearances
    for each row execute function keep_history('person_id');
create trigger keep_history after insert or update or delete on exceptions
    for each row execute function keep_history('id');
