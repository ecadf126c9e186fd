"""Load and intensity of an activity, on rows small enough to work out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RowsOf = Callable[..., pd.DataFrame]
Row = Any  # one row of a frame, its columns as attributes

few_examples = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])

MONDAY = date(2024, 1, 1)
ATHLETE = "athlete_id | sex\nann | male"
# Rest 40, maximum 200, thresholds 156 and 176; threshold speed 4 m/s, so easy is slower than 3.2.
ANCHORS: dict[str, Any] = {
    "valid_from": date(1900, 1, 1),
    "valid_until_day": date(9999, 12, 31),
    "is_latest_anchor": True,
    "athlete_heart_rate_resting_bpm": 40,
    "athlete_heart_rate_max_bpm": 200,
    "easy_below_bpm": 156,
    "hard_from_bpm": 176,
    "is_heart_rate_max_confirmed": True,
    "threshold_speed_m_per_s": 4.0,
}


def ann(rows: Sequence[dict[str, Any]] = ({},), **every: Any) -> pd.DataFrame:
    """Rows of ann: each has the columns of its own and those of every one."""
    return pd.DataFrame([{"athlete_id": "ann", **every, **row} for row in rows])


# --- what judges: heart rate, or pace


def judged(
    rows_of: RowsOf,
    seconds: Sequence[tuple[float | None, float, float]],
    run: dict[str, Any] | None = None,
    anchors: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """The loads of a run of so many (heart rate, speed, seconds)."""
    heart_rates = [
        {"heart_rate_bpm": bpm, "speed_step_m_per_s": speed, "duration_s": s, "distance_m": speed * s}
        for bpm, speed, s in seconds
        if bpm is not None
    ]
    moving = pd.DataFrame(
        [(speed, s, speed * s) for _, speed, s in seconds if speed > 0],
        columns=["speed_step_m_per_s", "duration_s", "distance_m"],
    )
    speeds = moving.groupby("speed_step_m_per_s", as_index=False).sum()
    usual = {"activity_id": "run", "local_day": MONDAY, "is_run": True, "is_indoor": False}
    tables: dict[str, Any] = {
        "athlete.athletes": ATHLETE,
        "athlete.anchors": ann(**(ANCHORS | (anchors or {}))),
        "staging.activities": ann([usual | (run or {})]),
        "activity.speed_seconds": speeds.assign(athlete_id="ann", activity_id="run"),
    }
    if heart_rates:
        tables["activity.heart_rate_seconds"] = ann(heart_rates, activity_id="run")
    return rows_of("athlete.activity_loads", tables)


def test_fast_repeats_are_hard_before_the_heart_has_followed(rows_of: RowsOf):
    """Ten times 40 s at 4.4 m/s: heart rate has reached 150 of 176. The jogs between are judged by it."""
    (run,) = judged(rows_of, [(150, 4.4, 400), (160, 2.4, 600), (130, 2.8, 1000)]).itertuples()
    assert (run.easy_s, run.moderate_s, run.hard_s) == (1000, 600, 400)
    assert (run.easy_m, run.moderate_m, run.hard_m) == pytest.approx((2800, 1440, 1760))
    assert (run.judged_s, run.pace_judged_s, run.heart_rate_known_s) == (2000, 400, 2000)
    assert (run.hard_minus_3_bpm_s, run.hard_plus_3_bpm_s) == (400, 400)


def test_a_threshold_speed_that_contradicts_heart_rate_for_most_of_a_run_judges_nothing(rows_of: RowsOf):
    """Half an hour at 140 bpm, all of it faster than 3.0 m/s: no repeats, but a threshold speed too low."""
    run = judged(rows_of, [(140, 3.3, 1800)], anchors={"threshold_speed_m_per_s": 3.0}).iloc[0]
    assert (run.hard_s, run.pace_judged_s, run.easy_s) == (0, 0, 1800)


def test_of_what_heart_rate_already_calls_hard_pace_has_judged_nothing(rows_of: RowsOf):
    (run,) = judged(rows_of, [(180, 4.4, 600)]).itertuples()
    assert (run.hard_s, run.pace_judged_s) == (600, 0)


def test_a_slow_climb_with_a_high_heart_rate_is_hard(rows_of: RowsOf):
    (run,) = judged(rows_of, [(180, 2.0, 600)]).itertuples()
    assert (run.hard_s, run.pace_judged_s) == (600, 0)


def test_where_heart_rate_is_not_known_pace_judges(rows_of: RowsOf):
    """Threshold speed 4: easy is slower than 3.2, hard from 4 on. The strap fell off for the latter half."""
    (run,) = judged(
        rows_of, [(140, 3.0, 1000), (None, 3.0, 500), (None, 3.5, 300), (None, 4.0, 200)]
    ).itertuples()
    assert (run.easy_s, run.moderate_s, run.hard_s) == (1500, 300, 200)
    assert (run.easy_minus_3_bpm_s, run.easy_plus_3_bpm_s) == (1500, 1500)
    assert (run.heart_rate_known_s, run.judged_s, run.pace_judged_s) == (1000, 2000, 1000)


def test_a_run_without_any_heart_rate_has_a_split_but_no_training_impulse(rows_of: RowsOf):
    runs = judged(rows_of, [(None, 3.0, 1800)])
    (run,) = runs.itertuples()
    assert (run.easy_s, run.heart_rate_known_s, run.pace_judged_s) == (1800, 0, 1800)
    assert (
        runs[["trimp_score", "edwards_score", "lucia_score", "heart_rate_load_score"]].isna().to_numpy().all()
    )


@pytest.mark.parametrize(
    ("run", "anchors"),
    [
        ({}, {"threshold_speed_m_per_s": None}),
        ({"is_indoor": True}, {}),
        ({"is_run": False}, {}),
    ],
)
def test_without_a_threshold_speed_on_a_belt_and_on_a_bicycle_only_heart_rate_judges(
    rows_of: RowsOf, run: dict[str, Any], anchors: dict[str, Any]
):
    (row,) = judged(rows_of, [(150, 4.4, 400), (None, 3.0, 500)], run, anchors).itertuples()
    assert (row.easy_s, row.hard_s, row.judged_s, row.pace_judged_s) == (400, 0, 400, 0)


def test_without_a_maximum_heart_rate_pace_judges_all_of_a_run(rows_of: RowsOf):
    unknown = dict.fromkeys(["athlete_heart_rate_max_bpm", "easy_below_bpm", "hard_from_bpm"])
    (run,) = judged(rows_of, [(150, 3.0, 400)], anchors=unknown).itertuples()
    assert (run.easy_s, run.pace_judged_s, run.heart_rate_known_s) == (400, 400, 0)


def test_standing_with_a_heart_rate_hides_no_running_without_one(rows_of: RowsOf):
    (run,) = judged(rows_of, [(120, 0, 300), (None, 1.0, 300)]).itertuples()
    assert (run.easy_s, run.heart_rate_known_s, run.pace_judged_s) == (600, 300, 300)


def test_the_rounding_of_sums_is_no_running_without_heart_rate(rows_of: RowsOf):
    (run,) = judged(rows_of, [(140, 3.4, 0.1), (141, 3.4, 0.2), (142, 3.4, 3600.3)]).itertuples()
    assert (run.pace_judged_s, run.moderate_s) == (0, 0)


def test_the_anchors_are_those_of_the_day(rows_of: RowsOf):
    """Easy below 156 until the year's end, below 140 from then on; 150 is easy, then moderate."""
    rows = rows_of(
        "athlete.activity_loads",
        {
            "athlete.athletes": ATHLETE,
            "athlete.anchors": ann(
                [
                    ANCHORS | {"valid_until_day": date(2023, 12, 31), "is_latest_anchor": False},
                    ANCHORS | {"valid_from": MONDAY, "easy_below_bpm": 140},
                ]
            ),
            "staging.activities": ann(
                [
                    {"activity_id": "new", "local_day": MONDAY},
                    {"activity_id": "old", "local_day": date(2023, 12, 31)},
                ]
            ),
            "activity.heart_rate_seconds": ann(
                [{"activity_id": "new"}, {"activity_id": "old"}],
                heart_rate_bpm=150,
                speed_step_m_per_s=0,
                duration_s=60,
                distance_m=0,
            ),
        },
    )
    assert list(rows.activity_id) == ["new", "old"]
    assert list(rows.easy_s) == [0, 60]
    assert list(rows.moderate_s) == [60, 0]


def test_the_zones_of_the_articles_by_heart_rate(rows_of: RowsOf):
    """Of 200 bpm: below 130, 140, 160, 180; sprints are for pace to tell."""
    seconds = [(129, 0, 1), (130, 0, 2), (139, 0, 4), (140, 0, 8), (160, 0, 16), (180, 0, 32), (210, 0, 64)]
    (run,) = judged(rows_of, seconds).itertuples()
    zones = [run.zone_1_s, run.zone_2_s, run.zone_3_s, run.zone_4_s, run.zone_5_s, run.zone_6_s]
    assert zones == [1, 6, 8, 16, 96, 0]


def test_the_zones_of_the_articles_by_pace(rows_of: RowsOf):
    """Of 4 m/s: 70, 80, 94, 100 and 125 % begin the zones 2 to 6."""
    seconds = [
        (None, 2.7, 10),
        (None, 2.8, 20),
        (None, 3.2, 40),
        (None, 3.8, 80),
        (None, 4.0, 160),
        (None, 5.0, 320),
    ]
    (run,) = judged(rows_of, seconds).itertuples()
    zones = [run.zone_1_s, run.zone_2_s, run.zone_3_s, run.zone_4_s, run.zone_5_s, run.zone_6_s]
    assert zones == [10, 20, 40, 80, 160, 320]
    assert run.zone_6_m == pytest.approx(1600)
    assert (run.easy_s, run.moderate_s, run.hard_s) == (30, 120, 480)


def test_a_sprint_is_in_zone_6_and_a_fast_repeat_in_zone_5_whatever_the_heart_rate(rows_of: RowsOf):
    (run,) = judged(rows_of, [(150, 5.2, 30), (150, 4.2, 60), (165, 3.9, 320)]).itertuples()
    assert (run.zone_6_s, run.zone_5_s, run.zone_4_s, run.zone_3_s) == (30, 60, 320, 0)


@few_examples
@given(
    seconds=st.lists(
        st.tuples(
            st.none() | st.integers(40, 230),
            st.integers(0, 80).map(lambda step: step / 10),
            st.integers(1, 4000),
        ),
        min_size=1,
        max_size=20,
    ),
    threshold=st.none() | st.floats(2, 6),
)
def test_whatever_judges_every_second_and_metre_is_in_one_band_and_one_zone(
    rows_of: RowsOf, seconds: list[tuple[float | None, float, float]], threshold: float | None
):
    runs = judged(rows_of, seconds, anchors={"threshold_speed_m_per_s": threshold})
    for run in runs.itertuples():
        row: Row = run
        for unit, of in (("s", row.judged_s), ("m", row.judged_m)):
            bands = [getattr(row, f"{band}_{unit}") for band in ("easy", "moderate", "hard")]
            zones = [getattr(row, f"zone_{zone}_{unit}") for zone in range(1, 7)]
            assert sum(bands) == pytest.approx(of)
            assert sum(zones) == pytest.approx(of)
        assert row.easy_minus_3_bpm_s <= row.easy_s <= row.easy_plus_3_bpm_s
        assert row.hard_plus_3_bpm_s <= row.hard_s <= row.hard_minus_3_bpm_s
        assert row.heart_rate_known_s == sum(s for bpm, _, s in seconds if bpm is not None)
    known = threshold is not None
    assert sum(runs.judged_s) == sum(s for bpm, speed, s in seconds if bpm or (known and speed))


def test_lucia_weighs_the_three_zones_one_to_three(rows_of: RowsOf):
    """Ten minutes in each, by heart rate alone: 10 x (1 + 2 + 3)."""
    (run,) = judged(rows_of, [(150, 4.4, 600), (160, 3, 600), (180, 3, 600)]).itertuples()
    assert run.lucia_score == pytest.approx(60)


def test_what_a_beat_weighs(rows_of: RowsOf):
    """At 120 of 40 to 200 the reserve is half used: 0.5 x 0.64 x exp(0.96) a minute; Edwards' zone 2."""
    (beat,) = rows_of(
        "athlete.heart_rate_weights",
        {
            "athlete.athletes": ATHLETE,
            "athlete.anchors": ann(**ANCHORS),
            "activity.heart_rate_seconds": ann(activity_id="run", heart_rate_bpm=120, speed_step_m_per_s=0),
        },
    ).itertuples()
    assert beat.trimp_per_min == pytest.approx(0.32 * math.exp(0.96))
    assert (beat.edwards_weight, beat.thresholds_passed, beat.zone) == (2, 0, 1)


# --- load


def activities(
    rows_of: RowsOf, rows: Sequence[dict[str, Any]], anchors: dict[str, Any] | None = None, sex: str = "male"
) -> pd.DataFrame:
    """athlete.activities of outdoor runs that moved an hour at 3 m/s, each with what it has of its own."""
    staging = {
        "is_run": True,
        "is_on_foot": True,
        "is_indoor": False,
        "sport": "running",
        "local_day": MONDAY,
        "effort_rating": None,
    }
    summaries = {
        "moving_s": 3600.0,
        "moving_m": 10800.0,
        "grade_adjusted_m": 10800.0,
        "recorded_s": 3600.0,
        "heart_rate_known_s": 0.0,
        "heart_rate_session_mean_bpm": None,
    }
    loads = {"heart_rate_load_score": None}

    def table(columns: dict[str, Any]) -> pd.DataFrame:
        return ann(
            [
                {"activity_id": f"{number:02}", **{name: row.get(name, columns[name]) for name in columns}}
                for number, row in enumerate(rows)
            ]
        )

    return rows_of(
        "athlete.activities",
        {
            "athlete.athletes": f"athlete_id | sex\nann | {sex}",
            "athlete.anchors": ann(**(ANCHORS | (anchors or {}))),
            "staging.activities": table(staging),
            "activity.summaries": table(summaries),
            "athlete.activity_loads": table(loads),
        },
    )


BY_HEART_RATE: dict[str, Any] = {"heart_rate_known_s": 3600.0, "heart_rate_load_score": 60.0}


def test_the_load_of_an_hour_at_threshold_speed_is_100_and_goes_with_the_square_of_the_speed(
    rows_of: RowsOf,
):
    """Threshold speed 4: an hour at 4 is 100, at 3 it is 9/16 of it; half an hour half."""
    rows = activities(
        rows_of,
        [
            {"grade_adjusted_m": 14400.0},
            {},
            {"moving_s": 1800.0, "grade_adjusted_m": 5400.0},
        ],
    )
    assert list(rows.load_score) == pytest.approx([100, 56.25, 28.125])
    assert set(rows.load_method) == {"pace"}


def test_heart_rate_comes_before_pace_and_pace_before_the_rating(rows_of: RowsOf):
    rows = activities(
        rows_of,
        [
            BY_HEART_RATE | {"effort_rating": 5.0},
            {"effort_rating": 5.0},
            {"effort_rating": 5.0, "is_indoor": True},
            {"is_indoor": True},
        ],
    )
    assert list(rows.load_method) == ["heart_rate", "pace", "rpe", "duration"]
    assert rows.load_score[0] == 60
    assert rows.pace_load_score[0] == pytest.approx(56.25)


def test_a_run_faster_than_anybody_runs_is_no_load_by_pace(rows_of: RowsOf):
    """5.1 m/s for an hour with a threshold of 4: a ride, or the threshold of another."""
    rows = activities(rows_of, [{"grade_adjusted_m": 18360.0}])
    assert rows.pace_load_score.isna().all()
    assert rows.load_score.isna().all()


def test_without_a_threshold_speed_there_is_no_load_by_pace(rows_of: RowsOf):
    rows = activities(rows_of, [{}], {"threshold_speed_m_per_s": None})
    assert rows.load_score.isna().all()


def test_a_rating_counts_as_8_an_hour_at_threshold_until_the_athlete_has_shown_otherwise(rows_of: RowsOf):
    """Two hours at 4 are 480, as an hour at 8."""
    rows = activities(rows_of, [{"effort_rating": 4.0, "moving_s": 7200.0, "is_indoor": True}])
    assert list(rows.session_rpe_score) == [480]
    assert list(rows.load_score) == pytest.approx([100])
    assert list(rows.load_method) == ["rpe"]


@pytest.mark.parametrize(("rated", "load"), [(9, 62.5), (10, 150)])
def test_ten_sessions_with_rating_and_heart_rate_tell_what_a_rating_is_worth(
    rows_of: RowsOf, rated: int, load: float
):
    """They rate an hour of 60 as 2, so 120 are 60; an hour rated 5 is then 150, by the table 300 / 4.8."""
    own = [BY_HEART_RATE | {"effort_rating": 2.0}] * rated
    rows = activities(rows_of, [*own, {"effort_rating": 5.0, "is_indoor": True}])
    assert rows.load_score.iloc[-1] == pytest.approx(load)


@pytest.mark.parametrize("rating", [0.0, 11.0])
def test_a_rating_outside_of_the_scale_is_none(rows_of: RowsOf, rating: float):
    rows = activities(rows_of, [{"effort_rating": rating, "is_indoor": True}])
    assert rows.session_rpe_score.isna().all()
    assert rows.load_method.isna().all()


def test_who_never_wears_a_strap_has_a_usual_load_too(rows_of: RowsOf):
    """A treadmill hour of one whose outdoor hours are 56.25 by pace."""
    rows = activities(rows_of, [{}, {}, {"is_indoor": True}])
    assert list(rows.load_method) == ["pace", "pace", "duration"]
    assert rows.load_score[2] == pytest.approx(56.25)


def test_an_activity_of_which_nobody_knows_how_long_it_was_has_no_load(rows_of: RowsOf):
    rows = activities(rows_of, [BY_HEART_RATE, {"moving_s": 0.0, "effort_rating": 5.0}])
    assert list(rows.load_method.isna()) == [False, True]
    assert list(rows.load_score.isna()) == [False, True]


def test_the_session_mean_makes_goldencheetahs_training_impulse(rows_of: RowsOf):
    """An hour at a mean of 120: half of the reserve, 60 x 0.5 x 0.64 x exp(1.92 x 0.5); a woman's by 1.67."""
    session = {"heart_rate_session_mean_bpm": 120.0}
    (man,) = activities(rows_of, [session]).itertuples()
    (woman,) = activities(rows_of, [session], sex="female").itertuples()
    assert man.trimp_session_mean_score == pytest.approx(19.2 * math.exp(0.96))
    assert woman.trimp_session_mean_score == pytest.approx(19.2 * math.exp(0.835))


def test_below_rest_the_session_mean_makes_no_impulse_and_without_one_nobody_knows(rows_of: RowsOf):
    rows = activities(rows_of, [{"heart_rate_session_mean_bpm": 39.0}, {}])
    assert rows.trimp_session_mean_score[0] == 0
    assert pd.isna(rows.trimp_session_mean_score[1])


def test_a_race_is_a_race_however_hard_it_was_and_counts_as_a_hard_session(rows_of: RowsOf):
    """Of three runs one is a race: two of three sessions are easy."""
    runs = ann(
        [{"activity_id": "easy"}, {"activity_id": "race"}, {"activity_id": "short"}],
        local_day=MONDAY,
        is_run=True,
        sport="running",
    )
    tables = {
        "athlete.athletes": "athlete_id | sex | week_start\nann | male | monday",
        "athlete.anchors": ann(**ANCHORS),
        "staging.activities": runs,
        "athlete.activity_loads": runs[["athlete_id", "activity_id"]].assign(
            judged_s=3600, easy_s=3600, moderate_s=0, hard_s=0
        ),
        "athlete.races": "athlete_id | activity_id | race_source\nann | race | name",
    }
    assert list(rows_of("athlete.activities", tables).session_class) == ["easy", "race", "easy"]
    assert list(rows_of("athlete.splits", tables).easy_session_ratio) == pytest.approx([2 / 3] * 3)


# --- what the causes make of it


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("athlete.cause_easy_share_low", "slower than 80 % of threshold speed"),
        ("athlete.cause_medium_trap", "between 80 and 100 % of threshold speed"),
    ],
)
@pytest.mark.parametrize(("pace_judged_s", "certainty_ratio"), [(3600, 0.6), (1800, 1)])
def test_a_share_that_mostly_pace_has_judged_is_less_certain_and_says_so(
    rows_of: RowsOf, cause: str, words: str, pace_judged_s: float, certainty_ratio: float
):
    """Half of the time and distance of ten runs was easy, the other half moderate."""
    metres = dict.fromkeys(["easy_m", "easy_minus_3_bpm_m", "easy_plus_3_bpm_m"], 5000)
    seconds = dict.fromkeys(["easy_s", "moderate_s", "moderate_minus_3_bpm_s", "moderate_plus_3_bpm_s"], 1800)
    halves = metres | seconds
    runs = ann([{"activity_id": f"{day}", "local_day": date(2024, 1, day)} for day in range(1, 11)], **halves)
    (found,) = rows_of(
        cause,
        {
            "athlete.athletes": ATHLETE,
            "athlete.anchors": ann(**ANCHORS),
            "athlete.activities": runs.assign(
                is_run=True,
                session_class="easy",
                moving_s=3600,
                judged_s=3600,
                judged_m=10000,
                pace_judged_s=pace_judged_s,
            ),
        },
    ).itertuples()
    assert found.value == 0.5
    assert (found.coverage_ratio, found.certainty_ratio) == (1, certainty_ratio)
    assert (words in str(found.reason)) == (pace_judged_s > 1800)
    assert ("bpm" in str(found.reason)) == (pace_judged_s <= 1800)
