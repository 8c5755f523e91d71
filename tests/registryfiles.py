"""A small extract of a registry in SDTM, made by hand, written in any of the formats that are read."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq

KEY = "a-secret-of-the-tests-that-is-long-enough-0123456789"
OTHER_KEY = KEY[::-1]
CUTOFF = "2024-06-30"
# What must be found nowhere but in the extract.
IDENTIFIERS = ("CRID7001", "CRID7002", "CRID7003", "Miller", "1960-03-04", "2009-11-30", "LOT-778", "fever of Mr")

# Columns between |, one line a record; - is nothing.
SDTM = {
    "DM": """
        STUDYID | USUBJID  | SITEID | COUNTRY | SEX | AGE | AGEU  | BRTHDTC    | RFICDTC    | RFSTDTC    | DTHDTC     | DTHFL | RFPENDTC   | PATNAME
        ltfu    | CRID7001 | 101    | USA     | F   | 61  | YEARS | 1960-03-04 | 2021-12-01 | 2022-01-10 | -          | -     | 2024-05-01 | Miller
        ltfu    | CRID7002 | 101    | DEU     | M   | -   | -     | 2009-11-30 | 2022-02-01 | 2022-03-01 | 2023-02-03 | Y     | 2023-02-03 | Miller
        ltfu    | CRID7003 | 102    | FR      | U   | 15  | YEARS | -          | 2024-05-02 | -          | -          | -     | 2024-06-01 | Miller""",
    "EX": """
        USUBJID  | EXTRT            | EXSEQ | EXSTDTC    | EXDOSE | EXDOSU | EXLOT
        CRID7001 | KYMRIAH          | 1     | 2022-01-10 | 300    | 10^6 CELLS | LOT-778
        CRID7002 | TISAGENLECLEUCEL | 1     | 2022-03-01 | 1.5    | 10^8 CELLS | LOT-779""",
    "AE": """
        USUBJID  | AESEQ | AETERM             | AEDECOD                                                  | AESTDTC    | AEENDTC    | AETOXGR | AESCAL           | AESER | AESDTH | AEDTC
        CRID7001 | 1     | fever of Mr Miller | Cytokine release syndrome                                | 2022-01-13 | 2022-01-20 | 3       | CRS_ASTCT_2019   | Y     | N      | 2022-02-01
        CRID7001 | 2     | -                  | Pneumonia                                                | 2022-05    | -          | 2       | -                | N     | N      | 2022-07-01
        CRID7002 | 1     | -                  | Immune effector cell-associated neurotoxicity syndrome   | 2022-03-06 | 2022-03-09 | 2       | ICANS_ASTCT_2019 | Y     | N      | 2022-04-02""",
    "SV": """
        USUBJID  | VISIT       | SVSTDTC    | SVDTC
        CRID7001 | DAY 100     | 2022-04-20 | 2022-05-01
        CRID7001 | UNSCHEDULED | 2022-06-20 | 2022-07-01
        CRID7001 | YEAR 1      | 2023-01-12 | 2023-02-01
        CRID7002 | DAY 100     | 2022-06-09 | 2022-07-09
        CRID7001 | MONTH 6     | 2022-07-10 | 2022-08-01
        CRID7001 | YEAR 2      | 2024-01-15 | 2024-02-01""",
    "DS": """
        USUBJID  | DSDECOD                   | DSSTDTC
        CRID7001 | INFORMED CONSENT OBTAINED | 2021-12-01
        CRID7001 | ENROLLED                  | 2021-12-02
        CRID7002 | ENROLLED                  | 2022-02-01
        CRID7002 | DEATH                     | 2023-02-03
        CRID7003 | ENROLLED                  | 2024-05-02""",
    "DD": """
        USUBJID  | DDTESTCD | DDORRES
        CRID7002 | PRCDTH   | SECOND MALIGNANCY""",
    "MH": """
        USUBJID  | MHCAT            | MHDECOD                          | MHSTDTC    | MHORRES
        CRID7001 | INDEX DISEASE    | Diffuse large B-cell lymphoma    | 2019-02-01 | -
        CRID7002 | INDEX DISEASE    | b_all                            | 2021-02-01 | -
        CRID7002 | PRIOR TRANSPLANT | Allogenic stem cell transplantation | 2021-08-01 | -
        CRID7001 | PRIOR LINES      | -                                | -          | 3""",
    "CM": """
        USUBJID  | CMCAT        | CMDECOD       | CMSTDTC    | CMENDTC
        CRID7001 | TOCILIZUMAB  | Tocilizumab   | 2022-01-14 | 2022-01-14
        CRID7001 | OTHER        | Acetylsalicylic acid | 2010-01-01 | -
        CRID7002 | TRANSPLANT   | Allogenic stem cell transplantation | 2022-09-01 | -""",
    "FA": """
        USUBJID  | FACAT             | FASPID | FATESTCD | FAORRES                  | FADTC
        CRID7001 | RESPONSE          | -      | OVRLRESP | CR                       | 2022-02-08
        CRID7001 | PROCUREMENT       | -      | LEUKDTC  | 2021-12-10               | -
        CRID7001 | PRODUCT           | -      | INSPEC   | Y                        | -
        CRID7001 | TRACK             | -      | TRACK    | fifteen_years            | -
        CRID7002 | TRACK             | -      | TRACK    | hundred_days             | -
        CRID7001 | SAMPLE            | -      | VECTPERS | 2.5                      | 2022-07-08
        CRID7001 | SAMPLE            | -      | RCL      | NEGATIVE                 | 2022-07-08
        CRID7002 | SECOND MALIGNANCY | 1      | DIAGDTC  | 2022-12-20               | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | PT       | T-cell lymphoma          | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | ORIGIN   | T_CELL                   | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | SAMPLE   | Y                        | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | TRANSGEN | POSITIVE                 | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | DECISION | SECOND_PRIMARY           | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | VCN      | 0.52                     | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | NADJ     | 2                        | 2023-01-02
        CRID7002 | SECOND MALIGNANCY | 1      | REPDTC   | 2023-01-15               | 2023-01-02""",
}


def records(text):
    """Records of a text table."""
    head, *body = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [{name: None if cell == "-" else cell for name, cell in zip(head, row, strict=True)} for row in body]


def small(**changed):
    """Records of every domain; changed: other text tables for some, None for a domain that is not there."""
    texts = {name: text for name, text in (SDTM | changed).items() if text is not None}
    return {name: records(text) for name, text in texts.items()}


def write(folder, domains, form="csv"):
    """The extract in one format; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in domains.items():
        WRITERS[form](folder / f"{name}.{ENDINGS.get(form, form)}", name, rows)
    return folder


def as_csv(path, _, rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def as_parquet(path, _, rows):
    pq.write_table(pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}), path)


def as_xpt(path, name, rows):
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame({column: [row[column] or "" for row in rows] for column in rows[0]}, dtype="object")
    pyreadstat.write_xport(frame, path, table_name=name, file_format_version=5)


def as_json(path, name, rows):
    columns = [{"itemOID": f"IT.{name}.{column}", "name": column, "dataType": "string"} for column in rows[0]]
    document = {"datasetJSONVersion": "1.1.0", "name": name, "records": len(rows), "columns": columns}
    path.write_text(json.dumps(document | {"rows": [list(row.values()) for row in rows]}), encoding="utf-8")


def as_json_1_0(path, name, rows):
    items = [{"OID": "ITEMGROUPDATASEQ", "name": "ITEMGROUPDATASEQ", "type": "integer"}]
    items += [{"OID": f"IT.{column}", "name": column, "type": "string"} for column in rows[0]]
    data = [[number, *row.values()] for number, row in enumerate(rows, 1)]
    group = {"records": len(rows), "name": name, "items": items, "itemData": data}
    document = {"datasetJSONVersion": "1.0.0", "clinicalData": {"itemGroupData": {f"IG.{name}": group}}}
    path.write_text(json.dumps(document), encoding="utf-8")


WRITERS = {"csv": as_csv, "parquet": as_parquet, "xpt": as_xpt, "json": as_json, "json 1.0": as_json_1_0}
ENDINGS = {"json 1.0": "json"}
