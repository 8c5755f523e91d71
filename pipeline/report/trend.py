"""Cases by quarter of initial receipt, beside the calendar of events after which reporting changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract.quarter import number_of_day, quarter_name, quarter_number
from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import Figure, quarters_chart
from pipeline.vocabulary.choices import CalendarEvent, calendar
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import Product

PANELS = 7
ALL_CASES = "All current cases"
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Trend:
    """One product's cases by quarter: charts, the same numbers for a table, the events between the quarters.

    counts: cases by quarter for each endpoint that has any, narrow scope. n_undated: cases without a known day,
    which stand in no quarter.
    """

    figures: list[Figure]
    quarters: list[str]
    counts: Counts
    n_undated: int
    events: list[tuple[int, CalendarEvent]]


def trend(facts: ReportFacts, product: Product, anchor: str) -> Trend:
    """The trend of a product, from its first quarter to the data-lock point; a revised case stays in its quarter."""
    counts = _counts(facts, product)
    dated = [quarter for found in counts.values() for quarter in found]
    quarters = quarters_between(min([*dated, facts.as_of]), max([*dated, facts.as_of]))
    events = [(number, event) for number, event in enumerate(calendar(), 1) if quarter_of(event) in quarters]
    title = f"Cases by quarter of initial receipt: {product.title}"
    figures = [
        quarters_chart(f"{anchor}-q{place}", title, panels, quarters, _marks(events))
        for place, panels in enumerate(_chunks(counts), 1)
    ]
    undated = [row["n_cases"] for row in facts.rows_of("product_quarter", product.id) if row["receipt_quarter"] is None]
    return Trend(figures, quarters, counts, sum(undated), events)


def quarter_of(event: CalendarEvent) -> str:
    """The quarter of a day of the calendar, as 2024Q1."""
    return quarter_name(number_of_day(event.date))


def quarters_between(first: str, last: str) -> list[str]:
    """Every quarter from first to last, both included."""
    return [quarter_name(number) for number in range(quarter_number(first), quarter_number(last) + 1)]


def _counts(facts: ReportFacts, product: Product) -> Counts:
    """All cases first, then the endpoints in the order of the vocabulary; none without a dated case."""
    titles = {item.id: item.title for item in endpoints()}
    counts: Counts = {label: {} for label in (ALL_CASES, *titles.values())}
    rows = [(ALL_CASES, row) for row in facts.rows_of("product_quarter", product.id)]
    rows += [
        (titles[row["endpoint"]], row)
        for row in facts.rows_of("endpoint_quarter", product.id)
        if row["scope"] == "narrow"
    ]
    for label, row in rows:
        if row["receipt_quarter"]:
            counts[label][row["receipt_quarter"]] = row["n_cases"]
    return {label: found for label, found in counts.items() if found}


def _chunks(counts: Counts) -> list[Counts]:
    """Panels that go into one chart."""
    labels = list(counts)
    return [
        {label: counts[label] for label in labels[start : start + PANELS]} for start in range(0, len(labels), PANELS)
    ]


def _marks(events: Sequence[tuple[int, CalendarEvent]]) -> list[Row]:
    """One mark for each quarter, with the numbers of all its events."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for number, event in events:
        numbers[quarter_of(event)].append(str(number))
    return [{"quarter": quarter, "number": ",".join(found)} for quarter, found in numbers.items()]
