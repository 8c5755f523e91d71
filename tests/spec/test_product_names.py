"""What a drug row names, as a table of answers. Short forms: see NAMES."""

import pytest

from pipeline.vocabulary.products import products_named

NAMES = {
    "tisa": "tisagenlecleucel",
    "axi": "axicabtagene ciloleucel",
    "brexu": "brexucabtagene autoleucel",
    "liso": "lisocabtagene maraleucel",
    "ide": "idecabtagene vicleucel",
    "cilta": "ciltacabtagene autoleucel",
    "obe": "obecabtagene autoleucel",
    "relma": "relmacabtagene autoleucel",
    "eque": "equecabtagene autoleucel",
    "inati": "inaticabtagene autoleucel",
    "zevor": "zevorcabtagene autoleucel",
    "some": "unspecified_car_t",
}

TABLE = """
drugname                                             | prod_ai                        | products
KYMRIAH                                              |                                | tisa
Kymriah (tisagenlecleucel)                           |                                | tisa
TISAGENLECLEUCEL.                                    |                                | tisa
tisagenlecleucel-T                                   |                                | tisa
TISAGENLECLEUCEL-T 1.2X10E8 CELLS                    |                                | tisa
CTL019                                               |                                | tisa
CTL-019                                              |                                | tisa
CTL 019                                              |                                | tisa
CAR-T CTL019                                         |                                | tisa
CTL019/KYMRIAH                                       |                                | tisa
tisa-cel                                             |                                | tisa
CART-19 NOVARTIS                                     |                                | tisa
NOVARTIS CART19 CELLS                                |                                | tisa
CART19                                               |                                | some
CART-19                                              |                                | some
huCART19                                             |                                | some
YESCARTA                                             | AXICABTAGENE CILOLEUCEL        | axi
axi-cel                                              |                                | axi
KTE-C19                                              |                                | axi
KTEC19                                               |                                | axi
TECARTUS                                             |                                | brexu
KTE-X19                                              |                                | brexu
BREXUCABTAGENE AUTOLEUCEL                            |                                | brexu
BREYANZI                                             |                                | liso
JCAR017                                              |                                | liso
JCAR 017 (LISOCABTAGENE MARALEUCEL)                  |                                | liso
ABECMA                                               |                                | ide
bb2121                                               |                                | ide
BB-2121                                              |                                | ide
CARVYKTI                                             |                                | cilta
LCAR-B38M                                            |                                | cilta
LCAR-B38M CAR-T CELLS                                |                                | cilta
JNJ-68284528                                         |                                | cilta
JNJ 68284528 (CILTACABTAGENE AUTOLEUCEL)             |                                | cilta
AUCATZYL                                             |                                | obe
obe-cel                                              |                                | obe
CARTEYVA                                             |                                | relma
relma-cel                                            |                                | relma
FUCASO                                               |                                | eque
CT103A                                               |                                | eque
inaticabtagene autoleucel                            |                                | inati
CNCT19                                               |                                | inati
zevorcabtagene autoleucel                            |                                | zevor
CT053                                                |                                | zevor
YESCARTA/KYMRIAH                                     |                                | axi tisa
YESCARTA OR TECARTUS                                 |                                | axi brexu
INVESTIGATIONAL PRODUCT                              | TISAGENLECLEUCEL               | tisa
INVESTIGATIONAL PRODUCT                              | TISAGENLECLEUCEL\\FLUDARABINE   | tisa
CAR-T CELLS                                          | AXICABTAGENE CILOLEUCEL        | axi
KYMRIAH                                              | AXICABTAGENE CILOLEUCEL        | axi tisa
CAR-T                                                |                                | some
CAR T                                                |                                | some
CAR-T CELL THERAPY                                   |                                | some
CAR TCELL                                            |                                | some
CART CELLS                                           |                                | some
ANTI-CD19 CAR-T                                      |                                | some
CD19 CAR                                             |                                | some
BCMA CART                                            |                                | some
CHIMERIC ANTIGEN RECEPTOR T-CELLS                    |                                | some
Chimaeric antigen receptor (CAR) T-cell              |                                | some
CAR-MODIFIED T CELLS                                 |                                | some
LYMPHOCYTES T CAR                                    |                                | some
T LYMPHOCYTES CAR                                    |                                | some
TALICABTAGENE AUTOLEUCEL                             |                                | some
BB21217                                              |                                | some
JCAR015                                              |                                | some
AUTOLOGOUS T CELLS                                   |                                | some
AUTOLOGOUS CD4+ AND CD8+ T CELLS                     |                                | some
AUTOLOGOUS T CELLS, TUMOR INFILTRATING LYMPHOCYTES   |                                |
AUTOLOGOUS EBV SPECIFIC T CELLS                      |                                |
AFAMITRESGENE AUTOLEUCEL, AUTOLOGOUS T CELLS         |                                |
AUTOLOGOUS STEM CELLS                                |                                |
CAR-NK CELLS                                         |                                |
CD19 CAR NK CELLS                                    |                                |
CHIMERIC ANTIGEN RECEPTOR NK CELLS                   |                                |
CARTIA XT                                            |                                |
CARTIA XT                                            | DILTIAZEM HYDROCHLORIDE        |
CARTEOLOL HYDROCHLORIDE                              |                                |
CARTICEL                                             |                                |
CART                                                 |                                |
VAPE CART                                            |                                |
CARBOPLATIN                                          |                                |
SPRYCEL                                              |                                |
T-LYMPHOCYTE IMMUNE GLOBULIN                         |                                |
                                                     |                                |
"""


def rows():
    for line in TABLE.strip("\n").splitlines()[1:]:
        drugname, prod_ai, names = (cell.strip() for cell in line.split("|"))
        yield drugname, prod_ai or None, frozenset(NAMES[name] for name in names.split())


@pytest.mark.parametrize(("drugname", "prod_ai", "answer"), list(rows()))
def test_a_drug_row_names(drugname, prod_ai, answer):
    assert products_named(drugname, prod_ai) == answer


def test_the_table_names_every_product():
    from pipeline.vocabulary.products import products

    answers = frozenset().union(*(answer for _, _, answer in rows()))
    assert answers == {product.id for product in products()} - {"any_car_t"}
