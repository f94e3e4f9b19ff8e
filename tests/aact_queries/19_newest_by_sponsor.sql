-- Which is the newest trial of each kind of lead sponsor?
SELECT agency_class, nct_id, study_first_posted_date
FROM (
    SELECT sp.agency_class, s.nct_id, s.study_first_posted_date,
           ROW_NUMBER() OVER (PARTITION BY sp.agency_class ORDER BY s.study_first_posted_date DESC, s.nct_id) AS place
    FROM studies s JOIN sponsors sp ON sp.nct_id = s.nct_id
    WHERE sp.lead_or_collaborator = 'lead'
) ranked
WHERE place = 1
ORDER BY agency_class;
