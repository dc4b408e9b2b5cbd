"""What to ask for, in words for a data administrator, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recordpick.criteria.pack import Pack
from recordpick.document import Block, Document, Grid, Items, Paragraph, Section
from recordpick.index.practice_index import PracticeIndex
from recordpick.report_requests.criteria_status import short_reason
from recordpick.report_requests.instructions import LIST, Howto, howto, systems
from recordpick.report_requests.plan import NotByReports, Request, RequestPlan, Wanted
from recordpick.text import plural

MOST_CODES = 100
"""Codes of a codelist that a page shows; whoever needs more gets the codelist's own file."""
_LATEST_DAY = (
    "Make all exports on the same day. Do not open and save them in Excel: it loses leading zeros, "
    "centuries and the ends of long numbers. They hold patients' data: delete them afterwards."
)


@dataclass(frozen=True)
class ReportRequests:
    """What to ask for, to be shown for one clinical system or all of them."""

    plan: RequestPlan
    index: PracticeIndex | None = None

    @property
    def summary(self) -> str:
        """What the requests come to, in a sentence."""
        return summary_of(self.plan)

    @property
    def systems(self) -> dict[str, str]:
        """The names of the clinical systems by their words."""
        return {word: system.name for word, system in systems().items()}

    def document(self, system: str | None) -> Document:
        """Return the document for a system, or for all of them."""
        return document_of(self.plan, self.index, system)


def document_of(
    plan: RequestPlan, index: PracticeIndex | None = None, system: str | None = None
) -> Document:
    """Return what to ask for as a document; for one clinical system, or for all of them."""
    words = [system] if system else list(systems())
    sections = [_summary(plan)]
    if plan.can_be_joined:
        sections += [
            _request(plan, request, number, words)
            for number, request in enumerate(plan.requests, 1)
        ]
    by_list = _by_list(plan)
    if by_list:
        sections.append(_searches(plan, by_list, words))
    if plan.answered:
        said = f"{', '.join(plan.answered)}."
        sections.append(Section("Answered already", (Paragraph(said),), mark="√"))
    return Document(
        f"What to ask for: {plan.pack.title}", tuple(_about(plan, index)), tuple(sections)
    )


def _about(plan: RequestPlan, index: PracticeIndex | None) -> Iterator[str]:
    pack = plan.pack
    yield f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,")
    if index is not None:
        manifest = index.manifest
        practice = manifest.practice or "A practice that its records do not name"
        yield f"{practice}, as at {manifest.as_at} ({manifest.as_at_from or 'source not kept'})"


def summary_of(plan: RequestPlan) -> str:
    """Return in a sentence what the requests come to."""
    criteria = len(plan.pack.criteria)
    by_hand = sum(not one.has_rules for one in plan.not_by_reports)
    if by_hand == criteria:
        return (
            f"None of the {criteria} criteria of this pack has a rule, so no export answers them: "
            "pick by browsing, or from a list that a search gives."
        )
    if len(plan.answered) == criteria:
        return f"This index answers all {criteria} criteria: there is nothing to ask for."
    if not plan.requests:
        return (
            f"This index answers {len(plan.answered)} of {criteria} criteria, and no export "
            "answers any of the others."
        )
    many = plural(len(plan.requests), "export")
    answers = len(plan.to_answer)
    more = f" beside the {len(plan.answered)} that this index answers" if plan.has_index else ""
    if not plan.can_be_joined:
        return (
            f"Searches can find patients for {answers} of {criteria} criteria{more}. This index "
            "was made from a whole extract, and reports are joined to a list of patients only: so "
            "make a search for each criterion, and pick from the lists that they give."
        )
    return f"{many} answer {answers} of {criteria} criteria{more}."


def _summary(plan: RequestPlan) -> Section:
    blocks: list[Block] = [Paragraph(summary_of(plan))]
    if plan.requests and plan.can_be_joined:
        rows = tuple(
            (
                str(number),
                request.supply.wording.title,
                request.supply.wording.file,
                str(len(request.answers)),
                ", ".join(request.answers) or request.because,
            )
            for number, request in enumerate(plan.requests, 1)
        )
        header = ("", "Export", "Save as", "Answers", "Criteria")
        blocks += [Grid(header, rows, frozenset({0, 3})), Paragraph(_LATEST_DAY)]
        blocks.append(Paragraph(f"Then: {command_of(plan)}"))
    if plan.demonstrations:
        blocks.append(
            Paragraph(
                f"The codelists {', '.join(plan.demonstrations)} are those for demonstrations: "
                "they have only a few codes, some of them made up. Replace them with the "
                "supplier's or the practice's own before you ask for their codes.",
                warns=True,
            )
        )
    return Section("In short", tuple(blocks))


def command_of(plan: RequestPlan) -> str:
    """Return the command that makes the index of the requested exports."""
    files = [
        request.supply.wording.file + (f"={request.kind}" if request.kind != LIST else "")
        for request in plan.requests
    ]
    if all(request.kind != LIST for request in plan.requests):
        files = ["(the list and exports of this index)", *files]
    return f"recordpick index {' '.join(files)} --out index"


def _request(plan: RequestPlan, request: Request, number: int, words: Sequence[str]) -> Section:
    wording = request.supply.wording
    blocks: list[Block] = [Paragraph(_answers(request))]
    if request.because and request.answers:
        blocks.append(Paragraph(request.because))
    blocks.append(Paragraph(f"What it must have: {wording.all_of}"))
    rows = tuple(_rows_wanted(plan.pack, request.wanted))
    if rows:
        blocks.append(Items(rows))
    inner = [_in_system(request, word) for word in words]
    if request.codelists:
        inner.append(_codes(plan.pack, request.codelists))
    return Section(f"{number}. {wording.title}", tuple(blocks), tuple(inner))


def _answers(request: Request) -> str:
    if not request.answers:
        return request.because
    criteria = plural(len(request.answers), "criterion", "criteria")
    return f"With it {criteria} can be answered: {', '.join(request.answers)}."


def _rows_wanted(pack: Pack, wanted: Iterable[Wanted]) -> Iterator[str]:
    by_criterion: dict[str, list[str]] = {}
    for one in wanted:
        codes = f" (codes of {one.codelist.replace('_', ' ')}, below)" if one.codelist else ""
        adds = ", as one way of several" if one.adds else ""
        by_criterion.setdefault(one.criterion_id, []).append(f"{one.says}{codes}{adds}")
    for name, texts in by_criterion.items():
        yield f"{name} {pack.criterion(name).title}: {'; '.join(dict.fromkeys(texts))}"


def how_to(request: Request, word: str) -> Howto:
    """Return how to make a request in a system."""
    return howto(word, request.kind, request.supply.labels, request.roles)


def _in_system(request: Request, word: str) -> Section:
    how = how_to(request, word)
    blocks: list[Block] = [Items(how.report, is_numbered=True)]
    blocks.append(Paragraph(f"Columns: {', '.join(how.columns)}."))
    if how.note:
        blocks.append(Paragraph(how.note))
    blocks += [Items(how.beware), Paragraph(how.basis)]
    return Section(f"In {how.system}", tuple(blocks))


def _codes(pack: Pack, names: Iterable[str]) -> Section:
    blocks: list[Block] = []
    for name in names:
        codelist = pack.codelists[name]
        shown = codelist.codes[:MOST_CODES]
        rows = tuple((code, codelist.terms.get(code, "")) for code in shown)
        more = len(codelist.codes) - len(shown)
        also = f"; {more:,} more are in its file, {name}.csv" if more else ""
        count = plural(len(codelist.codes), "code")
        blocks += [
            Paragraph(f"{name.replace('_', ' ')}: {count}{also}"),
            Grid(("Code", "Clinical term"), rows),
        ]
    return Section("Codes that it must list", tuple(blocks))


# ---------------------------------------------------------------- lists of criteria


def _by_list(plan: RequestPlan) -> list[NotByReports]:
    """Return the criteria to make a search for: those that no export answers, and why."""
    found = list(plan.not_by_reports)
    if not plan.can_be_joined:
        places = {
            name: request.supply.wording.title
            for request in plan.requests
            for name in request.answers
        }
        for name in plan.to_answer:
            why = (plan.lacking or {}).get(name, "")
            found.append(NotByReports(plan.pack.criterion(name), why or f"see {places[name]}"))
        order = {criterion.id: place for place, criterion in enumerate(plan.pack.criteria)}
        found.sort(key=lambda one: order[one.criterion.id])
    return found


def list_file(criterion_id: str) -> str:
    """Return the name of the file with the patients that a search found for a criterion."""
    return f"{criterion_id}.csv"


def _searches(plan: RequestPlan, found: Sequence[NotByReports], words: Sequence[str]) -> Section:
    blocks: list[Block] = [
        Paragraph(
            "A search in the clinical system can find the patients of a criterion instead. Export "
            "its list of patients with their NHS number or patient number, and name the file "
            "after the criterion. Put all such files into one folder."
        ),
        Grid(
            ("Criterion", "Find", "Save as", "Why a search"),
            tuple(
                (
                    f"{one.criterion.id} {one.criterion.title}",
                    one.criterion.find,
                    list_file(one.criterion.id),
                    short_reason(one.why),
                )
                for one in found
            ),
        ),
        Paragraph(
            "recordpick pick FILE.recordpick --folder FOLDER picks from all of them; in the app, "
            "l picks from one. A search that the system cannot make stays by hand."
        ),
    ]
    inner = []
    for word in words:
        system = systems()[word]
        steps = [
            step.format_map({"feature": "for what the criterion asks"}) for step in system.search
        ]
        last = f"Export the list of patients as CSV, with {', '.join(system.identity[:2])}."
        inner.append(
            Section(
                f"In {system.name}",
                (Items((*steps, last), is_numbered=True), Paragraph(system.basis)),
            )
        )
    names = sorted(
        {
            rule.codes
            for one in found
            for step in one.criterion.steps
            for rule in step.rules
            if rule.codes
        }
    )
    if names:
        inner.append(_codes(plan.pack, names))
    title = "A search for each criterion" if not plan.can_be_joined else "What no export answers"
    return Section(title, tuple(blocks), tuple(inner), mark="" if not plan.can_be_joined else "?")


# ---------------------------------------------------------------- JSON


def as_values(plan: RequestPlan, system: str | None = None) -> dict[str, Any]:
    """Return what to ask for as plain values, for JSON."""
    words = [system] if system else list(systems())
    return {
        "pack": {"title": plan.pack.title, "version": plan.pack.version},
        "summary": summary_of(plan),
        "can_be_joined": plan.can_be_joined,
        "answered": list(plan.answered),
        "requests": [_request_values(request, words) for request in plan.requests],
        "codelists": {
            name: _codelist_values(plan.pack, name)
            for name in dict.fromkeys(n for request in plan.requests for n in request.codelists)
        },
        "not_by_reports": [
            {
                "criterion": one.criterion.id,
                "why": short_reason(one.why),
                "file": list_file(one.criterion.id),
            }
            for one in plan.not_by_reports
        ],
    }


def _codelist_values(pack: Pack, name: str) -> dict[str, str]:
    codelist = pack.codelists[name]
    return {code: codelist.terms.get(code, "") for code in codelist.codes}


def _request_values(request: Request, words: Sequence[str]) -> Mapping[str, Any]:
    found = {word: how_to(request, word) for word in words}
    return {
        "kind": request.kind,
        "title": request.supply.wording.title,
        "file": request.supply.wording.file,
        "answers": list(request.answers),
        "rows": [
            {
                "criterion": one.criterion_id,
                "says": one.says,
                "codelist": one.codelist,
                "one_way_of_several": one.adds,
            }
            for one in request.wanted
        ],
        "systems": {
            word: {"steps": list(how.report), "columns": list(how.columns)}
            for word, how in found.items()
        },
    }
