"""The record of benchmarks.coverage as Markdown tables, and where docs/registry_simulation.md shows them."""

from pathlib import Path

from benchmarks.coverage_summary import Figure

DOCS = Path(__file__).resolve().parents[1] / "docs" / "registry_simulation.md"
BANDS = ((0.0, 5.0), (5.0, 20.0), (20.0, 100.0), (100.0, float("inf")))


def as_tables(record: Figure) -> str:
    """Summary, claims, coverage by expected events, and every row."""
    return "\n\n".join(
        [
            summary(record),
            claims_table(record),
            "### Coverage by estimator and expected events",
            band_table(record),
            "### 1 - Kaplan–Meier against Aalen–Johansen",
            naive_table(record),
            "### Every figure",
            every_table(record),
        ]
    )


def summary(record: Figure) -> str:
    """What was simulated, in one paragraph."""
    followed = record["completeness"]
    return (
        f"{record['cohorts']:,} cohorts of up to {max(record['sizes']):,} treated patients (indication "
        f"{record['indication']}), seeds from {record['seed']:,}; Monte-Carlo intervals of "
        f"{100 * record['monte_carlo_confidence']:g} %, so that all judged rows together err in about 5 % of runs. Clark's C is {followed['clark_c']:.3f} on average where "
        f"{followed['share_of_time_lived']:.3f} of the time lived was followed."
    )


def claims_table(record: Figure) -> str:
    """Each claim and whether it holds."""
    rows = [(name, "holds" if holds else "**fails**") for name, holds in record["claims"].items()]
    return markdown(("claim", "answer"), rows)


def band_table(record: Figure) -> str:
    """Least and most coverage of each estimator's intervals, in bands of the expected events."""
    kinds = list(dict.fromkeys((r["estimator"], r["interval"], r["kind"]) for r in record["rows"] if r["coverage"]))
    rows = []
    for estimator, interval, kind in kinds:
        own = [r for r in record["rows"] if (r["estimator"], r["interval"], r["kind"]) == (estimator, interval, kind)]
        bands = [[r for r in own if low <= r["expected_events"] < high] for low, high in BANDS]
        rows.append((estimator, interval, kind, *map(span, bands)))
    heads = [f"{low:g} to {high:g} events" if high < float("inf") else f"{low:g} and more" for low, high in BANDS]
    return markdown(("estimator", "interval", "kind", *heads), rows)


def span(rows: list[Figure]) -> str:
    """Least and most coverage among the rows; a dash for none."""
    values = [100 * row["coverage"]["value"] for row in rows if row["coverage"]]
    if not values:
        return "–"
    return f"{min(values):.1f} %" if len(values) == 1 else f"{min(values):.1f}–{max(values):.1f} %"


def naive_table(record: Figure) -> str:
    """The share that 1 - Kaplan–Meier gives where other events compete, beside Aalen–Johansen's and the truth."""
    naive = [r for r in record["rows"] if r["estimator"].startswith("1 - ")]
    rows = []
    for r in naive:
        same = next(
            a
            for a in record["rows"]
            if a["interval"].startswith("aalen") and (a["quantity"], a["n"]) == (r["quantity"], r["n"])
        )
        means = [100 * (each["truth"] + each["bias"]["value"]) for each in (same, r)]
        rows.append((r["quantity"], f"{r['n']}", f"{100 * r['truth']:.2f} %", *(f"{mean:.2f} %" for mean in means)))
    return markdown(("event", "patients", "truth", "Aalen–Johansen, mean", "1 - Kaplan–Meier, mean"), rows)


def every_table(record: Figure) -> str:
    """All rows, in the order they were made."""
    rows = [
        (
            r["estimator"],
            r["interval"],
            r["quantity"],
            f"{r['n']}",
            f"{r['expected_events']:.3g}",
            f"{r['truth']:.4g}",
            _bias(r),
            _coverage(r),
            r["verdict"],
        )
        for r in record["rows"]
    ]
    heads = ("estimator", "interval", "of", "patients", "events expected", "truth", "bias", "coverage", "claim")
    return markdown(heads, rows)


def _bias(row: Figure) -> str:
    bias = row["bias"]
    if bias is None:
        return "–" if row["median"] is None else f"median {row['median']:.3g}"
    return f"{bias['value']:+.2g} ({bias['low']:+.2g} to {bias['high']:+.2g})"


def _coverage(row: Figure) -> str:
    found = row["coverage"]
    if found is None:
        return "–"
    return f"{100 * found['value']:.1f} % ({100 * found['low']:.1f}–{100 * found['high']:.1f})"


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)])


def marks(name: str) -> tuple[str, str]:
    """The lines of docs/registry_simulation.md between which the tables of this benchmark stand."""
    part = name.removeprefix("coverage_")
    return f"<!-- {part}: written by benchmarks.{name} -->", f"<!-- end of {part} -->"


def shown_in_docs(name: str) -> str:
    """The tables of this benchmark as docs/registry_simulation.md shows them."""
    opening, closing = marks(name)
    return DOCS.read_text(encoding="utf-8").split(opening)[1].split(closing)[0].strip()


def write_into_docs(name: str, tables: str) -> None:
    """Put the tables of this benchmark into docs/registry_simulation.md, in place of those there."""
    opening, closing = marks(name)
    head, rest = DOCS.read_text(encoding="utf-8").split(opening)
    DOCS.write_text(f"{head}{opening}\n{tables}\n{closing}{rest.split(closing)[1]}", encoding="utf-8")
