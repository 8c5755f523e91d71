"""A drawn world with the tables a trend is made from, and the trend itself."""

from tables import rows_of
from worlds import World

from pipeline.cases.arrivals import lag_rows, nowcast_rows
from pipeline.cases.trendseries import holdings, interruption_rows, product_series, show_series, trend_rows
from pipeline.lake.warehouse import model


class TrendWorld(World):
    """held: quarters the lake holds, a range as 2023Q1 to 2024Q1 or a list of them."""

    def __init__(self, folder, held, as_of="2024Q1", **drawn):
        super().__init__(folder, as_of=as_of, **drawn)
        self.as_of, self.span = as_of, holdings(held)
        bound = {"as_of": as_of}
        self.warehouse.create("event_quarter", model("mart/event_quarter"), bound)
        for name in ("exposed_case", "product_event_case"):
            self.warehouse.create(name, model(f"explain/kept_{name}"), bound)
        show_series(self.warehouse, self.span)

    def series(self):
        return list(product_series(self.warehouse))

    def trend(self, product, endpoint=None, comparator="all", scope="narrow"):
        """Rows of trend of one series."""
        rows = trend_rows(self.series(), self.as_of, self.span).to_pylist()
        wanted = (product, endpoint, comparator, scope if endpoint else None)
        return [r for r in rows if (r["product"], r["endpoint"], r["comparator"], r["scope"]) == wanted]

    def interruptions(self):
        return interruption_rows(self.series(), self.as_of).to_pylist()

    def nowcasts(self):
        return nowcast_rows(self.warehouse, self.as_of, self.span).to_pylist()

    def lag(self, product):
        rows = lag_rows(self.warehouse, self.as_of, self.span).to_pylist()
        return next(row for row in rows if row["product"] == product)


def drawn(rows, *names):
    """Rows as a text table draws them: only these columns, everything text, nothing as -."""
    return [{name: None if row[name] is None else str(row[name]) for name in names} for row in rows]


def fits(rows, text):
    """Whether the rows are those of the text table, in its columns."""
    wanted = rows_of(text)
    found = drawn(rows, *wanted[0])
    assert found == wanted, "\n".join(map(str, found))
    return True
