"""The drugs and appliances a synthetic record uses, with the condition each is given for.

All codes are invented (`X-D001`); they appear where a real record would have a dm+d code.
"""

from __future__ import annotations

from typing import NamedTuple


class Drug(NamedTuple):
    """One product: code, name with strength and form, directions, quantity of one issue, unit."""

    code: str
    name: str
    dosage: str
    quantity: float
    unit: str


def _tablets(code: str, name: str, dosage: str = "One to be taken each day", n: int = 28) -> Drug:
    return Drug(code, f"{name} tablets", dosage, n, "tablet")


def _capsules(code: str, name: str, dosage: str = "One to be taken each day", n: int = 28) -> Drug:
    return Drug(code, f"{name} capsules", dosage, n, "capsule")


TWICE = "One to be taken twice a day"
THRICE = "One to be taken three times a day"

FOR_CONDITION: dict[str, tuple[tuple[float, Drug], ...]] = {
    "hypertension": (
        (0.55, _capsules("X-D001", "Ramipril 5mg")),
        (0.50, _tablets("X-D002", "Amlodipine 5mg")),
        (0.20, _tablets("X-D003", "Indapamide 2.5mg", "One to be taken in the morning")),
        (0.18, _tablets("X-D004", "Losartan 50mg")),
    ),
    "coronary_heart_disease": (
        (0.80, _tablets("X-D005", "Aspirin 75mg dispersible")),
        (0.85, _tablets("X-D006", "Atorvastatin 80mg", "One to be taken at night")),
        (0.65, _tablets("X-D007", "Bisoprolol 2.5mg")),
        (
            0.40,
            Drug(
                "X-D008",
                "Glyceryl trinitrate 400micrograms/dose pump sublingual spray",
                "One or two sprays under the tongue when needed",
                180,
                "dose",
            ),
        ),
    ),
    "stroke": (
        (0.80, _tablets("X-D009", "Clopidogrel 75mg")),
        (0.75, _tablets("X-D010", "Atorvastatin 40mg", "One to be taken at night")),
    ),
    "heart_failure": (
        (0.75, _tablets("X-D011", "Furosemide 40mg", "One to be taken in the morning")),
        (0.40, _tablets("X-D012", "Spironolactone 25mg")),
        (0.45, _tablets("X-D013", "Dapagliflozin 10mg")),
    ),
    "atrial_fibrillation": (
        (0.70, _tablets("X-D014", "Apixaban 5mg", TWICE, 56)),
        (0.45, _tablets("X-D007", "Bisoprolol 2.5mg")),
        (0.10, _tablets("X-D015", "Digoxin 125microgram")),
    ),
    "diabetes_type_2": (
        (0.85, _tablets("X-D016", "Metformin 500mg", "Two to be taken twice a day", 112)),
        (0.35, _tablets("X-D017", "Gliclazide 80mg", TWICE, 56)),
        (0.25, _tablets("X-D018", "Empagliflozin 10mg")),
        (0.65, _tablets("X-D019", "Atorvastatin 20mg", "One to be taken at night")),
    ),
    "diabetes_type_1": (
        (
            0.95,
            Drug(
                "X-D020",
                "Insulin glargine 100units/ml solution for injection 3ml pens",
                "As directed",
                5,
                "pen",
            ),
        ),
        (
            0.90,
            Drug(
                "X-D021",
                "Insulin aspart 100units/ml solution for injection 3ml pens",
                "As directed with meals",
                10,
                "pen",
            ),
        ),
    ),
    "chronic_kidney_disease": (
        (0.35, _tablets("X-D019", "Atorvastatin 20mg", "One to be taken at night")),
    ),
    "asthma": (
        (
            0.85,
            Drug(
                "X-D022",
                "Salbutamol 100micrograms/dose inhaler CFC free",
                "Two puffs when needed",
                200,
                "dose",
            ),
        ),
        (
            0.70,
            Drug(
                "X-D023",
                "Beclometasone 100micrograms/dose inhaler CFC free",
                "Two puffs twice a day",
                200,
                "dose",
            ),
        ),
        (0.15, _tablets("X-D024", "Montelukast 10mg", "One to be taken at night")),
    ),
    "copd": (
        (
            0.80,
            Drug(
                "X-D022",
                "Salbutamol 100micrograms/dose inhaler CFC free",
                "Two puffs when needed",
                200,
                "dose",
            ),
        ),
        (
            0.60,
            Drug(
                "X-D025",
                "Tiotropium 18microgram inhalation powder capsules",
                "Inhale one capsule each day",
                30,
                "capsule",
            ),
        ),
        (
            0.30,
            _capsules("X-D026", "Carbocisteine 375mg", "Two to be taken three times a day", 168),
        ),
    ),
    "hypothyroidism": (
        (0.75, _tablets("X-D027", "Levothyroxine sodium 100microgram")),
        (0.40, _tablets("X-D028", "Levothyroxine sodium 25microgram")),
    ),
    "depression": (
        (0.55, _tablets("X-D029", "Sertraline 50mg")),
        (0.25, _tablets("X-D030", "Mirtazapine 15mg", "One to be taken at night")),
        (0.15, _tablets("X-D031", "Amitriptyline 10mg", "One to be taken at night")),
    ),
    "epilepsy": (
        (0.50, _tablets("X-D032", "Lamotrigine 100mg", TWICE, 56)),
        (0.40, _tablets("X-D033", "Levetiracetam 500mg", TWICE, 60)),
    ),
    "osteoporosis": (
        (
            0.60,
            _tablets(
                "X-D034", "Alendronic acid 70mg", "One to be taken once a week on the same day", 4
            ),
        ),
        (
            0.70,
            _tablets(
                "X-D035", "Colecalciferol 400unit / Calcium carbonate 1.5g chewable", TWICE, 56
            ),
        ),
    ),
    "dementia": ((0.45, _tablets("X-D036", "Donepezil 10mg", "One to be taken at night")),),
    "schizophrenia": ((0.50, _tablets("X-D037", "Olanzapine 10mg", "One to be taken at night")),),
    "gastro_oesophageal_reflux": ((0.80, _capsules("X-D038", "Omeprazole 20mg gastro-resistant")),),
    "osteoarthritis": (
        (0.60, _tablets("X-D039", "Paracetamol 500mg", "Two to be taken four times a day", 100)),
        (0.25, _tablets("X-D040", "Naproxen 250mg", TWICE, 56)),
    ),
    "gout": ((0.70, _tablets("X-D041", "Allopurinol 100mg")),),
    "prostatic_hyperplasia": (
        (0.70, _capsules("X-D042", "Tamsulosin 400microgram modified-release")),
    ),
    "eczema": (
        (0.70, Drug("X-D043", "Emollient cream", "Apply as often as needed", 500, "gram")),
        (0.35, Drug("X-D044", "Hydrocortisone 1% cream", "Apply thinly twice a day", 30, "gram")),
    ),
    "glaucoma": (
        (
            0.85,
            Drug(
                "X-D045",
                "Latanoprost 50micrograms/ml eye drops",
                "One drop in each eye at night",
                2.5,
                "ml",
            ),
        ),
    ),
}
"""Repeats by condition, each with the share of those with the condition who are on it."""

ACUTE = (
    _capsules("X-D101", "Amoxicillin 500mg", THRICE, 21),
    _capsules("X-D102", "Flucloxacillin 500mg", "One to be taken four times a day", 28),
    _tablets("X-D103", "Trimethoprim 200mg", TWICE, 6),
    _tablets("X-D104", "Prednisolone 5mg", "Six to be taken each day for five days", 30),
    _tablets("X-D105", "Ibuprofen 400mg", THRICE, 24),
    _tablets("X-D106", "Clarithromycin 500mg", TWICE, 14),
    _capsules("X-D107", "Doxycycline 100mg", "Two on the first day, then one each day", 8),
    Drug("X-D108", "Chloramphenicol 0.5% eye drops", "One drop every two hours", 10, "ml"),
    Drug("X-D109", "Clotrimazole 1% cream", "Apply two or three times a day", 20, "gram"),
    _tablets("X-D110", "Cetirizine 10mg", "One to be taken each day", 30),
    _capsules("X-D111", "Nitrofurantoin 100mg modified-release", TWICE, 6),
    Drug("X-D112", "Fusidic acid 2% cream", "Apply three times a day", 15, "gram"),
    _tablets("X-D113", "Codeine 30mg", "One every six hours when needed", 28),
)
CONTRACEPTIVES = (
    _tablets("X-D121", "Desogestrel 75microgram", "One to be taken each day", 84),
    _tablets(
        "X-D122",
        "Ethinylestradiol 30microgram / Levonorgestrel 150microgram",
        "One each day for 21 days, then 7 days' break",
        63,
    ),
)
CONTROLLED = (
    _tablets("X-D201", "Morphine sulfate 10mg modified-release", TWICE, 56),
    Drug(
        "X-D202",
        "Buprenorphine 10micrograms/hour transdermal patches",
        "Apply one patch every seven days",
        4,
        "patch",
    ),
    Drug(
        "X-D203",
        "Fentanyl 25micrograms/hour transdermal patches",
        "Apply one patch every 72 hours",
        10,
        "patch",
    ),
    _capsules("X-D204", "Pregabalin 75mg", TWICE, 56),
    _capsules("X-D205", "Gabapentin 300mg", THRICE, 84),
    _capsules("X-D206", "Tramadol 50mg", "One four times a day when needed", 100),
    _tablets("X-D207", "Methylphenidate 18mg modified-release", "One in the morning", 30),
    _tablets("X-D208", "Temazepam 10mg", "One at night when needed", 14),
)
"""Schedules 2 and 3."""

WARFARIN = (
    _tablets("X-D211", "Warfarin 1mg", "As directed by the anticoagulant clinic", 56),
    _tablets("X-D212", "Warfarin 3mg", "As directed by the anticoagulant clinic", 56),
)
DMARDS = (
    _tablets("X-D221", "Methotrexate 2.5mg", "Six to be taken once a week on MONDAY", 24),
    _tablets("X-D222", "Sulfasalazine 500mg gastro-resistant", "Two twice a day", 112),
    _tablets("X-D223", "Hydroxychloroquine 200mg", "One to be taken each day", 30),
    _tablets("X-D224", "Azathioprine 50mg", "Two to be taken each day", 56),
    _tablets("X-D225", "Leflunomide 10mg", "One to be taken each day", 30),
)
FOLIC_ACID = _tablets("X-D226", "Folic acid 5mg", "One to be taken once a week on FRIDAY", 4)
HOSPITAL_ONLY = (
    Drug(
        "X-D231",
        "Adalimumab 40mg/0.8ml solution for injection pre-filled pens",
        "HOSPITAL ONLY - do not issue",
        1,
        "pen",
    ),
    _tablets("X-D232", "Clozapine 100mg", "HOSPITAL ONLY - do not issue", 1),
    Drug(
        "X-D233",
        "Aflibercept 2mg/50microlitres solution for injection vials",
        "HOSPITAL ONLY - do not issue",
        1,
        "vial",
    ),
    _tablets("X-D234", "Imatinib 400mg", "HOSPITAL ONLY - do not issue", 1),
)
APPLIANCES = (
    Drug("X-D241", "Stoma bag, one-piece drainable", "Use as directed", 30, "bag"),
    Drug("X-D242", "Urinary catheter, Foley, 12 Ch", "Use as directed", 2, "device"),
    Drug("X-D243", "Absorbent dressing 10cm x 10cm", "Change every three days", 10, "dressing"),
    Drug(
        "X-D244", "Compression stockings class 2 below knee", "Wear during the day", 2, "stocking"
    ),
    Drug("X-D245", "Blood glucose testing strips", "Use as directed", 50, "strip"),
)
UNMAPPED = (
    Drug("LOCD01", "Coal tar 2% in emulsifying ointment (special)", "Apply at night", 100, "gram"),
    Drug("LOCD02", "Omeprazole 10mg/5ml oral suspension (special)", "5ml each day", 150, "ml"),
    Drug("LOCD03", "Compound mouthwash (practice formulary)", "Use after meals", 200, "ml"),
    Drug("LOCD04", "Gluten-free bread, hospital list", "As needed", 8, "loaf"),
)
