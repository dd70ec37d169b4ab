"""Finding records by words and by facets that count what they would leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.record_search import (
    NONE,
    Filters,
    arrange,
    build_index,
    find_records,
    judgement_facets,
    label_distance,
    model_distance,
    place_in_time,
    step,
)

TABLE = pd.DataFrame(
    {
        "title": [f"PTB-XL {k}" for k in (1, 2, 3, 4, 12)],
        "labels": [("NORM",), ("MI", "CD"), ("MI",), (), ("STTC", "HYP")],
        "subclasses": [("NORM",), ("AMI", "CLBBB"), ("IMI",), (), ("STTC", "LVH")],
        "statements": [
            ("NORM", "SR"),
            ("ASMI", "CLBBB", "SR"),
            ("IMI", "AFIB"),
            ("SR",),
            ("NDT", "LVH", "SR"),
        ],
        "fold": pd.array([1, 1, 9, 10, 10], "Int64"),
        "sex": ["female", "male", "male", "female", None],
        "age": pd.array([40, 60, 80, None, 55], "Float64"),
        "patient": pd.array([7, 7, 8, 3, 9], "Int64"),
        "report": [
            "sinusrhythmus",
            "Vorderwandinfarkt, Linksschenkelblock",
            "vorhofflimmern",
            "",
            "alter Infarkt",
        ],
        "device": ["CS-12", "CS-12", "AT-6", "", "AT-6"],
    },
    index=pd.Index([1, 2, 3, 4, 12], name="ecg_id"),
)
INDEX = build_index(TABLE)


def found(**asked) -> list[int]:
    """ecg_ids that fit: found(text="infarkt", sex=("male",))."""
    filters = Filters(asked.pop("text", ""), asked.pop("ages", None), asked)
    return TABLE.index[find_records(INDEX, filters).mask].tolist()


def test_without_filters_every_record_fits():
    assert found() == [1, 2, 3, 4, 12]
    assert not Filters()


@pytest.mark.parametrize(
    ("text", "ecg_ids"),
    [
        ("12", [12]),
        ("7", [1, 2]),  # a patient
        ("infarkt", [2, 12]),
        ("INFARKT vorder", [2]),
        ("infarkt -vorder", [12]),
        ('"alter infarkt"', [12]),
        ('"infarkt alter"', []),
        ("atrial fibrillation", [3]),
        ("afib", [3]),
        ("a(b[", []),
    ],
)
def test_search_by_number_and_by_words(text: str, ecg_ids: list[int]):
    assert found(text=text) == ecg_ids


def test_a_record_must_carry_every_superclass_chosen():
    assert found(superclass=("MI",)) == [2, 3]
    assert found(superclass=("MI", "CD")) == [2]


def test_records_without_a_superclass_can_be_chosen():
    assert found(superclass=(NONE,)) == [4]


def test_one_of_several_folds_is_enough():
    assert found(fold=(9, 10)) == [3, 4, 12]


def test_statements_subclasses_rhythms_and_devices_are_facets_of_their_own():
    assert found(statement=("LVH",)) == [12]
    assert found(subclass=("IMI",)) == [3]
    assert found(rhythm=("AFIB",)) == [3]
    assert found(device=("unknown",)) == [4]


def test_all_71_statements_can_be_chosen():
    assert len(INDEX.facets["statement"].values) == 71


def test_unknown_age_fits_no_range_of_ages():
    assert found(ages=(0, 100)) == [1, 2, 3, 12]
    assert found(ages=(55, 60)) == [2, 12]


def test_a_value_that_no_longer_exists_fits_nothing():
    assert found(fold=(11,)) == []


def test_a_source_with_little_to_tell_has_few_facets():
    plain = TABLE[["title", "labels", "fold", "sex", "age", "patient", "report"]].assign(
        fold=pd.array([None] * 5, "Int64")
    )
    assert set(build_index(plain).facets) == {"superclass", "sex"}


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(facet.values), unique=True, max_size=2).map(tuple)
        for name, facet in INDEX.facets.items()
    },
)


@given(CHOICES, st.sampled_from(["", "infarkt", "7"]), st.data())
def test_a_count_is_what_choosing_the_value_leaves(chosen: dict, text: str, data):
    name = data.draw(st.sampled_from(sorted(INDEX.facets)))
    facet = INDEX.facets[name]
    value = data.draw(st.sampled_from(facet.values))
    count = find_records(INDEX, Filters(text, None, chosen)).counts[name][value]
    already = tuple(v for v in chosen.get(name, ()) if v != value) if facet.every else ()
    assert count == find_records(INDEX, Filters(text, None, {**chosen, name: (*already, value)})).mask.sum()


def test_the_same_filters_have_the_same_key():
    assert (
        Filters("Infarkt ", None, {"sex": ("male",), "fold": ()}).key
        == Filters("infarkt", chosen={"sex": ("male",)}).key
    )


def test_records_are_arranged_by_a_value_with_unknown_ones_last():
    everyone = np.ones(5, bool)
    assert TABLE.index[arrange(everyone, INDEX.orders["age"])].tolist() == [1, 12, 2, 3, 4]
    assert TABLE.index[arrange(everyone, INDEX.orders["age"], descending=True)].tolist() == [3, 2, 12, 1, 4]
    assert arrange(everyone, descending=True).tolist() == [4, 3, 2, 1, 0]


def test_leafing_goes_along_the_list_and_ends_with_it():
    rows = np.array([4, 0, 2])
    assert step(rows, 4, by=1) == 0
    assert step(rows, 0, by=-1) == 4
    assert step(rows, 2, by=1) is None


def test_leafing_from_a_record_outside_the_list_enters_it():
    rows = np.array([0, 2, 4])
    assert step(rows, 1, by=1) == 2
    assert step(rows, 3, by=-1) == 2
    assert step(rows, None, by=1) == 0
    assert step(rows[:0], 1, by=1) is None


# What stored predictions add: three records, the last one not computed; two models, the second one the default.
TRUTH = np.array([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]], bool)
CALLS = np.zeros((3, 2, 5), bool)
CALLS[0, :, 0] = True
CALLS[1, 0, 1] = CALLS[1, 1, 2] = True
COMPUTED = np.array([True, True, False])
JUDGED = {f.name: f for f in judgement_facets(CALLS, COMPUTED, truth=TRUTH, default=1, fusions=[1])}


def test_a_model_that_calls_another_class_misses_one_and_adds_one():
    assert JUDGED["verdict"].mask(("agrees",)).tolist() == [True, False, False]
    for verdict in ("disagrees", "misses", "adds"):
        assert JUDGED["verdict"].mask((verdict,)).tolist() == [False, True, False]


def test_models_that_call_different_classes_differ():
    assert JUDGED["models"].mask(("differ",)).tolist() == [False, True, False]
    assert not JUDGED["models"].mask(("fusions differ",)).any()  # there is only one


def test_records_that_are_not_computed_fit_no_verdict_and_are_counted():
    index = build_index(TABLE.iloc[:3]).with_judgements(JUDGED.values(), {})
    answer = find_records(index, Filters(chosen={"verdict": ("agrees", "disagrees")}))
    assert answer.mask.tolist() == [True, True, False]
    assert answer.unknown["verdict"] == 1


def test_a_record_without_superclass_is_in_no_disagreement():
    facets = judgement_facets(CALLS, COMPUTED, truth=np.zeros((3, 5), bool), default=1, fusions=[1])
    assert not next(f for f in facets if f.name == "verdict").holds.any()


def test_distances_of_probabilities():
    probabilities = np.array([[[0.9, 0.1], [0.5, 0.2]], [[np.nan] * 2] * 2])
    truth = np.array([[1, 0], [1, 0]])
    np.testing.assert_allclose(label_distance(probabilities[:, 1], truth), [0.5, np.nan])
    np.testing.assert_allclose(model_distance(probabilities), [0.4, np.nan])


def test_a_missing_date_is_placed_between_its_neighbours_and_marked():
    dates = pd.Series(pd.to_datetime(["1990-01-01", None, "1990-01-03"]), [1, 2, 3])
    placed = place_in_time(dates)
    assert placed["date"].dt.day.tolist() == [1, 2, 3]
    assert placed["about"].tolist() == [False, True, False]


def test_where_numbers_do_not_follow_time_no_date_is_guessed():
    dates = pd.Series(pd.to_datetime(["1990-01-03", None, "1990-01-01"]), [1, 2, 3])
    assert place_in_time(dates)["date"].isna().tolist() == [False, True, False]
    assert not place_in_time(dates)["about"].any()
