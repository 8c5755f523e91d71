"""A cell of a CSV file that people open in a spreadsheet: text quoted, numbers not, and nothing that is run as a formula."""

# A spreadsheet reads a CSV cell that begins so as a formula, and what people typed stands in these files: such text gets a
# leading apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: object) -> str:
    """A value as it stands between the commas; nothing where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        safe = f"'{value}" if value.startswith(FORMULA_STARTS) else value
        return '"' + safe.replace('"', '""') + '"'
    return str(value)
