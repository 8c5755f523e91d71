"""Onset by reaction as E2B case messages tell it, as of a day: handed out as files, the lake holds none of them."""

from pipeline.contract.model import Table, date, text, texts, truth, whole
from pipeline.contract.onset import ENDPOINT, ONSET, PRODUCT

AS_OF = text("as_of", "Data-lock point: only messages whose most recent information is of this day or before.")
CASE_SET = text("case_set", "Set of cases: all, or a sensitivity to one choice (docs/onset.md).")

REACTION_ONSET = Table(
    "reaction_onset",
    "export",
    "one current case, CAR-T product it suspects, and reaction",
    ("as_of", "product", "worldwide_case_id", "reaction_number"),
    (
        AS_OF,
        PRODUCT,
        text("worldwide_case_id", "Worldwide unique case identification.", source="C.1.8.1"),
        whole("reaction_number", "Place of the reaction in its message, from 1."),
        text("sender_case_id", "Sender's own identification of the case.", source="C.1.1"),
        text("pt", "Preferred term as counted; null where the reaction's code cannot be told."),
        text("term_source", "How pt was found: by the code, the coded term's name, or the reporter's words."),
        text("meddra_code", "MedDRA code as told.", source="E.i.2.1b"),
        text("meddra_version", "MedDRA version as told.", source="E.i.2.1a"),
        text("reported_term", "Reaction in the reporter's words.", source="E.i.1"),
        texts("endpoints", "Endpoints, narrow, that pt belongs to; empty for none."),
        text("seriousness", "Criteria told to be met, joined by a comma; null for none.", source="E.i.3.2"),
        text("seriousness_withheld", "Criteria with a null flavor, and which, joined by a comma.", source="E.i.3.2"),
        text("outcome_code", "Outcome of the reaction, code or null flavor.", source="E.i.7"),
        whole("days", "Days from infusion to the start of the reaction, infusion being day 0.", unit="day"),
        text(
            "days_source", "Whether days come from two dates or from an interval told.", allowed=("dates", "interval")
        ),
        text("reason", "Why the reaction is left out, the first of the reasons in their order; null where it is used."),
        text("reaction_date_text", "Start of the reaction as told, or its null flavor.", source="E.i.4"),
        text("reaction_end_text", "End of the reaction as told, or its null flavor.", source="E.i.5"),
        text("duration_text", "Duration of the reaction as told, number and unit.", source="E.i.6"),
        text("infusion_date_text", "First administration as told, or its null flavor.", source="G.k.4.r.4"),
        text("last_administration_text", "Last administration as told, or its null flavor.", source="G.k.4.r.5"),
        date("reaction_date", "Start of the reaction that days rests on; worked out where an interval gives it."),
        date("infusion_date", "Infusion that days rests on; worked out where an interval gives it."),
        whole("n_infusion_days", "Different days of first administration told.", unit="day"),
        text("interval_text", "Interval from first administration as told, first day 1.", source="G.k.9.i.3.1"),
        text("last_interval_text", "Interval from last dose as told, first day 1.", source="G.k.9.i.3.2"),
        whole("interval_days", "The interval from first administration with infusion as day 0.", unit="day"),
        whole("interval_disagreement", "interval_days less the days by dates; null unless both are known.", unit="day"),
        truth("is_first_of_month", "A date told is the first of a month, and may be a month."),
        date("receipt_date", "Day on which the sender learned of the reaction, as far as the messages tell."),
        text(
            "receipt_source", "What receipt_date is: the case's first receipt, or a later message's newest information."
        ),
        whole(
            "follow_up_days",
            "Days from infusion to the data-lock point, less those from the reaction to its receipt.",
            unit="day",
        ),
        whole("no_lag_follow_up_days", "Days from infusion to the data-lock point.", unit="day"),
        text("file", "File of the message."),
        whole("message_number", "Place of the message in its file, from 1."),
        text("form", "Format of the message.", allowed=("E2B(R2)", "E2B(R3)")),
    ),
    (),
)
REACTION_ONSET_EXCLUDED = Table(
    "reaction_onset_excluded",
    "export",
    "one CAR-T product, endpoint (narrow), set of cases and reason; used cases stand under the reason used",
    ("as_of", "product", "endpoint", "case_set", "reason"),
    (
        AS_OF,
        PRODUCT,
        text("endpoint", "Endpoint id; no_endpoint and unresolved_term for reactions that have none."),
        CASE_SET,
        whole("reason_number", "Place of the reason in the order in which they are asked; 0 for used."),
        text("reason", "Why the cases are left out, or used."),
        whole("n", "Cases that have this as the first reason of their reactions.", unit="case"),
    ),
    (),
)
REACTION_ONSET_DISTRIBUTION = Table(
    "reaction_onset_distribution",
    "export",
    "one CAR-T product, endpoint (narrow), set of cases and method; a case counts with its earliest usable reaction",
    ("as_of", "product", "endpoint", "case_set", "method"),
    (
        AS_OF,
        PRODUCT,
        ENDPOINT,
        CASE_SET,
        *(column for column in ONSET.columns if column.name not in {*ONSET.key[:-1], "lag_days"}),
    ),
    (),
)
E2B_REJECTED = Table(
    "e2b_rejected",
    "export",
    "one message, or whole file, that was not read",
    ("as_of", "file", "message_number"),
    (
        AS_OF,
        text("file", "File of the message."),
        whole("message_number", "Place of the message in its file, from 1; 0 for the whole file."),
        text("form", "Format of the message, where it was recognised."),
        text("worldwide_case_id", "Case the message is of, where that could be read.", source="C.1.8.1"),
        text(
            "most_recent_date_text",
            "Date of its most recent information as told, where that is a date.",
            source="C.1.5",
        ),
        text("reason", "Why it was not read."),
    ),
    (),
)
REACTION_ONSET_TABLES = (REACTION_ONSET, REACTION_ONSET_EXCLUDED, REACTION_ONSET_DISTRIBUTION, E2B_REJECTED)
