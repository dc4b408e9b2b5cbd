-- The registers of QOF, written from public descriptions of the business rules: which diagnosis puts
-- a patient on a register, from which age, and which code takes the patient off it again. report_code
-- has the report rules' codelists by name. A patient is off a register from the day of the latest code
-- for resolved on, unless a later diagnosis is recorded; a diagnosis without a day counts where nothing
-- is resolved.

-- diagnosis
CREATE OR REPLACE VIEW diagnosis AS
SELECT name, patient_id, date FROM own_events JOIN report_code USING (code)
WHERE coalesce(date <= as_at(), TRUE)
  AND NOT says(term, 'family history|history of|suspect|suspic|query|possib|probable|provisional|unconfirmed|not confirmed|no evidence|exclud|rule out|ruled out|screening for|risk of|resolved|error|cancel|^fh:|^h/o|^no |^not |^[?]|[?]$| [?]')
  AND NOT says(value_text, 'family history|history of|suspect|suspic|query|possib|probable|provisional|unconfirmed|not confirmed|no evidence|exclud|rule out|ruled out|screening for|risk of|resolved|error|cancel|^fh:|^h/o|^no |^not |^[?]|[?]$| [?]');

-- off
CREATE OR REPLACE VIEW off AS
SELECT name, patient_id, max(date) AS day FROM events JOIN report_code USING (code)
WHERE date <= as_at() AND NOT says(concat_ws(' ', term, value_text), 'error|cancel|withdrawn')
GROUP BY ALL;

-- active
CREATE OR REPLACE VIEW active AS
SELECT DISTINCT diagnosis.name, diagnosis.patient_id
FROM diagnosis LEFT JOIN off
  ON off.patient_id = diagnosis.patient_id AND off.name = diagnosis.name || '_resolved'
WHERE off.day IS NULL OR diagnosis.date > off.day;

-- person
CREATE OR REPLACE VIEW person AS
SELECT patient_id, sex, date_sub('year', date_of_birth, as_at()) AS age,
  patient_id IN (
    SELECT patient_id FROM medications JOIN report_code USING (code)
    WHERE name = 'asthma_drugs' AND coalesce(last_issued_on, started_on) <= as_at()
      AND coalesce(last_issued_on, started_on) > as_at() - INTERVAL 12 MONTHS) AS has_inhaler
FROM gms_list;

-- reading
CREATE OR REPLACE VIEW reading AS
SELECT name, patient_id, date, value FROM own_events JOIN report_code USING (code)
WHERE value IS NOT NULL AND date <= as_at()
  AND NOT says(concat_ws(' ', term, value_text), 'refus|declin|not done|cancel|error');

-- members
WITH has AS (SELECT person.*, active.name FROM person JOIN active USING (patient_id)),
diabetic AS (
  SELECT patient_id, min(date) AS first_on, max(date) AS last_on FROM diagnosis
  WHERE name = 'diabetes' GROUP BY ALL),
sugar AS (  -- from when on, not counting diabetes
  SELECT person.patient_id, diagnosis.name, min(date) AS since FROM person
  JOIN diagnosis USING (patient_id)
  WHERE name = 'gestational_diabetes' OR (name = 'non_diabetic_hyperglycaemia' AND age >= 18)
  GROUP BY ALL),
no_diabetes AS (
  SELECT DISTINCT sugar.name, sugar.patient_id FROM sugar
  LEFT JOIN diabetic USING (patient_id)
  LEFT JOIN off ON off.patient_id = sugar.patient_id AND off.name = 'diabetes_resolved'
  WHERE diabetic.patient_id IS NULL OR coalesce(off.day > last_on, FALSE)
    OR (first_on > as_at() - INTERVAL 12 MONTHS AND since < first_on)),
ethnicity AS (
  SELECT patient_id, max(date) AS day FROM events JOIN report_code USING (code)
  WHERE name = 'ethnicity' AND date <= as_at() GROUP BY ALL),
lower_limit AS (
  SELECT DISTINCT patient_id FROM ethnicity JOIN events USING (patient_id)
  JOIN report_code USING (code) WHERE name = 'lower_bmi_ethnicity' AND date = day),
large AS (
  SELECT patient_id, max(value + CASE WHEN patient_id IN (FROM lower_limit) THEN 2.5 ELSE 0 END) AS bmi
  FROM reading WHERE name = 'bmi' AND date > as_at() - INTERVAL 12 MONTHS GROUP BY ALL)
SELECT DISTINCT register, patient_id FROM (
  SELECT 'AF.register' AS register, patient_id FROM has WHERE name = 'af'
  UNION ALL SELECT 'AST.register', patient_id FROM has WHERE name = 'asthma' AND age >= 6 AND has_inhaler
  UNION ALL SELECT 'AST015.register', patient_id FROM has WHERE name = 'asthma' AND age >= 5 AND has_inhaler
  UNION ALL SELECT 'CHD.register', patient_id FROM has WHERE name = 'chd'
  UNION ALL SELECT 'CD.register', patient_id FROM has WHERE name IN ('chd', 'stroke_tia')
  UNION ALL SELECT 'CHOL003.register', patient_id FROM has
  WHERE name IN ('chd', 'stroke_tia', 'peripheral_arterial_disease') OR (name = 'ckd' AND age >= 18)
  UNION ALL SELECT 'COPD.register', patient_id FROM has WHERE name = 'copd'
  UNION ALL SELECT 'DEM.register', patient_id FROM has WHERE name = 'dementia'
  UNION ALL SELECT 'DM.register', patient_id FROM has WHERE name = 'diabetes' AND age >= 17
  UNION ALL SELECT 'HF.register', patient_id FROM has WHERE name = 'heart_failure'
  UNION ALL SELECT 'HYP.register', patient_id FROM has WHERE name = 'hypertension' AND age >= 18
  UNION ALL SELECT 'MH.register', patient_id FROM has WHERE name = 'mental_health'
  UNION ALL SELECT 'NDH.register', patient_id FROM no_diabetes WHERE name = 'non_diabetic_hyperglycaemia'
  UNION ALL SELECT 'NDH003.register', patient_id FROM no_diabetes
  UNION ALL SELECT 'OB004.register', patient_id FROM person JOIN large USING (patient_id)
  WHERE age >= 18 AND bmi >= 30
  UNION ALL SELECT 'SMOK002.register', patient_id FROM has
  WHERE name IN ('chd', 'stroke_tia', 'peripheral_arterial_disease', 'hypertension', 'diabetes', 'copd',
                 'asthma', 'mental_health') OR (name = 'ckd' AND age >= 18)
  UNION ALL SELECT 'STIA.register', patient_id FROM has WHERE name = 'stroke_tia'
) WHERE patient_id IN (SELECT patient_id FROM person);
