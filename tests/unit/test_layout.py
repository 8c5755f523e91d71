"""Headers of every era, under today's names."""

import pytest

from pipeline.errors import LayoutChanged
from pipeline.intake.layout import columns_of

AERS_DEMO = "ISR$CASE$I_F_COD$FOLL_SEQ$IMAGE$EVENT_DT$MFR_DT$FDA_DT$REPT_COD$MFR_NUM$MFR_SNDR$AGE$AGE_COD$GNDR_COD$E_SUB$WT$WT_COD$REPT_DT$OCCP_COD$DEATH_DT$TO_MFR$CONFID"
DRUG_2012Q4 = "primaryid$caseid$drug_seq$role_cod$drugname$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit$dechal$rechal$lot_nbr$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq$"


def columns(kind, header, quarter):
    return columns_of(kind, header.split("$"), quarter, f"{kind}.txt")


def test_aers_names_become_todays():
    names, phantoms = columns("DEMO", AERS_DEMO, "2004Q1")
    assert names[:4] == ["primaryid", "caseid", "i_f_code", "foll_seq"]
    assert "sex" in names
    assert phantoms == []


def test_aers_links_to_drug_entries_are_renamed_by_table():
    assert columns("THER", "ISR$DRUG_SEQ$START_DT$END_DT$DUR$DUR_COD", "2004Q1")[0][1] == "dsg_drug_seq"
    assert columns("INDI", "ISR$DRUG_SEQ$INDI_PT", "2004Q1")[0][1] == "indi_drug_seq"


def test_2012q4_names_become_todays_and_its_trailing_delimiter_is_a_phantom():
    names, phantoms = columns("DRUG", DRUG_2012Q4, "2012Q4")
    assert "lot_num" in names
    assert phantoms == [""]


def test_a_blank_before_a_name_is_no_part_of_it():
    header = "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$mfr_num$mfr_sndr$age$age_cod$gndr_cod$e_sub$wt$wt_cod$ rept_dt$to_mfr$occp_cod$reporter_country$occr_country$"
    assert "rept_dt" in columns("DEMO", header, "2012Q4")[0]


def test_a_column_left_by_resaving_is_recorded():
    assert columns("OUTC", "isr$outc_cod$v3", "2004Q1") == (["primaryid", "outc_cod"], ["v3"])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("primaryid$caseid$outc_cod$severity", "never published before, 'severity'"),
        ("primaryid$caseid", "lacks the column 'outc_cod'"),
        ("primaryid$caseid$outc_cod$caseid", "'caseid' twice"),
        ("", "lacks the column"),
    ],
)
def test_a_header_fda_never_published_is_refused(header, message):
    with pytest.raises(LayoutChanged, match=message):
        columns("OUTC", header, "2024Q1")


def test_a_column_fda_dropped_is_refused():
    with pytest.raises(LayoutChanged, match="lacks the column 'prod_ai', which 2024Q1 must have"):
        columns("DRUG", DRUG_2012Q4, "2024Q1")
