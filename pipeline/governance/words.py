"""Text that people write and that is kept for ever: something is said, it can be printed, and it has an end."""

from pipeline.errors import UsageError

LONGEST = 4_000
# Besides what is printable: a text may have lines.
ALLOWED = {"\n"}


def said(text: str | None, what: str, longest: int = LONGEST) -> str:
    """The text without blanks around it; what: how it is called in the message, as "the rationale of signal 1".

    UsageError where nothing is said, where a sign cannot be printed (a terminal would obey it), or where it is too long.
    """
    plain = (text or "").strip()
    if not plain:
        raise UsageError(f"{what[:1].upper()}{what[1:]} is missing: say it in words.")
    if odd := sorted({sign for sign in plain if not sign.isprintable() and sign not in ALLOWED}):
        raise UsageError(f"{what[:1].upper()}{what[1:]} holds a sign that cannot be printed, {odd[0]!a}: leave it out.")
    if len(plain) > longest:
        raise UsageError(f"{what[:1].upper()}{what[1:]} has {len(plain):,} signs: it can have {longest:,}.")
    return plain
