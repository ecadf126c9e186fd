"""Fast parts, sets, workouts, and the causes seen in them, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]
Row = Any  # one row of a frame, its columns as attributes

MONDAY = date(2024, 1, 1)
EASY = 2.8  # metres per second of easy running
# 4 m/s of critical speed and 200 m above it: 5 km in 1200 s, 4.1667 m/s
CRITICAL = (
    "athlete_id | valid_from | valid_until_day | critical_speed_m_per_s | d_prime_m"
    " | is_critical_speed_confident"
)
SPEEDS = f"{CRITICAL}\nann | 1900-01-01 | 9999-12-31 | 4 | 200 | true"
FIVE_KM = 5000 / 1200
ANCHORS = (
    "athlete_id | valid_from | valid_until_day | easy_below_bpm | hard_from_bpm\n"
    "ann | 1900-01-01 | 9999-12-31 | 148 | 170"
)


def bout(duration_s: float, speed: float, recovery_s: float | None = 120, **columns: Any) -> dict[str, Any]:
    """One fast part, then jogging (at 2.2 m/s) or what is said."""
    return {
        "duration_s": duration_s,
        "distance_m": duration_s * speed,
        "speed_m_per_s": speed,
        "grade_adjusted_speed_m_per_s": speed,
        "grade_ratio": 0,
        "speed_to_easy_ratio": speed / EASY,
        "recovery_s": recovery_s,
        "recovery_m": None if recovery_s is None else 2.2 * recovery_s,
        "bout_source": "laps",
    } | columns


def metres(distance_m: float, speed: float, recovery_s: float | None = 120, **columns: Any) -> dict[str, Any]:
    return bout(distance_m / speed, speed, recovery_s, **columns)


def laid(sessions: Mapping[str, Sequence[dict[str, Any]]], began_after_s: float = 900) -> pd.DataFrame:
    """Rows of activity.bouts: each run's fast parts one after the other."""
    rows: list[dict[str, Any]] = []
    for activity_id, bouts in sessions.items():
        second = began_after_s
        for number, each in enumerate(bouts, 1):
            rows.append(
                {"started_after_s": second}
                | each
                | {"athlete_id": "ann", "activity_id": activity_id, "bout_number": number}
            )
            second = rows[-1]["started_after_s"] + each["duration_s"] + (each["recovery_s"] or 0)
    columns = ["athlete_id", "activity_id", "bout_number", *bout(1, 1)]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def given(
    sessions: Mapping[str, Sequence[dict[str, Any]]],
    speeds: str = SPEEDS,
    elapsed_s: float = 4000,
    races: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    activities = pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": list(sessions),
            "local_day": [MONDAY + timedelta(days=number) for number in range(len(sessions))],
            "is_run": True,
            "elapsed_s": elapsed_s,
        }
    )
    raced = [f"ann | {race} | name" for race in races]
    return {
        "staging.activities": activities,
        "activity.bouts": laid(sessions),
        "athlete.critical_speeds": speeds,
        "athlete.anchors": ANCHORS,
        "athlete.races": "\n".join(["athlete_id | activity_id | race_source", *raced]),
    } | more


def workout(rows_of: RowsOf, *bouts: dict[str, Any], **options: Any) -> Row:
    return rows_of("athlete.workouts", given({"run": bouts}, **options)).iloc[0]


def kinds(rows_of: RowsOf, *bouts: dict[str, Any], **options: Any) -> list[str]:
    return list(rows_of("athlete.work_bouts", given({"run": bouts}, **options)).bout_kind)


# --- fast parts


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (bout(20, 5.5, 90), "stride"),
        (bout(25, 6, 180), "sprint"),
        (bout(20, 3.2, 90), "steady"),
        (bout(10, 4, 120, grade_ratio=0.07, grade_adjusted_speed_m_per_s=6), "hill_sprint"),
        (bout(60, 3, 120, grade_ratio=0.06, grade_adjusted_speed_m_per_s=4.2), "hill_repeat"),
        (metres(200, 4.5), "repeat"),
        (metres(800, 4.2), "repeat"),
        (bout(1200, 3.9, None), "tempo"),
        (bout(1200, 3.4, None), "steady"),
    ],
)
def test_a_fast_part_is_what_its_length_its_slope_and_its_speed_make_it(
    rows_of: RowsOf, part: dict[str, Any], kind: str
):
    assert kinds(rows_of, part) == [kind]


@pytest.mark.parametrize(
    ("times_five_km", "pace"),
    [(1.2, "sprint"), (1.07, "mile"), (1.03, "3k"), (1.0, "5k"), (0.96, "10k"), (0.94, "threshold"),
     (0.92, "half"), (0.88, "marathon"), (0.7, "easy")],
)  # fmt: skip
def test_a_pace_is_named_after_the_race_that_is_run_at_it(rows_of: RowsOf, times_five_km: float, pace: str):
    row = rows_of("athlete.work_bouts", given({"run": [bout(100, times_five_km * FIVE_KM)]})).iloc[0]
    assert row.pace_class == pace
    assert row.speed_to_critical_ratio == pytest.approx(times_five_km * FIVE_KM / 4)


def test_without_a_speed_to_hold_it_against_a_fast_part_has_no_pace_class_and_easy_speed_decides(
    rows_of: RowsOf,
):
    parts = [bout(180, 3.4), bout(180, 2.9)]
    rows = rows_of("athlete.work_bouts", given({"run": parts}, speeds=CRITICAL))
    assert list(rows.bout_kind) == ["repeat", "steady"]
    assert rows.pace_class.isna().all()
    assert rows.speed_to_critical_ratio.isna().all()


def test_the_nearest_critical_speed_within_a_year_counts(rows_of: RowsOf):
    one = f"{CRITICAL}\nann | 2023-03-01 | 2023-03-28 | 5 | 200 | true"
    older = f"{CRITICAL}\nann | 2022-03-01 | 2022-03-28 | 5 | 200 | true"
    later = f"{one}\nann | 2024-02-01 | 9999-12-31 | 4 | 200 | true"
    ratios = [
        rows_of("athlete.work_bouts", given({"run": [bout(180, 4)]}, speeds=speeds)).speed_to_critical_ratio[
            0
        ]
        for speeds in (one, older, later)
    ]
    assert ratios[0] == pytest.approx(0.8)
    assert math.isnan(ratios[1])
    assert ratios[2] == pytest.approx(1)


def test_a_heart_that_stays_low_for_minutes_says_that_it_was_easy(rows_of: RowsOf):
    low, short = {"heart_rate_peak_bpm": 140}, {"heart_rate_peak_bpm": 140}
    assert kinds(rows_of, bout(300, 4.2, **low), bout(90, 4.2, **short)) == ["steady", "repeat"]


def test_what_follows_without_a_stop_and_slower_is_a_float(rows_of: RowsOf):
    fast, slow = metres(400, 4.2, 0), metres(200, 3.5, 0)
    rows = rows_of(
        "athlete.work_bouts", given({"run": [fast, slow, fast, slow, fast | {"recovery_s": None}]})
    )
    assert list(rows.bout_kind) == ["repeat", "float", "repeat", "float", "repeat"]
    assert rows.recovery_s[0] == pytest.approx(200 / 3.5)
    assert rows.recovery_kind[0] == "float"


# --- workouts


UP = {"grade_ratio": 0.07, "grade_adjusted_speed_m_per_s": 4.3}
FLOAT = {"recovery_m": 200}
TEMPO = bout(900, 3.9, 180)


@pytest.mark.parametrize(
    ("template", "bouts"),
    [
        ("strides", 6 * [bout(20, 5.5, 90)]),
        ("hill_sprints", 4 * [bout(10, 3.5, 120, **UP)]),
        ("hill_repeats", 6 * [bout(60, 3, 120, **UP)]),
        ("hills_and_sprints", [*3 * [bout(90, 3, 150, **UP)], *4 * [bout(15, 3.5, 120, **UP)]]),
        ("sprints", 8 * [metres(150, 6, 180)]),
        ("repeats_200", 6 * [metres(200, 4.45, 120)]),
        ("repeats_400", 10 * [metres(400, 4.2, 90)]),
        ("repeats_800", 5 * [metres(800, 4.15, 120)]),
        ("repeats_1000", 5 * [metres(1000, 4.1, 120)]),
        ("repeats_mile", 3 * [metres(1609, 3.95, 60)]),
        ("mile_and_200", [*3 * [metres(1609, 3.95, 60)], *4 * [metres(200, 4.2, 90)]]),
        ("floats", 10 * [metres(200, 4.4, 200 / 3.5, **FLOAT)]),
        ("alternators", 8 * [metres(400, 4.2, 200 / 3.5, **FLOAT)]),
        ("tempo", [bout(1200, 3.9, 600)]),
        ("broken_tempo", 3 * [bout(480, 3.9, 90)]),
        ("tempo_and_800", [TEMPO, *2 * [metres(800, 4.15, 120)]]),
        ("800_and_tempo", [*2 * [metres(800, 4.15, 120)], TEMPO]),
        ("sandwich", [bout(840, 3.85, 60), *4 * [metres(400, 4.3, 90)], bout(840, 3.85, 600)]),
        ("michigan", [TEMPO, *3 * [metres(1000, 4.2, 90)], TEMPO]),
        ("ladder", [metres(m, v) for m, v in ((1600, 4), (1200, 4.17), (800, 4.3), (400, 4.5))]),
        ("fartlek", 7 * [bout(60, 4.15, 120)]),
        ("fartlek", [bout(60, 4.2), bout(180, 4.1), bout(45, 4.3), bout(120, 4.1), bout(300, 4)]),
        ("repeats_by_time", 5 * [bout(180, 4.15, 120)]),
        ("long_repeats", 3 * [metres(5000, 3.67, 300)]),
        ("unclassified", [metres(3000, 4, 200), metres(500, 4.3, 200)]),
    ],
)  # fmt: skip
def test_a_workout_of_the_articles_is_known_by_its_structure(
    rows_of: RowsOf, template: str, bouts: list[dict[str, Any]]
):
    assert workout(rows_of, *bouts).workout_template == template


def test_strides_after_a_workout_do_not_make_another_one_of_it(rows_of: RowsOf):
    row = workout(rows_of, *8 * [metres(400, 4.2, 90)], *4 * [metres(100, 5.5, 80)])
    assert (row.workout_template, row.has_strides, row.stride_count, row.repeat_count) == (
        "repeats_400",
        True,
        4,
        8,
    )


@pytest.mark.parametrize(("elapsed_s", "template"), [(2400, "progression"), (6000, "fast_finish")])
def test_one_fast_part_at_the_end_is_a_progression_or_the_fast_finish_of_a_long_run(
    rows_of: RowsOf, elapsed_s: float, template: str
):
    late = bout(600, 3.9, None, started_after_s=elapsed_s - 700)
    row = workout(rows_of, late, elapsed_s=elapsed_s)
    assert (row.workout_template, row.is_quality) == (template, True)


def test_a_sprint_home_is_no_progression(rows_of: RowsOf):
    row = workout(rows_of, bout(50, 4.5, None, started_after_s=2300), elapsed_s=2400)
    assert (row.workout_template, row.is_quality) == ("unclassified", False)


def test_a_race_is_a_race_whatever_is_in_it(rows_of: RowsOf):
    row = workout(rows_of, *5 * [metres(1000, 4.1)], races=["run"])
    assert (row.workout_template, row.is_race, row.is_quality) == ("race", True, False)


def test_a_signature_says_the_session_in_a_line(rows_of: RowsOf):
    row = workout(rows_of, *6 * [metres(800, 1000 / 225, 120)], *4 * [bout(20, 5.5, 90)])
    assert row.signature == "6 x 800 m @ 3:45 /km, 2:00 jog + 4 x 20 s @ 3:02 /km, 1:30 jog"
    assert (row.repeat_name, row.recovery_mean_s) == ("800 m", pytest.approx(120))


def test_the_stream_sees_edges_late_and_the_set_is_the_same(rows_of: RowsOf):
    """Six of 400 m in 95 s, each seen some seconds shorter or longer."""
    parts = [bout(95 + off, 4.2, 90, bout_source="stream") for off in (0, 4, -3, 5, -4, 2)]
    row = workout(rows_of, *parts)
    assert (row.workout_template, row.repeat_count, row.repeat_name) == ("repeats_400", 6, "400 m")


def test_fade_is_what_the_last_third_takes_longer_than_the_first(rows_of: RowsOf):
    """Six of 400 m: 100, 100, 102, 102, 105, 105 s; their standard deviation is 2.055 s of 102.33."""
    row = workout(rows_of, *[metres(400, 400 / seconds) for seconds in (100, 100, 102, 102, 105, 105)])
    assert row.fade_ratio == pytest.approx(0.05)
    assert row.evenness_ratio == pytest.approx(2.055 / 102.33, rel=1e-3)
    even = workout(rows_of, *6 * [metres(400, 4)])
    assert (even.fade_ratio, even.evenness_ratio) == (pytest.approx(0), pytest.approx(0))
    assert math.isnan(workout(rows_of, *2 * [metres(400, 4)]).fade_ratio)


def test_a_last_repetition_that_was_given_up_is_seen(rows_of: RowsOf):
    assert workout(rows_of, *5 * [metres(800, 4.1)], metres(400, 4.1)).is_cut_short
    assert not workout(rows_of, *5 * [metres(800, 4.1)]).is_cut_short


@pytest.mark.parametrize(
    ("bouts", "is_quality"),
    [
        ([metres(400, 4.2)] * 2, True),
        ([metres(400, 4.2)], False),
        ([bout(20, 5.5, 90)] * 10, False),
        ([bout(480, 3.9, None)], True),
        ([bout(480, 3.6, None)], True),
        ([bout(480, 3.55, None)], False),
        ([bout(40, 4.5)] * 2, False),
    ],
)
def test_two_fast_parts_or_eight_minutes_at_threshold_make_quality_and_strides_do_not(
    rows_of: RowsOf, bouts: list[dict[str, Any]], is_quality: bool
):
    assert workout(rows_of, *bouts).is_quality == is_quality


def test_parts_at_easy_speed_make_no_workout(rows_of: RowsOf):
    assert rows_of("athlete.workouts", given({"run": [bout(300, 3, None)]})).empty


@pytest.mark.parametrize(
    ("part", "implied"),
    [
        (metres(200, 4.4), FIVE_KM * (1609.344 / 5000) ** -0.06),
        (metres(800, 4.4), FIVE_KM),
        (metres(1609, 4), FIVE_KM * 2**-0.06),
        (bout(1200, 4), 5000 / 3600 * (3600 / 1200) ** (1 / 1.06)),
    ],
)
def test_the_speed_of_a_repetition_is_held_against_the_pace_that_the_articles_give_for_its_length(
    rows_of: RowsOf, part: dict[str, Any], implied: float
):
    levels = (
        f"athlete_id | activity_id | local_day | five_km_speed_m_per_s\nann | race | 2023-10-01 | {FIVE_KM}"
    )
    row = rows_of("athlete.workouts", given({"run": 2 * [part]}) | {"athlete.race_levels": levels}).iloc[0]
    assert row.implied_speed_m_per_s == pytest.approx(implied)
    assert row.speed_excess_ratio == pytest.approx(part["speed_m_per_s"] / implied - 1)


def test_repetitions_of_one_kind_and_about_one_length_are_a_set(rows_of: RowsOf):
    bouts = [*3 * [metres(800, 4.1)], *2 * [metres(400, 4.3)], *4 * [bout(20, 5.5)]]
    sets = rows_of("athlete.work_sets", given({"run": bouts}))
    assert list(sets.repeat_count) == [3, 2, 4]
    assert list(sets.repeat_name) == ["800 m", "400 m", "20 s"]
    assert list(sets.bout_kind) == ["repeat", "repeat", "stride"]


# --- causes

LAST = 167  # the last of 24 weeks, counted from Monday; the recent eight begin with 112


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def trained(
    rows: Sequence[tuple[int, str]], workouts: Mapping[int, Mapping[str, Any]] | None = None, **columns: Any
) -> dict[str, Any]:
    """Runs on those days, of those classes, an hour from eight o'clock; of some the workout they were."""
    numbers = [number for number, _ in rows]
    keys = {"athlete_id": "ann", "activity_id": [f"run{number:03}" for number in numbers]}
    activities = {
        **keys,
        "local_day": [day(number) for number in numbers],
        "started_at": [pd.Timestamp(day(number)) + pd.Timedelta(hours=8) for number in numbers],
        "elapsed_s": 3600,
        "is_run": True,
        "judged_s": 3600,
        "session_class": [session for _, session in rows],
        "device_key": "watch",
    }
    usual = {"is_race": False, "is_quality": True, "has_fast_repeats": False, "has_strides": False}
    found = [
        usual | {"athlete_id": "ann", "activity_id": f"run{number:03}", "local_day": day(number)} | dict(each)
        for number, each in (workouts or {}).items()
    ]
    nothing = pd.DataFrame(columns=["athlete_id", "activity_id", "local_day"])
    return {
        "athlete.activities": pd.DataFrame(activities | columns),
        "athlete.workouts": pd.DataFrame(found) if found else nothing,
        "activity.bout_outlines": pd.DataFrame(keys | {"is_finely_recorded": True}),
        "athlete.races": "athlete_id | activity_id | race_source",
        "activity.pacings": "athlete_id | activity_id | second_half_ratio",
        "athlete.bout_timings": "athlete_id | activity_id | timed_number",
        "athlete.responses": "athlete_id | index_change_pct | index_change_error_pct",
    }


def weekly(pattern: Mapping[int, str], weeks: range = range(24)) -> list[tuple[int, str]]:
    """The runs of those weeks: of each the weekdays, and the class of the run on them."""
    return [(7 * week + weekday, session) for week in weeks for weekday, session in pattern.items()]


def found(rows_of: RowsOf, cause: str, tables: Mapping[str, Any]) -> Row:
    rows = rows_of(f"athlete.cause_{cause}", tables)
    assert len(rows) == 1
    row = rows.iloc[0]
    assert row.reason.endswith(".")
    flagged = row.exposure_score is not None and row.exposure_score >= 0.5
    assert pd.notna(row.advice) == flagged
    return row


HEALTHY = {0: "easy", 1: "quality", 3: "quality", 4: "easy", 6: "long"}
EASY_ONLY = {0: "easy", 1: "easy", 3: "easy", 6: "long"}
CAUSES = [
    "athlete.cause_no_speed_work",
    "athlete.cause_too_much_speed",
    "athlete.cause_no_hard_easy",
    "athlete.cause_speed_not_fresh",
    "athlete.cause_same_workout",
    "athlete.cause_fading_pace",
    "athlete.cause_fantasy_paces",
    "athlete.cause_timing_drift",
    "athlete.cause_more_reps_slower",
]


@pytest.mark.parametrize("cause", CAUSES)
def test_without_a_run_nothing_is_said_of_workouts(rows_of: RowsOf, cause: str):
    assert rows_of(cause, trained([])).empty


def test_a_run_is_hard_or_fast_as_its_class_and_its_workout_say(rows_of: RowsOf):
    workouts = {
        1: {"has_strides": True, "is_quality": False},
        3: {"is_quality": True},
        6: {"workout_template": "fast_finish", "is_quality": False},
    }
    rows = [(0, "easy"), (1, "easy"), (3, "quality"), (5, "race"), (6, "long"), (13, "long")]
    sessions = rows_of("athlete.sessions", trained(rows, workouts))
    assert list(sessions.is_hard) == [False, False, True, True, True, False]
    assert list(sessions.has_fast_running) == [False, True, True, True, False, False]
    habits = rows_of("athlete.speed_habits", trained(rows, workouts)).iloc[0]
    assert (habits.week_count, habits.run_count, habits.hard_per_week_ratio) == (2, 6, 1.5)
    assert habits.speed_per_week_ratio == 1.5


def test_the_heart_alone_makes_a_run_hard_where_a_fifth_of_it_was_and_fast_where_half_was(rows_of: RowsOf):
    rows = [(0, "quality"), (2, "quality"), (4, "quality"), (6, "easy")]
    tables = trained(rows, moving_s=3600, hard_s=[500, 900, 2000, 0])
    sessions = rows_of("athlete.sessions", tables)
    assert list(sessions.is_hard) == [False, True, True, False]
    assert list(sessions.has_fast_running) == [False, False, True, False]


def test_an_hour_is_long_where_it_is_a_quarter_farther_than_usual(rows_of: RowsOf):
    tables = trained([(0, "easy"), (2, "easy"), (6, "easy")], moving_s=3600, distance_m=[8000, 8000, 10_000])
    assert list(rows_of("athlete.sessions", tables).is_long) == [False, False, True]


def test_weeks_without_any_fast_running_are_flagged_and_half_a_touch_a_week_is_the_border(rows_of: RowsOf):
    never = found(rows_of, "no_speed_work", trained(weekly(EASY_ONLY)))
    assert (never.value, never.coverage_ratio, never.certainty_ratio) == (0, 1, 1)
    assert never.exposure_score == pytest.approx(logistic(4.5))
    assert pd.isna(never.began_on)
    assert "nor did any before" in never.reason
    weeks_ago = {7 * week: {"has_strides": True, "is_quality": False} for week in range(12)}
    since = found(rows_of, "no_speed_work", trained(weekly(EASY_ONLY), weeks_ago))
    assert since.began_on.date() == day(78)
    assert "12 weeks ago" in since.reason


def test_strides_alone_are_fast_running_and_weeks_off_count_against_nobody(rows_of: RowsOf):
    """Four of the eight weeks have runs, and each has strides once."""
    rows = weekly(EASY_ONLY, range(16)) + weekly(EASY_ONLY, range(20, 24))
    strides = {7 * week: {"has_strides": True, "is_quality": False} for week in range(20, 24)}
    ok = found(rows_of, "no_speed_work", trained(rows, strides))
    assert (ok.value, ok.exposure_score) == (1, pytest.approx(logistic(-5.5)))
    assert ok.coverage_ratio == pytest.approx(4 / 6)
    assert len(ok.activity_ids) == 4


def test_a_coarse_recording_shows_no_strides_and_counts_half(rows_of: RowsOf):
    tables = trained(weekly(EASY_ONLY))
    coarse = tables | {
        "activity.bout_outlines": tables["activity.bout_outlines"].assign(is_finely_recorded=False)
    }
    row = found(rows_of, "no_speed_work", coarse)
    assert row.certainty_ratio == 0.5
    assert "does not record every second" in row.reason


def test_where_nothing_could_be_seen_no_missing_speed_is_found(rows_of: RowsOf):
    blind = trained(weekly({0: "unknown", 6: "unknown"}), judged_s=0)
    row = rows_of(
        "athlete.cause_no_speed_work", blind | {"activity.bout_outlines": "athlete_id | activity_id"}
    ).iloc[0]
    assert (row.value is None or math.isnan(row.value), row.coverage_ratio) == (True, 0)
    assert "could be seen" in row.reason


@pytest.mark.parametrize(
    ("pattern", "value", "score"),
    [
        (HEALTHY, 2, logistic(-3.5)),
        ({0: "quality", 2: "quality", 4: "quality", 6: "race"}, 4, logistic(6.5)),
    ],
)
def test_more_than_two_or_three_hard_sessions_a_week_are_too_many(
    rows_of: RowsOf, pattern: dict[int, str], value: float, score: float
):
    row = found(rows_of, "too_much_speed", trained(weekly(pattern)))
    assert (row.value, row.exposure_score, row.coverage_ratio) == (value, pytest.approx(score), 1)


def test_a_long_run_with_a_fast_finish_is_a_hard_one(rows_of: RowsOf):
    finishes = {7 * week + 6: {"workout_template": "fast_finish", "is_quality": False} for week in range(24)}
    assert found(rows_of, "too_much_speed", trained(weekly(HEALTHY), finishes)).value == 3


def test_too_much_speed_began_where_it_was_less_before(rows_of: RowsOf):
    rows = weekly(HEALTHY, range(16)) + weekly(dict.fromkeys((0, 2, 4, 6), "quality"), range(16, 24))
    row = found(rows_of, "too_much_speed", trained(rows))
    assert (row.value, row.began_on.date()) == (4, day(112))


def test_without_heart_rate_fast_parts_are_seen_and_the_evidence_counts_less(rows_of: RowsOf):
    """Four quality sessions among six runs a week: of the other two it is not known how hard they were."""
    pattern = {weekday: "unknown" if weekday in (1, 3) else "quality" for weekday in (0, 1, 2, 3, 4, 6)}
    workouts = {7 * week + weekday: {"is_quality": True} for week in range(24) for weekday in (0, 2, 4, 6)}
    row = found(rows_of, "too_much_speed", trained(weekly(pattern), workouts, judged_s=0))
    assert (row.value, row.coverage_ratio) == (4, 1)
    assert row.certainty_ratio == pytest.approx(1 - 0.4 / 3)


def test_where_no_effort_is_known_no_speed_is_too_much(rows_of: RowsOf):
    blind = trained(weekly({0: "unknown"}), judged_s=0)
    blind = blind | {"activity.bout_outlines": "athlete_id | activity_id"}
    row = rows_of("athlete.cause_too_much_speed", blind).iloc[0]
    assert math.isnan(row.value)
    assert math.isnan(row.exposure_score)


@pytest.mark.parametrize(
    ("pattern", "value", "score"),
    [
        (HEALTHY, 1, logistic(-0.2 / 0.06)),
        # of sixteen hard days the first of each pair is followed by a hard one
        ({1: "quality", 2: "quality", 4: "easy", 6: "easy"}, 0.5, logistic(5)),
        # every day a run: the days of rest say more
        (dict.fromkeys(range(7), "easy") | {1: "quality"}, 1, 0.6 * logistic(0.5 / 0.15)),
    ],
)
def test_a_hard_day_wants_an_easy_one_after_it_and_a_week_a_day_of_rest(
    rows_of: RowsOf, pattern: dict[int, str], value: float, score: float
):
    row = found(rows_of, "no_hard_easy", trained(weekly(pattern)))
    assert (row.value, row.exposure_score) == (value, pytest.approx(score))
    assert row.coverage_ratio == 1
    assert len(row.activity_ids) == (8 if value == 0.5 else 0)


def test_two_hard_days_tell_nothing_of_what_follows_them(rows_of: RowsOf):
    row = found(rows_of, "no_hard_easy", trained([*weekly(EASY_ONLY), (163, "quality"), (165, "quality")]))
    assert math.isnan(row.value)
    assert "2 hard days" in row.reason


def test_what_follows_hard_days_is_no_question_where_there_are_none(rows_of: RowsOf):
    row = found(rows_of, "no_hard_easy", trained(weekly(EASY_ONLY)))
    assert (row.is_applicable, math.isnan(row.exposure_score)) == (False, True)
    assert row.reason == "No hard day was seen in the last eight weeks."


def fast(*weekdays: int) -> dict[int, dict[str, Any]]:
    return {
        7 * week + weekday: {"has_fast_repeats": True, "workout_template": "repeats_400"}
        for week in range(24)
        for weekday in weekdays
    }


@pytest.mark.parametrize(
    ("pattern", "weekdays", "value", "score"),
    [
        (HEALTHY, (1, 3), 0, logistic(-5)),
        # intervals on Monday, after the long run on Sunday
        ({0: "quality", 3: "easy", 6: "long"}, (0,), 1, logistic(7.5)),
        # tempo on Tuesday, intervals the day after
        ({1: "quality", 2: "quality", 5: "easy"}, (2,), 1, logistic(7.5)),
        # intervals on Tuesday, tempo the day after: that is for no_hard_easy to say
        ({1: "quality", 2: "quality", 5: "easy"}, (1,), 0, logistic(-5)),
    ],
)
def test_fast_repeats_want_a_day_and_a_half_after_hard_or_long_runs(
    rows_of: RowsOf, pattern: dict[int, str], weekdays: tuple[int, ...], value: float, score: float
):
    row = found(rows_of, "speed_not_fresh", trained(weekly(pattern), fast(*weekdays)))
    assert (row.value, row.exposure_score, row.coverage_ratio) == (value, pytest.approx(score), 1)


def test_without_fast_repeats_their_freshness_is_not_judged(rows_of: RowsOf):
    assert rows_of("athlete.cause_speed_not_fresh", trained(weekly(HEALTHY))).empty


EIGHTS = {
    "bout_kind": "repeat",
    "repeat_count": 6,
    "repeat_name": "800 m",
    "repeat_m": 800,
    "repeat_s": 200,
    "repeat_speed_m_per_s": 4,
    "recovery_mean_s": 120,
    "signature": "6 x 800 m @ 4:10 /km, 2:00 jog",
}


def quality(*sessions: Mapping[str, Any], last: int = LAST) -> dict[str, Any]:
    """A session a week, the last of them in the last week."""
    numbers = [last - 7 * (len(sessions) - 1 - place) for place in range(len(sessions))]
    rows = [(number, "quality") for number in numbers]
    return trained(rows, dict(zip(numbers, sessions, strict=True)))


def test_the_same_workout_week_after_week_is_the_same_with_a_rep_more_or_less_and_some_seconds(
    rows_of: RowsOf,
):
    alike = [
        EIGHTS | {"repeat_count": 6 + (week % 2), "repeat_speed_m_per_s": 4 + 0.05 * (week % 3)}
        for week in range(12)
    ]
    row = found(rows_of, "same_workout", quality(*alike))
    assert (row.value, row.coverage_ratio) == (1, 1)
    assert row.exposure_score == pytest.approx(logistic(0.25 / 0.06))
    assert len(row.activity_ids) == 12
    assert "6 x 800 m @ 4:10 /km" in row.advice


@pytest.mark.parametrize(
    "other",
    [
        {"repeat_m": 400, "repeat_s": 100},
        {"repeat_count": 8},
        {"recovery_mean_s": 60},
        {"repeat_speed_m_per_s": 4.2},
    ],
)
def test_another_length_number_rest_or_pace_is_another_workout(rows_of: RowsOf, other: dict[str, Any]):
    row = found(rows_of, "same_workout", quality(*6 * [EIGHTS, EIGHTS | other]))
    assert (row.value, row.exposure_score) == (0.5, pytest.approx(logistic(-0.25 / 0.06)))


def test_a_workout_that_grows_is_no_repetition(rows_of: RowsOf):
    """From 5 to 7 times 800 m over twelve weeks: each is like the six in the middle."""
    growing = [EIGHTS | {"repeat_count": 5 + week // 4} for week in range(12)]
    row = found(rows_of, "same_workout", quality(*growing))
    assert (row.value, row.exposure_score) == (1, pytest.approx(0.3 * logistic(0.25 / 0.06)))


def test_three_sessions_are_no_habit(rows_of: RowsOf):
    row = found(rows_of, "same_workout", quality(EIGHTS, EIGHTS, EIGHTS))
    assert math.isnan(row.value)
    assert "Needs one more" in row.reason


@pytest.mark.parametrize(
    ("fade", "score"), [(0.06, logistic(5)), (0.03, 0.5), (0.01, logistic(-0.02 / 0.006))]
)
def test_repeats_that_take_three_percent_longer_at_the_end_fade(rows_of: RowsOf, fade: float, score: float):
    row = found(rows_of, "fading_pace", quality(*4 * [EIGHTS | {"fade_ratio": fade}]))
    assert (row.value, row.exposure_score, row.coverage_ratio) == (fade, pytest.approx(score), 1)


def test_a_race_fades_whose_second_half_takes_four_percent_longer(rows_of: RowsOf):
    tables = trained([(60, "race"), (100, "race"), (LAST, "easy")]) | {
        "athlete.races": "athlete_id | activity_id | race_source\nann | run060 | name\nann | run100 | name",
        "activity.pacings": (
            "athlete_id | activity_id | second_half_ratio\nann | run060 | 0.09\nann | run100 | 0.07"
        ),
    }
    row = found(rows_of, "fading_pace", tables)
    assert (row.value, row.threshold, row.coverage_ratio) == (pytest.approx(0.08), 0.04, 1)
    assert row.exposure_score == pytest.approx(logistic(5))
    assert list(row.activity_ids) == ["run060", "run100"]


@pytest.mark.parametrize(
    ("excess", "fade", "score"),
    [
        (0.08, 0.03, logistic(2.5)),  # 3 % is no more than its repetitions' fade
        (0.08, 0.0, logistic(-5)),  # held to the end: no fantasy
        (0.0, 0.06, logistic(-5)),  # fading at paces that fit is another cause
    ],
)
def test_paces_are_fantasy_where_they_are_too_fast_and_do_not_last(
    rows_of: RowsOf, excess: float, fade: float, score: float
):
    session = EIGHTS | {"speed_excess_ratio": excess, "implied_speed_m_per_s": 3.8, "fade_ratio": fade}
    row = found(rows_of, "fantasy_paces", quality(*4 * [session]))
    assert row.value == excess
    assert row.exposure_score == pytest.approx(score, rel=0.02)


def test_a_session_that_is_broken_off_did_not_last_either(rows_of: RowsOf):
    session = EIGHTS | {"speed_excess_ratio": 0.08, "implied_speed_m_per_s": 3.8, "is_cut_short": True}
    assert found(rows_of, "fantasy_paces", quality(*4 * [session])).exposure_score > 0.9


def test_without_a_race_nobody_knows_which_paces_fit(rows_of: RowsOf):
    row = found(rows_of, "fantasy_paces", quality(*4 * [EIGHTS]))
    assert math.isnan(row.exposure_score)
    assert "Needs a race" in row.reason


def timed(drift: float, contact: float | None, sessions: int = 4, reps: int = 6) -> dict[str, Any]:
    """Sessions of which the first reps are on the curve and the last third off by so much."""
    numbers = [LAST - 7 * place for place in range(sessions)]
    rows = [
        {
            "athlete_id": "ann",
            "activity_id": f"run{number:03}",
            "bout_number": rep,
            "local_day": day(number),
            "timed_number": rep,
            "bout_count": reps,
            "step_residual_ratio": drift if rep > reps - reps // 3 else 0,
            "contact_residual_ratio": None if contact is None else contact if rep > reps - reps // 3 else 0,
            "is_timing_lost": drift > 0.01 and rep > reps - reps // 3,
        }
        for number in numbers
        for rep in range(1, reps + 1)
    ]
    return trained([(number, "quality") for number in numbers]) | {"athlete.bout_timings": pd.DataFrame(rows)}


@pytest.mark.parametrize(
    ("drift", "contact", "score", "certainty"),
    [(0.02, 0.08, logistic(5), 0.6), (0.04, None, logistic(5), 0.3), (0.002, 0.01, logistic(-3.75), 0.6)],
)
def test_timing_drifts_where_contact_and_steps_become_longer_at_equal_speed(
    rows_of: RowsOf, drift: float, contact: float | None, score: float, certainty: float
):
    row = found(rows_of, "timing_drift", timed(drift, contact))
    assert row.value == (drift if contact is None else contact)
    assert (row.exposure_score, row.certainty_ratio) == (pytest.approx(score), pytest.approx(certainty))
    assert f"held for {16 if drift > 0.01 else 24} of 24" in row.reason


def test_two_sessions_are_too_few_to_speak_of_timing(rows_of: RowsOf):
    row = found(rows_of, "timing_drift", timed(0.04, 0.08, sessions=2))
    assert math.isnan(row.exposure_score)
    assert "Needs one more" in row.reason


def test_the_timing_of_a_fast_part_is_held_against_the_runners_own_curve(rows_of: RowsOf):
    """Contact of 0.8 s / speed and 180 steps at any speed; then the last two of six stay 10 % longer."""
    sessions = {
        f"run{number}": [
            metres(
                400,
                speed := 4 + 0.1 * number,
                cadence_mean_per_min=180 if rep < 4 else 170,
                ground_contact_mean_s=0.8 / speed * (1 if rep < 4 else 1.1),
            )
            for rep in range(6)
        ]
        for number in range(4)
    }
    rows = rows_of("athlete.bout_timings", given(sessions))
    assert len(rows) == 24
    first = rows[rows.activity_id == "run0"]
    assert list(first.contact_residual_ratio) == pytest.approx([0, 0, 0, 0, math.log(1.1), math.log(1.1)])
    assert list(first.step_residual_ratio) == pytest.approx([0, 0, 0, 0, *2 * [math.log(180 / 170)]])
    assert list(first.is_timing_lost) == [False] * 4 + [True] * 2
    row = rows_of("athlete.workouts", given(sessions)).iloc[0]
    assert (row.timing_held_count, row.timed_count) == (4, 6)


def grown(now_m: float, now_speed: float) -> dict[str, Any]:
    """Six times 800 m a week for sixteen weeks, then eight weeks of so many metres at such a speed."""
    base = EIGHTS | {"fast_m": 4800}
    recent = base | {"fast_m": now_m, "repeat_speed_m_per_s": now_speed}
    return quality(*16 * [base], *8 * [recent])


@pytest.mark.parametrize(
    ("now_m", "now_speed", "score"),
    [
        (7200, 3.88, logistic(0.015 / 0.004)),  # half as much again, 3 % slower
        (7200, 4.0, logistic(-0.015 / 0.004)),
        (4800, 3.88, logistic(-4)),
    ],
)
def test_more_fast_metres_and_slower_ones_go_together(
    rows_of: RowsOf, now_m: float, now_speed: float, score: float
):
    row = found(rows_of, "more_reps_slower", grown(now_m, now_speed))
    assert row.value == pytest.approx(now_m / 4800 - 1)
    assert row.exposure_score == pytest.approx(score, rel=0.01)
    assert (row.coverage_ratio, pd.isna(row.began_on)) == (1, score < 0.5)


def test_who_is_slower_in_easy_runs_too_has_another_cause(rows_of: RowsOf):
    """Repeats are 3 % slower, easy runs 5 % with an error of 1."""
    responses = "athlete_id | index_change_pct | index_change_error_pct\nann | -5 | 1"
    row = found(rows_of, "more_reps_slower", grown(7200, 3.88) | {"athlete.responses": responses})
    assert row.exposure_score == pytest.approx(logistic((0.03 - 0.04 - 0.015) / 0.004))
    assert "easy runs became slower, too" in row.reason


def test_other_repeats_than_before_cannot_be_called_slower(rows_of: RowsOf):
    base = 16 * [EIGHTS | {"fast_m": 4800}]
    others = [EIGHTS | {"fast_m": 9000, "repeat_name": f"{number} m"} for number in range(8)]
    assert rows_of("athlete.cause_more_reps_slower", quality(*base, *others)).empty


# --- what is shown


def test_every_run_has_a_kind(rows_of: RowsOf):
    rows = [(0, "easy"), (1, "easy"), (3, "quality"), (6, "long"), (8, "unknown")]
    tables = trained(
        rows,
        {3: EIGHTS | {"workout_template": "repeats_800", "pace_number": 4}},
        moving_s=[3600, 1500, 3600, 6000, 1500],
        heart_rate_mean_bpm=[140, 130, 160, 145, None],
    )
    anchors = (
        "athlete_id | valid_from | valid_until_day | athlete_heart_rate_max_bpm\n"
        "ann | 1900-01-01 | 9999-12-31 | 190"
    )
    shown = rows_of("marts.workouts", tables | {"athlete.anchors": anchors})
    assert list(shown.workout_template) == ["easy", "recovery", "repeats_800", "long", "unknown"]
    assert list(shown.pace_class.dropna()) == ["5k"]
    assert list(shown.is_quality) == [False, False, True, False, False]


def profile(**columns: Any) -> str:
    return "\n".join(
        " | ".join(map(str, row)) for row in (["athlete_id", *columns], ["ann", *columns.values()])
    )


@pytest.mark.parametrize(
    ("columns", "trait", "words"),
    [
        ({"reserve_ratio": 0.75}, "speed_reserve", "75 % of your top speed: a reserve that leaves room"),
        ({"reserve_ratio": 0.83}, "speed_reserve", "a small reserve"),
        ({"easy_cadence_per_min": 165, "easy_speed_m_per_s": 3}, "cadence", "nothing that needs a change"),
        ({"easy_cadence_per_min": 155, "easy_speed_m_per_s": 3}, "cadence", "5 % more"),
        ({"easy_cadence_per_min": 155, "easy_speed_m_per_s": 2.4}, "cadence", "nothing that needs a change"),
        (
            {
                "strides_per_week_ratio": 1,
                "strides_per_run_ratio": 6,
                "stride_s": 20,
                "stride_recovery_s": 80,
            },
            "strides",
            "Strides 1.0 times a week, 6 of 20 s with 80 s between them, as the articles have it.",
        ),
        (
            {"strides_per_week_ratio": 1, "strides_per_run_ratio": 12, "stride_s": 20},
            "strides",
            "quality before quantity",
        ),
        (
            {"hill_sprints_per_week_ratio": 1, "hill_sprints_per_run_ratio": 4, "hill_sprint_recovery_s": 60},
            "hill_sprints",
            "two minutes",
        ),
        ({"evenness_ratio": 0.015}, "even_repeats", "readiness"),
    ],
)
def test_a_trait_is_told_with_its_number_and_never_180(
    rows_of: RowsOf, columns: dict[str, Any], trait: str, words: str
):
    row = rows_of("marts.speed_profile", {"athlete.speed_profiles": profile(**columns)}).iloc[0]
    assert row.trait == trait
    assert words in row.sentence
    assert "180" not in row.sentence


def test_the_speed_reserve_is_race_speed_against_the_second_best_top_speed(rows_of: RowsOf):
    tables = trained(weekly(EASY_ONLY), is_indoor=False) | {
        "athlete.race_levels": (
            f"athlete_id | activity_id | local_day | five_km_speed_m_per_s\nann | run160 | {day(160)} | 4"
        ),
        "activity.pacings": (
            "athlete_id | activity_id | top_speed_m_per_s\n"
            "ann | run147 | 9\nann | run150 | 5\nann | run154 | 4"
        ),
        "activity.blocks": (
            "athlete_id | activity_id | block_number | steady_s | speed_m_per_s | cadence_mean_per_min\n"
            "ann | run147 | 0 | 300 | 2.9 | 166"
        ),
        "athlete.work_sets": (
            "athlete_id | activity_id | set_number | local_day | bout_kind | repeat_count | repeat_s"
            f"\nann | run147 | 1 | {day(147)} | stride | 6 | 20"
        ),
    }
    row = rows_of("athlete.speed_profiles", tables).iloc[0]
    assert (row.reserve_ratio, row.easy_cadence_per_min) == (0.8, 166)
    assert (row.strides_per_week_ratio, row.strides_per_run_ratio) == (1 / 8, 6)


def test_a_race_is_worth_5_km_by_riegel(rows_of: RowsOf):
    tables = {
        "athlete.races": "athlete_id | activity_id | race_source\nann | race | name",
        "staging.activities": f"athlete_id | activity_id | local_day\nann | race | {MONDAY}",
        "activity.best_efforts": (
            "athlete_id | activity_id | effort_distance_m | elapsed_s\n"
            "ann | race | 10000 | 2500\nann | race | 400 | 70"
        ),
    }
    row = rows_of("athlete.race_levels", tables).iloc[0]
    assert row.five_km_speed_m_per_s == pytest.approx(4 * 2**0.06)
