"""Spelling does not change what a drug row names."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.vocabulary.naming import normalised
from pipeline.vocabulary.products import products, products_named, screen_pattern

SPELLINGS = [
    "kymriah",
    "tisagenlecleucel",
    "ctl-019",
    "yescarta (axicabtagene ciloleucel)",
    "kte-x19",
    "car-t cells",
    "chimeric antigen receptor t-cells",
    "cartia xt",
    "carteolol",
]
spellings = st.sampled_from(SPELLINGS)
blanks = st.text(alphabet=" \t", max_size=3)


@given(spellings, st.data())
def test_case_does_not_matter(spelling, data):
    upper = data.draw(st.lists(st.booleans(), min_size=len(spelling), max_size=len(spelling)))
    mixed = "".join(letter.upper() if up else letter for letter, up in zip(spelling, upper, strict=True))
    assert products_named(mixed) == products_named(spelling)


@given(spellings, blanks, blanks, st.sampled_from(["", ".", "..", " ."]))
def test_surrounding_blanks_and_trailing_dots_do_not_matter(spelling, before, after, dots):
    assert products_named(before + spelling + dots + after) == products_named(spelling)


@given(spellings, spellings, st.sampled_from(["/", " (", " OR ", " + ", ", "]))
def test_the_order_of_two_names_in_a_row_does_not_matter(one, other, between):
    assert products_named(one + between + other) == products_named(other + between + one)


@given(spellings, st.text(max_size=20))
def test_what_the_ingredients_name_is_never_lost(spelling, drugname):
    named = products_named(spelling) - {"unspecified_car_t"}
    assert named <= products_named(drugname, spelling)


@given(st.text(max_size=40))
def test_only_known_products_are_named_and_never_the_group_of_all(text):
    assert products_named(text) <= {product.id for product in products()} - {"any_car_t"}


@given(st.sampled_from([*SPELLINGS, "carbamazepine", "aspirin", "sprycel"]), st.text(max_size=10))
def test_text_outside_the_screen_names_nothing(spelling, more):
    import re

    text = f"{spelling} {more}"
    outside = re.search(screen_pattern(), normalised(text).replace(" ", "")) is None
    assert not (outside and products_named(text))
