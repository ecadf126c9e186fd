"""How weeks, phases, breaks and plans are put together: seasons small enough to work out by hand."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

RowsOf = Callable[..., pd.DataFrame]
Row = Any  # one row of a frame, its columns as attributes

MONDAY = date(2024, 1, 1)
ATHLETE = "athlete_id | sex  | week_start\nann | male | monday"
KINDS = {  # session class, km, minutes
    "e": ("easy", 10, 60),
    "q": ("quality", 10, 55),
    "l": ("long", 20, 120),
    "r": ("race", 10, 45),
    "s": ("easy", 6, 36),
    "u": ("unknown", 10, 60),
}


def season(*weeks: str, **columns: Any) -> pd.DataFrame:
    """athlete.activities of ann from Monday, 1 January 2024: a letter of KINDS for a day, a dot for none."""
    found = [
        (MONDAY + timedelta(weeks=number, days=day), letter)
        for number, week in enumerate(weeks)
        for day, letter in enumerate(week)
        if letter != "."
    ]
    kinds = [KINDS[letter] for _, letter in found]
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"{day:%m%d}{letter}" for day, letter in found],
            "local_day": [day for day, _ in found],
            "started_at": [pd.Timestamp(day) for day, _ in found],
            "sport": "running",
            "is_run": True,
            "is_indoor": False,
            "session_class": [kind for kind, _, _ in kinds],
            "race_source": ["name" if kind == "race" else None for kind, _, _ in kinds],
            "distance_m": [1000.0 * km for _, km, _ in kinds],
            "moving_s": [60.0 * minutes for _, _, minutes in kinds],
            "judged_s": [60.0 * minutes for _, _, minutes in kinds],
            "judged_m": [1000.0 * km for _, km, _ in kinds],
            "hard_s": [1200.0 if kind in {"quality", "race"} else 0.0 for kind, _, _ in kinds],
        }
        | columns
    )


def given(activities: pd.DataFrame, **others: Any) -> dict[str, Any]:
    return {
        "athlete.athletes": ATHLETE,
        "athlete.activities": activities,
        **{name.replace("__", "."): rows for name, rows in others.items()},
    }


def cause(rows_of: RowsOf, name: str, activities: pd.DataFrame, **others: Any) -> Row:
    rows = rows_of(f"athlete.cause_{name}", given(activities, **others))
    assert len(rows) == 1
    row = rows.iloc[0]
    assert row.reason.endswith(".") and (pd.isna(row.advice) or row.advice.endswith("."))
    return row


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


EASY = "e.e.e.l"  # 50 km
HARD = "eqe.e.l"  # the same and a workout
LIGHT = "e...e.s"  # 26 km: recovery
TAPER = "eq..q.s"  # 36 km of 60, with both workouts


# --- phases


def phases_of(rows_of: RowsOf, *weeks: str) -> str:
    """The phase of each week, by its first letter; a break is x."""
    rows = rows_of("athlete.week_phases", given(season(*weeks)))
    letters = {"base": "b", "speed": "s", "peak": "p", "recovery": "r", "break": "x"}
    return "".join(letters.get(phase, "?") for phase in rows.phase)


def test_a_season_of_base_speed_peak_and_recovery_is_seen_as_one(rows_of: RowsOf):
    """Eight weeks of base; six with a workout; a lighter one with both workouts before the race; rest."""
    weeks = [EASY] * 8 + [HARD] * 6 + [TAPER] + ["e.q...r"] + [LIGHT] * 2 + ["......."] + [EASY]
    assert phases_of(rows_of, *weeks) == "bbbbbbbb" + "ssssss" + "p" + "p" + "rr" + "x" + "b"


def test_one_race_or_one_test_does_not_end_a_base(rows_of: RowsOf):
    assert phases_of(rows_of, *[EASY] * 4, HARD, *[EASY] * 4) == "b" * 9


def test_a_workout_every_other_week_is_speed_work_all_along(rows_of: RowsOf):
    assert phases_of(rows_of, *[HARD, EASY] * 5, HARD) == "s" * 11


def test_a_lighter_week_of_a_build_is_no_phase_of_its_own(rows_of: RowsOf):
    """It has 36 km instead of 60, and both workouts, but no race is near."""
    assert phases_of(rows_of, *[HARD] * 6, TAPER, *[HARD] * 4) == "s" * 11


def test_whether_a_week_was_hard_is_unknown_without_heart_rate_or_pace(rows_of: RowsOf):
    assert phases_of(rows_of, *["u.u.u.u"] * 3, ".......", "u.....u") == "???x?"


def test_weeks_in_a_row_are_a_block_that_is_held_against_the_articles(rows_of: RowsOf):
    blocks = rows_of("marts.phases", given(season(*[EASY] * 8, *[HARD] * 3, *[LIGHT] * 2, EASY)))
    assert list(blocks.phase) == ["base", "speed", "recovery", "base"]
    assert list(blocks.week_count) == [8, 3, 2, 1]
    assert list(blocks.weekly_m) == [50000, 60000, 26000, 50000]
    assert list(blocks.hard_session_count) == [0, 3, 0, 0]
    assert list(blocks.reason) == [
        "as long as the articles advise",
        "shorter than the articles advise",
        "as long as the articles advise",
        "not over yet",
    ]
    assert list(blocks.from_on.dt.date)[1] == MONDAY + timedelta(weeks=8)
    assert list(blocks.until_day.dt.date)[1] == MONDAY + timedelta(weeks=11, days=-1)


def test_the_ramp_of_a_block_is_kilometres_a_week_each_week(rows_of: RowsOf):
    """40, 46, 52 and 58 km: one more easy run of 6 km each week."""
    block = rows_of("marts.phases", given(season("l.l....", "l.ls...", "l.lss..", "l.lsss."))).iloc[0]
    assert block.weekly_change_m == pytest.approx(6000)


def test_a_week_of_the_load_says_its_phase(rows_of: RowsOf):
    rows = rows_of("marts.weekly_load", given(season(*[EASY] * 3)))
    assert list(rows.phase) == ["base"] * 3


# --- the order of phases


def test_four_races_in_five_weeks_are_nearly_every_weekend(rows_of: RowsOf):
    row = cause(rows_of, "phase_order", season(*[EASY] * 20, *["e.e.e.r"] * 4))
    assert (row.value, row.unit) == (4, "races in five weeks")
    assert row.exposure_score == pytest.approx(logistic(0.5 / 0.35))
    assert len(row.activity_ids) == 4
    assert "4 times in the five weeks" in row.reason and row.advice.startswith("Pick one race")


def test_a_race_a_month_is_no_race_on_end(rows_of: RowsOf):
    row = cause(rows_of, "phase_order", season(*["e.e.e.r", EASY, EASY, EASY] * 7))
    assert row.exposure_score < 0.1 and row.coverage_ratio == 1 and pd.isna(row.advice)


def test_hard_weeks_on_end_are_too_many_from_sixteen(rows_of: RowsOf):
    """Eight of base and 20 with a workout; exp(-(20 - 16) / 2)."""
    row = cause(rows_of, "phase_order", season(*[EASY] * 8, *[HARD] * 20))
    assert row.value == 20
    assert row.exposure_score == pytest.approx(logistic(2))
    assert row.certainty_ratio == 0.8
    assert row.began_on.date() == MONDAY + timedelta(weeks=8)


def test_with_lighter_weeks_hard_weeks_on_end_are_a_notice_only(rows_of: RowsOf):
    row = cause(rows_of, "phase_order", season(*[EASY] * 4, *[HARD, HARD, HARD, "eq....s"] * 6))
    assert row.value == 24
    assert row.certainty_ratio < 0.5


def test_a_block_of_recovery_ends_the_hard_weeks(rows_of: RowsOf):
    row = cause(rows_of, "phase_order", season(*[HARD] * 14, *[LIGHT] * 2, *[EASY] * 6, *[HARD] * 8))
    assert row.exposure_score < 0.1


def test_hard_sessions_right_after_weeks_of_rest_lack_their_base(rows_of: RowsOf):
    """Five weeks without a run, then a workout in every week: the second week of them on is speed work."""
    row = cause(rows_of, "phase_order", season(*[EASY] * 12, *["......."] * 5, *[HARD] * 8))
    assert (row.value, row.unit) == (0, "weeks of base")
    assert row.exposure_score == pytest.approx(logistic(4))
    slow = cause(rows_of, "phase_order", season(*[EASY] * 12, *["......."] * 5, *[EASY] * 8, *[HARD] * 3))
    assert slow.exposure_score < 0.1


def test_a_young_history_has_no_order_yet(rows_of: RowsOf):
    row = cause(rows_of, "phase_order", season(*[HARD] * 10))
    assert row.coverage_ratio == pytest.approx(10 / 20)


# --- long runs


def test_weeks_of_equal_runs_have_no_long_one(rows_of: RowsOf):
    row = cause(rows_of, "no_long_run", season(*["e.e.e.e"] * 24))
    assert (row.value, row.coverage_ratio) == (0, 1)
    assert row.exposure_score == pytest.approx(logistic(4))
    assert "None of 8 ordinary weeks" in row.reason
    assert row.advice.startswith("Make one easy run a week the long one: 66 minutes")
    assert "up to about 90" in row.advice
    assert pd.isna(row.began_on) and len(row.activity_ids) == 8


def test_a_long_run_in_every_week_is_what_the_articles_ask_for(rows_of: RowsOf):
    row = cause(rows_of, "no_long_run", season(*[HARD] * 24))
    assert row.value == 1 and row.exposure_score < 0.01 and pd.isna(row.advice)


def test_long_runs_that_were_given_up_are_dated(rows_of: RowsOf):
    """The last one was in the sixteenth week."""
    row = cause(rows_of, "no_long_run", season(*[HARD] * 16, *["e.e.e.e"] * 8))
    assert row.value == 0
    assert row.began_on.date() == MONDAY + timedelta(weeks=16)


def test_who_runs_little_has_a_long_run_too(rows_of: RowsOf):
    """Of 36, 36 and 60 minutes the last is a long one: 45 % of the week, and 1.7 times as long as usual."""
    row = cause(rows_of, "no_long_run", season(*["s.s...e"] * 10))
    assert row.value == 1


def test_a_lighter_week_and_an_empty_one_need_no_long_run(rows_of: RowsOf):
    row = cause(rows_of, "no_long_run", season(*[EASY] * 16, *[EASY, EASY, EASY, LIGHT] * 2))
    assert row.value == 1
    empty = cause(rows_of, "no_long_run", season(*[EASY] * 16, *[EASY, EASY, EASY, "......."] * 2, EASY))
    assert empty.value == 1


def test_a_workout_of_seventy_minutes_is_no_long_run_and_a_race_of_two_hours_is(rows_of: RowsOf):
    rows = season(*["e.e.e.r"] * 10)
    workout = rows.assign(moving_s=[4800 if kind == "race" else 3000 for kind in rows.session_class])
    race = rows.assign(moving_s=[7200 if kind == "race" else 3000 for kind in rows.session_class])
    assert cause(rows_of, "no_long_run", workout).value == 0
    assert cause(rows_of, "no_long_run", race).value == 1


def test_a_long_run_with_a_fast_finish_is_one(rows_of: RowsOf):
    rows = season(*["e.e.e.q"] * 10)
    finish = rows.assign(moving_s=[6000 if kind == "quality" else 3000 for kind in rows.session_class])
    assert cause(rows_of, "no_long_run", finish.assign(hard_s=900.0)).value == 1


def test_a_long_run_that_was_run_hard_is_one_and_a_workout_hardly_longer_than_the_others_is_not(
    rows_of: RowsOf,
):
    """80 minutes with half an hour of it hard, beside three runs of 50 minutes, or of 62; or twice as far."""
    rows = season(*["e.e.e.q"] * 10).assign(hard_s=1800.0)
    is_quality = rows.session_class == "quality"
    fast = rows.assign(moving_s=4800.0, distance_m=is_quality.map({True: 20_000, False: 10_000}))
    assert cause(rows_of, "no_long_run", fast).value == 1
    hard = rows.assign(moving_s=is_quality.map({True: 4800, False: 3000}))
    workout = rows.assign(moving_s=is_quality.map({True: 4800, False: 3720}))
    assert cause(rows_of, "no_long_run", hard).value == 1
    assert cause(rows_of, "no_long_run", workout).value == 0


@pytest.mark.parametrize(
    ("weeks", "reason"),
    [(["e..e..."] * 10, "so few runs"), ([EASY] * 3, "Needs one more ordinary week with")],
)
def test_few_runs_or_few_weeks_tell_nothing_of_long_ones(rows_of: RowsOf, weeks: list[str], reason: str):
    row = cause(rows_of, "no_long_run", season(*weeks))
    assert pd.isna(row.exposure_score) and row.coverage_ratio == 0
    assert reason in row.reason


# --- lighter weeks


def test_equal_weeks_lack_a_lighter_one_since_the_last(rows_of: RowsOf):
    row = cause(rows_of, "no_down_weeks", season(*[EASY] * 6, LIGHT, *[EASY] * 13))
    assert row.value == 13
    assert row.exposure_score == pytest.approx(logistic(5 / 1.5))
    assert row.began_on.date() == MONDAY + timedelta(weeks=7)
    assert "about 38 km instead of 50" in row.advice


def test_fewer_hard_sessions_in_as_many_runs_are_a_lighter_week_too(rows_of: RowsOf):
    two, none = "eqe.q.l", "eee.e.l"
    row = cause(rows_of, "no_down_weeks", season(*[two, two, two, none] * 5))
    assert row.value == 3 and row.exposure_score < 0.1 and pd.isna(row.advice)


def test_one_hard_session_and_two_in_turn_are_no_lighter_weeks(rows_of: RowsOf):
    row = cause(rows_of, "no_down_weeks", season(*["eqe.q.l", "eqe.e.l"] * 10))
    assert row.value == 17


def test_a_missed_workout_is_not_a_planned_lighter_week(rows_of: RowsOf):
    """Of six runs a week the third week lacks a workout of 10 km in 90: less, but by no fifth."""
    two, missed = "eqelqee", "eqel.ee"
    row = cause(rows_of, "no_down_weeks", season(*[two, two, two, missed] * 5))
    assert row.value == 17


def test_a_week_off_is_rest_and_the_weeks_after_it_cannot_be_lighter(rows_of: RowsOf):
    """Of the eleven weeks since, three are held against a mean with the empty one in it."""
    row = cause(rows_of, "no_down_weeks", season(*[EASY] * 8, ".......", *[EASY] * 11))
    assert row.value == 8
    earlier = cause(rows_of, "no_down_weeks", season(*[EASY] * 10, ".......", *[EASY] * 9))
    assert earlier.value == 6 and earlier.exposure_score < 0.5


def test_weeks_before_a_taper_count_and_those_before_a_week_off_do_not(rows_of: RowsOf):
    """Thirteen weeks that can be compared, of which eight of the last twelve: over once nothing was run."""
    taper = cause(rows_of, "no_down_weeks", season(*[EASY] * 16, LIGHT, *[EASY] * 3))
    assert taper.value == 13
    off = cause(rows_of, "no_down_weeks", season(*[EASY] * 16, ".......", *[EASY] * 3))
    assert off.value == 8


def test_weeks_that_are_nearly_light_enough_are_no_missing_ones(rows_of: RowsOf):
    """82 % of the three weeks before is not 80 %, but no runner plans to the kilometre."""
    rows = season(*[EASY] * 20)
    week = [(day - MONDAY).days // 7 for day in rows.local_day]
    rows["distance_m"] = [
        0.82 * metres if number in {11, 15} else metres
        for metres, number in zip(rows.distance_m, week, strict=True)
    ]
    row = cause(rows_of, "no_down_weeks", rows)
    assert row.value == 17 and row.exposure_score < 0.5


# --- how much, how regular, for how long


def test_a_low_mileage_is_told_with_its_numbers_and_a_first_step(rows_of: RowsOf):
    row = cause(rows_of, "low_mileage", season(*["e....s."] * 24))
    assert row.reason == "You run 16 km in a usual week of late; the articles begin to see gains above 24 km."
    assert "from 16 km to more than 24 km" in row.advice and "you run twice a week" in row.advice
    assert pd.isna(row.began_on)


def test_a_mileage_that_fell_is_dated(rows_of: RowsOf):
    row = cause(rows_of, "low_mileage", season(*[EASY] * 16, *["e....s."] * 8))
    assert row.began_on.date() == MONDAY + timedelta(weeks=16)


def test_missing_weeks_are_told_with_the_longest_gap(rows_of: RowsOf):
    row = cause(rows_of, "inconsistent", season(*[EASY] * 4, *[EASY, ".......", "......."] * 6, *[EASY] * 2))
    assert row.value == pytest.approx(10 / 16)
    assert "10 of 16 weeks had no run" in row.reason and "the longest gap was 15 days" in row.reason
    assert "3 runs" in row.advice
    even = cause(rows_of, "inconsistent", season(*[EASY] * 24))
    assert even.reason.startswith("All of 16 weeks had at least half") and pd.isna(even.advice)


def test_weeks_that_began_to_be_missed_are_dated(rows_of: RowsOf):
    row = cause(rows_of, "inconsistent", season(*[EASY] * 17, *["......."] * 6, EASY))
    assert row.began_on.date() == MONDAY + timedelta(weeks=17)


def test_too_early_says_when_to_look_again(rows_of: RowsOf):
    """Four weeks from 1 January; 84 days are over on 25 March."""
    row = cause(rows_of, "too_early", season(*[EASY] * 4))
    assert row.reason.startswith("As far as the files go back, you have trained for 3 weeks")
    assert "until 2024-03-25" in row.advice


# --- easy and medium


ANCHORS = pd.DataFrame(
    {
        "athlete_id": "ann",
        "valid_from": date(1900, 1, 1),
        "valid_until_day": date(9999, 12, 31),
        "is_latest_anchor": True,
        "easy_below_bpm": 147,
        "hard_from_bpm": 170,
        "is_heart_rate_max_confirmed": True,
    },
    index=[0],
)


def split(rows: pd.DataFrame, easy_ratio: Sequence[float]) -> pd.DataFrame:
    """The same runs, of each that share easy; the rest moderate, or hard in a hard session."""
    easy = pd.Series(easy_ratio, rows.index)
    rest = 1 - easy
    is_hard = rows.session_class.isin(["quality", "race"])
    return rows.assign(
        easy_ratio=easy,
        easy_m=easy * rows.judged_m,
        easy_minus_3_bpm_m=easy * rows.judged_m,
        easy_plus_3_bpm_m=easy * rows.judged_m,
        moderate_s=rest.where(~is_hard, 0) * rows.judged_s,
        moderate_minus_3_bpm_s=rest.where(~is_hard, 0) * rows.judged_s,
        moderate_plus_3_bpm_s=rest.where(~is_hard, 0) * rows.judged_s,
        heart_rate_mean_bpm=154.0,
    )


def test_hard_sessions_that_eat_the_easy_share_are_replaced(rows_of: RowsOf):
    """Of 50 km a week 30 are in workouts, of which 80 % are not easy: (20 + 6) / 50 = 52 %."""
    rows = season(*["eqeq.q."] * 24)
    hard = split(rows, [0.2 if kind == "quality" else 1.0 for kind in rows.session_class])
    row = cause(rows_of, "easy_share_low", hard, athlete__anchors=ANCHORS)
    assert row.value == pytest.approx(0.52)
    assert "Most of the rest is in hard sessions, 3.0 a week." in row.reason
    assert row.advice.startswith("Replace one hard session a week by an easy run (below 147 bpm)")
    assert "14 of your 50 km" in row.advice
    assert cause(rows_of, "medium_trap", hard, athlete__anchors=ANCHORS).exposure_score < 0.01


def test_easy_runs_in_the_middle_are_slowed_down(rows_of: RowsOf):
    rows = season(*[EASY] * 24)
    medium = split(rows, [0.3] * len(rows))
    row = cause(rows_of, "easy_share_low", medium, athlete__anchors=ANCHORS)
    assert "runs that are no hard sessions" in row.reason
    trap = cause(rows_of, "medium_trap", medium, athlete__anchors=ANCHORS)
    assert trap.value == pytest.approx(0.7)
    assert "below 147 bpm for four weeks (8 bpm lower than of late" in trap.advice
    assert pd.isna(trap.began_on) and pd.isna(row.began_on)


def test_easy_runs_that_left_the_easy_zone_are_dated(rows_of: RowsOf):
    """Easy until the end of week 16, none of it after: half of four weeks is hard after two."""
    rows = season(*[EASY] * 24)
    week = [(day - MONDAY).days // 7 for day in rows.local_day]
    turned = split(rows, [1.0 if number < 16 else 0.0 for number in week])
    for name in ("easy_share_low", "medium_trap"):
        began = cause(rows_of, name, turned, athlete__anchors=ANCHORS).began_on.date()
        assert MONDAY + timedelta(weeks=16) <= began <= MONDAY + timedelta(weeks=18)


# --- stale routine


def stale(rows_of: RowsOf, activities: pd.DataFrame, routes: Sequence[str | None]) -> Row:
    keys = {"athlete_id": "ann", "activity_id": activities.activity_id}
    places = pd.DataFrame({**keys, "route_key": list(routes)})
    return cause(rows_of, "stale_routine", activities, activity__pacings=places)


def test_one_loop_at_one_pace_is_a_stale_routine_and_only_weak_evidence(rows_of: RowsOf):
    """One kind of run: 2 to the power of no entropy. Its pace does not vary at all."""
    rows = season(*["e.e.e.e"] * 10, grade_adjusted_speed_m_per_s=2.8)
    row = stale(rows_of, rows, ["loop"] * len(rows))
    assert row.value == pytest.approx(1)
    assert row.exposure_score == pytest.approx(logistic(3 / 0.6))
    assert row.certainty_ratio == 0.6
    assert "Of the last 32 runs 32 were the same" in row.reason and "32 times" in row.advice


def test_two_kinds_of_run_in_turn_are_two(rows_of: RowsOf):
    rows = season(*["e.q.e.q"] * 10, grade_adjusted_speed_m_per_s=2.8)
    assert stale(rows_of, rows, ["loop"] * len(rows)).value == pytest.approx(2)


def test_other_ways_or_another_pace_are_no_stale_routine(rows_of: RowsOf):
    rows = season(*["e.e.e.e"] * 10, grade_adjusted_speed_m_per_s=2.8)
    ways = [f"way {number % 8}" for number in range(len(rows))]
    assert stale(rows_of, rows, ways).value == pytest.approx(8)
    assert stale(rows_of, rows, ways).exposure_score < 0.1
    paces = rows.assign(
        grade_adjusted_speed_m_per_s=[2.6 + 0.4 * (number % 2) for number in range(len(rows))]
    )
    assert stale(rows_of, paces, ["loop"] * len(rows)).exposure_score < 0.2


def test_runs_in_unknown_places_are_no_routine(rows_of: RowsOf):
    rows = season(*["e.e.e.e"] * 10, grade_adjusted_speed_m_per_s=2.8)
    row = stale(rows_of, rows, [None] * len(rows))
    assert pd.isna(row.exposure_score) and row.coverage_ratio == 0
    assert "Needs 12 recent runs with positions" in row.reason


# --- breaks


def comparable(days: Sequence[int], index: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{day}" for day in days],
            "local_day": [MONDAY + timedelta(days=day) for day in days],
            "comparable_log_pct": index,
        }
    )


def test_a_rest_of_three_weeks_is_expected_to_cost_six_percent_and_what_it_did_is_told(rows_of: RowsOf):
    """From Monday of week 9 to Sunday of week 11; 100 before, 97 from the fourth week after it on."""
    rows = season(*[EASY] * 8, *["......."] * 3, *[EASY] * 8)
    runs = comparable([40, 44, 48, 52, 80, 110, 114, 118, 122], [100.0] * 4 + [80.0] + [97.0] * 4)
    found = rows_of("marts.breaks", given(rows, athlete__comparable_runs=runs))
    assert len(found) == 1
    row = found.iloc[0]
    assert (row.break_days, row.is_over) == (21, True)
    assert row.from_on.date() == MONDAY + timedelta(weeks=8)
    assert row.expected_cost_pct == pytest.approx(6)
    assert row.break_change_pct == pytest.approx(-3)
    assert "3.0 % slower" in row.reason


@pytest.mark.parametrize(
    ("weeks_off", "cost"),
    [(2, 6 * (14 - 5) / (21 - 5)), (5, 6 + 8 * (35 - 21) / (56 - 21)), (8, 14), (30, 16)],
)
def test_the_cost_of_a_rest_grows_by_steps(rows_of: RowsOf, weeks_off: int, cost: float):
    rows = rows_of("marts.breaks", given(season(EASY, *["......."] * weeks_off, EASY)))
    assert list(rows.expected_cost_pct) == [pytest.approx(cost)]
    assert rows.break_change_pct.isna().all() and "too few runs" in rows.reason[0]


def test_a_week_off_is_no_break_and_one_that_goes_on_is_no_past(rows_of: RowsOf):
    rows = season(EASY, ".......", EASY, *["......."] * 2, EASY)
    rides = rows.assign(is_run=[number < len(rows) - 4 for number in range(len(rows))])
    found = rows_of("marts.breaks", given(rides))
    assert list(found.is_over) == [False]
    assert found.from_on.dt.date[0] == MONDAY + timedelta(weeks=3)
    assert found.break_days[0] == 21 and "so far" in found.reason[0]


# --- plans: the four weeks of article 004

MILE_M = 1609.344
MILE_S = 420.0  # seven minutes
SPEED = MILE_M / MILE_S


def perfect(rows_of: RowsOf, first: int = 70, days: int = 28) -> dict[str, Any]:
    """The mile plan run to the letter from that day on, after ten weeks of five easy runs and a trial."""
    found: list[Any] = rows_of("settings.plan_steps", {}).astype(object).fillna(0).to_dict("records")
    steps = [step for step in found if step["plan_day_number"] <= days and "rest" not in step["step_kind"]]
    runs: dict[str, list[Any]] = {
        f"base{day}": [day, 7000.0] for day in range(first - 2) if day % 7 not in (2, 5)
    }
    runs["trial"] = [first - 1, 5000.0]
    bouts: list[dict[str, Any]] = []
    miles = {"trial": 1.05 * MILE_S}
    for step in steps:
        key, kind = f"plan{step['plan_day_number']}", step["step_kind"]
        count = int(step["planned_count"]) if step["planned_count"] > 0 else 2
        length = step["planned_m"] if step["planned_m"] > 0 else SPEED * max(step["planned_s"], 0)
        run = runs.setdefault(key, [first + step["plan_day_number"] - 1, 0.0])
        if kind in {"strides", "repeat", "hill", "fartlek"}:
            bout = {
                "distance_m": 200.0 if kind in {"hill", "fartlek"} else length,
                "duration_s": length / SPEED,
            }
            bouts += [{"activity_id": key, "grade_ratio": 0.06 if kind == "hill" else 0, **bout}] * count
        if kind not in {"strides", "hill"}:
            run[1] += length * (count if kind == "repeat" else 1)
        if kind == "time_trial":
            miles[key] = MILE_S
    activities = pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": list(runs),
            "local_day": [MONDAY + timedelta(days=day) for day, _ in runs.values()],
            "distance_m": [metres for _, metres in runs.values()],
            "is_run": True,
            "session_class": "easy",
            "moving_s": 3000.0,
        }
    )
    efforts = {
        "activity_id": list(miles),
        "elapsed_s": list(miles.values()),
        "moving_s": 1,
        "start_offset_s": 0,
    }
    fine = activities[["athlete_id", "activity_id"]].assign(is_finely_recorded=True)
    return given(
        activities,
        activity__bouts=pd.DataFrame(bouts).assign(athlete_id="ann", bout_number=range(len(bouts))),
        activity__bout_outlines=fine,
        activity__best_efforts=pd.DataFrame(efforts).assign(athlete_id="ann", effort_distance_m=MILE_M),
    )


def test_the_weeks_of_the_mile_plan_have_the_miles_of_the_article(rows_of: RowsOf):
    """21.9, 21.0 and 21.0 miles, and at seven minutes a mile about 17 in the last week, which is a taper."""
    days = rows_of("marts.plan_days", perfect(rows_of))
    weeks = days.groupby((days.plan_day_number - 1) // 7).planned_m.sum() / MILE_M
    assert list(weeks) == pytest.approx([21.93, 20.99, 20.99, 16.86], abs=0.01)
    assert list(days.plan_day_number) == list(range(1, 29))


def test_a_plan_run_to_the_letter_is_found_and_kept_to_on_every_day(rows_of: RowsOf):
    days = rows_of("marts.plan_days", perfect(rows_of))
    assert list(days.adherence_ratio) == [1.0] * 28
    assert days.local_day.dt.date[0] == MONDAY + timedelta(days=70)
    assert days.planned[0] == "4 miles easy + 6 strides of 20 to 30 seconds"
    assert days.done[0].endswith("100 % of the fast parts") and days.done[2] == "no run"


def test_the_gain_is_that_of_one_time_trial_over_the_other(rows_of: RowsOf):
    """441 s before, 420 s after: 100 x 21 / 441."""
    plan = rows_of("marts.plans", perfect(rows_of)).iloc[0]
    assert plan.trial_gain_pct == pytest.approx(100 * (1.05 - 1) / 1.05)
    assert (plan.adherence_ratio, plan.start_source, plan.known_day_count) == (1, "runs", 28)
    assert "from 7:21 to 7:00: 4.8 % faster" in plan.reason


def test_who_brings_along_too_little_is_told_what_is_missing(rows_of: RowsOf):
    """Ten weeks of five runs of 7 km: three and a half months too few, and enough of the rest."""
    plan = rows_of("marts.plans", perfect(rows_of)).iloc[0]
    assert not plan.is_eligible
    assert plan.missing == "6 months of running (the files show 2)"
    few = rows_of("marts.plans", given(season(*["e..e..."] * 30))).iloc[0]
    assert few.missing == "4 days with a run a week (now 2.0); 32 km a week (now 20)"
    ready = rows_of("marts.plans", given(season(*["ee.e.e."] * 30))).iloc[0]
    assert ready.is_eligible and pd.isna(ready.missing) and pd.isna(ready.plan_started_on)
    back = rows_of("marts.plans", given(season(*["ee.e.e."] * 30, ".......", ".......", *["ee.e.e."] * 7)))
    assert back.missing[0].startswith("8 weeks of base without a break")


def test_easy_runs_are_nobodys_plan(rows_of: RowsOf):
    assert rows_of("marts.plan_days", given(season(*["ee.ee.e"] * 30))).empty


def test_a_journal_starts_a_plan_and_missed_days_cost_their_share(rows_of: RowsOf):
    """Half of the plan is run, then nothing: the second half has its days of rest only."""
    rows = perfect(rows_of, days=14)
    rows["athlete.activities"] = pd.concat(
        [
            rows["athlete.activities"],
            rows["athlete.activities"]
            .tail(1)
            .assign(activity_id="ride", local_day=MONDAY + timedelta(days=97), is_run=False),
        ]
    )
    entries = [MONDAY + timedelta(days=day) for day in (70, 71, 80)]
    rows["staging.journal"] = pd.DataFrame(
        {"athlete_id": "ann", "local_day": entries, "plan_name": ["Mile 4 weeks", "mile_4_weeks", "another"]}
    )
    days = rows_of("marts.plan_days", rows)
    assert list(days.adherence_ratio[:14]) == [1.0] * 14
    assert list(days.adherence_ratio[14:]) == [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0]
    starts = rows_of("athlete.plan_starts", rows)
    assert list(starts.start_source) == ["journal"]


def test_days_to_come_have_no_adherence_yet(rows_of: RowsOf):
    rows = perfect(rows_of, days=14)
    rows["staging.journal"] = (
        f"athlete_id | local_day | plan_name\nann | {MONDAY + timedelta(days=70)} | mile_4_weeks"
    )
    days = rows_of("marts.plan_days", rows)
    assert days.adherence_ratio.notna().sum() == 14 and days.done[13:15].isna().tolist() == [False, True]


def test_a_run_that_is_too_short_or_too_long_is_kept_to_by_its_share(rows_of: RowsOf):
    """Of four miles three; of five miles ten: half as much again is fine, 1.5 / 2 of the rest."""
    rows = perfect(rows_of)
    activities = rows["athlete.activities"]
    lengths = {"plan11": 3 * MILE_M, "plan7": 10 * MILE_M}
    rows["athlete.activities"] = activities.assign(
        distance_m=[
            lengths.get(key, metres)
            for key, metres in zip(activities.activity_id, activities.distance_m, strict=True)
        ]
    )
    days = rows_of("marts.plan_days", rows).set_index("plan_day_number")
    assert days.adherence_ratio[11] == pytest.approx(0.75)
    assert days.adherence_ratio[7] == pytest.approx(0.75)


def test_repeats_that_a_watch_was_too_slow_to_see_say_nothing(rows_of: RowsOf):
    rows = perfect(rows_of)
    rows["activity.bout_outlines"] = rows["activity.bout_outlines"].assign(is_finely_recorded=False)
    days = rows_of("athlete.plan_candidate_days", rows)
    assert (days.adherence_ratio == 1).all() and days.work_ratio[:27].isna().all()
    assert len(rows_of("athlete.plan_candidates", rows)) == 1


# --- nothing known


@pytest.mark.parametrize(
    "model",
    [
        "athlete.breaks",
        "athlete.cause_no_long_run",
        "athlete.cause_phase_order",
        "athlete.cause_stale_routine",
        "athlete.phases",
        "athlete.plan_candidates",
        "marts.breaks",
        "marts.plans",
    ],
)
def test_who_never_recorded_anything_has_no_structure(rows_of: RowsOf, model: str):
    assert rows_of(model, given(season(EASY).head(0))).empty


# --- races, and the week


def test_a_taper_is_held_against_the_weeks_before_and_the_rest_against_the_articles(rows_of: RowsOf):
    """60 km a week; 20 + 10 + 10 in the seven days before the race; the next workout nine days after it."""
    rows = season(*[HARD] * 8, "eq....r", "......e", HARD)
    bouts = pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run",
            "bout_number": [1, 2, 3],
            "local_day": [MONDAY + timedelta(days=day) for day in (40, 57, 58)],
            "bout_kind": ["repeat", "repeat", "stride"],
            "work_speed_m_per_s": [4.0, 4.04, 6.0],
        }
    )
    race = rows_of("marts.race_preparation", given(rows, athlete__work_bouts=bouts)).iloc[0]
    assert race.local_day.date() == MONDAY + timedelta(days=62)
    assert race.taper_ratio == pytest.approx(40 / 60) and race.is_tapered
    assert race.taper_speed_ratio == pytest.approx(1.01) and race.is_speed_kept
    assert (race.days_to_quality, race.rest_days, race.is_recovered) == (9, 7, True)
    assert "33 % less than in a usual week" in race.reason and "came after 9 days; 7 are" in race.reason


def test_a_marathon_asks_for_two_weeks_on_either_side(rows_of: RowsOf):
    rows = season(*[EASY] * 8, LIGHT, "e.....r", "e.q....")
    rows["distance_m"] = [
        42195.0 if kind == "race" else metres
        for kind, metres in zip(rows.session_class, rows.distance_m, strict=True)
    ]
    race = rows_of("marts.race_preparation", given(rows)).iloc[0]
    assert (race.taper_days, race.rest_days) == (14, 14)
    assert race.taper_ratio == pytest.approx((20 + 26 + 10) / 100)
    assert race.days_to_quality == 3 and not race.is_recovered
    assert pd.isna(race.taper_speed_ratio)


def test_after_a_race_of_yesterday_one_waits(rows_of: RowsOf):
    race = rows_of("marts.race_preparation", given(season(EASY, "e.....r", "e......"))).iloc[0]
    assert pd.isna(race.taper_ratio) and pd.isna(race.is_recovered) and pd.isna(race.days_to_quality)
    assert race.reason.endswith("Wait 6 more days with anything hard.")


def test_the_usual_week_stands_beside_the_articles_week_of_as_many_runs(rows_of: RowsOf):
    week = rows_of("marts.week_patterns", given(season(*["e.q.q.l"] * 9, "eq.q..l"))).iloc[0]
    assert week.usual_week == "Mon easy, Tue rest, Wed hard, Thu rest, Fri hard, Sat rest, Sun long"
    assert (week.weekly_run_days, week.weekly_hard_days, week.back_to_back_count) == (4, 2, 0)
    assert (week.template_run_days, week.template_hard_count) == (5, 2)
    assert week.longest_run_ratio == pytest.approx(20 / 50)
    assert "two workouts, two easy runs and one long run" in week.reason


def test_hard_days_in_a_row_are_counted(rows_of: RowsOf):
    assert rows_of("marts.week_patterns", given(season(*["eqq...l"] * 8))).back_to_back_count[0] == 8


def test_a_run_far_longer_than_all_of_the_month_before_is_a_spike(rows_of: RowsOf):
    """20 km after 10 km is twice as much; the next 20 km are no more than that."""
    rows = rows_of("marts.weekly_load", given(season("e.e.e.e", "e.e.e.l", "e.e.e.l")))
    assert list(rows.longest_growth_ratio[1:]) == [pytest.approx(1), pytest.approx(0)]
    assert list(rows.has_spike) == [False, True, False]


def test_the_ramp_is_the_slope_of_the_weeks_so_far(rows_of: RowsOf):
    rows = rows_of("marts.weekly_load", given(season("l.l....", "l.ls...", "l.lss..", "l.lsss.", "e.....e")))
    assert rows.ramp_m[:3].isna().all() and rows.ramp_m[3] == pytest.approx(6000)


@pytest.mark.parametrize(
    "model",
    ["marts.breaks", "marts.plan_days", "marts.plans", "marts.race_preparation", "marts.week_patterns"],
)
def test_an_athlete_alone_has_the_same_rows_as_among_others(rows_of: RowsOf, model: str):
    """Bob runs as Ann does, less every third run; both have a plan, a break and a race behind them."""
    ann = perfect(rows_of)
    late = season(*["......."] * 20, EASY, "e.....r")
    ann["athlete.activities"] = pd.concat([ann["athlete.activities"], late])
    frames = {name: rows for name, rows in ann.items() if isinstance(rows, pd.DataFrame)}
    both: dict[str, Any] = {
        name: pd.concat([rows, rows.assign(athlete_id="bob")]) for name, rows in frames.items()
    }
    activities = both["athlete.activities"].reset_index(drop=True)
    both["athlete.activities"] = activities[(activities.athlete_id == "ann") | (activities.index % 3 > 0)]
    both["athlete.athletes"] = f"{ATHLETE}\nbob | male | sunday"
    alone, together = rows_of(model, ann), rows_of(model, both)
    assert len(alone) > 0 and set(together.athlete_id) == {"ann", "bob"}
    among = together[together.athlete_id == "ann"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.astype(among.dtypes), among)
