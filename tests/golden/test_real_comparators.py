"""Cells against other CAR-Ts on FDA's own quarter, beside a count in plain Python straight from the archive's lines."""

import functools
import operator
import zipfile
from collections import defaultdict

import pytest

from pipeline.cases.counts import count_exposures_and_events, product_cells, register_vocabulary
from pipeline.cases.leftout import cases_left_out
from pipeline.cases.resolution import resolve
from pipeline.config import Settings
from pipeline.contract.tables import table as declared
from pipeline.lake.delta import Lake
from pipeline.lake.snapshot import CORE
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.products import products, products_named, same_target

pytestmark = pytest.mark.slow
ARCHIVE, QUARTER = "faers_ascii_2022q3.zip", "2022Q3"
TERMS = ("Cytokine release syndrome", "Neurotoxicity", "Pyrexia", "Death", "Hypotension", "Febrile neutropenia")
EVENTS = frozenset(term.upper() for term in TERMS)


@pytest.fixture(scope="module")
def world(real_lake, tmp_path_factory):
    """The quarter alone counted by the pipeline, duplicates kept, so that a count in plain Python can be compared."""
    lake = Lake(real_lake[0])
    with Warehouse(Settings(lake=str(lake.root))) as warehouse:
        for name in CORE:
            warehouse.show_files(declared(name), lake.files(name, {"quarter": QUARTER}))
        register_vocabulary(warehouse)
        resolve(warehouse, QUARTER, tmp_path_factory.mktemp("comparators"))
        count_exposures_and_events(warehouse, ("PS", "SS"), with_duplicates=True)
        yield warehouse


@pytest.fixture(scope="module")
def by_hand(shared):
    """For each case of the latest version: suspect products, products named but not refused, where any; and terms."""
    with zipfile.ZipFile(shared / "data" / "faers" / ARCHIVE) as archive:
        demo, drug, reac = (
            fields(archive, name, *columns)
            for name, columns in (
                ("DEMO", ("caseid", "caseversion", "primaryid")),
                ("DRUG", ("primaryid", "role_cod", "drugname", "prod_ai")),
                ("REAC", ("primaryid", "pt")),
            )
        )
        latest = {}
        for case, version, primaryid in demo:
            latest[case] = max(latest.get(case, (0, 0)), (int(version), int(primaryid)))
        report = {str(primaryid): case for case, (_, primaryid) in latest.items()}
        suspect, named, terms = defaultdict(set), defaultdict(set), defaultdict(set)
        products_of = functools.cache(products_named)  # a text names what it names wherever it stands
        for primaryid, role, name, ingredient in drug:
            if (
                primaryid in report
                and role != "DN"
                and (found := products_of(name, ingredient) - {"unspecified_car_t"})
            ):
                named[report[primaryid]] |= found
                if role in {"PS", "SS"}:
                    suspect[report[primaryid]] |= found
        for primaryid, pt in reac:
            if primaryid in report and pt.strip().upper() in EVENTS:
                terms[report[primaryid]].add(pt.strip().upper())
    return suspect, named, terms


def fields(archive, name, *columns):
    """These columns of each line of a table."""
    member = next(item for item in archive.namelist() if item.upper().rpartition("/")[2].startswith(name))
    head, *body = archive.read(member).decode("utf-8", "replace").splitlines()
    chosen = operator.itemgetter(*map(head.lower().split("$").index, columns))
    return (chosen(line.split("$")) for line in body if line)


def sides(by_hand, asked):
    suspect, named, _ = by_hand
    product = {case for case, found in suspect.items() if asked in found}
    other = {case for case, found in suspect.items() if found & set(same_target(asked))} - product
    two = {case for case, found in named.items() if len(found) > 1}
    return product, other, two


@pytest.mark.parametrize("asked", [item.id for item in products() if item.antigen])
def test_cells_against_other_car_ts_are_those_counted_by_hand(world, by_hand, asked):
    product, other, two = sides(by_hand, asked)
    cells = product_cells(world, [asked], ["car_t"]).to_pylist()
    found = {row["event"]: tuple(row[name] for name in "abcd") for row in cells if row["event_kind"] == "pt"}
    for term in TERMS:
        having = {case for case, terms in by_hand[2].items() if term.upper() in terms}
        if not product & having:
            assert term not in found
            continue
        first, second = product - two, other - two
        expected = (len(first & having), len(first - having), len(second & having), len(second - having))
        assert found[term] == expected, term


def test_reports_with_two_car_ts_are_those_counted_by_hand(world, by_hand):
    left = cases_left_out(world)
    for asked in [item.id for item in products() if item.antigen]:
        product, other, two = sides(by_hand, asked)
        told = left.get((asked, "car_t"))
        counted = (told.of_product.get("two CAR-Ts", 0), told.of_comparator.get("two CAR-Ts", 0)) if told else (0, 0)
        assert counted == (len(product & two), len(other & two)), asked
