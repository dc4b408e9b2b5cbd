-- Medication.

-- MED-01
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND course IN ('repeat', 'repeat_dispensing', 'automatic')
GROUP BY patient_id HAVING count(*) > 8;

-- MED-02
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND course = 'repeat_dispensing';

-- MED-03
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_active AND course = 'acute'
INTERSECT
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE NOT is_active;

-- MED-04
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name = 'controlled_drugs')
  AND is_active AND course IN ('repeat', 'repeat_dispensing', 'automatic');

-- MED-05
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE is_unmapped OR code IN (SELECT code FROM codelist WHERE name = 'appliances');

-- MED-06
SELECT patient_id FROM registered JOIN medications USING (patient_id)
WHERE code IN (SELECT code FROM codelist WHERE name IN ('hospital_only_drugs', 'warfarin', 'dmards'))
  AND is_active;
