do $$
declare
    kept text;
begin
    foreach kept in array array['org_state', 'ranks', 'policy_activations'] loop
        execute format('drop trigger keep_history_of_new on %I', kept);
        execute format('drop trigger keep_history_of_changed on %I', kept);
        execute format('drop trigger keep_history_of_gone on %I', kept);
    end loop;
end
$$;
drop table org_state_history, ranks_history, policy_activations_history;
drop trigger org_state_is_bumped on org_state;
drop function org_state_is_bumped;
alter table org_state drop column bumped_at;
