-- raw_demo: one report version as published. Key: quarter, edition, file, line, primaryid. Partition: quarter, edition.
CREATE TABLE "raw_demo" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "caseversion" VARCHAR, -- Version of the case; empty in AERS.
  "i_f_code" VARCHAR, -- I initial, F follow-up.
  "foll_seq" VARCHAR, -- AERS only: the manufacturer's follow-up number.
  "image" VARCHAR, -- AERS only: image number of the report.
  "event_dt" VARCHAR, -- Date the event began, as published.
  "mfr_dt" VARCHAR, -- Date the manufacturer received the information, as published.
  "init_fda_dt" VARCHAR, -- Date FDA received the first version, as published.
  "fda_dt" VARCHAR, -- Date FDA received this version, as published.
  "rept_cod" VARCHAR, -- Type of report: EXP, PER, DIR, 5DAY, 30DAY.
  "auth_num" VARCHAR, -- Regulatory authority's case number.
  "mfr_num" VARCHAR, -- Manufacturer's report number.
  "mfr_sndr" VARCHAR, -- Manufacturer that sent the report.
  "lit_ref" VARCHAR, -- Literature reference.
  "age" VARCHAR, -- Age at the event, in the unit of age_cod.
  "age_cod" VARCHAR, -- Unit of age: DEC, YR, MON, WK, DY, HR.
  "age_grp" VARCHAR, -- Age group: N, I, C, T, A, E.
  "sex" VARCHAR, -- Sex as published.
  "e_sub" VARCHAR, -- Y when the report was submitted electronically.
  "wt" VARCHAR, -- Weight, in the unit of wt_cod.
  "wt_cod" VARCHAR, -- Unit of weight: KG, LBS, GMS.
  "rept_dt" VARCHAR, -- Date the report was sent, as published.
  "to_mfr" VARCHAR, -- Whether a voluntary reporter also told the manufacturer.
  "occp_cod" VARCHAR, -- Reporter's occupation: MD, PH, OT, LW, CN, HP.
  "death_dt" VARCHAR, -- AERS only: date of death, as published.
  "confid" VARCHAR, -- AERS only: confidentiality wish.
  "reporter_country" VARCHAR, -- Reporter's country: a name in AERS, a code in FAERS.
  "occr_country" VARCHAR -- Country where the event occurred.
);

-- raw_drug: one drug entry of a report version as published. Key: quarter, edition, file, line, primaryid, drug_seq. Partition: quarter, edition.
CREATE TABLE "raw_drug" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "drug_seq" VARCHAR, -- Number of the drug entry; may repeat since 2024Q4.
  "role_cod" VARCHAR, -- Reported role: PS, SS, C, I; DN (not administered) since 2025.
  "drugname" VARCHAR, -- Drug name: valid trade name or verbatim.
  "prod_ai" VARCHAR, -- Active ingredients joined by a backslash; since 2014Q3.
  "val_vbm" VARCHAR, -- 1 valid trade name, 2 verbatim name.
  "route" VARCHAR, -- Route of administration.
  "dose_vbm" VARCHAR, -- Dose as reported.
  "cum_dose_chr" VARCHAR, -- Cumulative dose to the first reaction.
  "cum_dose_unit" VARCHAR, -- Unit of the cumulative dose.
  "dechal" VARCHAR, -- Dechallenge: Y, N, U, D.
  "rechal" VARCHAR, -- Rechallenge: Y, N, U, D.
  "lot_num" VARCHAR, -- Lot number.
  "exp_dt" VARCHAR, -- Expiration date, as published.
  "nda_num" VARCHAR, -- NDA number.
  "dose_amt" VARCHAR, -- Amount of the dose.
  "dose_unit" VARCHAR, -- Unit of the dose.
  "dose_form" VARCHAR, -- Form of the dose.
  "dose_freq" VARCHAR -- Frequency of the dose.
);

-- raw_reac: one reaction line of a report version as published. Key: quarter, edition, file, line, primaryid, pt. Partition: quarter, edition.
CREATE TABLE "raw_reac" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "pt" VARCHAR, -- MedDRA preferred term, in the version current when published.
  "drug_rec_act" VARCHAR -- Reaction that recurred on rechallenge.
);

-- raw_outc: one outcome of a report version as published. Key: quarter, edition, file, line, primaryid, outc_cod. Partition: quarter, edition.
CREATE TABLE "raw_outc" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "outc_cod" VARCHAR -- Outcome: DE, LT, HO, DS, CA, RI, OT.
);

-- raw_rpsr: one report source of a report version as published. Key: quarter, edition, file, line, primaryid, rpsr_cod. Partition: quarter, edition.
CREATE TABLE "raw_rpsr" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "rpsr_cod" VARCHAR -- Source: FGN, SDY, LIT, CSM, HP, UF, CR, DT, OTH.
);

-- raw_ther: one therapy period of a drug entry as published. Key: quarter, edition, file, line, primaryid, dsg_drug_seq. Partition: quarter, edition.
CREATE TABLE "raw_ther" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "dsg_drug_seq" VARCHAR, -- Drug entry the period belongs to.
  "start_dt" VARCHAR, -- Start of therapy, as published.
  "end_dt" VARCHAR, -- End of therapy, as published.
  "dur" VARCHAR, -- Length of therapy, in the unit of dur_cod.
  "dur_cod" VARCHAR -- Unit of the length: YR, MON, WK, DAY, HR, MIN, SEC.
);

-- raw_indi: one indication of a drug entry as published. Key: quarter, edition, file, line, primaryid, indi_drug_seq. Partition: quarter, edition.
CREATE TABLE "raw_indi" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "primaryid" VARCHAR, -- Report version id: case number and version joined; the ISR number in AERS.
  "caseid" VARCHAR, -- Case number.
  "indi_drug_seq" VARCHAR, -- Drug entry the indication belongs to.
  "indi_pt" VARCHAR -- Indication as a MedDRA preferred term.
);

-- raw_deleted: one line of a deleted-case list. Key: quarter, edition, file, line. Partition: quarter, edition.
CREATE TABLE "raw_deleted" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system: aers until 2012Q3, faers since. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the publisher's archive or folder.
  "line" BIGINT, -- Line of that file, the header being line 1; records run together share a line.
  "caseid" VARCHAR -- Case number.
);

-- report_version: one report version in the quarter that published it, unreadable ones that can be named included. Key: quarter, edition, report_id, line. Partition: quarter, edition.
CREATE TABLE "report_version" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "era" VARCHAR, -- System that numbered the version. One of aers, faers.
  "version_number" BIGINT, -- caseversion in FAERS, the digits of FOLL_SEQ (blank is 0) in AERS.
  "is_readable" BOOLEAN, -- False when the DEMO line could not be read and only its ids are known.
  "unreadable_tables" VARCHAR, -- Tables in which a line of this version was rejected, joined by a comma.
  "initial_or_followup_code" VARCHAR, -- I initial, F follow-up. From i_f_code.
  "event_date" DATE, -- Day the event began; only where all eight digits make a plausible day. From event_dt.
  "event_date_text" VARCHAR, -- Day the event began, as published. From event_dt.
  "event_date_precision" VARCHAR, -- How much of event_date_text is a date. One of day, month, year.
  "event_date_reason" VARCHAR, -- Why event_date is null although a text was published.
  "is_event_date_possibly_padded" BOOLEAN, -- First of a month, published since 2021Q3: may be a padded month.
  "manufacturer_date" DATE, -- Day the manufacturer received the information; only where all eight digits make a plausible day. From mfr_dt.
  "manufacturer_date_text" VARCHAR, -- Day the manufacturer received the information, as published. From mfr_dt.
  "manufacturer_date_precision" VARCHAR, -- How much of manufacturer_date_text is a date. One of day, month, year.
  "manufacturer_date_reason" VARCHAR, -- Why manufacturer_date is null although a text was published.
  "initial_fda_date" DATE, -- Day FDA received the first version; only where all eight digits make a plausible day. From init_fda_dt.
  "initial_fda_date_text" VARCHAR, -- Day FDA received the first version, as published. From init_fda_dt.
  "initial_fda_date_precision" VARCHAR, -- How much of initial_fda_date_text is a date. One of day, month, year.
  "initial_fda_date_reason" VARCHAR, -- Why initial_fda_date is null although a text was published.
  "fda_date" DATE, -- Day FDA received this version; only where all eight digits make a plausible day. From fda_dt.
  "fda_date_text" VARCHAR, -- Day FDA received this version, as published. From fda_dt.
  "fda_date_precision" VARCHAR, -- How much of fda_date_text is a date. One of day, month, year.
  "fda_date_reason" VARCHAR, -- Why fda_date is null although a text was published.
  "report_date" DATE, -- Day the report was sent; only where all eight digits make a plausible day. From rept_dt.
  "report_date_text" VARCHAR, -- Day the report was sent, as published. From rept_dt.
  "report_date_precision" VARCHAR, -- How much of report_date_text is a date. One of day, month, year.
  "report_date_reason" VARCHAR, -- Why report_date is null although a text was published.
  "age_years" DOUBLE, -- Age at the event. From age, age_cod.
  "age_reason" VARCHAR, -- Why age_years is null although an age was published.
  "age_group_code" VARCHAR, -- Age group: N, I, C, T, A, E. From age_grp.
  "sex_code" VARCHAR, -- F or M; null when unknown or not specified. From sex. One of F, M.
  "weight_kg" DOUBLE, -- Weight. From wt, wt_cod.
  "weight_reason" VARCHAR, -- Why weight_kg is null although a weight was published.
  "report_type_code" VARCHAR, -- EXP, PER, DIR, 5DAY, 30DAY. From rept_cod.
  "reporter_type_code" VARCHAR, -- MD, PH, OT, LW, CN, HP. From occp_cod.
  "reporter_country_code" VARCHAR, -- Reporter's country, ISO 3166-1 alpha-2. From reporter_country.
  "event_country_code" VARCHAR, -- Country of the event, ISO 3166-1 alpha-2. From occr_country.
  "manufacturer_number" VARCHAR, -- Manufacturer's report number. From mfr_num.
  "manufacturer_sender" VARCHAR, -- Manufacturer that sent the report. From mfr_sndr.
  "authority_number" VARCHAR, -- Regulatory authority's case number. From auth_num.
  "literature_reference" VARCHAR, -- Literature reference. From lit_ref.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_drug: one drug entry of a report version. Key: quarter, edition, report_id, drug_seq, line. Partition: quarter, edition.
CREATE TABLE "case_drug" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "drug_seq" BIGINT, -- Drug entry inside the report version.
  "role_code" VARCHAR, -- PS, SS, C, I, DN; null when nothing was published. From role_cod.
  "drug_name" VARCHAR, -- Drug name as published. From drugname.
  "active_ingredient" VARCHAR, -- Active ingredients as published. From prod_ai.
  "ingredients" VARCHAR[], -- Active ingredients split at the backslash, upper case, in published order.
  "route" VARCHAR, -- Route of administration. From route.
  "dose_text" VARCHAR, -- Dose as reported. From dose_vbm.
  "dechallenge_code" VARCHAR, -- Y, N, U, D. From dechal.
  "rechallenge_code" VARCHAR, -- Y, N, U, D. From rechal.
  "lot_number" VARCHAR, -- Lot number. From lot_num.
  "nda_number" VARCHAR, -- NDA number. From nda_num.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_reaction: one reaction line of a report version. Key: quarter, edition, report_id, pt, line. Partition: quarter, edition.
CREATE TABLE "case_reaction" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "pt" VARCHAR, -- Preferred term in one spelling across eras: upper case, single blanks.
  "pt_text" VARCHAR, -- Preferred term as published. From pt.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_outcome: one outcome of a report version. Key: quarter, edition, report_id, outcome_code, line. Partition: quarter, edition.
CREATE TABLE "case_outcome" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "outcome_code" VARCHAR, -- DE, LT, HO, DS, CA, RI, OT. From outc_cod.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_therapy: one therapy period of a drug entry. Key: quarter, edition, report_id, drug_seq, line. Partition: quarter, edition.
CREATE TABLE "case_therapy" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "drug_seq" BIGINT, -- Drug entry inside the report version.
  "start_date" DATE, -- First day of therapy; only where all eight digits make a plausible day. From start_dt.
  "start_date_text" VARCHAR, -- First day of therapy, as published. From start_dt.
  "start_date_precision" VARCHAR, -- How much of start_date_text is a date. One of day, month, year.
  "start_date_reason" VARCHAR, -- Why start_date is null although a text was published.
  "end_date" DATE, -- Last day of therapy; only where all eight digits make a plausible day. From end_dt.
  "end_date_text" VARCHAR, -- Last day of therapy, as published. From end_dt.
  "end_date_precision" VARCHAR, -- How much of end_date_text is a date. One of day, month, year.
  "end_date_reason" VARCHAR, -- Why end_date is null although a text was published.
  "duration_text" VARCHAR, -- Length of therapy as published. From dur.
  "duration_unit_code" VARCHAR, -- Unit of the length. From dur_cod.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_indication: one indication of a drug entry. Key: quarter, edition, report_id, drug_seq, line. Partition: quarter, edition.
CREATE TABLE "case_indication" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "drug_seq" BIGINT, -- Drug entry inside the report version.
  "indication_pt" VARCHAR, -- Indication in one spelling across eras: upper case, single blanks.
  "indication_text" VARCHAR, -- Indication as published. From indi_pt.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- case_reporter: one report source of a report version. Key: quarter, edition, report_id, source_code, line. Partition: quarter, edition.
CREATE TABLE "case_reporter" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "report_id" BIGINT, -- Report version: primaryid, or the ISR number in AERS. From primaryid.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "source_code" VARCHAR, -- FGN, SDY, LIT, CSM, HP, UF, CR, DT, OTH. From rpsr_cod.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- withdrawn_case: one line of a deleted-case list. Key: quarter, edition, case_id, line. Partition: quarter, edition.
CREATE TABLE "withdrawn_case" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "case_id" BIGINT, -- Case number on the list. From caseid.
  "line" BIGINT -- Line of the publisher's file the row stood on.
);

-- keyed_version: one complete report version that can be its case's latest, with what its blocks of the linkage are made of. Key: quarter, edition, case_id. Partition: quarter, edition.
CREATE TABLE "keyed_version" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "case_id" BIGINT, -- Case number, shared by AERS and FAERS; null when the report version is an orphan.
  "age_years" DOUBLE, -- Age at the event.
  "sex_code" VARCHAR, -- F, M or null.
  "event_country_code" VARCHAR, -- Country of the event, else of the reporter, ISO 3166-1 alpha-2.
  "event_date" DATE, -- Day the event began; null on the first of a month, which may be padded.
  "event_month" BIGINT, -- Month the event began, counted from year 0.
  "numbers" VARCHAR[], -- Numbers it carries as they are compared: the manufacturer's, the authority's, digits in either.
  "literature_start" VARCHAR, -- First 24 letters and digits of the literature reference.
  "literature_end" VARCHAR, -- Last 24 letters and digits of the literature reference.
  "rarest_drug" VARCHAR, -- Its rarest drug by the frozen weights, as drugs are compared.
  "car_t" VARCHAR, -- CAR-T product it names; the rarest of several.
  "rarest_reaction" VARCHAR, -- Its rarest preferred term by the frozen weights, under today's name.
  "has_rare_content" BOOLEAN -- Whether rarest drug and reaction together are rare enough to block by them alone.
);

-- overfull_block: one way of blocking: how much of it was too large to be compared whole. Key: as_of, block. Partition: as_of.
CREATE TABLE "overfull_block" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "block" VARCHAR, -- Way of blocking.
  "n_blocks" BIGINT, -- Blocks that hold more cases than a case is compared with.
  "n_cases" BIGINT -- Places of cases in those blocks.
);

-- meddra_pt: one preferred term of a MedDRA version. Key: meddra_version, pt_code. Partition: meddra_version.
CREATE TABLE "meddra_pt" (
  "meddra_version" VARCHAR, -- Version of the distribution, as 29.0.
  "pt_code" BIGINT, -- MedDRA's code of the preferred term.
  "pt" VARCHAR, -- Preferred term in upper case, as terms are compared.
  "pt_text" VARCHAR, -- Preferred term as MedDRA spells it.
  "soc_code" BIGINT, -- Code of the primary system organ class.
  "soc" VARCHAR -- Primary system organ class.
);

-- meddra_llt: one lowest-level term of a MedDRA version. Key: meddra_version, llt_code. Partition: meddra_version.
CREATE TABLE "meddra_llt" (
  "meddra_version" VARCHAR, -- Version of the distribution, as 29.0.
  "llt_code" BIGINT, -- MedDRA's code of the lowest-level term.
  "llt" VARCHAR, -- Lowest-level term in upper case, as terms are compared.
  "pt_code" BIGINT, -- MedDRA's code of the preferred term.
  "pt" VARCHAR, -- Preferred term it stands under, in upper case, as terms are compared.
  "is_current" BOOLEAN -- False where MedDRA no longer codes with it; old reports still print it.
);

-- meddra_hierarchy: one path from a preferred term to a system organ class. Key: meddra_version, pt_code, hlt_code, hlgt_code, soc_code. Partition: meddra_version.
CREATE TABLE "meddra_hierarchy" (
  "meddra_version" VARCHAR, -- Version of the distribution, as 29.0.
  "pt_code" BIGINT, -- MedDRA's code of the preferred term.
  "pt" VARCHAR, -- Preferred term in upper case, as terms are compared.
  "hlt_code" BIGINT, -- Code of the high-level term.
  "hlt" VARCHAR, -- High-level term.
  "hlgt_code" BIGINT, -- Code of the high-level group term.
  "hlgt" VARCHAR, -- High-level group term.
  "soc_code" BIGINT, -- Code of the system organ class.
  "soc" VARCHAR, -- System organ class.
  "is_primary" BOOLEAN -- Whether this is the path that the term is shown under.
);

-- meddra_smq: one preferred term of a standardised MedDRA query, its sub-queries resolved. Key: meddra_version, smq_code, pt_code. Partition: meddra_version.
CREATE TABLE "meddra_smq" (
  "meddra_version" VARCHAR, -- Version of the distribution, as 29.0.
  "smq_code" BIGINT, -- MedDRA's code of the query.
  "smq" VARCHAR, -- Name of the query, without the suffix (SMQ).
  "pt_code" BIGINT, -- MedDRA's code of the preferred term.
  "pt" VARCHAR, -- Preferred term in upper case, as terms are compared.
  "scope" VARCHAR, -- Narrow where the query or one of its sub-queries says so. One of narrow, broad.
  "is_own" BOOLEAN, -- Whether the query names the term itself; false where a sub-query does.
  "is_algorithmic" BOOLEAN -- Whether its broad terms count only in combinations that MedDRA defines.
);

-- case_current: one case that is current at the data-lock point: its latest version, not withdrawn. Key: as_of, case_id. Partition: as_of.
CREATE TABLE "case_current" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "case_id" BIGINT, -- Case number.
  "quarter" VARCHAR, -- Quarter that published the latest version.
  "edition" VARCHAR, -- Issue of that quarter's archive.
  "report_id" BIGINT, -- Latest report version.
  "is_report_number_shared" BOOLEAN, -- Another case has the same report number: rows join by case number too.
  "era" VARCHAR, -- System that numbered it. One of aers, faers.
  "version_number" BIGINT, -- Version number of the latest version.
  "n_versions" BIGINT, -- Report versions of the case published by the data-lock point.
  "initial_receipt_date" DATE, -- Day FDA first received the case, as far as it is known.
  "is_complete" BOOLEAN, -- False when a line of the latest version could not be read; no older one steps in.
  "incomplete_reason" VARCHAR, -- Tables with an unreadable line of the latest version.
  "is_revived" BOOLEAN, -- On a deleted-case list published before the latest version, which revived the case.
  "kept_case_id" BIGINT, -- Case that is counted in its stead, where this one is its duplicate; else null.
  "is_study_report" BOOLEAN, -- A report source is a study (SDY): a registry or trial may hold the same patient.
  "is_literature_report" BOOLEAN, -- A report source or reference is the literature.
  "age_years" DOUBLE, -- Age at the event.
  "sex_code" VARCHAR, -- F, M or null.
  "event_country_code" VARCHAR, -- Country of the event, else of the reporter, ISO 3166-1 alpha-2.
  "reporter_type_code" VARCHAR, -- Reporter's occupation.
  "event_date" DATE -- Day the event began, where known to the day.
);

-- duplicate_pair: one pair of current cases that a rule or the linkage takes for reports of one event in one patient. Key: as_of, case_id, other_case_id. Partition: as_of.
CREATE TABLE "duplicate_pair" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "case_id" BIGINT, -- The lower case number of the two.
  "other_case_id" BIGINT, -- The higher case number of the two.
  "rule" VARCHAR, -- Rule that found the pair, or linkage.
  "weight" DOUBLE, -- Sum of the match weights of the fields compared.
  "agreed" VARCHAR, -- Fields that agree, joined by a comma.
  "differed" VARCHAR, -- Fields known on both sides that differ, joined by a comma.
  "is_car_t" BOOLEAN, -- Whether either case names a CAR-T product: such pairs are listed for review.
  "is_merged" BOOLEAN, -- Whether the pair joins its two cases; false where it only asks for a review.
  "reason" VARCHAR, -- Why it is not merged.
  "weights_version" VARCHAR -- Version of the frozen weights.
);

-- waterfall: one step from report versions to current cases. Key: as_of, step_number. Partition: as_of.
CREATE TABLE "waterfall" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "step_number" BIGINT, -- Order of the step.
  "step" VARCHAR, -- Name of the step.
  "unit" VARCHAR, -- What is counted. One of report version, case.
  "n" BIGINT, -- Count at this step; removals are negative.
  "meaning" VARCHAR -- What the step removes or holds.
);

-- drug_resolution: one quarter and role group: how the drugs of its entries were resolved. Key: as_of, quarter, role_group. Partition: as_of.
CREATE TABLE "drug_resolution" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "quarter" VARCHAR, -- Quarter that published the entries.
  "role_group" VARCHAR, -- All roles, or only those that count as exposure. One of all, exposure.
  "n_rows" BIGINT, -- Drug entries of the report versions published.
  "n_car_t" BIGINT, -- Entries that name a CAR-T product.
  "n_published" BIGINT, -- Entries with published active ingredients.
  "n_learned" BIGINT, -- Entries whose name has published ingredients in other rows.
  "n_parsed" BIGINT, -- Entries whose name spells its ingredients.
  "n_name_only" BIGINT, -- Entries counted under their tidied name.
  "n_unnamed" BIGINT, -- Entries without a name or ingredient: counted under no drug.
  "share_resolved" DOUBLE -- Share of the entries that are neither name only nor unnamed.
);

-- pair_count: one drug key and event that occur together in a case. Key: as_of, comparator, event_kind, scope, drug, event. Partition: as_of, comparator.
CREATE TABLE "pair_count" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "drug" VARCHAR, -- CAR-T product, else base of an active ingredient, else tidied drug name.
  "event" VARCHAR, -- Endpoint id of the vocabulary, or preferred term.
  "event_kind" VARCHAR, -- Whether event is an endpoint or a preferred term. One of endpoint, pt.
  "scope" VARCHAR, -- Narrow or broad term list of an endpoint; null for a preferred term. One of narrow, broad.
  "a" BIGINT, -- Cases with drug and event.
  "n_drug" BIGINT, -- Cases with the drug.
  "n_event" BIGINT, -- Cases with the event.
  "n_cases" BIGINT -- Cases in the comparison.
);

-- prior: one fitted or refused EBGM prior. Key: as_of, comparator, event_kind, scope. Partition: as_of.
CREATE TABLE "prior" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "event_kind" VARCHAR, -- Kind of events the prior was fitted over. One of endpoint, pt.
  "scope" VARCHAR, -- Scope of the endpoints it was fitted over; null for preferred terms.
  "is_fitted" BOOLEAN, -- False when the fit was refused; EBGM is then null.
  "reason" VARCHAR, -- Why the fit was refused.
  "alpha1" DOUBLE, -- Shape of the first gamma component.
  "beta1" DOUBLE, -- Inverse scale of the first gamma component.
  "alpha2" DOUBLE, -- Shape of the second gamma component.
  "beta2" DOUBLE, -- Inverse scale of the second gamma component.
  "p" DOUBLE, -- Weight of the first component.
  "log_likelihood" DOUBLE, -- Log-likelihood at the maximum, all cells, zeros counted.
  "starts" VARCHAR, -- Log-likelihood reached from each start, joined by |.
  "n_cells" BIGINT, -- Drug-event cells, zeros counted.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "likelihood" VARCHAR, -- Likelihood of the fit: all_cells counts the empty cells too.
  "alpha1_error" DOUBLE, -- Standard error of alpha1.
  "beta1_error" DOUBLE, -- Standard error of beta1.
  "alpha2_error" DOUBLE, -- Standard error of alpha2.
  "beta2_error" DOUBLE, -- Standard error of beta2.
  "p_error" DOUBLE -- Standard error of p.
);

-- signal: one product, event, scope and comparator. Key: as_of, product, event_kind, event, scope, comparator. Partition: as_of.
CREATE TABLE "signal" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "event" VARCHAR, -- Endpoint id of the vocabulary, or preferred term.
  "event_kind" VARCHAR, -- Whether event is an endpoint or a preferred term. One of endpoint, pt.
  "scope" VARCHAR, -- Narrow or broad term list of an endpoint; null for a preferred term. One of narrow, broad.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "a" BIGINT, -- Cases with product and event.
  "b" BIGINT, -- Cases with the product, without the event.
  "c" BIGINT, -- Comparator cases with the event.
  "d" BIGINT, -- Comparator cases without the event.
  "n_cases" BIGINT, -- a + b + c + d.
  "expected" DOUBLE, -- Cases expected with product and event if they were independent.
  "prr" DOUBLE, -- Proportional reporting ratio; null when infinite.
  "prr_low" DOUBLE, -- Lower 95 % bound of prr.
  "prr_high" DOUBLE, -- Upper 95 % bound of prr.
  "chi2" DOUBLE, -- Pearson chi-square without correction.
  "chi2_yates" DOUBLE, -- Chi-square with Yates' correction.
  "ror" DOUBLE, -- Reporting odds ratio; null when infinite.
  "ror_low" DOUBLE, -- Lower 95 % bound of ror.
  "ror_high" DOUBLE, -- Upper 95 % bound of ror.
  "ic" DOUBLE, -- Information component.
  "ic025" DOUBLE, -- Lower 95 % bound of ic, exact gamma quantile.
  "ic975" DOUBLE, -- Upper 95 % bound of ic, exact gamma quantile.
  "ebgm" DOUBLE, -- Empirical Bayes geometric mean.
  "eb05" DOUBLE, -- 5 % quantile of the posterior.
  "eb95" DOUBLE, -- 95 % quantile of the posterior.
  "is_signal" BOOLEAN, -- Whether the rule fires; null where the pair could not be asked, as bh_q.
  "rule" VARCHAR, -- Text of the one rule behind is_signal.
  "is_ic_positive" BOOLEAN, -- ic025 > 0; a second reading, never joined with is_signal.
  "is_prr_infinite" BOOLEAN, -- c = 0 with a > 0: prr has no upper end.
  "is_ror_infinite" BOOLEAN, -- b or c = 0 with a > 0: ror has no upper end.
  "is_assessable" BOOLEAN, -- False when the source cannot contain any term of the endpoint.
  "note" VARCHAR, -- What a reader must know about this row; the reason where a measure is null.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "n_left_out" BIGINT, -- Cases of the product that the comparator leaves out; with a and b all its cases.
  "rrr" DOUBLE, -- Relative reporting ratio: a / expected; the comparator holds the product's cases too.
  "rrr_low" DOUBLE, -- Lower 95 % bound of rrr, exact Poisson.
  "rrr_high" DOUBLE, -- Upper 95 % bound of rrr, exact Poisson.
  "ror_exact" DOUBLE, -- Reporting odds ratio by conditional maximum likelihood; null when infinite.
  "ror_exact_low" DOUBLE, -- Lower exact conditional 95 % bound of ror_exact.
  "ror_exact_high" DOUBLE, -- Upper exact conditional 95 % bound of ror_exact.
  "fisher_mid_p" DOUBLE, -- One-sided mid-p of Fisher's exact test: more cases than a, and half of a.
  "bh_q" DOUBLE, -- Benjamini-Hochberg q of fisher_mid_p in its family: one comparator, event kind and scope over all products that are not groups; each group of products is a family by itself.
  "false_share" DOUBLE, -- Posterior weight behind ebgm of a true ratio of at most 1.
  "bayesian_fdr" DOUBLE, -- Mean false_share over all pairs of the family whose false_share is no higher.
  "lrt" DOUBLE, -- Log likelihood ratio of the Poisson test; only against all and non_car_t.
  "lrt_p" DOUBLE, -- Share of 1,000 tables, 999 of them simulated, in which the largest lrt of the product's events of that kind and scope is at least lrt; seed 20261122.
  "n_questions" BIGINT, -- Pairs of the family that could be asked, this one and terms without a case of the product among them.
  "lrt_inflated_p" DOUBLE, -- As lrt_p, in tables where each of the product's pairs without a case cannot occur as often as lrt_zero_share makes likely; null where that share is not known.
  "lrt_zero_share" DOUBLE -- Share of the product's pairs of that kind and scope that cannot occur, by maximum likelihood of the zero-inflated Poisson model; null where none has a case.
);

-- exposed_case: one counted case and CAR-T product that it names in a role that counts as exposure. Key: as_of, product, case_id. Partition: as_of.
CREATE TABLE "exposed_case" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "case_id" BIGINT -- Case number.
);

-- product_event_case: one counted case, CAR-T product and event: the cases behind cell a. Key: as_of, product, event_kind, event, scope, case_id. Partition: as_of.
CREATE TABLE "product_event_case" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "event" VARCHAR, -- Endpoint id of the vocabulary, or preferred term.
  "event_kind" VARCHAR, -- Whether event is an endpoint or a preferred term. One of endpoint, pt.
  "scope" VARCHAR, -- Narrow or broad term list of an endpoint; null for a preferred term. One of narrow, broad.
  "case_id" BIGINT -- Case number.
);

-- stratified_signal: one product, endpoint, scope, comparator and variable by which they are stratified. Key: as_of, product, event, scope, comparator, stratified_by. Partition: as_of.
CREATE TABLE "stratified_signal" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "event" VARCHAR, -- Endpoint id of the vocabulary.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint. One of narrow, broad.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "stratified_by" VARCHAR, -- Variable whose levels are the strata. One of age_band, sex, receipt_year, region.
  "a" BIGINT, -- Cases with product and event.
  "b" BIGINT, -- Cases with the product, without the event.
  "c" BIGINT, -- Comparator cases with the event.
  "d" BIGINT, -- Comparator cases without the event.
  "n_unknown" BIGINT, -- Cases of the product left out of a b c d: their level is not told.
  "n_comparator_unknown" BIGINT, -- Comparator cases left out of a b c d: their level is not told.
  "ror" DOUBLE, -- Reporting odds ratio of these cells, not stratified; null when infinite.
  "ror_low" DOUBLE, -- Lower 95 % bound of ror.
  "ror_high" DOUBLE, -- Upper 95 % bound of ror.
  "is_ror_infinite" BOOLEAN, -- b or c = 0 with a > 0: ror has no upper end.
  "mh_ror" DOUBLE, -- Mantel-Haenszel odds ratio over the strata; null when infinite.
  "mh_ror_low" DOUBLE, -- Lower 95 % bound of mh_ror, variance of Robins, Breslow and Greenland.
  "mh_ror_high" DOUBLE, -- Upper 95 % bound of mh_ror.
  "is_mh_ror_infinite" BOOLEAN, -- No stratum has both b and c: mh_ror has no upper end.
  "mh_chi2" DOUBLE, -- Mantel-Haenszel chi-square without correction, one degree of freedom.
  "n_strata" BIGINT, -- Levels that any compared case has.
  "n_informative" BIGINT, -- Strata with cases on both sides, with and without the event.
  "breslow_day_chi2" DOUBLE, -- Breslow-Day chi-square: whether the strata's odds ratios differ.
  "breslow_day_tarone_chi2" DOUBLE, -- The same with Tarone's correction.
  "breslow_day_df" BIGINT, -- Its degrees of freedom: n_informative less one.
  "breslow_day_p" DOUBLE, -- p value of breslow_day_tarone_chi2.
  "least_fitted" DOUBLE, -- Smallest cell the common odds ratio expects in a stratum; below 5 the p value is rough.
  "expected" DOUBLE, -- Cases expected with product and event in these cells if they were independent.
  "stratified_expected" DOUBLE, -- The same, summed over the strata.
  "ebgm" DOUBLE, -- Empirical Bayes geometric mean of a over stratified_expected, under a prior of its own.
  "eb05" DOUBLE, -- 5 % quantile of its posterior.
  "eb95" DOUBLE, -- 95 % quantile of its posterior.
  "ebgm_note" VARCHAR, -- Why there is no EBGM.
  "is_assessable" BOOLEAN, -- False when the source cannot contain any term of the endpoint.
  "note" VARCHAR, -- What a reader must know of this row; the reason where a measure is null.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "strata_version" VARCHAR -- Hash of the definition of the variable's levels.
);

-- subgroup_signal: one product, endpoint, scope, comparator and subgroup to which both sides are restricted; subgroups without a case of the product are absent. Key: as_of, product, event, scope, comparator, grouped_by, subgroup. Partition: as_of.
CREATE TABLE "subgroup_signal" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "event" VARCHAR, -- Endpoint id of the vocabulary.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint. One of narrow, broad.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "grouped_by" VARCHAR, -- Variable whose levels are the subgroups; they are disjoint. One of population, age_band, sex, region.
  "subgroup" VARCHAR, -- Level of that variable.
  "a" BIGINT, -- Cases with product and event.
  "b" BIGINT, -- Cases with the product, without the event.
  "c" BIGINT, -- Comparator cases with the event.
  "d" BIGINT, -- Comparator cases without the event.
  "n_unknown" BIGINT, -- Cases of the product in no subgroup of grouped_by.
  "n_comparator_unknown" BIGINT, -- Comparator cases in no subgroup of grouped_by.
  "ror" DOUBLE, -- Reporting odds ratio of these cells, not stratified; null when infinite.
  "ror_low" DOUBLE, -- Lower 95 % bound of ror.
  "ror_high" DOUBLE, -- Upper 95 % bound of ror.
  "is_ror_infinite" BOOLEAN, -- b or c = 0 with a > 0: ror has no upper end.
  "expected" DOUBLE, -- Cases expected with product and event in these cells if they were independent.
  "ic" DOUBLE, -- Information component.
  "ic025" DOUBLE, -- Lower 95 % bound of ic, exact gamma quantile.
  "ic975" DOUBLE, -- Upper 95 % bound of ic, exact gamma quantile.
  "shrunken_log_ror" DOUBLE, -- Log reporting odds ratio, shrunken towards the other subgroups.
  "shrunken_log_ror_low" DOUBLE, -- Lower 95 % bound of shrunken_log_ror.
  "shrunken_log_ror_high" DOUBLE, -- Upper 95 % bound of shrunken_log_ror.
  "n_informative" BIGINT, -- Subgroups of grouped_by with cases on both sides, with and without the event.
  "tau2" DOUBLE, -- Paule-Mandel variance of the log odds ratio between the subgroups.
  "heterogeneity_chi2" DOUBLE, -- Cochran's chi-square of the subgroups' log odds ratios.
  "heterogeneity_df" BIGINT, -- Its degrees of freedom: n_informative less one.
  "heterogeneity_p" DOUBLE, -- Its p value, one for all subgroups of grouped_by.
  "is_assessable" BOOLEAN, -- False when the source cannot contain any term of the endpoint.
  "note" VARCHAR, -- What a reader must know of this row; the reason where a measure is null.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "subgroup_version" VARCHAR -- Hash of the definition of the subgroups of grouped_by.
);

-- stratified_prior: one fitted or refused EBGM prior over stratified expected counts. Key: as_of, comparator, scope, stratified_by. Partition: as_of.
CREATE TABLE "stratified_prior" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "scope" VARCHAR, -- Scope of the endpoints it was fitted over; null for preferred terms.
  "is_fitted" BOOLEAN, -- False when the fit was refused; EBGM is then null.
  "reason" VARCHAR, -- Why the fit was refused.
  "alpha1" DOUBLE, -- Shape of the first gamma component.
  "beta1" DOUBLE, -- Inverse scale of the first gamma component.
  "alpha2" DOUBLE, -- Shape of the second gamma component.
  "beta2" DOUBLE, -- Inverse scale of the second gamma component.
  "p" DOUBLE, -- Weight of the first component.
  "log_likelihood" DOUBLE, -- Log-likelihood at the maximum, all cells, zeros counted.
  "starts" VARCHAR, -- Log-likelihood reached from each start, joined by |.
  "n_cells" BIGINT, -- Drug-event cells, zeros counted.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "likelihood" VARCHAR, -- Likelihood of the fit: all_cells counts the empty cells too.
  "alpha1_error" DOUBLE, -- Standard error of alpha1.
  "beta1_error" DOUBLE, -- Standard error of beta1.
  "alpha2_error" DOUBLE, -- Standard error of alpha2.
  "beta2_error" DOUBLE, -- Standard error of beta2.
  "p_error" DOUBLE, -- Standard error of p.
  "stratified_by" VARCHAR, -- Variable whose levels are the strata of the expected counts.
  "strata_version" VARCHAR -- Hash of the definition of the variable's levels.
);

-- masking: one product, event, comparator and removal: the pair's measures before it and counted again after it. Key: as_of, product, event_kind, event, scope, comparator, kind, removed. Partition: as_of.
CREATE TABLE "masking" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "event" VARCHAR, -- Endpoint id of the vocabulary, or preferred term.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint, null for a preferred term; a removed endpoint's is the narrow one. One of narrow, broad.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "kind" VARCHAR, -- product: every report naming it is removed. event: every report with it is removed. term: its terms are dropped and every report is kept. One of product, event, term.
  "removed" VARCHAR, -- What is removed: CAR-T product, drug key, endpoint id or preferred term; other_car_t is every CAR-T but the pair's own.
  "rule" VARCHAR, -- Rule of the definition that chose the removal; the first of several.
  "n_removed" BIGINT, -- Cases of the comparison removed; for a term, cases of it that lose the event.
  "a" BIGINT, -- Cases with product and event.
  "b" BIGINT, -- Cases with the product, without the event.
  "c" BIGINT, -- Comparator cases with the event.
  "d" BIGINT, -- Comparator cases without the event.
  "a_after" BIGINT, -- a, counted again after the removal.
  "b_after" BIGINT, -- b, counted again after the removal.
  "c_after" BIGINT, -- c, counted again after the removal.
  "d_after" BIGINT, -- d, counted again after the removal.
  "ic" DOUBLE, -- Information component, log2 of observed over expected, shrunken.
  "ic025" DOUBLE, -- Lower 95 % bound of ic.
  "ic975" DOUBLE, -- Upper 95 % bound of ic.
  "ic_after" DOUBLE, -- ic of the cells counted again.
  "ic025_after" DOUBLE, -- Lower 95 % bound of ic_after.
  "ic975_after" DOUBLE, -- Upper 95 % bound of ic_after.
  "ror" DOUBLE, -- Reporting odds ratio; null when infinite.
  "ror_low" DOUBLE, -- Lower 95 % bound of ror.
  "ror_high" DOUBLE, -- Upper 95 % bound of ror.
  "ror_after" DOUBLE, -- ror of the cells counted again; null when infinite.
  "ror_low_after" DOUBLE, -- Lower 95 % bound of ror_after.
  "ror_high_after" DOUBLE, -- Upper 95 % bound of ror_after.
  "ic_shift" DOUBLE, -- ic_after less ic: how far the removal moves the pair.
  "masking_ratio" DOUBLE, -- PRR after over PRR before by the closed form, no co-reporting assumed; a screen, never the answer.
  "masking_ratio_recounted" DOUBLE, -- PRR after over PRR before by counting again; null where either is 0 or infinite.
  "ic_screen" DOUBLE, -- ic the closed form expects after the removal; null where it takes more cases than there are.
  "screen_error" DOUBLE, -- ic_screen less ic_after: what the closed form gets wrong.
  "is_unmasked" BOOLEAN, -- ic025 is above 0 after the removal and was not before.
  "is_lost" BOOLEAN, -- ic025 was above 0 and no longer is after the removal.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "event_kind" VARCHAR -- Whether event is an endpoint or a preferred term. One of endpoint, pt.
);

-- onset_case: one counted case, CAR-T product, endpoint (narrow) and set of cases. Key: as_of, product, endpoint, case_set, case_id. Partition: as_of.
CREATE TABLE "onset_case" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary, narrow terms.
  "case_set" VARCHAR, -- Set of cases, as named in the vocabulary's rules of onset: all, or a sensitivity to one choice.
  "case_id" BIGINT, -- Case number.
  "days" BIGINT, -- Days from infusion to the case's one event date, infusion being day 0: of the case, not of a reaction. Null where either day is unknown or no onset is told.
  "follow_up_days" BIGINT, -- Days from infusion to the last day of the newest quarter held by the data-lock point, less the reporting lag: the case's own days from event to first receipt, or that of the set.
  "reason" VARCHAR -- Why the case is left out, the first of the reasons in their order; null where it is used.
);

-- onset_exclusion: one CAR-T product, endpoint (narrow), set of cases and reason; used cases stand under the reason used. Key: as_of, product, endpoint, case_set, reason. Partition: as_of.
CREATE TABLE "onset_exclusion" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary, narrow terms.
  "case_set" VARCHAR, -- Set of cases, as named in the vocabulary's rules of onset: all, or a sensitivity to one choice.
  "reason_number" BIGINT, -- Place of the reason in the order in which they are asked; 0 for used.
  "reason" VARCHAR, -- Why the cases are left out, or used.
  "n" BIGINT -- Cases that have this as their first reason.
);

-- onset: one CAR-T product, endpoint (narrow), set of cases and method. Key: as_of, product, endpoint, case_set, method. Partition: as_of.
CREATE TABLE "onset" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary, narrow terms.
  "case_set" VARCHAR, -- Set of cases, as named in the vocabulary's rules of onset: all, or a sensitivity to one choice.
  "method" VARCHAR, -- Weibull fit as if nothing cut the days (naive), Weibull fit with right truncation, or the distribution in reverse time without an assumed form. One of naive, right_truncated, reverse_time.
  "n_read" BIGINT, -- Cases of the product with the endpoint.
  "n_used" BIGINT, -- Those with usable days.
  "n_same_day" BIGINT, -- Used cases with the event on the day of infusion.
  "lag_days" BIGINT, -- Reporting lag taken off the follow-up of every case; null where each case's own lag was.
  "longest_follow_up_days" BIGINT, -- Longest follow-up of a used case: the reverse-time distribution is conditional on it.
  "is_told" BOOLEAN, -- False where the method refuses; reason says why.
  "reason" VARCHAR, -- Why the method gives nothing.
  "shape" DOUBLE, -- Shape of the Weibull distribution: below 1 the events come early, above 1 after a while.
  "shape_low" DOUBLE, -- Lower 95 % bound of shape, by profile likelihood.
  "shape_high" DOUBLE, -- Upper 95 % bound of shape.
  "scale_days" DOUBLE, -- Scale of the Weibull distribution.
  "scale_days_low" DOUBLE, -- Lower 95 % bound of scale_days, by profile likelihood.
  "scale_days_high" DOUBLE, -- Upper 95 % bound of scale_days.
  "log_likelihood" DOUBLE, -- Log-likelihood at the maximum.
  "distance" DOUBLE, -- Largest difference between the share of the days seen and the share the fit says is seen, over all days; null in reverse time, which has no form.
  "least_followed" BIGINT, -- Fewest cases on which a factor behind the reverse-time median rests; null for the fits.
  "q1_days" DOUBLE, -- Days by which a quarter of the events has come, by the method's distribution.
  "median_days" DOUBLE, -- Days by which half of the events has come, by the method's distribution.
  "median_days_low" DOUBLE, -- Lower 95 % bound of the reverse-time median; null for the fits.
  "median_days_high" DOUBLE, -- Upper 95 % bound of the reverse-time median; null for the fits.
  "q3_days" DOUBLE, -- Days by which three quarters of the events have come, by the method's distribution.
  "observed_q1_days" DOUBLE, -- First quartile of the days used, as seen.
  "observed_median_days" DOUBLE, -- Median of the days used, as seen.
  "observed_q3_days" DOUBLE -- Third quartile of the days used, as seen.
);

-- event_quarter: one series of counted cases, side of the comparators and quarter of initial receipt. Key: as_of, series, endpoint, scope, is_car_t, received_since, receipt_quarter. Partition: as_of.
CREATE TABLE "event_quarter" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "series" VARCHAR, -- Whether all cases are counted or those with an endpoint. One of all cases, endpoint.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary; null for all cases.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint; null for all cases. One of narrow, broad.
  "is_car_t" BOOLEAN, -- Whether the cases name any CAR-T product.
  "received_since" DATE, -- Last approval of a product by the day of receipt; null with a CAR-T or without a day.
  "receipt_quarter" VARCHAR, -- Quarter in which FDA first received the cases; null where no day is known.
  "n_cases" BIGINT -- Counted cases.
);

-- trend: one product, series, comparator and quarter of initial receipt, for endpoints that a dated case of it reports. Key: as_of, product, series, endpoint, scope, comparator, receipt_quarter. Partition: as_of.
CREATE TABLE "trend" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "series" VARCHAR, -- Whether all cases are counted or those with an endpoint. One of all cases, endpoint.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary; null for all cases.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint; null for all cases. One of narrow, broad.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "receipt_quarter" VARCHAR, -- Quarter in which FDA first received the cases; null where no day is known.
  "n_cases" BIGINT, -- Cases of the series that FDA first received in this quarter.
  "is_every_quarter_held" BOOLEAN, -- Whether the lake holds every publication since; else cases may be missing.
  "is_first_quarter_held" BOOLEAN, -- Whether it is the first of these: what is found then may have been so before.
  "a" BIGINT, -- Cases received up to this quarter with product and event.
  "b" BIGINT, -- The same with the product, without the event.
  "c" BIGINT, -- The same of the comparator, with the event.
  "d" BIGINT, -- The same of the comparator, without the event.
  "expected" DOUBLE, -- Cases expected in a if product and event were independent.
  "ic" DOUBLE, -- Information component of all cases up to this quarter.
  "ic025" DOUBLE, -- Lower 95 % bound of ic, exact gamma quantile.
  "ic975" DOUBLE, -- Upper 95 % bound of ic, exact gamma quantile.
  "is_first_ic_positive" BOOLEAN, -- Whether this is the first quarter with ic025 > 0.
  "comparator_version" VARCHAR -- Hash of the comparator's definition and of the vocabulary it rests on.
);

-- interruption: one product, series, measure and event of the calendar: the series after it against the series before. Key: as_of, product, series, endpoint, scope, measure, event_day, event_title. Partition: as_of.
CREATE TABLE "interruption" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "series" VARCHAR, -- Whether all cases are counted or those with an endpoint. One of all cases, endpoint.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary; null for all cases.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint; null for all cases. One of narrow, broad.
  "measure" VARCHAR, -- Number of cases, or their share of all cases of the product. One of cases, share of cases.
  "event_day" DATE, -- Day of the calendar's event; a month is written as its first day.
  "event_title" VARCHAR, -- What happened.
  "event_quarter" VARCHAR, -- Its quarter: on neither side of the contrast.
  "n_quarters_before" BIGINT, -- Quarters before it that were used.
  "n_quarters_after" BIGINT, -- Quarters after it that were used.
  "n_before" BIGINT, -- Cases of the series in the quarters before.
  "n_after" BIGINT, -- Cases of the series in the quarters after.
  "n_event_quarter" BIGINT, -- Cases of the series in the event's quarter.
  "foretold" DOUBLE, -- What the quarters before foretell for the event's quarter.
  "level_ratio" DOUBLE, -- First quarter after over what the quarters before foretell; odds ratio for a share.
  "level_low" DOUBLE, -- Lower 95 % bound of level_ratio.
  "level_high" DOUBLE, -- Upper 95 % bound of level_ratio.
  "level_p" DOUBLE, -- Two-sided p of level_ratio = 1, averaged over correlations of neighbours; one question among many.
  "level_q" DOUBLE, -- Benjamini–Hochberg q among all changes of level and of slope told at this data-lock point.
  "slope_ratio" DOUBLE, -- Factor from one quarter to the next after the event, over that before.
  "slope_low" DOUBLE, -- Lower 95 % bound of slope_ratio.
  "slope_high" DOUBLE, -- Upper 95 % bound of slope_ratio.
  "slope_p" DOUBLE, -- Two-sided p of slope_ratio = 1, averaged over correlations of neighbours; one question among many.
  "slope_q" DOUBLE, -- Benjamini–Hochberg q among all changes of level and of slope told at this data-lock point.
  "dispersion" DOUBLE, -- Spread beyond the model that widens the bounds, at least 1.
  "autocorrelation" DOUBLE, -- Correlation of neighbouring residuals, as found: low, since the lines follow the series; null where they meet it in every quarter.
  "correlation" DOUBLE, -- Mean of the correlations of neighbouring quarters, 0 to 0.9, that bounds and p are averaged over.
  "n_other_events" BIGINT, -- Other events of the calendar within the quarters used.
  "reason" VARCHAR -- Why no number is given.
);

-- nowcast: one product, series, clock and quarter of origin; the quarter is null where the whole series is refused. Key: as_of, product, series, endpoint, scope, clock, origin_quarter. Partition: as_of.
CREATE TABLE "nowcast" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "series" VARCHAR, -- Whether all cases are counted or those with an endpoint. One of all cases, endpoint.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary; null for all cases.
  "scope" VARCHAR, -- Narrow or broad term list of the endpoint; null for all cases. One of narrow, broad.
  "clock" VARCHAR, -- From event to receipt, or from receipt to publication. One of event, receipt.
  "origin_quarter" VARCHAR, -- Quarter of the event, or of the receipt.
  "n_known" BIGINT, -- Cases of that origin that have arrived.
  "n_at_once" BIGINT, -- Cases of them that arrived in their quarter of origin.
  "n_expected" DOUBLE, -- Cases expected to have arrived when every delay told of has passed.
  "n_expected_low" DOUBLE, -- Lower 95 % bound of the cases there will be.
  "n_expected_high" DOUBLE, -- Upper 95 % bound of the cases there will be.
  "share_known" DOUBLE, -- Share of the expected cases that is known.
  "n_delays" BIGINT, -- Longest delay told of; later arrivals are left out.
  "dispersion" DOUBLE, -- Spread beyond the model that widens the bounds, at least 1; null where all came at once.
  "reason" VARCHAR -- Why no number is given.
);

-- reporting_lag: one product: days from event to FDA's first receipt, corrected for reports still to come. Key: as_of, product. Partition: as_of.
CREATE TABLE "reporting_lag" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "n_cases" BIGINT, -- Counted cases of the product: the six counts after this one add up to it.
  "n_used" BIGINT, -- Cases with a usable lag, those beyond the longest follow-up included.
  "n_without_receipt_day" BIGINT, -- Day of receipt unknown.
  "n_without_event_day" BIGINT, -- Event not dated to the day.
  "n_possibly_padded" BIGINT, -- Event dated to the first of a month, published since 2021Q3.
  "n_before_event" BIGINT, -- Received before the event.
  "n_outside_holdings" BIGINT, -- Event before the unbroken run of quarters the lake holds, or after it.
  "p10_days" DOUBLE, -- Days by which 10 % have arrived.
  "p10_low_days" DOUBLE, -- Lower 95 % bound of the days by which 10 % have arrived.
  "p10_high_days" DOUBLE, -- Upper 95 % bound of the days by which 10 % have arrived.
  "p25_days" DOUBLE, -- Days by which 25 % have arrived.
  "p25_low_days" DOUBLE, -- Lower 95 % bound of the days by which 25 % have arrived.
  "p25_high_days" DOUBLE, -- Upper 95 % bound of the days by which 25 % have arrived.
  "median_days" DOUBLE, -- Days by which half have arrived.
  "median_low_days" DOUBLE, -- Lower 95 % bound of the days by which half have arrived.
  "median_high_days" DOUBLE, -- Upper 95 % bound of the days by which half have arrived.
  "p75_days" DOUBLE, -- Days by which 75 % have arrived.
  "p75_low_days" DOUBLE, -- Lower 95 % bound of the days by which 75 % have arrived.
  "p75_high_days" DOUBLE, -- Upper 95 % bound of the days by which 75 % have arrived.
  "p90_days" DOUBLE, -- Days by which 90 % have arrived.
  "p90_low_days" DOUBLE, -- Lower 95 % bound of the days by which 90 % have arrived.
  "p90_high_days" DOUBLE, -- Upper 95 % bound of the days by which 90 % have arrived.
  "longest_days" DOUBLE, -- Longest follow-up told of: every share is of cases that arrive within it.
  "n_longer" BIGINT, -- Cases used with a longer lag, which the shares leave out.
  "reason" VARCHAR -- Why no number is given.
);

-- registry_record: one record of the extract, as it stands there but for identifiers. Key: study_id, as_of, domain, file, line. Partition: study_id, as_of.
CREATE TABLE "registry_record" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "domain" VARCHAR, -- Domain, data set or form the record came from, as DM, ADSL or 4100.
  "file" VARCHAR, -- Name of the file in the extract.
  "line" BIGINT, -- Record's place in the file, counted from 1 without the header.
  "subject_id" VARCHAR, -- Patient's pseudonym; null where the record names no patient.
  "content" VARCHAR -- Every column of the record as JSON text; identifiers hashed or withheld.
);

-- registry_rejected: one record of the extract that could not be used, for one reason. Key: study_id, as_of, domain, file, line, reason_number. Partition: study_id, as_of.
CREATE TABLE "registry_rejected" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "domain" VARCHAR, -- Domain, data set or form the record came from, as DM, ADSL or 4100.
  "file" VARCHAR, -- Name of the file in the extract.
  "line" BIGINT, -- Record's place in the file, counted from 1 without the header.
  "subject_id" VARCHAR, -- Patient's pseudonym; null where the record names no patient.
  "reason_number" BIGINT, -- Place among the reasons given for the record, from 1.
  "column" VARCHAR, -- Column that could not be used; null where it is the whole record.
  "reason" VARCHAR, -- Why the record could not be used; never a value that could name a patient.
  "content" VARCHAR -- Every column of the record as JSON text; identifiers hashed or withheld.
);

-- study_subject: one patient of the registry. Key: study_id, as_of, subject_id. Partition: study_id, as_of.
CREATE TABLE "study_subject" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "centre_id" VARCHAR, -- Treating centre, as the registry numbers it.
  "country_code" VARCHAR, -- Country of the centre, ISO 3166-1 alpha-2.
  "sex_code" VARCHAR, -- F, M or null.
  "age_years" DOUBLE, -- Age on the day of the index infusion; at enrolment where there is none.
  "age_resolution" VARCHAR, -- Units the age is completed in, else a fraction of a year as given. One of completed_years, completed_months, completed_weeks, completed_days, fraction.
  "indication" VARCHAR, -- Disease treated. One of b_all, lbcl, fl, mcl, myeloma, other, unknown.
  "product" VARCHAR, -- Generic name of the CAR-T product in lower case.
  "reporting_track" VARCHAR, -- What the centre agreed to report; decides which forms are due. One of fifteen_years, standard, hundred_days, none, unknown.
  "enrolment_date" DATE, -- Day the patient entered the registry; later than infusion is late entry.
  "consent_date" DATE, -- Day of consent to the study.
  "leukapheresis_date" DATE, -- Day of leukapheresis.
  "infusion_date" DATE, -- Day of the index infusion, day 0 of the clock; null where never infused.
  "last_contact_date" DATE, -- Last day on which the patient was known to be alive or died.
  "death_date" DATE, -- Day of death; null while alive as far as known.
  "death_cause" VARCHAR, -- Cause of death, grouped; null while alive. One of index_disease, cytokine_release_syndrome, neurotoxicity, infection, second_malignancy, cardiovascular, other, unknown.
  "withdrawal_date" DATE, -- Day of withdrawal from the study; counts as loss.
  "lost_date" DATE, -- Day from which the centre holds the patient lost to follow-up.
  "has_prior_transplant" BOOLEAN, -- Had an allogeneic transplant before the index infusion.
  "n_prior_lines" BIGINT, -- Lines of therapy before the index infusion.
  "is_in_specification" BOOLEAN, -- The product infused met its release specification.
  "undated" VARCHAR[] -- What the extract tells of without its day: infusion, death, withdrawal, loss; empty for none.
);

-- study_infusion: one infusion of a gene-modified cell product. Key: study_id, as_of, subject_id, infusion_number. Partition: study_id, as_of.
CREATE TABLE "study_infusion" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "infusion_number" BIGINT, -- Place among the patient's infusions by day, from 1.
  "product" VARCHAR, -- Generic name of the CAR-T product in lower case.
  "infusion_date" DATE, -- Day of the infusion.
  "is_index" BOOLEAN, -- The infusion the clock starts from.
  "dose_cells" DOUBLE, -- Viable CAR-positive cells infused.
  "lots" VARCHAR[] -- Pseudonyms of the manufacturing lots of its bags, in ascending order; null where none is told.
);

-- study_event: one adverse event of a patient. Key: study_id, as_of, subject_id, event_number. Partition: study_id, as_of.
CREATE TABLE "study_event" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "event_number" BIGINT, -- Place among the patient's events by day, from 1.
  "pt" VARCHAR, -- Preferred term as coded by the registry.
  "endpoints" VARCHAR[], -- Endpoint ids of the vocabulary whose narrow list holds the term; empty for none.
  "start_date" DATE, -- Day the event began; null unless known to the day.
  "start_text" VARCHAR, -- Beginning as it stands in the extract.
  "start_precision" VARCHAR, -- How much of the beginning is known. One of day, month, year.
  "start_earliest" DATE, -- First day on which it can have begun; null where nothing is known of it.
  "start_latest" DATE, -- Last day on which it can have begun, by the data-lock point; null where nothing is known.
  "end_date" DATE, -- Day the event had resolved; null while it goes on or unless known to the day.
  "end_earliest" DATE, -- First day on which it can have ended, by the data-lock point; null where no end is told.
  "end_latest" DATE, -- Last day on which it can have ended; null where that may be after the data-lock point.
  "ongoing_date" DATE, -- Last day on which it is told to have gone on; null where none is told.
  "grade" BIGINT, -- Severity on the scale named beside it, 0 to 5.
  "scale" VARCHAR, -- Id of the grading scale; a grade without one is never pooled.
  "is_serious" BOOLEAN, -- Serious as the registry holds it.
  "is_fatal" BOOLEAN, -- The patient died of it.
  "reported_date" DATE -- Day the registry received the form with the event.
);

-- study_visit: one contact of a patient after infusion. Key: study_id, as_of, subject_id, visit_number. Partition: study_id, as_of.
CREATE TABLE "study_visit" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "visit_number" BIGINT, -- Place among the patient's visits by day, from 1.
  "visit" VARCHAR, -- Visit of the schedule, as day_100, month_6 or year_3; null for an unscheduled one.
  "visit_date" DATE, -- Day of contact.
  "reported_date" DATE -- Day the registry received the visit's form.
);

-- study_treatment: one treatment that the study counts. Key: study_id, as_of, subject_id, treatment_number. Partition: study_id, as_of.
CREATE TABLE "study_treatment" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "treatment_number" BIGINT, -- Place among the patient's treatments by day, from 1.
  "kind" VARCHAR, -- What it was, for the study. One of bridging, lymphodepletion, tocilizumab, corticosteroid, intensive_care, transplant, gene_therapy, anticancer_therapy, immunoglobulin.
  "treatment" VARCHAR, -- Name of the treatment as coded by the registry.
  "start_date" DATE, -- Day it began.
  "end_date" DATE -- Day it ended; null while it goes on or unless known to the day.
);

-- study_response: one assessment of the index disease. Key: study_id, as_of, subject_id, assessment_number. Partition: study_id, as_of.
CREATE TABLE "study_response" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "assessment_number" BIGINT, -- Place among the patient's assessments by day, from 1.
  "response" VARCHAR, -- What was found. One of complete_remission, partial_remission, no_response, relapse, progression, not_evaluable.
  "assessment_date" DATE -- Day of the assessment.
);

-- study_malignancy: one report of a malignancy after infusion, with what its adjudication found. Key: study_id, as_of, subject_id, malignancy_number. Partition: study_id, as_of.
CREATE TABLE "study_malignancy" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "malignancy_number" BIGINT, -- Place among the patient's reported malignancies by day, from 1.
  "pt" VARCHAR, -- Preferred term as coded by the registry.
  "diagnosis_date" DATE, -- Day of diagnosis.
  "histology_code" VARCHAR, -- Morphology, ICD-O-3, as 9702/3.
  "site" VARCHAR, -- Site group as the reference names it, as t_cell_lymphoma or breast.
  "origin" VARCHAR, -- Lineage the tumour arose from. One of t_cell, b_cell, myeloid, other_haematological, solid, non_melanoma_skin, unknown.
  "is_sample_sent" BOOLEAN, -- Tissue was sent for a test of the transgene.
  "sample_date" DATE, -- Day the tissue was taken.
  "transgene_result" VARCHAR, -- CAR transgene in the tumour. One of positive, low, negative, pending, not_tested.
  "transgene_method" VARCHAR, -- How the transgene was looked for.
  "vector_copy_number" DOUBLE, -- Copies of the vector for each cell of the tumour.
  "integration_site" VARCHAR, -- Gene or locus of the integration.
  "is_clone_before_infusion" BOOLEAN, -- The clone was found in a sample from before infusion.
  "decision" VARCHAR, -- What the adjudicators decided. One of second_primary, relapse, transformation, not_malignant, pending.
  "decision_reason" VARCHAR, -- Why they did.
  "decision_date" DATE, -- Day of the decision.
  "n_adjudicators" BIGINT, -- Adjudicators who signed.
  "reported_date" DATE -- Day the registry received the report.
);

-- study_sample: one laboratory sample of the follow-up after gene transfer. Key: study_id, as_of, subject_id, sample_number. Partition: study_id, as_of.
CREATE TABLE "study_sample" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "sample_number" BIGINT, -- Place among the patient's samples by day, from 1.
  "kind" VARCHAR, -- What was looked for. One of vector_persistence, replication_competent_lentivirus, transgene, integration_site.
  "sample_date" DATE, -- Day the sample was taken.
  "result_percent" DOUBLE, -- Cells that carry the vector, where the test counts them.
  "is_positive" BOOLEAN -- The test was positive; null while there is no result.
);

-- study_estimate: one estimate of the follow-up study, or the reason why it is not given. Key: study_id, as_of, analysis, estimand, population, event, window, at_years, competing, scale, measure, method. Partition: study_id, as_of.
CREATE TABLE "study_estimate" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "analysis" VARCHAR, -- Section of the study report it belongs to, as completeness or incidence.
  "estimand" VARCHAR, -- Id of the estimand, as first_event or overall_survival.
  "estimand_text" VARCHAR, -- The estimand in words: who, what is counted, when a person stops being at risk.
  "population" VARCHAR, -- Who is counted, as all, indication=b_all or centre=C01.
  "event" VARCHAR, -- Endpoint id or event of the study; null where it is none.
  "window" VARCHAR, -- Part of the follow-up counted, as day_0_28 or year_2; null for all of it.
  "at_years" DOUBLE, -- Time since day 0 of the estimand that the estimate is for; null where it is none.
  "competing" VARCHAR, -- Competing events, joined by a comma; null for none.
  "scale" VARCHAR, -- Grading scale of a graded event; null where no grade counts.
  "measure" VARCHAR, -- What the estimate is, as share, incidence, ratio, mean count or years.
  "unit" VARCHAR, -- Unit of the estimate and its bounds.
  "n_patients" BIGINT, -- Patients in the analysis.
  "n_events" BIGINT, -- Events counted.
  "person_years" DOUBLE, -- Time at risk.
  "n_at_risk" BIGINT, -- Patients still at risk at at_years; null where it is none.
  "person_years_due" DOUBLE, -- Time that was due, for a completeness; null elsewhere.
  "n_left_out" BIGINT, -- Patients or events left out because what is needed of them is not known.
  "expected" DOUBLE, -- Events expected from the reference, of a subgroup as if like all; null where none are.
  "estimate" DOUBLE, -- The estimate; null where none is given.
  "low" DOUBLE, -- Lower bound of its 95 % interval.
  "high" DOUBLE, -- Upper bound of its 95 % interval.
  "p" DOUBLE, -- Two-sided p value of a test; null where there is none.
  "method" VARCHAR, -- Estimator and interval, as aalen_johansen, aalen variance, log-log.
  "is_told" BOOLEAN, -- An estimate is given.
  "reason" VARCHAR, -- Why no number is given.
  "is_flagged" BOOLEAN, -- The report calls attention to it, as a centre with completeness under the threshold.
  "is_small" BOOLEAN -- A count under the threshold of public exports: suppressed there, whole in the regulator's.
);

-- study_curve: one step of a curve of the study. Key: study_id, as_of, analysis, estimand, population, event, competing, at_years. Partition: study_id, as_of.
CREATE TABLE "study_curve" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "analysis" VARCHAR, -- Section of the study report it belongs to.
  "estimand" VARCHAR, -- Id of the estimand.
  "population" VARCHAR, -- Who is counted.
  "event" VARCHAR, -- Endpoint id or event of the study; null where it is none.
  "competing" VARCHAR, -- Competing events, joined by a comma; null for none.
  "at_years" DOUBLE, -- Time since day 0 of the estimand.
  "estimate" DOUBLE, -- The curve from then on.
  "low" DOUBLE, -- Lower bound of its pointwise 95 % interval.
  "high" DOUBLE, -- Upper bound of its pointwise 95 % interval.
  "n_at_risk" BIGINT, -- Patients at risk then.
  "unit" VARCHAR -- Unit of the curve, as share or events per patient.
);

-- study_published: one line or curve of a public copy of the study that was handed out. Key: study_id, as_of, estimates_run, part, analysis, estimand, population, event, window, at_years, competing, scale, measure, method. Partition: study_id, as_of, estimates_run, part.
CREATE TABLE "study_published" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "estimates_run" VARCHAR, -- Run id of the estimates that the copy was made from.
  "part" VARCHAR, -- Part of the copy: lines of estimates, curves, or patients by characteristic. One of estimate, curve, characteristic.
  "analysis" VARCHAR, -- Section of the study report it belongs to; null for patients by characteristic.
  "estimand" VARCHAR, -- Id of the estimand, or the characteristic.
  "population" VARCHAR, -- Who is counted, as in study_estimate.
  "event" VARCHAR, -- Endpoint id or event of the study, or the level of the characteristic.
  "window" VARCHAR, -- Part of the follow-up counted; null for all of it.
  "at_years" DOUBLE, -- Time since day 0 of the estimand; null where it is none.
  "competing" VARCHAR, -- Competing events, joined by a comma; null for none.
  "scale" VARCHAR, -- Grading scale of a graded event; null where no grade counts.
  "measure" VARCHAR, -- What the estimate is, as in study_estimate.
  "method" VARCHAR, -- Estimator and interval, as in study_estimate.
  "n_patients" BIGINT, -- Patients behind the line, printed or not.
  "n_events" BIGINT, -- Events behind the line, printed or not.
  "is_hidden" BOOLEAN -- The copy did not print it.
);

-- study_safety_report: one safety report that was sent to an authority about a patient. Key: study_id, as_of, subject_id, safety_report_number. Partition: study_id, as_of.
CREATE TABLE "study_safety_report" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "safety_report_number" BIGINT, -- Place among the patient's safety reports by day of the event, from 1.
  "pt" VARCHAR, -- Preferred term of the event reported, as coded by the registry; null where the form names none.
  "start_date" DATE, -- Day the event began; null unless known to the day.
  "start_precision" VARCHAR, -- How much of the beginning is known. One of day, month, year.
  "reported_date" DATE, -- Day the registry received the form with the number.
  "safety_report_id" VARCHAR -- Number the report was sent under: the manufacturer's control number, the worldwide unique case identification (E2B C.1.8.1), or FDA's case number.
);

-- own_cohort_case: one current case that a safety report of a followed cohort names: flagged, never removed. Key: as_of, study_id, case_id. Partition: as_of.
CREATE TABLE "own_cohort_case" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "study_id" VARCHAR, -- Id of the follow-up study whose cohort it is of.
  "case_id" BIGINT, -- Case number.
  "study_as_of" VARCHAR, -- Cut-off of the extract that names it: the newest by the data-lock point.
  "matched_by" VARCHAR -- What names it: the manufacturer's number, the case number, or a duplicate of it that one of them names. One of manufacturer_number, case_number, duplicate.
);

-- source_file: one file read. Key: quarter, edition, file. Partition: quarter, edition.
CREATE TABLE "source_file" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "file" VARCHAR, -- Path of the file inside the archive or folder.
  "table" VARCHAR, -- Raw table it fills.
  "archive" VARCHAR, -- Name of the archive or folder it came in.
  "archive_sha256" VARCHAR, -- SHA-256 of the archive, or of the list of files of a folder.
  "encoding" VARCHAR, -- Encoding found: utf-8 or latin-1. One of utf-8, latin-1.
  "newline" VARCHAR, -- Line ends found: CRLF, LF, mixed.
  "phantom_columns" VARCHAR, -- Trailing columns FDA never published, all empty, joined by a comma.
  "n_bytes" BIGINT, -- Size of the file.
  "n_nul" BIGINT, -- NUL bytes kept in values.
  "n_read" BIGINT, -- Records read.
  "n_kept" BIGINT, -- Records kept in the raw table.
  "n_rejected" BIGINT, -- Records rejected.
  "n_split" BIGINT, -- Lines split because they held several whole records.
  "run_id" VARCHAR -- Hash of the step's inputs, code version and parameters.
);

-- rejected: one line that could not be read. Key: quarter, edition, file, line. Partition: quarter, edition.
CREATE TABLE "rejected" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "source" VARCHAR, -- Publisher's system. One of aers, faers.
  "file" VARCHAR, -- Path of the file inside the archive or folder.
  "line" BIGINT, -- Line of that file.
  "table" VARCHAR, -- Raw table it would have filled.
  "reason" VARCHAR, -- Why it could not be read.
  "text" VARCHAR, -- The whole line.
  "report_id" BIGINT, -- Report version, where the line's first fields name one beyond doubt.
  "case_id" BIGINT, -- Case, where the line's first fields name one beyond doubt.
  "version_number" BIGINT -- Version, where the line's first fields name one beyond doubt.
);

-- quarantine: one row flagged by a warning rule; it stays in every count. Key: quarter, edition, rule, table, line, report_id. Partition: quarter, edition.
CREATE TABLE "quarantine" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "edition" VARCHAR, -- Issue of the quarter's archive: rank, publisher's date, start of its SHA-256.
  "rule" VARCHAR, -- Rule that flags the row.
  "table" VARCHAR, -- Table of the row.
  "report_id" BIGINT, -- Report version of the row.
  "case_id" BIGINT, -- Case of the row.
  "line" BIGINT, -- Line of the publisher's file.
  "reason" VARCHAR, -- What was found.
  "is_car_t" BOOLEAN, -- Whether the report version names a CAR-T product.
  "run_id" VARCHAR -- Hash of the step's inputs, code version and parameters.
);

-- gate_result: one rule, quarter and run of the gate. Key: quarter, run_id, table, rule. Partition: quarter, run_id.
CREATE TABLE "gate_result" (
  "quarter" VARCHAR, -- Quarter in which FDA published the file, as 2024Q1.
  "run_id" VARCHAR, -- Hash of the step's inputs, code version and parameters.
  "table" VARCHAR, -- Table the rule speaks of.
  "rule" VARCHAR, -- Name of the rule.
  "severity" VARCHAR, -- critical stops the run, warning quarantines, info is counted. One of critical, warning, info.
  "passed" BOOLEAN, -- Whether the rule holds.
  "raised" BOOLEAN, -- Whether the rule could not be evaluated; that is critical.
  "n_checked" BIGINT, -- Rows or values looked at.
  "n_violating" BIGINT, -- Rows or values that break the rule.
  "share" DOUBLE, -- n_violating over n_checked.
  "threshold" VARCHAR, -- What the rule allows.
  "note" VARCHAR, -- Why the threshold is what it is.
  "found" VARCHAR -- What was found, in words.
);

-- study_quarantine: one row of a patient flagged by a warning rule; it stays in every count. Key: study_id, as_of, rule, table, subject_id, row_number. Partition: study_id, as_of.
CREATE TABLE "study_quarantine" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "rule" VARCHAR, -- Rule that flags the row.
  "table" VARCHAR, -- Table of the row.
  "subject_id" VARCHAR, -- Patient's pseudonym: keyed hash of the registry's own id; never that id.
  "row_number" BIGINT, -- Number of the row among the patient's in its table; null in study_subject.
  "reason" VARCHAR, -- What was found.
  "run_id" VARCHAR -- Hash of the step's inputs, code version and parameters.
);

-- study_gate_result: one rule, study, cut-off and run of the study's gate. Key: study_id, as_of, run_id, table, rule. Partition: study_id, as_of, run_id.
CREATE TABLE "study_gate_result" (
  "study_id" VARCHAR, -- Id of the follow-up study, in lower case.
  "as_of" VARCHAR, -- Data-lock point of the study: the extract's cut-off day, as 2026-06-30.
  "run_id" VARCHAR, -- Hash of the step's inputs, code version and parameters.
  "table" VARCHAR, -- Table the rule speaks of.
  "rule" VARCHAR, -- Name of the rule.
  "severity" VARCHAR, -- critical stops the run, warning quarantines, info is counted. One of critical, warning, info.
  "passed" BOOLEAN, -- Whether the rule holds.
  "raised" BOOLEAN, -- Whether the rule could not be evaluated; that is critical.
  "n_checked" BIGINT, -- Rows or values looked at.
  "n_violating" BIGINT, -- Rows or values that break the rule.
  "share" DOUBLE, -- n_violating over n_checked.
  "threshold" VARCHAR, -- What the rule allows.
  "note" VARCHAR, -- Why the threshold is what it is.
  "found" VARCHAR -- What was found, in words.
);

-- run: one finished step. Key: run_id. Partition: run_id.
CREATE TABLE "run" (
  "run_id" VARCHAR, -- Hash of the step's inputs, code version and parameters.
  "step" VARCHAR, -- Name of the step.
  "as_of" VARCHAR, -- Data-lock point or quarter of the step.
  "code_version" VARCHAR, -- Version and hash of the code.
  "parameters" VARCHAR, -- Parameters as JSON.
  "inputs" VARCHAR, -- Inputs and their hashes as JSON.
  "counts" VARCHAR -- Counts as JSON.
);

-- vocabulary_entry: one row of one table of the vocabulary, as a run counted with it. Key: vocabulary_hash, table, row_number. Partition: vocabulary_hash.
CREATE TABLE "vocabulary_entry" (
  "vocabulary_hash" VARCHAR, -- Hash of all its rows.
  "table" VARCHAR, -- Vocabulary table, or products.yaml for the spellings of the products.
  "row_number" BIGINT, -- Place of the row, from 1; row 0 holds the names and types of the columns.
  "row" VARCHAR -- Values of the row as JSON, in the order of the columns.
);

-- masking_pair: one drug key, event and removal of one background: a pair whose cells or signal change. Key: as_of, comparator, kind, removed_thing, removed, drug, event_kind, event, scope. Partition: none.
CREATE TABLE "masking_pair" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "kind" VARCHAR, -- product: every report naming the drug is removed. event: every report with it is removed. term: its terms are dropped and every report is kept. One of product, event, term.
  "removed_thing" VARCHAR, -- What removed names: a drug key, an endpoint (narrow terms) or a preferred term. One of drug, endpoint, pt.
  "removed" VARCHAR, -- What is removed: CAR-T product or other drug key, endpoint id or preferred term.
  "drug" VARCHAR, -- CAR-T product, else base of an active ingredient, else tidied drug name.
  "event" VARCHAR, -- Endpoint id of the vocabulary, or preferred term.
  "event_kind" VARCHAR, -- Whether event is an endpoint or a preferred term. One of endpoint, pt.
  "scope" VARCHAR, -- Narrow or broad term list of an endpoint; null for a preferred term. One of narrow, broad.
  "a" BIGINT, -- Cases with drug and event.
  "n_drug" BIGINT, -- Cases with the drug.
  "n_event" BIGINT, -- Cases with the event.
  "n_cases" BIGINT, -- Cases in the comparison.
  "a_after" BIGINT, -- a, counted again after the removal.
  "n_drug_after" BIGINT, -- n_drug, counted again after the removal.
  "n_event_after" BIGINT, -- n_event, counted again after the removal.
  "n_cases_after" BIGINT, -- n_cases, counted again after the removal.
  "expected" DOUBLE, -- Cases expected with drug and event if they were independent.
  "prr" DOUBLE, -- Proportional reporting ratio; null when infinite.
  "prr_after" DOUBLE, -- prr of the cells counted again; null when infinite or where no case is left on a side.
  "ror" DOUBLE, -- Reporting odds ratio; null when infinite.
  "ror_low" DOUBLE, -- Lower 95 % bound of ror.
  "ror_high" DOUBLE, -- Upper 95 % bound of ror.
  "ror_after" DOUBLE, -- ror of the cells counted again; null when infinite or where no case is left on a side.
  "ror_low_after" DOUBLE, -- Lower 95 % bound of ror_after.
  "ror_high_after" DOUBLE, -- Upper 95 % bound of ror_after.
  "ic" DOUBLE, -- Information component.
  "ic025" DOUBLE, -- Lower 95 % bound of ic, exact gamma quantile.
  "ic_after" DOUBLE, -- ic of the cells counted again.
  "ic025_after" DOUBLE, -- Lower 95 % bound of ic_after.
  "ic_shift" DOUBLE, -- ic_after less ic: how far the removal moves the pair.
  "masking_ratio" DOUBLE, -- PRR after over PRR before by the closed form, no co-reporting assumed; a screen, never the answer.
  "ic_screen" DOUBLE, -- ic the closed form expects after the removal; null where it takes more cases than there are.
  "screen_error" DOUBLE, -- ic_screen less ic_after: what the closed form gets wrong.
  "is_signal" BOOLEAN, -- Whether the rule fires before, in the family of all drugs and all events of that kind and scope.
  "is_signal_after" BOOLEAN, -- Whether it fires after the removal, in the family that is left; the family alone can change it.
  "rule" VARCHAR, -- Text of the one rule behind is_signal and is_signal_after.
  "is_unmasked" BOOLEAN, -- ic025 is above 0 after the removal and was not before.
  "is_lost" BOOLEAN, -- ic025 was above 0 and no longer is after the removal.
  "comparator_version" VARCHAR -- Hash of the comparator's definition and of the vocabulary it rests on.
);

-- masking_removal: one removal from every pair of one background. Key: as_of, comparator, kind, removed_thing, removed. Partition: none.
CREATE TABLE "masking_removal" (
  "as_of" VARCHAR, -- Data-lock point: only what was published by this quarter, as 2024Q1.
  "comparator" VARCHAR, -- Id of the comparator: the reports the product is compared with.
  "kind" VARCHAR, -- product: every report naming the drug is removed. event: every report with it is removed. term: its terms are dropped and every report is kept. One of product, event, term.
  "removed_thing" VARCHAR, -- What removed names: a drug key, an endpoint (narrow terms) or a preferred term. One of drug, endpoint, pt.
  "removed" VARCHAR, -- What is removed: CAR-T product or other drug key, endpoint id or preferred term.
  "chosen_by" VARCHAR, -- Named by the one who asked, or the first of its kind by the screen. One of asked, dominating.
  "n_removed" BIGINT, -- Cases of the comparison removed; for a term, cases that lose one of its terms.
  "n_cases" BIGINT, -- Cases in the comparison before.
  "n_pairs" BIGINT, -- Pairs of drug and event with a case before, own pairs left out.
  "n_own" BIGINT, -- Own pairs: those the removal takes by definition, of which nothing is asked.
  "n_changed" BIGINT, -- Pairs that lose cases of the pair, of the drug or of the event.
  "n_emptied" BIGINT, -- Pairs that keep no case.
  "n_signals" BIGINT, -- Pairs that meet the rule before.
  "n_new_signals" BIGINT, -- Pairs that meet the rule after the removal only.
  "n_gone_signals" BIGINT, -- Pairs that met the rule before the removal only.
  "n_unmasked" BIGINT, -- Pairs whose ic025 is above 0 after the removal only.
  "n_lost" BIGINT, -- Pairs whose ic025 is above 0 before the removal only.
  "ic_shift_05" DOUBLE, -- 5 % point of ic_shift over the pairs with a row that keep a case.
  "ic_shift_50" DOUBLE, -- Median of ic_shift over the pairs with a row that keep a case.
  "ic_shift_95" DOUBLE, -- 95 % point of ic_shift over the pairs with a row that keep a case.
  "n_unanswered" BIGINT, -- Pairs with a row of which the closed form has no answer.
  "median_error" DOUBLE, -- Median of the closed form's error in IC, without its sign.
  "error_95" DOUBLE, -- 95 % point of the closed form's error in IC, without its sign.
  "largest_error" DOUBLE, -- Largest error of the closed form in IC, without its sign.
  "comparator_version" VARCHAR -- Hash of the comparator's definition and of the vocabulary it rests on.
);

-- reaction_onset: one current case, CAR-T product it suspects, and reaction. Key: as_of, product, worldwide_case_id, reaction_number. Partition: none.
CREATE TABLE "reaction_onset" (
  "as_of" VARCHAR, -- Data-lock point: only messages whose most recent information is of this day or before.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "worldwide_case_id" VARCHAR, -- Worldwide unique case identification. From C.1.8.1.
  "reaction_number" BIGINT, -- Place of the reaction in its message, from 1.
  "sender_case_id" VARCHAR, -- Sender's own identification of the case. From C.1.1.
  "pt" VARCHAR, -- Preferred term as counted; null where the reaction's code cannot be told.
  "term_source" VARCHAR, -- How pt was found: by the code, the coded term's name, or the reporter's words.
  "meddra_code" VARCHAR, -- MedDRA code as told. From E.i.2.1b.
  "meddra_version" VARCHAR, -- MedDRA version as told. From E.i.2.1a.
  "reported_term" VARCHAR, -- Reaction in the reporter's words. From E.i.1.
  "endpoints" VARCHAR[], -- Endpoints, narrow, that pt belongs to; empty for none.
  "seriousness" VARCHAR, -- Criteria told to be met, joined by a comma; null for none. From E.i.3.2.
  "seriousness_withheld" VARCHAR, -- Criteria with a null flavor, and which, joined by a comma. From E.i.3.2.
  "outcome_code" VARCHAR, -- Outcome of the reaction, code or null flavor. From E.i.7.
  "days" BIGINT, -- Days from infusion to the start of the reaction, infusion being day 0.
  "days_source" VARCHAR, -- Whether days come from two dates or from an interval told. One of dates, interval.
  "reason" VARCHAR, -- Why the reaction is left out, the first of the reasons in their order; null where it is used.
  "reaction_date_text" VARCHAR, -- Start of the reaction as told, or its null flavor. From E.i.4.
  "reaction_end_text" VARCHAR, -- End of the reaction as told, or its null flavor. From E.i.5.
  "duration_text" VARCHAR, -- Duration of the reaction as told, number and unit. From E.i.6.
  "infusion_date_text" VARCHAR, -- First administration as told, or its null flavor. From G.k.4.r.4.
  "last_administration_text" VARCHAR, -- Last administration as told, or its null flavor. From G.k.4.r.5.
  "reaction_date" DATE, -- Start of the reaction that days rests on; worked out where an interval gives it.
  "infusion_date" DATE, -- Infusion that days rests on; worked out where an interval gives it.
  "n_infusion_days" BIGINT, -- Different days of first administration told.
  "interval_text" VARCHAR, -- Interval from first administration as told, first day 1. From G.k.9.i.3.1.
  "last_interval_text" VARCHAR, -- Interval from last dose as told, first day 1. From G.k.9.i.3.2.
  "interval_days" BIGINT, -- The interval from first administration with infusion as day 0.
  "interval_disagreement" BIGINT, -- interval_days less the days by dates; null unless both are known.
  "is_first_of_month" BOOLEAN, -- A date told is the first of a month, and may be a month.
  "receipt_date" DATE, -- Day on which the sender learned of the reaction, as far as the messages tell.
  "receipt_source" VARCHAR, -- What receipt_date is: the case's first receipt, or a later message's newest information.
  "follow_up_days" BIGINT, -- Days from infusion to the data-lock point, less those from the reaction to its receipt.
  "no_lag_follow_up_days" BIGINT, -- Days from infusion to the data-lock point.
  "file" VARCHAR, -- File of the message.
  "message_number" BIGINT, -- Place of the message in its file, from 1.
  "form" VARCHAR -- Format of the message. One of E2B(R2), E2B(R3).
);

-- reaction_onset_excluded: one CAR-T product, endpoint (narrow), set of cases and reason; used cases stand under the reason used. Key: as_of, product, endpoint, case_set, reason. Partition: none.
CREATE TABLE "reaction_onset_excluded" (
  "as_of" VARCHAR, -- Data-lock point: only messages whose most recent information is of this day or before.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "endpoint" VARCHAR, -- Endpoint id; no_endpoint and unresolved_term for reactions that have none.
  "case_set" VARCHAR, -- Set of cases: all, or a sensitivity to one choice (docs/onset.md).
  "reason_number" BIGINT, -- Place of the reason in the order in which they are asked; 0 for used.
  "reason" VARCHAR, -- Why the cases are left out, or used.
  "n" BIGINT -- Cases that have this as the first reason of their reactions.
);

-- reaction_onset_distribution: one CAR-T product, endpoint (narrow), set of cases and method; a case counts with its earliest usable reaction. Key: as_of, product, endpoint, case_set, method. Partition: none.
CREATE TABLE "reaction_onset_distribution" (
  "as_of" VARCHAR, -- Data-lock point: only messages whose most recent information is of this day or before.
  "product" VARCHAR, -- Generic name in lower case, or unspecified_car_t, any_car_t.
  "endpoint" VARCHAR, -- Endpoint id of the vocabulary, narrow terms.
  "case_set" VARCHAR, -- Set of cases: all, or a sensitivity to one choice (docs/onset.md).
  "method" VARCHAR, -- Weibull fit as if nothing cut the days (naive), Weibull fit with right truncation, or the distribution in reverse time without an assumed form. One of naive, right_truncated, reverse_time.
  "n_read" BIGINT, -- Cases of the product with the endpoint.
  "n_used" BIGINT, -- Those with usable days.
  "n_same_day" BIGINT, -- Used cases with the event on the day of infusion.
  "longest_follow_up_days" BIGINT, -- Longest follow-up of a used case: the reverse-time distribution is conditional on it.
  "is_told" BOOLEAN, -- False where the method refuses; reason says why.
  "reason" VARCHAR, -- Why the method gives nothing.
  "shape" DOUBLE, -- Shape of the Weibull distribution: below 1 the events come early, above 1 after a while.
  "shape_low" DOUBLE, -- Lower 95 % bound of shape, by profile likelihood.
  "shape_high" DOUBLE, -- Upper 95 % bound of shape.
  "scale_days" DOUBLE, -- Scale of the Weibull distribution.
  "scale_days_low" DOUBLE, -- Lower 95 % bound of scale_days, by profile likelihood.
  "scale_days_high" DOUBLE, -- Upper 95 % bound of scale_days.
  "log_likelihood" DOUBLE, -- Log-likelihood at the maximum.
  "distance" DOUBLE, -- Largest difference between the share of the days seen and the share the fit says is seen, over all days; null in reverse time, which has no form.
  "least_followed" BIGINT, -- Fewest cases on which a factor behind the reverse-time median rests; null for the fits.
  "q1_days" DOUBLE, -- Days by which a quarter of the events has come, by the method's distribution.
  "median_days" DOUBLE, -- Days by which half of the events has come, by the method's distribution.
  "median_days_low" DOUBLE, -- Lower 95 % bound of the reverse-time median; null for the fits.
  "median_days_high" DOUBLE, -- Upper 95 % bound of the reverse-time median; null for the fits.
  "q3_days" DOUBLE, -- Days by which three quarters of the events have come, by the method's distribution.
  "observed_q1_days" DOUBLE, -- First quartile of the days used, as seen.
  "observed_median_days" DOUBLE, -- Median of the days used, as seen.
  "observed_q3_days" DOUBLE -- Third quartile of the days used, as seen.
);

-- e2b_rejected: one message, or whole file, that was not read. Key: as_of, file, message_number. Partition: none.
CREATE TABLE "e2b_rejected" (
  "as_of" VARCHAR, -- Data-lock point: only messages whose most recent information is of this day or before.
  "file" VARCHAR, -- File of the message.
  "message_number" BIGINT, -- Place of the message in its file, from 1; 0 for the whole file.
  "form" VARCHAR, -- Format of the message, where it was recognised.
  "worldwide_case_id" VARCHAR, -- Case the message is of, where that could be read. From C.1.8.1.
  "most_recent_date_text" VARCHAR, -- Date of its most recent information as told, where that is a date. From C.1.5.
  "reason" VARCHAR -- Why it was not read.
);
