"""The follow-up study, as of a data cut-off: its patients and what befell them."""

from pipeline.contract.model import Table, date, real, text, texts, truth, whole

PARTITION = ("study_id", "as_of")
STUDY_ID = text("study_id", "Id of the follow-up study, in lower case.")
AS_OF = text("as_of", "Data-lock point of the study: the extract's cut-off day, as 2026-06-30.")
SUBJECT_ID = text("subject_id", "Patient's pseudonym: keyed hash of the registry's own id; never that id.")
OF_SUBJECT = (STUDY_ID, AS_OF, SUBJECT_ID)
PRECISIONS = ("day", "month", "year")
AGE_RESOLUTIONS = ("completed_years", "completed_months", "completed_weeks", "completed_days", "fraction")
INDICATIONS = ("b_all", "lbcl", "fl", "mcl", "myeloma", "other", "unknown")
TRACKS = ("fifteen_years", "standard", "hundred_days", "none", "unknown")
DEATH_CAUSES = (
    "index_disease",
    "cytokine_release_syndrome",
    "neurotoxicity",
    "infection",
    "second_malignancy",
    "cardiovascular",
    "other",
    "unknown",
)
TREATMENTS = (
    "bridging",
    "lymphodepletion",
    "tocilizumab",
    "corticosteroid",
    "intensive_care",
    "transplant",
    "gene_therapy",
    "anticancer_therapy",
    "immunoglobulin",
)
RESPONSES = ("complete_remission", "partial_remission", "no_response", "relapse", "progression", "not_evaluable")
ORIGINS = ("t_cell", "b_cell", "myeloid", "other_haematological", "solid", "non_melanoma_skin", "unknown")
DECISIONS = ("second_primary", "relapse", "transformation", "not_malignant", "pending")
TRANSGENE = ("positive", "low", "negative", "pending", "not_tested")
SAMPLES = ("vector_persistence", "replication_competent_lentivirus", "transgene", "integration_site")

STUDY_SUBJECT = Table(
    "study_subject",
    "study",
    "one patient of the registry",
    ("study_id", "as_of", "subject_id"),
    (
        *OF_SUBJECT,
        text("centre_id", "Treating centre, as the registry numbers it."),
        text("country_code", "Country of the centre, ISO 3166-1 alpha-2."),
        text("sex_code", "F, M or null."),
        real("age_years", "Age on the day of the index infusion; at enrolment where there is none.", unit="year"),
        text(
            "age_resolution",
            "Units the age is completed in, else a fraction of a year as given.",
            allowed=AGE_RESOLUTIONS,
        ),
        text("indication", "Disease treated.", allowed=INDICATIONS),
        text("product", "Generic name of the CAR-T product in lower case."),
        text("reporting_track", "What the centre agreed to report; decides which forms are due.", allowed=TRACKS),
        date("enrolment_date", "Day the patient entered the registry; later than infusion is late entry."),
        date("consent_date", "Day of consent to the study."),
        date("leukapheresis_date", "Day of leukapheresis."),
        date("infusion_date", "Day of the index infusion, day 0 of the clock; null where never infused."),
        date("last_contact_date", "Last day on which the patient was known to be alive or died."),
        date("death_date", "Day of death; null while alive as far as known."),
        text("death_cause", "Cause of death, grouped; null while alive.", allowed=DEATH_CAUSES),
        date("withdrawal_date", "Day of withdrawal from the study; counts as loss."),
        date("lost_date", "Day from which the centre holds the patient lost to follow-up."),
        truth("has_prior_transplant", "Had an allogeneic transplant before the index infusion."),
        whole("n_prior_lines", "Lines of therapy before the index infusion.", unit="line"),
        truth("is_in_specification", "The product infused met its release specification."),
        texts(
            "undated", "What the extract tells of without its day: infusion, death, withdrawal, loss; empty for none."
        ),
    ),
    PARTITION,
)
STUDY_INFUSION = Table(
    "study_infusion",
    "study",
    "one infusion of a gene-modified cell product",
    ("study_id", "as_of", "subject_id", "infusion_number"),
    (
        *OF_SUBJECT,
        whole("infusion_number", "Place among the patient's infusions by day, from 1."),
        text("product", "Generic name of the CAR-T product in lower case."),
        date("infusion_date", "Day of the infusion."),
        truth("is_index", "The infusion the clock starts from."),
        real("dose_cells", "Viable CAR-positive cells infused.", unit="cell"),
        texts("lots", "Pseudonyms of the manufacturing lots of its bags, in ascending order; null where none is told."),
    ),
    PARTITION,
)
STUDY_EVENT = Table(
    "study_event",
    "study",
    "one adverse event of a patient",
    ("study_id", "as_of", "subject_id", "event_number"),
    (
        *OF_SUBJECT,
        whole("event_number", "Place among the patient's events by day, from 1."),
        text("pt", "Preferred term as coded by the registry."),
        texts("endpoints", "Endpoint ids of the vocabulary whose narrow list holds the term; empty for none."),
        date("start_date", "Day the event began; null unless known to the day."),
        text("start_text", "Beginning as it stands in the extract."),
        text("start_precision", "How much of the beginning is known.", allowed=PRECISIONS),
        date("start_earliest", "First day on which it can have begun; null where nothing is known of it."),
        date(
            "start_latest", "Last day on which it can have begun, by the data-lock point; null where nothing is known."
        ),
        date("end_date", "Day the event had resolved; null while it goes on or unless known to the day."),
        date(
            "end_earliest", "First day on which it can have ended, by the data-lock point; null where no end is told."
        ),
        date("end_latest", "Last day on which it can have ended; null where that may be after the data-lock point."),
        date("ongoing_date", "Last day on which it is told to have gone on; null where none is told."),
        whole("grade", "Severity on the scale named beside it, 0 to 5.", unit="grade"),
        text("scale", "Id of the grading scale; a grade without one is never pooled."),
        truth("is_serious", "Serious as the registry holds it."),
        truth("is_fatal", "The patient died of it."),
        date("reported_date", "Day the registry received the form with the event."),
    ),
    PARTITION,
)
STUDY_VISIT = Table(
    "study_visit",
    "study",
    "one contact of a patient after infusion",
    ("study_id", "as_of", "subject_id", "visit_number"),
    (
        *OF_SUBJECT,
        whole("visit_number", "Place among the patient's visits by day, from 1."),
        text("visit", "Visit of the schedule, as day_100, month_6 or year_3; null for an unscheduled one."),
        date("visit_date", "Day of contact."),
        date("reported_date", "Day the registry received the visit's form."),
    ),
    PARTITION,
)
STUDY_TREATMENT = Table(
    "study_treatment",
    "study",
    "one treatment that the study counts",
    ("study_id", "as_of", "subject_id", "treatment_number"),
    (
        *OF_SUBJECT,
        whole("treatment_number", "Place among the patient's treatments by day, from 1."),
        text("kind", "What it was, for the study.", allowed=TREATMENTS),
        text("treatment", "Name of the treatment as coded by the registry."),
        date("start_date", "Day it began."),
        date("end_date", "Day it ended; null while it goes on or unless known to the day."),
    ),
    PARTITION,
)
STUDY_RESPONSE = Table(
    "study_response",
    "study",
    "one assessment of the index disease",
    ("study_id", "as_of", "subject_id", "assessment_number"),
    (
        *OF_SUBJECT,
        whole("assessment_number", "Place among the patient's assessments by day, from 1."),
        text("response", "What was found.", allowed=RESPONSES),
        date("assessment_date", "Day of the assessment."),
    ),
    PARTITION,
)
STUDY_MALIGNANCY = Table(
    "study_malignancy",
    "study",
    "one report of a malignancy after infusion, with what its adjudication found",
    ("study_id", "as_of", "subject_id", "malignancy_number"),
    (
        *OF_SUBJECT,
        whole("malignancy_number", "Place among the patient's reported malignancies by day, from 1."),
        text("pt", "Preferred term as coded by the registry."),
        date("diagnosis_date", "Day of diagnosis."),
        text("histology_code", "Morphology, ICD-O-3, as 9702/3."),
        text("site", "Site group as the reference names it, as t_cell_lymphoma or breast."),
        text("origin", "Lineage the tumour arose from.", allowed=ORIGINS),
        truth("is_sample_sent", "Tissue was sent for a test of the transgene."),
        date("sample_date", "Day the tissue was taken."),
        text("transgene_result", "CAR transgene in the tumour.", allowed=TRANSGENE),
        text("transgene_method", "How the transgene was looked for."),
        real("vector_copy_number", "Copies of the vector for each cell of the tumour.", unit="copy per cell"),
        text("integration_site", "Gene or locus of the integration."),
        truth("is_clone_before_infusion", "The clone was found in a sample from before infusion."),
        text("decision", "What the adjudicators decided.", allowed=DECISIONS),
        text("decision_reason", "Why they did."),
        date("decision_date", "Day of the decision."),
        whole("n_adjudicators", "Adjudicators who signed.", unit="person"),
        date("reported_date", "Day the registry received the report."),
    ),
    PARTITION,
)
STUDY_SAMPLE = Table(
    "study_sample",
    "study",
    "one laboratory sample of the follow-up after gene transfer",
    ("study_id", "as_of", "subject_id", "sample_number"),
    (
        *OF_SUBJECT,
        whole("sample_number", "Place among the patient's samples by day, from 1."),
        text("kind", "What was looked for.", allowed=SAMPLES),
        date("sample_date", "Day the sample was taken."),
        real("result_percent", "Cells that carry the vector, where the test counts them.", unit="percent"),
        truth("is_positive", "The test was positive; null while there is no result."),
    ),
    PARTITION,
)
PATIENT_TABLES: tuple[Table, ...] = (
    STUDY_SUBJECT,
    STUDY_INFUSION,
    STUDY_EVENT,
    STUDY_VISIT,
    STUDY_TREATMENT,
    STUDY_RESPONSE,
    STUDY_MALIGNANCY,
    STUDY_SAMPLE,
)
