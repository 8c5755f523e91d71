"""A small FAERS quarter as text files, staged and typed the way FDA's own files are."""

import pyarrow as pa

from pipeline.config import ArchiveLimits, Settings
from pipeline.contract.raw import PROVENANCE
from pipeline.intake.archive import quarters_in
from pipeline.intake.faers import stage_core, stage_raw
from pipeline.intake.layout import AERS_ONLY, FILE_TABLES
from pipeline.lake.warehouse import Warehouse

OURS = {column.name for column in PROVENANCE}
PRODUCTS = pa.schema([(name, pa.string()) for name in ("drug_name", "active_ingredient", "product")])


def faers_files(n_reports=3):
    """FDA's seven files and a deleted list: the first report names Kymriah; no rule is broken."""
    rows = {kind: [] for kind in FILE_TABLES}
    for number in range(n_reports):
        case = str(20000001 + number)
        key = {"primaryid": f"{case}1", "caseid": case}
        dates = {"event_dt": "20230110", "init_fda_dt": "20230115", "fda_dt": "20230120"}
        patient = {"age": "12", "age_cod": "YR", "sex": "F", "wt": "40", "wt_cod": "KG", "occp_cod": "MD"}
        rows["DEMO"].append(key | {"caseversion": "1", "i_f_code": "I", "rept_cod": "EXP"} | dates | patient)
        name = "KYMRIAH" if number == 0 else "ASPIRIN"
        rows["DRUG"].append(key | {"drug_seq": "1", "role_cod": "PS", "drugname": name, "val_vbm": "1"})
        rows["DRUG"].append(key | {"drug_seq": "2", "role_cod": "C", "drugname": "PARACETAMOL", "val_vbm": "1"})
        rows["REAC"] += [key | {"pt": "Nausea"}, key | {"pt": "Pyrexia"}]
        rows["OUTC"].append(key | {"outc_cod": "HO"})
        rows["RPSR"].append(key | {"rpsr_cod": "HP"})
        rows["THER"].append(key | {"dsg_drug_seq": "1", "start_dt": "20230101", "end_dt": "20230102"})
        rows["INDI"].append(key | {"indi_drug_seq": "1", "indi_pt": "Acute lymphocytic leukaemia"})
    files = {kind: _text(kind, each) for kind, each in rows.items()}
    return files | {"DELETE": " \r\n10000001\r\n"}


def _text(kind, rows):
    columns = [name for name in FILE_TABLES[kind].names if name not in OURS | AERS_ONLY]
    lines = ["$".join(columns), *("$".join(row.get(name, "") for name in columns) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines)


def show_quarter(files, folder, quarter="2023Q1"):
    """A warehouse that shows the quarter of these files, raw and typed, as the gate meets it."""
    source = folder / f"faers_ascii_{quarter.lower()}"
    source.mkdir(parents=True)
    for kind, text in files.items():
        (source / f"{kind}{quarter[2:]}.txt").write_text(text, encoding="utf-8", newline="")
    (given,) = quarters_in([source], ArchiveLimits())
    warehouse = Warehouse(Settings(threads=1))
    staged, _ = stage_raw(given, "sha", "run", folder, str)
    for item in staged:
        warehouse.show_parquet(item.table, item.path, {"quarter": quarter, "edition": "0_undated_sha"})
    warehouse.register("vocabulary_country", pa.table({"name": ["US"], "code": ["US"]}))
    list(stage_core(quarter, "0_undated_sha", folder, warehouse, str))
    named = [{"drug_name": "KYMRIAH", "active_ingredient": None, "product": "tisagenlecleucel"}]
    warehouse.register("drug_product", pa.Table.from_pylist(named, PRODUCTS))
    return warehouse
