"""What the pipeline says of itself: files read, lines rejected, rules checked, rows in quarantine, runs."""

from pipeline.contract.model import Table, real, text, truth, whole
from pipeline.contract.raw import EDITION, QUARTER
from pipeline.contract.study import AS_OF, STUDY_ID, SUBJECT_ID

SEVERITIES = ("critical", "warning", "info")
RUN_ID = text("run_id", "Hash of the step's inputs, code version and parameters.")
JUDGED = (
    text("table", "Table the rule speaks of."),
    text("rule", "Name of the rule."),
    text("severity", "critical stops the run, warning quarantines, info is counted.", allowed=SEVERITIES),
    truth("passed", "Whether the rule holds."),
    truth("raised", "Whether the rule could not be evaluated; that is critical."),
    whole("n_checked", "Rows or values looked at."),
    whole("n_violating", "Rows or values that break the rule."),
    real("share", "n_violating over n_checked."),
    text("threshold", "What the rule allows."),
    text("note", "Why the threshold is what it is."),
    text("found", "What was found, in words."),
)

SOURCE_FILE = Table(
    "source_file",
    "ledger",
    "one file read",
    ("quarter", "edition", "file"),
    (
        QUARTER,
        EDITION,
        text("file", "Path of the file inside the archive or folder."),
        text("table", "Raw table it fills."),
        text("archive", "Name of the archive or folder it came in."),
        text("archive_sha256", "SHA-256 of the archive, or of the list of files of a folder."),
        text("encoding", "Encoding found: utf-8 or latin-1.", allowed=("utf-8", "latin-1")),
        text("newline", "Line ends found: CRLF, LF, mixed."),
        text("phantom_columns", "Trailing columns FDA never published, all empty, joined by a comma."),
        whole("n_bytes", "Size of the file.", unit="byte"),
        whole("n_nul", "NUL bytes kept in values.", unit="byte"),
        whole("n_read", "Records read.", unit="record"),
        whole("n_kept", "Records kept in the raw table.", unit="record"),
        whole("n_rejected", "Records rejected.", unit="record"),
        whole("n_split", "Lines split because they held several whole records.", unit="line"),
        RUN_ID,
    ),
)
REJECTED = Table(
    "rejected",
    "ledger",
    "one line that could not be read",
    ("quarter", "edition", "file", "line"),
    (
        QUARTER,
        EDITION,
        text("source", "Publisher's system.", allowed=("aers", "faers")),
        text("file", "Path of the file inside the archive or folder."),
        whole("line", "Line of that file."),
        text("table", "Raw table it would have filled."),
        text("reason", "Why it could not be read."),
        text("text", "The whole line."),
        whole("report_id", "Report version, where the line's first fields name one beyond doubt."),
        whole("case_id", "Case, where the line's first fields name one beyond doubt."),
        whole("version_number", "Version, where the line's first fields name one beyond doubt."),
    ),
)
QUARANTINE = Table(
    "quarantine",
    "ledger",
    "one row flagged by a warning rule; it stays in every count",
    ("quarter", "edition", "rule", "table", "line", "report_id"),
    (
        QUARTER,
        EDITION,
        text("rule", "Rule that flags the row."),
        text("table", "Table of the row."),
        whole("report_id", "Report version of the row."),
        whole("case_id", "Case of the row."),
        whole("line", "Line of the publisher's file."),
        text("reason", "What was found."),
        truth("is_car_t", "Whether the report version names a CAR-T product."),
        RUN_ID,
    ),
)
GATE_RESULT = Table(
    "gate_result",
    "ledger",
    "one rule, quarter and run of the gate",
    ("quarter", "run_id", "table", "rule"),
    (
        QUARTER,
        RUN_ID,
        *JUDGED,
    ),
    ("quarter", "run_id"),
)
STUDY_QUARANTINE = Table(
    "study_quarantine",
    "ledger",
    "one row of a patient flagged by a warning rule; it stays in every count",
    ("study_id", "as_of", "rule", "table", "subject_id", "row_number"),
    (
        STUDY_ID,
        AS_OF,
        text("rule", "Rule that flags the row."),
        text("table", "Table of the row."),
        SUBJECT_ID,
        whole("row_number", "Number of the row among the patient's in its table; null in study_subject."),
        text("reason", "What was found."),
        RUN_ID,
    ),
    ("study_id", "as_of"),
)
STUDY_GATE_RESULT = Table(
    "study_gate_result",
    "ledger",
    "one rule, study, cut-off and run of the study's gate",
    ("study_id", "as_of", "run_id", "table", "rule"),
    (STUDY_ID, AS_OF, RUN_ID, *JUDGED),
    ("study_id", "as_of", "run_id"),
)
RUN = Table(
    "run",
    "ledger",
    "one finished step",
    ("run_id",),
    (
        RUN_ID,
        text("step", "Name of the step."),
        text("as_of", "Data-lock point or quarter of the step."),
        text("code_version", "Version and hash of the code."),
        text("parameters", "Parameters as JSON."),
        text("inputs", "Inputs and their hashes as JSON."),
        text("counts", "Counts as JSON."),
    ),
    ("run_id",),
)
VOCABULARY_ENTRY = Table(
    "vocabulary_entry",
    "ledger",
    "one row of one table of the vocabulary, as a run counted with it",
    ("vocabulary_hash", "table", "row_number"),
    (
        text("vocabulary_hash", "Hash of all its rows."),
        text("table", "Vocabulary table, or products.yaml for the spellings of the products."),
        whole("row_number", "Place of the row, from 1; row 0 holds the names and types of the columns."),
        text("row", "Values of the row as JSON, in the order of the columns."),
    ),
    ("vocabulary_hash",),
)
STUDY_GATE_TABLES = (STUDY_QUARANTINE, STUDY_GATE_RESULT)
LEDGER_TABLES = (SOURCE_FILE, REJECTED, QUARANTINE, GATE_RESULT, *STUDY_GATE_TABLES, RUN, VOCABULARY_ENTRY)
