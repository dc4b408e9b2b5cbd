-- Demographics and registration: each query is written from what its criterion says to find.
-- patients, events … are the source tables; registered the patients with that status; own_events what
-- is said of the patient, not of the family; codelist the pack's codelists (name, code); as_at() the
-- day of the data; says(term, words) whether an entry's term, or its value, has such words.

-- DEM-01
-- An accented letter is any letter outside A to Z. A hyphen and an apostrophe are also the curly and
-- long ones that word processors write.
SELECT patient_id FROM registered
WHERE regexp_matches(concat_ws(' ', family_name, given_name), '[-‐‑–''’‘]')
   OR regexp_matches(regexp_replace(concat_ws(' ', family_name, given_name), '[ -~]', '', 'g'), '\pL');

-- DEM-02
SELECT patient_id FROM registered
WHERE previous_name IS NOT NULL;

-- DEM-03
SELECT patient_id FROM registered
WHERE nhs_number IS NULL;

-- DEM-04
SELECT patient_id FROM registered JOIN addresses USING (patient_id)
WHERE kind IN ('home', 'temporary', 'correspondence', 'home_phone', 'mobile_phone', 'work_phone')
GROUP BY patient_id, kind HAVING count(DISTINCT value) >= 2;

-- DEM-05
SELECT patient_id FROM registered
WHERE email IS NOT NULL;

-- DEM-06
SELECT patient_id FROM registered WHERE carer IS NOT NULL
UNION
SELECT patient_id FROM registered JOIN relationships USING (patient_id)
WHERE is_next_of_kin OR is_carer
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'carers');

-- DEM-07
SELECT patient_id FROM registered
WHERE date_of_birth <= as_at() - INTERVAL 100 YEARS
   OR as_at() - date_of_birth BETWEEN 0 AND 8 * 7 - 1;

-- DEM-08
SELECT patient_id FROM patients
WHERE status = 'deceased' OR died_on <= as_at();

-- DEM-09
SELECT patient_id FROM patients
WHERE status = 'left';

-- DEM-10
SELECT patient_id FROM registered
WHERE registration IN ('temporary', 'immediately_necessary');

-- DEM-11
SELECT patient_id FROM registered
WHERE registration IN ('private', 'dummy', 'other');

-- DEM-12
SELECT patient_id FROM registered
WHERE is_sensitive;

-- DEM-13
SELECT patient_id FROM registered WHERE institution IS NOT NULL
UNION
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'care_home')
  AND coalesce(date <= as_at(), TRUE)
  AND NOT says(term, 'no longer|error|cancel');

-- DEM-14
SELECT patient_id FROM registered
WHERE is_dispensing;

-- DEM-15
SELECT patient_id FROM registered JOIN events USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name IN ('ethnicity', 'interpreter'));
