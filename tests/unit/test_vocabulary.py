"""The vocabulary's loader: what it hands out, and which mistakes in its files it refuses."""

import shutil

import pytest

from pipeline.errors import CartwatchError, UsageError
from pipeline.vocabulary import (
    choices,
    comparators,
    countries,
    diseasegroups,
    endpoints,
    files,
    formernames,
    infections,
    malignancies,
    products,
    tables,
)

MODULES = (
    choices,
    comparators,
    countries,
    diseasegroups,
    endpoints,
    files,
    formernames,
    infections,
    malignancies,
    products,
    tables,
)


def forget_everything():
    for module in MODULES:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.fixture
def own_copy(tmp_path, monkeypatch):
    """A copy of the data files that a test may spoil."""
    for path in files.data_files():
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    forget_everything()
    yield tmp_path
    forget_everything()


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_line(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def terms(endpoint_id, scope="narrow"):
    return {files.term_key(pt) for pt in endpoints.endpoint(endpoint_id).terms(scope)}


def test_every_data_file_states_its_source_and_date():
    for path in files.data_files():
        head = path.read_text(encoding="utf-8")[:1500].lower()
        assert "source:" in head, path.name
        assert "2026-" in head, path.name


def test_every_endpoint_of_the_design_is_there():
    expected = (
        "crs icans cerebral_oedema aki infection infection_ex_covid cytopenia b_cell_aplasia hlh_iechs tls spm_tcell "
        "spm_myeloid spm_any late_neuro hypotension fever hypoxia cardiac death"
    )
    assert [endpoint.id for endpoint in endpoints.endpoints()] == expected.split()


def test_no_term_of_the_design_is_lost(shared):
    import yaml

    design = yaml.safe_load((shared / "design" / "endpoints.yaml").read_text(encoding="utf-8"))["endpoints"]
    for endpoint_id, entry in design.items():
        for scope in ("narrow", "broad"):
            asked = {formernames.current_term(pt) for pt in entry.get(scope, [])}
            assert asked <= terms(endpoint_id, scope), (endpoint_id, scope)
    assert {files.term_key(pt) for pt in design["infection"]["key"]} <= terms("infection")


def test_every_term_beyond_the_design_says_why_it_was_added(shared):
    import yaml

    design = yaml.safe_load((shared / "design" / "endpoints.yaml").read_text(encoding="utf-8"))["endpoints"]
    for entry in files.yaml_file("endpoints.yaml")["endpoints"]:
        asked = design.get(entry["id"], {})
        ours = set(entry.get("narrow", [])) | set(entry.get("broad", []))
        theirs = set(asked.get("narrow", [])) | set(asked.get("broad", []))
        assert ours - theirs == set(entry.get("added", {})), entry["id"]


def test_the_term_of_icans_is_known_to_be_young():
    known = dict(endpoints.endpoint("icans").valid_from)
    assert known["Immune effector cell-associated neurotoxicity syndrome"].year == 2020
    assert set(known) <= set(endpoints.endpoint("icans").narrow)


def test_the_five_events_of_the_approval_are_marked():
    marked = {endpoint.id for endpoint in endpoints.endpoints() if endpoint.is_approval}
    assert marked == {"crs", "icans", "infection", "aki", "cerebral_oedema"}


def test_second_malignancies_are_labelled_unadjudicated_and_follow_the_index_rule():
    for endpoint in endpoints.endpoints():
        is_second = endpoint.id.startswith("spm_")
        assert (endpoint.label == "unadjudicated") is is_second
        assert endpoint.has_index_rule is is_second


def test_designated_events_are_t_cell_malignancy_and_cerebral_oedema():
    assert {e.id for e in endpoints.endpoints() if e.is_designated} == {"spm_tcell", "cerebral_oedema"}


def test_febrile_neutropenia_is_a_cytopenia_and_no_infection():
    assert "FEBRILE NEUTROPENIA" in terms("cytopenia")
    assert "FEBRILE NEUTROPENIA" not in terms("infection", "broad")


def test_progressive_multifocal_leukoencephalopathy_is_in_two_endpoints():
    for endpoint_id in ("infection", "late_neuro"):
        assert "PROGRESSIVE MULTIFOCAL LEUKOENCEPHALOPATHY" in terms(endpoint_id)


def test_infections_without_covid_are_the_infections_less_covid():
    covid = {files.term_key(term.pt) for term in infections.infection_terms() if term.is_covid}
    assert {"COVID-19", "COVID-19 PNEUMONIA"} <= covid
    assert terms("infection") - terms("infection_ex_covid") == covid
    assert terms("infection_ex_covid") < terms("infection")


def test_progression_of_a_known_disease_is_no_second_malignancy_term():
    assert not terms("spm_any", "broad") & {"NEOPLASM PROGRESSION", "DISEASE PROGRESSION", "LEUKAEMIA RECURRENT"}


def test_non_melanoma_skin_cancer_is_counted_in_the_broad_scope_only():
    assert "BASAL CELL CARCINOMA" not in terms("spm_any")
    assert "BASAL CELL CARCINOMA" in terms("spm_any", "broad")
    assert "MALIGNANT MELANOMA" in terms("spm_any")


def test_special_second_malignancies_are_second_malignancies():
    for endpoint_id in ("spm_tcell", "spm_myeloid"):
        assert terms(endpoint_id) <= terms("spm_any")


def test_benign_growths_are_no_second_malignancies():
    assert not terms("spm_any", "broad") & {"MENINGIOMA", "LIPOMA", "HAEMANGIOMA", "TUMOUR LYSIS SYNDROME"}


def test_death_is_also_an_outcome_code():
    assert endpoints.endpoint("death").outcome_codes == ("DE",)


def test_windows_run_forwards():
    for endpoint in endpoints.endpoints():
        assert endpoint.windows
        assert all(0 <= first < last for first, last in endpoint.windows)


def test_endpoint_terms_list_both_scopes_and_broad_contains_narrow():
    rows = tables.vocabulary_tables()["vocabulary_endpoint_term"].to_pylist()
    by_scope = {(e.id, scope): set() for e in endpoints.endpoints() for scope in ("narrow", "broad")}
    for row in rows:
        assert row["pt"] == files.term_key(row["pt"])
        by_scope[row["endpoint"], row["scope"]].add(row["pt"])
    assert len(rows) == sum(map(len, by_scope.values()))
    for endpoint in endpoints.endpoints():
        assert by_scope[endpoint.id, "narrow"]
        assert by_scope[endpoint.id, "narrow"] <= by_scope[endpoint.id, "broad"]


def test_every_table_has_rows_and_no_row_twice():
    for name, table in tables.vocabulary_tables().items():
        rows = [tuple(row.values()) for row in table.to_pylist()]
        assert rows, name
        assert len(rows) == len(set(rows)), name


def test_no_term_of_the_index_rules_table_is_counted():
    states = tables.vocabulary_tables()["vocabulary_index_rule"].column("state").to_pylist()
    assert set(states) == {"index", "indeterminate"}


def test_products_come_with_the_day_of_their_first_approval():
    days = {product.id: product.approval_date.isoformat() for product in products.products() if product.region == "US"}
    assert days["tisagenlecleucel"] == "2017-08-30"
    assert days["obecabtagene autoleucel"] == "2024-11-08"
    assert days["any_car_t"] == min(days.values())


def test_a_date_nobody_read_is_not_called_verified():
    assert not products.product("relmacabtagene autoleucel").verified
    assert products.product("tisagenlecleucel").verified


def test_any_car_t_has_every_other_product_as_member_and_not_itself():
    others = {product.id for product in products.products()} - {"any_car_t"}
    assert set(products.members("any_car_t")) == others
    assert products.members("tisagenlecleucel") == ("tisagenlecleucel",)


def test_index_diseases_of_products_are_known_codes():
    for product in products.products():
        assert product.index_diseases
        assert set(product.index_diseases) <= set(malignancies.diseases())


def test_only_primary_and_secondary_suspects_are_exposure_by_default():
    assert choices.suspect_roles() == ("PS", "SS")
    assert {role.code for role in choices.roles()} == {"PS", "SS", "C", "I", "DN"}


def test_comparators_say_what_they_leave_out():
    flags = {
        known.id: {name for name in comparators.DEFINING if getattr(known.base, name)}
        for known in comparators.base_comparators()
    }
    assert flags == {
        "all": {"has_prior"},
        "non_car_t": {"excludes_car_t", "since_approval", "has_prior"},
        "haem_onc": {"needs_indication", "excludes_car_t", "has_prior"},
        "haem_onc_without_imids": {"needs_indication", "excludes_car_t", "excludes_solicited", "has_prior"},
        "car_t": {"needs_same_target"},
    }
    assert "initial receipt" in choices.comparator("non_car_t").definition


def test_every_base_is_crossed_with_every_age():
    bases = [known.id for known in comparators.base_comparators()]
    crossed = {f"{base}_{band}" for base in bases for band in ("adults", "children")}
    assert [known.id for known in comparators.comparators()][: len(bases)] == bases
    assert {known.id for known in comparators.comparators()} == {*bases, *crossed}
    assert len(comparators.comparators()) == 15
    assert not any(known.has_prior or known.has_every_term for known in comparators.comparators() if known.age_band)


@pytest.mark.parametrize(
    ("product", "groups"),
    [
        ("tisagenlecleucel", "b_all lbcl_fl"),
        ("axicabtagene ciloleucel", "lbcl_fl"),
        ("brexucabtagene autoleucel", "b_all mcl"),
        ("lisocabtagene maraleucel", "lbcl_fl mcl cll"),
        ("idecabtagene vicleucel", "myeloma"),
        ("ciltacabtagene autoleucel", "myeloma"),
        ("obecabtagene autoleucel", "b_all"),
        ("any_car_t", "b_all lbcl_fl mcl cll myeloma"),
    ],
)
def test_a_product_has_the_groups_of_its_diseases(product, groups):
    assert [group.id for group in diseasegroups.groups_of(products.product(product))] == groups.split()


def test_no_product_is_compared_within_a_disease_that_it_does_not_treat():
    for product in products.products():
        treated = {disease for group in diseasegroups.groups_of(product) for disease in group.diseases}
        assert treated == set(product.index_diseases), product.id


def test_products_against_one_antigen_know_each_other():
    assert {product.antigen for product in products.products()} == {"CD19", "BCMA", None}
    assert "axicabtagene ciloleucel" in products.same_target("tisagenlecleucel")
    assert "idecabtagene vicleucel" not in products.same_target("tisagenlecleucel")
    assert products.same_target("any_car_t") == ()
    for product in products.products():
        assert all(product.id in products.same_target(other) for other in products.same_target(product.id))


def versions_read_anew():
    """Version of each comparator, by its name."""
    forget_everything()
    return {known.id: known.version for known in comparators.comparators()}


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("comparators.yaml", "Every other counted case", "Each counted case", ""),
        ("comparators.yaml", "adult_years: 18", "adult_years: 16", "all_adults all_children car_t_adults"),
        ("comparators.yaml", "REVLIMID", "REVLIMIDE", "haem_onc_without_imids"),
        ("diseases.yaml", "diseases: [mcl]}", "diseases: [mcl, b_cell_other]}", "haem_onc haem_onc_without_imids"),
        ("diseases.yaml", "unknown_indications: [", "unknown_indications: [Ill-defined disorder, ", "haem_onc"),
        ("malignancies.csv", "Follicular lymphoma,fl,", "Follicular lymphoma,lbcl,", ""),
        ("malignancies.csv", "Follicular lymphoma,fl,", "Follicular lymphoma,mcl,", "haem_onc"),
        ("products.yaml", "antigen: BCMA", "antigen: CD19", "car_t car_t_adults"),
        ("products.yaml", "index_diseases: [mcl, b_all]", "index_diseases: [mcl]", "haem_onc"),
        ("products.yaml", "date: 2017-08-30, region", "date: 2017-08-31, region", "non_car_t"),
    ],
)
def test_a_version_changes_with_what_is_compared_and_with_nothing_else(own_copy, file, old, new, changed):
    before = versions_read_anew()
    replace(own_copy / file, old, new)
    after = versions_read_anew()
    assert after.keys() == before.keys()
    now = {name for name in before if after[name] != before[name]}
    assert set(changed.split()) <= now
    assert changed or not now
    of_base = {name.removesuffix("_adults").removesuffix("_children") for name in now}
    assert not of_base or "adult_years" in old or of_base <= {*changed.split(), "haem_onc_without_imids"}


def test_versions_are_all_different():
    versions = {known.version for known in comparators.comparators()}
    assert len(versions) == 15
    assert all(len(version) == 12 for version in versions)


def test_a_disease_in_two_groups_is_refused(own_copy):
    replace(own_copy / "diseases.yaml", "diseases: [mcl]}", "diseases: [mcl, fl]}")
    with pytest.raises(CartwatchError, match="FL"):
        diseasegroups.disease_groups()


def test_a_group_of_an_unknown_disease_is_refused(own_copy):
    replace(own_copy / "diseases.yaml", "diseases: [mcl]}", "diseases: [spleen]}")
    with pytest.raises(CartwatchError, match="spleen"):
        diseasegroups.disease_groups()


def test_a_comparator_with_an_unknown_flag_is_refused(own_copy):
    replace(own_copy / "comparators.yaml", "needs_same_target: true", "needs_same_traget: true")
    with pytest.raises(CartwatchError, match="needs_same_traget"):
        comparators.comparators()


def test_a_comparator_given_twice_is_refused(own_copy):
    replace(own_copy / "comparators.yaml", "- id: car_t", "- id: all")
    with pytest.raises(CartwatchError, match="ALL"):
        comparators.comparators()


def test_the_calendar_runs_forwards_and_begins_with_the_approval():
    days = [event.date for event in choices.calendar()]
    assert days == sorted(days)
    assert choices.calendar()[0].title == "US approval of tisagenlecleucel"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("us", "US"),
        ("JAPAN", "JP"),
        ("United States", "US"),
        ("KOREA, REPUBLIC OF", "KR"),
        ("RUSSIAN FEDERATION", "RU"),
        ("VIET NAM", "VN"),
        ("Great Britain", "GB"),
        (" FRANCE ", "FR"),
        ("COUNTRY NOT SPECIFIED", None),
        ("EU", None),
        ("ATLANTIS", None),
        ("ZZ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_country_is_read(text, code):
    assert countries.country_code(text) == code


def test_there_are_249_countries_and_each_code_passes_through():
    codes = {country.code for country in countries.country_names() if country.code}
    assert len(codes) == 249
    assert all(countries.country_code(code) == code for code in codes)


@pytest.mark.parametrize(
    ("printed", "today"),
    [
        ("RENAL FAILURE ACUTE", "ACUTE KIDNEY INJURY"),
        ("Histiocytosis haematophagic", "HAEMOPHAGOCYTIC LYMPHOHISTIOCYTOSIS"),
        (" convulsion ", "SEIZURE"),
        ("Bell^s palsy", "BELL'S PALSY"),
        ("Cytokine  release syndrome", "CYTOKINE RELEASE SYNDROME"),
    ],
)
def test_a_former_name_becomes_todays(printed, today):
    assert formernames.current_term(printed) == today


@pytest.mark.parametrize(
    ("look_up", "known"),
    [
        (products.product, "tisagenlecleucel"),
        (endpoints.endpoint, "cerebral_oedema"),
        (choices.role, "PS"),
        (choices.comparator, "non_car_t"),
    ],
)
def test_an_unknown_id_is_refused_and_the_known_ones_named(look_up, known):
    with pytest.raises(UsageError, match=known):
        look_up("kymriah-ish")
    assert look_up(known)


def test_the_version_follows_the_content(own_copy):
    before = files.vocabulary_version()
    assert len(before) == 12
    files.vocabulary_version.cache_clear()
    assert files.vocabulary_version() == before
    add_line(own_copy / "roles.yaml", "# one more word")
    files.vocabulary_version.cache_clear()
    assert files.vocabulary_version() != before


def test_the_same_term_in_two_spellings_is_refused(own_copy):
    add_line(own_copy / "infections.csv", "SEPSIS,true,false,again")
    with pytest.raises(CartwatchError, match="SEPSIS"):
        infections.infection_terms()


def test_an_answer_that_is_neither_true_nor_false_is_refused(own_copy):
    add_line(own_copy / "infections.csv", "Made up,perhaps,false,who knows")
    with pytest.raises(CartwatchError, match="perhaps"):
        infections.infection_terms()


def test_covid_that_is_no_infection_is_refused(own_copy):
    add_line(own_copy / "infections.csv", "Made up,false,true,contradiction")
    with pytest.raises(CartwatchError, match="Made up"):
        infections.infection_terms()


def test_a_term_without_a_reason_is_refused(own_copy):
    add_line(own_copy / "infections.csv", "Made up,false,false,")
    with pytest.raises(CartwatchError, match="Made up"):
        infections.infection_terms()


def test_a_row_with_too_many_fields_is_refused(own_copy):
    add_line(own_copy / "infections.csv", "Made up,false,false,one, two")
    with pytest.raises(CartwatchError, match="number of fields"):
        infections.infection_terms()


def test_an_unknown_disease_is_refused(own_copy):
    add_line(own_copy / "malignancies.csv", "Made up,spleen,malignant,why not")
    with pytest.raises(CartwatchError, match="spleen"):
        malignancies.malignancy_terms()


def test_a_term_listed_twice_in_a_scope_is_refused(own_copy):
    replace(own_copy / "endpoints.yaml", "narrow: [Tumour lysis", "narrow: [TUMOUR LYSIS SYNDROME, Tumour lysis")
    with pytest.raises(CartwatchError, match="TUMOUR LYSIS SYNDROME"):
        endpoints.endpoints()


def test_broad_that_repeats_narrow_is_refused(own_copy):
    replace(own_copy / "endpoints.yaml", "broad: [Capillary", "broad: [cytokine STORM, Capillary")
    with pytest.raises(CartwatchError, match=r"crs.*CYTOKINE STORM"):
        endpoints.endpoints()


def test_an_endpoint_given_twice_is_refused(own_copy):
    replace(own_copy / "endpoints.yaml", "- id: tls", "- id: crs")
    with pytest.raises(CartwatchError, match="CRS"):
        endpoints.endpoints()


def test_a_list_that_does_not_exist_is_refused(own_copy):
    replace(own_copy / "endpoints.yaml", "{list: infections}", "{list: injuries}")
    with pytest.raises(CartwatchError, match="injuries"):
        endpoints.endpoints()


def test_a_former_name_that_is_current_is_refused(own_copy):
    add_line(own_copy / "former_names.csv", "Acute kidney injury,Renal failure,guess")
    with pytest.raises(CartwatchError, match="ACUTE KIDNEY INJURY"):
        formernames.former_names()


def test_an_endpoint_that_lists_a_former_name_is_refused(own_copy):
    replace(
        own_copy / "endpoints.yaml",
        "narrow: [Acute kidney injury,",
        "narrow: [Renal failure acute, Acute kidney injury,",
    )
    with pytest.raises(CartwatchError, match="RENAL FAILURE ACUTE"):
        tables.vocabulary_tables()


def test_a_spelling_of_two_products_is_refused(own_copy):
    replace(own_copy / "products.yaml", "names: [yescarta,", "names: [kymriah, yescarta,")
    with pytest.raises(CartwatchError, match="kymriah"):
        products.products_named("anything")


def test_a_spelling_that_cannot_be_read_is_refused(own_copy):
    replace(own_copy / "products.yaml", "names: [yescarta,", 'names: ["yes(carta", yescarta,')
    with pytest.raises(CartwatchError, match="cannot read the spelling"):
        products.products_named("anything")


def test_a_country_without_code_and_reason_is_refused(own_copy):
    add_line(own_copy / "countries.csv", "ATLANTIS,,")
    with pytest.raises(CartwatchError, match="ATLANTIS"):
        countries.country_names()
