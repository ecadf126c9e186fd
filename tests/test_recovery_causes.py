"""Does the body cope? The causes that hang on days and nights, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]
Row = Any

MONDAY = date(2024, 1, 1)
LAST = 167  # the last of 24 weeks: recent from day 112, the base from day 0
RECENT = range(112, LAST + 1)
NOTHING = "athlete_id"


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


PERIODS = pd.DataFrame(
    {
        "athlete_id": ["ann"],
        "first_day": [day(0)],
        "last_day": [day(LAST)],
        "recent_from": [day(112)],
        "base_from": [day(0)],
    }
)


def of_days(numbers: Sequence[int] | range, **columns: Any) -> pd.DataFrame:
    """A row of ann for each of the days."""
    return pd.DataFrame({"athlete_id": "ann", "local_day": [day(number) for number in numbers], **columns})


def nights(numbers: Sequence[int] | range = range(LAST + 1), **columns: Any) -> pd.DataFrame:
    """Rows of athlete.recovery_days, from a watch."""
    known = {
        "heart_rate_resting_bpm": "heart_rate_resting_source",
        "hrv_s": "hrv_source",
        "sleep_s": "sleep_source",
        "strength_count": "strength_source",
    }
    sources = {source: "watch" for name, source in known.items() if name in columns}
    return of_days(numbers, **({**sources, "has_journal": False} | columns))


def easy(numbers: Sequence[int] | range = range(0, LAST + 1, 2), **columns: Any) -> pd.DataFrame:
    """Rows of athlete.activities: an easy run every other day."""
    usual = {
        "activity_id": [f"run{number:03}" for number in numbers],
        "started_at": [pd.Timestamp(day(number)) for number in numbers],
        "session_class": "easy",
        "is_run": True,
        "device": "watch",
        "load_score": 50.0,
    }
    return of_days(numbers, **(usual | columns))


def cause(rows_of: RowsOf, name: str, recovery: pd.DataFrame, **given: Any) -> Row:
    rows = rows_of(
        name,
        {
            "athlete.periods": PERIODS,
            "athlete.recovery_days": recovery,
            "athlete.activities": easy([0, LAST]),
            "athlete.comparable_runs": NOTHING,
            **{table.replace("__", "."): content for table, content in given.items()},
        },
    )
    assert len(rows) <= 1
    if rows.empty:
        return None
    row = rows.iloc[0]
    assert row.reason.endswith(".")
    assert (row.advice is None) == (not row.exposure_score >= 0.5)
    assert row.advice is None or row.advice.endswith(".")
    return row


# --- resting heart rate


def resting(raised: Mapping[int, float], usual: float = 50, **columns: Any) -> pd.DataFrame:
    values = [raised.get(number, usual) for number in range(LAST + 1)]
    return nights(heart_rate_resting_bpm=values, **columns)


def test_two_weeks_of_ten_percent_more_are_found_at_the_end_and_after_they_have_passed(rows_of: RowsOf):
    for until in (LAST, LAST - 20):
        up = resting(dict.fromkeys(range(until - 13, until + 1), 55))
        row = cause(rows_of, "athlete.cause_resting_heart_rate_up", up)
        assert row.value == pytest.approx(0.10)
        assert row.exposure_score == pytest.approx(logistic(0.05 / 0.0225))
        assert row.coverage_ratio == row.certainty_ratio == 1
        # four of seven days at 55 are 5.7 % more
        assert row.began_on.date() == day(until - 13 + 3)
        assert "55 bpm" in row.reason
        assert "51 bpm or less" in row.advice


@pytest.mark.parametrize("nights_up", [[140], [140, 141], [120, 130, 140, 150]])
def test_a_bad_night_is_no_rise(rows_of: RowsOf, nights_up: Sequence[int]):
    row = cause(rows_of, "athlete.cause_resting_heart_rate_up", resting(dict.fromkeys(nights_up, 65)))
    assert row.value == pytest.approx(0, abs=0.001)
    assert row.exposure_score < 0.12
    assert row.reason == "Resting heart rate is about 50 bpm, as usual."
    assert math.isnan(row.response_score)


def test_a_slow_creep_is_seen_against_the_weeks_before(rows_of: RowsOf):
    """A beat a month: 48 in the middle of the base, 50.8 in that of the recent weeks; no week stands out."""
    row = cause(
        rows_of, "athlete.cause_resting_heart_rate_up", resting({n: 46 + n / 28 for n in range(LAST + 1)})
    )
    recent, base = 46 + 139.5 / 28, 46 + 55.5 / 28
    assert row.value == pytest.approx(recent / base - 1)
    assert row.exposure_score == pytest.approx(logistic((recent / base - 1.05) / 0.0225))
    assert row.began_on.date() == day(112)
    assert row.reason.startswith("Resting heart rate crept up: about 51 bpm")


def test_who_swings_from_week_to_week_needs_more_to_be_up(rows_of: RowsOf):
    """Ten days at 47 and ten at 53 in turn, always: some recent week is 5 % above the usual."""
    swings = resting({n: 47 + 6 * (n // 10 % 2) for n in range(LAST + 1)})
    row = cause(rows_of, "athlete.cause_resting_heart_rate_up", swings)
    assert row.value >= 0.05
    assert row.threshold > row.value
    assert row.exposure_score < 0.5


def test_illness_is_not_held_against_training(rows_of: RowsOf):
    ill = dict.fromkeys(range(140, 150), 58)
    row = cause(
        rows_of,
        "athlete.cause_resting_heart_rate_up",
        resting(ill, is_ill=[n in ill for n in range(LAST + 1)]),
    )
    assert row.value == pytest.approx(0)


def test_who_begins_to_write_it_down_has_no_other_heart(rows_of: RowsOf):
    """The journal's mornings are 6 bpm above the watch's nights: of both only the one with more is used."""
    journal = range(150, LAST + 1)
    row = cause(
        rows_of,
        "athlete.cause_resting_heart_rate_up",
        resting(
            dict.fromkeys(journal, 56),
            heart_rate_resting_source=["journal" if n in journal else "watch" for n in range(LAST + 1)],
        ),
    )
    assert row.value == pytest.approx(0)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        (["old", "old", "new", "new"], True),
        (["new", "old", "new", "new"], False),
        (["old", "old", "new", None], None),
    ],
)
def test_the_watch_is_another_one_where_most_recent_runs_are_from_another(
    rows_of: RowsOf, devices: list[str | None], expected: bool | None
):
    """Three runs of the months before, and one of the last weeks."""
    given = {"athlete.periods": PERIODS, "athlete.activities": easy([0, 1, 2, 160], device=devices)}
    (row,) = rows_of("athlete.usual_watches", given).itertuples()
    assert row.is_other_watch is pd.NA if expected is None else row.is_other_watch == expected


def test_another_watch_in_between_halves_the_evidence(rows_of: RowsOf):
    up = resting(dict.fromkeys(RECENT, 55))
    watches = easy([0, 160], device=["old", "new"])
    row = cause(rows_of, "athlete.cause_resting_heart_rate_up", up, athlete__activities=watches)
    assert row.certainty_ratio == 0.5
    assert "another watch" in row.reason


def test_a_rise_is_told_by_its_own_days_where_the_watch_was_off_later(rows_of: RowsOf):
    """Ten days at 55 instead of 50; of the nights after a gap no five days in a row are known at first."""
    worn = [n for n in range(LAST + 1) if not 150 <= n < 160]
    values = [55 if 130 <= n <= 140 else 50 for n in worn]
    row = cause(rows_of, "athlete.cause_resting_heart_rate_up", nights(worn, heart_rate_resting_bpm=values))
    assert row.value == pytest.approx(0.10)
    assert f"55 bpm and more in the week to {day(140)}, usually 50" in row.reason


def test_nine_nights_tell_no_resting_heart_rate(rows_of: RowsOf):
    row = cause(
        rows_of, "athlete.cause_resting_heart_rate_up", nights(range(159, 168), heart_rate_resting_bpm=60)
    )
    assert math.isnan(row.value)
    assert (row.coverage_ratio, math.isnan(row.exposure_score)) == (0, True)
    assert "in the last eight weeks 9 nights have it" in row.reason


def test_three_of_seven_nights_are_too_few_for_a_weeks_mean_but_not_for_a_creep(rows_of: RowsOf):
    some = [n for n in range(LAST + 1) if n % 7 < 3]
    values = [50 + 5 * (n >= 112) for n in some]
    row = cause(rows_of, "athlete.cause_resting_heart_rate_up", nights(some, heart_rate_resting_bpm=values))
    assert row.value == pytest.approx(0.10)
    assert row.coverage_ratio == pytest.approx(24 / 2 / 16)


def test_what_else_is_seen_bears_a_rise_out(rows_of: RowsOf):
    """Variability down as clearly as can be, or not at all."""
    up = dict.fromkeys(range(154, LAST + 1), 55)
    rng = np.random.default_rng(1)
    log_hrv = rng.normal(math.log(0.06), 0.1, LAST + 1)
    for factor, expected in ((0.6, 1), (1, 0)):
        hrv_s = np.exp(log_hrv) * np.where(np.arange(LAST + 1) >= 147, factor, 1)
        row = cause(
            rows_of, "athlete.cause_resting_heart_rate_up", resting(up, hrv_s=hrv_s, hrv_source="watch")
        )
        assert row.response_score == pytest.approx(expected, abs=0.35)


# --- heart-rate variability


def varied(factors: Mapping[int, float]) -> pd.DataFrame:
    """Nights that are 60 ms times or through e to the 0.1, in turn; and what the factors make of some."""
    values = [0.06 * math.exp(0.1 * (-1) ** number) * factors.get(number, 1) for number in range(LAST + 1)]
    return nights(hrv_s=values)


def test_two_weeks_of_a_fifth_less_are_a_fall(rows_of: RowsOf):
    """The spread of the nights is 0.1, a fifth less is -0.223 in logarithms: 2.2 spreads."""
    row = cause(rows_of, "athlete.cause_hrv_down", varied(dict.fromkeys(range(147, LAST + 1), 0.8)))
    assert row.exposure_score > 0.9
    assert row.value == pytest.approx(0.2, abs=0.02)
    assert 0.06 < row.threshold < 0.15
    assert day(145) <= row.began_on.date() <= day(165)
    assert "48 ms or less for two weeks" in row.reason
    assert row.advice.startswith("Go easy when it is down")


def test_what_trends_down_over_the_last_days_is_a_fall(rows_of: RowsOf):
    """Over twelve days to 27 % less, and there for five."""
    factors = {156 + n: 1 - 0.27 * min(1.6 * (n + 1) / 12, 1) for n in range(12)}
    row = cause(rows_of, "athlete.cause_hrv_down", varied(factors))
    assert row.exposure_score > 0.9
    assert "for days up to" in row.reason


def test_a_bad_night_or_two_are_no_fall(rows_of: RowsOf):
    row = cause(rows_of, "athlete.cause_hrv_down", varied({140: 0.6, 141: 0.7}))
    assert row.exposure_score < 0.25
    assert row.reason == "Heart-rate variability is about 59 ms, as usual."


def test_nights_that_differ_by_chance_are_hardly_ever_a_fall(rows_of: RowsOf):
    """Ten healthy runners, each night independent of the one before."""
    rng = np.random.default_rng(0)
    exposures = [
        cause(
            rows_of, "athlete.cause_hrv_down", nights(hrv_s=np.exp(rng.normal(-2.8, 0.12, LAST + 1)))
        ).exposure_score
        for _ in range(10)
    ]
    assert sum(exposure >= 0.5 for exposure in exposures) <= 1


def test_a_lower_level_for_all_the_recent_weeks_is_a_fall(rows_of: RowsOf):
    row = cause(rows_of, "athlete.cause_hrv_down", varied(dict.fromkeys(RECENT, 0.85)))
    assert row.exposure_score > 0.8
    assert row.value == pytest.approx(0.15, abs=0.03)


def test_a_month_of_nights_has_no_usual_yet(rows_of: RowsOf):
    row = cause(rows_of, "athlete.cause_hrv_down", nights(range(140, LAST + 1), hrv_s=0.06))
    assert math.isnan(row.value)
    assert row.coverage_ratio == 0
    assert "in the last eight weeks 28 nights have it" in row.reason


# --- sleep


@pytest.mark.parametrize(("hours", "exposure"), [(6.5, 0.9), (7, 0.5), (7.5, 0.1), (8, 0.012)])
def test_seven_hours_are_the_least(rows_of: RowsOf, hours: float, exposure: float):
    row = cause(rows_of, "athlete.cause_sleep_short", nights(sleep_s=hours * 3600))
    assert row.value == hours * 3600
    assert row.exposure_score == pytest.approx(exposure, abs=0.01)
    assert row.coverage_ratio == 1
    assert f"{hours:.1f} hours a night" in row.reason


def test_who_slept_enough_before_began_to_sleep_too_little(rows_of: RowsOf):
    sleep_s = [(5.9 if n % 2 else 6.5) * 3600 if n > 130 else 27_000 for n in range(LAST + 1)]
    row = cause(rows_of, "athlete.cause_sleep_short", nights(sleep_s=sleep_s))
    assert row.began_on.date() == day(140)
    assert "6.2 hours a night over the last four weeks, 7.5 in the months before" in row.reason
    assert "14 of 28 nights had less than six" in row.reason
    assert "78 minutes earlier for four weeks, for 7.5 hours" in row.advice
    always = cause(rows_of, "athlete.cause_sleep_short", nights(sleep_s=22_000))
    assert always.began_on is pd.NaT or always.began_on is None


def test_six_nights_tell_no_sleep(rows_of: RowsOf):
    row = cause(rows_of, "athlete.cause_sleep_short", nights(range(162, 168), sleep_s=20_000))
    assert (row.coverage_ratio, math.isnan(row.exposure_score)) == (0, True)
    assert "Needs 7 nights of the last four weeks with their sleep; there are 6." in row.reason


# --- strength


def test_no_session_in_eight_weeks_is_flagged_where_there_were_some_before(rows_of: RowsOf):
    row = cause(
        rows_of,
        "athlete.cause_no_strength",
        nights(range(1, 100, 4), strength_count=1, strength_source="activity"),
    )
    assert row.value == 0
    assert row.exposure_score == pytest.approx(logistic(0.35 / 0.15))
    assert (row.coverage_ratio, row.certainty_ratio) == (1, 0.85)
    assert row.began_on.date() == day(112)
    assert "the last one was on 2024-04-07" in row.reason


@pytest.mark.parametrize(("count", "exposure"), [(1, 0.81), (8, 0.013), (16, 0.0)])
def test_one_session_a_week_is_enough(rows_of: RowsOf, count: int, exposure: float):
    days = [*range(0, 112, 4), *(112 + 3 * n for n in range(count))]
    row = cause(rows_of, "athlete.cause_no_strength", nights(days, strength_count=1))
    assert row.value == pytest.approx(count / 8)
    assert row.exposure_score == pytest.approx(exposure, abs=0.01)


def test_without_any_record_nobody_knows_of_strength(rows_of: RowsOf):
    assert cause(rows_of, "athlete.cause_no_strength", nights(sleep_s=27_000)) is None
    journal = nights(range(140, 150), sleep_s=27_000, has_journal=True)
    assert cause(rows_of, "athlete.cause_no_strength", journal) is None


def test_a_kept_journal_that_never_speaks_of_it_is_weak_evidence_and_a_zero_is_good_evidence(rows_of: RowsOf):
    kept = cause(rows_of, "athlete.cause_no_strength", nights(RECENT, sleep_s=27_000, has_journal=True))
    assert kept.certainty_ratio == pytest.approx(0.85 / 2)
    assert "write 0 where there was none" in kept.reason
    none = cause(rows_of, "athlete.cause_no_strength", nights([150], strength_count=0, has_journal=True))
    assert none.certainty_ratio == 0.85
    assert none.exposure_score > 0.9


# --- signs


def signs(rows_of: RowsOf, **given: Any) -> Row:
    rows = rows_of(
        "athlete.recovery_signs",
        {
            "athlete.periods": PERIODS,
            "athlete.recovery_days": NOTHING,
            "athlete.activities": easy(),
            "athlete.comparable_runs": NOTHING,
            **{table.replace("__", "."): content for table, content in given.items()},
        },
    )
    return rows.iloc[0]


def test_where_nothing_is_measured_no_sign_is_known(rows_of: RowsOf):
    row = signs(rows_of)
    assert math.isnan(row.sign_score)
    assert (row.signs_in_words, row.well_in_words) == (None, "")


def test_three_weeks_of_four_percent_are_a_sign_though_no_flag(rows_of: RowsOf):
    row = signs(rows_of, athlete__recovery_days=resting(dict.fromkeys(range(147, LAST + 1), 52)))
    assert row.resting_sign_score == pytest.approx(logistic(1))
    assert row.signs_in_words == "resting heart rate is up"


@pytest.mark.parametrize(("recent", "score"), [(4, logistic(2)), (3, logistic(-0.7 / 0.15))])
def test_easy_runs_that_feel_a_point_harder_are_a_sign(rows_of: RowsOf, recent: float, score: float):
    rated = easy(effort_rating=[recent if n > 146 else 3 for n in range(0, LAST + 1, 2)])
    assert signs(rows_of, athlete__activities=rated).effort_sign_score == pytest.approx(score)


def test_a_clearly_higher_heart_rate_at_the_same_pace_is_a_sign(rows_of: RowsOf):
    """Ten recent runs against 56 before: the error is 1.25 x 4 x sqrt(1/10 + 1/56)."""
    numbers = range(0, LAST + 1, 2)
    for fall, is_sign in ((5, True), (2.5, False), (0, False)):
        comparable = of_days(
            numbers,
            activity_id=[f"run{number:03}" for number in numbers],
            comparable_log_pct=[-340 - fall * (n > 146) for n in numbers],
            run_noise_pct=4.0,
        )
        error = 1.25 * 4 * math.sqrt(1 / 10 + 1 / 56)
        expected = logistic(min((fall - 2) / 0.7, (fall / error - 1.645) / 0.4))
        row = signs(rows_of, athlete__comparable_runs=comparable)
        assert row.index_sign_score == pytest.approx(expected)
        assert (row.index_sign_score >= 0.5) == is_sign


def test_what_changed_is_told_with_the_numbers_of_both_sides(rows_of: RowsOf):
    given = {
        "athlete.periods": PERIODS,
        "athlete.recovery_days": resting(
            dict.fromkeys(range(147, LAST + 1), 55), hrv_s=0.05, hrv_source="journal"
        ),
    }
    resting_row = rows_of("athlete.resting_heart_rate_changes", given).iloc[0]
    assert (resting_row.resting_usual_bpm, resting_row.resting_raised_bpm) == (50, pytest.approx(55))
    assert (resting_row.judged_day_count, resting_row.night_count, resting_row.is_held) == (56, 56, True)
    hrv_row = rows_of("athlete.hrv_changes", given).iloc[0]
    assert (hrv_row.hrv_usual_s, hrv_row.hrv_recent_s) == (pytest.approx(0.05), pytest.approx(0.05))
    assert (hrv_row.value, hrv_row.hrv_source) == (pytest.approx(0), "journal")


# --- load


def loads(**columns: Any) -> pd.DataFrame:
    """Rows of athlete.days: even, fresh every day, nothing unusual."""
    usual = {
        "run_count": 1,
        "load_score": 50.0,
        "load_unknown_count": 0,
        "fitness_score": 50.0,
        "fatigue_score": 50.0,
        "form_score": 0.0,
        "monotony": 1.0,
        "strain_score": 350.0,
        "is_warming_up": False,
    }
    return of_days(range(LAST + 1), **(usual | columns))


TIRED = resting(dict.fromkeys(range(150, LAST + 1), 55))
WELL = resting({})


def test_three_weeks_without_a_fresh_day_are_too_long_if_the_body_shows_it(rows_of: RowsOf):
    form = [-10.0 if 140 < n <= 161 else 0.0 for n in range(LAST + 1)]
    row = cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=loads(form_score=form))
    assert (row.value, row.unit, row.threshold) == (21, "days", 14)
    assert row.exposure_score == pytest.approx(logistic(7 / 2.5))
    assert row.response_score > 0.9
    assert row.began_on.date() == day(141)
    assert "For 21 days on end" in row.reason
    assert "resting heart rate is up" in row.reason


def test_load_alone_is_no_cause(rows_of: RowsOf):
    form = loads(form_score=-10.0)
    well = cause(rows_of, "athlete.cause_load_not_absorbed", WELL, athlete__days=form)
    assert well.exposure_score == 0.4
    assert "nothing shows that you do not cope: resting heart rate as usual" in well.reason
    unseen = cause(
        rows_of, "athlete.cause_load_not_absorbed", nights([0], sleep_s=27_000), athlete__days=form
    )
    assert (unseen.exposure_score, unseen.coverage_ratio) == (0.4, 0.5)
    assert math.isnan(unseen.response_score)
    assert "Whether you cope cannot be told" in unseen.reason


def test_a_tired_body_with_fresh_days_is_not_overloaded(rows_of: RowsOf):
    row = cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=loads())
    assert row.exposure_score < 0.02
    assert row.reason.startswith("There were fresh days")


def test_days_all_alike_in_the_most_strenuous_weeks_are_too_monotonous(rows_of: RowsOf):
    strenuous = [n > 150 for n in range(LAST + 1)]
    monotonous = loads(
        monotony=[2.5 if hard else 1.0 for hard in strenuous],
        strain_score=[900.0 if hard else 350.0 for hard in strenuous],
    )
    row = cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=monotonous)
    assert (row.value, row.unit, row.threshold) == (2.5, "monotony", 2)
    assert row.exposure_score == pytest.approx(logistic(0.5 / 0.2))
    light = loads(
        monotony=[1.0 if hard else 2.5 for hard in strenuous],
        strain_score=[900.0 if hard else 350.0 for hard in strenuous],
    )
    assert cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=light).exposure_score < 0.02


def test_fitness_that_rises_by_a_tenth_a_week_for_three_weeks_rises_too_fast(rows_of: RowsOf):
    """Of 10 % a week from day 133 on, day 161 is the first that has three weeks of such days behind it."""
    fitness = [50 * 1.1 ** (max(n - 133, 0) / 7) for n in range(LAST + 1)]
    row = cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=loads(fitness_score=fitness))
    assert row.value == pytest.approx(0.1)
    assert row.unit == "ratio"
    assert row.exposure_score == pytest.approx(logistic(0.02 / 0.015))


def test_the_first_weeks_of_a_history_are_no_load(rows_of: RowsOf):
    young = loads(form_score=-20.0, is_warming_up=True)
    row = cause(rows_of, "athlete.cause_load_not_absorbed", TIRED, athlete__days=young)
    assert row is None


# --- too much


def overcooked(rows_of: RowsOf, recovery: pd.DataFrame, **given: Any) -> Row:
    usual = {
        "athlete__days": loads(),
        "athlete__looks": pd.DataFrame(
            {
                "athlete_id": "ann",
                "as_of_day": [day(LAST)] * 3,
                "window_weeks": [16, 20, 52],
                "is_latest": True,
            }
        ),
        "athlete__chances": pd.DataFrame(
            {
                "athlete_id": "ann",
                "as_of_day": [day(LAST)] * 3,
                "window_weeks": [16, 20, 52],
                "p_improving": 0.0,
                "p_plateau": [0.3, 0.14, 0.01],
                "p_declining": [0.7, 0.86, 0.99],
            }
        ),
        "athlete__responses": NOTHING,
    }
    return cause(rows_of, "athlete.cause_overcooked", recovery, **(usual | given))


def test_slower_on_no_less_load_with_a_tired_body_is_too_much(rows_of: RowsOf):
    row = overcooked(rows_of, TIRED)
    assert (row.value, row.threshold) == (0.86, 0.6)
    assert row.exposure_score == pytest.approx(logistic(0.26 / 0.12))
    assert row.began_on.date() == day(LAST - 139)
    assert "86 % likely over the last 20 weeks" in row.reason
    assert "resting heart rate is up: that fits too much" in row.reason
    assert row.advice.startswith("Back off first: five days off")


def test_a_decline_without_a_tired_body_or_with_less_load_is_something_else(rows_of: RowsOf):
    well = overcooked(rows_of, WELL)
    assert (well.exposure_score, well.coverage_ratio) == (0.4, 1)
    assert "nothing else shows that it is too much" in well.reason
    less = loads(fitness_score=[30.0 if n >= 112 else 50.0 for n in range(LAST + 1)])
    rested = overcooked(rows_of, TIRED, athlete__days=less)
    assert rested.exposure_score == 0.4
    assert "too little rather than too much" in rested.reason
    unseen = overcooked(rows_of, nights([0], sleep_s=27_000))
    assert (unseen.exposure_score, unseen.coverage_ratio) == (0.4, 0.5)


def test_a_clear_fall_of_the_recent_weeks_needs_no_trend(rows_of: RowsOf):
    fallen = pd.DataFrame({"athlete_id": ["ann"], "index_change_pct": -5.0, "index_change_error_pct": 1.5})
    row = overcooked(rows_of, TIRED, athlete__chances=NOTHING, athlete__responses=fallen)
    assert (row.value, row.threshold) == (-5, pytest.approx(-1.645 * 1.5))
    assert row.exposure_score == pytest.approx(logistic((5 / 1.5 - 1.645) / 0.75))
    assert "5.0 % slower than in the months before" in row.reason


def test_who_does_not_get_slower_is_not_overcooked(rows_of: RowsOf):
    even = pd.DataFrame({"athlete_id": ["ann"], "index_change_pct": 1.0, "index_change_error_pct": 1.5})
    row = overcooked(rows_of, TIRED, athlete__chances=NOTHING, athlete__responses=even)
    assert row.exposure_score < 0.1
    assert row.reason.startswith("You do not get slower")
    assert overcooked(rows_of, TIRED, athlete__chances=NOTHING) is None
