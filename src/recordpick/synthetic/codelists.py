"""The codes that a synthetic record uses, by the names of the codelists in the package.

The files in `criteria/codelists` hold exactly these codes, which a test checks.
"""

from __future__ import annotations

from recordpick.synthetic import codes, drugs
from recordpick.synthetic.codes import Code
from recordpick.synthetic.conditions import REGISTERS
from recordpick.synthetic.drugs import Drug


def _products(several: tuple[Drug, ...]) -> tuple[Code, ...]:
    return tuple(Code(drug.code, drug.name) for drug in several)


CODELISTS: dict[str, tuple[Code, ...]] = {
    "appliances": _products(drugs.APPLIANCES),
    "blood_pressure": codes.BLOOD_PRESSURE,
    "care_home": codes.CARE_HOME,
    "carers": codes.CARERS,
    "cervical_adequate": codes.CERVICAL_ADEQUATE,
    "cervical_non_responder": codes.CERVICAL_NON_RESPONDER,
    "childhood_immunisations": tuple(
        code for _, code in codes.CHILDHOOD_IMMUNISATIONS + codes.LATER_CHILDHOOD_IMMUNISATIONS
    ),
    "controlled_drugs": _products(drugs.CONTROLLED),
    "dmards": _products(drugs.DMARDS),
    "drug_allergies": codes.DRUG_ALLERGIES,
    "ethnicity": codes.ETHNICITY,
    "hospital_only_drugs": _products(drugs.HOSPITAL_ONLY),
    "interpreter": codes.INTERPRETER,
    "no_cervix": codes.NO_CERVIX,
    "no_known_allergies": codes.NO_KNOWN_ALLERGIES,
    "non_drug_allergies": codes.NON_DRUG_ALLERGIES,
    "opt_outs": codes.OPT_OUTS,
    "personalised_care_adjustments": codes.PERSONALISED_CARE_ADJUSTMENTS,
    "pregnancy": codes.PREGNANCY,
    "qof_registers": REGISTERS,
    "safeguarding": codes.SAFEGUARDING,
    "vaccine_not_given": codes.VACCINE_NOT_GIVEN,
    "warfarin": _products(drugs.WARFARIN),
}
