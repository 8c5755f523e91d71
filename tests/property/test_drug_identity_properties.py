"""Order, threads and spelling never change what a drug name counts as, and nothing is ever invented."""

import sys
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))

from drugrows import identified, identities

INGREDIENTS = ["METFORMIN HYDROCHLORIDE", "METFORMIN", "LISINOPRIL", "SODIUM CHLORIDE", "VALSARTAN\\LISINOPRIL"]
NAMES = ["BRAND", "OTHER", "METFORMIN", "BRAND 10 MG", "BRAND/OTHER", "X (METFORMIN)", "LISINOPRIL OR OTHER", "A/B"]
some_rows = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), st.sampled_from(INGREDIENTS))), min_size=1, max_size=30
)
few = settings(max_examples=8, deadline=None)  # each identifies drugs anew twice; others are drawn in each run


def drawn(rows):
    return [{"drug_name": name, "active_ingredient": ingredient} for name, ingredient in rows]


@few
@given(some_rows, st.randoms(use_true_random=False), st.sampled_from([1, 2]))
def test_the_order_of_rows_their_quarters_and_the_threads_do_not_matter(rows, random, threads):
    again = [{**row, "quarter": random.choice(["2004Q1", "2024Q1"])} for row in drawn(rows)]
    random.shuffle(again)
    assert identities(again, threads) == identities(drawn(rows))


@few
@given(some_rows)
def test_repeating_every_row_never_turns_one_drug_into_another(rows):
    once, thrice = identities(drawn(rows)), identities(drawn(rows) * 3)
    for text, (how, drugs) in once.items():
        assert thrice[text][1] == drugs or "name" in {how, thrice[text][0]}


@few
@given(some_rows)
def test_no_drug_is_counted_that_no_row_published_or_named(rows):
    known = {"METFORMIN", "LISINOPRIL", "SODIUM CHLORIDE", "VALSARTAN"}
    for (name, _), (how, drugs) in identities(drawn(rows)).items():
        assert set(drugs) <= known if how != "name" else drugs == (name,)
        assert list(drugs) == sorted(set(drugs))


@few
@given(some_rows)
def test_a_learned_name_is_what_plain_counting_says(rows):
    bases = {"METFORMIN HYDROCHLORIDE": ("METFORMIN",), "VALSARTAN\\LISINOPRIL": ("LISINOPRIL", "VALSARTAN")}
    published = Counter((name, bases.get(item, (item,))) for name, item in rows if item)
    expected = {
        name: drugs
        for (name, drugs), n in published.items()
        if n >= 3 and n >= 0.8 * sum(k for (other, _), k in published.items() if other == name)
    }
    asked = [(name, None) for name in NAMES]
    found = identified(drawn([*rows, *asked])).rows("SELECT name_key, ingredients FROM learned_name")
    assert {name: tuple(drugs) for name, drugs in found} == expected


@few
@given(
    st.sampled_from(["METFORMIN HYDROCHLORIDE", "Sodium Chloride", "Brand"]),
    st.text(alphabet=" \t", max_size=3),
    st.text(alphabet=" .", max_size=4),
)
def test_letter_case_blanks_and_trailing_dots_do_not_matter(name, before, after):
    rows = drawn([("BRAND", "LISINOPRIL")] * 3 + [("Z", "METFORMIN"), ("Z", "SODIUM CHLORIDE")])
    spelled = before + name.swapcase().replace(" ", "  ") + after
    assert (
        identities([*rows, {"drug_name": spelled}])[spelled, None]
        == (identities([*rows, {"drug_name": name}])[name, None])
    )


@few
@given(st.lists(st.sampled_from(["METFORMIN", "SODIUM", "DISODIUM", "HYDRATE", "MONOHYDRATE", "ACETATE", "METHYL"])))
def test_a_base_is_the_beginning_of_its_ingredient_and_its_own_base(words):
    ingredient = " ".join(words) or "X"
    warehouse = identified([{"drug_name": "N", "active_ingredient": ingredient}])
    base = warehouse.rows("SELECT base FROM base_name WHERE name = $name", {"name": ingredient})[0][0]
    again = identified([{"drug_name": "N", "active_ingredient": base}])
    assert f"{ingredient} ".startswith(f"{base} ")
    assert base
    assert again.rows("SELECT base FROM base_name WHERE name = $name", {"name": base}) == [(base,)]
