"""Which case has usable days from infusion to event, and the one reason why another has none."""

import datetime as dt

import pytest
from tables import rows_of, typed
from worlds import World

from pipeline.cases.onset import find_days, onset_rows
from pipeline.config import Settings
from pipeline.contract.quarter import end_of_quarter, quarter_number
from pipeline.errors import CartwatchError
from pipeline.intake.readings import quarter_end, read_date
from pipeline.lake.warehouse import Warehouse, model
from pipeline.vocabulary.onset import onset_rules

KYMRIAH, YESCARTA, ANY = "tisagenlecleucel", "axicabtagene ciloleucel", "any_car_t"
CRS = "Cytokine release syndrome"


def dated(stem, text, quarter):
    """A published date text as the typed tables hold it."""
    if not text or text == "-":
        return {}
    read = read_date(text, quarter_end(quarter))
    date = None if read.date is None else read.date.isoformat()
    told = {"date": date, "date_text": text, "date_precision": read.precision, "date_reason": read.reason}
    return {f"{stem}_{name}": value or "-" for name, value in told.items()}


def received(event):
    """Twenty days after an exact event, else nothing."""
    day = event.get("event_date", "-")
    return day if day == "-" else (dt.date.fromisoformat(day) + dt.timedelta(20)).isoformat()


def table_of(rows):
    """A drawn table with its head."""
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["quarter", "report_id"]
    return "\n".join(
        " | ".join(cells) for cells in [names, *([str(row.get(name, "-")) for name in names] for row in rows)]
    )


class Onset(World):
    """One case in each line. starts: NAME ROLE: text, text, joined by +; as_of is the data-lock point."""

    def __init__(self, folder, text, as_of="2024Q1"):
        self.lines = rows_of(text)
        versions, drugs, reactions, therapies = [], [], [], []
        for number, row in enumerate(self.lines, 1):
            quarter = row.get("quarter") or "2021Q2"
            head = {"quarter": quarter, "report_id": number * 10, "case_id": number}
            event = dated("event", row["event"], quarter)
            arrived = "-" if row.get("received") == "unknown" else row.get("received") or received(event)
            versions.append(head | {"initial_fda_date": arrived} | event)
            reactions += [head | {"pt": pt.strip()} for pt in (row.get("terms") or CRS).split("+")]
            for place, drug in enumerate((row.get("starts") or "KYMRIAH PS: 20210105").split("+"), 1):
                named, _, told = drug.partition(":")
                name, role = named.strip().rsplit(" ", 1)
                drugs.append(head | {"drug_name": name, "role_code": role, "drug_seq": place})
                starts = [start.strip() for start in told.split(",") if start.strip()]
                therapies += [head | {"drug_seq": place} | dated("start", start, quarter) for start in starts]
        outcomes = [
            {
                "quarter": row.get("quarter") or "2021Q2",
                "report_id": 10 * number,
                "case_id": number,
                "outcome_code": "DE",
            }
            for number, row in enumerate(self.lines, 1)
            if row.get("died") == "yes"
        ]
        core = {"report_version": versions, "case_drug": drugs, "case_reaction": reactions, "case_outcome": outcomes}
        super().__init__(folder, as_of=as_of, **{name: table_of(rows) for name, rows in core.items()})
        self.warehouse.register("case_therapy", typed("case_therapy", table_of(therapies), line=2))
        for name in ("exposed_case", "product_event_case"):
            self.warehouse.create(name, model(f"explain/kept_{name}"), {"as_of": as_of})
        self.as_of = as_of
        self.lag = find_days(self.warehouse, as_of, ("PS", "SS"))

    def days(self, product=KYMRIAH, endpoint="crs", case_set="all"):
        """Case number to its days where used, else to its reason."""
        rows = self.warehouse.rows(
            "SELECT case_id, days, reason FROM onset_case "
            "WHERE product = $product AND endpoint = $endpoint AND case_set = $case_set",
            {"product": product, "endpoint": endpoint, "case_set": case_set},
        )
        assert len({case for case, *_ in rows}) == len(rows)
        return {case: reason or str(days) for case, days, reason in rows}

    def answers(self, column="answer"):
        return {number: row[column] for number, row in enumerate(self.lines, 1) if row[column]}


REASONS = """
event    | starts                                             | quarter | answer                 | why
20210110 | KYMRIAH PS: 20210105                               | 2021Q2  | 5                      | both days are exact
20210105 | KYMRIAH PS: 20210105                               | 2021Q2  | 0                      | infusion is day 0
20210110 | KYMRIAH SS: 20210105                               | 2021Q2  | 5                      | a secondary suspect is a suspect
20230110 | KYMRIAH PS: 20180105                               | 2023Q2  | 1831                   | no day is cut off at one year
-        | KYMRIAH PS: 20210105                               | 2021Q2  | no_event_date          | nothing was published
-        | KYMRIAH PS                                         | 2021Q2  | no_event_date          | the event date is asked first
202101   | KYMRIAH PS: 20210105                               | 2021Q2  | partial_event_date     | known to the month
2021     | KYMRIAH PS                                         | 2021Q2  | partial_event_date     | known to the year
20210110 | KYMRIAH PS                                         | 2021Q2  | no_infusion_date       | no therapy row
20210110 | KYMRIAH C: 20210105 + KYMRIAH PS                   | 2021Q2  | no_infusion_date       | a concomitant entry is no exposure
20210110 | KYMRIAH PS + FLUDARABINE SS: 20210101              | 2021Q2  | no_infusion_date       | another drug's start is not the infusion
20210110 | KYMRIAH PS: 202101                                 | 2021Q2  | partial_infusion_date  | known to the month
20210110 | KYMRIAH PS: 20210105 + KYMRIAH SS: 20210105        | 2021Q2  | 5                      | the same start twice is one
20210110 | KYMRIAH PS: 20210105, 20200105                     | 2021Q2  | several_infusion_dates | two infusions
20210110 | KYMRIAH PS: 20210105, 202101                       | 2021Q2  | 5                      | the month holds the day
20210110 | KYMRIAH PS: 20210105, 202001                       | 2021Q2  | several_infusion_dates | another month is another infusion
20210801 | KYMRIAH PS: 20210720                               | 2021Q3  | padded                 | a first, published when months are padded
20210601 | KYMRIAH PS: 20210520                               | 2021Q2  | 12                     | a first, published before
20210802 | KYMRIAH PS: 20210801                               | 2021Q3  | 1                      | only event dates are padded
20210104 | KYMRIAH PS: 20210105                               | 2021Q2  | before_infusion        | the day before
20210801 | KYMRIAH PS: 20210802                               | 2021Q3  | padded                 | padding is asked before order
20210230 | KYMRIAH PS: 20210105                               | 2021Q2  | impossible             | no day of the calendar
20210110 | KYMRIAH PS: 20210230                               | 2021Q2  | impossible             | nor this
20990110 | KYMRIAH PS: 20210105                               | 2021Q2  | impossible             | after the quarter that published it
20070902 | KYMRIAH PS: 20070829                               | 2021Q2  | impossible             | more than ten years before approval
20070902 | KYMRIAH PS: 20070830                               | 2021Q2  | 3                      | ten years before: a trial may explain it
20240310 | KYMRIAH PS: 20240101                               | 2024Q1  | 69                     | near the end, but reported in time
20240320 | KYMRIAH PS: 20240101                               | 2024Q1  | no_receipt             | received after the data-lock point
20210110 | KYMRIAH PS: 20210105 + YESCARTA SS: 20210107       | 2021Q2  | 5                      | each product has its own infusion
"""


@pytest.fixture(scope="module")
def reasons(tmp_path_factory):
    return Onset(tmp_path_factory.mktemp("onset"), REASONS)


def test_each_case_is_used_or_has_one_reason(reasons):
    assert reasons.days() == reasons.answers()


def test_read_is_used_plus_left_out_in_every_set(reasons):
    rows = reasons.warehouse.rows(
        "SELECT case_set, sum(n)::BIGINT, count(*) FILTER (WHERE reason = 'used') FROM onset_exclusion "
        "WHERE product = $product AND endpoint = 'crs' GROUP BY case_set",
        {"product": KYMRIAH},
    )
    assert {row[0] for row in rows} == {item.id for item in onset_rules().sets}
    assert all(row[1:] == (len(reasons.lines), 1) for row in rows)


def test_reasons_stand_in_the_order_in_which_they_are_asked(reasons):
    said = reasons.warehouse.rows(
        "SELECT reason FROM onset_exclusion WHERE product = $product AND endpoint = 'crs' AND case_set = 'all' "
        "ORDER BY reason_number",
        {"product": KYMRIAH},
    )
    order = ["used", *onset_rules().reasons]
    assert [order.index(reason) for (reason,) in said] == sorted(order.index(reason) for (reason,) in said)
    assert set(reasons.answers().values()) - {reason for (reason,) in said} == {"5", "0", "1831", "12", "1", "3", "69"}


LAGS = """
event    | received   | starts               | quarter | all             | fixed_lag       | no_lag          | followed
20240105 | 2024-01-10 | KYMRIAH PS: 20240101 | 2024Q1  | 4               | 4               | 4               | 85
20240105 | 2024-01-05 | KYMRIAH PS: 20240101 | 2024Q1  | 4               | 4               | 4               | 90
20240105 | 2024-03-31 | KYMRIAH PS: 20240101 | 2024Q1  | 4               | 4               | 4               | 4
20240325 | 2024-03-26 | KYMRIAH PS: 20240301 | 2024Q1  | 24              | within_lag      | 24              | 29
20240105 | 2024-01-04 | KYMRIAH PS: 20240101 | 2024Q1  | no_receipt      | 4               | 4               | 91
20240105 | unknown    | KYMRIAH PS: 20240101 | 2024Q1  | no_receipt      | 4               | 4               | None
20240330 | 2024-04-01 | KYMRIAH PS: 20240301 | 2024Q1  | no_receipt      | within_lag      | 29              | 28
20240105 | 2024-01-04 | KYMRIAH PS: 20240106 | 2024Q1  | before_infusion | before_infusion | before_infusion | 86
"""


def test_each_case_has_its_own_lag_taken_off_its_follow_up(tmp_path):
    """Follow-up ends on the last day on which an event with this case's lag could have arrived: t + lag <= 31 March."""
    world = Onset(tmp_path, LAGS)
    for case_set in ("all", "fixed_lag", "no_lag"):
        assert world.days(case_set=case_set) == world.answers(case_set), case_set
    assert world.lag == 86
    followed = world.warehouse.rows(
        "SELECT case_id, follow_up_days FROM onset_case WHERE product = $product AND case_set = 'all'",
        {"product": KYMRIAH},
    )
    assert {case: str(days) for case, days in followed} == world.answers("followed")


def test_without_lag_the_newest_event_is_used(reasons):
    assert reasons.lag > 11
    assert reasons.days(case_set="no_lag")[28] == "79"
    assert reasons.days(case_set="fixed_lag")[28] == "within_lag"


def test_dropping_every_first_leaves_out_the_earlier_ones_too(reasons):
    changed = {
        case: told for case, told in reasons.days(case_set="firsts_dropped").items() if told != reasons.days()[case]
    }
    assert changed == {18: "padded"}


def test_a_lost_case_is_noticed(reasons):
    from pipeline.cases.onset import _check_sums

    reasons.warehouse.create("kept_exclusion", "SELECT * FROM onset_exclusion")
    reasons.warehouse.create("onset_exclusion", "SELECT * FROM kept_exclusion WHERE reason <> 'padded'")
    with pytest.raises(CartwatchError, match="Onset read"):
        _check_sums(reasons.warehouse)
    reasons.warehouse.create("onset_exclusion", "SELECT * FROM kept_exclusion")


OTHERS = """
terms                                            | crs            | icans          | infection      | infection_ex_covid | died
Cytokine release syndrome                        | 5              |                |                |                    | no
Cytokine release syndrome + Headache             | 5              |                |                |                    | no
Cytokine release syndrome + Neurotoxicity        | other_endpoint | other_endpoint |                |                    | no
Pneumonia                                        |                |                | 5              | 5                  | no
Pneumonia + Cytokine release syndrome            | other_endpoint |                | other_endpoint | other_endpoint     | no
Cytokine release syndrome                        | other_endpoint |                |                |                    | yes
"""


def test_a_case_has_one_date_so_the_sensitivity_keeps_those_with_one_endpoint(tmp_path):
    lines = [line.rstrip() for line in OTHERS.strip().splitlines()]
    text = "\n".join([f"{lines[0]} | event", *(f"{line} | 20210110" for line in lines[1:])])
    world = Onset(tmp_path, text)
    for endpoint in ("crs", "icans", "infection", "infection_ex_covid"):
        assert world.days(endpoint=endpoint, case_set="only_endpoint") == world.answers(endpoint), endpoint
        assert set(world.days(endpoint=endpoint).values()) == {"5"}


def test_no_onset_is_told_of_second_malignancies_nor_of_death(tmp_path):
    world = Onset(
        tmp_path,
        """
        event    | terms                     | died
        20210510 | T-cell lymphoma           | yes
        20210510 | Cytokine release syndrome | yes
        """,
    )
    assert world.days(endpoint="spm_tcell") == world.days(endpoint="spm_any") == {1: "unreviewed"}
    assert world.days(endpoint="death") == {1: "outcome", 2: "outcome"}
    hidden = world.warehouse.rows(
        "SELECT count(*) FROM onset_case WHERE endpoint IN ('spm_tcell', 'spm_any', 'death') "
        "AND (days IS NOT NULL OR follow_up_days IS NOT NULL)"
    )
    assert hidden == [(0,)]
    told = {row["endpoint"]: row["reason"] for row in onset_rows(world.warehouse, world.as_of, world.lag).to_pylist()}
    assert told["spm_tcell"] == "No onset is told: second malignancy nobody has reviewed."
    assert told["death"].startswith("No onset is told: an outcome")


def test_a_product_has_its_own_infusion_and_the_group_both(reasons):
    assert [reasons.days(product)[29] for product in (KYMRIAH, YESCARTA, ANY)] == ["5", "3", "several_infusion_dates"]
    assert reasons.days(ANY)[1] == "5"


@pytest.fixture
def warehouse():
    with Warehouse(Settings(threads=1)) as opened:
        yield opened


def test_the_lag_is_the_days_to_first_receipt_that_nine_in_ten_do_not_exceed(warehouse):
    """Days 10, 20 … 100; the others cannot be told, and no lag is below nothing."""
    warehouse.create(
        "onset_event",
        "SELECT DATE '2021-01-01' AS event_date, DATE '2021-01-01' + (10 * n)::INTEGER AS initial_receipt_date, "
        "false AS is_padded FROM range(1, 11) AS r (n) UNION ALL "
        "SELECT DATE '2021-01-01', DATE '2024-01-01', true UNION ALL SELECT DATE '2021-01-01', NULL, false UNION ALL "
        "SELECT NULL, DATE '2024-01-01', false UNION ALL SELECT DATE '2021-01-01', DATE '2020-01-01', false",
    )
    assert warehouse.rows(model("step/onset_lag"), {"lag_share": 0.9}) == [(90, 10)]
    warehouse.create("onset_event", "SELECT * FROM onset_event WHERE event_date IS NULL")
    assert warehouse.rows(model("step/onset_lag"), {"lag_share": 0.9}) == [(0, 0)]


def test_every_method_has_a_row_and_a_thin_set_says_why_not(warehouse):
    used = [{"case_set": "all", "case_id": n, "days": 4 + n, "follow_up_days": 1000} for n in range(14)]
    thin = [{"case_set": "fixed_lag", "case_id": n, "days": 4 + n, "follow_up_days": 1000 + n} for n in range(3)]
    thin.append({"case_set": "fixed_lag", "case_id": 3, "reason": "padded", "days": 9})
    cases = typed("onset_case", table_of(used + thin), as_of="2024Q1", product=KYMRIAH, endpoint="crs")
    warehouse.register("onset_case", cases)
    told = onset_rows(warehouse, "2024Q1", 30).to_pylist()
    found = {(row["case_set"], row["method"]): row for row in told}
    methods = ("naive", "right_truncated", "reverse_time")
    assert list(found) == [(case_set, method) for case_set in ("all", "fixed_lag") for method in methods]
    naive, reverse, refused = found["all", "naive"], found["all", "reverse_time"], found["fixed_lag", "right_truncated"]
    assert naive["is_told"]
    assert (naive["n_read"], naive["n_used"], naive["observed_median_days"], naive["lag_days"]) == (14, 14, 10.5, None)
    assert naive["shape_low"] < naive["shape"] < naive["shape_high"]
    assert (reverse["median_days"], reverse["longest_follow_up_days"]) == (10, 1000)
    assert reverse["median_days_low"] <= 10 <= reverse["median_days_high"]
    assert (refused["n_read"], refused["n_used"], refused["lag_days"], refused["longest_follow_up_days"]) == (
        4,
        3,
        30,
        1002,
    )
    assert naive["distance"] == pytest.approx(found["all", "right_truncated"]["distance"], abs=1e-6)
    assert 0 < naive["distance"] < 0.15
    assert reverse["least_followed"] == 7
    assert reverse["distance"] is None
    assert refused["reason"] == found["fixed_lag", "reverse_time"]["reason"]
    assert refused["reason"] == "Only 3 cases with usable days: 10 are needed."
    assert refused["shape"] is None


def test_a_median_that_a_few_late_cases_decide_is_refused_with_their_number(warehouse):
    """Thirty early events, and one of four cases followed for years comes late."""
    early = [{"case_set": "all", "case_id": n, "days": 2 + n % 9, "follow_up_days": 500} for n in range(30)]
    late = [
        {"case_set": "all", "case_id": 30 + n, "days": days, "follow_up_days": 2000}
        for n, days in enumerate((3, 928, 929, 930))
    ]
    cases = typed("onset_case", table_of(early + late), as_of="2024Q1", product=KYMRIAH, endpoint="crs")
    warehouse.register("onset_case", cases)
    (row,) = [row for row in onset_rows(warehouse, "2024Q1", 30).to_pylist() if row["method"] == "reverse_time"]
    assert row["reason"] == "The median rests on 2 cases that could have been seen on a late day: 5 are needed."
    assert (row["is_told"], row["median_days"], row["least_followed"]) == (False, None, 2)


def test_the_last_day_of_a_quarter():
    assert [end_of_quarter(quarter_number(f"2024Q{n}")).isoformat()[5:] for n in (1, 2, 3, 4)] == [
        "03-31",
        "06-30",
        "09-30",
        "12-31",
    ]


def test_the_typed_tables_and_the_rules_say_the_same_of_padding():
    assert f"p.quarter >= '{onset_rules().padded_since}'" in model("core/report_version")
