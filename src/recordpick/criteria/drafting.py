"""From a supplier's sheet of criteria in words to a pack, one decision of a person at a time.

`draft_pack` reads a sheet and writes a pack in which every rule is a proposal. `change_criterion`
writes one decision into the pack's file: the file is read again for each, so that what somebody
else decided meanwhile stays, and replaced as a whole. Nothing that is only proposed is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from recordpick.atomic import check_new, replace_file, write_file, write_new
from recordpick.criteria.codelists import (
    FILE_AT_MOST,
    codelist_from_csv,
    file_name,
    shipped_codelists,
)
from recordpick.criteria.conditions import Condition
from recordpick.criteria.load import parse_pack, read_criteria_list, read_pack, toml_text
from recordpick.criteria.pack import (
    CODELISTS_FOLDER,
    Confirmation,
    Criterion,
    Pack,
    ParameterValue,
    Proposal,
    Rule,
    Step,
    condition_over,
    registered,
)
from recordpick.criteria.pack_writer import pack_text, with_criterion
from recordpick.criteria.problems import Problems, did_you_mean, listed, shown
from recordpick.criteria.spreadsheet_pack import ListOfCriteria
from recordpick.criteria.templates import CriterionText, fill, propose
from recordpick.criteria.toml_positions import check_shape
from recordpick.criteria.toml_proposals import BY_LENGTH, WORDS_AT_MOST
from recordpick.criteria.toml_values import (
    PACK_AT_MOST,
    TEXT_LENGTH,
    TITLE_LENGTH,
    checked_text,
)
from recordpick.csvio.records import decoded, read_bytes
from recordpick.errors import UserError
from recordpick.os_errors import cannot_write
from recordpick.resources import criteria_folder
from recordpick.schema import TABLES

KEPT_AT_MOST = 5
"""How many proposals a draft keeps for a criterion: the best ones."""
_COMMENT = (
    "Drafted by recordpick from a supplier's sheet of criteria in words.",
    "",
    "Every [[criterion.proposal]] is only a suggestion: until a person confirms one, its criterion",
    "is picked for by hand. Confirm in the app (Rules from words), or on the command line with",
    "recordpick criteria confirm. `confirmed` says who decided, and when.",
)


def text_of(criterion: Criterion) -> CriterionText:
    """Return what a criterion says in words, for proposing rules."""
    return CriterionText(
        ref=criterion.id,
        area=criterion.area,
        title=criterion.title,
        text=criterion.find,
        check="; ".join(criterion.compare),
        wanted=criterion.records,
    )


def draft_of(
    listed_criteria: ListOfCriteria, file: str, as_at: date, most: int = KEPT_AT_MOST
) -> Pack:
    """Return a pack with the rules proposed for each criterion of a list, none of them used."""
    pack = listed_criteria.pack
    criteria = tuple(
        replace(
            criterion,
            population=registered(),
            source=f"{file}, {listed_criteria.places[criterion.id]}",
            proposals=tuple(_kept(propose(text_of(criterion), as_at), most)),
        )
        for criterion in pack.criteria
    )
    return replace(
        pack,
        version=pack.version or "1",
        population=registered(),
        random_population=registered(),
        criteria=criteria,
        codelists=shipped_codelists(sorted(_codelist_names(*criteria))),
    )


def _kept(proposals: Iterable[Proposal], most: int) -> Iterator[Proposal]:
    """Yield the first proposals that a pack can hold, their words cut to what it allows."""
    found = (
        replace(
            proposal,
            says=_cut(proposal.says, TEXT_LENGTH),
            reason=_cut(proposal.reason, TEXT_LENGTH),
            steps=_with_short_words(proposal.steps),
            unused=tuple(_cut(word, TITLE_LENGTH) for word in proposal.unused[:WORDS_AT_MOST]),
        )
        for proposal in proposals
    )
    return islice(found, most)


def _with_short_words(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps whose rules' words are on one line and no longer than packs may have."""
    return tuple(
        Step(tuple(replace(rule, says=_cut(rule.says, TITLE_LENGTH)) for rule in step.rules))
        for step in steps
    )


def _cut(text: str, length: int) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= length else f"{joined[: length - 1]}…"


def draft_pack(sheet: Path, out: Path, as_at: date, sheets: Sequence[str] = ()) -> Pack:
    """Write a pack drafted from a sheet, with the codelists that its proposals need beside it.

    UserError where the sheet cannot be read, `out` does not end in .toml or already exists.
    """
    if out.suffix.casefold() != ".toml":
        raise UserError(f"{out}: a drafted pack is a file ending in .toml.")
    check_new(out)
    found = read_criteria_list(sheet, sheets)
    for most in range(KEPT_AT_MOST, 0, -1):
        pack = draft_of(found, sheet.name, as_at, most)
        text = pack_text(replace(pack, codelists={}), _COMMENT)  # they are files beside it
        if _is_small_enough(text):
            break
    else:
        raise UserError(
            f"{sheet}: {len(pack.criteria):,} criteria are too many for one pack. Divide the sheet."
        )
    try:
        _put_codelists(out.parent, *pack.criteria)
    except OSError as error:
        raise cannot_write(out, error) from error
    write_file(out, text.encode())
    return read_pack(out)


def _is_small_enough(text: str) -> bool:
    """Return whether a pack's text is within the limits with which packs are read."""
    try:
        check_shape(text)
    except UserError:
        return False
    return len(text.encode()) <= PACK_AT_MOST


def _put_codelists(folder: Path, *criteria: Criterion) -> None:
    """Put the codelists that ship beside a pack where it has none of that name of its own."""
    for name in sorted(_codelist_names(*criteria)):
        target = folder / CODELISTS_FOLDER / f"{name}.csv"
        shipped = criteria_folder() / CODELISTS_FOLDER / f"{name}.csv"
        if not target.exists() and shipped.is_file():
            target.parent.mkdir(exist_ok=True)
            write_new(target, shipped.read_bytes())


def undecided(pack: Pack) -> tuple[Criterion, ...]:
    """Return the criteria for which rules are proposed and nobody has decided."""
    return tuple(criterion for criterion in pack.criteria if criterion.is_undecided)


def change_criterion(
    path: Path,
    ref: str,
    change: Callable[[Pack, Criterion], Criterion],
    known: Pack | None = None,
) -> Pack:
    """Write one decision into a pack's file, and return the pack as it is then.

    `change` is given the pack and the criterion as they are in the file now; a pack that is
    `known` is not parsed again where the file still has its text. UserError where the file is no
    TOML pack, has no such criterion, or the criterion's rules are the supplier's own.
    """
    if path.suffix.casefold() != ".toml":
        raise UserError(
            f"{path}: rules are confirmed in a pack in TOML. Draft one from this list first: "
            f"recordpick criteria draft {path.name} --out PACK.toml"
        )
    pack = known if known is not None and _is_unchanged(path, known) else read_pack(path)
    place = place_of(pack, ref)
    criterion = pack.criteria[place]
    if criterion.steps and criterion.confirmed is None:
        raise UserError(
            f"{path}, criterion {criterion.id}: its rules are the supplier's own, so there is "
            "nothing to confirm. Change the pack by hand."
        )
    changed = change(pack, criterion)
    name, text = next(iter(pack.files.items()))
    written = with_criterion(text, place, changed, pack)
    try:
        _put_codelists(path.parent, changed)
    except OSError as error:
        raise cannot_write(path, error) from error
    result = parse_pack({**pack.files, name: written, **_codelists_of(path, changed, pack)})
    expected = (*pack.criteria[:place], changed, *pack.criteria[place + 1 :])
    if result.criteria != expected:
        raise AssertionError(f"{ref}: what was written does not read back as it was decided")
    replace_file(path, written.encode())
    return result


def _is_unchanged(path: Path, pack: Pack) -> bool:
    """Return whether the file still has the text of a pack that was read from it."""
    text = next(iter(pack.files.values()), "")
    return toml_text(path) == text


def _codelists_of(path: Path, criterion: Criterion, pack: Pack) -> dict[str, str]:
    """Return the codelists beside a pack that a changed criterion needs, and the pack has not."""
    files = {
        name: path.parent / CODELISTS_FOLDER / f"{name}.csv" for name in _codelist_names(criterion)
    }
    return {
        file_name(name): decoded(read_bytes(file, FILE_AT_MOST), file_name(name))
        for name, file in files.items()
        if file_name(name) not in pack.files and file.is_file()
    }


def with_codelists(pack: Pack, path: Path, criterion: Criterion) -> Pack:
    """Return a pack with the codelists that a criterion's rules need: those beside it, or shipped.

    For counting what a rule finds that is not in the pack's file yet.
    """
    missing = _codelist_names(criterion) - pack.codelists.keys()
    found = shipped_codelists(sorted(missing))
    for file, text in _codelists_of(path, criterion, pack).items():
        name = file.removeprefix(f"{CODELISTS_FOLDER}/").removesuffix(".csv")
        codelist = codelist_from_csv(name, text, Problems(file))
        if name in missing and codelist is not None:
            found[name] = codelist
    return replace(pack, codelists={**pack.codelists, **found})


def _codelist_names(*criteria: Criterion) -> set[str]:
    steps = [step for one in criteria for step in one.steps]
    steps += [step for one in criteria for each in one.proposals for step in each.steps]
    return {rule.codes for step in steps for rule in step.rules if rule.codes}


def place_of(pack: Pack, ref: str) -> int:
    """Return the place of a criterion in a pack by its id, capitals or not; UserError if none."""
    ids = [criterion.id.casefold() for criterion in pack.criteria]
    if ref.casefold() not in ids:
        known = listed([criterion.id for criterion in pack.criteria[:12]], last="and")
        more = " …" if len(ids) > 12 else ""
        guess = did_you_mean(ref, [criterion.id for criterion in pack.criteria])
        raise UserError(
            f"The pack has no criterion {shown(ref)}{guess or '.'} It has {known}{more}"
        )
    return ids.index(ref.casefold())


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides on one criterion; call it to get the criterion as it is then.

    One of: `proposal` (as proposed, or as the person changed it: `is_edited`), a `condition` of the
    person's own, or neither, which is by hand.
    """

    by: str
    proposal: Proposal | None = None
    is_edited: bool = False
    rule: Rule | None = None
    """A rule of the person's own, without its condition."""
    condition: str = ""
    """The condition of that rule, as the person wrote it."""
    population: Condition | None = field(default_factory=registered)
    """Among whom the person's own condition looks; None is everybody."""

    def __call__(self, pack: Pack, criterion: Criterion) -> Criterion:
        """Return the criterion as decided now; UserError where the condition is not one."""
        by = checked_text(self.by, "The name or initials of who decides", BY_LENGTH)
        confirmed = Confirmation(by, datetime.now(UTC).replace(microsecond=0))
        if self.proposal is not None:
            return replace(
                criterion,
                population=self.proposal.population,
                steps=_with_short_words(self.proposal.steps),
                confirmed=replace(
                    confirmed, template=self.proposal.template, is_edited=self.is_edited
                ),
            )
        if self.rule is not None:
            rule = rule_as_written(pack, self.rule, self.condition)
            return replace(
                criterion,
                population=self.population,
                steps=_with_short_words([Step((rule,))]),
                confirmed=confirmed,
            )
        return replace(criterion, population=pack.population, steps=(), confirmed=confirmed)


def withdrawn(pack: Pack, criterion: Criterion) -> Criterion:
    """Return a criterion without its decision: by hand again, with its proposals."""
    return replace(criterion, population=pack.population, steps=(), confirmed=None)


def check_rule(pack: Pack, rule: Rule) -> None:
    """Raise UserError where a rule's words, table or condition cannot be used."""
    checked_text(rule.says, "The rule in words", TITLE_LENGTH)
    if rule.table not in TABLES and rule.table not in pack.tables:
        known = [*TABLES, *pack.tables]
        guess = did_you_mean(rule.table, known)
        raise UserError(
            f"There is no table '{shown(rule.table)}'{guess or '.'} Tables are "
            f"{listed(known, last='and')}."
        )
    if rule.where is None:
        raise UserError("The condition is empty. Write one, or choose by hand.")


def rule_as_written(pack: Pack, rule: Rule, condition: str) -> Rule:
    """Return a rule with a condition that a person wrote; UserError where it cannot be used."""
    check_rule(pack, replace(rule, where=registered()))
    if not condition.strip():
        raise UserError("The condition is empty. Write one, or choose by hand.")
    try:
        where = condition_over(rule.table, condition.strip(), pack.tables)
    except UserError as error:
        raise UserError(f"In the condition: {error}") from error
    return replace(rule, where=where)


def refilled(proposal: Proposal, changes: Mapping[str, str]) -> Proposal:
    """Return a proposal with other numbers or names, typed by a person.

    UserError for a parameter that it does not have, and for a value that is not one or is out of
    its range.
    """
    params: dict[str, ParameterValue] = dict(proposal.params)
    for name, text in changes.items():
        if name not in params:
            known = listed(params, last="and") or "none"
            raise UserError(f"The proposal has no number called {shown(name)}. It has {known}.")
        params[name] = _typed(name, text.strip(), params[name])
    filled = fill(proposal.template, params)
    if fill(proposal.template, proposal.params).population != proposal.population:
        filled = replace(filled, population=proposal.population)  # the text said among whom
    return replace(filled, reason=proposal.reason, unused=proposal.unused)


def _typed(name: str, text: str, old: ParameterValue) -> ParameterValue:
    if isinstance(old, str):
        return text
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise UserError(f"{name}: '{shown(text)}' is not a number.") from None
    if isinstance(old, int) or value.is_integer():
        if not value.is_integer():
            raise UserError(f"{name}: '{shown(text)}' is not a whole number.")
        return int(value)
    return value


def with_conditions(proposal: Proposal, wheres: Sequence[str], says: str, pack: Pack) -> Proposal:
    """Return a proposal whose rules have other conditions, in order, and other words.

    UserError where one of them is not a condition over its table.
    """
    texts = iter(wheres)
    steps = []
    for step in proposal.steps:
        rules = []
        for rule in step.rules:
            where = next(texts).strip()
            rules.append(rule_as_written(pack, rule, where) if where else replace(rule, where=None))
        steps.append(Step(tuple(rules)))
    words = checked_text(says, "The rule in words", TITLE_LENGTH)
    if len(steps) == 1 and len(steps[0].rules) == 1:
        steps = [Step((replace(steps[0].rules[0], says=words),))]
    return replace(proposal, says=words, steps=tuple(steps))


def rules_of(proposal: Proposal) -> Iterator[Rule]:
    """Return the rules of a proposal in the order of `with_conditions`."""
    return (rule for step in proposal.steps for rule in step.rules)
