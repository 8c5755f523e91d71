"""What is planted in a simulated registry, written beside the extract: the truth its analysis must find again."""

import csv
import io
import json
from typing import Any, Literal

import numpy as np

from pipeline.demo.cohortcancers import (
    AGE_BANDS,
    AGE_STEP,
    FIRST_YEAR,
    YEAR_STEP,
    background_cases,
)
from pipeline.demo.cohorthazards import DAYS_PER_YEAR, Hazard, cumulative_incidence, event_free, survival
from pipeline.demo.cohortsettings import SEXES, CohortSettings

POINTS = (1, 2, 3, 5, 10, 15)  # years
OLDEST = 120
REFERENCE_COLUMNS = (
    "site", "sex", "age_low", "age_high", "year_low", "year_high", "cases", "person_years", "multiple_primary_rule",
    "source",
)  # fmt: skip
Population = Literal["background", "survivors"]
POPULATIONS: tuple[Population, ...] = ("background", "survivors")
SOURCES = {
    "background": "simulated: invented background of a simulated registry, no real population",
    "survivors": "simulated: invented survivors of a B-cell malignancy, no real population",
}


def truth(settings: CohortSettings, parameters: dict[str, Any]) -> str:
    """JSON text: how the extract was made, what was planted, and what that means for each indication."""
    content = {
        "simulated": True,
        "parameters": parameters,
        "times": "days from the index infusion (day 0); a year has 365.25 days",
        "derived": {name: _derived(settings, place) for place, name in enumerate(settings.indications)},
        "standardised_ratios": {
            site.id: {"background": site.planted, "survivors": round(site.planted / site.survivors, 6)}
            for site in settings.sites
        },
        "planted": settings.plain,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n"


def _derived(settings: CohortSettings, place: int) -> dict[str, Any]:
    """Shares by years since infusion that follow from the hazards, of infused patients with nothing lost."""
    days = np.array(POINTS) * DAYS_PER_YEAR
    relapse, death, after = course_of(settings, place)
    shares = {
        "overall_survival": survival(relapse, death, after, days),
        "free_of_relapse_and_death": event_free([relapse, death], days),
        "cumulative_incidence_of_relapse": cumulative_incidence([relapse, death], days),
        "cumulative_incidence_of_death_without_relapse": cumulative_incidence([death, relapse], days),
        "one_minus_kaplan_meier_of_relapse_overstates_as": 1.0 - event_free([relapse], days),
    }
    return {name: dict(zip(map(str, POINTS), values.round(6).tolist(), strict=True)) for name, values in shares.items()}


def course_of(settings: CohortSettings, place: int) -> tuple[Hazard, Hazard, Hazard]:
    """Hazards of one indication: relapse, death without relapse, and death after relapse on its own clock."""
    relapse, death, after = (
        settings.course(name)[place] for name in ("relapse", "death_without_relapse", "death_after_relapse")
    )
    return relapse, death, after


def reference_rates(settings: CohortSettings, population: Population) -> str:
    """CSV text of the reference a standardised ratio is taken against: every site, sex, age band and calendar band."""
    plain = settings.plain["malignancies"]
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(REFERENCE_COLUMNS)
    for site in settings.sites:
        cases = background_cases(site)
        for sex, age, year in np.ndindex(cases.shape):
            found = cases[sex, age, year] * (site.survivors if population == "survivors" else 1.0)
            writer.writerow(
                (
                    site.id,
                    SEXES[sex],
                    AGE_STEP * age,
                    AGE_STEP * age + AGE_STEP - 1 if age < AGE_BANDS - 1 else OLDEST,
                    FIRST_YEAR + YEAR_STEP * year,
                    FIRST_YEAR + YEAR_STEP * year + YEAR_STEP - 1,
                    f"{found:.10g}",
                    plain["person_years_of_a_cell"],
                    plain["multiple_primary_rule"],
                    SOURCES[population],
                )
            )
    return lines.getvalue()
