-- The sample ministry's own runs were yesterday.
update sync_runs set started_at = started_at - interval '1 day', finished_at = finished_at - interval '1 day';

-- What the sync would have written: a source that works, one that fails, runs, a plan that waits, a quarantine.
update sources set health = 'following', heard_at = now(), url = 'ldaps://directory.gov.example'
    where id = (select source_id from people where login = 'hr');
update sources set health = 'failing', heard_at = now() - interval '3 hours', trouble =
    '{"code": "no_answer", "message_en": "The directory does not answer. Check the network and the address.",
      "message_ru": "Справочник не отвечает. Проверьте сеть и адрес."}'
    where id <> (select source_id from people where login = 'hr');

with runs as (
    insert into sync_runs (id, source_id, started_at, detected_at, finished_at, state, cause, org_version, counts, changes)
    select gen_random_uuid(), s.id, at, at, at + interval '20 ms', 'applied', 'live', 1000 + n,
        '{"entries": 252, "people_changed": 1}',
        '[{"change": "person_changed", "name": "Орлова Анна Сергеевна", "dn": "uid=orlova,ou=Отдел кадров,dc=gov",
           "fields": [{"field": "title", "before": "Специалист", "after": "Главный специалист"}]}]'
    from (select source_id as id from people where login = 'hr') s, generate_series(1, 200) n,
        lateral (select now() - interval '2 hours' + n * interval '30 s' as at) t
    returning org_version, detected_at)
insert into org_enforcements (version, node_id, enforced_at)
select org_version, '00000000-0000-0000-0000-00000000000a'::uuid,
    detected_at + (30 + (org_version * 37 % 97) * (org_version * 37 % 97) / 40) * interval '1 ms' from runs
union all select 1000, '00000000-0000-0000-0000-00000000000a'::uuid, now() - interval '3 hours';

insert into sync_runs (id, source_id, started_at, finished_at, state, cause, counts)
select '00000000-0000-7000-8000-000000000001', source_id, now() - interval '5 minutes', now() - interval '5 minutes',
    'refused', 'schedule', '{"entries": 212, "people_gone": 40, "people_disabled": 2}' from people where login = 'hr';

insert into directory_plans (id, source_id, run_id, sha256, state, made_at, refusals, counts, changes, changes_total,
    consequences)
select '00000000-0000-7000-8000-000000000002', source_id, '00000000-0000-7000-8000-000000000001',
    sha256('the changes'), 'waiting', now() - interval '5 minutes',
    '[{"code": "unit_emptied", "dn": "ou=Отдел учёта земель,dc=gov",
       "message_en": "A unit loses more people than may go at once. Approve this if it is meant.",
       "message_ru": "Подразделение теряет больше людей, чем можно за раз. Одобрите, если так и задумано."}]',
    '{"people_gone": 40, "people_disabled": 2}',
    (select jsonb_agg(jsonb_build_object('change', 'person_gone', 'name', 'Сотрудник ' || n,
        'dn', format('uid=person%s,ou=%s,dc=gov', n, case when n % 3 = 0 then 'Архив' else 'Отдел учёта земель' end)))
        from generate_series(1, 42) n), 42,
    '{"people": {"gone": 40, "disabled": 2, "added": 0},
      "conversations": {"lost": 57, "gained": 0, "examples": [{"person": {"name": "Сотрудник 1"}, "effect": "lost"}]},
      "contacts": {"now_forbidden": 12, "now_allowed": 3, "sampled": true, "examples": [
          {"from": {"name": "Сотрудник 4"}, "to": {"name": "Морозова Татьяна"}, "effect": "forbidden", "rule": "D05",
           "message_en": "Write to your superior first.", "message_ru": "Обратитесь сначала к руководителю."}]}}'
from people where login = 'hr';

insert into directory_findings (id, source_id, directory_id, dn, code, effect, finding, since, found_by)
select gen_random_uuid(), source_id, gen_random_uuid(), format('uid=newcomer%s,ou=Архив,dc=gov', n), 'missing_login',
    'left_out', jsonb_build_object('code', 'missing_login', 'field', 'uid',
        'message_en', 'There is no login. Fill it in.', 'message_ru', 'Нет имени для входа. Заполните его.'),
    now() - n * interval '1 hour', '00000000-0000-7000-8000-000000000001'
from people, generate_series(1, 3) n where login = 'hr';
insert into directory_findings (id, source_id, directory_id, dn, person_id, code, effect, finding, since, found_by)
select gen_random_uuid(), source_id, directory_id, dn, id, 'bad_mail', 'not_used',
    '{"code": "bad_mail", "field": "mail", "message_en": "This is not a mail address. Correct it.",
      "message_ru": "Это не адрес почты. Исправьте его."}',
    now() - interval '2 days', '00000000-0000-7000-8000-000000000001'
from people where login = 'peer';
