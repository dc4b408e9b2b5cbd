-- The figures of target_report.csv, of QOF's VI004 and of capitation.csv, written from what the files
-- and the rules say in words that they mean. gms_list has those registered as regular patients; dose
-- the vaccines given, by list and day; test what was done; refusal what was refused, by a code or by an
-- entry's own words; report_code the report rules' codelists. A child is 8 months old
-- from the day that is 8 months after the day of birth (the 28th of February after the 30th of June).

-- dose
CREATE OR REPLACE VIEW dose AS
SELECT DISTINCT name, patient_id, date
FROM events JOIN report_code USING (code)
WHERE coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text),
               'refus|declin|not |contraindicat|cancel|error|defer|withheld|postponed|unable')
  AND NOT says(value_text, '^(advised|indicated)');

-- test
CREATE OR REPLACE VIEW test AS
SELECT name, patient_id, date FROM own_events JOIN report_code USING (code)
WHERE coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text), 'refus|declin|not done|cancel|error');

-- refusal
CREATE OR REPLACE VIEW refusal AS
SELECT name, patient_id, date FROM events JOIN report_code USING (code)
WHERE coalesce(date <= as_at(), TRUE)
  AND NOT says(concat_ws(' ', term, value_text), 'cancel|error')
  AND (ends_with(name, '_declined') OR says(concat_ws(' ', term, value_text), 'refus|declin'));

-- child
CREATE OR REPLACE VIEW child AS
SELECT target, patient_id, date_of_birth
FROM gms_list, (VALUES ('VI001', INTERVAL 8 MONTHS, INTERVAL 8 MONTHS),
                         ('VI002', INTERVAL 18 MONTHS, INTERVAL 558 DAYS),
                         ('VI003', INTERVAL 5 YEARS, INTERVAL 5 YEARS),
                         ('VI004', INTERVAL 80 YEARS, INTERVAL 80 YEARS)) AS reached(target, age, too_late)
WHERE date_of_birth + age > as_at() - INTERVAL 1 YEAR AND date_of_birth + age <= as_at()
  AND coalesce(registered_on <= date_of_birth + too_late, TRUE);  -- registered later: left out

-- immunised
CREATE OR REPLACE VIEW immunised AS
SELECT target, patient_id FROM child JOIN dose USING (patient_id)
WHERE target = 'VI001' AND name = 'diphtheria_tetanus_pertussis'
  AND date < date_of_birth + INTERVAL 8 MONTHS
GROUP BY ALL HAVING count(*) >= 3
UNION
SELECT target, patient_id FROM child JOIN dose USING (patient_id)
WHERE target = 'VI002' AND name = 'mmr'
  AND date >= date_of_birth + INTERVAL 12 MONTHS AND date < date_of_birth + INTERVAL 18 MONTHS
UNION
SELECT target, patient_id FROM child JOIN dose USING (patient_id)
WHERE target = 'VI003' AND name IN ('mmr', 'dtap_ipv_booster')
  AND date >= date_of_birth + INTERVAL 1 YEAR AND date < date_of_birth + INTERVAL 5 YEARS
GROUP BY ALL
HAVING count(*) FILTER (name = 'mmr') >= 2 AND count(*) FILTER (name = 'dtap_ipv_booster') >= 1
UNION
SELECT target, patient_id FROM child JOIN dose USING (patient_id)
WHERE target = 'VI004' AND name = 'shingles_vaccine'
  AND date >= date_of_birth + INTERVAL 70 YEARS AND date < date_of_birth + INTERVAL 80 YEARS;

-- woman
CREATE OR REPLACE VIEW woman AS
SELECT target, months, patient_id,
  patient_id IN (SELECT patient_id FROM test WHERE name = 'no_cervix') AS has_no_cervix,
  (SELECT max(date) FROM test
   WHERE name = 'cervical_adequate' AND test.patient_id = gms_list.patient_id) AS tested_on,
  patient_id IN (SELECT patient_id FROM test WHERE name = 'cervical_adequate') AS was_tested
FROM gms_list, (VALUES ('CS005', 25, 50, 42), ('CS006', 50, 65, 66))
                 AS bands(target, from_age, below_age, months)
WHERE sex = 'F' AND date_of_birth + to_years(from_age) <= as_at()
  AND date_of_birth + to_years(below_age) > as_at();

-- figures
WITH figure AS (
  SELECT target, 'eligible' AS figure, patient_id FROM woman WHERE NOT has_no_cervix
  UNION ALL SELECT target, 'unsuitable', patient_id FROM woman WHERE has_no_cervix
  UNION ALL SELECT target, 'in_date', patient_id FROM woman
  WHERE NOT has_no_cervix AND tested_on > as_at() - to_months(months)
  UNION ALL SELECT target, 'programme_recall', patient_id FROM woman
  WHERE NOT has_no_cervix AND tested_on + CASE
      WHEN target = 'CS006' OR (tested_on >= DATE '2025-07-01' AND (patient_id, tested_on) IN (
        SELECT (patient_id, date) FROM test WHERE name = 'cervical_hpv_negative'))
      THEN INTERVAL 5 YEARS ELSE INTERVAL 3 YEARS END <= as_at()
  UNION ALL SELECT target, 'overdue', patient_id FROM woman
  WHERE NOT has_no_cervix AND was_tested
    AND coalesce(tested_on <= as_at() - to_months(months), TRUE)
  UNION ALL SELECT target, 'never_screened', patient_id FROM woman
  WHERE NOT has_no_cervix AND NOT was_tested
  UNION ALL SELECT target, 'next_due', patient_id FROM woman
  WHERE NOT has_no_cervix AND tested_on > as_at() - to_months(months)
    AND tested_on + to_months(months) <= as_at() + INTERVAL 3 MONTHS
  UNION ALL SELECT DISTINCT target, 'declined', woman.patient_id
  FROM woman JOIN refusal USING (patient_id)
  WHERE NOT has_no_cervix AND name IN ('cervical_declined', 'cervical_adequate')
    AND date > as_at() - to_months(months)
  UNION ALL SELECT DISTINCT target, 'non_responder', woman.patient_id
  FROM woman JOIN events USING (patient_id) JOIN report_code USING (code)
  WHERE NOT has_no_cervix AND name = 'cervical_non_responder'
    AND date > as_at() - to_months(months) AND date <= as_at()
  UNION ALL SELECT target, 'eligible', patient_id FROM child
  UNION ALL SELECT target, 'immunised', patient_id FROM immunised
  UNION ALL SELECT target, 'not_immunised', patient_id
  FROM (SELECT target, patient_id FROM child EXCEPT SELECT target, patient_id FROM immunised)
  UNION ALL SELECT DISTINCT target, 'declined', child.patient_id
  FROM child JOIN refusal USING (patient_id)
  WHERE target <> 'VI004' AND (name = 'childhood_vaccine_declined'
    OR (target = 'VI001' AND name = 'diphtheria_tetanus_pertussis')
    OR (target IN ('VI002', 'VI003') AND name = 'mmr')
    OR (target = 'VI003' AND name = 'dtap_ipv_booster'))
)
SELECT target, figure, count(*) FROM figure GROUP BY ALL;

-- capitation
WITH weight AS (
  FROM (VALUES ('M', 0, 3.97), ('M', 5, 1.00), ('M', 15, 1.02), ('M', 45, 2.15), ('M', 65, 4.19),
               ('M', 75, 5.18), ('M', 85, 6.27), ('F', 0, 3.64), ('F', 5, 1.04), ('F', 15, 2.19),
               ('F', 45, 3.36), ('F', 65, 4.90), ('F', 75, 6.56), ('F', 85, 6.72))
       AS weights(sex, from_age, weight)
),
person AS (
  SELECT patient_id,
    CASE WHEN sex IN ('M', 'F') AND date_of_birth <= as_at() THEN sex ELSE 'unknown' END AS sex,
    date_sub('year', date_of_birth, as_at()) AS age,
    coalesce(registered_on > as_at() - INTERVAL 1 YEAR AND registered_on <= as_at(), FALSE) AS is_new,
    institution IS NOT NULL OR patient_id IN (
      SELECT patient_id FROM events JOIN codelist USING (code)
      WHERE name = 'care_home' AND coalesce(date <= as_at(), TRUE)
        AND NOT says(term, 'no longer|error|cancel')
    ) AS in_home
  FROM gms_list
),
banded AS (
  SELECT person.*, from_age, weight
  FROM person ASOF LEFT JOIN weight ON person.sex = weight.sex AND person.age >= weight.from_age
)
SELECT sex, from_age, count(*) AS patients, count(*) FILTER (is_new) AS newly_registered,
  count(*) FILTER (in_home) AS in_home,
  sum(weight * CASE WHEN is_new THEN 1.46 ELSE 1 END * CASE WHEN in_home THEN 1.43 ELSE 1 END)
    AS weighted
FROM banded GROUP BY ALL;
