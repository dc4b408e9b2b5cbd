"""The codelists that a pack's rules use: from the pack itself, or from files beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recordpick.criteria.codelists import (
    FOLDER,
    codelist_from_csv,
    codelist_of,
    file_name,
    is_safe_name,
    problem_with,
)
from recordpick.criteria.pack import Codelist
from recordpick.criteria.problems import Problems
from recordpick.criteria.toml_lines import TomlPath
from recordpick.criteria.toml_values import Values
from recordpick.criteria.wording import did_you_mean, shown
from recordpick.errors import UserError

FindCodelist = Callable[[str], str | None]
"""Returns the text of the codelist file of that name, None if absent; may raise UserError."""


class PackCodelists:
    """Loads each codelist once; `loaded` and `files` hold what was found."""

    def __init__(self, inline: Values, find: FindCodelist, problems: Problems) -> None:
        self._find = find
        self._problems = problems
        self._requested: set[str] = set()
        self.loaded: dict[str, Codelist] = {}
        self.files: dict[str, str] = {}
        for name in inline.items():
            self._requested.add(name)
            if not is_safe_name(name):
                inline.problem(_unsafe(name), name)
            else:
                self._inline(name, inline.table(name))

    def ask(self, name: str, at: TomlPath, criterion: str) -> None:
        """Load the codelist that a rule names; a failure is recorded the first time only."""
        if name in self._requested:
            return
        self._requested.add(name)
        try:
            text = self._find(name) if is_safe_name(name) else None
        except UserError as error:
            self._problems.add(str(error), at=at, criterion=criterion)
            return
        if text is not None:
            self.files[file_name(name)] = text
            codelist = codelist_from_csv(name, text, self._problems)
            if codelist is not None:
                self.loaded[name] = codelist
            return
        message = _unsafe(name) if not is_safe_name(name) else self._missing(name)
        self._problems.add(message, at=at, criterion=criterion)

    def _missing(self, name: str) -> str:
        guess = did_you_mean(name, self.loaded)
        return (
            f"There is no codelist '{name}': neither [codelist.{name}] in the pack nor {name}.csv "
            f"in the folder {FOLDER} beside it{guess or '.'}"
        )

    def _inline(self, name: str, values: Values) -> None:
        values.only(("codes",), "a key of a codelist")
        terms = _terms(values)
        if not terms:
            if terms is not None:
                values.problem("The codelist is empty; a rule with it would find nobody.")
            return
        problems = [problem_with(code, term) for code, term in terms.items()]
        for problem in filter(None, problems):
            values.problem(problem, "codes")
        if not any(problems):
            self.loaded[name] = codelist_of(name, terms)


def _unsafe(name: str) -> str:
    return (
        f"'{shown(name)}' cannot be a codelist's name, which has up to 60 small letters, digits, "
        "'-' and '_'."
    )


def _terms(values: Values) -> dict[str, str] | None:
    """Return the codes of an inline codelist with their terms; None, and a problem, if invalid."""
    codes: Any = values.items().get("codes")
    if isinstance(codes, list):
        codes = dict.fromkeys(codes, "") if all(isinstance(code, str) for code in codes) else None
    if not isinstance(codes, dict) or not all(isinstance(term, str) for term in codes.values()):
        values.problem(
            'codes must be a list of codes as texts, ["…", "…"], or a table of codes and terms.',
            "codes",
        )
        return None
    return {code.strip(): term.strip() for code, term in codes.items()}
