-- What a made-up practice lacks: values on both sides of every boundary that a criterion has, values
-- that are missing, and entries that look like what is sought and are not. Each statement changes
-- some rows, chosen by the digest of their id, so that the same seed has the same edges.

CREATE MACRO digest(id, salt) AS (md5_number_lower(id || salt) % 1000000)::INTEGER;
CREATE MACRO one_in(n, id, salt) AS digest(id, salt) % n = 0;
-- the day before, the day itself or the day after
CREATE MACRO around(day, id) AS (day + to_days(digest(id, 'around') % 3 - 1))::DATE;

-- patients: ages at the limits, names, and values that are missing

UPDATE patients SET date_of_birth = around(as_at() - INTERVAL 100 YEARS, patient_id)
WHERE date_of_birth < DATE '1950-01-01' AND one_in(12, patient_id, 'old');

UPDATE patients SET date_of_birth = around(as_at() - INTERVAL 56 DAYS, patient_id)
WHERE date_of_birth > DATE '2022-01-01' AND one_in(3, patient_id, 'baby');

UPDATE patients SET date_of_birth = around(as_at(), patient_id)
WHERE date_of_birth > DATE '2022-01-01' AND one_in(5, patient_id, 'birth');

UPDATE patients SET date_of_birth = around(as_at() - INTERVAL 16 YEARS, patient_id)
WHERE date_of_birth BETWEEN DATE '2008-01-01' AND DATE '2014-12-31' AND one_in(3, patient_id, 'sixteen');

-- the ages of the targets of vaccination and cervical screening
UPDATE patients
SET date_of_birth = around(CASE digest(patient_id, 'which target') % 7
      WHEN 0 THEN as_at() - INTERVAL 8 MONTHS WHEN 1 THEN as_at() - INTERVAL 20 MONTHS
      WHEN 2 THEN as_at() - INTERVAL 18 MONTHS WHEN 3 THEN as_at() - INTERVAL 30 MONTHS
      WHEN 4 THEN as_at() - INTERVAL 5 YEARS WHEN 5 THEN as_at() - INTERVAL 6 YEARS
      ELSE as_at() - INTERVAL 14 MONTHS END, patient_id)
WHERE date_of_birth > DATE '2019-01-01' AND one_in(2, patient_id, 'target');
UPDATE patients
SET date_of_birth = around(as_at() - to_years([80, 81, 75][1 + digest(patient_id, 'eighty') % 3]), patient_id)
WHERE date_of_birth BETWEEN DATE '1940-01-01' AND DATE '1954-12-31' AND one_in(4, patient_id, 'shingles');
UPDATE patients
SET date_of_birth = around(as_at() - to_years([25, 50, 65][1 + digest(patient_id, 'band') % 3]), patient_id)
WHERE sex = 'F' AND date_of_birth BETWEEN DATE '1960-01-01' AND DATE '2002-12-31'
  AND one_in(12, patient_id, 'screening');

UPDATE patients SET registered_on = around(as_at() - INTERVAL 1 YEAR, patient_id)
WHERE one_in(10, patient_id, 'joined');

UPDATE patients SET date_of_birth = NULL WHERE one_in(60, patient_id, 'unborn');

UPDATE patients
SET family_name = CASE digest(patient_id, 'which') % 6
      WHEN 0 THEN 'O’Neill' WHEN 1 THEN 'Müller' WHEN 2 THEN 'Łukasz' WHEN 3 THEN 'de la Mare'
      WHEN 4 THEN 'Day‐Lewis' ELSE NULL END,
    given_name = CASE digest(patient_id, 'which first') % 4
      WHEN 0 THEN 'Zoë' WHEN 1 THEN 'Anne Marie' WHEN 2 THEN 'D''Arcy' ELSE NULL END
WHERE one_in(25, patient_id, 'name');

-- a middle name is neither surname nor first name
UPDATE patients SET middle_names = 'Anne-Zoë' WHERE one_in(10, patient_id, 'middle');

UPDATE patients
SET status = CASE WHEN one_in(30, patient_id, 'no status') THEN NULL ELSE status END,
    registration = CASE WHEN one_in(20, patient_id, 'kind') THEN NULL
                        WHEN one_in(19, patient_id, 'kind') THEN 'dummy'
                        WHEN one_in(17, patient_id, 'kind') THEN 'temporary' ELSE registration END,
    nhs_number = CASE WHEN one_in(25, patient_id, 'number') THEN NULL ELSE nhs_number END,
    email = CASE WHEN one_in(9, patient_id, 'mail') THEN NULL ELSE email END,
    institution = CASE WHEN one_in(2, patient_id, 'home') THEN NULL ELSE institution END,
    carer = CASE WHEN one_in(2, patient_id, 'carer') THEN NULL ELSE carer END,
    is_sensitive = CASE WHEN one_in(7, patient_id, 'sensitive') THEN NULL ELSE is_sensitive END,
    is_dispensing = CASE WHEN one_in(7, patient_id, 'dispensing') THEN NULL ELSE is_dispensing END,
    is_confidential = CASE WHEN one_in(7, patient_id, 'confidential') THEN NULL
                           ELSE is_confidential END,
    has_opted_out = CASE WHEN one_in(3, patient_id, 'opt-out') THEN NULL ELSE has_opted_out END;


-- who died yesterday, today or (so it says) tomorrow
UPDATE patients SET died_on = around(as_at(), patient_id)
WHERE status = 'deceased' AND one_in(2, patient_id, 'died');
UPDATE patients SET status = 'registered'
WHERE status = 'deceased' AND one_in(3, patient_id, 'not yet');

-- addresses and relationships

UPDATE addresses
SET kind = CASE WHEN one_in(12, address_id, 'kind') THEN NULL
                WHEN one_in(5, address_id, 'kind') THEN 'work_phone' ELSE kind END,
    value = CASE WHEN one_in(20, address_id, 'value') THEN NULL ELSE value END
WHERE kind NOT IN ('home', 'email');

-- another address or number of the same kind
INSERT INTO addresses
SELECT patient_id, 'other-' || address_id, kind, value || ' (old)', postcode, NULL, since FROM addresses
WHERE (kind IN ('temporary', 'correspondence') AND one_in(2, address_id, 'old'))
   OR (kind IN ('home_phone', 'work_phone') AND one_in(9, address_id, 'old'));

-- the same address or number, written down twice
INSERT INTO addresses
SELECT patient_id, 'again-' || address_id, kind, value, postcode, since, until FROM addresses
WHERE one_in(6, address_id, 'again');

UPDATE relationships
SET is_next_of_kin = CASE WHEN one_in(3, relationship_id, 'kin') THEN NULL
                          WHEN one_in(4, relationship_id, 'kin') THEN FALSE ELSE is_next_of_kin END,
    is_carer = CASE WHEN one_in(3, relationship_id, 'carer') THEN NULL ELSE is_carer END;

-- events

CREATE TABLE listed AS
SELECT event_id, any_value(name) AS name FROM events JOIN codelist USING (code) GROUP BY event_id;

-- the family's, not the patient's
UPDATE events SET kind = 'family_history'
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('qof_registers', 'drug_allergies', 'non_drug_allergies')
                     AND one_in(5, event_id, 'family'));

UPDATE events SET kind = NULL
WHERE event_id IN (SELECT event_id FROM listed WHERE one_in(8, event_id, 'no kind'));

-- doses that were not given, by their status or their term
CREATE MACRO one_of(words, id) AS words[1 + digest(id, 'which word') % len(words)];
UPDATE events
SET value_text = one_of(['Given', 'Given', 'Dose 2', 'Refused', 'DECLINED by parent', 'Not given', 'Given in error',
                         'Contraindicated', 'Cancelled', 'Advised', 'Not done', 'Did not attend', 'Deferred',
                         'Withheld', 'Postponed', 'Not required', 'Unable to give', 'Indicated',
                         'Given, advised paracetamol'], event_id)
WHERE kind = 'immunisation' AND one_in(60, event_id, 'not given');
UPDATE events
SET term = term || one_of([' given', ' declined', ' given in error', ' not done', ' (cancelled)', ' refused',
                           ' deferred', ' contraindicated'], event_id)
WHERE kind = 'immunisation' AND one_in(200, event_id, 'term');

-- a dose that was entered twice, in place of another
UPDATE events SET code = (SELECT min(code) FROM codelist WHERE name = 'childhood_immunisations')
WHERE code = (SELECT max(code) FROM codelist WHERE name = 'childhood_immunisations')
  AND one_in(9, event_id, 'twice');

-- other entries that say they are none, in their term (and in their value, of drug allergies)
UPDATE events
SET term = term || one_of([' confirmed', ', entered in error', ' (CANCELLED)', ' suspected', ' excluded', '?',
                           ' ruled out', ' unconfirmed'], event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('qof_registers', 'pregnancy') AND one_in(3, event_id, 'none'));
UPDATE events SET term = term || one_of([' confirmed', ', entered in error', ' (cancelled)'], event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name = 'personalised_care_adjustments' AND one_in(4, event_id, 'none'));
UPDATE events SET term = one_of(['Possible ', 'Query ', 'History of ', 'No evidence of '], event_id) || term
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name = 'qof_registers' AND one_in(5, event_id, 'before'));
UPDATE events SET term = one_of(['History of ', 'Family history of '], event_id) || term
WHERE event_id IN (SELECT event_id FROM listed WHERE name = 'pregnancy' AND one_in(9, event_id, 'before'));
UPDATE events SET term = term || ' resolved'
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('qof_registers', 'pregnancy') AND one_in(9, event_id, 'past'));
UPDATE events
SET term = term || one_of([' entered in error', ' declined', ' not done', ' cancelled', ' refused'], event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('cervical_adequate', 'no_cervix') AND one_in(4, event_id, 'none'));
UPDATE events SET value_text = one_of(['Declined', 'Cancelled', 'Negative', 'Entered in error'], event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('cervical_adequate', 'no_cervix') AND one_in(6, event_id, 'status'));
UPDATE events SET term = 'Family history of ' || term
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('drug_allergies', 'non_drug_allergies') AND one_in(9, event_id, 'kin'));
UPDATE events SET term = 'Suspected: ' || term
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('qof_registers', 'pregnancy', 'drug_allergies')
                     AND one_in(15, event_id, 'suspected'));
UPDATE events SET value_text = one_of(['Not allergic', 'Entered in error', 'Ruled out', 'Confirmed'], event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name = 'drug_allergies' AND one_in(3, event_id, 'not allergic'));
UPDATE events SET term = 'No longer ' || lower(term)
WHERE event_id IN (SELECT event_id FROM listed WHERE name = 'care_home' AND one_in(4, event_id, 'moved'));

UPDATE events SET kind = 'other', value_text = 'Refused'
WHERE kind = 'observation' AND one_in(9000, event_id, 'refused');

-- the limits of two years, one year and today
UPDATE events SET date = around(as_at() - INTERVAL 2 YEARS, event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('pregnancy', 'personalised_care_adjustments')
                     AND one_in(4, event_id, 'two years'));
UPDATE events SET date = around(as_at() - INTERVAL 1 YEAR, event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name = 'personalised_care_adjustments' AND one_in(3, event_id, 'one year'));
UPDATE events SET date = around(as_at(), event_id)
WHERE event_id IN (SELECT event_id FROM listed
                   WHERE name IN ('care_home', 'no_cervix')
                      OR (name IN ('pregnancy', 'personalised_care_adjustments')
                          AND one_in(5, event_id, 'today'))
                      OR (name IN ('qof_registers', 'childhood_immunisations', 'cervical_adequate')
                          AND one_in(12, event_id, 'today')));

-- doses on the first and the last day that counts
UPDATE events
SET date = around(date_of_birth + CASE
      WHEN term LIKE '%DTaP/IPV/Hib%' THEN INTERVAL 8 MONTHS
      WHEN term LIKE 'First measles%' AND one_in(2, event_id, 'first') THEN INTERVAL 12 MONTHS
      WHEN term LIKE 'First measles%' THEN INTERVAL 18 MONTHS
      WHEN term LIKE 'Shingles%' AND one_in(2, event_id, 'first') THEN INTERVAL 70 YEARS
      WHEN term LIKE 'Shingles%' THEN INTERVAL 80 YEARS
      ELSE INTERVAL 5 YEARS END, event_id)
FROM patients
WHERE events.patient_id = patients.patient_id AND date_of_birth IS NOT NULL
  AND (term LIKE '%DTaP/IPV%' OR term LIKE '%measles mumps rubella vaccination' OR term LIKE 'Shingles%')
  AND kind = 'immunisation' AND one_in(6, event_id, 'dose');

-- tests at the ends of the intervals, and non-responders and refusals at their beginnings
UPDATE events
SET date = around(as_at() - to_months([42, 39, 66, 63, 0][1 + digest(event_id, 'interval') % 5]), event_id)
WHERE (term LIKE 'Cervical screening declined' OR event_id IN (
         SELECT event_id FROM listed WHERE name IN ('cervical_adequate', 'cervical_non_responder')))
  AND one_in(2, event_id, 'screened');

UPDATE events SET date = around(DATE '1950-01-01', event_id) WHERE one_in(3000, event_id, '1950');
UPDATE events SET date = NULL, date_precision = NULL WHERE one_in(5000, event_id, 'no date');
UPDATE events SET date = NULL, date_precision = 'unknown'
WHERE event_id IN (SELECT event_id FROM listed WHERE one_in(20, event_id, 'no date'));
UPDATE events SET date_precision = NULL WHERE one_in(50, event_id, 'precision');

-- texts of 499, 500 and 501 letters that are more bytes
UPDATE events SET text = repeat('é', 499 + digest(event_id, 'long') % 3)
WHERE one_in(3000, event_id, 'long text');

-- readings
UPDATE events
SET value = CASE WHEN one_in(5, event_id, 'value') THEN NULL ELSE value END,
    unit = CASE WHEN one_in(4, event_id, 'unit') THEN NULL ELSE unit END,
    range_low = CASE WHEN one_in(4, event_id, 'low') THEN NULL ELSE range_low END,
    range_high = CASE WHEN one_in(4, event_id, 'high') THEN NULL ELSE range_high END,
    is_abnormal = CASE WHEN one_in(3, event_id, 'flag') THEN NULL ELSE is_abnormal END
WHERE value IS NOT NULL AND one_in(2, patient_id, 'readings');
-- of most patients the pair is taken apart
UPDATE events SET date = date + 1
WHERE code IN (SELECT min(code) FROM codelist WHERE name = 'blood_pressure')
  AND NOT one_in(5, patient_id, 'pair');

-- problems: around ten active ones, and past ones without an end
UPDATE events SET problem_status = 'active'
WHERE kind = 'problem' AND one_in(2, patient_id, 'active') AND NOT one_in(5, event_id, 'past');
UPDATE events SET problem_status = NULL WHERE kind = 'problem' AND one_in(10, event_id, 'state');
UPDATE events SET ended_on = NULL
WHERE kind = 'problem' AND NOT one_in(4, patient_id, 'ended');
UPDATE events SET parent_id = NULL WHERE kind = 'problem' AND one_in(3, event_id, 'parent');
UPDATE events SET kind = NULL WHERE kind = 'problem' AND one_in(15, event_id, 'kind');

-- marks
UPDATE events
SET is_degraded = CASE WHEN one_in(3, event_id, 'degraded') THEN NULL ELSE is_degraded END,
    is_local_code = CASE WHEN one_in(3, event_id, 'local') THEN NULL ELSE is_local_code END,
    is_confidential = CASE WHEN one_in(3, event_id, 'private') THEN NULL ELSE is_confidential END;
UPDATE events SET is_degraded = TRUE WHERE kind = 'allergy' AND one_in(30, event_id, 'allergy');

-- the reaction to a drug, beside the allergy, or nowhere
UPDATE events SET value_text = text, text = NULL
WHERE kind = 'allergy' AND one_in(3, event_id, 'reaction');
UPDATE events SET value_text = NULL WHERE kind = 'allergy' AND one_in(4, event_id, 'none');

-- an entry of a system's register of those at risk: a term without a code
UPDATE events
SET code = CASE WHEN one_in(2, event_id, 'code') THEN NULL ELSE code END,
    term = one_of(['Child at risk: neglect', 'Adult at risk: falls', 'Prescribed medicine at risk'], event_id)
WHERE kind = 'administration' AND one_in(600, event_id, 'at risk');

-- medications

UPDATE medications
SET is_active = CASE WHEN one_in(10, medication_id, 'none') THEN NULL
                     WHEN one_in(12, medication_id, 'active') THEN NOT is_active ELSE is_active END,
    course = CASE WHEN one_in(25, medication_id, 'course') THEN NULL
                  WHEN one_in(11, medication_id, 'course') THEN 'automatic'
                  WHEN one_in(7, medication_id, 'course') THEN 'repeat_dispensing'
                  WHEN one_in(13, medication_id, 'course') THEN 'acute' ELSE course END,
    is_unmapped = CASE WHEN one_in(3, medication_id, 'mapped') THEN NULL ELSE is_unmapped END,
    is_confidential = CASE WHEN one_in(3, medication_id, 'private') THEN NULL
                           WHEN one_in(2000, medication_id, 'private') THEN TRUE
                           ELSE is_confidential END
WHERE NOT one_in(3, patient_id, 'as they are');
-- nothing but current medicines
DELETE FROM medications WHERE NOT is_active AND one_in(3, patient_id, 'only current');

-- recalls, appointments, referrals, documents

UPDATE recalls SET date = around(as_at(), recall_id)
WHERE status = 'pending' AND NOT one_in(3, recall_id, 'today');
UPDATE recalls
SET status = CASE WHEN one_in(4, recall_id, 'state') THEN NULL ELSE status END,
    is_complete = CASE WHEN one_in(3, recall_id, 'done') THEN NULL ELSE is_complete END;

UPDATE appointments SET date = around(as_at(), appointment_id)
WHERE status = 'booked' AND NOT one_in(4, appointment_id, 'today');
UPDATE appointments SET status = CASE WHEN one_in(2, appointment_id, 'state') THEN NULL
                                      ELSE 'cancelled' END
WHERE status IN ('did_not_attend', 'booked') AND one_in(5, appointment_id, 'other state');
UPDATE appointments SET date = around(as_at(), appointment_id)
WHERE status = 'did_not_attend' AND one_in(3, appointment_id, 'missed');

UPDATE referrals
SET ubrn = CASE WHEN one_in(3, referral_id, 'ubrn') THEN NULL ELSE ubrn END,
    urgency = CASE WHEN one_in(5, referral_id, 'urgency') THEN NULL ELSE urgency END;

UPDATE documents
SET file_type = CASE WHEN one_in(4, document_id, 'type') THEN NULL ELSE file_type END,
    is_absent = CASE WHEN one_in(3, document_id, 'absent') THEN NULL ELSE is_absent END;
DELETE FROM documents WHERE one_in(2, document_id, 'fewer') AND one_in(2, patient_id, 'fewer');

-- a disease that is resolved on the day of its last diagnosis, the day before it or the day after
UPDATE events SET date = around(last.day, event_id)
FROM (SELECT patient_id AS of_patient, code AS diagnosis, max(date) AS day FROM events
      WHERE code IN ('195967001', '59621000', '44054006', '84114007', '49436004') GROUP BY ALL) AS last
WHERE of_patient = patient_id AND one_in(2, event_id, 'resolved')
  AND (code, diagnosis) IN (('X-3002', '195967001'), ('X-3008', '59621000'), ('X-3006', '44054006'),
                            ('X-3007', '84114007'), ('X-3001', '49436004'));
