"""The records of a registry extract, as of a data cut-off: each as it stands there, and why some could not be used."""

from pipeline.contract.model import Table, text, whole
from pipeline.contract.study import AS_OF, PARTITION, STUDY_ID

SOURCE = (
    text("domain", "Domain, data set or form the record came from, as DM, ADSL or 4100."),
    text("file", "Name of the file in the extract."),
    whole("line", "Record's place in the file, counted from 1 without the header."),
)

REGISTRY_RECORD = Table(
    "registry_record",
    "study",
    "one record of the extract, as it stands there but for identifiers",
    ("study_id", "as_of", "domain", "file", "line"),
    (
        STUDY_ID,
        AS_OF,
        *SOURCE,
        text("subject_id", "Patient's pseudonym; null where the record names no patient."),
        text("content", "Every column of the record as JSON text; identifiers hashed or withheld."),
    ),
    PARTITION,
)
REGISTRY_REJECTED = Table(
    "registry_rejected",
    "study",
    "one record of the extract that could not be used, for one reason",
    ("study_id", "as_of", "domain", "file", "line", "reason_number"),
    (
        STUDY_ID,
        AS_OF,
        *SOURCE,
        text("subject_id", "Patient's pseudonym; null where the record names no patient."),
        whole("reason_number", "Place among the reasons given for the record, from 1."),
        text("column", "Column that could not be used; null where it is the whole record."),
        text("reason", "Why the record could not be used; never a value that could name a patient."),
        text("content", "Every column of the record as JSON text; identifiers hashed or withheld."),
    ),
    PARTITION,
)

REGISTRY_TABLES: tuple[Table, ...] = (REGISTRY_RECORD, REGISTRY_REJECTED)
