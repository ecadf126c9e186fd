"""The models that see one activity, on rows small enough to work out by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]

RUN = """
    athlete_id | activity_id | sport   | started_at
    ann        | run         | running | 2024-01-01 06:00:00
"""


def records(seconds: Sequence[float] | np.ndarray[Any, Any], **columns: Any) -> pd.DataFrame:
    """One row per second given, of ann's run; a column is a number for all rows or a value for each."""
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "recorded_at": pd.Timestamp("2024-01-01 06:00:00")
            + pd.to_timedelta(np.asarray(seconds), unit="s"),
            **columns,
        }
    )


def test_a_long_silence_is_a_pause_not_a_step(rows_of: RowsOf):
    steps = rows_of(
        "activity.steps",
        given={
            "staging.records": """
                athlete_id | activity_id | recorded_at         | speed_m_per_s | speed_limit_m_per_s
                ann        | run         | 2024-01-01 06:00:00 | 3.0           | 12.5
                ann        | run         | 2024-01-01 06:00:01 | 3.0           | 12.5
                ann        | run         | 2024-01-01 06:01:01 | 3.0           | 12.5
            """
        },
    )
    assert list(steps.step_s) == [0, 1, 0]
    assert list(steps.moving_s) == [0, 1, 0]


@pytest.mark.parametrize(("stopped", "moving_s"), [("", 100), ("2024-01-01 06:00:02", 0)])
def test_a_silence_over_which_the_distance_went_on_is_running_unless_the_timer_was_stopped(
    rows_of: RowsOf, stopped: str, moving_s: float
):
    stops = "athlete_id | activity_id | stopped_at\n" + (f"ann | run | {stopped}" if stopped else "")
    steps = rows_of(
        "activity.steps",
        given={
            "staging.timer_stops": stops,
            "staging.records": """
                athlete_id | activity_id | recorded_at         | distance_m | speed_limit_m_per_s
                ann        | run         | 2024-01-01 06:00:00 | 0          | 12.5
                ann        | run         | 2024-01-01 06:00:01 | 3          | 12.5
                ann        | run         | 2024-01-01 06:01:41 | 303        | 12.5
            """,
        },
    )
    assert list(steps.moving_s) == [0, 1, moving_s]
    assert list(steps.step_m) == [0, 3, 300]


def test_a_jump_of_the_gps_is_no_distance_and_is_counted(rows_of: RowsOf):
    steps = rows_of(
        "activity.steps",
        given={
            "staging.records": """
                athlete_id | activity_id | recorded_at         | distance_m | speed_limit_m_per_s
                ann        | run         | 2024-01-01 06:00:00 | 0          | 12.5
                ann        | run         | 2024-01-01 06:00:01 | 500        | 12.5
                ann        | run         | 2024-01-01 06:00:02 | 503        | 12.5
            """
        },
    )
    assert list(steps.step_m) == [0, 0, 3]
    assert list(steps.is_speed_rejected) == [False, True, False]


def test_distance_written_in_some_records_only_is_counted_once(rows_of: RowsOf):
    """A record a second, the speed in each and the distance in every tenth, as some watches write them."""
    seconds = np.arange(601)
    steps = rows_of(
        "activity.steps",
        given={
            "raw.activities": RUN,
            "raw.records": records(
                seconds, speed_m_per_s=3, distance_m=np.where(seconds % 10 == 0, seconds * 3.0, np.nan)
            ),
        },
    )
    assert steps.step_m.to_numpy() == pytest.approx(np.r_[0, np.full(600, 3)])
    assert not steps.is_speed_rejected.any()


def test_a_swim_whose_distance_grows_by_the_length_moves_all_the_time(rows_of: RowsOf):
    """25 m every 25 seconds, and no speed: 24 records of 25 say nothing of where the swimmer is."""
    seconds = np.arange(501)
    summary = rows_of(
        "activity.summaries",
        given={
            "raw.activities": RUN,
            "raw.records": records(seconds, distance_m=np.where(seconds % 25 == 0, seconds, np.nan)),
        },
    ).iloc[0]
    assert (summary.travelled_m, summary.moving_s) == (pytest.approx(500), 500)


def test_before_its_first_distance_a_run_is_measured_by_its_speed(rows_of: RowsOf):
    steps = rows_of(
        "activity.steps",
        given={
            "raw.activities": RUN,
            "raw.records": records(range(5), speed_m_per_s=3, distance_m=[np.nan, np.nan, 6, np.nan, 14]),
        },
    )
    assert list(steps.step_m) == [0, 3, 3, 4, 4]


def test_heart_rate_written_only_when_it_changes_is_held_for_half_a_minute(rows_of: RowsOf):
    slices = rows_of(
        "activity.clean_slices",
        given={
            "staging.records": """
                athlete_id | activity_id | recorded_at         | heart_rate_bpm | speed_m_per_s
                ann        | run         | 2024-01-01 06:00:00 | 140            | 3
                ann        | run         | 2024-01-01 06:00:20 |                | 3
                ann        | run         | 2024-01-01 06:00:45 |                | 3
            """
        },
    )
    assert slices.heart_rate_bpm.tolist()[:2] == [140, 140]
    assert pd.isna(slices.heart_rate_bpm[2])
    assert list(slices.heart_rate_known_s) == [0, 20, 0]
    assert list(slices.heart_rate_dropout_s) == [0, 0, 25]


def test_a_heart_rate_that_nobody_has_is_null_and_counted(rows_of: RowsOf):
    clean = rows_of(
        "staging.records",
        given={
            "raw.activities": RUN,
            "raw.records": """
                athlete_id | activity_id | recorded_at         | heart_rate_bpm | speed_m_per_s | altitude_m
                ann        | run         | 2024-01-01 06:00:00 | 255            | 3             | 100
                ann        | run         | 2024-01-01 06:00:01 | 150            | 99            | 20000
                ann        | run         | 2024-01-01 06:00:02 |                | 0             |
            """,
        },
    )
    assert clean.heart_rate_bpm.isna().tolist() == [True, False, True]
    assert clean.is_heart_rate_rejected.tolist() == [True, False, False]
    assert clean.speed_m_per_s.isna().tolist() == [False, True, False]
    assert clean.altitude_m.isna().tolist() == [False, True, True]


def test_time_is_weighed_and_not_counted_in_rows(rows_of: RowsOf):
    """Four rows of 150 bpm a second apart and one of 120 after twenty seconds: 120 wins."""
    seconds = rows_of(
        "activity.heart_rate_seconds",
        given={
            "raw.activities": RUN,
            "raw.records": records(
                [0, 1, 2, 3, 23], heart_rate_bpm=[150, 150, 150, 150, 120], distance_m=[0, 3, 6, 9, 69]
            ),
        },
    )
    assert dict(zip(seconds.heart_rate_bpm, seconds.duration_s, strict=True)) == {120: 20, 150: 3}
    assert dict(zip(seconds.heart_rate_bpm, seconds.distance_m, strict=True)) == {120: 60, 150: 9}


def test_a_climb_of_ten_percent_costs_half_as_much_again(rows_of: RowsOf):
    """The published factor at +10 % is 1.47; the fitted curve gives it within 2 %."""
    distance_m = np.arange(0, 1000, 3.0)
    speeds = rows_of(
        "activity.grade_adjusted_speed",
        given={
            "raw.activities": RUN,
            "raw.records": records(
                np.arange(len(distance_m)), distance_m=distance_m, altitude_m=100 + distance_m / 10
            ),
        },
    )
    middle = speeds.iloc[100:200]
    assert middle.grade_ratio.to_numpy() == pytest.approx(0.1)
    assert (middle.grade_adjusted_speed_m_per_s / middle.speed_m_per_s).to_numpy() == pytest.approx(
        1.47, rel=0.02
    )


def test_altitude_that_jumps_is_smoothed_over_two_hundred_metres(rows_of: RowsOf):
    distance_m = np.arange(0, 2000, 3.0)
    noise = np.random.default_rng(1).normal(0, 4, len(distance_m))
    smoothing = {
        name: rows_of(
            "activity.terrains",
            given={
                "raw.activities": RUN,
                "raw.records": records(
                    np.arange(len(distance_m)), distance_m=distance_m, altitude_m=altitude_m
                ),
            },
        ).grade_smoothing_m[0]
        for name, altitude_m in {"barometric": 100 + distance_m / 50, "noisy": 100 + noise}.items()
    }
    assert smoothing == {"barometric": 50, "noisy": 200}


def test_a_run_without_altitude_is_on_level_ground(rows_of: RowsOf):
    given = {"raw.activities": RUN, "raw.records": records([0, 1, 2], distance_m=[0, 3, 6])}
    speeds = rows_of("activity.grade_adjusted_speed", given)
    assert speeds.grade_ratio.isna().all()
    assert speeds.grade_adjusted_speed_m_per_s.tolist()[1:] == [3, 3]
    assert speeds.travelled_m.tolist() == [0, 3, 6]
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.moving_m, summary.grade_adjusted_m, summary.minetti_adjusted_m) == (6, 6, 6)


def test_a_best_effort_is_interpolated_and_counts_standing(rows_of: RowsOf):
    """1000 m at 4 m/s, a minute of standing, 500 m at 5 m/s."""
    seconds = np.r_[0:251, 310:411]
    distance_m = np.r_[np.arange(251) * 4.0, 1000 + np.arange(101) * 5.0]
    efforts = rows_of(
        "activity.best_efforts",
        given={"raw.activities": RUN, "raw.records": records(seconds, distance_m=distance_m)},
    ).set_index("effort_distance_m")
    assert efforts.elapsed_s[400] == pytest.approx(80)
    assert efforts.elapsed_s[1000] == pytest.approx(250)
    assert efforts.start_offset_s[1000] == 0
    assert 3000 not in efforts.index


def test_a_best_effort_starts_between_two_records(rows_of: RowsOf):
    """At 3 m/s in a record every ten seconds, 400 m are 133.3 s and neither 130 nor 140."""
    efforts = rows_of(
        "activity.best_efforts",
        given={
            "raw.activities": RUN,
            "raw.records": records(np.arange(0, 310, 10), distance_m=np.arange(0, 930, 30.0)),
        },
    )
    assert efforts.elapsed_s[0] == pytest.approx(400 / 3)


def test_a_ride_called_a_run_has_no_best_effort_and_a_single_impossible_one_is_dropped(rows_of: RowsOf):
    """An hour at 8 m/s is faster than any record from 3000 m on; a jump of 300 m spoils its 400 m alone."""
    seconds = np.arange(3601)
    ride = {"raw.activities": RUN, "raw.records": records(seconds, distance_m=8.0 * seconds)}
    assert rows_of("activity.best_efforts", ride).empty
    slow = {
        "raw.activities": RUN,
        "raw.records": records(seconds, distance_m=3.0 * seconds + 9 * np.clip(seconds - 1000, 0, 34)),
    }
    efforts = rows_of("activity.best_efforts", slow)
    assert list(efforts.effort_distance_m) == [800, 1000, 1609.344, 3000, 5000, 10000]


def test_steady_blocks_begin_after_ten_minutes_and_a_minute_after_each_stop(rows_of: RowsOf):
    """Forty minutes at 3 m/s and 150 bpm with half a minute of standing in minute 20, in slices of 5 s."""
    seconds = np.arange(2400)
    standing = (seconds > 1200) & (seconds <= 1230)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds,
            distance_m=np.cumsum(np.where(standing, 0.0, 3.0)) - 3,
            speed_m_per_s=np.where(standing, 0.0, 3.0),
            heart_rate_bpm=150,
        ),
    }
    blocks = rows_of("activity.blocks", given)
    assert list(blocks.block_number) == [0, 1, 2, 3, 4, 5]
    assert blocks.steady_s.sum() == pytest.approx(1799 - 30 - 55)
    assert blocks.started_after_s.to_numpy() == pytest.approx([600, 900, 1285, 1500, 1800, 2100])
    assert blocks.speed_m_per_s.to_numpy() == pytest.approx(3)
    assert blocks.heart_rate_bpm.to_numpy() == pytest.approx(150)


def test_decoupling_is_the_loss_of_metres_per_beat(rows_of: RowsOf):
    """An oracle of SCIENCE.md D: 1.28 m per beat fall to 1.233, that is 3.67 %."""
    seconds = np.arange(600 + 2400 + 1)
    speed = np.where(seconds <= 600 + 1200, 1.28, 1.233) * 150 / 60
    given = {
        "raw.activities": RUN,
        "raw.records": records(seconds, distance_m=np.cumsum(speed), speed_m_per_s=speed, heart_rate_bpm=150),
    }
    steadiness = rows_of("activity.steadiness", given)
    assert steadiness.decoupling_ratio[0] == pytest.approx(0.0367, abs=1e-4)
    assert steadiness.steady_s[0] == 2400


def test_a_run_in_surges_has_a_wide_spread_of_speed(rows_of: RowsOf):
    seconds = np.arange(2401)
    speed = np.where(seconds // 120 % 2 == 0, 2.5, 4.0)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds, distance_m=np.cumsum(speed), speed_m_per_s=speed, heart_rate_bpm=150 + seconds % 2
        ),
    }
    assert rows_of("activity.steadiness", given).speed_spread_ratio[0] > 0.2


def test_a_summary_adds_up_the_stream(rows_of: RowsOf):
    seconds = np.arange(601)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds,
            distance_m=seconds * 3.0,
            heart_rate_bpm=np.where(seconds < 300, 140, 160),
            latitude_deg=1.0,
        ),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.moving_s, summary.travelled_m, summary.recorded_s) == (600, 1800, 600)
    assert summary.heart_rate_mean_bpm == pytest.approx(150, abs=0.1)
    assert (summary.heart_rate_peak_bpm, summary.heart_rate_low_bpm) == (160, 140)
    assert summary.has_position


def test_a_peak_of_a_single_second_is_no_peak(rows_of: RowsOf):
    heart_rate = np.full(601, 150)
    heart_rate[300] = 220
    given = {
        "raw.activities": RUN,
        "raw.records": records(np.arange(601), heart_rate_bpm=heart_rate, distance_m=0),
    }
    assert rows_of("activity.summaries", given).heart_rate_peak_bpm[0] == 150
    assert len(rows_of("activity.slices", given)) == len(rows_of("activity.grades", given)) == 121
    assert rows_of("activity.steady_slices", given).empty


def test_a_peak_is_none_in_the_first_minutes_nor_just_after_a_silence(rows_of: RowsOf):
    """A dry strap shows 45, then 210 for five minutes, and 210 again for five seconds after a pause."""
    seconds = np.r_[0:901, 1000:1301]
    heart_rate = np.where(seconds < 300, 210, 150)
    heart_rate[seconds < 5] = 45
    heart_rate[(seconds >= 1000) & (seconds < 1005)] = 210
    given = {
        "raw.activities": RUN,
        "raw.records": records(seconds, heart_rate_bpm=heart_rate, distance_m=3.0 * np.arange(len(seconds))),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.heart_rate_peak_bpm, summary.heart_rate_low_bpm) == (150, 150)


def test_one_athletes_rows_do_not_depend_on_who_else_is_there(rows_of: RowsOf):
    seconds = np.arange(1801)
    ann = records(seconds, distance_m=seconds * 3.0, heart_rate_bpm=150, altitude_m=100.0)
    bob = ann.assign(athlete_id="bob", heart_rate_bpm=120, distance_m=seconds * 2.0)
    both = RUN.rstrip() + "\n    bob        | run         | running | 2024-01-01 06:00:00"
    for model in (
        "activity.blocks",
        "activity.summaries",
        "activity.best_efforts",
        "activity.duration_curve",
        "activity.heart_rate_seconds",
    ):
        alone = rows_of(model, {"raw.activities": RUN, "raw.records": ann})
        among = rows_of(model, {"raw.activities": both, "raw.records": pd.concat([bob, ann])})
        pd.testing.assert_frame_equal(alone, among[among.athlete_id == "ann"].reset_index(drop=True))


def test_a_stuck_sensor_is_no_heart_rate_and_a_watch_that_writes_only_changes_is_believed(rows_of: RowsOf):
    """Ten minutes, the pace between 2.5 and 3.5 m/s; from second 121 to 300 the pulse is 140 throughout.

    A sensor that is stuck repeats it in every record: 180 s are lost. Who writes only changes leaves it out.
    """
    seconds = np.arange(601)
    speed = np.where(seconds // 20 % 2 == 0, 2.5, 3.5)
    is_same = (seconds > 120) & (seconds <= 300)
    moving = np.where(is_same, 140, 150.0 + seconds % 2)
    only_changes = np.where(is_same & (seconds % 25 != 0), np.nan, moving)
    lost = {}
    for name, heart_rate in {"stuck": moving, "only changes": only_changes}.items():
        given = {
            "raw.activities": RUN,
            "raw.records": records(seconds, speed_m_per_s=speed, heart_rate_bpm=heart_rate),
        }
        summary = rows_of("activity.summaries", given).iloc[0]
        lost[name] = (summary.heart_rate_flat_s, summary.heart_rate_known_s, summary.heart_rate_dropout_s)
    assert lost == {"stuck": (180, 420, 0), "only changes": (0, 600, 0)}


def test_a_heart_rate_that_stands_still_at_an_even_pace_is_believed(rows_of: RowsOf):
    given = {
        "raw.activities": RUN,
        "raw.records": records(np.arange(601), speed_m_per_s=3, heart_rate_bpm=150),
    }
    assert rows_of("activity.heart_rate_faults", given).empty


@pytest.mark.parametrize(("follows", "lost_s"), [(1, 180), (0, 0)])
def test_a_heart_rate_that_follows_the_cadence_is_the_cadence_and_one_beside_it_is_not(
    rows_of: RowsOf, follows: int, lost_s: float
):
    """In three minutes the cadence goes from 160 to 176 and back; a true pulse stays at 168."""
    seconds = np.arange(601)
    wave = 8 * np.sin((seconds - 120) / 180 * 2 * np.pi)
    is_locked = (seconds > 120) & (seconds <= 300)
    cadence = np.where(is_locked, 168 + wave, 168)
    heart_rate = np.where(is_locked, 168 + follows * wave, 140 + seconds % 2)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds, speed_m_per_s=3, heart_rate_bpm=heart_rate.round(), cadence_per_min=cadence.round()
        ),
    }
    faults = rows_of("activity.heart_rate_faults", given)
    assert list(faults.fault) == ["cadence"] * follows
    summary = rows_of("activity.summaries", given).iloc[0]
    assert summary.heart_rate_cadence_locked_s == summary.heart_rate_rejected_s == lost_s
    assert summary.heart_rate_known_s == 600 - lost_s
    assert summary.cadence_mean_per_min == pytest.approx(168, abs=0.1)


def test_every_recorded_second_has_a_heart_rate_or_one_reason_why_not(rows_of: RowsOf):
    """Of a minute: ten seconds at 250 bpm, and from second 16 on nothing, of which half a minute is held."""
    seconds = np.arange(61)
    heart_rate = np.where(seconds <= 15, 150.0, np.nan)
    heart_rate[1:11] = 250
    summary = rows_of(
        "activity.summaries",
        given={
            "raw.activities": RUN,
            "raw.records": records(seconds, speed_m_per_s=3, heart_rate_bpm=heart_rate),
        },
    ).iloc[0]
    assert (summary.heart_rate_out_of_range_s, summary.heart_rate_dropout_s) == (10, 15)
    assert summary.heart_rate_known_s == summary.recorded_s - 10 - 15 == 35


def test_an_activity_without_heart_rate_has_no_dropouts_of_it(rows_of: RowsOf):
    given = {"raw.activities": RUN, "raw.records": records(np.arange(61), speed_m_per_s=3)}
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.heart_rate_known_s, summary.heart_rate_dropout_s) == (0, 0)
    assert np.isnan(summary.heart_rate_mean_bpm)


def test_less_than_three_seconds_of_standing_are_a_jitter_and_three_are_a_stop(rows_of: RowsOf):
    """In the five seconds to second 10 the GPS stands for two, in those to second 20 for three."""
    seconds = np.arange(31)
    speed = np.where(np.isin(seconds, [6, 7, 16, 17, 18]), 0.2, 3.0)
    slices = rows_of(
        "activity.slices", given={"raw.activities": RUN, "raw.records": records(seconds, speed_m_per_s=speed)}
    )
    assert list(slices.moving_s) == [0, 5, 5, 5, 0, 5, 5]
    assert list(slices.is_moving) == [False, True, True, True, False, True, True]


def test_seconds_are_kept_by_heart_rate_and_by_speed_so_that_short_repeats_can_be_judged_by_pace(
    rows_of: RowsOf,
):
    """Five minutes at 3 m/s, five at 4.04, the pulse at 150 all along; five slices of 5 s are in between."""
    seconds = np.arange(601)
    speed = np.where(seconds <= 300, 3.0, 4.04)
    heart_rate = 150 + 0.4 * (seconds % 2)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds, distance_m=np.cumsum(speed) - 3, speed_m_per_s=speed, heart_rate_bpm=heart_rate
        ),
    }
    by_beat = rows_of("activity.heart_rate_seconds", given)
    assert set(by_beat.heart_rate_bpm) == {150}
    duration_s = dict(zip(by_beat.speed_step_m_per_s, by_beat.duration_s, strict=True))
    assert (duration_s[3.0], duration_s[4.0]) == (300, 275)
    assert (by_beat.duration_s.sum(), by_beat.distance_m.sum()) == (600, pytest.approx(900 + 1212))
    by_speed = rows_of("activity.speed_seconds", given)
    assert by_speed.duration_s.tolist() == by_beat.duration_s.tolist()


def test_the_time_at_a_speed_is_known_without_a_heart_rate(rows_of: RowsOf):
    given = {"raw.activities": RUN, "raw.records": records(np.arange(61), speed_m_per_s=3)}
    assert rows_of("activity.heart_rate_seconds", given).empty
    by_speed = rows_of("activity.speed_seconds", given)
    assert by_speed[["speed_step_m_per_s", "duration_s", "distance_m"]].to_numpy().tolist() == [[3, 60, 180]]


def test_a_climb_counts_as_in_goldencheetah_once_it_is_three_metres(rows_of: RowsOf):
    """Up 2 m and down again is noise. 100 to 104 counts 4; 101 becomes the level, from which 106 counts 5.

    104 is not more than 3 m below 106: from there nothing happens.
    """
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            range(8), speed_m_per_s=3, altitude_m=[100, 102, 100, 103, 104, 100.9, 106, 104]
        ),
    }
    assert rows_of("activity.ascents", given).ascent_hysteresis_m[0] == pytest.approx(4 + 5.1)


def test_the_decoupling_of_goldencheetah_takes_halves_of_all_records(rows_of: RowsOf):
    """1402 records: 701 at 3 m/s and 150 bpm, 701 at 3 m/s and 160: (3/150 - 3/160) / (3/150) = 1/16.

    The two halves have as many records, but the second was written every two seconds.
    """
    first, second = np.arange(701), 700 + 2 * np.arange(1, 702)
    heart_rate = np.r_[np.full(701, 150), np.full(701, 160)]
    given = {
        "raw.activities": RUN,
        "raw.records": records(np.r_[first, second], speed_m_per_s=3, heart_rate_bpm=heart_rate),
    }
    assert rows_of("activity.steadiness", given).decoupling_halves_ratio[0] == pytest.approx(1 / 16)


def test_the_mean_heart_rate_of_a_session_leaves_standing_out(rows_of: RowsOf):
    """A minute of running at 150, a minute of standing at 110: the mean of all is 130."""
    seconds = np.arange(121)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds,
            speed_m_per_s=np.where(seconds <= 60, 3, 0),
            heart_rate_bpm=np.where(seconds <= 60, 150, 110),
            temperature_c=np.where(seconds <= 60, 10, 20),
        ),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.heart_rate_session_mean_bpm, summary.heart_rate_mean_bpm) == (150, pytest.approx(130))
    assert summary.temperature_mean_c == pytest.approx(15)


def test_a_block_tells_its_temperature_and_its_pace_on_level_ground(rows_of: RowsOf):
    """Twenty minutes at 3 m/s up 2 %, which costs 1.0663 of level ground by the fitted curve."""
    seconds = np.arange(1201)
    climbing = records(
        seconds, distance_m=3.0 * seconds, heart_rate_bpm=150, altitude_m=0.06 * seconds, temperature_c=12
    )
    given = {"raw.activities": RUN, "raw.records": climbing}
    blocks = rows_of("activity.blocks", given)
    assert list(blocks.started_after_s) == [600, 900]
    assert blocks.grade_adjusted_speed_m_per_s.to_numpy() == pytest.approx(3 * 1.06626, rel=1e-4)
    assert list(blocks.temperature_mean_c) == [12, 12]
    level = {"raw.activities": RUN, "raw.records": climbing.drop(columns="altitude_m")}
    assert rows_of("activity.blocks", level).grade_adjusted_speed_m_per_s.isna().all()


def test_a_spike_of_the_position_makes_no_distance_on_either_way(rows_of: RowsOf):
    """At 3 m/s a fix lies 200 m ahead, the next is back on the way: the watch's speed bridges it."""
    distance_m = [0, 3, 206, 9, 12]
    steps = rows_of(
        "activity.steps",
        given={
            "raw.activities": RUN,
            "raw.records": records(range(5), distance_m=distance_m, speed_m_per_s=3),
        },
    )
    assert list(steps.step_m) == [0, 3, 3, 3, 3]
    assert list(steps.is_speed_rejected) == [False, False, True, False, False]


def test_what_is_measured_does_not_hang_on_how_often_the_watch_writes(rows_of: RowsOf):
    """The same half hour, at 3 m/s and with a pulse that rises, every second and every seven."""
    by_interval = {}
    for interval in (1, 7):
        seconds = np.arange(0, 1806, interval)
        given = {
            "raw.activities": RUN,
            "raw.records": records(
                seconds,
                distance_m=3.0 * seconds,
                altitude_m=100 + seconds / 20,
                heart_rate_bpm=np.round(140 + seconds / 100),
            ),
        }
        by_interval[interval] = rows_of("activity.summaries", given).iloc[0]
    for column in (
        "moving_s",
        "travelled_m",
        "grade_adjusted_m",
        "heart_rate_mean_bpm",
        "heart_rate_known_s",
    ):
        assert by_interval[7][column] == pytest.approx(by_interval[1][column], rel=0.005), column


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_in_which_records_come_does_not_matter(rows_of: RowsOf, order: int):
    seconds = np.arange(601)
    shuffled = records(seconds, distance_m=3.0 * seconds, heart_rate_bpm=150)[::order]
    summary = rows_of("activity.summaries", {"raw.activities": RUN, "raw.records": shuffled}).iloc[0]
    assert (summary.moving_s, summary.travelled_m, summary.heart_rate_known_s) == (600, 1800, 600)


def test_the_records_of_a_stuck_sensor_show_no_heart_rate(rows_of: RowsOf):
    """What one asks for in SQL is as clean as what is measured."""
    seconds = np.arange(301)
    speed = np.where(seconds // 20 % 2 == 0, 2.5, 3.5)
    heart_rate = np.where((seconds > 100) & (seconds <= 200), 140, 150 + seconds % 2)
    shown = rows_of(
        "marts.records",
        given={
            "raw.activities": RUN,
            "raw.records": records(seconds, speed_m_per_s=speed, heart_rate_bpm=heart_rate),
        },
    )
    assert len(shown) == 301
    assert shown.heart_rate_bpm.isna().tolist() == [100 < second <= 200 for second in seconds]
    assert shown.distance_m.is_monotonic_increasing
    assert shown.distance_m.to_numpy() == pytest.approx(np.r_[0, np.cumsum(speed[1:])])


def test_a_speed_told_while_no_metre_is_added_is_not_moving(rows_of: RowsOf):
    """Some watches go on writing while the timer stands: a minute of running, then a minute on a ferry."""
    seconds = np.arange(121)
    given = {
        "raw.activities": RUN,
        "raw.records": records(
            seconds, speed_m_per_s=np.where(seconds <= 60, 3, 8), distance_m=3.0 * np.minimum(seconds, 60)
        ),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.moving_s, summary.moving_m, summary.recorded_s) == (60, 180, 120)


def test_a_position_that_stands_and_leaps_is_moving(rows_of: RowsOf):
    """A phone that finds its place every fifth second: 12 m at once, of five seconds four at no speed."""
    seconds = np.arange(101)
    given = {"raw.activities": RUN, "raw.records": records(seconds, distance_m=12.0 * (seconds // 5))}
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.moving_s, summary.moving_m) == (100, 240)


def test_a_run_on_a_treadmill_has_time_and_heart_rate_but_no_position(rows_of: RowsOf):
    given = {
        "raw.activities": RUN.replace("running", "running | treadmill", 1).replace(
            "sport   |", "sport | sub_sport |"
        ),
        "raw.records": records(range(61), distance_m=3.0 * np.arange(61), heart_rate_bpm=140),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.has_position, summary.moving_s, summary.heart_rate_known_s) == (False, 60, 60)
    assert rows_of("staging.activities", given).is_indoor.tolist() == [True]


@pytest.mark.parametrize(
    "channels",
    [
        pytest.param({}, id="only times"),
        pytest.param({"heart_rate_bpm": 150}, id="only heart rate"),
        pytest.param({"altitude_m": [100]}, id="one record"),
        pytest.param(
            {"distance_m": 0.0, "altitude_m": [100, np.nan, 200]}, id="standing, and the altitude leaps"
        ),
        pytest.param({"distance_m": [1e6, 0, 5]}, id="an odometer that starts anew"),
    ],
)
def test_whatever_is_missing_an_activity_is_summed_up(rows_of: RowsOf, channels: dict[str, Any]):
    """What is not known is null or nothing, and breaks no promise of any model."""
    count = len(channels.get("altitude_m", range(3)))
    given = {"raw.activities": RUN, "raw.records": records(range(count), **channels)}
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.record_count, summary.recorded_s) == (count, count - 1)
    assert summary.moving_m <= 5
    assert np.isnan(summary.heart_rate_mean_bpm) == ("heart_rate_bpm" not in channels)
    assert len(rows_of("marts.records", given)) == count
    for model in ("blocks", "steadiness", "speed_seconds", "heart_rate_seconds", "best_efforts"):
        rows_of(f"activity.{model}", given)


def test_a_pause_is_one_however_short_if_the_timer_was_stopped(rows_of: RowsOf):
    """Twenty seconds at a traffic light: a gap like that of smart recording, but the timer stood."""
    seconds = np.r_[0:61, 80:141]
    given = {
        "staging.timer_stops": "athlete_id | activity_id | stopped_at\nann | run | 2024-01-01 06:01:00",
        "raw.activities": RUN,
        "raw.records": records(seconds, speed_m_per_s=3, heart_rate_bpm=150),
    }
    summary = rows_of("activity.summaries", given).iloc[0]
    assert (summary.moving_s, summary.recorded_s, summary.heart_rate_known_s) == (120, 120, 120)
    unstopped = {**given, "staging.timer_stops": "athlete_id | activity_id | stopped_at"}
    assert rows_of("activity.summaries", unstopped).recorded_s[0] == 140
