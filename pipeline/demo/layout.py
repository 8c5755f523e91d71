"""How FDA laid out its quarterly ASCII files, era by era: written from FDA's own notes, independent of the reader.

Sources: ASC_NTS of 2022Q4 and its revision history; headers of the published files; design notes on their quirks.
"""

from dataclasses import dataclass, field

from pipeline.demo.quarters import is_legacy, ordinal, short_name

TABLES = ("demo", "drug", "reac", "outc", "rpsr", "ther", "indi")

_AERS_DEMO = (
    "ISR$CASE$I_F_COD$FOLL_SEQ$IMAGE$EVENT_DT$MFR_DT$FDA_DT$REPT_COD$MFR_NUM$MFR_SNDR$AGE$AGE_COD$GNDR_COD$E_SUB"
    "$WT$WT_COD$REPT_DT$OCCP_COD$DEATH_DT$TO_MFR$CONFID"
)
_AERS = {
    "demo": _AERS_DEMO,
    "drug": "ISR$DRUG_SEQ$ROLE_COD$DRUGNAME$VAL_VBM$ROUTE$DOSE_VBM$DECHAL$RECHAL$LOT_NUM$EXP_DT$NDA_NUM",
    "reac": "ISR$PT",
    "outc": "ISR$OUTC_COD",
    "rpsr": "ISR$RPSR_COD",
    "ther": "ISR$DRUG_SEQ$START_DT$END_DT$DUR$DUR_COD",
    "indi": "ISR$DRUG_SEQ$INDI_PT",
}
_FAERS_2012Q4 = {
    "demo": "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$mfr_num$mfr_sndr$age"
    "$age_cod$gndr_cod$e_sub$wt$wt_cod$ rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
    "drug": "primaryid$caseid$drug_seq$role_cod$drugname$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit$dechal"
    "$rechal$lot_nbr$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
    "reac": "primaryid$caseid$pt",
    "outc": "primaryid$caseid$outc_code",
    "rpsr": "primaryid$caseid$rpsr_cod",
    "ther": "primaryid$caseid$dsg_drug_seq$start_dt$end_dt$dur$dur_cod",
    "indi": "primaryid$caseid$indi_drug_seq$indi_pt",
}
_FAERS_2013 = _FAERS_2012Q4 | {
    "demo": _FAERS_2012Q4["demo"].replace("$ rept_dt", "$rept_dt"),
    "drug": _FAERS_2012Q4["drug"].replace("lot_nbr", "lot_num"),
    "outc": "primaryid$caseid$outc_cod",
}
_FAERS_2014Q3 = _FAERS_2013 | {
    "demo": "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$auth_num$mfr_num"
    "$mfr_sndr$lit_ref$age$age_cod$age_grp$sex$e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
    "drug": "primaryid$caseid$drug_seq$role_cod$drugname$prod_ai$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit"
    "$dechal$rechal$lot_num$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
    "reac": "primaryid$caseid$pt$drug_rec_act",
}


@dataclass(frozen=True)
class Era:
    """A stretch of quarters with one layout.

    since: its first quarter; headers: header line per table, without line end; trailing: tables whose data rows end
    in one ``$`` more than the header has; bom: tables whose file starts with a UTF-8 byte order mark.
    """

    since: str
    headers: dict[str, str]
    trailing: frozenset[str] = field(default_factory=frozenset)
    bom: frozenset[str] = field(default_factory=frozenset)

    def columns(self, table: str) -> tuple[str, ...]:
        """Our names of the table's columns, in file order."""
        return tuple(meaning(column) for column in self.headers[table].split("$"))

    def ends(self, table: str) -> str:
        """What stands between the last value of a data row and its line end."""
        return "$" if table in self.trailing else ""


_TRAILING = frozenset(TABLES) - {"indi"}
ERAS = (
    Era("2004Q1", _AERS, _TRAILING),
    Era("2005Q3", _AERS | {"demo": _AERS_DEMO + "$REPORTER_COUNTRY"}, _TRAILING),
    Era("2012Q4", _FAERS_2012Q4, bom=frozenset({"drug"})),
    Era("2013Q1", _FAERS_2013),
    Era("2014Q3", _FAERS_2014Q3),
)

_MEANINGS = {
    "isr": "primaryid",
    "case": "caseid",
    "i_f_code": "i_f_cod",
    "gndr_cod": "sex",
    "lot_nbr": "lot_num",
    "outc_code": "outc_cod",
    "dsg_drug_seq": "drug_seq",
    "indi_drug_seq": "drug_seq",
}


def meaning(column: str) -> str:
    """One name for a column whatever its era calls it."""
    plain = column.strip().lower()
    return _MEANINGS.get(plain, plain)


def era_of(at: int) -> Era:
    """The layout in force in a quarter."""
    return [era for era in ERAS if ordinal(era.since) <= at][-1]


def archive_name(at: int) -> str:
    """The zip's name at FDA: ``aers_ascii_2008q2.zip``, ``faers_ascii_2023q4.zip``."""
    prefix = "aers" if is_legacy(at) else "faers"
    return f"{prefix}_ascii_{at // 4}q{at % 4 + 1}.zip"


def member_name(table: str, at: int) -> str:
    """Path of a table inside the zip, with the spelling of its year."""
    stem, folder = table.upper() + short_name(at), "ascii"
    if is_legacy(at):
        return f"{folder}/{stem}.TXT"
    if at == ordinal("2012Q4"):
        return f"{folder}/{stem.lower()}.txt"
    if at == ordinal("2018Q1") and table == "demo":
        stem += "_new"
    return f"{'ASCII' if at >= ordinal('2021Q1') else folder}/{stem}.txt"


def line_end(at: int) -> str:
    """CRLF, but for 2017Q4, which FDA published with bare line feeds."""
    return "\n" if at == ordinal("2017Q4") else "\r\n"


_DELETED_STYLES = (
    ("2019Q1", "deleted/ADR{}DeletedCases.txt"),
    ("2020Q1", "DELETED/ADR{}DeletedCases.txt"),
    ("2020Q3", "Deleted/ADR{}DeletedCases.txt"),
    ("2020Q4", "Deleted/{}DeletedCases.txt"),
    ("2021Q1", "Deleted/DELETE{}.txt"),
)
WHOLE_HISTORY_LIST = "deleted/AllDeletedCases.txt"


def deleted_name(at: int) -> str | None:
    """Path of the list of withdrawn cases, in the style of its year; None before 2019Q1, when there was none."""
    styles = [style for since, style in _DELETED_STYLES if ordinal(since) <= at]
    return styles[-1].format(short_name(at)) if styles else None


def deleted_text(at: int, caseids: list[int]) -> bytes:
    """A list of withdrawn cases: no header, first line one space; from 2026 on every line ends in ``$``."""
    end = "$\n" if at >= ordinal("2026Q1") else "\n"
    return "".join(f"{line}{end}" for line in (" ", *caseids)).encode()


def companions(at: int) -> dict[str, bytes]:
    """The files that lie beside the tables and hold no reports; a reader must pass them by."""
    stem = short_name(at)
    notes = b"Null and frequency counts of selected fields.\r\n\r\nROLE_COD$COUNT\r\nPS$1\r\n"
    if is_legacy(at):
        return {f"ascii/STAT{stem}.TXT": notes, f"ascii/SIZE{stem}.TXT": notes, "README.DOC": b"\xd0\xcf\x11\xe0 notes"}
    return {f"ascii/STAT{stem}.txt": notes, "ascii/ASC_NTS.pdf": b"%PDF-1.4 notes", "Readme.pdf": b"%PDF-1.4 notes"}
