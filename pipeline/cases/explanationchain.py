"""The chain from an earlier number to a later one: code, vocabulary and endpoint versions first, then the data."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.cases.explanation import explain_code, explain_data, explain_version, parts
from pipeline.cases.explanationkept import StoredNumber
from pipeline.cases.explanationparts import Cells, Part, check_sum, unlisted_parts
from pipeline.cases.explanationside import Question, Side, count_cells, keep_side, show_tables_of
from pipeline.config import code_version
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.choices import suspect_roles
from pipeline.vocabulary.versions import Vocabulary


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where the chain begins.

    number: what was stored, None where nothing was. vocabulary: what it was counted with. has_cases: whether the
    warehouse shows, as stored_cell, the cases that stood behind its cells a and b.
    """

    side: Side
    number: StoredNumber | None
    vocabulary: Vocabulary
    has_cases: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """One question followed through every version; warnings collect what a reader must know of the answer."""

    warehouse: Warehouse
    question: Question
    today: Vocabulary
    with_duplicates: bool
    progress: Callable[[str], None]
    warnings: list[str] = field(default_factory=list)

    def explain(self, earlier: Earlier, later: Side) -> tuple[Cells, list[Part], Cells]:
        """The earlier cells, the parts of the change, the later cells; case_change holds the cases.

        CartwatchError where the parts do not add up, or where a number stored by this very code, vocabulary and data
        cannot be counted again.
        """
        earlier.side.show_core(self.warehouse)
        first, unlisted = self._versions(earlier)
        later.show_core(self.warehouse)
        last = self._count("to", later, self.today)
        self.progress("finding each case's reason")
        explain_data(self.warehouse, earlier.side, later, self.question.comparator)
        found = unlisted + parts(self.warehouse)
        check_sum(first, found, last)
        return first, found, last

    def check_stored_end(self, stored: StoredNumber | None, side: Side, last: Cells) -> None:
        """The later number is the one stored as of then; where that comes from other code or data, a warning says so."""
        if stored is None or stored.cells is None or stored.cells == last:
            return
        if self._is_of_today(stored, side):
            raise CartwatchError(
                f"The signal stored as of {side.as_of} says {_told(stored.cells)}, and the same data, code and vocabulary "
                f"count {_told(last)}: the lake is damaged, or this is a bug of ours."
            )
        self.warnings.append(
            f"The signal stored as of {side.as_of} ({_told(stored.cells)}; run {stored.run_id}) comes from other code, "
            f"vocabulary or data: 'cartwatch signals --as-of {side.as_of}' renews it."
        )

    def _versions(self, earlier: Earlier) -> tuple[Cells, list[Part]]:
        """The number to begin with, and what remains of the code's part without case ids; leaves from_cell of today."""
        number, side = earlier.number, earlier.side
        if number is None or number.cells is None:
            why = "no number was stored" if number is None else "the endpoint was not assessable"
            self.warnings.append(f"As of {side.as_of} {why}: the change is told from a count with today's versions.")
            return self._count("from", side, self.today), []
        counted = self._count("from", side, earlier.vocabulary)
        unlisted = self._code(earlier, number.cells, number, counted)
        if earlier.vocabulary.content_hash != self.today.content_hash:
            self._vocabularies(side, earlier.vocabulary)
        return number.cells, unlisted

    def _code(self, earlier: Earlier, stored: Cells, number: StoredNumber, counted: Cells) -> list[Part]:
        """What another code version made of the same data and vocabulary."""
        if earlier.has_cases:
            explain_code(self.warehouse)
        listed = parts(self.warehouse)
        unlisted = unlisted_parts("code", stored, listed, counted)
        if (listed or unlisted) and self._is_of_today(number, earlier.side):
            raise CartwatchError(
                f"The signal of run {number.run_id} says {_told(stored)}, and the same data, code and vocabulary count "
                f"{_told(counted)}: the lake is damaged, or this is a bug of ours."
            )
        if unlisted:
            cells = ", ".join(part.cell for part in unlisted)
            self.warnings.append(
                f"Of code {number.code_version} no case ids were kept for {cells}: only counts are told."
            )
        if number.data_hash not in {None, earlier.side.data_hash}:
            self.warnings.append(
                f"Quarters were typed again since run {number.run_id}: what that changed is told as code."
            )
        if number.vocabulary_hash is None:
            self.warnings.append(
                f"Run {number.run_id} kept no vocabulary: what its vocabulary and endpoint changed is told as code."
            )
        return unlisted

    def _vocabularies(self, side: Side, then: Vocabulary) -> None:
        """First everything of the vocabulary but the endpoint's own definition, then that."""
        is_endpoint = self.question.event_kind == "endpoint"
        but_endpoint = self.today.with_endpoint_of(then, self.question.event) if is_endpoint else self.today
        steps = [("vocabulary", but_endpoint)]
        if but_endpoint.endpoint_version(self.question.event) != self.today.endpoint_version(self.question.event):
            steps.append(("endpoint", self.today))
        for reason, vocabulary in steps:
            self._count("to", side, vocabulary)
            explain_version(self.warehouse, reason)
            keep_side(self.warehouse, "from", with_duplicates=self.with_duplicates)

    def _count(self, name: str, side: Side, vocabulary: Vocabulary) -> Cells:
        self.progress(f"{side.as_of} resolving cases")
        show_tables_of(self.warehouse, vocabulary)
        side.show_cases(self.warehouse, vocabulary.content_hash == self.today.content_hash)
        show_tables_of(self.warehouse, vocabulary)  # cases may have been resolved with the reviewed lists alone
        self.progress(f"{side.as_of} counting cases")
        cells = count_cells(
            self.warehouse, self.question, vocabulary, suspect_roles(), with_duplicates=self.with_duplicates
        )
        keep_side(self.warehouse, name, with_duplicates=self.with_duplicates)
        return cells

    def _is_of_today(self, stored: StoredNumber, side: Side) -> bool:
        """Whether a number rests on today's code and vocabulary and on the data of the side, so that it must agree."""
        kept = (stored.code_version, stored.vocabulary_hash, stored.data_hash)
        return kept == (code_version(), self.today.content_hash, side.data_hash)


def _told(cells: Cells) -> str:
    return ", ".join(f"{cell} = {n}" for cell, n in cells.items())
