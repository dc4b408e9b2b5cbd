-- Problems, observations and allergies.

-- PRO-01
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE kind = 'problem' AND problem_status = 'active'
GROUP BY patient_id HAVING count(*) > 10;

-- PRO-02
-- The other entry has to be there. (That it is a problem as well is the readers' part.)
SELECT problem.patient_id
FROM registered
JOIN events AS problem USING (patient_id)
JOIN events AS other ON other.event_id = problem.parent_id AND other.event_id <> problem.event_id
WHERE problem.kind = 'problem';

-- PRO-03
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE kind = 'problem' AND problem_status = 'past' AND ended_on IS NOT NULL;

-- PRO-04
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE date_precision IN ('year', 'month', 'unknown') OR date IS NULL OR date < DATE '1950-01-01';

-- PRO-05
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE is_local_code;

-- PRO-06
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE is_degraded;

-- PRO-07
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE length(text) >= 500;

-- PRO-08
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE value IS NOT NULL AND unit IS NOT NULL AND range_low IS NOT NULL AND range_high IS NOT NULL
  AND is_abnormal;

-- PRO-09
-- A reading has a value; a day is what the date says.
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'blood_pressure')
  AND value IS NOT NULL AND date IS NOT NULL
GROUP BY patient_id, date HAVING count(DISTINCT code) >= 2;

-- PRO-10
-- Nine patients of ten or more have fewer entries. The practice's records are those of everyone on
-- it, left and deceased patients too.
WITH every_row AS (
  SELECT patient_id FROM events UNION ALL SELECT patient_id FROM medications
  UNION ALL SELECT patient_id FROM appointments UNION ALL SELECT patient_id FROM documents
  UNION ALL SELECT patient_id FROM referrals UNION ALL SELECT patient_id FROM recalls
  UNION ALL SELECT patient_id FROM addresses UNION ALL SELECT patient_id FROM relationships
),
size AS (
  SELECT patients.patient_id, count(every_row.patient_id) AS entries
  FROM patients LEFT JOIN every_row USING (patient_id) GROUP BY ALL
)
SELECT patient_id FROM registered JOIN size USING (patient_id)
WHERE (SELECT count(*) FROM size AS smaller WHERE smaller.entries < size.entries) * 10
   >= (SELECT count(*) FROM patients) * 9;

-- ALL-01
-- The reaction is written in the entry's text or result.
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'drug_allergies')
  AND coalesce(text, value_text) IS NOT NULL
  AND NOT says(concat_ws(' ', term, value_text),
                'family history|no known|not allergic|ruled out|error|cancel');

-- ALL-02
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'non_drug_allergies')
  AND NOT says(term, 'family history|no known|not allergic|ruled out|error|cancel')
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'no_known_allergies');

-- ALL-03
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE kind = 'allergy' AND is_degraded;
