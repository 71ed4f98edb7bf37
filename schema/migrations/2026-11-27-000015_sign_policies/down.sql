drop table policy_differences, policy_proofs, nodes;
drop trigger policy_versions_stay on policy_versions;
alter table policy_versions
    add column state text,
    add column activated_at timestamptz;
update policy_versions set activated_at =
    (select max(lower(valid)) from policy_activations activation
        where activation.number = policy_versions.number and mode = 'active' and agency_id is null);
update policy_versions set state = case
    when exists (select from policy_activations activation where activation.number = policy_versions.number
        and mode = 'active' and agency_id is null and upper_inf(valid)) then 'active'
    when activated_at is not null then 'retired'
    else 'staged' end;
alter table policy_versions
    alter column state set not null,
    add check (state in ('staged', 'active', 'retired')),
    add check (state = 'staged' or activated_at is not null);
create unique index policy_versions_one_active on policy_versions (state) where state = 'active';
drop table policy_activations, policy_signatures;
drop function policy_must_be_approved(), policy_is_approved(policy_versions), policy_versions_stay();
alter table policy_versions
    drop column base, drop column author_id, drop column note, drop column needs_security, drop column withdrawn_by,
    drop column withdrawn_at;
drop table signing_keys;
