"""Quarterly series of each product: made by SQL, handed over as arrays; and what is told of them quarter by quarter."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.contract.quarter import end_of_quarter, number_of_day, quarter_name, quarter_number
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.trend import INTERRUPTION, TREND
from pipeline.lake.warehouse import Warehouse, model
from pipeline.signals.cumulative import cumulative_component, first_above_zero
from pipeline.signals.interruption import WINDOW, Contrasts, interrupted_series
from pipeline.signals.interval import Array
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.vocabulary.choices import CalendarEvent, calendar, comparator

Row = dict[str, object]
Key = tuple[str, str]
STEPS = ("dated_case", "series_case", "product_span")
BASE = "all"


@dataclass(frozen=True, slots=True)
class Holdings:
    """The last unbroken run of quarters a lake holds by a data-lock point, by their numbers, both ends included."""

    start: int
    last: int

    @property
    def last_day(self) -> dt.date:
        """The last day of the last quarter."""
        return end_of_quarter(self.last)


@dataclass(frozen=True, slots=True)
class ProductSeries:
    """Cases of one product by quarter of receipt, against one comparator; the first series is all its cases.

    keys: endpoint and scope of each series, both empty for all cases. own, others: cases with the event of the product
    and of the comparator, shape (n_series, n_quarters), from quarter number `first` on. start: the quarter from which
    on every publication is held and the product is approved.
    """

    product: str
    comparator: str
    keys: list[Key]
    own: Array
    others: Array
    first: int
    start: int


def holdings(quarters: Sequence[str]) -> Holdings:
    """The unbroken run that ends with the newest of the quarters held, at least one."""
    held = sorted(quarter_number(quarter) for quarter in quarters)
    start = held[-1]
    while start - 1 in held:
        start -= 1
    return Holdings(start, held[-1])


def show_series(warehouse: Warehouse, span: Holdings) -> None:
    """Make the tables behind every series; needs the typed tables, the members of the signals and the vocabulary."""
    for step in STEPS:
        warehouse.create(step, model(f"trend/{step}"), {"start": span.start, "last": span.last})


def product_series(warehouse: Warehouse) -> Iterator[ProductSeries]:
    """Every product against every comparator, in a fixed order."""
    cells = warehouse.arrow(model("trend/quarter_cell"))
    spans = warehouse.rows("SELECT product, first_number, last_number, start_number FROM product_span ORDER BY product")
    products = np.asarray(cells["product"].to_pylist(), dtype=object)
    for name, *numbers in spans:
        first, last, start = (int(str(number)) for number in numbers)
        rows = cells.filter(pa.array(products == name))
        n_quarters = last - first + 1
        heads = rows.take(pa.array(np.arange(0, rows.num_rows, n_quarters))).to_pylist()
        own, others = (
            rows[column].to_numpy().astype(np.float64).reshape(-1, n_quarters) for column in ("n_own", "n_others")
        )
        for against in sorted({head["comparator"] for head in heads}):
            at = [place for place, head in enumerate(heads) if head["comparator"] == against]
            keys = [(heads[place]["endpoint"], heads[place]["scope"]) for place in at]
            yield ProductSeries(str(name), against, keys, own[at], others[at], first, start)


def trend_rows(series: Iterable[ProductSeries], as_of: str, span: Holdings) -> pa.Table:
    """The rows of trend: cases of each quarter, and the cumulative cells with their information component."""
    parts = [_trend_part(item, as_of, span) for item in series]
    schema = arrow_schema(TREND)
    tables = [pa.Table.from_pydict(part, schema) for part in parts]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _trend_part(item: ProductSeries, as_of: str, span: Holdings) -> dict[str, object]:
    n_series, n_quarters = item.own.shape
    score = cumulative_component(item.own, item.own[0] - item.own, item.others, item.others[0] - item.others)
    numbers = np.arange(item.first, item.first + n_quarters)
    is_held = numbers >= span.start
    first = first_above_zero(np.where(is_held & ~_is_all(item)[:, None], score.low, np.nan))
    is_first = np.arange(n_quarters) == first[:, None]
    size = n_series * n_quarters

    def each(values: Iterable[object]) -> list[object]:
        return [value for value in values for _ in range(n_quarters)]

    def told(column: Array) -> pa.Array:
        """Nothing for all cases, which are compared with no one."""
        return pa.array(column.ravel(), mask=np.repeat(_is_all(item), n_quarters))

    return {
        "as_of": [as_of] * size,
        "product": [item.product] * size,
        "series": each("endpoint" if endpoint else "all cases" for endpoint, _ in item.keys),
        "endpoint": each(endpoint or None for endpoint, _ in item.keys),
        "scope": each(scope or None for _, scope in item.keys),
        "comparator": [item.comparator] * size,
        "receipt_quarter": [quarter_name(int(number)) for number in numbers] * n_series,
        "n_cases": item.own.ravel().astype(np.int64),
        "is_every_quarter_held": np.tile(is_held, n_series),
        "is_first_quarter_held": np.tile(numbers == span.start, n_series),
        **{name: getattr(score, name).ravel().astype(np.int64) for name in "abcd"},
        **{name: told(column) for name, column in (("expected", score.expected), ("ic", score.ic))},
        **{name: told(column) for name, column in (("ic025", score.low), ("ic975", score.high))},
        "is_first_ic_positive": is_first.ravel(),
        "comparator_version": [comparator(item.comparator).version] * size,
    }


def _is_all(item: ProductSeries) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.array([not endpoint for endpoint, _ in item.keys], dtype=np.bool_)


def interruption_rows(series: Iterable[ProductSeries], as_of: str) -> pa.Table:
    """The rows of interruption: every series of every product against every event of the calendar inside its span."""
    rows = [
        row
        for item in series
        if item.comparator == BASE
        for event in calendar()
        if _place(item, event) >= 0
        for row in _contrasts(item, event)
    ]
    rows.sort(key=lambda row: tuple(str(row[name] or "") for name in INTERRUPTION.key[1:]))
    return pa.Table.from_pylist([{"as_of": as_of} | row for row in _one_family(rows)], arrow_schema(INTERRUPTION))


def _one_family(rows: Sequence[Row]) -> list[Row]:
    """The rows with the q of each change of level and of slope, all of them one family."""
    p = [row[f"{name}_p"] for name in ("level", "slope") for row in rows]
    found = benjamini_hochberg([np.nan if value is None else float(str(value)) for value in p])
    q = [None if np.isnan(value) else float(value) for value in found]
    return [
        row | {"level_q": level, "slope_q": slope}
        for row, level, slope in zip(rows, q[: len(rows)], q[len(rows) :], strict=True)
    ]


def _place(item: ProductSeries, event: CalendarEvent) -> int:
    """Where the event's quarter stands among those of the series that can be used; -1 where it does not."""
    at = number_of_day(event.date) - item.start
    return at if 0 <= at < item.own.shape[1] - (item.start - item.first) else -1


def _contrasts(item: ProductSeries, event: CalendarEvent) -> Iterator[Row]:
    at = _place(item, event)
    used = item.own[:, item.start - item.first :]
    window = range(
        number_of_day(event.date) - min(WINDOW, at),
        number_of_day(event.date) + min(WINDOW, used.shape[1] - 1 - at) + 1,
    )
    head: Row = {
        "product": item.product,
        "event_day": event.date,
        "event_title": event.title,
        "event_quarter": quarter_name(number_of_day(event.date)),
        "n_other_events": sum(other != event and number_of_day(other.date) in window for other in calendar()),
    }
    yield from _told(head | {"measure": "cases"}, item.keys, interrupted_series(used, at), used[:, at])
    shares = interrupted_series(used[1:], at, used[0])
    yield from _told(head | {"measure": "share of cases"}, item.keys[1:], shares, used[1:, at])


def _told(head: Row, keys: Sequence[Key], found: Contrasts, there: Array) -> Iterator[Row]:
    names = {
        "foretold": found.foretold,
        **{f"level_{end}": getattr(found, f"level_{end}") for end in ("low", "high", "p")},
        **{f"slope_{end}": getattr(found, f"slope_{end}") for end in ("low", "high", "p")},
        "level_ratio": found.level,
        "slope_ratio": found.slope,
        "dispersion": found.dispersion,
        "autocorrelation": found.autocorrelation,
        "correlation": found.correlation,
    }
    for place, (endpoint, scope) in enumerate(keys):
        numbers = {name: float(column[place]) for name, column in names.items()}
        yield head | {
            "series": "endpoint" if endpoint else "all cases",
            "endpoint": endpoint or None,
            "scope": scope or None,
            "n_quarters_before": found.n_before,
            "n_quarters_after": found.n_after,
            "n_before": int(found.cases_before[place]),
            "n_after": int(found.cases_after[place]),
            "n_event_quarter": int(there[place]),
            "reason": found.reason[place] or None,
            **{name: None if np.isnan(value) else value for name, value in numbers.items()},
        }
