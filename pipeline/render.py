"""Write everything that follows from the contract: GX suites, DDL, the data dictionary; or check that it is fresh."""

import sys
from pathlib import Path

from pipeline.config import PACKAGE, carried
from pipeline.contract.renderings import ddl, dictionary_page
from pipeline.contract.tables import ALL_TABLES

DICTIONARY_HEAD = """# Data dictionary

Every table of the lake, and those handed out as files alone (layer export), rendered from `pipeline/contract/` by `make render`; do not edit.
Types: text, texts (list of text), whole (64-bit integer), real (double), truth (boolean), date.
"""


def rendered() -> dict[Path, str]:
    """Each rendered file and its text."""
    from pipeline.quality.suites import rendered_suites  # noqa: PLC0415 -- great_expectations takes seconds to import

    docs = PACKAGE.parent / "docs"
    files = {docs / "data_dictionary.md": "\n".join([DICTIONARY_HEAD, *map(dictionary_page, ALL_TABLES)])}
    files[docs / "schema.sql"] = "\n".join(map(ddl, ALL_TABLES))
    return files | {carried("expectations") / name: text for name, text in rendered_suites().items()}


def stale() -> list[Path]:
    """Files whose text on disk is not what the contract renders to, and suites nothing renders."""
    files = rendered()
    changed = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return changed + [path for path in sorted(carried("expectations").glob("*.json")) if path not in files]


def main(arguments: list[str]) -> int:
    """Render, or with --check only say what is stale; 1 when something is."""
    if "--check" in arguments:
        for path in stale():
            sys.stderr.write(f"{path} is stale: run 'make render'.\n")
        return 1 if stale() else 0
    for path, text in rendered().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
