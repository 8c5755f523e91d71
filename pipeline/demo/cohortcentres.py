"""The simulated centres: how many patients they treat, and how well they follow them."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.demo.chance import Chance, Flags, Floats, Ints, Lots, lots
from pipeline.demo.cohortsettings import CohortSettings, between, epoch_day, lots_of

FIFTEEN_YEARS, STANDARD, HUNDRED_DAYS = "fifteen_years", "standard", "hundred_days"
TRACKS = (FIFTEEN_YEARS, STANDARD, HUNDRED_DAYS)


@dataclass(frozen=True)
class Centres:
    """Centres, shape (c,) each: share of visits attended, patients lost a year, mean days until a form is received.

    track: place in TRACKS. former_until: day since 1970-01-01 up to which the centre grades on the former scale.
    """

    lots: Lots
    attendance: Floats
    lost_per_year: Floats
    form_lag_days: Floats
    track: Ints
    former_until: Ints
    country: tuple[str, ...]

    def of_patients(self, chance: Chance, number: Ints) -> Ints:
        """The centre that treats each patient."""
        return self.lots.draw(0, chance.uniform("centre", number))


def drawn_centres(settings: CohortSettings, chance: Chance) -> Centres:
    """The centres of one simulated registry; the worst ones differ from seed to seed."""
    plain = settings.plain["centres"]
    number = np.arange(plain["n"])
    worst = _first("worst centres", plain["worst"], number, chance)
    track_place = _places("track", number, chance)
    n_short, n_standard = (round(plain["n"] * plain[share]) for share in ("hundred_days_share", "standard_share"))
    former = _first("former scale", round(plain["n"] * plain["penn_share"]), number, chance)
    countries = [name for name, _ in plain["countries"]]
    country = lots_of(plain["countries"]).draw(0, chance.uniform("country", number))
    size = np.exp(plain["size_spread"] * special.ndtri(between([1e-6, 1 - 1e-6], chance.uniform("size", number))))
    return Centres(
        lots=lots(size),
        attendance=_either("attendance", worst, plain, number, chance),
        lost_per_year=_either("lost_per_year", worst, plain, number, chance),
        form_lag_days=between(plain["form_lag_days"], chance.uniform("form lag", number)),
        track=np.select([track_place < n_short, track_place < n_short + n_standard], [2, 1], 0).astype(np.int64),
        former_until=np.where(former, epoch_day(plain["penn_until"]), np.iinfo(np.int64).min),
        country=tuple(countries[place] for place in country),
    )


def _places(purpose: str, number: Ints, chance: Chance) -> Ints:
    """A random order: the place of each."""
    return np.argsort(np.argsort(chance.uniform(purpose, number), kind="stable"), kind="stable")


def _first(purpose: str, count: int, number: Ints, chance: Chance) -> Flags:
    return np.asarray(_places(purpose, number, chance) < count)


def _either(name: str, worst: Flags, plain: dict[str, list[float]], number: Ints, chance: Chance) -> Floats:
    uniform = chance.uniform(name, number)
    return np.where(worst, between(plain[f"worst_{name}"], uniform), between(plain[name], uniform))
