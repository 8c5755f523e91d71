"""The groups of diseases within which products are compared, and the indications that belong to each."""

from dataclasses import dataclass
from functools import cache

from pipeline.errors import CartwatchError
from pipeline.vocabulary.files import refuse_duplicates, term_key, yaml_file
from pipeline.vocabulary.malignancies import diseases, malignancy_terms
from pipeline.vocabulary.products import Product


@dataclass(frozen=True, slots=True)
class DiseaseGroup:
    """Diseases that make one indication; `diseases` are codes of diseases.yaml, each in one group at most."""

    id: str
    title: str
    diseases: tuple[str, ...]


@cache
def disease_groups() -> tuple[DiseaseGroup, ...]:
    """Every group, in the order of diseases.yaml; CartwatchError where a disease is unknown or in two groups."""
    entries = yaml_file("diseases.yaml")["disease_groups"]
    groups = tuple(DiseaseGroup(entry["id"], entry["title"], tuple(entry["diseases"])) for entry in entries)
    refuse_duplicates("diseases.yaml, disease_groups", [group.id for group in groups])
    listed = [disease for group in groups for disease in group.diseases]
    refuse_duplicates("diseases.yaml, the diseases of disease_groups", listed)
    if unknown := sorted(set(listed) - set(diseases())):
        raise CartwatchError(f"diseases.yaml: disease_groups name {', '.join(unknown)}; use the codes of its diseases")
    return groups


def groups_of(product: Product) -> tuple[DiseaseGroup, ...]:
    """The groups of which the product treats a disease."""
    return tuple(group for group in disease_groups() if set(group.diseases) & set(product.index_diseases))


def indications_of(group: DiseaseGroup) -> tuple[str, ...]:
    """Today's terms that as an indication name a disease of the group, upper case and sorted."""
    terms = [term for term in malignancy_terms() if term.kind != "benign" and term.disease in group.diseases]
    return tuple(sorted(term_key(term.pt) for term in terms))


def unknown_indications() -> tuple[str, ...]:
    """Today's terms that say no indication is known, upper case."""
    return tuple(term_key(pt) for pt in yaml_file("diseases.yaml")["unknown_indications"])
