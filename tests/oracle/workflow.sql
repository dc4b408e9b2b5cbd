-- Prevention and workflow.

-- PRE-01
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE date_of_birth > as_at() - INTERVAL 16 YEARS
  AND code IN (SELECT code FROM codelist WHERE name = 'childhood_immunisations')
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text),
                'refus|declin|not |contraindicat|cancel|error|defer|withheld|postponed|unable')
  AND NOT says(value_text, '^(advised|indicated)')
GROUP BY patient_id
HAVING count(DISTINCT code) >= 14;

-- PRE-02
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'vaccine_not_given')
   OR (kind = 'immunisation'
       AND says(concat_ws(' ', term, value_text),
                'refus|declin|not |contraindicat|cancel|defer|withheld|postponed|unable'))
   OR (kind = 'immunisation' AND says(value_text, '^advised'));

-- PRE-03
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name IN ('cervical_adequate', 'no_cervix'))
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text), 'refus|declin|not done|cancel|error')
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'cervical_non_responder');

-- PRE-04
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'pregnancy')
  AND date > as_at() - INTERVAL 2 YEARS AND date <= as_at()
  AND NOT says(term, 'suspect|unconfirmed|\?|exclud|ruled out|error|cancel|resolved|history of');

-- WRK-01
SELECT patient_id FROM registered JOIN recalls USING (patient_id)
WHERE date < as_at() AND coalesce(recalls.status, 'pending') = 'pending'
  AND is_complete IS NOT TRUE
INTERSECT
SELECT patient_id FROM registered JOIN recalls USING (patient_id)
WHERE date > as_at() AND coalesce(recalls.status, 'pending') = 'pending'
  AND is_complete IS NOT TRUE;

-- WRK-02
SELECT patient_id FROM registered JOIN appointments USING (patient_id)
WHERE date > as_at() AND appointments.status = 'booked'
INTERSECT
SELECT patient_id FROM registered JOIN appointments USING (patient_id)
WHERE date <= as_at() AND appointments.status = 'did_not_attend';

-- WRK-03
SELECT patient_id FROM registered JOIN referrals USING (patient_id)
WHERE urgency = 'two_week_wait' AND ubrn IS NOT NULL;

-- WRK-04
SELECT patient_id FROM registered JOIN documents USING (patient_id)
GROUP BY patient_id HAVING count(DISTINCT file_type) >= 3 OR bool_or(is_absent);

-- WRK-05
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'safeguarding')
   OR (code IS NULL AND regexp_matches(term, '^(Child|Adult) at risk'));

-- WRK-06
SELECT patient_id FROM registered WHERE is_confidential
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id) WHERE events.is_confidential
UNION
SELECT patient_id FROM registered JOIN medications USING (patient_id) WHERE medications.is_confidential;

-- WRK-07
SELECT patient_id FROM registered WHERE has_opted_out
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'opt_outs');

-- WRK-08
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'qof_registers')
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(term, 'history|suspect|possible|query|unconfirmed|\?|exclud|ruled out|no evidence|resolved|error|cancel')
INTERSECT
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'personalised_care_adjustments')
  AND date > as_at() - INTERVAL 1 YEAR AND date <= as_at()
  AND NOT says(term, 'cancel|error');
