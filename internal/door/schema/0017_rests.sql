-- An open case on consent rests on one consent: of those that it may have been opened on, one
-- that was not stopped, and of these the one that lasts longest. It ends with that one for good;
-- where there is none it rests on nothing and counts no more. '' = law, or ended before this was kept.
UPDATE door_case SET consent = COALESCE((
	SELECT c.id FROM door_consent AS c
	WHERE c.person = door_case.person AND c.purpose = 'counselling' AND c.organisation = door_case.organisation AND c.account IN ('', door_case.counsellor)
	ORDER BY CASE WHEN c.stopped = 0 THEN 0 ELSE 1 END, c.version DESC, c.until DESC, c.id
	LIMIT 1), '')
WHERE basis = 'consent' AND ended = 0 AND consent = '';
