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
  "beta1" DOUBLE, -- Rate parameter of the first gamma component.
  "alpha2" DOUBLE, -- Shape of the second gamma component.
  "beta2" DOUBLE, -- Rate parameter of the second gamma component.
  "p" DOUBLE, -- Weight of the first component.
  "log_likelihood" DOUBLE, -- Log-likelihood at the maximum, all cells, zeros counted.
  "starts" VARCHAR, -- Log-likelihood reached from each start, joined by |.
  "n_cells" BIGINT, -- Drug-event cells, zeros counted.
  "comparator_version" VARCHAR -- Hash of the comparator's definition and of the vocabulary it rests on.
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
  "is_signal" BOOLEAN, -- Whether the rule fires.
  "rule" VARCHAR, -- Text of the one rule behind is_signal.
  "is_ic_positive" BOOLEAN, -- ic025 > 0; a second reading, never joined with is_signal.
  "is_prr_infinite" BOOLEAN, -- c = 0 with a > 0: prr has no upper end.
  "is_ror_infinite" BOOLEAN, -- b or c = 0 with a > 0: ror has no upper end.
  "is_assessable" BOOLEAN, -- False when the source cannot contain any term of the endpoint.
  "note" VARCHAR, -- What a reader must know about this row; the reason where a measure is null.
  "comparator_version" VARCHAR, -- Hash of the comparator's definition and of the vocabulary it rests on.
  "n_left_out" BIGINT -- Cases of the product that the comparator leaves out; with a and b all its cases.
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
