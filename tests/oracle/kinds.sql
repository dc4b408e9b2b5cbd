-- Kinds of patients ("some of each"), each query written from the kind's words: among those who meet its
-- criterion, who is of it? Names are the words with underscores. Tables and macros as in the other files.

-- a_hyphen
SELECT patient_id FROM registered
WHERE regexp_matches(concat_ws(' ', family_name, given_name), '[-‐‑–]');

-- an_apostrophe
SELECT patient_id FROM registered
WHERE regexp_matches(concat_ws(' ', family_name, given_name), '[''’‘]');

-- an_accented_letter
SELECT patient_id FROM registered
WHERE regexp_matches(regexp_replace(concat_ws(' ', family_name, given_name), '[ -~]', '', 'g'), '\pL');

-- verified
SELECT patient_id FROM registered WHERE email_verified;

-- not_verified
SELECT patient_id FROM registered WHERE email_verified = FALSE;

-- aged_or_over
SELECT patient_id FROM registered WHERE date_of_birth <= as_at() - INTERVAL 100 YEARS;

-- under_weeks_old
SELECT patient_id FROM registered WHERE as_at() - date_of_birth BETWEEN 0 AND 8 * 7 - 1;

-- a_non_drug_allergy
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'non_drug_allergies')
  AND NOT says(term, 'family history|no known|not allergic|ruled out|error|cancel');

-- no_known_allergies
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'no_known_allergies');

-- an_item_not_mapped_to_dm_d
SELECT patient_id FROM registered JOIN medications USING (patient_id) WHERE is_unmapped;

-- an_appliance
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'appliances');

-- a_hospital_only_drug
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND code IN (SELECT code FROM codelist WHERE name = 'hospital_only_drugs');

-- warfarin
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND code IN (SELECT code FROM codelist WHERE name = 'warfarin');

-- a_disease_modifying_drug
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND code IN (SELECT code FROM codelist WHERE name = 'dmards');

-- an_adequate_test
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'cervical_adequate')
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text), 'refus|declin|not done|cancel|error');

-- a_non_responder
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'cervical_non_responder');

-- no_cervix
SELECT patient_id FROM registered JOIN own_events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'no_cervix')
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text), 'refus|declin|not done|cancel|error');

-- documents_of_three_or_more_file_types
SELECT patient_id FROM registered JOIN documents USING (patient_id)
GROUP BY patient_id HAVING count(DISTINCT file_type) >= 3;

-- a_document_whose_file_is_missing
SELECT patient_id FROM registered JOIN documents USING (patient_id) WHERE is_absent;
