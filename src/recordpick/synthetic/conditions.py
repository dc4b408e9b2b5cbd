"""Long-term conditions: who has which, and since when; conditions are correlated, as in life.

Shares by age are rounded from public figures (QOF prevalence, Health Survey for England). A person
who is more ill than others of their age (`ill`) is more likely to have each of them, and people
with high blood pressure are more likely to have the conditions that follow from it.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from recordpick.synthetic.chance import Chance
from recordpick.synthetic.codes import Code
from recordpick.synthetic.patients import by_age


class Condition(NamedTuple):
    """A condition: its name in the generators, its code and the share of people who have it.

    `shares` are the arguments of `by_age`; `women` and `men` multiply the share; `has_register`
    says whether QOF keeps a register of it, `with_pressure` whether it follows high blood pressure;
    people who have one of the conditions in `unless`, which are listed before it, do not have it.
    """

    key: str
    code: Code
    shares: tuple[float, float, float, float, float]
    women: float = 1.0
    men: float = 1.0
    has_register: bool = True
    with_pressure: bool = False
    unless: tuple[str, ...] = ()


CONDITIONS = (
    Condition(
        "hypertension", Code("59621000", "Essential hypertension"), (0, 0.02, 0.16, 0.46, 0.58)
    ),
    Condition(
        "diabetes_type_2",
        Code("44054006", "Type 2 diabetes mellitus"),
        (0, 0.008, 0.07, 0.16, 0.17),
        0.85,
        1.15,
        with_pressure=True,
    ),
    Condition(
        "diabetes_type_1",
        Code("46635009", "Type 1 diabetes mellitus"),
        (0.003, 0.005, 0.005, 0.002, 0.001),
        unless=("diabetes_type_2",),
    ),
    Condition(
        "prediabetes",
        Code("714628002", "Prediabetes"),
        (0, 0.01, 0.06, 0.12, 0.1),
        unless=("diabetes_type_2", "diabetes_type_1"),
    ),
    Condition(
        "coronary_heart_disease",
        Code("53741008", "Coronary arteriosclerosis"),
        (0, 0, 0.022, 0.11, 0.17),
        0.7,
        1.3,
        with_pressure=True,
    ),
    Condition(
        "heart_failure",
        Code("84114007", "Heart failure"),
        (0, 0, 0.005, 0.03, 0.09),
        with_pressure=True,
    ),
    Condition(
        "atrial_fibrillation",
        Code("49436004", "Atrial fibrillation"),
        (0, 0.001, 0.012, 0.07, 0.17),
        with_pressure=True,
    ),
    Condition(
        "stroke", Code("230690007", "Stroke"), (0, 0.001, 0.01, 0.045, 0.09), with_pressure=True
    ),
    Condition(
        "peripheral_arterial_disease",
        Code("X-1001", "Peripheral arterial disease"),
        (0, 0, 0.004, 0.02, 0.03),
        with_pressure=True,
    ),
    Condition(
        "chronic_kidney_disease",
        Code("433144002", "Chronic kidney disease stage 3"),
        (0, 0.001, 0.015, 0.13, 0.33),
        with_pressure=True,
    ),
    Condition("asthma", Code("195967001", "Asthma"), (0.05, 0.075, 0.07, 0.065, 0.05)),
    Condition(
        "copd",
        Code("13645005", "Chronic obstructive pulmonary disease"),
        (0, 0, 0.025, 0.075, 0.08),
    ),
    Condition(
        "depression",
        Code("35489007", "Depressive disorder"),
        (0.006, 0.13, 0.17, 0.11, 0.08),
        1.3,
        0.7,
    ),
    Condition("schizophrenia", Code("58214004", "Schizophrenia"), (0, 0.005, 0.009, 0.007, 0.004)),
    Condition("dementia", Code("52448006", "Dementia"), (0, 0, 0.001, 0.02, 0.13)),
    Condition("epilepsy", Code("84757009", "Epilepsy"), (0.004, 0.007, 0.009, 0.01, 0.01)),
    Condition(
        "rheumatoid_arthritis",
        Code("69896004", "Rheumatoid arthritis"),
        (0, 0.002, 0.009, 0.016, 0.016),
        1.4,
        0.6,
    ),
    Condition(
        "osteoporosis", Code("64859006", "Osteoporosis"), (0, 0, 0.008, 0.045, 0.11), 1.6, 0.4
    ),
    Condition(
        "cancer",
        Code("X-1002", "Malignant tumour of breast or bowel"),
        (0.001, 0.003, 0.03, 0.1, 0.13),
    ),
    Condition(
        "learning_disability",
        Code("X-1003", "On learning disability register"),
        (0.004, 0.007, 0.005, 0.003, 0.002),
    ),
    Condition("obesity", Code("414916001", "Obesity"), (0.01, 0.08, 0.15, 0.14, 0.07)),
    Condition(
        "palliative", Code("X-1004", "On palliative care register"), (0, 0.0005, 0.002, 0.01, 0.04)
    ),
    Condition(
        "hypothyroidism",
        Code("40930008", "Hypothyroidism"),
        (0.001, 0.012, 0.04, 0.08, 0.09),
        1.6,
        0.4,
        has_register=False,
    ),
    Condition(
        "osteoarthritis",
        Code("396275006", "Osteoarthritis"),
        (0, 0.005, 0.09, 0.28, 0.38),
        has_register=False,
    ),
    Condition(
        "gastro_oesophageal_reflux",
        Code("235595009", "Gastro-oesophageal reflux disease"),
        (0.002, 0.03, 0.11, 0.18, 0.2),
        has_register=False,
    ),
    Condition(
        "anxiety",
        Code("X-1011", "Anxiety disorder"),
        (0.01, 0.09, 0.09, 0.06, 0.05),
        1.3,
        0.7,
        has_register=False,
    ),
    Condition(
        "migraine",
        Code("37796009", "Migraine"),
        (0.02, 0.06, 0.07, 0.04, 0.02),
        1.4,
        0.6,
        has_register=False,
    ),
    Condition(
        "eczema",
        Code("X-1012", "Atopic eczema"),
        (0.13, 0.06, 0.05, 0.06, 0.06),
        has_register=False,
    ),
    Condition(
        "hay_fever",
        Code("61582004", "Allergic rhinitis"),
        (0.06, 0.1, 0.08, 0.04, 0.02),
        has_register=False,
    ),
    Condition(
        "gout",
        Code("90560007", "Gout"),
        (0, 0.003, 0.025, 0.06, 0.07),
        0.4,
        1.6,
        has_register=False,
    ),
    Condition(
        "prostatic_hyperplasia",
        Code("X-1013", "Benign prostatic hyperplasia"),
        (0, 0, 0.05, 0.25, 0.35),
        0.0,
        1.0,
        has_register=False,
    ),
    Condition(
        "irritable_bowel",
        Code("10743008", "Irritable bowel syndrome"),
        (0.002, 0.05, 0.06, 0.04, 0.02),
        1.4,
        0.6,
        has_register=False,
    ),
    Condition(
        "psoriasis",
        Code("9014002", "Psoriasis"),
        (0.005, 0.02, 0.03, 0.03, 0.02),
        has_register=False,
    ),
    Condition(
        "glaucoma", Code("23986001", "Glaucoma"), (0, 0.001, 0.01, 0.05, 0.1), has_register=False
    ),
    Condition(
        "cataract", Code("193570009", "Cataract"), (0, 0.001, 0.01, 0.12, 0.33), has_register=False
    ),
    Condition(
        "hearing_loss",
        Code("X-1014", "Hearing loss"),
        (0.006, 0.008, 0.04, 0.15, 0.3),
        has_register=False,
    ),
    Condition(
        "back_pain",
        Code("X-1015", "Chronic low back pain"),
        (0.002, 0.03, 0.1, 0.12, 0.12),
        has_register=False,
    ),
    Condition(
        "diverticular_disease",
        Code("X-1016", "Diverticular disease"),
        (0, 0.002, 0.03, 0.1, 0.14),
        has_register=False,
    ),
)

REGISTERS = tuple(condition.code for condition in CONDITIONS if condition.has_register)
"""The codes of the conditions for which QOF keeps a register."""


def since(key: str) -> pl.Expr:
    """Return the day on which the condition began; null for people who do not have it."""
    return pl.col(f"since_{key}")


def has(*keys: str) -> pl.Expr:
    """Return whether a person has any of these conditions."""
    return pl.any_horizontal(since(key).is_not_null() for key in keys)


def with_conditions(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Add `since_<condition>` (Int32 day or null) for each condition, and their number.

    The number is in `conditions`. A few people have most of the conditions of their age, because
    every practice has such patients.
    """
    chance = Chance(seed, "conditions")
    burdened = chance.chosen(
        "burdened",
        (pl.col("age") > 60) & (pl.col("status") == "registered"),
        max(4, len(people) * 8 // 1000),
    )
    people = people.with_columns(burdened=burdened)
    for condition in CONDITIONS:
        people = people.with_columns(_since(condition, chance))
    names = [f"since_{condition.key}" for condition in CONDITIONS]
    return people.with_columns(
        conditions=pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in names)
    )


def _since(condition: Condition, chance: Chance) -> pl.Expr:
    age = ((pl.col("stop") - pl.col("born")) / 365.25).alias("age_then")
    share = by_age(*condition.shares).cast(pl.Float64) * (0.35 + 1.3 * pl.col("ill"))
    share = share * (
        pl.when(pl.col("sex") == "F")
        .then(condition.women)
        .when(pl.col("sex") == "M")
        .then(condition.men)
        .otherwise(min(condition.women, condition.men))
    )
    if condition.with_pressure:
        share = share * pl.when(since("hypertension").is_not_null()).then(1.7).otherwise(0.7)
    share = pl.when("burdened").then((share * 5).clip(0, 0.75)).otherwise(share)
    if condition.unless:
        share = pl.when(has(*condition.unless)).then(0.0).otherwise(share)
    lived = (pl.col("stop") - pl.col("born")).cast(pl.Float64)
    ago = lived * 0.5 * chance.share(f"{condition.key} 1") * chance.share(f"{condition.key} 2")
    return (
        pl.when(chance.happens(condition.key, share) & (age > 1))
        .then(pl.col("stop") - ago.floor() - 20)
        .cast(pl.Int32)
        .alias(f"since_{condition.key}")
    )
