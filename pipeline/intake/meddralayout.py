"""The files of MedDRA's ASCII distribution: the fields of each, as its file format document lists them."""

from dataclasses import dataclass, field

CROSS_CODES = ("whoart_code", "harts_code", "costart_sym", "icd9_code", "icd9cm_code", "icd10_code")
JART = "jart_code"
YES_NO = ("Y", "N")
ACTIVE = ("A", "I")


@dataclass(frozen=True, slots=True)
class MeddraFile:
    """One file of the distribution, without header, fields ended by `$`.

    key: fields that no two lines share. codes: fields that must be whole numbers. filled: fields that must hold text.
    allowed: fields with a closed list of values.
    """

    name: str
    fields: tuple[str, ...]
    key: tuple[str, ...]
    codes: tuple[str, ...]
    filled: tuple[str, ...] = ()
    allowed: dict[str, tuple[str, ...]] = field(default_factory=dict)


def _terms(level: str) -> MeddraFile:
    """A file of high-level terms or high-level group terms."""
    code, name = f"{level}_code", f"{level}_name"
    return MeddraFile(f"{level}.asc", (code, name, *CROSS_CODES, JART), (code,), (code,), (name,))


def _links(above: str, below: str) -> MeddraFile:
    """A file that links two levels."""
    pair = (f"{above}_code", f"{below}_code")
    return MeddraFile(f"{above}_{below}.asc", pair, pair, pair)


LAYOUT: dict[str, MeddraFile] = {
    file.name: file
    for file in (
        MeddraFile(
            "llt.asc",
            ("llt_code", "llt_name", "pt_code", *CROSS_CODES, "llt_currency", JART),
            ("llt_code",),
            ("llt_code", "pt_code"),
            ("llt_name",),
            {"llt_currency": YES_NO},
        ),
        MeddraFile(
            "pt.asc",
            ("pt_code", "pt_name", "null_field", "pt_soc_code", *CROSS_CODES, JART),
            ("pt_code",),
            ("pt_code", "pt_soc_code"),
            ("pt_name",),
        ),
        _terms("hlt"),
        _terms("hlgt"),
        MeddraFile(
            "soc.asc",
            ("soc_code", "soc_name", "soc_abbrev", *CROSS_CODES, JART),
            ("soc_code",),
            ("soc_code",),
            ("soc_name",),
        ),
        _links("hlt", "pt"),
        _links("hlgt", "hlt"),
        _links("soc", "hlgt"),
        MeddraFile(
            "mdhier.asc",
            (
                *("pt_code", "hlt_code", "hlgt_code", "soc_code"),
                *("pt_name", "hlt_name", "hlgt_name", "soc_name", "soc_abbrev"),
                *("null_field", "pt_soc_code", "primary_soc_fg"),
            ),
            ("pt_code", "hlt_code", "hlgt_code", "soc_code"),
            ("pt_code", "hlt_code", "hlgt_code", "soc_code", "pt_soc_code"),
            ("pt_name", "hlt_name", "hlgt_name", "soc_name"),
            {"primary_soc_fg": YES_NO},
        ),
        MeddraFile("intl_ord.asc", ("intl_ord_code", "soc_code"), ("soc_code",), ("intl_ord_code", "soc_code")),
        MeddraFile(
            "smq_list.asc",
            (
                *("smq_code", "smq_name", "smq_level", "smq_description", "smq_source", "smq_note"),
                *("meddra_version", "status", "smq_algorithm"),
            ),
            ("smq_code",),
            ("smq_code",),
            ("smq_name", "meddra_version"),
            {"smq_level": ("1", "2", "3", "4", "5"), "status": ACTIVE},
        ),
        MeddraFile(
            "smq_content.asc",
            (
                *("smq_code", "term_code", "term_level", "term_scope", "term_category", "term_weight"),
                *("term_status", "term_addition_version", "term_last_modified_version"),
            ),
            ("smq_code", "term_code", "term_level", "term_category"),
            ("smq_code", "term_code"),
            (),
            {"term_level": ("0", "4", "5"), "term_scope": ("0", "1", "2", "3", "4"), "term_status": ACTIVE},
        ),
    )
}
RELEASE_FILE = "meddra_release.asc"
