"""Thirty people with an entry each, on days of their own, for comparisons of two systems."""

from datetime import date, timedelta

from recordpick.synthetic.identity import nhs_numbers

NUMBERS = range(1, 31)
PEOPLE = [
    {"patient_id": str(number), "nhs_number": nhs}
    for number, nhs in zip(NUMBERS, nhs_numbers(len(NUMBERS), 1), strict=True)
]


def entries(**more):
    """Return an entry for each; a value may be a function of the person's number."""
    return [
        {
            "patient_id": str(number),
            "event_id": f"e{number}",
            "date": date(2020, 1, 1) + timedelta(days=number),
            "code": "c",
            "kind": "observation",
            **{name: value(number) if callable(value) else value for name, value in more.items()},
        }
        for number in NUMBERS
    ]
