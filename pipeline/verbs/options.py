"""Options that several verbs share, and how their text is read."""

import dataclasses
from collections.abc import Iterable

import click

from pipeline.config import Settings

AS_OF = click.option(
    "--as-of", metavar="QUARTER", help="Data-lock point, as 2024Q1; default: the newest quarter in the lake."
)


JSON = click.option("--json", "as_json", is_flag=True, help="Print the StepReport as JSON and nothing else.")


PRODUCTS = click.option(
    "--product",
    "products",
    multiple=True,
    metavar="PRODUCT",
    help="Generic name in lower case; repeat for more; default: all.",
)


DATA_VERSION = click.option(
    "--data-version",
    "data_versions",
    multiple=True,
    metavar="QUARTER=SHA256",
    help="Read a quarter from one issue of its archive, by the start of its SHA-256; repeat for more; see 'status'.",
)


WITH_DUPLICATES = click.option(
    "--with-duplicates", is_flag=True, help="Count every current case; default: duplicates are left out."
)


MEDDRA = click.option("--meddra", metavar="VERSION", help="MedDRA version loaded, or none; default: the newest loaded.")


class ComparatorOption(click.Option):
    """Its help lists the comparators of the vocabulary, which is read only when that help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option, and the names it takes."""
        record = super().get_help_record(ctx)
        return record and (record[0], f"{self.names()} {record[1]}")

    def names(self) -> str:
        """What the help says of the names."""
        from pipeline.vocabulary.comparators import age_bands, base_comparators

        names = ", ".join(known.id for known in base_comparators())
        bands = " or ".join(f"_{band.id}" for band in age_bands())
        return f"Whom a product is compared with: {names}; each also with {bands} behind its name."


class BackgroundOption(ComparatorOption):
    """Its help lists the comparators against which the pairs of all drugs are counted."""

    def names(self) -> str:
        """As above."""
        from pipeline.vocabulary.comparators import comparators

        return (
            f"Whose reports set what is expected: {', '.join(known.id for known in comparators() if known.has_prior)}."
        )


def quarter_of(text: str | None) -> str | None:
    """A quarter as 2024Q1 from any case, or None where none was given; UsageError for a text that is none."""
    from pipeline.intake.archive import parsed_quarter

    return None if text is None else parsed_quarter(text)


def chosen(
    settings: Settings, data_versions: Iterable[str], meddra: str | None = None, *, with_duplicates: bool = False
) -> Settings:
    """The settings with what this run reads and counts; UsageError for a data version that cannot be read."""
    from pipeline.intake.dataversion import data_versions_of

    pins = data_versions_of(data_versions)
    return dataclasses.replace(
        settings, data_versions=pins, with_duplicates=with_duplicates, meddra=meddra or settings.meddra
    )
