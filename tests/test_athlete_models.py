"""The models that see one athlete, and the marts, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from pipeline import warehouse
from pipeline.athlete import Anchor, Athlete, tables
from pipeline.schema import TABLES

RowsOf = Callable[..., pd.DataFrame]
Row = Any  # one row of a frame, its columns as attributes
Models = Mapping[str, warehouse.Model]

MONDAY = date(2024, 1, 1)
ATHLETE = "athlete_id | sex  | week_start\nann | male | monday"
few_examples = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ann(**columns: Any) -> pd.DataFrame:
    """Rows of ann; a column is one value for all rows or a value for each."""
    return pd.DataFrame({"athlete_id": "ann", **columns}, index=None if _is_long(columns) else [0])


def _is_long(columns: Mapping[str, Any]) -> bool:
    return any(
        isinstance(column, Sequence | np.ndarray) and not isinstance(column, str)
        for column in columns.values()
    )


ANCHORS = ann(
    valid_from=date(1900, 1, 1),
    valid_until_day=date(9999, 12, 31),
    is_latest_anchor=True,
    athlete_heart_rate_resting_bpm=40,
    athlete_heart_rate_max_bpm=200,
    zero_speed_heart_rate_bpm=50,
    easy_below_bpm=156,
    hard_from_bpm=176,
    is_heart_rate_max_confirmed=True,
)


def days(numbers: Sequence[int] | np.ndarray[Any, Any]) -> list[date]:
    """The days so many days after Monday, 1 January 2024."""
    return [MONDAY + timedelta(days=int(number)) for number in numbers]


def runs(numbers: Sequence[int] | np.ndarray[Any, Any], **columns: Any) -> pd.DataFrame:
    """Rows of athlete.activities: on each of those days 10 km in an hour, good enough for the trend."""
    usual = {
        "activity_id": [f"run{number:04}-{order}" for order, number in enumerate(numbers)],
        "local_day": days(numbers),
        "started_at": [pd.Timestamp(day) for day in days(numbers)],
        "sport": "running",
        "is_run": True,
        "is_indoor": False,
        "has_position": True,
        "moving_s": 3600,
        "distance_m": 10000,
        "heart_rate_known_s": 3600,
        "heart_rate_known_m": 10000,
        "judged_s": 3600,
        "judged_m": 10000,
        "steady_s": 2400,
        "speed_spread_ratio": 0.1,
        "index_log_pct": -340.0,
        "steady_heart_rate_bpm": 150,
        "device_key": "watch",
        "session_class": "easy",
    }
    return ann(**(usual | columns))


def trend_runs(
    numbers: Sequence[int] | np.ndarray[Any, Any],
    index_log_pct: Any,
    device_key: Any = "watch",
    **columns: Any,
) -> pd.DataFrame:
    """Rows of athlete.trend_runs that count."""
    return ann(
        activity_id=[f"run{number:04}-{order}" for order, number in enumerate(numbers)],
        local_day=days(numbers),
        day_number=[(day - date(1970, 1, 1)).days for day in days(numbers)],
        device_key=device_key,
        index_log_pct=index_log_pct,
        steady_heart_rate_bpm=150,
        **({"counts_for_trend": True, "reason": "counts"} | columns),
    )


def look(last: int, *windows: int) -> pd.DataFrame:
    """Rows of athlete.looks: the latest look, on that day, at windows of so many weeks."""
    return ann(
        as_of_day=days([last] * len(windows)),
        window_weeks=list(windows),
        is_latest=True,
        window_start_on=days([last - 7 * weeks + 1 for weeks in windows]),
    )


# --- loads


def loads(rows_of: RowsOf, sex: str = "male", anchors: pd.DataFrame = ANCHORS, **seconds: Any) -> Row:
    """The loads of one activity with so many seconds at each heart rate."""
    given = {
        "athlete.athletes": f"athlete_id | sex\nann | {sex}",
        "athlete.anchors": anchors,
        "staging.activities": ann(activity_id="run", local_day=MONDAY, is_run=True, is_indoor=False),
        "activity.heart_rate_seconds": ann(
            activity_id="run", **({"speed_step_m_per_s": 0, "distance_m": 0} | seconds)
        ),
    }
    return rows_of("athlete.activity_loads", given).iloc[0]


def test_half_an_hour_at_130_is_a_training_impulse_of_32(rows_of: RowsOf):
    """Banister's own example: rest 40, maximum 200, a man."""
    assert loads(rows_of, heart_rate_bpm=130, duration_s=1800).trimp_score == pytest.approx(31.80, abs=0.01)


def test_of_an_unknown_sex_the_training_impulse_lies_between_the_two(rows_of: RowsOf):
    male, unknown, female = (
        loads(rows_of, sex, heart_rate_bpm=130, duration_s=1800).trimp_score
        for sex in ("male", "unknown", "female")
    )
    assert male < unknown < female
    assert female == pytest.approx(30 * 0.5625 * 0.86 * math.exp(1.67 * 0.5625))


def test_below_resting_heart_rate_there_is_no_load(rows_of: RowsOf):
    assert loads(rows_of, heart_rate_bpm=39, duration_s=1800).trimp_score == 0


def test_edwards_weighs_a_minute_by_its_zone(rows_of: RowsOf):
    """Ten minutes each at 45, 55, 65, 75, 85 and 95 % of 200 bpm: 10 x (0 + 1 + 2 + 3 + 4 + 5)."""
    rates = [90, 110, 130, 150, 170, 190]
    assert loads(rows_of, heart_rate_bpm=rates, duration_s=600).edwards_score == pytest.approx(150)


def test_a_heart_rate_on_the_border_of_two_zones_counts_once_and_in_the_upper_one(rows_of: RowsOf):
    assert loads(rows_of, heart_rate_bpm=[100, 180], duration_s=60).edwards_score == pytest.approx(1 + 5)


@pytest.mark.parametrize("sex", ["male", "female", "unknown"])
def test_an_hour_at_threshold_is_a_load_of_100(rows_of: RowsOf, sex: str):
    load = loads(rows_of, sex, heart_rate_bpm=176, duration_s=3600).heart_rate_load_score
    assert load == pytest.approx(100)


def test_the_threshold_of_the_load_is_the_athletes_own(rows_of: RowsOf):
    """Elevate's example: an impulse of 333, maximum 190, rest 60, threshold 163 make a load of 239.09."""
    anchors = ANCHORS.assign(
        athlete_heart_rate_resting_bpm=60, athlete_heart_rate_max_bpm=190, hard_from_bpm=163
    )
    ratio = (150 - 60) / 130
    minutes = 333 / (ratio * 0.64 * math.exp(1.92 * ratio))
    load = loads(rows_of, anchors=anchors, heart_rate_bpm=150, duration_s=60 * minutes)
    assert load.trimp_score == pytest.approx(333)
    assert load.heart_rate_load_score == pytest.approx(239.09, abs=0.01)


def test_easy_is_below_the_first_threshold_and_hard_from_the_second_on(rows_of: RowsOf):
    load = loads(
        rows_of,
        heart_rate_bpm=[152, 153, 156, 158, 159, 176],
        duration_s=[1, 2, 4, 8, 16, 32],
        distance_m=[3, 6, 12, 24, 48, 96],
    )
    assert (load.easy_s, load.moderate_s, load.hard_s) == (1 + 2, 4 + 8 + 16, 32)
    assert (load.easy_minus_3_bpm_s, load.easy_plus_3_bpm_s) == (1, 1 + 2 + 4 + 8)
    assert (load.moderate_minus_3_bpm_s, load.moderate_plus_3_bpm_s) == (2 + 4 + 8 + 16, 16 + 32)
    assert (load.hard_minus_3_bpm_s, load.hard_plus_3_bpm_s) == (32, 0)
    assert (load.easy_m, load.moderate_m, load.hard_m, load.judged_m) == (9, 84, 96, 189)
    assert (load.easy_minus_3_bpm_m, load.easy_plus_3_bpm_m) == (3, 45)


def test_no_time_in_the_middle_is_none_at_all_and_not_a_rounding_error(rows_of: RowsOf):
    seconds = loads(rows_of, heart_rate_bpm=[120, 130, 140, 180], duration_s=[0.1, 0.7, 0.1, 0.2])
    assert seconds.moderate_s == 0


def test_without_a_maximum_there_is_no_load(rows_of: RowsOf):
    given = {
        "athlete.athletes": ATHLETE,
        "athlete.anchors": ANCHORS.drop(columns="athlete_heart_rate_max_bpm"),
        "staging.activities": ann(activity_id="run", local_day=MONDAY),
        "activity.heart_rate_seconds": ann(activity_id="run", heart_rate_bpm=150, duration_s=3600),
    }
    assert rows_of("athlete.activity_loads", given).empty


# --- anchors and athletes


def anchors_of(
    rows_of: RowsOf,
    peaks: Sequence[float] = (),
    lows: Any = 90,
    mean: float = 140,
    sources: Any = "strap",
    told: str = "",
    numbers: Sequence[int] | None = None,
    birth_year: str = "",
    **profile: float,
) -> Row:
    """The anchors of ann, who ran once a day with those peaks of heart rate."""
    run_days = days(numbers or range(len(peaks)))
    ids = [f"run{number}" for number in range(len(peaks))]
    given: dict[str, Any] = {
        "athlete.athletes": f"athlete_id | birth_year\nann | {birth_year}",
        "raw.athlete_anchors": f"athlete_id | anchor | valid_from | value\n{told}".strip(),
    }
    if peaks:
        given["staging.activities"] = ann(
            activity_id=ids,
            local_day=run_days,
            started_at=[pd.Timestamp(day) for day in run_days],
            is_run=True,
            is_on_foot=True,
            heart_rate_source=sources,
            **{f"profile_heart_rate_{name}_bpm": value for name, value in profile.items()},
        )
        given["activity.summaries"] = ann(
            activity_id=ids,
            heart_rate_peak_bpm=list(peaks),
            heart_rate_low_bpm=lows,
            heart_rate_mean_bpm=mean,
        )
    stretches = rows_of("athlete.anchors", given)
    (latest,) = stretches[stretches.is_latest_anchor].itertuples()
    return latest


def test_what_the_athlete_says_is_believed_before_the_watch_and_the_runs(rows_of: RowsOf):
    told = """
        ann | heart_rate_max_bpm       | 2023-01-01 | 190
        ann | heart_rate_max_bpm       |            | 195
        ann | heart_rate_resting_bpm   |            | 45
        ann | heart_rate_threshold_bpm |            | 170
    """.strip()
    anchors = anchors_of(rows_of, [180, 181], told=told, max=185, resting=50, threshold=165)
    assert anchors.athlete_heart_rate_max_bpm == 190
    assert anchors.athlete_heart_rate_resting_bpm == 45
    assert anchors.zero_speed_heart_rate_bpm == 55
    assert anchors.hard_from_bpm == 170
    assert anchors.easy_below_bpm == pytest.approx(0.78 * 190)
    assert anchors.athlete_heart_rate_max_source == "athlete.toml"
    assert anchors.athlete_heart_rate_resting_source == "athlete.toml"
    assert anchors.hard_from_source == "athlete.toml"
    assert anchors.easy_below_source == "default"


def test_the_watch_is_believed_until_two_runs_have_gone_higher(rows_of: RowsOf):
    below = anchors_of(rows_of, [180, 181], max=185, resting=50, threshold=165)
    once = anchors_of(rows_of, [180, 195], max=185)
    twice = anchors_of(rows_of, [193, 195], max=185)
    assert (below.athlete_heart_rate_max_bpm, below.athlete_heart_rate_max_source) == (185, "device")
    assert (below.athlete_heart_rate_resting_bpm, below.athlete_heart_rate_resting_source) == (50, "device")
    assert (below.hard_from_bpm, below.hard_from_source) == (165, "device")
    assert (once.athlete_heart_rate_max_bpm, once.athlete_heart_rate_max_source) == (185, "device")
    assert (twice.athlete_heart_rate_max_bpm, twice.athlete_heart_rate_max_source) == (193, "runs")


def test_a_single_spike_is_no_maximum(rows_of: RowsOf):
    spiked = anchors_of(rows_of, [186, 188, 225])
    assert spiked.athlete_heart_rate_max_bpm == 188
    assert not spiked.is_heart_rate_max_confirmed
    assert anchors_of(rows_of, [186, 188]).is_heart_rate_max_confirmed


def test_a_single_dip_is_no_resting_heart_rate(rows_of: RowsOf):
    assert anchors_of(rows_of, [186, 188, 187], lows=[41, 55, 58]).athlete_heart_rate_resting_bpm == 55


def test_a_strap_is_believed_before_the_wrist(rows_of: RowsOf):
    mixed = anchors_of(rows_of, [185, 184, 210, 212], sources=["strap", "strap", "wrist", "wrist"])
    wrist = anchors_of(rows_of, [190, 192, 189], sources="wrist")
    assert mixed.athlete_heart_rate_max_bpm == 184
    assert wrist.athlete_heart_rate_max_bpm == 190


def test_who_never_runs_hard_has_the_maximum_of_the_age(rows_of: RowsOf):
    """Truly 188, all runs at 68 % with peaks of 147: born 1986, the usual maximum is 211 - 0.64 x 38."""
    easy: dict[str, Any] = {"peaks": [146, 147, 147], "mean": 128}
    aged = anchors_of(rows_of, **easy, birth_year="1986")
    assert aged.athlete_heart_rate_max_bpm == pytest.approx(186.68)
    assert aged.athlete_heart_rate_max_source == "age"
    assert aged.is_heart_rate_max_confirmed
    unknown = anchors_of(rows_of, **easy)
    assert (unknown.athlete_heart_rate_max_bpm, unknown.athlete_heart_rate_max_source) == (147, "runs")
    assert not unknown.is_heart_rate_max_confirmed
    assert anchors_of(rows_of, **easy, birth_year="1986", max=185).athlete_heart_rate_max_source == "device"


def test_runs_above_the_maximum_of_the_age_are_believed(rows_of: RowsOf):
    anchors = anchors_of(rows_of, [194, 195], birth_year="1986")
    assert (anchors.athlete_heart_rate_max_bpm, anchors.athlete_heart_rate_max_source) == (194, "runs")


def test_what_holds_from_tomorrow_on_does_not_hold_yet(rows_of: RowsOf):
    """The last run is on 2 January."""
    told = "ann | heart_rate_max_bpm | 2024-01-02 | 190\nann | heart_rate_max_bpm | 2024-01-03 | 200"
    assert anchors_of(rows_of, [180, 181], told=told).athlete_heart_rate_max_bpm == 190


def test_a_maximum_is_forgotten_after_two_years(rows_of: RowsOf):
    assert (
        anchors_of(rows_of, [199, 198, 185, 184], numbers=[0, 1, 800, 801]).athlete_heart_rate_max_bpm == 184
    )


def test_when_nothing_is_known_only_the_resting_heart_rate_has_a_default(rows_of: RowsOf):
    nothing = anchors_of(rows_of)
    assert nothing.athlete_heart_rate_resting_bpm == 60
    assert nothing.athlete_heart_rate_resting_source == "default"
    for unknown in (
        "athlete_heart_rate_max_bpm",
        "athlete_heart_rate_max_source",
        "easy_below_bpm",
        "hard_from_bpm",
    ):
        assert pd.isna(getattr(nothing, unknown))


def test_the_default_second_threshold_is_at_85_percent_of_reserve(rows_of: RowsOf):
    anchors = anchors_of(rows_of, [200, 200], resting=40)
    assert (anchors.hard_from_bpm, anchors.hard_from_source) == (pytest.approx(176), "default")


def test_a_heart_rate_that_stands_still_gives_no_maximum_and_stops_no_report(rows_of: RowsOf):
    anchors = anchors_of(rows_of, [55, 55], lows=55)
    assert pd.isna(anchors.athlete_heart_rate_max_bpm)
    assert pd.isna(anchors.athlete_heart_rate_max_source)


@pytest.mark.parametrize(("threshold", "hard_from_bpm"), [(45, 176), (230, 176), (150, 150)])
def test_a_threshold_outside_rest_and_maximum_is_not_one(
    rows_of: RowsOf, threshold: float, hard_from_bpm: float
):
    anchors = anchors_of(rows_of, [200, 200], resting=50 if threshold == 45 else 40, threshold=threshold)
    expected = 50 + 0.85 * 150 if threshold == 45 else hard_from_bpm
    assert anchors.hard_from_bpm == pytest.approx(expected)
    assert anchors.easy_below_bpm <= anchors.hard_from_bpm


def test_the_mart_lists_each_known_anchor_with_its_source(rows_of: RowsOf):
    anchors = ann(
        valid_from=date(1900, 1, 1),
        valid_until_day=date(9999, 12, 31),
        athlete_heart_rate_max_bpm=190,
        athlete_heart_rate_max_source="device",
        athlete_heart_rate_resting_bpm=60,
        athlete_heart_rate_resting_source="default",
        is_heart_rate_max_confirmed=True,
    )
    listed = rows_of("marts.anchors", {"athlete.span_anchors": anchors})
    assert listed[["anchor", "value", "source", "is_confirmed"]].to_numpy().tolist() == [
        ["heart_rate_max_bpm", 190, "device", True],
        ["heart_rate_resting_bpm", 60, "default", False],
    ]


def test_an_athlete_who_has_said_nothing_has_defaults_and_the_sex_of_the_watch(rows_of: RowsOf):
    athletes = rows_of(
        "athlete.athletes",
        {
            "raw.files": "athlete_id | path\nann | a.fit\nbob | b.fit",
            "raw.athletes": """
                athlete_id | sex  | units | week_start | birth_year
                cat        | male | mi    | sunday     | 1990
            """,
            "staging.activities": ann(activity_id=["1", "2", "3"], profile_sex=["female", "female", "male"]),
        },
    ).set_index("athlete_id")
    assert list(athletes.loc["ann", ["sex", "units", "week_start"]]) == ["female", "km", "monday"]
    assert athletes.loc["bob", "sex"] == "unknown"
    assert list(athletes.loc["cat", ["sex", "units", "week_start", "birth_year"]]) == [
        "male",
        "mi",
        "sunday",
        1990,
    ]


# --- sessions

GROWN = """
    athlete_id | path  | digest | modified_at         | outcome   | activity_id
    ann        | a.fit | half   | 2024-01-01 08:00:00 | imported  | a-half
    ann        | a.fit | whole  | 2024-01-01 09:00:00 | imported  | a-whole
    ann        | b.fit | half   | 2024-01-01 08:30:00 | duplicate |
"""


@pytest.mark.parametrize(("start", "left"), [("06:00", ["a-whole"]), ("18:00", ["a-half", "a-whole"])])
def test_a_file_that_grew_in_place_is_one_activity(rows_of: RowsOf, start: str, left: list[str]):
    """Half a run in the morning and all of it an hour later; another start is another run."""
    given = {
        "raw.files": GROWN,
        "raw.activities": f"""
            athlete_id | activity_id | file_digest | sport   | started_at          | distance_m
            ann        | a-half      | half        | running | 2024-01-01 06:00:00 | 5000
            ann        | a-whole     | whole       | running | 2024-01-01 {start}:00 | 10000
        """,
        "raw.laps": ann(activity_id=["a-half", "a-whole"], lap_number=1),
        "raw.records": ann(
            activity_id=["a-half", "a-whole"], recorded_at=pd.Timestamp("2024-01-01 06:00:00")
        ),
    }
    for table in ("staging.activities", "marts.activities", "marts.laps", "marts.records"):
        assert list(rows_of(table, given).activity_id) == left, table
    weekly = rows_of("marts.weekly_load", given)
    assert list(weekly.distance_m) == [10000 if len(left) == 1 else 15000]


# --- activities


def activities(rows_of: RowsOf, ids: Sequence[str], **given: dict[str, Any]) -> pd.DataFrame:
    """athlete.activities of runs with those ids, with columns for staging, summaries, loads and others."""
    layers = {
        "staging": "staging.activities",
        "summaries": "activity.summaries",
        "terrains": "activity.terrains",
        "steadiness": "activity.steadiness",
        "loads": "athlete.activity_loads",
        "indices": "athlete.run_indices",
    }
    staging = {"sport": "running", "is_run": True, "is_on_foot": True, "local_day": MONDAY} | given.pop(
        "staging", {}
    )
    written = {name: given.get(name, {}) for name in layers} | {"staging": staging}
    rows = {
        layers[name]: ann(activity_id=list(ids), **columns) if columns else "athlete_id | activity_id"
        for name, columns in written.items()
    }
    return rows_of("athlete.activities", rows).set_index("activity_id")


def test_without_heart_rate_the_load_is_the_athletes_usual_one_for_the_time(rows_of: RowsOf):
    """Two runs with 60 and 80 an hour: an hour and a half without heart rate counts 105."""
    rows = activities(
        rows_of,
        ["a", "b", "c"],
        summaries={"moving_s": [3600, 3600, 5400], "recorded_s": 3600, "heart_rate_known_s": [3600, 3600, 0]},
        loads={"heart_rate_load_score": [60, 80, math.nan]},
    )
    assert list(rows.load_score) == pytest.approx([60, 80, 105])
    assert list(rows.load_method) == ["heart_rate", "heart_rate", "duration"]


def test_a_heart_rate_for_half_of_the_run_is_not_enough_for_its_load(rows_of: RowsOf):
    rows = activities(
        rows_of,
        ["a", "b"],
        summaries={"moving_s": 3600, "recorded_s": 3600, "heart_rate_known_s": [3600, 1800]},
        loads={"heart_rate_load_score": [60, 25]},
    )
    assert list(rows.load_score) == pytest.approx([60, 60])
    assert list(rows.heart_rate_coverage_ratio) == pytest.approx([1, 0.5])


def test_a_load_that_nobody_can_tell_is_null_and_not_zero(rows_of: RowsOf):
    rows = activities(
        rows_of, ["a"], summaries={"moving_s": 3600, "recorded_s": 3600, "heart_rate_known_s": 3600}
    )
    assert rows.load_score.isna().all()
    assert rows.load_method.isna().all()


def test_a_treadmill_run_without_any_speed_lasted_as_long_as_its_timer_ran(rows_of: RowsOf):
    rows = activities(
        rows_of,
        ["a", "b"],
        staging={"timer_s": [3600, 1800]},
        summaries={"moving_s": [3600, 0], "recorded_s": [3600, 1800], "heart_rate_known_s": [3600, 0]},
        loads={"heart_rate_load_score": [60, math.nan]},
    )
    assert list(rows.moving_s) == [3600, 1800]
    assert list(rows.load_score) == pytest.approx([60, 30])


def test_another_sport_does_not_lend_its_load(rows_of: RowsOf):
    rows = activities(
        rows_of,
        ["a", "b"],
        staging={"sport": ["running", "cycling"], "is_run": [True, False]},
        summaries={"moving_s": 3600, "recorded_s": 3600, "heart_rate_known_s": [3600, 0]},
        loads={"heart_rate_load_score": [60, math.nan]},
    )
    assert pd.isna(rows.load_score["b"])


def test_a_session_is_hard_long_or_easy(rows_of: RowsOf):
    """Usual run: 10 km. Eight hard minutes make quality; 70 minutes and a quarter further, long."""
    rows = activities(
        rows_of,
        ["easy", "fast", "just_not_fast", "long", "slow", "ride"],
        staging={
            "distance_m": [10000, 10000, 10000, 13000, 10000, 50000],
            "is_run": [True, True, True, True, True, False],
        },
        summaries={"moving_s": [3600, 3600, 3600, 4800, 4800, 7200]},
        loads={"hard_s": [0, 480, 479, 0, 0, 0], "judged_s": 3600},
    )
    assert dict(rows.session_class) == {
        "easy": "easy",
        "fast": "quality",
        "just_not_fast": "easy",
        "long": "long",
        "slow": "easy",
        "ride": "not_a_run",
    }


def test_whether_a_run_without_heart_rate_was_hard_is_unknown(rows_of: RowsOf):
    rows = activities(
        rows_of, ["run", "ride"], staging={"is_run": [True, False]}, summaries={"moving_s": 3600}
    )
    assert dict(rows.session_class) == {"run": "unknown", "ride": "not_a_run"}


def test_the_grade_of_a_ride_adjusts_no_speed(rows_of: RowsOf):
    rows = activities(
        rows_of,
        ["ride", "run"],
        staging={"is_on_foot": [False, True]},
        summaries={"moving_s": 3000, "moving_m": 9000, "grade_adjusted_m": 9300},
    )
    assert rows.grade_adjusted_speed_m_per_s.isna().to_dict() == {"ride": True, "run": False}


def test_speed_is_over_moving_time_and_nothing_is_divided_by_zero(rows_of: RowsOf):
    rows = activities(
        rows_of,
        ["a", "b"],
        summaries={
            "moving_s": [3000, 0],
            "moving_m": [9000, 0],
            "grade_adjusted_m": [9300, 0],
            "recorded_s": [3600, 0],
        },
        loads={"easy_s": [1800, 0], "judged_s": [3600, 0]},
    )
    assert rows.speed_m_per_s["a"] == pytest.approx(3)
    assert rows.grade_adjusted_speed_m_per_s["a"] == pytest.approx(3.1)
    assert rows.easy_ratio["a"] == pytest.approx(0.5)
    unknown = rows[["speed_m_per_s", "grade_adjusted_speed_m_per_s", "easy_ratio"]].loc["b"]
    assert list(unknown.isna()) == [True] * 3


# --- days


def days_of(rows_of: RowsOf, load_scores: Mapping[int, float], **columns: Any) -> pd.DataFrame:
    """athlete.days of ann with an activity of that load on each of those days."""
    numbers = list(load_scores)
    activities = runs(numbers, load_score=list(load_scores.values()), **columns)
    return rows_of("athlete.days", {"athlete.activities": activities})


def test_monotony_and_strain_of_fosters_example(rows_of: RowsOf):
    """With the population's standard deviation, the square root of 500/7: published as 2.367 and 331.36."""
    week = days_of(rows_of, dict(enumerate([5, 15, 20, 20, 20, 25, 35])))
    assert week.monotony.isna().tolist() == [True] * 6 + [False]
    assert week.monotony[6] == pytest.approx(20 / math.sqrt(500 / 7))
    assert week.monotony[6] == pytest.approx(2.367, abs=1e-3)
    assert week.strain_score[6] == pytest.approx(331.36, abs=0.1)


def test_the_same_load_every_day_has_no_monotony_rather_than_an_endless_one(rows_of: RowsOf):
    assert days_of(rows_of, dict.fromkeys(range(30), 33.1)).monotony.isna().all()
    # sums of it in another order differ in the last digit
    loads = {day: 50.57057693149 + 1e-14 * (day % 2) for day in range(30)}
    assert days_of(rows_of, loads).monotony.isna().all()


def test_rest_days_are_days(rows_of: RowsOf):
    rows = days_of(rows_of, {0: 70, 3: 70})
    assert list(rows.load_score) == [70, 0, 0, 70]
    assert list(rows.run_count) == [1, 0, 0, 1]
    assert list(rows.distance_m) == [10000, 0, 0, 10000]


@few_examples
@given(load_scores=st.lists(st.floats(0, 400), min_size=1, max_size=60))
def test_fitness_and_fatigue_follow_their_recursion_and_form_is_yesterdays(
    rows_of: RowsOf, load_scores: list[float]
):
    rows = days_of(rows_of, dict(enumerate(load_scores)))
    for column, tau in (("fitness_score", 42), ("fatigue_score", 7)):
        level, expected = 0.0, list[float]()
        for load in load_scores:
            level += (load - level) * (1 - math.exp(-1 / tau))
            expected.append(level)
        assert list(rows[column]) == pytest.approx(expected, abs=1e-6)
    form = rows.fitness_score - rows.fatigue_score
    assert pd.isna(rows.form_score[0])
    assert list(rows.form_score[1:]) == pytest.approx(list(form[:-1]))


def test_the_first_six_weeks_are_warming_up(rows_of: RowsOf):
    assert days_of(rows_of, {0: 50, 50: 50}).is_warming_up.sum() == 42


def test_several_activities_of_a_day_add_up_and_an_unknown_load_is_counted(rows_of: RowsOf):
    activities = runs([0, 0, 0], load_score=[50, 20, math.nan], is_run=[True, False, True])
    day = rows_of("athlete.days", {"athlete.activities": activities}).iloc[0]
    assert (day.activity_count, day.run_count, day.load_score, day.load_unknown_count) == (3, 2, 70, 1)
    assert (day.distance_m, day.moving_s) == (20000, 7200)


def test_a_day_whose_load_nobody_can_tell_has_none_and_fitness_goes_on_without_it(rows_of: RowsOf):
    rows = days_of(rows_of, {0: math.nan, 1: 70, 2: math.nan})
    assert rows.load_score.isna().tolist() == [True, False, True]
    assert rows.fitness_score[0] == 0
    assert rows.fitness_score[1] > rows.fitness_score[2] > 0


def test_a_week_that_holds_an_unknown_load_has_no_monotony(rows_of: RowsOf):
    rows = days_of(rows_of, dict(enumerate([math.nan, 5, 15, 20, 20, 20, 25, 35])))
    assert rows.monotony.isna().tolist() == [True] * 7 + [False]


# --- weeks


def weeks_of(rows_of: RowsOf, activities: pd.DataFrame, week_start: str = "monday") -> pd.DataFrame:
    """athlete.weeks of those activities, by their first day."""
    athletes = f"athlete_id | week_start\nann | {week_start}"
    given = {"athlete.activities": activities, "athlete.athletes": athletes}
    return rows_of("athlete.weeks", given).set_index("week_start_on")


@pytest.mark.parametrize(("week_start", "starts"), [("monday", [0, 7]), ("sunday", [-1, 6])])
def test_a_week_starts_when_the_athlete_says(rows_of: RowsOf, week_start: str, starts: list[int]):
    """Saturday and the Sunday after it, and the Monday after that."""
    weeks = weeks_of(rows_of, runs([5, 6, 7]), week_start)
    assert [day.date() for day in weeks.index] == days(starts)
    assert list(weeks.run_count) == ([2, 1] if week_start == "monday" else [1, 2])


@pytest.mark.parametrize(("week_start", "start"), [("monday", "2024-01-01"), ("sunday", "2024-01-07")])
def test_a_sunday_evening_run_in_america_is_in_its_own_week(rows_of: RowsOf, week_start: str, start: str):
    """20:30 on Sunday in New York is 01:30 on Monday in Greenwich."""
    weeks = rows_of(
        "athlete.weeks",
        {
            "raw.athletes": f"athlete_id | week_start\nann | {week_start}",
            "raw.activities": """
                athlete_id | activity_id | sport   | started_at          | utc_offset_s | distance_m
                ann        | run         | running | 2024-01-08 01:30:00 | -18000       | 5000
            """,
        },
    )
    assert [str(day.date()) for day in weeks.week_start_on] == [start]
    assert list(weeks.distance_m) == [5000]


def test_an_empty_week_is_a_row(rows_of: RowsOf):
    weeks = weeks_of(rows_of, runs([0, 14], load_score=70))
    assert list(weeks.activity_count) == [1, 0, 1]
    assert list(weeks.distance_m) == [10000, 0, 10000]
    assert list(weeks.longest_run_m) == [10000, 0, 10000]
    assert list(weeks.run_day_count) == [1, 0, 1]


def test_a_week_is_compared_with_the_three_before(rows_of: RowsOf):
    """40, 50, 60 km, then 35 (30 % less), then 50 (a few per cent more); a load of 1 per km."""
    km = [40, 50, 60, 35, 50]
    numbers = [7 * week + day for week in range(5) for day in (0, 6)]
    halves = [distance / 2 for distance in km for _ in (0, 1)]
    weeks = weeks_of(rows_of, runs(numbers, distance_m=[1000 * half for half in halves], load_score=halves))
    assert weeks.load_change_ratio.isna().tolist() == [True, True, True, False, False]
    assert list(weeks.load_change_ratio[3:]) == pytest.approx([-0.3, 50 / (145 / 3) - 1])
    assert weeks.is_down_week.isna().tolist() == [True, True, True, False, False]
    assert list(weeks.is_down_week[3:]) == [True, False]


def test_an_unknown_load_is_not_published_as_none(rows_of: RowsOf):
    """Six weeks of daily runs: one has no load at all, and no week that looks back at it has a change."""
    loads = [math.nan if day // 7 == 1 else 50 for day in range(42)]
    given = {"athlete.activities": runs(list(range(42)), load_score=loads), "athlete.athletes": ATHLETE}
    weeks = rows_of("marts.weekly_load", given)
    assert weeks.load_score.isna().tolist() == [False, True, False, False, False, False]
    assert list(weeks.load_unknown_count) == [0, 7, 0, 0, 0, 0]
    assert weeks.load_change_ratio.isna().tolist() == [True] * 5 + [False]


def test_an_unfinished_week_is_no_lighter_one(rows_of: RowsOf):
    weeks = weeks_of(rows_of, runs([*range(0, 28, 2), 27, 28], load_score=50))
    assert list(weeks.day_count) == [7, 7, 7, 7, 1]
    assert pd.isna(weeks.is_down_week.iloc[-1])
    assert pd.isna(weeks.load_change_ratio.iloc[-1])


def test_a_week_whose_runs_have_no_distance_is_no_lighter_one(rows_of: RowsOf):
    numbers = list(range(28))
    distance = [10000.0] * 21 + [math.nan] * 7
    assert pd.isna(weeks_of(rows_of, runs(numbers, distance_m=distance)).is_down_week.iloc[-1])


def test_a_week_of_rest_is_a_lighter_one(rows_of: RowsOf):
    assert weeks_of(rows_of, runs([*range(21), 28, 34])).is_down_week.iloc[3]


# --- the split


def split(rows_of: RowsOf, mart: str = "athlete.splits", **columns: Any) -> Row:
    """The split of the only week, of runs with those columns."""
    count = max([1, *(len(column) for column in columns.values() if isinstance(column, list))])
    bands = ("easy_s", "moderate_s", "hard_s")
    if any(band in columns for band in bands):
        columns["judged_s"] = list(np.sum([np.broadcast_to(columns[band], count) for band in bands], axis=0))
    activities = runs([0] * count, **columns)
    given = {
        "athlete.activities": activities,
        "athlete.anchors": ANCHORS,
        "athlete.weeks": ann(week_start_on=[MONDAY]),
    }
    rows = rows_of(mart, given)
    assert list(rows.window_weeks) == [1, 4, 8]
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("easy", "moderate", "hard", "index"),
    [
        (80, 5, 15, 2.380),
        (77, 3, 20, 2.710),
        (46, 35, 19, 1.397),
        (75, 20, 5, 1.273),
        (80, 20, 0, 0),
        (100, 0, 0, 0),
        (80, 0, 20, math.log10(0.80 / 0.01 * 0.19 * 100)),
        (30, 20, 50, None),
        (99.5, 0, 0.5, None),
    ],
)
def test_the_polarization_index_is_treffs(
    rows_of: RowsOf, easy: float, moderate: float, hard: float, index: float | None
):
    """Nothing hard is 0; an empty middle counts as 1 %; more hard than easy running has no index."""
    found = split(rows_of, easy_s=36 * easy, moderate_s=36 * moderate, hard_s=36 * hard)
    assert found.easy_time_ratio == pytest.approx(easy / 100)
    if index is None:
        assert pd.isna(found.polarization_index)
    else:
        assert found.polarization_index == pytest.approx(index, abs=1e-3)


def test_the_split_is_taken_by_time_by_distance_and_by_session_and_with_other_thresholds(rows_of: RowsOf):
    """An easy hour over 9 km, and an hour of workout: a quarter of it easy, over 2 of 11 km."""
    found = split(
        rows_of,
        mart="marts.intensity_split",
        easy_s=[3600, 900],
        moderate_s=[0, 900],
        hard_s=[0, 1800],
        easy_minus_3_bpm_s=[3600, 0],
        easy_plus_3_bpm_s=[3600, 1800],
        hard_minus_3_bpm_s=[0, 2700],
        moderate_plus_3_bpm_s=[0, 1080],
        easy_m=[9000, 2000],
        moderate_m=[0, 3000],
        hard_m=[0, 6000],
        judged_m=[9000, 11000],
        easy_minus_3_bpm_m=[9000, 0],
        easy_plus_3_bpm_m=[9000, 4000],
        pace_judged_s=[0, 720],
        zone_2_s=[3600, 900],
        zone_5_m=[0, 6000],
        session_class=["easy", "quality"],
    )
    assert found.easy_time_ratio == pytest.approx(4500 / 7200)
    assert found.easy_distance_ratio == pytest.approx(11 / 20)
    assert found.easy_shortfall_ratio == pytest.approx(0.80 - 0.55)
    assert found.easy_session_ratio == pytest.approx(1 / 2)
    assert found.easy_time_minus_3_bpm_ratio == pytest.approx(3600 / 7200)
    assert found.easy_time_plus_3_bpm_ratio == pytest.approx(5400 / 7200)
    assert found.hard_time_minus_3_bpm_ratio == pytest.approx(2700 / 7200)
    assert found.moderate_time_plus_3_bpm_ratio == pytest.approx(1080 / 7200)
    assert found.moderate_distance_ratio == pytest.approx(3 / 20)
    assert found.hard_distance_ratio == pytest.approx(6 / 20)
    assert found.easy_distance_minus_3_bpm_ratio == pytest.approx(9 / 20)
    assert found.easy_distance_plus_3_bpm_ratio == pytest.approx(13 / 20)
    assert (found.zone_2_s, found.zone_5_m) == (4500, 6000)
    assert found.heart_rate_coverage_ratio == 1
    assert found.pace_judged_ratio == pytest.approx(0.1)


def test_runs_without_heart_rate_are_neither_easy_nor_hard(rows_of: RowsOf):
    unknown: dict[str, Any] = dict.fromkeys(
        ["easy_s", "moderate_s", "hard_s", "easy_m", "judged_m", "heart_rate_known_s"],
        [math.nan] * 2,
    )
    found = split(rows_of, **unknown, session_class="unknown")
    for column in ("easy_time_ratio", "easy_distance_ratio", "easy_session_ratio", "polarization_index"):
        assert pd.isna(found[column]), column
    assert found.heart_rate_coverage_ratio == 0
    assert found.run_count == 2


def test_four_weeks_hold_the_runs_of_four_weeks(rows_of: RowsOf):
    given = {
        "athlete.activities": runs(
            [0, 7, 14, 21, 28], easy_s=[1, 2, 4, 8, 16], moderate_s=0, hard_s=0, judged_s=[1, 2, 4, 8, 16]
        ),
        "athlete.weeks": ann(week_start_on=days([0, 7, 14, 21, 28, 35])),
    }
    rows = rows_of("athlete.splits", given)
    rows["easy_s"] = rows.easy_s.astype(int)
    by_window = rows.set_index(["window_weeks", rows.week_start_on.dt.date]).easy_s
    assert by_window[4].tolist() == [1, 3, 7, 15, 30, 28]
    assert by_window[8].tolist() == [1, 3, 7, 15, 31, 31]
    assert by_window[1].tolist() == [1, 2, 4, 8, 16]


# --- which runs carry the trend


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("steady_s", 900, "counts"),
        ("heart_rate_known_s", math.nan, "no heart rate"),
        ("heart_rate_known_s", 0, "no heart rate"),  # judged by pace alone
        ("is_indoor", True, "treadmill or indoor"),
        ("has_position", False, "no position, so the speed is not a satellite's"),
        ("steady_s", 899, "too short a steady part"),
        ("steady_s", math.nan, "too short a steady part"),
        ("speed_spread_ratio", 0.21, "uneven pace"),
        ("index_log_pct", math.nan, "heart rate too low for the index"),
    ],
)
def test_a_run_that_does_not_count_says_why(rows_of: RowsOf, column: str, value: Any, reason: str):
    rows = rows_of("athlete.trend_runs", {"athlete.activities": runs([0], **{column: value})})
    assert list(rows.reason) == [reason]
    assert list(rows.counts_for_trend) == [reason == "counts"]


def test_the_runs_of_the_first_three_weeks_after_a_break_do_not_count(rows_of: RowsOf):
    """13 days without a run are no break, 14 are."""
    rows = rows_of("athlete.trend_runs", {"athlete.activities": runs([0, 13, 27, 40, 47, 48])})
    back = "just back from a break"
    assert list(rows.reason) == ["counts", "counts", back, back, back, "counts"]


def test_a_ride_is_no_run_and_ends_no_break(rows_of: RowsOf):
    rows = rows_of(
        "athlete.trend_runs",
        {"athlete.activities": runs([0, 10, 20], is_run=[True, False, True])},
    )
    assert list(rows.reason) == ["counts", "just back from a break"]


def indices(rows_of: RowsOf, speeds: Sequence[float], heart_rates: Sequence[float]) -> Row:
    """The index of a run with those blocks."""
    blocks = ann(
        activity_id="run",
        block_number=list(range(len(speeds))),
        speed_m_per_s=list(speeds),
        heart_rate_bpm=list(heart_rates),
        steady_s=300,
    )
    given = {
        "activity.blocks": blocks,
        "athlete.anchors": ANCHORS,
        "staging.activities": ann(activity_id="run", sport="running", is_run=True, started_at=MONDAY),
    }
    return rows_of("athlete.run_indices", given).iloc[0]


def test_running_harder_does_not_change_the_index(rows_of: RowsOf):
    """30 beats for each m/s above the 50 bpm of no speed: the same runner, easy or hard."""
    easy, hard = indices(rows_of, [3.0], [140]), indices(rows_of, [4.0], [170])
    assert easy.index_log_pct == pytest.approx(100 * math.log(1 / 30))
    assert hard.index_log_pct == pytest.approx(easy.index_log_pct)


def test_one_percent_faster_at_the_same_heart_rate_is_one_more(rows_of: RowsOf):
    change = indices(rows_of, [3.03], [140]).index_log_pct - indices(rows_of, [3.0], [140]).index_log_pct
    assert change == pytest.approx(1, abs=0.01)


def test_the_index_is_the_median_block_and_no_block_near_zero_speed_counts(rows_of: RowsOf):
    found = indices(rows_of, [3, 3, 6, 3, 0], [140, 140, 140, 69, 140])
    assert found.block_count == 3
    assert found.index_log_pct == pytest.approx(100 * math.log(3 / 90))


def test_speeds_are_compared_at_the_usual_steady_heart_rate(rows_of: RowsOf):
    points = rows_of(
        "athlete.reference_points",
        {
            "athlete.trend_runs": trend_runs([0, 1, 2], 0, counts_for_trend=[True, True, False]).assign(
                steady_heart_rate_bpm=[140, 151, 190]
            ),
            "athlete.anchors": ANCHORS,
        },
    ).iloc[0]
    assert points.reference_heart_rate_bpm == 146
    assert points.reference_above_zero_speed_bpm == 96


def test_a_run_is_compared_with_its_neighbours_on_the_same_device(rows_of: RowsOf):
    """Three neighbours with a mean of 2 in three weeks; the fourth is too far, the other watch none."""
    rows = rows_of(
        "athlete.local_trends",
        {
            "athlete.trend_runs": trend_runs(
                [0, 7, 14, 21, 28, 3], [1, 2, 6, 3, 9, 99], ["a", "a", "a", "a", "a", "b"]
            )
        },
    )
    assert rows.residual_pct[0] == pytest.approx((1 - 11 / 3) * math.sqrt(3 / 4))
    other = rows[rows.even_log_pct == 99].iloc[0]
    assert pd.isna(other.residual_pct)
    assert not other.is_outlier


# --- slopes

MONTH = 30.4375


def test_a_known_slope_is_recovered_among_outliers(rows_of: RowsOf):
    """Half a percent a month for a year, and every tenth run is broken."""
    numbers = np.arange(0, 364, 3)
    index = 0.5 * numbers / MONTH + 0.1 * (-1) ** np.arange(len(numbers))
    index[::10] += 40
    given = {"athlete.trend_runs": trend_runs(numbers, index), "athlete.looks": look(363, 52)}
    assert rows_of("athlete.slopes", given).slope_pct_per_month[0] == pytest.approx(0.5, abs=0.03)


def test_a_step_between_two_watches_is_no_trend(rows_of: RowsOf):
    numbers = np.arange(0, 364, 3)
    index = np.array([0.1, -0.1, 0.05, -0.05])[np.arange(len(numbers)) % 4] + np.where(numbers < 180, 0, 10)
    watches = np.where(numbers < 180, "old", "new")
    given = {"athlete.trend_runs": trend_runs(numbers, index, watches), "athlete.looks": look(363, 52)}
    assert rows_of("athlete.slopes", given).slope_pct_per_month[0] == pytest.approx(0, abs=0.01)


@few_examples
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 5)), min_size=1, max_size=10))
def test_the_chances_are_those_of_the_normal_distribution(rows_of: RowsOf, slopes: list[tuple[float, float]]):
    estimates, errors = np.array(slopes).T
    rows = rows_of(
        "athlete.chances",
        {
            "athlete.slopes": ann(
                as_of_day=[MONDAY] * len(slopes),
                window_weeks=list(range(len(slopes))),
                slope_pct_per_month=estimates,
                standard_error_pct_per_month=errors,
            )
        },
    )
    assert rows.p_declining.to_numpy() == pytest.approx(norm.cdf(-0.25, estimates, errors), abs=1e-6)
    assert rows.p_improving.to_numpy() == pytest.approx(norm.sf(0.25, estimates, errors), abs=1e-6)
    assert rows.p_plateau.to_numpy() == pytest.approx(
        norm.cdf(0.25, estimates, errors) - norm.cdf(-0.25, estimates, errors), abs=1e-6
    )


# --- looks and verdicts


def test_one_looks_back_from_the_last_activity_and_every_four_weeks_before_it(rows_of: RowsOf):
    looks = rows_of("athlete.looks", {"athlete.activities": runs([0, 60], is_run=[True, False])})
    assert [day.date() for day in looks.as_of_day.unique()] == days([4, 32, 60])
    assert sorted(looks.window_weeks.unique()) == [13, 16, 20, 26, 32, 39, 45, 52, 65, 78]
    assert looks[looks.is_latest].as_of_day.dt.date.unique().tolist() == days([60])
    quarter = looks[looks.is_latest & (looks.window_weeks == 13)].iloc[0]
    assert quarter.window_start_on.date() == days([60 - 90])[0]


def test_recent_are_eight_weeks_and_sixteen_are_before(rows_of: RowsOf):
    period = rows_of("athlete.periods", {"athlete.activities": runs([0, 300])}).iloc[0]
    assert [period.recent_from.date(), period.base_from.date()] == days([245, 133])


def chance_of(name: str, likely: str) -> float:
    """Of three classes one is clear, or likely ("maybe plateau"), or none is."""
    if likely == "none":
        return 1 / 3
    chance = 0.7 if likely.startswith("maybe") else 0.96
    return chance if likely.endswith(name) else (1 - chance) / 2


def verdicts(rows_of: RowsOf, looks: Mapping[int, Mapping[int, tuple[float, str] | None]]) -> pd.DataFrame:
    """The verdicts of looks on those days: of each window the standard error and likely class, or None."""
    cells = [(day, weeks, slope) for day, windows in looks.items() for weeks, slope in windows.items()]
    keys = {"as_of_day": days([day for day, _, _ in cells]), "window_weeks": [weeks for _, weeks, _ in cells]}
    known = [slope is not None for _, _, slope in cells]
    p = {
        name: [chance_of(name, slope[1] if slope else "none") for _, _, slope in cells]
        for name in ("improving", "plateau", "declining")
    }
    chances = ann(**keys, **{f"p_{name}": chance for name, chance in p.items()})
    errors = [slope[0] if slope else math.nan for _, _, slope in cells]
    return rows_of(
        "athlete.verdicts",
        {
            "athlete.looks": ann(**keys, is_latest=[day == max(looks) for day, _, _ in cells]),
            "athlete.slopes": ann(**keys, standard_error_pct_per_month=errors)[known],
            "athlete.chances": chances[known],
        },
    )


@pytest.mark.parametrize(
    ("windows", "verdict", "weeks"),
    [
        ({26: (0.2, "improving"), 52: (0.1, "plateau")}, "improving", 26),
        ({26: (0.45, "improving"), 52: (0.1, "plateau")}, "plateau", 52),
        ({26: (0.35, "improving"), 52: (0.1, "plateau")}, "improving", 26),
        ({26: (0.2, "none"), 39: (0.2, "declining"), 52: (0.1, "plateau")}, "declining", 39),
        ({26: (0.24, "none"), 52: (0.2, "none")}, "undecided", 52),
        ({26: (0.25, "plateau")}, "plateau", 26),
        ({26: (0.2, "maybe improving"), 52: (0.1, "plateau")}, "plateau", 52),
        ({26: (0.2, "maybe improving"), 52: (0.1, "maybe plateau")}, "plateau", 52),
        ({26: (0.2, "maybe improving"), 52: (0.1, "none")}, "improving", 26),
        ({26: (0.8, "improving"), 52: (0.45, "improving")}, "not_enough_data", 52),
        ({26: None, 52: (0.4, "none")}, "not_enough_data", 52),
    ],
)
def test_the_shortest_clear_window_carries_the_verdict_or_else_the_surest_likely_one(
    rows_of: RowsOf, windows: dict[int, tuple[float, str] | None], verdict: str, weeks: int
):
    found = verdicts(rows_of, {0: windows}).iloc[0]
    assert (found.verdict, found.window_weeks) == (verdict, weeks)


def test_without_any_slope_there_is_no_window(rows_of: RowsOf):
    found = verdicts(rows_of, {0: {26: None, 52: None}}).iloc[0]
    assert found.verdict == "not_enough_data"
    assert pd.isna(found.window_weeks)


def test_a_turn_is_undecided_at_its_first_look(rows_of: RowsOf):
    looks = {
        28 * number: {26: (0.1, name)}
        for number, name in enumerate(["improving", "declining", "declining", "plateau", "improving"])
    }
    rows = verdicts(rows_of, looks)
    assert list(rows.verdict) == ["improving", "undecided", "declining", "plateau", "undecided"]
    assert list(rows.is_first_look_of_turn) == [False, True, False, False, True]


# --- the plateau mart

REPORTED = ["verdict", "since", "reason", "run_count", "window_weeks", "window_start_on", "window_end_on"]


def plateau(rows_of: RowsOf, activities: pd.DataFrame) -> pd.DataFrame:
    """marts.plateau of those activities; on each day exactly one window carries the verdict."""
    rows = rows_of("marts.plateau", {"athlete.activities": activities, "athlete.anchors": ANCHORS})
    assert (rows.groupby("as_of_day").is_chosen.sum() == 1).all()
    assert rows[REPORTED].notna().all().all()
    assert rows.is_latest.any()
    return rows


def noisy(count: int, seed: int = 1) -> np.ndarray[Any, Any]:
    """Indices that scatter by 6 % as those of real runs do."""
    return np.random.default_rng(seed).normal(-340, 6, count)


@pytest.mark.parametrize(
    ("numbers", "columns"),
    [
        ([0], {"is_run": False}),
        ([0], {}),
        (range(0, 200, 40), {}),
        (range(0, 110, 10), {}),
        (range(0, 56, 2), {}),
        (range(0, 400, 2), {"heart_rate_known_s": math.nan, "index_log_pct": math.nan}),
        (range(0, 400, 2), {"has_position": False}),
        (range(0, 400, 2), {"is_indoor": True}),
        ([*range(0, 40, 4), *range(200, 240, 4)], {}),
    ],
    ids=[
        "no_run",
        "one",
        "five",
        "eleven",
        "eight_weeks",
        "no_heart_rate",
        "no_gps",
        "treadmill",
        "gap_of_months",
    ],
)
def test_too_few_comparable_runs_are_not_enough_data(
    rows_of: RowsOf, numbers: Sequence[int], columns: dict[str, Any]
):
    activities = runs(list(numbers), **({"index_log_pct": noisy(len(numbers))} | columns))
    latest = plateau(rows_of, activities).query("is_latest and is_chosen").iloc[0]
    assert latest.verdict == "not_enough_data"
    assert latest.run_count <= len(numbers)


def test_eleven_runs_are_said_to_be_eleven(rows_of: RowsOf):
    latest = plateau(rows_of, runs(list(range(0, 110, 10)), index_log_pct=noisy(11)))
    chosen = latest.query("is_latest and is_chosen").iloc[0]
    assert (chosen.run_count, chosen.reason) == (
        11,
        "a trend needs 12 comparable runs, and has 11",
    )
    assert pd.isna(chosen.change_pct)


def test_runs_too_far_apart_are_not_said_to_be_too_few(rows_of: RowsOf):
    """A steady run every other week, and treadmill runs between: no run has three neighbours."""
    numbers = list(range(0, 540, 6))
    indoor = [number % 18 != 0 for number in numbers]
    rows = plateau(rows_of, runs(numbers, index_log_pct=noisy(len(numbers)), is_indoor=indoor))
    chosen = rows.query("is_latest and is_chosen").iloc[0]
    assert (chosen.verdict, chosen.run_count) == ("not_enough_data", 30)
    assert "spread" in chosen.reason


def test_a_runner_who_gains_a_percent_a_month_improves_and_the_speeds_say_as_much(rows_of: RowsOf):
    numbers = np.arange(0, 500, 2)
    rows = plateau(rows_of, runs(numbers, index_log_pct=noisy(len(numbers)) + numbers / MONTH))
    chosen = rows.query("is_latest and is_chosen").iloc[0]
    assert chosen.verdict == "improving"
    assert chosen.slope_pct_per_month == pytest.approx(1, abs=0.4)
    assert chosen.reference_heart_rate_bpm == 150
    gained_pct = 100 * math.log(chosen.reference_speed_end_m_per_s / chosen.reference_speed_start_m_per_s)
    assert gained_pct == pytest.approx(chosen.change_pct)
    months = (chosen.window_end_on - chosen.window_start_on).days / MONTH
    assert chosen.change_pct == pytest.approx(chosen.slope_pct_per_month * months)
    last_log_pct = -340 + chosen.window_end_on.toordinal() / MONTH - MONDAY.toordinal() / MONTH
    expected_m_per_s = 100 * math.exp(last_log_pct / 100)
    assert chosen.reference_speed_end_m_per_s == pytest.approx(expected_m_per_s, rel=0.03)


def test_intervals_are_in_order_and_chances_add_up(rows_of: RowsOf):
    numbers = np.arange(0, 500, 3)
    rows = plateau(rows_of, runs(numbers, index_log_pct=noisy(len(numbers)))).dropna(
        subset="slope_pct_per_month"
    )
    assert len(rows) > 20
    for name in ("slope{}_pct_per_month", "change{}_pct"):
        low, middle, high = (rows[name.format(part)] for part in ("_low", "", "_high"))
        assert (low < middle).all()
        assert (middle < high).all()
    assert (rows.p_improving + rows.p_plateau + rows.p_declining).to_numpy() == pytest.approx(1)
    assert rows.minimum_detectable_pct_per_month.to_numpy() == pytest.approx(
        0.25 + 1.645 * rows.standard_error_pct_per_month.to_numpy()
    )


def test_the_dates_are_those_of_the_runs_and_not_of_the_rides_after_them(rows_of: RowsOf):
    numbers = [*range(0, 300, 2), 340]
    is_run = [True] * 150 + [False]
    rows = plateau(rows_of, runs(numbers, is_run=is_run, index_log_pct=noisy(151)))
    year = rows.query("is_latest and window_weeks == 52").iloc[0]
    assert [year.window_start_on.date(), year.window_end_on.date()] == days([0, 298])


def test_a_verdict_has_stood_since_the_first_look_of_its_row(rows_of: RowsOf):
    looks = ann(
        as_of_day=days([0, 28, 56, 84]),
        window_weeks=26,
        is_latest=[False, False, False, True],
        window_start_on=days([-181, -153, -125, -97]),
    )
    verdict = ann(
        as_of_day=days([0, 28, 56, 84]),
        window_weeks=26,
        verdict=["plateau", "improving", "plateau", "plateau"],
    )
    rows = rows_of("marts.plateau", {"athlete.looks": looks, "athlete.verdicts": verdict})
    assert [day.date() for day in rows.since] == days([0, 28, 56, 56])
    assert not rows.is_since_before.any()


def test_a_verdict_as_old_as_the_first_look_may_be_older(rows_of: RowsOf):
    keys = ann(as_of_day=days([100, 128]), window_weeks=26)
    given = {
        "athlete.looks": keys.assign(window_start_on=days([-81, -53]), is_latest=[False, True]),
        "athlete.verdicts": keys.assign(verdict="plateau"),
    }
    for first_day, is_before in ((90, False), (50, True)):
        periods = ann(first_day=days([first_day]))
        rows = rows_of("marts.plateau", given | {"athlete.periods": periods})
        assert list(rows.is_since_before) == [is_before] * 2
        assert [day.date() for day in rows.since] == days([100, 100])


def test_a_turn_of_one_look_says_so(rows_of: RowsOf):
    """The window that carries it, and no other."""
    keys = {"as_of_day": days([0, 0]), "window_weeks": [26, 52]}
    given = {
        "athlete.looks": ann(**keys, is_latest=True, window_start_on=days([-181, -363])),
        "athlete.verdicts": ann(
            as_of_day=days([0]), window_weeks=26, verdict="undecided", is_first_look_of_turn=True
        ),
        "athlete.periods": ann(first_day=days([-400])),
        "athlete.activities": runs(range(-360, 1, 3)),
        "athlete.slopes": ann(
            **keys, slope_pct_per_month=1.0, standard_error_pct_per_month=0.1, run_count=50, window_months=6
        ),
        "athlete.reference_points": ann(reference_heart_rate_bpm=150, reference_above_zero_speed_bpm=100),
    }
    rows = rows_of("marts.plateau", given)
    assert list(rows.reason) == [
        "a turn that one look shows; the next must confirm it",
        "50 comparable runs",
    ]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("improving", "50 comparable runs"),
        ("undecided", "a turn that one look shows; the next must confirm it"),
        (
            "not_enough_data",
            "the 50 comparable runs scatter too much: a change under 0.83 % a month cannot be seen",
        ),
    ],
)
def test_runs_that_carry_a_verdict_do_not_scatter_too_much(rows_of: RowsOf, verdict: str, reason: str):
    """A clear change may be seen through an error of 0.35 % a month, over the 0.30 of an unclear one."""
    given = {
        "athlete.looks": ann(
            as_of_day=days([0]), window_weeks=26, is_latest=True, window_start_on=days([-181])
        ),
        "athlete.verdicts": ann(
            as_of_day=days([0]),
            window_weeks=26,
            verdict=verdict,
            is_first_look_of_turn=verdict == "undecided",
        ),
        "athlete.activities": runs(range(-180, 1, 3)),
        "athlete.slopes": ann(
            as_of_day=days([0]),
            window_weeks=26,
            slope_pct_per_month=2.0,
            standard_error_pct_per_month=0.35,
            device_error_pct_per_month=0.0,
            run_count=50,
            window_months=6,
        ),
    }
    assert list(rows_of("marts.plateau", given).reason) == [reason]


# --- the other marts


def test_best_efforts_are_ranked_in_their_year_and_over_all(rows_of: RowsOf):
    ids = ["a", "b", "c", "ride"]
    rows = rows_of(
        "marts.best_efforts",
        {
            "activity.best_efforts": ann(
                activity_id=ids, effort_distance_m=5000, elapsed_s=[1200, 1190, 1210, 600], start_offset_s=0
            ),
            "athlete.activities": ann(
                activity_id=ids,
                local_day=[date(2023, 5, 1), date(2024, 5, 1), date(2024, 6, 1), date(2024, 6, 2)],
                is_run=[True, True, True, False],
                is_indoor=False,
            ),
        },
    )
    assert list(rows.activity_id) == ["a", "b", "c"]
    assert list(rows.season_rank) == [1, 1, 2]
    assert list(rows.all_time_rank) == [2, 1, 3]


def test_the_trend_people_look_at_is_a_speed_at_the_reference_heart_rate(rows_of: RowsOf):
    """exp(-3.4) x (150 - 50) = 3.34 m/s; the treadmill run is there, without counting."""
    numbers = list(range(0, 40, 2))
    indoor = [False] * 19 + [True]
    rows = rows_of(
        "marts.efficiency_trend",
        {
            "athlete.activities": runs(numbers, is_indoor=indoor, index_log_pct=noisy(20)),
            "athlete.anchors": ANCHORS,
        },
    )
    assert len(rows) == 20
    assert list(rows.counts_for_trend) == [not inside for inside in indoor]
    counted = rows[rows.counts_for_trend]
    assert counted.trend_speed_m_per_s.to_numpy() == pytest.approx(100 * math.exp(-3.4), rel=0.05)
    assert (counted.trend_low_m_per_s < counted.trend_speed_m_per_s).all()
    assert (counted.trend_speed_m_per_s < counted.trend_high_m_per_s).all()
    assert pd.isna(rows.trend_speed_m_per_s.iloc[-1])
    assert rows.reason.iloc[-1] == "treadmill or indoor"


def test_a_lap_without_time_has_no_speed(rows_of: RowsOf):
    laps = rows_of(
        "marts.laps",
        {
            "staging.laps": ann(activity_id="run", lap_number=[1, 2], timer_s=[200, 0], distance_m=[800, 0]),
        },
    )
    assert laps.speed_m_per_s[0] == 4
    assert pd.isna(laps.speed_m_per_s[1])


def test_a_record_has_the_zone_of_its_heart_rate(rows_of: RowsOf):
    records = rows_of(
        "marts.records",
        {
            "athlete.anchors": ANCHORS,
            "staging.activities": ann(activity_id="run", local_day=MONDAY),
            "activity.grade_adjusted_speed": ann(
                activity_id="run",
                recorded_at=pd.date_range("2024-01-01", periods=4, freq="s"),
                heart_rate_bpm=[99, 100, 195, math.nan],
            ),
        },
    )
    assert [None if pd.isna(zone) else int(zone) for zone in records.zone] == [None, 1, 5, None]


@pytest.mark.parametrize(
    ("mart", "model", "columns"),
    [
        ("marts.activities", "athlete.activities", {"activity_id": "run", "load_score": 70, "is_run": True}),
        ("marts.days", "athlete.days", {"local_day": MONDAY, "load_score": 70}),
        ("marts.weekly_load", "athlete.weeks", {"week_start_on": MONDAY, "load_score": 70}),
        (
            "marts.files",
            "staging.files",
            {"path": "a.fit", "outcome": "imported", "reason": "", "size_bytes": 70},
        ),
    ],
)
def test_a_mart_shows_the_rows_of_its_model(rows_of: RowsOf, mart: str, model: str, columns: dict[str, Any]):
    row = rows_of(mart, {model: ann(**columns)}).iloc[0]
    assert 70 in row.dropna().to_list()


# --- causes


def causes(rows_of: RowsOf, activities: pd.DataFrame, **given: Any) -> pd.DataFrame:
    """marts.causes of ann by cause: all of them, whatever is known."""
    rows = rows_of(
        "marts.causes",
        {
            "athlete.athletes": ATHLETE,
            "athlete.anchors": ANCHORS,
            "athlete.activities": activities,
            "athlete.verdicts": "athlete_id | as_of_day",
            "athlete.splits": "athlete_id | week_start_on",  # the zones of these runs do not add up
            **{name.replace("__", "."): rows for name, rows in given.items()},
        },
    ).set_index("cause")
    assert len(rows) == 31
    ranked = rows[rows["rank"].notna()].sort_values("rank")
    assert list(ranked["rank"]) == list(range(1, len(ranked) + 1))
    assert set(ranked.status) <= {"flag"}
    assert (rows.is_leading == (rows.status.eq("flag") & (rows.score >= 0.5))).all()
    assert rows.reason.str.endswith(".").all()
    return rows


def cause_of(rows_of: RowsOf, cause: str, activities: pd.DataFrame, **given: Any) -> Row:
    return causes(rows_of, activities, **given).loc[cause]


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


DAILY = list(range(168))


def test_when_nothing_is_known_no_cause_is_found_and_none_is_ruled_out(rows_of: RowsOf):
    nothing = causes(rows_of, runs([]))
    assert set(nothing.status) == {"not_assessable"}
    assert nothing.score.isna().all()
    assert all(len(ids) == 0 for ids in nothing.activity_ids)


@pytest.mark.parametrize(
    "evidence",
    [
        "athlete.cause_device_change",
        "athlete.cause_easy_share_low",
        "athlete.cause_inconsistent",
        "athlete.cause_low_mileage",
        "athlete.cause_medium_trap",
        "athlete.cause_no_down_weeks",
        "athlete.cause_too_early",
    ],
)
def test_an_athlete_without_activities_leaves_no_evidence(rows_of: RowsOf, evidence: str):
    given = {
        "athlete.athletes": ATHLETE,
        "athlete.anchors": ANCHORS,
        "athlete.activities": runs([]),
        "athlete.verdicts": "athlete_id | as_of_day",
    }
    assert rows_of(evidence, given).empty


@pytest.mark.parametrize(
    ("easy_m", "status", "score"),
    [(6000, "flag", logistic(3)), (9000, "ok", logistic(-3)), (7500, "flag", 0.5)],
)
def test_too_little_easy_running_is_measured_against_75_percent(
    rows_of: RowsOf, easy_m: float, status: str, score: float
):
    easy = {"easy_m": easy_m, "easy_s": 0.36 * easy_m, "easy_ratio": easy_m / 10000}
    shifted = {"easy_minus_3_bpm_m": easy_m - 9, "easy_plus_3_bpm_m": easy_m - 8}
    cause = cause_of(rows_of, "easy_share_low", runs(DAILY, **easy, **shifted))
    assert cause.value == pytest.approx(easy_m / 10000)
    assert (cause.status, cause.score) == (status, pytest.approx(score))
    assert [cause.window_start_on.date(), cause.window_end_on.date()] == days([112, 167])


def test_an_easy_share_that_hangs_on_three_beats_counts_half(rows_of: RowsOf):
    columns = {"easy_m": 6000, "easy_minus_3_bpm_m": 5000, "easy_plus_3_bpm_m": 8000}
    cause = cause_of(rows_of, "easy_share_low", runs(DAILY, **columns))
    assert (cause.coverage_ratio, cause.certainty_ratio, cause.status) == (1, 0.5, "flag")
    assert cause.score == pytest.approx(logistic(3) / 2)
    assert not cause.is_leading
    assert "3 bpm lower or higher" in cause.reason


def test_a_middle_zone_that_hangs_on_three_beats_counts_half(rows_of: RowsOf):
    columns = {"moderate_s": 2160, "moderate_minus_3_bpm_s": 2500, "moderate_plus_3_bpm_s": 1000}
    cause = cause_of(rows_of, "medium_trap", runs(DAILY, **columns))
    assert (cause.coverage_ratio, cause.certainty_ratio, cause.status) == (1, 0.5, "flag")
    assert cause.score == pytest.approx(logistic(2.5) / 2)
    assert "3 bpm lower or higher" in cause.reason


@pytest.mark.parametrize("cause", ["easy_share_low", "medium_trap"])
def test_a_guessed_maximum_makes_no_leading_cause_and_says_what_would_help(rows_of: RowsOf, cause: str):
    guess = ANCHORS.assign(is_heart_rate_max_confirmed=False)
    columns = {"easy_m": 0, "moderate_s": 3600, "moderate_minus_3_bpm_s": 3600, "moderate_plus_3_bpm_s": 3600}
    found = cause_of(rows_of, cause, runs(DAILY, **columns), athlete__anchors=guess)
    assert (found.certainty_ratio, found.status) == (0.5, "flag")
    assert not found.is_leading
    assert "set heart_rate_max_bpm in athlete.toml" in found.reason


@pytest.mark.parametrize("cause", ["easy_share_low", "medium_trap"])
def test_thresholds_that_are_known_do_not_hang_on_a_guessed_maximum(rows_of: RowsOf, cause: str):
    told = ANCHORS.assign(is_heart_rate_max_confirmed=False, is_easy_known=True, is_threshold_known=True)
    columns = {"easy_m": 0, "moderate_s": 3600, "moderate_minus_3_bpm_s": 3600, "moderate_plus_3_bpm_s": 3600}
    found = cause_of(rows_of, cause, runs(DAILY, **columns), athlete__anchors=told)
    assert (found.certainty_ratio, "guess" in found.reason) == (1, False)


@pytest.mark.parametrize(
    ("moderate_s", "status", "score"), [(2160, "flag", logistic(2.5)), (720, "ok", logistic(-2.5))]
)
def test_the_middle_zone_is_a_trap_from_40_percent_of_the_easy_runs(
    rows_of: RowsOf, moderate_s: float, status: str, score: float
):
    cause = cause_of(rows_of, "medium_trap", runs(DAILY, moderate_s=moderate_s))
    assert (cause.status, cause.score) == (status, pytest.approx(score))
    assert len(cause.activity_ids) == (56 if status == "flag" else 0)


def test_a_workout_is_no_trap(rows_of: RowsOf):
    cause = cause_of(rows_of, "medium_trap", runs(DAILY, moderate_s=3600, session_class="quality"))
    assert cause.status == "not_assessable"


@pytest.mark.parametrize("cause", ["easy_share_low", "medium_trap"])
def test_without_heart_rate_intensity_cannot_be_told(rows_of: RowsOf, cause: str):
    unknown: dict[str, Any] = dict.fromkeys(
        ["heart_rate_known_s", "judged_s", "judged_m", "easy_m", "easy_s", "moderate_s", "easy_ratio"],
        math.nan,
    )
    found = cause_of(rows_of, cause, runs(DAILY, **unknown))
    assert found.status == "not_assessable"
    assert "heart rate" in found.reason


@pytest.mark.parametrize("cause", ["easy_share_low", "medium_trap"])
def test_one_easy_run_with_heart_rate_rules_nothing_out(rows_of: RowsOf, cause: str):
    known_s = [math.nan] * 167 + [3600.0]
    known_m = [math.nan] * 167 + [10000.0]
    columns = {
        "judged_s": known_s,
        "judged_m": known_m,
        "easy_m": known_m,
        "moderate_s": 0,
    }
    shifted = {"easy_minus_3_bpm_m": known_m, "easy_plus_3_bpm_m": known_m}
    assert cause_of(rows_of, cause, runs(DAILY, **columns, **shifted)).status == "not_assessable"


@pytest.mark.parametrize(
    ("weekly_km", "status", "score"), [(10, "flag", logistic(4)), (38, "ok", logistic(-4))]
)
def test_fifteen_miles_a_week_are_the_least(rows_of: RowsOf, weekly_km: float, status: str, score: float):
    cause = cause_of(rows_of, "low_mileage", runs(DAILY, distance_m=1000 * weekly_km / 7))
    assert cause.value == pytest.approx(1000 * weekly_km)
    assert (cause.status, cause.score) == (status, pytest.approx(score))


def test_seven_whole_weeks_of_eight_are_all_that_can_be_asked_of_a_mileage(rows_of: RowsOf):
    assert cause_of(rows_of, "low_mileage", runs(DAILY[:-3])).coverage_ratio == 1


def test_runs_without_distance_are_not_too_few_kilometres(rows_of: RowsOf):
    rows = causes(rows_of, runs(DAILY, distance_m=math.nan))
    assert set(rows.status[["low_mileage", "inconsistent", "no_down_weeks"]]) == {"not_assessable"}


def test_every_other_week_off_is_inconsistent(rows_of: RowsOf):
    """Even where so many are empty that the middle one is; a week with one run is none of the full ones."""
    half = [day for day in range(168) if day // 7 % 2 == 1]
    cause = cause_of(rows_of, "inconsistent", runs([0, *half]))
    assert cause.value == pytest.approx(8 / 16)
    assert cause.score == pytest.approx(logistic(0.22 / 0.06))
    rare = [day for day in range(168) if day // 7 % 4 == 0]
    assert cause_of(rows_of, "inconsistent", runs([*rare, 167])).value == pytest.approx(12 / 16)


def test_an_even_runner_is_consistent_and_a_young_history_rules_nothing_out(rows_of: RowsOf):
    assert cause_of(rows_of, "inconsistent", runs(DAILY)).status == "ok"
    assert cause_of(rows_of, "inconsistent", runs(list(range(28)))).status == "not_assessable"


def test_nobody_who_never_runs_is_called_an_inconsistent_runner(rows_of: RowsOf):
    assert cause_of(rows_of, "inconsistent", runs(DAILY, is_run=False)).status == "not_assessable"


def test_twelve_weeks_on_end_are_too_many_and_a_lighter_one_breaks_them(rows_of: RowsOf):
    without = cause_of(rows_of, "no_down_weeks", runs(DAILY))
    assert (without.value, without.status) == (21, "flag")  # the first three weeks have nothing before them
    assert without.score == pytest.approx(logistic(13 / 1.5))
    lighter = [12000 if day // 7 % 4 else 5000 for day in DAILY]
    broken = cause_of(rows_of, "no_down_weeks", runs(DAILY, distance_m=lighter))
    assert (broken.value, broken.status) == (3, "ok")
    assert broken.score == pytest.approx(logistic(-5 / 1.5))


def test_the_first_weeks_of_a_history_cannot_lack_a_lighter_one(rows_of: RowsOf):
    """Nine weeks: three have nothing before them, six remain of the eleven to twelve that are wanted."""
    cause = cause_of(rows_of, "no_down_weeks", runs(list(range(63))))
    assert cause.value == 6
    assert cause.coverage_ratio == pytest.approx(42 / 77)
    assert cause.status == "not_assessable"


@pytest.mark.parametrize(
    ("numbers", "value", "score"),
    [
        ([0, 50, *range(100, 143)], 42, logistic(3)),
        (range(0, 127, 10), 120, logistic(-36 / 14)),
        ([0, 11], 0, logistic(6)),
    ],
)
def test_twelve_weeks_without_a_gap_are_the_least(
    rows_of: RowsOf, numbers: Sequence[int], value: float, score: float
):
    """Ten days without a run are no gap, eleven are."""
    cause = cause_of(rows_of, "too_early", runs(list(numbers)))
    assert (cause.value, cause.score) == (value, pytest.approx(score))
    assert cause.status == ("flag" if score >= 0.5 else "ok")


@pytest.mark.parametrize(
    ("old", "status", "score"),
    [(8, "flag", logistic(0.2 / 0.07)), (20, "ok", logistic(-0.2 / 0.07))],
)
def test_a_change_of_watch_shows_when_a_fifth_of_the_runs_are_from_another(
    rows_of: RowsOf, old: int, status: str, score: float
):
    """Of twenty runs of the window eight are from another watch, or none is."""
    numbers = list(range(0, 40, 2))
    watches = ["old"] * (12 if old == 8 else 20) + ["new"] * (8 if old == 8 else 0)
    cause = cause_of(
        rows_of,
        "device_change",
        runs(numbers),
        athlete__trend_runs=trend_runs(numbers, -340.0, watches),
        athlete__verdicts=ann(as_of_day=days([38]), window_weeks=13, is_latest=True, verdict="plateau"),
    )
    assert cause.value == pytest.approx(0.4 if old == 8 else 0)
    assert (cause.status, cause.score) == (status, pytest.approx(score))
    assert list(cause.activity_ids) == [
        f"run{number:04}-{number // 2}" for number in numbers[12:] if old == 8
    ]


def test_without_a_window_a_change_of_watch_cannot_be_told(rows_of: RowsOf):
    assert cause_of(rows_of, "device_change", runs(DAILY[:30])).status == "not_assessable"


# --- closedness: what a cluster needs


def lake_rows(athlete_id: str, seed: int) -> dict[str, pd.DataFrame]:
    """A year of runs of one athlete as they lie in the lake: three a week, a record every 30 seconds."""
    rng = np.random.default_rng(seed)
    starts = pd.Timestamp("2023-01-02 17:00") + pd.to_timedelta(
        np.flatnonzero(rng.random(364) < 3 / 7), unit="D"
    )
    keys = pd.DataFrame(
        {"athlete_id": athlete_id, "activity_id": [f"{seed}-{n}" for n in range(len(starts))]}
    )
    seconds = np.arange(0, 2400, 30)
    speeds = rng.normal(2.5 + seed / 10, 0.15, len(starts))[:, None] + rng.normal(0, 0.05, (1, len(seconds)))
    # in every fifth run four times four minutes that are faster
    is_fast = (np.arange(len(starts)) % 5 == 0)[:, None] & (seconds >= 480) & (seconds // 240 % 2 == 1)
    speeds = np.where(is_fast, 1.3 * speeds, speeds)
    heart_rates = 60 + 30 * speeds * rng.normal(1, 0.04, (len(starts), 1)) + np.linspace(0, 10, len(seconds))
    records = keys.loc[keys.index.repeat(len(seconds))].assign(
        recorded_at=(starts.to_numpy()[:, None] + (seconds * 10**9).astype("timedelta64[ns]")).ravel(),
        distance_m=np.cumsum(30 * speeds, axis=1).ravel(),
        heart_rate_bpm=np.round(heart_rates).ravel(),
        latitude_deg=50.0,
        altitude_m=100 + 10 * np.sin(np.tile(seconds, len(starts)) / 300),
        cadence_per_min=170.0,
    )
    files = keys.assign(path=keys.activity_id, outcome="imported", reason="", digest=keys.activity_id)
    list_of_names = files.tail(1).assign(path="list", digest="list", format="strava")
    journal = files.tail(1).assign(path="journal", digest="journal", format="journal")
    nights = pd.DataFrame({"athlete_id": athlete_id, "local_day": pd.date_range("2023-01-02", periods=364)})
    wellness = nights.assign(
        heart_rate_resting_bpm=rng.normal(48 + seed, 1.5, len(nights)),
        hrv_s=rng.normal(0.06, 0.006, len(nights)),
        sleep_s=rng.normal(26_000, 3000, len(nights)),
    )
    return {
        "files": pd.concat([files, list_of_names, journal]),
        "wellness_days": wellness,
        "journal": nights.tail(200).assign(
            file_digest="journal", strength_count=rng.integers(0, 2, 200), effort_rating=5.0
        ),
        "descriptions": keys.tail(3).assign(
            file_digest="list", described_path=keys.activity_id, name="Hill", sport="hiking", gear="boots"
        ),
        "activities": keys.assign(
            file_digest=keys.activity_id,
            sport=np.where(np.arange(len(starts)) % 9 == 8, "cycling", "running"),
            started_at=starts,
            utc_offset_s=-18000,
            timer_s=2400.0,
            device_manufacturer="maker",
            device_product=np.where(starts < pd.Timestamp("2023-05-01"), "old", "new"),
            heart_rate_source="strap",
        ),
        "laps": keys.assign(lap_number=1, timer_s=1000.0, distance_m=3000.0),
        "records": records,
    }


def every_table(
    models: Models, athletes: Sequence[Athlete], seeds: Mapping[str, int]
) -> dict[str, pd.DataFrame]:
    """Every model that has an athlete in it, built from the lakes of those athletes."""
    with warehouse.connection() as db:
        warehouse.register_raw(db, {})
        warehouse.register_settings(db, tables(athletes))
        for athlete_id, seed in seeds.items():
            for table, rows in lake_rows(athlete_id, seed).items():
                db.register("landed", rows)
                columns = ", ".join(sorted(set(rows.columns) & set(TABLES[table].names)))
                db.execute(f"insert into raw.{table} by name select {columns} from landed")
        for model in models.values():
            warehouse.create(db, model)
            warehouse.check(db, model)
        return {
            name: db.table(name).order(", ".join(model.grain)).df()
            for name, model in models.items()
            if "athlete_id" in model.grain
        }


# Of those that need two files of one session tests/test_sessions.py says the same, of those that need a
# sure critical speed tests/test_anchors.py, of races tests/test_report_marts.py, of fast running
# tests/test_workout_models.py.
MAY_BE_EMPTY = {
    "athlete.shown_speeds",
    "athlete.shown_thresholds",
    "activity.heart_rate_faults",
    "staging.timer_stops",
    "sessions.pairs",
    "sessions.sources",
    "sessions.reasons",
    "athlete.heat_effects",
    "athlete.season_changes",
    "athlete.turning_points",
    "athlete.races",
    "athlete.race_levels",
    "activity.lap_bouts",
    "athlete.breaks",
    "athlete.habit_changes",
    "athlete.index_changes",
    "athlete.quality_starts",
    "marts.breaks",
    "marts.habit_changes",
    "marts.race_changes",
    "marts.race_preparation",
    "athlete.plan_candidate_days",  # of plans tests/test_structure_models.py
    "athlete.plan_candidates",
    "athlete.plan_starts",
    "marts.plan_days",
    "staging.plan_steps",
}


def test_an_athlete_alone_has_the_same_rows_as_among_others(models: Models):
    ann = Athlete(
        "ann",
        sex="female",
        heart_rate_resting_bpm=(Anchor(None, 48),),
        threshold_speed_m_per_s=(Anchor(None, 2.9),),
    )
    bob = Athlete(
        "bob",
        week_start="sunday",
        heart_rate_max_bpm=(Anchor(None, 201),),
        threshold_speed_m_per_s=(Anchor(None, 3.4),),
    )
    together = every_table(models, [ann, bob], {"ann": 1, "bob": 7})
    for athlete, seed in ((ann, 1), (bob, 7)):
        alone = every_table(models, [athlete], {athlete.athlete_id: seed})
        for name, rows in alone.items():
            if models[name].is_across_athletes:
                continue
            among = together[name][together[name].athlete_id == athlete.athlete_id].reset_index(drop=True)
            # a column without any value has the type that the others give it
            pd.testing.assert_frame_equal(rows.astype(among.dtypes), among, obj=name)
        assert sorted({name for name, rows in alone.items() if len(rows) == 0} - MAY_BE_EMPTY) == []
