-- What happens in every project between the brief of the day before and that of bench.day.
UPDATE agenda_tasks SET status = 'done', completed_at = current_setting('bench.day')::date - interval '4 hours'
WHERE status = 'in_progress' AND due_on = current_setting('bench.day')::date;
UPDATE agenda_tasks SET due_on = due_on + 3 WHERE external_id LIKE '% task 35';
UPDATE agenda_tasks SET removed_at = NULL WHERE external_id LIKE '% task 40';
