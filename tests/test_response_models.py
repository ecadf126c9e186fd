"""What the body answered, what the runner changed, and what improves out of sight, worked out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

MONDAY = date(2024, 1, 1)
LAST = 167  # the last of 24 weeks: recent from day 112, the base from day 0


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
    """Rows of athlete.activities: easy runs of 50 minutes."""
    usual = {"session_class": "easy", "is_run": True, "is_indoor": False, "moving_s": 3000.0}
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
POINTS = """
athlete_id | reference_heart_rate_bpm | reference_above_zero_speed_bpm
ann        | 150                      | 100
"""
NOBODY = pd.DataFrame({"athlete_id": pd.Series([], dtype=str)})


# --- responses

BEFORE, NOW = [0, 20, 40, 60, 80], [115, 125, 135, 145]


def response(rows_of: RowsOf, **given: Any) -> Any:
    tables = {
        "athlete.periods": PERIODS,
        "athlete.activities": activities([*BEFORE, *NOW]),
        "athlete.comparable_runs": rows([]),
        "athlete.trend_runs": rows([]),
        "athlete.device_links": rows([])[["athlete_id"]],
        "athlete.reference_points": POINTS,
        "athlete.races": NOBODY,
        "athlete.work_bouts": NOBODY,
        "athlete.recovery_days": NOBODY,
        "activity.best_efforts": NOBODY,
    }
    tables |= {name.replace("__", "."): table for name, table in given.items()}
    (row,) = rows_of("athlete.responses", tables).itertuples()
    return row


def comparable(numbers: Sequence[int], index: Any, **columns: Any) -> pd.DataFrame:
    usual = {"device_key": "watch", "run_noise_pct": 4.0, "heat_c": 0.0, "heat_cost_error_pct_per_c": 0.0}
    return rows(numbers, comparable_log_pct=index, **(usual | columns))


def test_the_index_of_recent_easy_runs_is_held_against_those_before(rows_of: RowsOf):
    """From 100 to 98 at a noise of 1.25 x 4: an error of 5 x sqrt(1/5 + 1/4); 100 beats become 102.02."""
    row = response(rows_of, athlete__comparable_runs=comparable([*BEFORE, *NOW], [100.0] * 5 + [98.0] * 4))
    assert row.index_change_pct == pytest.approx(-2)
    assert row.index_change_error_pct == pytest.approx(5 * math.sqrt(1 / 5 + 1 / 4))
    assert row.heart_rate_at_pace_change_bpm == pytest.approx(2.0201, abs=1e-4)


@pytest.mark.parametrize(("change", "expected"), [(-6.0, True), (-2.0, None), (6.0, False)])
def test_slower_is_beyond_the_error_or_unknown(rows_of: RowsOf, change: float, expected: bool | None):
    """The error of 3.35 % makes 5.5 % of nine in ten."""
    indices = [100.0] * 5 + [100 + change] * 4
    row = response(rows_of, athlete__comparable_runs=comparable([*BEFORE, *NOW], indices))
    assert pd.isna(row.is_slower) if expected is None else row.is_slower == expected


def test_another_device_and_heat_widen_the_error_of_the_change(rows_of: RowsOf):
    """A link known to 3 % carries all recent runs; 10 degrees more at 0.4 % a degree unknown are 4 %."""
    runs = comparable(
        [*BEFORE, *NOW],
        100.0,
        device_key=["watch"] * 5 + ["old"] * 4,
        heat_c=[0.0] * 5 + [10.0] * 4,
        heat_cost_error_pct_per_c=0.4,
    )
    links = """
    athlete_id | device_key | link_device_key | difference_error_pct
    ann        | old        | old             | 3
    """
    row = response(rows_of, athlete__comparable_runs=runs, athlete__device_links=links)
    assert row.index_change_error_pct == pytest.approx(math.sqrt(25 * (1 / 5 + 1 / 4) + 9 + 16))


def test_too_few_runs_on_either_side_say_nothing(rows_of: RowsOf):
    row = response(rows_of, athlete__comparable_runs=comparable([*BEFORE, *NOW[:3]], 100.0))
    assert pd.isna(row.index_change_pct)
    assert pd.isna(row.index_change_error_pct)
    assert pd.isna(row.heart_rate_at_pace_change_bpm)
    assert pd.isna(row.decoupling_change_ratio)
    assert pd.isna(row.race_change_pct)


def test_quality_sessions_are_no_easy_runs(rows_of: RowsOf):
    all_days = [*BEFORE, *NOW, 150]
    classes = ["easy"] * 9 + ["quality"]
    row = response(
        rows_of,
        athlete__activities=activities(all_days, session_class=classes),
        athlete__comparable_runs=comparable(all_days, [100.0] * 9 + [200.0]),
    )
    assert row.index_change_pct == pytest.approx(0)


def test_decoupling_is_compared_on_runs_of_half_an_hour_and_more(rows_of: RowsOf):
    all_days = [*BEFORE, *NOW, 150]
    row = response(
        rows_of,
        athlete__activities=activities(
            all_days,
            decoupling_ratio=[0.03] * 5 + [0.05] * 4 + [0.9],
            moving_s=[1800.0] * 9 + [1799.0],
        ),
        athlete__trend_runs=rows(all_days, counts_for_trend=True),
    )
    assert row.decoupling_change_ratio == pytest.approx(0.02)


def test_a_real_race_is_compared_with_a_real_race_at_one_distance(rows_of: RowsOf):
    """5 km in 20 minutes, then 10 km in 20 x 2^1.06 minutes less 1 %; an effort near the best is no race."""
    efforts = rows(
        [0, 145, 125],
        effort_distance_m=[5000.0, 10000.0, 5000.0],
        elapsed_s=[1200.0, 0.99 * 1200 * 2**1.06, 900.0],
    ).drop(columns="local_day")
    races = rows([0, 145, 125], race_source=["name", "journal", "near_best"]).drop(columns="local_day")
    row = response(
        rows_of,
        athlete__races=races,
        activity__best_efforts=efforts,
    )
    assert row.race_change_pct == pytest.approx(-100 * math.log(0.99))


def test_repeats_are_compared_at_one_length(rows_of: RowsOf):
    """400 m at 4 m/s are worth 1 km at 4 x 0.4^0.06; then 1 km 3 % faster than that; strides say nothing."""
    numbers = [*BEFORE, *NOW, 150]
    bouts = rows(
        numbers,
        bout_kind=["repeat"] * 9 + ["stride"],
        distance_m=[400.0] * 5 + [1000.0] * 4 + [100.0],
        work_speed_m_per_s=[4.0] * 5 + [1.03 * 4 * 0.4**0.06] * 4 + [9.0],
    )
    row = response(rows_of, athlete__work_bouts=bouts)
    assert row.bout_speed_change_ratio == pytest.approx(0.03)


def test_resting_heart_rate_is_compared_within_one_source(rows_of: RowsOf):
    """From 50 to 55 by the watch; what was typed is another measurement, and six nights are too few."""
    watch, typed = range(100, 124), range(150, 156)
    nights = rows(
        [*watch, *typed],
        heart_rate_resting_bpm=[50.0 if number < 112 else 55.0 for number in watch] + [70.0] * len(typed),
        heart_rate_resting_source=["watch"] * len(watch) + ["journal"] * len(typed),
        hrv_s=[0.06 if number < 112 else 0.054 for number in watch] + [0.01] * len(typed),
        hrv_source=["watch"] * len(watch) + ["journal"] * len(typed),
    ).drop(columns="activity_id")
    row = response(rows_of, athlete__recovery_days=nights)
    assert row.resting_change_ratio == pytest.approx(0.1)
    assert row.hrv_change_ratio == pytest.approx(-0.1)


# --- habits


def weekly(values: Sequence[float | None], habit: str = "easy_share", unit: str = "ratio") -> pd.DataFrame:
    """Rows of athlete.habit_weeks: the value of each week, none for a null."""
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "week_start_on": [day(7 * number) for number, _ in known],
            "habit": habit,
            "value": [value for _, value in known],
            "unit": unit,
        }
    )


def changes(rows_of: RowsOf, *tables: pd.DataFrame) -> list[Any]:
    found = rows_of("athlete.habit_changes", {"athlete.habit_weeks": pd.concat(tables)})
    return list(found.itertuples())


def test_a_week_of_habits_is_counted_from_its_days_and_runs(rows_of: RowsOf):
    """Three runs in a whole week of which one is a quality session, the easy two of an hour each."""
    given = {
        "athlete.weeks": """
            athlete_id | week_start_on | day_count | run_count | run_day_count | distance_m | longest_run_m
            ann        | 2024-01-01    | 7         | 3         | 3             | 30000      | 12000
            ann        | 2024-01-08    | 3         | 1         | 1             | 10000      | 10000
        """,
        "athlete.days": pd.DataFrame(
            {
                "athlete_id": "ann",
                "local_day": [day(number) for number in range(10)],
                "activity_count": [1, 0, 1, 0, 0, 2, 0, 1, 0, 0],
            }
        ),
        "athlete.splits": """
            athlete_id | week_start_on | window_weeks | easy_distance_ratio
            ann        | 2024-01-01    | 1            | 0.7
            ann        | 2024-01-01    | 4            | 0.9
        """,
        "athlete.activities": activities(
            [0, 2, 5, 7],
            session_class=["easy", "quality", "long", "easy"],
            judged_s=3600.0,
            moderate_s=[360.0, 900.0, 1080.0, 0.0],
            steady_heart_rate_bpm=[140.0, 170.0, 150.0, 140.0],
        ),
        "athlete.workouts": rows(
            [0, 2], has_strides=[True, False], is_quality=[False, True], fast_m=[500.0, 4000.0]
        ),
        "activity.bout_outlines": rows([0, 2, 5, 7], is_finely_recorded=True).drop(columns="local_day"),
        "athlete.recovery_days": rows(
            range(7), sleep_s=[None, None, None, *[25200.0] * 3, 28800.0], strength_count=[None] * 6 + [2]
        ).drop(columns="activity_id"),
    }
    found = rows_of("athlete.habit_weeks", given)
    assert set(found.week_start_on.dt.date) == {MONDAY}, "a week that is not over is none"
    assert dict(zip(found.habit, found.value, strict=True)) == pytest.approx(
        {
            "distance": 30000,
            "easy_heart_rate": 145,
            "easy_share": 0.7,
            "fast_distance": 4500,
            "longest_run": 12000,
            "medium_share": (360 + 1080) / 7200,
            "quality_sessions": 1,
            "rest_days": 4,
            "run_days": 3,
            "sleep": (3 * 25200 + 28800) / 4,
            "speed_touches": 2,
            "strength": 2,
        }
    )


def test_runs_that_nobody_can_judge_leave_the_sessions_of_their_week_unknown(rows_of: RowsOf):
    given = {
        "athlete.weeks": """
            athlete_id | week_start_on | day_count | run_count | run_day_count | distance_m | longest_run_m
            ann        | 2024-01-01    | 7         | 2         | 2             | 0          | 0
        """,
        "athlete.days": NOBODY,
        "athlete.splits": NOBODY,
        "athlete.activities": activities([0, 2], session_class=["quality", "unknown"]),
        "athlete.workouts": NOBODY,
        "athlete.recovery_days": NOBODY,
        "activity.bout_outlines": NOBODY,
    }
    assert list(rows_of("athlete.habit_weeks", given).habit) == ["run_days"]


def test_a_habit_that_changed_for_good_is_found_on_its_day(rows_of: RowsOf):
    """65 % easy for twelve weeks, 82 % in the six since."""
    (row,) = changes(rows_of, weekly([0.64, 0.66] * 6 + [0.81, 0.83] * 3))
    assert row.changed_on.date() == day(7 * 12)
    assert (row.before_value, row.after_value) == (pytest.approx(0.65), pytest.approx(0.82))
    assert (row.before_week_count, row.after_week_count) == (12, 6)


def test_what_matters_is_a_share_of_the_distance_before(rows_of: RowsOf):
    """Of 40 km, 6 km matter and 5 km do not."""
    before = [40000.0] * 10
    assert changes(rows_of, weekly([*before, *[45000.0] * 6], "distance", "m")) == []
    (row,) = changes(rows_of, weekly([*before, *[47000.0] * 6], "distance", "m"))
    assert (row.before_value, row.after_value) == (pytest.approx(40000), pytest.approx(47000))


def test_a_week_off_and_a_change_of_three_weeks_are_no_change(rows_of: RowsOf):
    habits = [0.80, 0.82] * 6
    assert changes(rows_of, weekly([*habits, 0.2, *habits])) == []
    assert changes(rows_of, weekly([*habits, 0.5, 0.5, 0.5])) == []


def test_what_scatters_anyway_has_not_changed(rows_of: RowsOf):
    """From 0.6 on average to 0.7, where weeks lie 0.3 apart."""
    assert changes(rows_of, weekly([0.45, 0.75] * 6 + [0.55, 0.85] * 4)) == []


def test_unknown_weeks_are_not_counted_as_none(rows_of: RowsOf):
    (row,) = changes(rows_of, weekly([0.65] * 4 + [None] * 3 + [0.65] * 5 + [None, 0.85] * 4))
    assert (row.before_value, row.before_week_count) == (pytest.approx(0.65), 8)
    assert (row.after_value, row.after_week_count) == (pytest.approx(0.85), 4)


def index_changes(rows_of: RowsOf, numbers: Sequence[int], index: Any, **given: Any) -> list[Any]:
    tables = {
        "athlete.quality_starts": NOBODY,
        "athlete.habit_changes": pd.DataFrame(
            {"athlete_id": ["ann"], "habit": ["easy_share"], "changed_on": [day(84)]}
        ),
        "athlete.comparable_runs": comparable(numbers, index, **given),
        "athlete.activities": activities(numbers),
        "athlete.device_links": NOBODY,
        "activity.summaries": rows(
            numbers, temperature_mean_c=[10.0 if number < 84 else 18.0 for number in numbers]
        ).drop(columns="local_day"),
    }
    return list(rows_of("athlete.index_changes", tables).itertuples())


def test_the_index_is_compared_eight_weeks_before_a_change_and_eight_since(rows_of: RowsOf):
    """100 before, 103 since, at a noise of 1.25 x 4; what is farther away does not count."""
    numbers = [10, 27, 28, 50, 60, 83, 84, 100, 120, 139, 140]
    index = [0.0, 0.0, *[100.0] * 4, *[103.0] * 4, 0.0]
    (row,) = index_changes(rows_of, numbers, index)
    assert (row.before_run_count, row.after_run_count) == (4, 4)
    assert (row.before_log_pct, row.after_log_pct) == (100, 103)
    assert row.index_change_pct == pytest.approx(3)
    assert row.index_change_error_pct == pytest.approx(5 * math.sqrt(1 / 4 + 1 / 4))
    assert row.warmer_c == pytest.approx(8)


def test_too_few_runs_since_a_change_make_no_change_of_the_index(rows_of: RowsOf):
    assert index_changes(rows_of, [30, 50, 60, 83, 84, 100, 120], 100.0) == []


HABIT_CHANGE = """
athlete_id | habit      | changed_on | before_value | after_value | unit
ann        | easy_share | 2024-03-25 | 0.62         | 0.81        | ratio
"""


def follow_up(
    rows_of: RowsOf, change_pct: float | None, error_pct: float = 1, given: str = HABIT_CHANGE
) -> Any:
    """The follow-up of a change after which the index moved by so much from that of 6:00 at 150 bpm."""
    before = 100 * math.log(1000 / 360 / 100)
    indices = pd.DataFrame(
        {
            "athlete_id": ["ann"],
            "changed_on": [day(84)],
            "before_log_pct": [before],
            "after_log_pct": [before + (change_pct or 0)],
            "index_change_pct": [change_pct],
            "index_change_error_pct": [error_pct],
        }
    )
    tables = {
        "athlete.habit_changes": given,
        "athlete.index_changes": NOBODY if change_pct is None else indices,
        "athlete.reference_points": POINTS,
    }
    (row,) = rows_of("marts.habit_changes", tables).itertuples()
    return row


def test_advice_that_was_followed_is_told_with_what_came_of_it(rows_of: RowsOf):
    row = follow_up(rows_of, 2.0)
    assert (row.cause, row.direction) == ("easy_share_low", "better")
    assert row.sentence == (
        "From 2024-03-25 on the easy share of the distance went from 62 to 81 %. "
        "At 150 bpm you ran 6:00 /km in the 8 weeks before and 5:53 in up to 8 weeks since: "
        "2.0 % faster, give or take 1.6."
    )
    assert 1000 / row.after_speed_m_per_s == pytest.approx(360 / math.exp(0.02))


@pytest.mark.parametrize(
    ("change_pct", "error_pct", "direction"),
    [(-2.0, 1.0, "worse"), (0.3, 1.0, "level"), (1.0, 1.0, "unknown"), (3.0, 2.0, "unknown")],
)
def test_a_change_within_its_error_is_level_or_unknown(
    rows_of: RowsOf, change_pct: float, error_pct: float, direction: str
):
    assert follow_up(rows_of, change_pct, error_pct).direction == direction


def test_a_change_the_other_way_answers_no_advice(rows_of: RowsOf):
    given = HABIT_CHANGE.replace("0.62", "0.91")
    assert follow_up(rows_of, 2.0, given=given).cause is None


def test_a_change_without_enough_runs_around_says_so(rows_of: RowsOf):
    row = follow_up(rows_of, None)
    assert row.direction == "unknown"
    assert row.sentence.endswith("There are too few comparable easy runs to tell what pace did since.")


# --- progress out of sight


def signs(rows_of: RowsOf, **given: Any) -> pd.DataFrame:
    tables: dict[str, Any] = {
        "athlete.periods": PERIODS,
        "athlete.activities": activities([*BEFORE, *NOW]),
        "athlete.trend_runs": NOBODY,
        "athlete.weeks": NOBODY,
        "athlete.anchors": "athlete_id | is_latest_anchor | athlete_heart_rate_resting_bpm\nann | true | 50",
        "athlete.responses": "athlete_id\nann",
        "athlete.verdicts": "athlete_id | is_latest | verdict\nann | true | plateau",
        "activity.pacings": NOBODY,
        "activity.bouts": NOBODY,
        "activity.bout_outlines": NOBODY,
    }
    tables |= {name.replace("__", "."): table for name, table in given.items()}
    return rows_of("marts.progress_signs", tables).set_index("sign")


def by_run(**columns: Any) -> pd.DataFrame:
    return rows([*BEFORE, *NOW], **columns).drop(columns="local_day")


def test_what_is_not_measured_is_unknown_and_says_what_it_takes(rows_of: RowsOf):
    found = signs(rows_of)
    assert set(found.direction) == {"unknown"}
    assert set(found.index) == {
        "index",
        "decoupling",
        "heart_rate_recovery",
        "evenness",
        "load_carried",
        "effort_felt",
    }
    assert not found.is_improving_underneath.any()
    assert "journal.csv" in found.sentence["load_carried"]


def test_a_sign_is_better_only_beyond_its_error(rows_of: RowsOf):
    """2 % +- 1 % is beyond 1.645 errors, 1 % is not."""
    clear = "athlete_id | index_change_pct | index_change_error_pct\nann | 2 | 1"
    found = signs(rows_of, athlete__responses=clear)
    assert found.direction["index"] == "better"
    assert found.sentence["index"] == (
        "Pace at the same easy heart rate: better, 2.0 % more than in the weeks before, give or take 1.6."
    )
    tiny = clear.replace("| 2 | 1", "| 0.4 | 0.1")
    assert signs(rows_of, athlete__responses=tiny).direction["index"] == "level"
    vague = clear.replace("| 2 |", "| 1 |")
    assert signs(rows_of, athlete__responses=vague).direction["index"] == "level"


def test_smoother_pacing_and_less_drift_are_better_where_they_are_less(rows_of: RowsOf):
    """From 6 and 8 % to 4 and 5 %: 2.5 points less, with an error of sqrt(1.2 / 5 + 0.33 / 4)."""
    variation = [0.06, 0.08, 0.06, 0.08, 0.07, 0.04, 0.05, 0.04, 0.05]
    drift = [0.03, 0.04, 0.03, 0.04, 0.03, 0.06, 0.07, 0.06, 0.07]
    found = signs(
        rows_of,
        athlete__activities=activities([*BEFORE, *NOW], decoupling_ratio=drift),
        athlete__trend_runs=by_run(counts_for_trend=True),
        activity__pacings=by_run(speed_variation_ratio=variation),
    )
    assert found.direction["evenness"] == "better"
    assert found.sign_change_pct["evenness"] == pytest.approx(-2.5)
    assert found.sign_error_pct["evenness"] == pytest.approx(math.sqrt(1 / 5 + (1 / 3) / 4))
    assert found.direction["decoupling"] == "worse"


def test_a_heart_that_falls_faster_after_a_bout_has_recovered_better(rows_of: RowsOf):
    """Of 120 beats above rest 24, then 36; a bout of half a minute tells nothing."""
    drops = [23.0, 25.0, 24.0, 23.0, 25.0, 35.0, 37.0, 36.0, 36.0]
    bouts = by_run(bout_number=1, duration_s=180.0, heart_rate_peak_bpm=170.0, heart_rate_drop_bpm=drops)
    found = signs(rows_of, activity__bouts=bouts)
    assert found.sign_change_pct["heart_rate_recovery"] == pytest.approx(10)
    assert found.direction["heart_rate_recovery"] == "better"
    short = signs(rows_of, activity__bouts=bouts.assign(duration_s=30.0))
    assert short.direction["heart_rate_recovery"] == "unknown"


WEEKLY_LOADS = pd.DataFrame(
    {
        "athlete_id": "ann",
        "week_start_on": [day(7 * week) for week in range(24)],
        "day_count": 7,
        "load_unknown_count": 0,
        "load_score": [195.0, 205.0] * 8 + [235.0, 245.0] * 4,
    }
)


@pytest.mark.parametrize(("resting", "direction"), [("0.01", "better"), ("0.05", "worse"), ("", "unknown")])
def test_more_load_counts_only_at_an_unchanged_resting_heart_rate(
    rows_of: RowsOf, resting: str, direction: str
):
    """240 after 200 are 20 % more."""
    responses = f"athlete_id | resting_change_ratio\nann | {resting}"
    found = signs(rows_of, athlete__weeks=WEEKLY_LOADS, athlete__responses=responses)
    assert found.direction["load_carried"] == direction
    if resting:
        assert found.sign_change_pct["load_carried"] == pytest.approx(20)


def test_three_better_signs_under_a_plateau_are_progress_out_of_sight(rows_of: RowsOf):
    given = {
        "athlete__activities": activities(
            [*BEFORE, *NOW],
            session_rpe_score=[150.0, 151.0, 149.0, 150.0, 150.0, 120.0, 121.0, 119.0, 120.0],
            heart_rate_load_score=50.0,
        ),
        "activity__pacings": by_run(
            speed_variation_ratio=[0.06, 0.07, 0.06, 0.07, 0.06, 0.03, 0.04, 0.03, 0.04]
        ),
        "athlete__responses": "athlete_id | index_change_pct | index_change_error_pct\nann | 3 | 1",
    }
    found = signs(rows_of, **given)
    assert found.direction["effort_felt"] == "better"
    assert set(found.better_count) == {3}
    assert found.is_improving_underneath.all()
    improving = "athlete_id | is_latest | verdict\nann | true | improving"
    assert not signs(rows_of, **given, athlete__verdicts=improving).is_improving_underneath.any()
