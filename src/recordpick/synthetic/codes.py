"""The clinical codes a synthetic record uses: a few well-known SNOMED CT codes, the rest invented.

Codes such as `X-0101` are invented; they appear where a real record would have a SNOMED CT code.
The codelists that come with the criteria hold the same codes, which a test checks.
"""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """A clinical code and its term."""

    code: str
    term: str


CARERS = (
    Code("X-0101", "Has a carer"),
    Code("X-0102", "Is a carer"),
    Code("X-0103", "Carer of a person with dementia"),
    Code("X-0104", "Young carer"),
)
CARE_HOME = (
    Code("160734000", "Lives in a nursing home"),
    Code("394923006", "Lives in a residential home"),
)
ETHNICITY = (
    Code("X-0111", "White British - ethnic category"),
    Code("X-0112", "Other White background - ethnic category"),
    Code("X-0113", "Indian or British Indian - ethnic category"),
    Code("X-0114", "Pakistani or British Pakistani - ethnic category"),
    Code("X-0115", "African - ethnic category"),
    Code("X-0116", "Caribbean - ethnic category"),
    Code("X-0117", "Chinese - ethnic category"),
    Code("X-0118", "Mixed background - ethnic category"),
    Code("X-0119", "Ethnic category not stated"),
)
INTERPRETER = (
    Code("X-0121", "Interpreter needed"),
    Code("X-0122", "Interpreter not needed"),
    Code("X-0123", "Main spoken language Polish"),
    Code("X-0124", "Main spoken language Urdu"),
    Code("X-0125", "Main spoken language Romanian"),
    Code("X-0126", "British Sign Language interpreter needed"),
)
DRUG_ALLERGIES = (
    Code("91936005", "Allergy to penicillin"),
    Code("X-0201", "Allergy to trimethoprim"),
    Code("X-0202", "Allergy to codeine"),
    Code("X-0203", "Allergy to ibuprofen"),
    Code("X-0204", "Adverse reaction to amlodipine"),
    Code("X-0205", "Adverse reaction to simvastatin"),
    Code("X-0206", "Allergy to erythromycin"),
)
NON_DRUG_ALLERGIES = (
    Code("91935009", "Allergy to peanuts"),
    Code("300916003", "Latex allergy"),
    Code("X-0211", "Allergy to bee sting"),
    Code("X-0212", "Allergy to egg protein"),
    Code("X-0213", "House dust mite allergy"),
    Code("X-0214", "Allergy to cat dander"),
)
NO_KNOWN_ALLERGIES = (
    Code("716186003", "No known allergy"),
    Code("X-0221", "No known drug allergies"),
)
BLOOD_PRESSURE = (
    Code("271649006", "Systolic blood pressure"),
    Code("271650006", "Diastolic blood pressure"),
)
BLOOD_PRESSURE_READING = Code("75367002", "Blood pressure reading")
CHILDHOOD_IMMUNISATIONS = (
    (56, Code("X-0301", "First DTaP/IPV/Hib/HepB vaccination")),
    (56, Code("X-0302", "First meningitis B vaccination")),
    (56, Code("X-0303", "First rotavirus vaccination")),
    (84, Code("X-0304", "Second DTaP/IPV/Hib/HepB vaccination")),
    (84, Code("X-0305", "Second rotavirus vaccination")),
    (84, Code("X-0306", "First pneumococcal conjugate vaccination")),
    (112, Code("X-0307", "Third DTaP/IPV/Hib/HepB vaccination")),
    (112, Code("X-0308", "Second meningitis B vaccination")),
    (368, Code("X-0309", "Hib/MenC booster vaccination")),
    (368, Code("X-0310", "First measles mumps rubella vaccination")),
    (368, Code("X-0311", "Pneumococcal conjugate booster vaccination")),
    (368, Code("X-0312", "Meningitis B booster vaccination")),
    (1220, Code("X-0313", "DTaP/IPV pre-school booster vaccination")),
    (1220, Code("X-0314", "Second measles mumps rubella vaccination")),
)
"""Each dose with the age in days at which it is due (schedule in England up to mid-2025)."""

LATER_CHILDHOOD_IMMUNISATIONS = (
    (548, Code("X-0315", "Fourth DTaP/IPV/Hib/HepB vaccination")),
    (368, Code("X-0316", "First measles mumps rubella varicella vaccination")),
    (548, Code("X-0317", "Second measles mumps rubella varicella vaccination")),
)
"""The doses that came with the changes of 1 July 2025 and 1 January 2026.

Children born from 1 July 2024 on have no Hib/MenC at one year, and at 18 months a fourth 6-in-1 and
the second MMR, which is MMRV from 1 January 2026 on. Babies who reach 12 weeks from 1 July 2025 on
have the second MenB then, and the first pneumococcal dose at 16 weeks. Either way it is 14 doses.
"""

TEENAGE_IMMUNISATIONS = (
    (4560, Code("X-0321", "Human papillomavirus vaccination")),
    (5120, Code("X-0322", "Td/IPV teenage booster vaccination")),
    (5120, Code("X-0323", "Meningococcal ACWY vaccination")),
)
FLU_VACCINE = Code("X-0331", "Seasonal influenza vaccination")
COVID_VACCINE = Code("X-0332", "COVID-19 vaccination")
PNEUMOCOCCAL_VACCINE = Code("X-0333", "Pneumococcal polysaccharide vaccination")
SHINGLES_VACCINE = Code("X-0334", "Shingles vaccination")
VACCINE_NOT_GIVEN = (
    Code("X-0341", "Influenza vaccination declined"),
    Code("X-0342", "COVID-19 vaccination declined"),
    Code("X-0343", "Measles mumps rubella vaccination declined"),
    Code("X-0344", "Influenza vaccination contraindicated"),
    Code("X-0345", "Childhood immunisation not given"),
)
CERVICAL_ADEQUATE = (
    Code("X-0401", "Cervical screening test negative"),
    Code("X-0402", "Cervical screening test HPV positive, cytology negative"),
)
CERVICAL_INADEQUATE = Code("X-0403", "Cervical screening test inadequate")
CERVICAL_NON_RESPONDER = (Code("X-0404", "Cervical screening non-responder"),)
CERVICAL_DECLINED = Code("X-0405", "Cervical screening declined")
NO_CERVIX = (Code("X-0406", "No cervix"), Code("X-0407", "Total hysterectomy"))
PREGNANCY = (
    Code("77386006", "Pregnant"),
    Code("X-0411", "Antenatal booking examination"),
    Code("X-0412", "Estimated date of delivery"),
)
PREGNANCY_OUTCOMES = (
    Code("X-0415", "Normal delivery"),
    Code("X-0416", "Caesarean section"),
    Code("X-0417", "Miscarriage"),
)
SAFEGUARDING = (
    Code("X-0421", "Child protection plan"),
    Code("X-0422", "Child in need"),
    Code("X-0423", "Looked after child"),
    Code("X-0424", "Adult safeguarding concern"),
)
OPT_OUTS = (
    Code("X-0431", "Type 1 opt-out: dissent from use of data beyond direct care"),
    Code("X-0432", "Express dissent from summary care record"),
    Code("X-0433", "Declined sharing of record with other care settings"),
)
PERSONALISED_CARE_ADJUSTMENTS = (
    Code("X-0441", "Did not respond to invitations for review"),
    Code("X-0442", "Review not suitable for patient"),
    Code("X-0443", "Patient chose not to have review"),
)
NEVER_SMOKED = Code("266919005", "Never smoked tobacco")
EX_SMOKER = Code("8517006", "Ex-smoker")
SMOKER = Code("77176002", "Smoker")
SMOKING_ADVICE = Code("X-0451", "Smoking cessation advice")

LOCAL_CODES = (
    Code("LOC001", "Practice template: winter review done"),
    Code("LOC002", "Seen by practice care co-ordinator"),
    Code("LOC003", "Text message reminder failed"),
    Code("LOC004", "Prefers the branch surgery"),
    Code("LOC005", "Practice fitness test score"),
)
DEGRADED = Code("X-0901", "Record entry degraded in transfer")
DEGRADED_ALLERGY = Code("X-0902", "Transfer-degraded drug allergy")
