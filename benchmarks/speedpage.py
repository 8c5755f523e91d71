"""The speed figures of benchmarks/results.json as the tables of docs/speed.md."""

from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs" / "speed.md"
MARKS = {
    "speed": ("<!-- speed: written by benchmarks.speed -->", "<!-- end of speed -->"),
    "peers": ("<!-- peers: written by benchmarks.peers -->", "<!-- end of peers -->"),
}
Record = dict[str, Any]


def write_into_docs(record: Record, page: Path = DOCS) -> None:
    """Put each table the record has where the page shows it."""
    text = page.read_text(encoding="utf-8")
    for name, table in (("speed", speed_table), ("peers", peers_table)):
        if name in record:
            opening, closing = MARKS[name]
            head, rest = text.split(opening)
            text = f"{head}{opening}\n{table(record[name])}\n{closing}{rest.split(closing)[1]}"
    page.write_text(text, encoding="utf-8")


def speed_table(speed: Record) -> str:
    """Sizes side by side: ours, the floor, their ratio and its bound."""
    sizes = speed["sizes"]
    names = " | ".join(f"{one['cases']:,} cases" for one in sizes)
    rows = [
        ("pairs", [f"{one['pairs']:,}" for one in sizes], ""),
        *((f"{label}, s", [str(one["seconds"][key]) for one in sizes], "") for key, label in SECONDS.items()),
        ("floor, s", [str(one["floor"]) for one in sizes], ""),
        ("counted, fitted and scored ÷ floor", [str(one["ratio"]) for one in sizes], f"≤ {speed['bounds']['ratio']:g}"),
        ("counted, fitted and scored ÷ floor, processor seconds", [str(one["cpu_ratio"]) for one in sizes], ""),
        ("peak memory, MiB", [f"{one['peak_mib']:,}" for one in sizes], f"≤ {speed['bounds']['peak_mib']:,}"),
    ]
    lines = [f"| figure | {names} | bound |", "|---" * (len(sizes) + 2) + "|"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(values)} | {bound} |" for name, values, bound in rows)])


SECONDS = {
    "counted": "cases and pairs counted",
    "fitted": "prior fitted",
    "scored": "scored and written",
    "all": "in all",
}


def peers_table(peers: Record) -> str:
    """Each size and side: seconds, memory, or where it stopped."""
    lines = ["| pairs | side | seconds | peak memory, MiB | fastest peer ÷ ours |", "|---|---|---|---|---|"]
    for size in peers["sizes"]:
        for name, side in size["sides"].items():
            if "stopped_at" in side:
                seconds, memory = f"stopped: {side['stopped_at']}", ""
            else:
                seconds, memory = f"{side['seconds']:,.2f}", f"{side['peak_mib']:,.0f}"
            ratio = "" if name != "ours" or size["ratio"] is None else f"{size['ratio']} ×"
            lines.append(f"| {size['pairs']:,} | {name} | {seconds} | {memory} | {ratio} |")
    return "\n".join(lines)
