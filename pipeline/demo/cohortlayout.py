"""The domains of a simulated extract: CDISC SDTM's variables, in their order, with label and type."""

from typing import Literal, NamedTuple

Kind = Literal["text", "whole"]


class Variable(NamedTuple):
    """A variable of a domain; whole numbers are numeric, dates are ISO 8601 text, complete or not."""

    name: str
    label: str
    kind: Kind = "text"


STUDYID = Variable("STUDYID", "Study Identifier")
DOMAIN = Variable("DOMAIN", "Domain Abbreviation")
USUBJID = Variable("USUBJID", "Unique Subject Identifier")
HEAD = (STUDYID, DOMAIN, USUBJID)

LABELS = {
    "DM": "Demographics",
    "EX": "Exposure",
    "AE": "Adverse Events",
    "FA": "Findings About Events or Interventions",
    "SV": "Subject Visits",
    "DS": "Disposition",
    "DD": "Death Details",
    "MH": "Medical History",
    "CM": "Concomitant Medications",
}
DOMAINS: dict[str, tuple[Variable, ...]] = {
    "DM": (
        *HEAD,
        Variable("SITEID", "Study Site Identifier"),
        Variable("COUNTRY", "Country"),
        Variable("SEX", "Sex"),
        Variable("AGE", "Age", "whole"),
        Variable("AGEU", "Age Units"),
        Variable("BRTHDTC", "Date/Time of Birth"),
        Variable("RFICDTC", "Date/Time of Informed Consent"),
        Variable("RFSTDTC", "Subject Reference Start Date/Time"),
        Variable("RFPENDTC", "Date/Time of End of Participation"),
        Variable("DTHDTC", "Date/Time of Death"),
        Variable("DTHFL", "Subject Death Flag"),
    ),
    "EX": (
        *HEAD,
        Variable("EXSEQ", "Sequence Number", "whole"),
        Variable("EXTRT", "Name of Treatment"),
        Variable("EXDOSE", "Dose", "whole"),
        Variable("EXDOSU", "Dose Units"),
        Variable("EXLOT", "Lot Number"),
        Variable("EXSTDTC", "Start Date/Time of Treatment"),
    ),
    "AE": (
        *HEAD,
        Variable("AESEQ", "Sequence Number", "whole"),
        Variable("AEREFID", "Reference ID"),
        Variable("AEDECOD", "Dictionary-Derived Term"),
        Variable("AESER", "Serious Event"),
        Variable("AESDTH", "Results in Death"),
        Variable("AETOXGR", "Standard Toxicity Grade"),
        Variable("AESCAL", "Grading Scale"),
        Variable("AEDTC", "Date/Time of Collection"),
        Variable("AESTDTC", "Start Date/Time of Adverse Event"),
        Variable("AEENDTC", "End Date/Time of Adverse Event"),
        Variable("AEENRTPT", "End Relative to Reference Time Point"),
        Variable("AEENTPT", "End Reference Time Point"),
    ),
    "FA": (
        *HEAD,
        Variable("FASEQ", "Sequence Number", "whole"),
        Variable("FASPID", "Sponsor-Defined Identifier"),
        Variable("FATESTCD", "Findings About Test Short Name"),
        Variable("FACAT", "Category for Findings About"),
        Variable("FAORRES", "Result or Finding in Original Units"),
        Variable("FADTC", "Date/Time of Collection"),
    ),
    "SV": (
        *HEAD,
        Variable("VISITNUM", "Visit Number", "whole"),
        Variable("VISIT", "Visit Name"),
        Variable("SVSTDTC", "Start Date/Time of Observation"),
        Variable("SVDTC", "Date/Time the Form Was Received"),
    ),
    "DS": (
        *HEAD,
        Variable("DSSEQ", "Sequence Number", "whole"),
        Variable("DSDECOD", "Standardized Disposition Term"),
        Variable("DSSTDTC", "Start Date/Time of Disposition Event"),
    ),
    "DD": (
        *HEAD,
        Variable("DDSEQ", "Sequence Number", "whole"),
        Variable("DDTESTCD", "Death Detail Assessment Short Name"),
        Variable("DDORRES", "Result or Finding as Collected"),
        Variable("DDDTC", "Date/Time of Collection"),
    ),
    "MH": (
        *HEAD,
        Variable("MHSEQ", "Sequence Number", "whole"),
        Variable("MHDECOD", "Dictionary-Derived Term"),
        Variable("MHCAT", "Category for Medical History"),
        Variable("MHORRES", "Result or Finding in Original Units"),
        Variable("MHDTC", "Date/Time of History Collection"),
        Variable("MHSTDTC", "Start Date/Time of Medical History Event"),
    ),
    "CM": (
        *HEAD,
        Variable("CMSEQ", "Sequence Number", "whole"),
        Variable("CMDECOD", "Standardized Medication Name"),
        Variable("CMCAT", "Category for Medication"),
        Variable("CMSTDTC", "Start Date/Time of Medication"),
        Variable("CMENDTC", "End Date/Time of Medication"),
    ),
}
