"""The page for the clinician: what was compared, by area, and what that says."""

from __future__ import annotations

from typing import Any

from recordpick.comparison.report import ComparisonReport
from recordpick.comparison.sums import AreaAnswer
from recordpick.comparison.transformations import CHANGES, SHARED_BY, Enough
from recordpick.document import Block, Document, Grid, Items, Paragraph, Section, as_html
from recordpick.text import day, plural

MOST_LINES = 100


def page_of(report: ComparisonReport) -> str:
    """Return the page as HTML, complete in itself."""
    return as_html(document(report))


def document(report: ComparisonReport) -> Document:
    """Return the page: areas, repeated differences, patients, what was not compared, folds."""
    return Document(
        "Records of two systems compared",
        tuple(_about(report)),
        (
            Section("By area", tuple(_areas(report))),
            Section("Differences that repeat", tuple(_lines(report))),
            Section("Patients", tuple(_patients(report))),
            Section("Not compared", tuple(_not_compared(report))),
            Section("What the systems' formats do differently", tuple(_folded(report))),
            Section("How to read this page", tuple(_how_to_read(report))),
        ),
    )


def _about(report: ComparisonReport) -> list[str]:
    old, new = report.compared.old.manifest, report.compared.new.manifest
    people = report.compared.patients
    practice = old.practice or new.practice
    days = (
        f"{f'{practice}. ' if practice else ''}Old system as at {day(old.as_at)}, new system "
        f"as at {day(new.as_at)}. {plural(people.pairs.height, 'patient')} in both."
    )
    made_up = ["MADE UP: no record here is a real patient's."]
    return [
        *(made_up if old.synthetic or new.synthetic else []),
        days,
        *report.compared.notes,
    ]


def _areas(report: ComparisonReport) -> list[Block]:
    header = (
        "Area",
        "In old",
        "Same",
        "Changed",
        "(repeated)",
        "Missing",
        "Unsure",
        "Not compared",
        "Set apart",
        "Additional",
        "Answer",
    )
    rows = tuple(_area_row(one) for one in report.areas)
    return [
        Grid(header, rows, frozenset(range(1, 10))),
        Paragraph(
            "In old = same + changed + missing + unsure + not compared + set apart. The answer is "
            "a proposal by the acceptance matrix; a person confirms it."
        ),
    ]


def _area_row(one: AreaAnswer) -> tuple[str, ...]:
    counts = one.counts
    words = "; ".join(one.reasons)
    return (
        one.area.title,
        f"{counts['in_old']:,}",
        f"{counts['same']:,}",
        f"{counts['changed']:,}",
        f"({one.systematic:,})",
        f"{counts['missing']:,}",
        f"{counts['unsure']:,}",
        f"{counts['not_compared']:,}",
        f"{counts['set_apart']:,}",
        f"{counts['additional']:,}",
        f"{one.answer}: {words}" if words else one.answer,
    )


def _lines(report: ComparisonReport) -> list[Block]:
    if not report.lines.height:
        return [Paragraph("No difference repeats.")]
    rows = tuple(
        (
            str(row["line"]),
            f"{row['table']}: {row['field']}",
            CHANGES[row["change"]] + (f" ({row['detail']})" if row["detail"] else ""),
            f"{row['entries']:,} of {row['of_entries']:,}",
            f"{row['patients']:,}",
            f"{row['exceptions']:,}",
            row["severity"],
            _answer(row),
            row["example_1"] or "",
        )
        for row in report.lines.head(MOST_LINES).iter_rows(named=True)
    )
    header = (
        "Line",
        "Field",
        "What happens",
        "Entries",
        "Patients",
        "Exceptions",
        "Severity",
        "Answer",
        "Example",
    )
    blocks: list[Block] = [Grid(header, rows, frozenset({0, 3, 4, 5}))]
    if report.lines.height > MOST_LINES:
        blocks.append(Paragraph(f"{report.lines.height - MOST_LINES:,} more: transformations.csv."))
    return blocks


def _answer(row: dict[str, Any]) -> str:
    """Return what a person answered and who that was, else what is proposed."""
    if row["answer"] is None:
        return f"proposed: {row['proposal']}"
    return f"{row['answer']} ({row['answered_by']}, {day(row['answered_on'])})"


def _patients(report: ComparisonReport) -> list[Block]:
    people = report.compared.patients
    if not people.unmatched.height:
        return [Paragraph("Every patient of either system is in both.")]
    numbers = dict(people.unmatched["result"].value_counts().iter_rows())
    words = {
        "missing": "only in the old system",
        "additional": "only in the new system",
        "ambiguous": "not certainly one patient: compare these by hand",
    }
    texts = tuple(
        f"{plural(numbers[word], 'patient')} {meaning}"
        for word, meaning in words.items()
        if word in numbers
    )
    return [
        Items(texts),
        Paragraph("They are in patients_not_matched.csv; none of their entries was compared."),
    ]


def _not_compared(report: ComparisonReport) -> list[Block]:
    from recordpick.comparison.output import not_compared

    found = not_compared(report)
    if not found:
        return [Paragraph("Both extracts have every table and field.")]
    texts = tuple(
        f"{one['table']}{': ' + one['field'] if one['field'] else ''} – {one['why']}"
        for one in found
    )
    return [
        Paragraph("Not compared is not equal: check these by hand.", warns=True),
        Items(texts),
    ]


def _folded(report: ComparisonReport) -> list[Block]:
    texts = tuple(
        f"{one.table}{': ' + one.field if one.field else ''} – {one.number:,}: {one.reason}"
        for table in report.compared.tables
        for one in table.folded
    )
    return [Items(texts)] if texts else [Paragraph("Nothing.")]


def _how_to_read(report: ComparisonReport) -> list[Block]:
    agreement = report.agreement
    enough = Enough.of(report.compared.patients.pairs.height)
    from_on = plural(enough.patients, "patient")
    if enough.entries > 1:
        from_on += f", {enough.entries} entries"
    found: list[Block] = [
        Paragraph(
            f"A difference is said once from {SHARED_BY:.0%} of the entries with the value and "
            f"{from_on} on; entries that differ otherwise are its exceptions, "
            "and are listed singly in differences.csv. Nearly everybody having a difference does "
            "not make it right."
        ),
        Paragraph(
            f"Acceptance matrix version {report.acceptance.version}: {report.acceptance.source}."
        ),
    ]
    if agreement["held_out"] is not None and agreement["learned"] is not None:
        found.append(
            Paragraph(
                "The code map of one half of patients holds for "
                f"{agreement['learned']:.2%} of their entries and for {agreement['held_out']:.2%} "
                "of the other half's."
            )
        )
    return found
