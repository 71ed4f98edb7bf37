drop index delegations_end;
drop index delegations_begin;
drop index posts_end;
drop index posts_begin;
