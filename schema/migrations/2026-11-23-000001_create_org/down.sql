drop table exceptions_history, clearances_history, liaisons_history, delegations_history, posts_history,
    units_history, people_history;
drop table sync_runs, org_state, exceptions, clearances, liaisons, delegations, posts, units, photos, people,
    ranks, sources;
drop function units_stay_a_tree();
drop function keep_history();
drop extension pg_trgm;
drop extension btree_gist;
