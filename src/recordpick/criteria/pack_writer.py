"""Writing a criteria pack as TOML: a whole pack, or one criterion within a pack's text.

What is written reads back as the same criteria. Only what differs from the pack's own settings is
written for a criterion, so that people can read and change the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from recordpick.criteria.codelists import file_name
from recordpick.criteria.conditions import Condition, text_of
from recordpick.criteria.pack import (
    Confirmation,
    Criterion,
    Pack,
    PatientDate,
    PatientKind,
    Proposal,
    Rule,
    Step,
)
from recordpick.criteria.toml_positions import headers_of
from recordpick.errors import UserError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def pack_text(pack: Pack, comment: Iterable[str] = ()) -> str:
    """Return the TOML text of a pack; codelists among its files are not repeated in it."""
    lines = [f"# {line}".rstrip() for line in comment]
    lines += ["", *_head(pack)] if lines else _head(pack)
    for name, codelist in pack.codelists.items():
        if file_name(name) not in pack.files:
            codes = ", ".join(
                f"{_text(code)} = {_text(codelist.terms.get(code, ''))}" for code in codelist.codes
            )
            lines += ["", f"[codelist.{_key(name)}]", f"codes = {{ {codes} }}"]
    for name, columns in pack.tables.items():
        lines += ["", f"[tables.{_key(name)}]"]
        lines += [f"{_key(column)} = {_text(kind)}" for column, kind in columns.items()]
    for date in pack.dates.values():
        lines += ["", *_date(date)]
    for criterion in pack.criteria:
        lines += ["", *criterion_lines(criterion, pack)]
    return "\n".join(lines) + "\n"


def with_criterion(text: str, place: int, criterion: Criterion, pack: Pack) -> str:
    """Return a pack's text with the criterion at a place (from 0) written again.

    All else stays as it is, to the character. UserError where the pack's criteria are not written
    as `[[criterion]]`.
    """
    headers = headers_of(text)
    own = ("criterion", place)
    begin = next((line for line, path in headers if path == own), None)
    if begin is None:
        raise UserError(
            "The criteria of this pack are not written as [[criterion]], so it cannot be changed "
            "here. Write them so, or change the pack by hand."
        )
    end = next((line for line, path in headers if line > begin and path[:2] != own), None)
    lines = text.split("\n")
    before = lines[: begin - 1]
    block = lines[begin - 1 : None if end is None else end - 1]
    after = [] if end is None else lines[end - 1 :]
    kept: list[str] = []  # comments and empty lines above what follows
    while block and (not block[-1].strip() or block[-1].lstrip().startswith("#")):
        kept.insert(0, block.pop())
    return "\n".join([*before, *criterion_lines(criterion, pack), *kept, *after])


def criterion_lines(criterion: Criterion, pack: Pack) -> list[str]:
    """Return the lines of a criterion, with its rules, proposals and who confirmed it."""
    lines = [
        "[[criterion]]",
        f"id = {_text(criterion.id)}",
        f"area = {_text(criterion.area)}",
        f"title = {_text(criterion.title)}",
        f"find = {_text(criterion.find)}",
    ]
    if criterion.compare:
        lines.append(f"compare = [{', '.join(map(_text, criterion.compare))}]")
    if criterion.records != pack.records_per_criterion:
        lines.append(f"records = {criterion.records}")
    if criterion.population != pack.population:
        lines.append(f"population = {_population(criterion.population)}")
    if criterion.source:
        lines.append(f"source = {_text(criterion.source)}")
    if criterion.confirmed is not None:
        lines.append(f"confirmed = {_confirmed(criterion.confirmed)}")
    for step in criterion.steps:
        lines += ["", "[[criterion.rule]]", *_step(step)]
    for kind in criterion.kinds:
        lines += ["", "[[criterion.each]]", *_kind(kind, criterion)]
    for proposal in criterion.proposals:
        lines += ["", *_proposal(proposal)]
    return lines


def _head(pack: Pack) -> list[str]:
    lines = ["[pack]", f"title = {_text(pack.title)}", f"version = {_text(pack.version)}"]
    if pack.supplier:
        lines.insert(2, f"supplier = {_text(pack.supplier)}")
    lines.append(f"records_per_criterion = {pack.records_per_criterion}")
    lines.append(f"random_records = {pack.random_records}")
    if pack.population is not None:
        lines.append(f"population = {_population(pack.population)}")
    if pack.random_population != pack.population:
        lines.append(f"random_population = {_population(pack.random_population)}")
    if pack.may_be_absent:
        lines.append(f"may_be_absent = [{', '.join(map(_text, sorted(pack.may_be_absent)))}]")
    if pack.qof_years:
        lines.append(f"qof_years = [{', '.join(map(_text, pack.qof_years))}]")
    if pack.notes:
        lines.append("notes = [")
        lines += [f"  {_text(note)}," for note in pack.notes]
        lines.append("]")
    return lines


def _date(date: PatientDate) -> Iterator[str]:
    yield f"[date.{_key(date.name)}]"
    yield f"which = {_text('latest' if date.is_latest else 'earliest')}"
    yield f"table = {_text(date.rows.table)}"
    yield f"column = {_text(date.column)}"
    if date.months or date.days:
        yield f'add = "{date.months} months"' if date.months else f'add = "{date.days} days"'
    if date.rows.codes is not None:
        yield f"codes = {_text(date.rows.codes)}"
    if date.rows.where is not None:
        yield f"where = {_text(date.rows.where.text, is_inline=False)}"


def _population(population: Condition | None) -> str:
    return _text(text_of(population) or "everyone")


def _confirmed(confirmed: Confirmation) -> str:
    parts = [f"by = {_text(confirmed.by)}", f"at = {_time(confirmed.at)}"]
    if confirmed.template:
        parts.append(f"template = {_text(confirmed.template)}")
    if confirmed.is_edited:
        parts.append("edited = true")
    return f"{{ {', '.join(parts)} }}"


def _time(at: datetime) -> str:
    """Return a time as TOML has it: in UTC, to the second; one without a zone as it is."""
    if at.tzinfo is None:
        return at.isoformat()
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _proposal(proposal: Proposal) -> Iterator[str]:
    yield "[[criterion.proposal]]"
    yield f"template = {_text(proposal.template)}"
    yield f"says = {_text(proposal.says)}"
    if proposal.reason:
        yield f"reason = {_text(proposal.reason)}"
    yield f"confidence = {proposal.confidence!r}"
    yield f"population = {_population(proposal.population)}"
    if proposal.params:
        params = ", ".join(
            f"{_key(name)} = {_text(value) if isinstance(value, str) else repr(value)}"
            for name, value in proposal.params.items()
        )
        yield f"params = {{ {params} }}"
    if proposal.unused:
        yield f"unused = [{', '.join(map(_text, proposal.unused))}]"
    for step in proposal.steps:
        yield ""
        yield "[[criterion.proposal.rule]]"
        yield from _step(step)


def _step(step: Step) -> Iterator[str]:
    if len(step.rules) == 1:
        yield from _rule(step.rules[0], is_inline=False)
        return
    yield "any = ["
    for rule in step.rules:
        yield f"  {{ {', '.join(_rule(rule, is_inline=True))} }},"
    yield "]"


def _kind(kind: PatientKind, criterion: Criterion) -> Iterator[str]:
    own = {rule.says: rule for step in criterion.steps for rule in step.rules}
    if kind.rules == (own.get(kind.says),):
        yield f"says = {_text(kind.says)}"
    elif len(kind.rules) == 1:
        yield from _rule(kind.rules[0], is_inline=False)
    else:
        yield f"says = {_text(kind.says)}"
        yield from _step(Step(kind.rules))
    if kind.least != 1:
        yield f"least = {kind.least}"


def _rule(rule: Rule, *, is_inline: bool) -> Iterator[str]:
    yield f"says = {_text(rule.says)}"
    if rule.table != "patients":
        yield f"table = {_text(rule.table)}"
    if rule.where is not None:
        yield f"where = {_text(rule.where.text, is_inline=is_inline)}"
    for key, value in (("codes", rule.codes), ("distinct", rule.distinct), ("per", rule.per)):
        if value is not None:
            yield f"{key} = {_text(value)}"
    if rule.at_least != (0 if rule.at_most == 0 else 1):
        yield f"at_least = {rule.at_least}"
    if rule.at_most is not None:
        yield f"at_most = {rule.at_most}"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str, *, is_inline: bool = True) -> str:
    """Return a text as TOML has it; over several lines only where lines are allowed."""
    if is_inline or "\n" not in text:
        return f'"{_escaped(text)}"'
    body = "\n".join(_escaped(line) for line in text.split("\n"))
    return f'"""\n{body}"""'


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(sign) or (sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04X}")
        for sign in text
    )
