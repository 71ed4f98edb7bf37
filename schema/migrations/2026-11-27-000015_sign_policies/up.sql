-- A set of rules is written by one officer, approved by another, built on every node, and only then in force: in the shadow,
-- in one agency, or everywhere. What was in force when, and where, stays on record.

-- The Ed25519 keys of officers. The private half never comes here.
create table signing_keys (
    id uuid primary key,
    person_id uuid not null references people,
    -- What its owner calls it: the device that holds it.
    name text not null check (length(name) between 1 and 100),
    public_key bytea not null unique check (length(public_key) = 32),
    enrolled_at timestamptz not null,
    -- Somebody else has seen that it is theirs; before that it signs nothing.
    confirmed_by uuid references people check (confirmed_by <> person_id),
    confirmed_at timestamptz,
    revoked_by uuid references people,
    revoked_at timestamptz,
    check ((confirmed_by is null) = (confirmed_at is null)),
    check ((revoked_by is null) = (revoked_at is null))
);
create index signing_keys_person on signing_keys (person_id);
create index signing_keys_confirmed_by on signing_keys (confirmed_by);
create index signing_keys_revoked_by on signing_keys (revoked_by);

alter table policy_versions
    -- The set that it was written from and is compared with.
    add column base bigint references policy_versions check (base < number),
    -- None: the files that came with the program, or that its configuration names.
    add column author_id uuid references people,
    -- What it is for.
    add column note text not null default '' check (length(note) <= 2000),
    -- It touches what only the security office may answer for: hard rules, walls, labels, invariants.
    add column needs_security boolean not null default false,
    add column withdrawn_by uuid references people,
    add column withdrawn_at timestamptz,
    add constraint policy_versions_have_a_base check ((author_id is null) or (base is not null and note <> '')),
    add constraint policy_versions_withdrawn_by_somebody check ((withdrawn_by is null) = (withdrawn_at is null));
create index policy_versions_base on policy_versions (base);
create index policy_versions_author on policy_versions (author_id);
create index policy_versions_withdrawn_by on policy_versions (withdrawn_by);

-- Over the statement that names number, base, hash and role; see `server/src/policy/statement.rs`.
create table policy_signatures (
    number bigint not null references policy_versions,
    role text not null check (role in ('author', 'approver')),
    person_id uuid not null references people,
    -- The duty under which it was given.
    duty text not null check (duty in ('admin', 'security')),
    key_id uuid not null references signing_keys,
    signature bytea not null check (length(signature) = 64),
    signed_at timestamptz not null,
    primary key (number, role),
    -- Whoever wrote it does not approve it.
    constraint policy_signatures_of_two_people unique (number, person_id)
);
create index policy_signatures_person on policy_signatures (person_id);
create index policy_signatures_key on policy_signatures (key_id);

create table policy_activations (
    id uuid primary key,
    number bigint not null references policy_versions,
    -- shadow: decides nothing, is compared.
    mode text not null check (mode in ('active', 'shadow')),
    -- Where; null: everywhere but in agencies that have one of their own.
    agency_id uuid references units,
    valid tstzrange not null check (not isempty(valid) and not lower_inf(valid) and lower_inc(valid)),
    -- None: the program at its start.
    begun_by uuid references people,
    reason text not null check (length(reason) between 1 and 2000),
    ended_by uuid references people,
    check (mode = 'active' or agency_id is null),
    constraint policy_activations_one_at_a_time exclude using gist
        (mode with =, coalesce(agency_id, '00000000-0000-0000-0000-000000000000'::uuid) with =, valid with &&)
);
create index policy_activations_number on policy_activations (number);
create index policy_activations_agency on policy_activations (agency_id);
create index policy_activations_begun_by on policy_activations (begun_by);
create index policy_activations_ended_by on policy_activations (ended_by);

insert into policy_activations (id, number, mode, valid, reason)
select gen_random_uuid(), number, 'active', tstzrange(activated_at, lead(activated_at) over (order by number)),
    'published by the program'
from policy_versions where activated_at is not null;

drop index policy_versions_one_active;
alter table policy_versions drop column state, drop column activated_at;

-- The last word on it, whatever a program does: no set of an author is in force without two signatures, one of them of the
-- security office where that must be.
create function policy_is_approved(version policy_versions) returns boolean language sql stable as $$
    select version.withdrawn_at is null and (
        version.author_id is null
        or (select count(*) = 2 and (not version.needs_security or bool_or(duty = 'security'))
            from policy_signatures where policy_signatures.number = version.number))
$$;
create function policy_must_be_approved() returns trigger language plpgsql as $$
begin
    if not (select policy_is_approved(version) from policy_versions version where version.number = new.number) then
        raise exception 'policy version % is not approved', new.number
            using errcode = 'check_violation', constraint = 'policy_activations_are_approved';
    end if;
    return new;
end
$$;
create trigger policy_must_be_approved before insert on policy_activations
    for each row execute function policy_must_be_approved();

-- What was signed stays as it was signed.
create function policy_versions_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (old.number, old.sha256, old.files, old.base, old.author_id, old.note, old.needs_security, old.created_at)
        is distinct from (new.number, new.sha256, new.files, new.base, new.author_id, new.note, new.needs_security, new.created_at)
    then
        raise exception 'policy versions stay as they are' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger policy_versions_stay before update or delete on policy_versions
    for each row execute function policy_versions_stay();

-- The processes that decide, and when each was last seen.
create table nodes (
    id uuid primary key,
    program text not null,
    -- By which sets of rules it decides, as text that all nodes write alike.
    in_force text not null default '',
    started_at timestamptz not null,
    seen_at timestamptz not null
);

-- What each node came to when it built a set of rules: the hash of its proved table, or why it could not.
create table policy_proofs (
    node_id uuid not null references nodes on delete cascade,
    number bigint not null references policy_versions,
    table_sha256 bytea check (length(table_sha256) = 32),
    error text check (length(error) between 1 and 4000),
    built_at timestamptz not null,
    -- Since when it decides there by it.
    in_force_at timestamptz,
    primary key (node_id, number),
    check ((table_sha256 is null) <> (error is null))
);
create index policy_proofs_number on policy_proofs (number);

-- Where the set in the shadow would have decided otherwise: counted, with the facts of one example in words. No names.
create table policy_differences (
    number bigint not null references policy_versions,
    action text not null,
    -- The rule in force, and the one in the shadow.
    before_rule text not null,
    after_rule text not null,
    was_allowed boolean not null,
    is_allowed boolean not null,
    decisions bigint not null check (decisions > 0),
    example text not null check (length(example) <= 2000),
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (number, action, before_rule, after_rule)
);
