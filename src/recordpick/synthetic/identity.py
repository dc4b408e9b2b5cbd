"""Names, addresses and contact details: the patients table of a practice.

Telephone numbers are from the ranges reserved for drama (01632 960, 07700 900), e-mail domains from
those reserved for examples, postcode areas do not exist, and NHS numbers are from the range that is
never issued.
"""

from __future__ import annotations

import polars as pl

from recordpick.schema import PATIENTS
from recordpick.synthetic import names
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.names import Pools

_OUTWARD = ("XN1", "XN2", "XN3", "XN4", "XQ7", "XQ8")
_INWARD = tuple("ABDEFGHJLNPQRSTUWXYZ")
_STEP_BETWEEN_NUMBERS = 38_196_601
"""Odd and not a multiple of 5, so its multiples reach each number below 100,000,000 once."""


def patient_id() -> pl.Expr:
    """Return the practice system's own number for the patient."""
    return (pl.col("n") + 10_001).cast(pl.String).alias("patient_id")


def nhs_numbers(patients: int, seed: int) -> pl.Series:
    """Return distinct valid NHS numbers from 9 000 000 000 to 9 999 999 999, one for each patient.

    The check digit is 11 less the remainder modulo 11 of the digits weighted 10 to 2; a number
    whose check digit would be 10 is not used.
    """
    first = Chance(seed, "identity").key("first NHS number") % 100_000_000
    tries = patients + patients // 5 + 20
    digits = pl.select(
        body=900_000_000
        + (pl.int_range(tries, dtype=pl.Int64) * _STEP_BETWEEN_NUMBERS + first) % 100_000_000
    )
    weighted = sum(
        (pl.col("body") // 10**position % 10 * (position + 2) for position in range(9)), pl.lit(0)
    )
    check = (11 - weighted % 11) % 11
    return (
        digits.with_columns(check=check)
        .filter(pl.col("check") != 10)
        .select((pl.col("body") * 10 + pl.col("check")).cast(pl.String).alias("nhs_number"))
        .head(patients)
        .to_series()
    )


def with_names(people: pl.DataFrame, seed: int, pools: Pools) -> pl.DataFrame:
    """Add title, family_name, given_name, middle_names, previous_name, address, postcode, town."""
    chance = Chance(seed, "identity")
    family = Chance(seed, "identity", row="family")
    home = Chance(seed, "identity", row="household")
    female = (pl.col("sex") == "F") | (
        pl.col("sex").is_in(["I", "U"]) & chance.happens("named as a woman", 0.5)
    )
    people = people.with_columns(
        is_woman=female,
        family_name=_family_name(family, pools),
        own_name=chance.one_of("surname at birth", pools.surnames),
    )
    woman = (pl.col("sex") == "F") & (pl.col("age") >= 20) & (pl.col("status") == "registered")
    renamed = (woman & chance.happens("renamed", 0.09)) | chance.chosen("renamed", woman, 2)
    return people.with_columns(
        title=_title(chance),
        given_name=pl.when("is_woman")
        .then(_given_name(chance, pools.women, names.ACCENTED_WOMEN, names.HYPHENATED_WOMEN))
        .otherwise(_given_name(chance, pools.men, names.ACCENTED_MEN, names.HYPHENATED_MEN)),
        middle_names=pl.when(chance.happens("has a middle name", 0.6)).then(
            pl.when("is_woman")
            .then(chance.one_of("middle name", pools.women))
            .otherwise(chance.one_of("middle name", pools.men))
        ),
        previous_name=pl.when(renamed & (pl.col("own_name") != pl.col("family_name"))).then(
            pl.col("own_name")
        ),
        **_home(home, pools),
    ).drop("own_name", "is_woman")


def _family_name(family: Chance, pools: Pools) -> pl.Expr:
    plain = family.one_of("surname", pools.surnames)
    double = pl.concat_str(plain, pl.lit("-"), family.one_of("second surname", pools.surnames))
    return (
        pl.when(pl.col("registration") == "dummy")
        .then(pl.lit("Testpatient"))
        .when(family.happens("double-barrelled", 0.015))
        .then(double)
        .when(family.happens("apostrophe", 0.01))
        .then(family.one_of("with apostrophe", names.APOSTROPHE_SURNAMES))
        .when(family.happens("accent", 0.01))
        .then(family.one_of("with accent", names.ACCENTED_SURNAMES))
        .otherwise(plain)
    )


def _given_name(
    chance: Chance, pool: pl.Series, accented: tuple[str, ...], hyphenated: tuple[str, ...]
) -> pl.Expr:
    return (
        pl.when(chance.chosen("hyphenated in any case", pl.col("status") == "registered", 2))
        .then(chance.one_of("which hyphen", hyphenated))
        .when(chance.happens("accented first name", 0.006))
        .then(chance.one_of("which accent", accented))
        .when(chance.happens("hyphenated first name", 0.006))
        .then(chance.one_of("which hyphen", hyphenated))
        .otherwise(chance.one_of("first name", pool))
    )


def _title(chance: Chance) -> pl.Expr:
    return (
        pl.when(chance.happens("doctor", 0.012) & (pl.col("age") > 24))
        .then(pl.lit("Dr"))
        .when(~pl.col("is_woman") & (pl.col("age") < 14))
        .then(pl.lit("Master"))
        .when(~pl.col("is_woman"))
        .then(pl.lit("Mr"))
        .when(pl.col("age") < 18)
        .then(pl.lit("Miss"))
        .when(pl.col("partner").is_not_null() | (pl.col("age") > 70))
        .then(pl.lit("Mrs"))
        .otherwise(chance.one_of("Miss or Ms", ("Miss", "Ms", "Ms")))
    )


def _home(home: Chance, pools: Pools) -> dict[str, pl.Expr]:
    """Return address and postcode of a household, or of the care home where a resident lives."""
    number = home.integer("house number", 1, 160).cast(pl.String)
    flat = pl.when(home.happens("flat", 0.15)).then(
        pl.concat_str(
            pl.lit("Flat "), home.integer("flat number", 1, 24).cast(pl.String), pl.lit(", ")
        )
    )
    road = pl.concat_str(
        flat.fill_null(""),
        number,
        pl.lit(" "),
        home.one_of("street", pools.streets),
        pl.lit(", "),
        home.one_of("town", pools.towns),
    )
    code = pl.concat_str(
        home.one_of("outward", _OUTWARD),
        pl.lit(" "),
        home.integer("inward digit", 1, 9).cast(pl.String),
        home.one_of("inward letter", _INWARD),
        home.one_of("second inward letter", _INWARD),
    )
    resident = pl.col("in_care_home")
    institution = home.one_of("care home", pools.care_homes)
    return {
        "institution": pl.when(resident).then(institution),
        "address": pl.when(resident)
        .then(pl.concat_str(institution, pl.lit(f", Mill Lane, {pools.towns[0]}")))
        .otherwise(road),
        "postcode": pl.when(resident).then(pl.lit(f"{_OUTWARD[0]} 1AA")).otherwise(code),
    }


def patients_table(people: pl.DataFrame, seed: int, pools: Pools) -> pl.DataFrame:
    """Return the patients table, without the derived columns."""
    chance = Chance(seed, "identity")
    home = Chance(seed, "identity", row="household")
    count = len(people)
    here = pl.col("status") == "registered"
    is_adult = pl.col("age") >= 16
    numberless = chance.chosen("no NHS number", here, max(3, count * 4 // 1000)) | (
        pl.col("registration") == "dummy"
    )
    rough_birth = chance.chosen("rough date of birth", pl.col("age") > 30, max(1, count // 500))
    reached = is_adult & chance.happens("e-mail", _share_with_email())
    frame = people.with_columns(nhs_numbers(count, seed)).select(
        patient_id(),
        nhs_number=pl.when(~numberless).then(pl.col("nhs_number")),
        title="title",
        family_name="family_name",
        given_name="given_name",
        middle_names="middle_names",
        previous_name="previous_name",
        date_of_birth=pl.when(rough_birth)
        .then(pl.col("born").cast(pl.Date).dt.truncate("1y"))
        .otherwise(pl.col("born").cast(pl.Date)),
        date_of_birth_precision=pl.when(rough_birth).then(pl.lit("year")).otherwise(pl.lit("day")),
        sex="sex",
        registration="registration",
        status="status",
        registered_on=pl.col("registered").cast(pl.Date),
        left_on=pl.col("left").cast(pl.Date),
        died_on=pl.col("died").cast(pl.Date),
        usual_gp=home.one_of("usual GP", pools.doctors),
        address="address",
        postcode="postcode",
        institution="institution",
        email=pl.when(reached).then(_email(chance)),
        email_verified=pl.when(reached).then(chance.happens("verified", 0.7)),
        home_phone=pl.when(home.happens("landline", 0.55)).then(
            pl.concat_str(
                pl.lit("01632 960"), home.integer("line", 0, 999).cast(pl.String).str.zfill(3)
            )
        ),
        mobile_phone=pl.when(is_adult & chance.happens("mobile", 0.85)).then(
            pl.concat_str(
                pl.lit("07700 900"), chance.integer("mobile", 0, 999).cast(pl.String).str.zfill(3)
            )
        ),
        carer=pl.col("carer"),
        is_dispensing=home.happens("dispensing", 0.035) | chance.chosen("dispensing", here, 2),
        is_sensitive=chance.chosen("sensitive", here, max(2, count * 2 // 1000)),
        is_confidential=chance.chosen("confidential", here, max(2, count // 1000)),
        has_opted_out=pl.col("opted_out"),
    )
    return frame.select(column.name for column in PATIENTS.columns if not column.derived)


def _share_with_email() -> pl.Expr:
    """Return the share of people with an e-mail address, which falls with age."""
    return (0.85 - (pl.col("age") - 40).clip(0, 50) * 0.012).cast(pl.Float64)


def _email(chance: Chance) -> pl.Expr:
    """Return an address derived from the name, at a domain reserved for examples."""
    letters = [
        pl.col(name).str.to_lowercase().str.replace_all("[^a-z]", "")
        for name in ("given_name", "family_name")
    ]
    return pl.concat_str(
        letters[0],
        pl.lit("."),
        letters[1],
        chance.integer("e-mail number", 1, 99).cast(pl.String),
        chance.one_of("domain", ("@example.com", "@example.org", "@example.net")),
    )
