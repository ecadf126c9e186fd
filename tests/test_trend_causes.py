"""Causes that show in how runs change over weeks, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

MONDAY = date(2024, 1, 1)
LAST = 167  # the last of 24 weeks: recent from day 112, the base from day 0

ANCHORS = """
athlete_id | valid_from | valid_until_day | is_latest_anchor | athlete_heart_rate_resting_bpm | \
athlete_heart_rate_max_bpm | zero_speed_heart_rate_bpm | easy_below_bpm
ann        | 1900-01-01 | 9999-12-31      | true             | 40 | 200 | 50 | 156
"""
POINTS = """
athlete_id | reference_heart_rate_bpm | reference_above_zero_speed_bpm
ann        | 150                      | 100
"""


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def rows(numbers: Sequence[int], **columns: Any) -> pd.DataFrame:
    """A row of ann per day, with what the columns say."""
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{number:03}" for number in numbers],
            "local_day": [day(number) for number in numbers],
            **columns,
        }
    )


def activities(numbers: Sequence[int], **columns: Any) -> pd.DataFrame:
    """Rows of athlete.activities: easy runs of 50 minutes and 10 km, with heart rate."""
    usual = {
        "session_class": "easy",
        "is_run": True,
        "is_indoor": False,
        "moving_s": 3000.0,
        "distance_m": 10000.0,
        "load_score": 50.0,
        "heart_rate_coverage_ratio": 1.0,
        "heart_rate_mean_bpm": 140.0,
        "device_key": "watch",
    }
    return rows(numbers, **(usual | columns))


PERIODS = pd.DataFrame(
    {
        "athlete_id": ["ann"],
        "first_day": [MONDAY],
        "last_day": [day(LAST)],
        "recent_from": [day(112)],
        "base_from": [day(0)],
    }
)
NOTHING = pd.DataFrame({"athlete_id": pd.Series([], dtype=str)})


# --- easy runs that drift

SIXTEEN_WEEKS = [*range(56, LAST, 4), LAST]


def ramp(numbers: Sequence[int], begins: int, rise: float, before: float = 140) -> list[float]:
    """The heart rate of those days: flat, from that day on rising by so much in eight weeks."""
    return [before + rise * max(number - begins, 0) / 56 for number in numbers]


def drift(rows_of: RowsOf, numbers: Sequence[int], heart_rates: Any, **given: Any) -> Any:
    heat = given.pop("heat", NOTHING)
    anchors = given.pop("anchors", ANCHORS)
    found = rows_of(
        "athlete.cause_easy_run_drift",
        {
            "athlete.periods": PERIODS,
            "athlete.activities": activities(numbers, steady_heart_rate_bpm=heart_rates, **given),
            "athlete.anchors": anchors,
            "athlete.heat_effects": heat,
        },
    )
    return next(found.itertuples(), None)


def test_easy_runs_that_rise_by_a_twentieth_of_the_reserve_in_eight_weeks_drift(rows_of: RowsOf):
    """From 140, eight weeks ago, to 152 now: 12 of 160 bpm are 7.5 %; e = 1 / (1 + exp((4 - 7.5) / 0.8))."""
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12))
    assert row.value == pytest.approx(7.5)
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp((4 - 7.5) / 0.8)))
    assert (row.coverage_ratio, row.certainty_ratio) == (1, 1)
    assert row.began_on.date() == day(112)
    assert "from about 140 to 152 bpm within 8 weeks" in row.reason
    assert "at about 140 bpm" in row.advice
    assert row.activity_ids[0] == f"run{LAST}", "the hardest first"


def test_a_rise_over_sixteen_weeks_is_told_per_eight(rows_of: RowsOf):
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 55, 4))
    assert row.value == pytest.approx(100 * 4 / 160)
    assert row.exposure_score < 0.2
    assert row.advice is None


def test_steady_easy_runs_do_not_drift(rows_of: RowsOf):
    row = drift(rows_of, SIXTEEN_WEEKS, 140.0)
    assert row.value == pytest.approx(0)
    assert row.exposure_score < 0.01
    assert row.reason == "Easy runs are at about 140 bpm, as before."
    assert row.began_on is pd.NaT


def test_a_new_watch_that_reads_higher_is_no_drift(rows_of: RowsOf):
    heart_rates = [140.0 if number < 112 else 152.0 for number in SIXTEEN_WEEKS]
    watches = ["old" if number < 112 else "new" for number in SIXTEEN_WEEKS]
    row = drift(rows_of, SIXTEEN_WEEKS, heart_rates, device_key=watches)
    assert row.value == pytest.approx(0)


def test_what_heat_adds_is_no_drift(rows_of: RowsOf):
    """Heat that takes 100 ln(100 / 90) % of the index has raised 90 beats above zero speed to 100."""
    heart_rates = [140.0 if number < 112 else 150.0 for number in SIXTEEN_WEEKS]
    heat = rows(
        SIXTEEN_WEEKS,
        heat_effect_pct=[0.0 if rate < 150 else 100 * math.log(0.9) for rate in heart_rates],
    ).drop(columns="local_day")
    assert drift(rows_of, SIXTEEN_WEEKS, heart_rates, heat=heat).value == pytest.approx(0, abs=1e-9)
    assert drift(rows_of, SIXTEEN_WEEKS, heart_rates).value > 4


def test_more_speed_with_more_beats_is_effort_and_beats_alone_are_not(rows_of: RowsOf):
    """At an equal index the speed has risen with heart rate; at an equal speed it has not."""
    heart_rates = ramp(SIXTEEN_WEEKS, 111, 12)
    pushing = drift(rows_of, SIXTEEN_WEEKS, heart_rates, index_log_pct=-340.0)
    tired = drift(
        rows_of,
        SIXTEEN_WEEKS,
        heart_rates,
        index_log_pct=[100 * math.log(3 / (rate - 50)) for rate in heart_rates],
    )
    assert pushing.response_score == pytest.approx(1)
    assert tired.response_score == pytest.approx(0, abs=1e-9)
    assert pushing.value == pytest.approx(tired.value)
    assert (pushing.certainty_ratio, tired.certainty_ratio) == (1, 0.5)
    assert "The pace did not rise with it" in tired.reason


def test_a_rise_that_stays_easy_counts_half(rows_of: RowsOf):
    """To 132 of 200 bpm: 66 % of the maximum."""
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12, before=120))
    assert row.certainty_ratio == pytest.approx(0.5)
    assert "still easy" in row.reason


def test_quality_sessions_and_few_runs_tell_no_drift(rows_of: RowsOf):
    assert drift(rows_of, SIXTEEN_WEEKS, 140.0, session_class="quality") is None
    few = SIXTEEN_WEEKS[::4]
    assert len(few) == 8
    row = drift(rows_of, few, ramp(few, 111, 12))
    assert (pd.isna(row.value), pd.isna(row.exposure_score), row.coverage_ratio) == (True, True, 0)
    assert row.reason == "Needs 10 easy runs with heart rate, spread over sixteen weeks; there are 8."
    assert row.advice is None


def test_without_a_maximum_heart_rate_nobody_knows_the_reserve(rows_of: RowsOf):
    anchors = (
        "athlete_id | valid_from | valid_until_day | is_latest_anchor\nann | 1900-01-01 | 9999-12-31 | true"
    )
    row = drift(rows_of, SIXTEEN_WEEKS, ramp(SIXTEEN_WEEKS, 111, 12), anchors=anchors)
    assert row is None or pd.isna(row.exposure_score)


# --- speed work begins

# Three easy runs of 10 km a week for eight weeks, then four weeks in which a session takes the place of one.
EASY_DAYS = sorted([*range(0, 56, 7), *range(2, 56, 7), *range(4, 56, 7)])
WITH_SPEED = [*EASY_DAYS, *sorted([*range(56, 84, 7), *range(58, 84, 7), *range(60, 84, 7)])]
TWELVE_WEEKS = PERIODS.assign(last_day=day(83), recent_from=day(28), base_from=day(-84))


def classes(numbers: Sequence[int], first: int = 58) -> list[str]:
    """From that day on the run of each Wednesday is a quality session."""
    return ["quality" if number >= first and number % 7 == 2 else "easy" for number in numbers]


def starts(rows_of: RowsOf, runs: pd.DataFrame, periods: pd.DataFrame = TWELVE_WEEKS) -> list[Any]:
    found = rows_of("athlete.quality_starts", {"athlete.periods": periods, "athlete.activities": runs})
    return list(found.itertuples())


def test_speed_work_that_takes_the_place_of_a_run_changes_neither_load_nor_distance(rows_of: RowsOf):
    """From Wednesday of the ninth week on: 11 runs in 26 days, where 24 runs were in 58."""
    (row,) = starts(rows_of, activities(WITH_SPEED, session_class=classes(WITH_SPEED)))
    assert row.started_on.date() == day(58)
    assert row.session_count == 4
    assert row.usual_week_m == pytest.approx(7 * 12 * 10000 / 28)
    assert row.start_distance_ratio == pytest.approx(11 / 26 / (12 / 28))
    assert row.start_load_ratio == pytest.approx(11 / 26 / (12 / 28))
    assert row.start_easy_ratio == pytest.approx(7 / 26 / (12 / 28))
    assert row.new_stress_count == 1


def test_speed_work_on_top_is_more_of_all(rows_of: RowsOf):
    """A fourth day with 12 km of speed, and a long run of 15 km: four new stresses at once."""
    numbers = sorted([*range(0, 84, 7), *range(2, 84, 7), *range(4, 84, 7), *range(57, 84, 7)])
    is_new = [number >= 57 and number % 7 == 1 for number in numbers]
    is_long = [number >= 57 and number % 7 == 4 for number in numbers]
    kilometres = [12 if new else 15 if far else 10 for new, far in zip(is_new, is_long, strict=True)]
    runs = activities(
        numbers,
        session_class=["quality" if new else "easy" for new in is_new],
        distance_m=[1000.0 * number for number in kilometres],
        load_score=[80.0 if new else 50.0 for new in is_new],
    )
    (row,) = starts(rows_of, runs)
    after_km = 4 * (12 + 10 + 15) + 3 * 10
    assert row.started_on.date() == day(57)
    assert row.start_distance_ratio == pytest.approx(after_km / 27 / (120 / 28))
    assert row.start_load_ratio == pytest.approx((4 * 80 + 11 * 50) / 27 / (12 * 50 / 28))
    assert row.new_stress_count == 4


def test_two_sessions_a_session_last_week_and_a_past_without_runs_are_no_start(rows_of: RowsOf):
    twice = ["quality" if number in (58, 65) else "easy" for number in WITH_SPEED]
    assert starts(rows_of, activities(WITH_SPEED, session_class=twice)) == []
    always = classes(WITH_SPEED, first=0)
    assert starts(rows_of, activities(WITH_SPEED, session_class=always)) == []
    late = [number for number in WITH_SPEED if number >= 56]
    runs = activities([0, *late], session_class=["easy", *classes(late)])
    assert starts(rows_of, runs) == [], "nothing to hold it against"


def test_an_unknown_load_makes_no_ratio_of_loads(rows_of: RowsOf):
    loads = [None if number == 60 else 50.0 for number in WITH_SPEED]
    (row,) = starts(rows_of, activities(WITH_SPEED, session_class=classes(WITH_SPEED), load_score=loads))
    assert pd.isna(row.start_load_ratio)
    assert row.start_distance_ratio > 0


ADDED = "athlete.cause_speed_added_not_replaced"
HARDER = "athlete.cause_easy_runs_harder_after_speed"
STARTED = """
athlete_id | started_on | session_count | start_load_ratio | start_distance_ratio | start_easy_ratio | \
new_stress_count | usual_week_m
ann        | 2024-04-22 | 4 | 1.44 | 1.21 | 1.0 | 3 | 40000
"""


def added(rows_of: RowsOf, started: Any = STARTED, target: str = ADDED, **given: Any) -> Any:
    change_pct, error_pct = given.pop("change", (None, None))
    warmer_c = given.pop("warmer", None)
    tables = {
        "athlete.periods": PERIODS,
        "athlete.activities": activities(range(0, LAST + 1, 3), **given),
        "athlete.quality_starts": started,
        "athlete.index_changes": pd.DataFrame(
            {
                "athlete_id": ["ann"],
                "changed_on": [day(112)],
                "before_run_count": [8],
                "after_run_count": [8],
                "index_change_pct": [change_pct],
                "index_change_error_pct": [error_pct],
                "warmer_c": [warmer_c],
            }
        ),
        "athlete.reference_points": POINTS,
        "athlete.comparable_runs": rows([120, 129], comparable_log_pct=[3.0, 2.0]),
    }
    return next(rows_of(target, tables).itertuples(), None)


def test_a_fifth_more_distance_and_more_load_is_speed_added(rows_of: RowsOf):
    """The geometric mean of 1.44 and 1.21 is 1.32; an index 2 % lower, at an error of 2 %, is the sign."""
    row = added(rows_of, change=(-2.0, 2.0))
    assert row.value == pytest.approx(1.2 * 1.1)
    assert row.exposure_score > 0.9
    assert row.certainty_ratio == 1
    assert row.response_score == pytest.approx(1 / (1 + math.exp(-1.7)))
    assert row.began_on.date() == day(112)
    assert "21 % more distance and 44 % more load. 3 new stresses came within two weeks." in row.reason
    assert "about 40 km a week" in row.advice


def test_speed_in_the_place_of_easy_running_is_no_addition(rows_of: RowsOf):
    started = STARTED.replace("1.44 | 1.21 | 1.0 ", "1.21 | 1.00 | 0.8 ")
    row = added(rows_of, started)
    assert row.value == pytest.approx(1.1)
    assert row.exposure_score < 0.2
    assert row.reason.endswith("It took the place of easy running.")
    assert row.advice is None
    assert pd.isna(row.response_score)


def test_where_easy_running_grew_too_speed_is_not_all_that_was_added(rows_of: RowsOf):
    row = added(rows_of, STARTED.replace("| 1.0 |", "| 1.2 |"))
    assert row.certainty_ratio == pytest.approx(0.7)


def test_speed_with_more_days_kilometres_and_a_longer_long_run_is_more_than_speed(rows_of: RowsOf):
    assert added(rows_of, STARTED.replace("| 3 | 40000", "| 4 | 40000")).certainty_ratio == pytest.approx(0.7)


def test_who_began_no_speed_work_is_not_asked_about_it(rows_of: RowsOf):
    row = added(rows_of, NOTHING)
    assert not row.is_applicable
    assert pd.isna(row.exposure_score)
    assert row.reason == "No speed work was begun in the last half year."


def test_where_nobody_can_see_speed_work_nobody_knows_whether_it_began(rows_of: RowsOf):
    row = added(rows_of, NOTHING, session_class="unknown")
    assert row.is_applicable
    assert (pd.isna(row.exposure_score), row.coverage_ratio) == (True, 0)
    assert row.reason.startswith("Needs heart rate")


def harder(rows_of: RowsOf, change_pct: float | None, error_pct: float | None, started: Any = STARTED) -> Any:
    return added(rows_of, started, HARDER, change=(change_pct, error_pct))


def test_easy_runs_at_a_lower_index_since_speed_work_began_are_harder(rows_of: RowsOf):
    """5 % less at the same heart rate: 100 beats above zero speed become 105."""
    row = harder(rows_of, -5.0, 2.0)
    assert (row.value, row.threshold) == (-5, -2)
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp((2 - 5) / 0.6)))
    assert (row.coverage_ratio, row.certainty_ratio) == (1, 1)
    assert "5.0 % slower, give or take 3.3: 5 bpm more at the same pace." in row.reason
    assert "at 150 bpm" in row.advice
    assert list(row.activity_ids) == ["run129", "run120"], "the hardest first"


def test_what_may_be_chance_counts_half(rows_of: RowsOf):
    row = harder(rows_of, -3.0, 2.0)
    assert row.certainty_ratio == pytest.approx(0.5)
    assert row.reason.endswith("That may be chance.")


def test_what_came_with_ten_degrees_more_counts_half(rows_of: RowsOf):
    row = added(rows_of, STARTED, HARDER, change=(-5.0, 1.0), warmer=10.0)
    assert row.certainty_ratio == pytest.approx(0.5)
    assert row.reason.endswith("It was 10 degrees warmer, which does that too.")


def test_easy_runs_that_stayed_easy_are_a_good_sign(rows_of: RowsOf):
    row = harder(rows_of, 1.0, 1.0)
    assert row.exposure_score < 0.01
    assert row.advice is None
    assert "1.0 % faster" in row.reason


def test_without_easy_runs_on_both_sides_nobody_knows_how_hard_they_are(rows_of: RowsOf):
    row = harder(rows_of, None, None)
    assert row.is_applicable
    assert (pd.isna(row.exposure_score), row.coverage_ratio) == (True, 0)
    assert row.reason.startswith("Needs 4 steady easy runs with heart rate before and after 2024-04-22")
    assert not harder(rows_of, None, None, NOTHING).is_applicable


# --- everything at once

WEEKS = 20  # the last begins on day 133
GROWN = range(16, WEEKS)
HABITS = {"distance": "m", "run_days": "a week", "quality_sessions": "a week", "longest_run": "m"}


def habit_weeks(**grown: float) -> pd.DataFrame:
    """A week of 40 km on 4 days with one session and a run of 14 km; in the last four weeks as it says."""
    usual = {"distance": 40000.0, "run_days": 4.0, "quality_sessions": 1.0, "longest_run": 14000.0}
    written = [
        {
            "athlete_id": "ann",
            "week_start_on": day(7 * week),
            "habit": habit,
            "unit": unit,
            "value": grown.get(habit, usual[habit]) if week in GROWN else usual[habit],
        }
        for week in range(WEEKS)
        for habit, unit in HABITS.items()
    ]
    return pd.DataFrame(written)


def at_once(
    rows_of: RowsOf,
    weeks: pd.DataFrame,
    runs: pd.DataFrame | None = None,
    workouts: Any = NOTHING,
    added: Any = NOTHING,
) -> Any:
    (row,) = rows_of(
        "athlete.cause_everything_at_once",
        {
            "athlete.periods": PERIODS.assign(last_day=day(7 * WEEKS - 1)),
            "athlete.habit_weeks": weeks,
            "athlete.activities": activities([112, 120]) if runs is None else runs,
            "athlete.workouts": workouts,
            "athlete.cause_speed_added_not_replaced": added,
        },
    ).itertuples()
    return row


def test_four_things_that_grow_together_are_too_many(rows_of: RowsOf):
    """Four of four: e = 1 / (1 + exp((2.5 - 4) / 0.2))."""
    weeks = habit_weeks(distance=52000.0, run_days=5.0, quality_sessions=2.0, longest_run=18000.0)
    row = at_once(rows_of, weeks)
    assert row.value == 4
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp(-1.5 / 0.2)))
    assert row.coverage_ratio == 1
    assert row.began_on.date() == day(7 * 16)
    assert "4 things grew" in row.reason
    assert "the distance of a week (40 to 52 km)" in row.reason
    assert "4 days of running" in row.advice
    assert list(row.activity_ids) == ["run112", "run120"]


def test_more_sessions_on_more_days_are_two_things(rows_of: RowsOf):
    row = at_once(rows_of, habit_weeks(run_days=5.0, quality_sessions=2.0))
    assert row.value == 2
    assert row.exposure_score < 0.2
    assert row.advice is None
    assert row.began_on is pd.NaT


def test_three_things_that_speed_work_brought_are_said_better_by_that_cause(rows_of: RowsOf):
    weeks = habit_weeks(distance=52000.0, run_days=5.0, quality_sessions=2.0)
    added = pd.DataFrame({"athlete_id": ["ann"], "exposure_score": [0.9], "began_on": [day(114)]})
    assert at_once(rows_of, weeks).certainty_ratio == 1
    assert at_once(rows_of, weeks, added=added).certainty_ratio == pytest.approx(0.7)
    earlier = added.assign(began_on=day(60))
    assert at_once(rows_of, weeks, added=earlier).certainty_ratio == 1


def test_new_shoes_are_a_change_where_others_were_told_before(rows_of: RowsOf):
    runs = activities([0, 30, 60, 112, 115, 118], gear=["old", "old", "old", "new", "new", "old"])
    weeks = habit_weeks(run_days=5.0, quality_sessions=2.0)
    assert at_once(rows_of, weeks, runs).value == 3
    first = activities([112, 115], gear="new")
    assert at_once(rows_of, weeks, first).value == 2, "nobody knows what was worn before"


def test_workouts_of_another_kind_are_a_change_where_there_were_workouts(rows_of: RowsOf):
    """800s for six weeks, then 200s twice in three weeks."""
    weeks = habit_weeks(run_days=5.0, quality_sessions=2.0)
    templates = ["repeats_800"] * 6 + ["repeats_200"] * 2
    workouts = rows([71, 78, 85, 92, 99, 106, 113, 120], workout_template=templates, is_quality=True)
    row = at_once(rows_of, weeks, workouts=workouts)
    assert row.value == 3
    assert "other workouts" in row.reason
    first = workouts[workouts.workout_template == "repeats_200"]
    assert at_once(rows_of, weeks, workouts=first).value == 2, "the first workouts are no other ones"


def test_less_of_everything_is_a_rest_and_a_tenth_less_than_it_scatters_is_nothing(rows_of: RowsOf):
    rest = habit_weeks(distance=20000.0, run_days=2.0, quality_sessions=0.0, longest_run=8000.0)
    assert at_once(rows_of, rest).value == 0
    weeks = habit_weeks(distance=44000.0)
    weeks.loc[weeks.habit == "distance", "value"] += [6000.0, -6000.0] * (WEEKS // 2)
    assert at_once(rows_of, weeks).value == 0


def test_the_weeks_after_a_break_are_no_change_of_the_habit(rows_of: RowsOf):
    """Two weeks without a run, then as before: the median of six weeks has not moved."""
    weeks = habit_weeks()
    off = pd.to_datetime(weeks.week_start_on).dt.date.isin([day(7 * 14), day(7 * 15)])
    weeks.loc[off, "value"] = 0.0
    row = at_once(rows_of, weeks)
    assert row.value == 0
    assert row.reason == "Nothing grew by more than it usually differs."


def test_a_short_history_shows_no_growth_and_no_lack_of_it(rows_of: RowsOf):
    weeks = habit_weeks()
    row = at_once(rows_of, weeks[pd.to_datetime(weeks.week_start_on).dt.date >= day(7 * 14)])
    assert (pd.isna(row.value), pd.isna(row.exposure_score), row.coverage_ratio) == (True, True, 0)
    assert row.reason == "Needs four months of whole weeks with runs."


# --- heat

COOL, WARM = list(range(0, 110, 10)), list(range(112, LAST, 5))


def split(cool: float, warm: float) -> list[float]:
    return [cool] * len(COOL) + [warm] * len(WARM)


def heat_mask(
    rows_of: RowsOf,
    index: Sequence[float],
    temperature: Any,
    cost: float = 0,
    cost_error: float | None = None,
    heat: Sequence[float] | None = None,
    numbers: Sequence[int] = (*COOL, *WARM),
) -> Any:
    """Runs whose index would be that without heat; the cost of a degree as athlete.heat_effects has it."""
    heat = split(0, 10) if heat is None else heat
    runs = rows(numbers, comparable_log_pct=index, heat_c=heat, heat_cost_error_pct_per_c=cost_error)
    by_run = runs[["athlete_id", "activity_id"]]
    effects = by_run.assign(heat_cost_pct_per_c=cost, heat_effect_pct=[cost * degrees for degrees in heat])
    found = rows_of(
        "athlete.cause_heat_mask",
        {
            "athlete.periods": PERIODS,
            "athlete.comparable_runs": runs,
            "athlete.heat_effects": effects if cost_error else NOTHING,
            "athlete.reference_points": POINTS,
            "activity.summaries": by_run.assign(temperature_mean_c=temperature),
        },
    )
    return next(found.itertuples(), None)


def test_ten_degrees_that_turn_a_gain_into_a_loss_mask_it(rows_of: RowsOf):
    """2.5 % better without the heat whose ten degrees took 0.4 % each: as run it was 1.5 % worse."""
    row = heat_mask(rows_of, split(100, 102.5), split(12, 22), -0.4, 0.001)
    assert (row.value, row.unit) == (pytest.approx(10), "°C")
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp(-3)) / (1 + math.exp(-3 / 0.3)), abs=1e-3)
    assert (row.coverage_ratio, row.certainty_ratio) == (1, 1)
    assert "took about 4.0 %" in row.reason
    assert "as run it went −1.5 %, without the heat +2.5 %" in row.reason
    assert "cooler than 15 °C" in row.advice


def test_a_cost_that_the_runs_do_not_show_is_taken_as_usual(rows_of: RowsOf):
    """0.6 beats of 100 a degree are 6 % in ten; a cost of 0.4 % known to 0.3 % lies halfway to that."""
    unknown = heat_mask(rows_of, split(100, 93), split(12, 22))
    assert "took about 6.0 %" in unknown.reason
    assert unknown.exposure_score > 0.9
    own = (0.4 + math.sqrt(0.4**2 + 4 * 0.3**2)) / 2  # which, shrunk by its error, is 0.4
    halfway = heat_mask(rows_of, split(100, 97), split(12, 22), -0.4, 0.3)
    assert f"took about {10 * (own + 0.6) / 2:.1f} %" in halfway.reason


def test_heat_that_changes_no_answer_hides_nothing(rows_of: RowsOf):
    """6 % better or 8 % better is better."""
    row = heat_mask(rows_of, split(100, 108), split(12, 22), -0.2, 0.001)
    assert row.exposure_score < 0.5
    assert row.advice is None


def test_equal_temperatures_hide_nothing(rows_of: RowsOf):
    row = heat_mask(rows_of, split(100, 99), split(12, 13), heat=split(0, 1))
    assert row.exposure_score < 0.01
    assert row.reason == "The recent runs were as warm as those before (13 °C, +1)."


def test_warmth_of_an_unknown_cost_is_unknown(rows_of: RowsOf):
    """Two degrees of heat at 0.3 +- 0.21 % may be half a percent, or more than one."""
    row = heat_mask(rows_of, split(100, 99), split(12, 22), 0, 0.3, heat=split(0, 2))
    assert (pd.isna(row.exposure_score), row.coverage_ratio) == (True, 0)
    assert "do not show what a degree costs you" in row.reason


def test_without_temperatures_and_an_earlier_year_nobody_knows(rows_of: RowsOf):
    row = heat_mask(rows_of, split(100, 97), [None] * (len(COOL) + len(WARM)), heat=split(0, 0))
    assert (pd.isna(row.exposure_score), row.coverage_ratio) == (True, 0)
    assert row.reason.startswith("Most files tell no temperature")


def test_a_season_that_cost_as_much_a_year_before_counts_half(rows_of: RowsOf):
    numbers = [*COOL, *WARM, *(number - 365 for number in (*COOL, *WARM))]
    index, nowhere = split(100, 97) + split(90, 87), [None] * len(numbers)
    row = heat_mask(rows_of, index, nowhere, heat=[0.0] * len(numbers), numbers=numbers)
    assert (row.value, row.unit) == (pytest.approx(3), "%")
    assert row.exposure_score > 0.9
    assert row.certainty_ratio == pytest.approx(0.5)
    assert "a year before" in row.reason


def test_too_few_comparable_runs_make_no_row(rows_of: RowsOf):
    assert heat_mask(rows_of, [100.0] * 3, [12.0] * 3, heat=[0.0] * 3, numbers=[0, 10, 120]) is None


# --- heart rate that rises early

BEFORE, NOW = range(0, 112, 14), range(112, LAST, 8)


def rise(
    rows_of: RowsOf,
    before_min: float = 20,
    now_min: float = 12,
    before: Sequence[int] = BEFORE,
    now: Sequence[int] = NOW,
    decoupling: float | None = None,
    celsius: float | None = None,
    bouts: Any = NOTHING,
    **given: Any,
) -> Any:
    """Runs of half an hour at 140 bpm, which is 145 from that minute on."""
    runs = activities([*before, *now], **({"moving_s": 1800.0} | given))
    openings = [
        {
            "athlete_id": "ann",
            "activity_id": f"run{number:03}",
            "interval_number": interval,
            "grade_adjusted_speed_m_per_s": 3.0,
            "heart_rate_bpm": 140.0 if 2 * interval < (now_min if number >= 112 else before_min) else 145.0,
            "moving_s": 120.0,
        }
        for number in (*before, *now)
        for interval in range(20)
    ]
    temperatures: Any = [10.0] * len(before) + [celsius] * len(now)
    found = rows_of(
        "athlete.cause_early_heart_rate_rise",
        {
            "athlete.periods": PERIODS,
            "athlete.activities": runs,
            "athlete.anchors": ANCHORS,
            "activity.bouts": bouts,
            "activity.openings": pd.DataFrame(openings),
            "activity.summaries": runs[["athlete_id", "activity_id"]].assign(temperature_mean_c=temperatures),
            "athlete.responses": pd.DataFrame(
                {"athlete_id": ["ann"], "decoupling_change_ratio": [decoupling]}
            ),
        },
    )
    return next(found.itertuples(), None)


def test_a_heart_rate_that_climbs_eight_minutes_earlier_rises_early(rows_of: RowsOf):
    """At minute 12 and not 20: e = 1 / (1 + exp((5 - 8) / 1.2)); 8 runs before and 7 now, of 12 asked for."""
    row = rise(rows_of)
    assert (row.value, row.threshold) == (-8, -5)
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp(-3 / 1.2)))
    assert row.coverage_ratio == pytest.approx(7 / 12)
    assert row.certainty_ratio == 1
    assert pd.isna(row.response_score), "nothing is known of decoupling"
    assert "4 bpm above what the pace cost at the start after 12 minutes, it was 20 before." in row.reason
    assert "by minute 12, before" in row.advice
    assert row.began_on.date() == day(112)


def test_a_heart_rate_that_climbs_when_it_always_did_is_fine(rows_of: RowsOf):
    row = rise(rows_of, 20, 20)
    assert row.value == 0
    assert row.exposure_score < 0.05
    assert row.advice is None


def test_a_drift_of_three_points_more_is_early_enough(rows_of: RowsOf):
    """The minute is as it was; decoupling says it: e = 1 / (1 + exp((0.02 - 0.03) / 0.004))."""
    row = rise(rows_of, 20, 20, decoupling=0.03)
    assert row.exposure_score == pytest.approx(1 / (1 + math.exp(-0.01 / 0.004)))
    assert row.response_score == pytest.approx(1 / (1 + math.exp(2.5 / 1.2)))
    assert "drifts 3.0 points more" in row.reason


def test_the_minute_and_the_drift_confirm_each_other(rows_of: RowsOf):
    assert rise(rows_of, decoupling=0.02).response_score > 0.9
    assert rise(rows_of, decoupling=-0.01).response_score < 0.05


def test_what_the_warmth_does_training_need_not_have_done(rows_of: RowsOf):
    row = rise(rows_of, celsius=19)
    assert row.certainty_ratio == pytest.approx(0.5)
    assert "9 degrees warmer" in row.reason


def test_runs_are_looked_at_only_until_their_first_fast_part(rows_of: RowsOf):
    """Strides in the last minutes make one recent run too short to tell."""
    bouts = "athlete_id | activity_id | bout_number | started_after_s\nann | run112 | 1 | 1200"
    row = rise(rows_of, bouts=bouts)
    assert "run112" not in row.activity_ids
    assert len(row.activity_ids) == len(NOW) - 1


def test_a_new_watch_or_a_few_runs_tell_nothing_of_the_minute(rows_of: RowsOf):
    devices = ["old"] * len(BEFORE) + ["new"] * len(NOW)
    for row in (rise(rows_of, device_key=devices), rise(rows_of, now=NOW[:3])):
        assert (pd.isna(row.value), pd.isna(row.exposure_score), row.coverage_ratio) == (True, True, 0)
        assert row.reason.startswith("Needs 6 easy runs of half an hour and more on one device")
    assert rise(rows_of, moving_s=1500.0) is None
