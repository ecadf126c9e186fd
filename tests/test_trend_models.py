"""What makes runs comparable, and the slope, the curve and the seasons made of them, worked out by hand."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pymannkendall
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

RowsOf = Callable[..., pd.DataFrame]
Numbers = Any

FIRST_DAY = date(2024, 1, 1)
FIRST_NUMBER = (FIRST_DAY - date(1970, 1, 1)).days
MONTH = 30.4375
few_examples = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def typed(result: Any) -> Any:
    """What scipy's stub knows no fields of."""
    return result


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=int(number))


def counted(numbers: Numbers, index: Numbers, device: Any = "watch") -> pd.DataFrame:
    """Rows of athlete.trend_runs that count."""
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{order:04}" for order in range(len(numbers))],
            "local_day": [day(number) for number in numbers],
            "day_number": [FIRST_NUMBER + int(number) for number in numbers],
            "device_key": device,
            "index_log_pct": index,
            "counts_for_trend": True,
            "reason": "counts",
        }
    )


def comparable(numbers: Numbers, index: Numbers, device: Any = "watch", noise: float = 4) -> pd.DataFrame:
    """Rows of athlete.comparable_runs."""
    rows = counted(numbers, index, device).drop(columns=["counts_for_trend", "reason"])
    rows["comparable_log_pct"] = rows.pop("index_log_pct")
    residuals = noise / 1.4826 * (-1.0) ** np.arange(len(numbers))
    return rows.assign(run_noise_pct=noise, residual_pct=residuals, weight_ratio=1.0)


def look(last: int, weeks: int) -> pd.DataFrame:
    start = day(last - 7 * weeks + 1)
    return pd.DataFrame(
        {
            "athlete_id": ["ann"],
            "as_of_day": [day(last)],
            "window_weeks": [weeks],
            "window_start_on": [start],
            "is_latest": [True],
        }
    )


# --- heat


def temperatures(degrees: Numbers) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{order:04}" for order in range(len(degrees))],
            "temperature_mean_c": degrees,
        }
    )


def test_what_a_warm_day_costs_is_found_in_the_runs_around_it(rows_of: RowsOf):
    """A run a day, 8 or 22 degrees in turns; each degree above 12, less what one is used to, costs 1 %."""
    numbers = np.arange(112)
    degrees = np.where(numbers % 2, 22.0, 8.0)
    warmth = np.clip(degrees - 12, 0, None)
    usual = np.zeros(112)
    for n in range(1, 112):
        before = np.arange(max(0, n - 28), n)
        usual[n] = np.average(warmth[before], weights=np.exp((before - n) / 14))
    heat = warmth - 0.4 * usual
    index = -340 - heat + np.random.default_rng(1).normal(0, 1, 112)
    found = rows_of(
        "athlete.heat_effects",
        {"athlete.trend_runs": counted(numbers, index), "activity.summaries": temperatures(degrees)},
    )
    assert found.heat_c.to_numpy() == pytest.approx(heat)
    assert found.heat_cost_pct_per_c[0] == pytest.approx(-1, abs=0.05)
    assert found.heat_effect_pct.to_numpy() == pytest.approx(found.heat_cost_pct_per_c[0] * heat)


def test_a_sensor_that_feels_the_skin_corrects_next_to_nothing(rows_of: RowsOf):
    """30 degrees, more or less, that have nothing to do with the index."""
    random = np.random.default_rng(2)
    given_rows = {
        "athlete.trend_runs": counted(np.arange(200), random.normal(-340, 6, 200)),
        "activity.summaries": temperatures(random.normal(30, 3, 200)),
    }
    found = rows_of("athlete.heat_effects", given_rows)
    assert found.heat_effect_pct.std() < 0.5


def test_warm_days_that_go_faster_are_not_corrected(rows_of: RowsOf):
    numbers = np.arange(56)
    degrees = np.where(numbers % 2, 25.0, 10.0)
    found = rows_of(
        "athlete.heat_effects",
        {"athlete.trend_runs": counted(numbers, -340 + degrees), "activity.summaries": temperatures(degrees)},
    )
    assert set(found.heat_effect_pct) == {0}


def test_without_a_temperature_there_is_no_heat(rows_of: RowsOf):
    trends = {"athlete.trend_runs": counted([0, 1], [-340.0, -341.0])}
    assert rows_of("athlete.heat_effects", trends).empty
    assert list(rows_of("athlete.local_trends", trends).even_log_pct) == [-340, -341]


# --- devices


def test_a_run_far_off_its_neighbours_is_an_outlier(rows_of: RowsOf):
    """They scatter by about 1; 3.5 of that is far."""
    index = [0, 1, -1, 1, -1, 1, 40, -1, 1, -1, 1, -1, 0]
    rows = rows_of("athlete.local_trends", {"athlete.trend_runs": counted(range(13), index)})
    assert [run for run, far in zip(index, rows.is_outlier, strict=True) if far] == [40]


def two_watches(step: float, seed: int = 3, change: int = 180) -> pd.DataFrame:
    """A run every other day for a year; from the change on another watch, which shows so much more."""
    numbers = np.arange(0, 360, 2)
    index = np.random.default_rng(seed).normal(-340, 4, len(numbers)) + np.where(numbers < change, 0, step)
    return counted(numbers, index, np.where(numbers < change, "old", "new"))


def test_runs_near_to_each_other_tell_what_a_new_watch_changed(rows_of: RowsOf):
    """The mean over all pairs of runs, one on each watch, at most 112 days apart."""
    rows = two_watches(10)
    old, new = (rows[rows.device_key == key] for key in ("old", "new"))
    outliers = rows_of("athlete.local_trends", {"athlete.trend_runs": rows})
    assert not outliers.is_outlier.any()
    pairs = [
        later - earlier
        for earlier_day, earlier in zip(old.day_number.to_numpy(), old.index_log_pct.to_numpy(), strict=True)
        for later_day, later in zip(new.day_number.to_numpy(), new.index_log_pct.to_numpy(), strict=True)
        if later_day - earlier_day <= 112
    ]
    contact = (
        rows_of("athlete.device_contacts", {"athlete.trend_runs": rows}).query("device_key == 'old'").iloc[0]
    )
    assert contact.difference_pct == pytest.approx(np.mean(pairs))
    assert contact.difference_pct == pytest.approx(10, abs=3 * contact.difference_error_pct)
    link = rows_of("athlete.device_links", {"athlete.trend_runs": rows}).iloc[0]
    assert (link.device_key, link.other_device_key) == ("old", "new")
    shown = rows_of("marts.device_differences", {"athlete.trend_runs": rows}).set_index("device_key")
    assert shown.device_difference_pct["old"] == pytest.approx(contact.difference_pct)
    assert shown.device_difference_low_pct["old"] < 10 < shown.device_difference_high_pct["old"]
    assert shown.is_latest_device["new"]
    assert shown.device_difference_pct["new"] == 0


def test_the_error_of_a_change_of_watch_is_honest(rows_of: RowsOf):
    """Of 60 changes the squared misses are, in the mean, as the errors say; fitness wanders meanwhile."""
    runners: list[pd.DataFrame] = []
    kept = math.exp(-1 / 42)
    for seed in range(60):
        luck = np.random.default_rng(seed).normal(0, 3.5 * math.sqrt(1 - kept**2), 400)
        wander = np.zeros(400)
        for number in range(1, 400):
            wander[number] = kept * wander[number - 1] + luck[number]
        rows = two_watches(5, seed + 100)
        rows["index_log_pct"] += wander[rows.day_number - FIRST_NUMBER]
        runners.append(rows.assign(athlete_id=f"runner{seed}"))
    found = rows_of("athlete.device_contacts", {"athlete.trend_runs": pd.concat(runners)})
    old = found[found.device_key == "old"]
    assert len(old) == 60
    missed, said = np.mean((old.difference_pct - 5) ** 2), np.mean(old.difference_error_pct**2)
    assert 0.6 <= missed / said <= 1.7


def test_two_watches_in_turns_are_known_better_than_one_after_the_other(rows_of: RowsOf):
    numbers = np.arange(0, 360, 2)
    index = np.random.default_rng(5).normal(-340, 4, len(numbers))
    turns = counted(numbers, index, np.where(np.arange(len(numbers)) % 2, "road", "trail"))
    errors = [
        rows_of("athlete.device_links", {"athlete.trend_runs": rows}).difference_error_pct[0]
        for rows in (turns, two_watches(0, 5))
    ]
    assert errors[0] < errors[1]


def test_a_chain_of_watches_leads_to_the_latest(rows_of: RowsOf):
    """Each of three watches shows 10 more than the one before it."""
    numbers = np.arange(0, 540, 2)
    watch = numbers // 180
    index = np.random.default_rng(6).normal(-340, 2, len(numbers)) + 10 * watch
    rows = counted(numbers, index, np.array(["first", "second", "third"])[watch])
    links = rows_of("athlete.device_links", {"athlete.trend_runs": rows})
    assert set(zip(links.device_key, links.link_device_key, strict=True)) == {
        ("first", "first"),
        ("first", "second"),
        ("second", "second"),
    }
    runs = rows_of("athlete.comparable_runs", {"athlete.trend_runs": rows})
    assert runs.comparable_log_pct.to_numpy() == pytest.approx(-320, abs=12)
    means = runs.groupby("device_key").comparable_log_pct.mean()
    assert means.to_numpy() == pytest.approx(-320, abs=2)


def test_runs_on_a_watch_that_was_used_long_before_cannot_be_compared(rows_of: RowsOf):
    """Nothing for half a year between the two watches."""
    numbers = [*range(0, 60, 2), *range(250, 310, 2)]
    rows = counted(numbers, np.random.default_rng(7).normal(-340, 4, 60), ["old"] * 30 + ["new"] * 30)
    runs = rows_of("athlete.comparable_runs", {"athlete.trend_runs": rows})
    assert set(runs.device_key) == {"new"}
    shown = rows_of("marts.efficiency_trend", {"athlete.trend_runs": rows})
    assert set(shown[~shown.counts_for_trend].reason) == {
        "on a device that cannot be compared with the latest"
    }
    assert list(rows_of("athlete.devices", {"athlete.trend_runs": rows}).use_rank) == [1, 2]


# --- slopes


@few_examples
@given(
    st.lists(
        st.tuples(st.integers(0, 181), st.integers(-5000, 5000)),
        min_size=10,
        max_size=45,
        unique_by=lambda run: run[0],
    )
)
def test_the_slope_is_that_of_least_squares(rows_of: RowsOf, drawn: list[tuple[int, int]]):
    """scipy.stats.linregress as the oracle; the error is 1.25 x 4 % of noise over the spread of the days."""
    drawn = sorted(drawn)
    numbers, index = [number for number, _ in drawn], [hundredths / 100 for _, hundredths in drawn]
    rows = rows_of(
        "athlete.slopes",
        {"athlete.comparable_runs": comparable(numbers, index), "athlete.looks": look(181, 26)},
    )
    if len(numbers) < 12 or max(numbers) - min(numbers) < 0.6 * 182:
        assert rows.empty
        return
    slope, line = rows.iloc[0], typed(stats.linregress(numbers, index))
    squares = float(((np.array(numbers) - np.mean(numbers)) ** 2).sum())
    assert slope.slope_pct_per_month == pytest.approx(MONTH * line.slope)
    assert slope.standard_error_pct_per_month == pytest.approx(1.25 * 4 * MONTH / math.sqrt(squares))
    assert slope.end_log_pct == pytest.approx(line.intercept + line.slope * max(numbers))
    assert slope.run_count == len(numbers)
    assert slope.window_months == pytest.approx((max(numbers) - min(numbers)) / MONTH)


def test_an_unsure_link_between_two_watches_makes_the_slope_unsure(rows_of: RowsOf):
    """Ten runs on each of two watches, on days 0 to 9 and 100 to 109, whose link is unsure by 2 %.

    The days' squares about their middle, 54.5, are 20 x 50^2 + 2 x 82.5 = 50 165; the old watch's days are 50
    before it, in the mean: 1 % on its ten runs moves the slope by 500 / 50 165 % a day.
    """
    numbers = [*range(10), *range(100, 110)]
    links = pd.DataFrame(
        {
            "athlete_id": ["ann"],
            "device_key": ["old"],
            "link_device_key": ["old"],
            "other_device_key": ["new"],
            "difference_error_pct": [2.0],
        }
    )
    rows = rows_of(
        "athlete.slopes",
        {
            "athlete.comparable_runs": comparable(numbers, 0.0, ["old"] * 10 + ["new"] * 10),
            "athlete.looks": look(109, 16),
            "athlete.device_links": links,
        },
    )
    devices = MONTH * 2 * 500 / 50_165
    assert rows.device_error_pct_per_month[0] == pytest.approx(devices)
    runs = 1.25 * 4 * MONTH / math.sqrt(50_165)
    assert rows.standard_error_pct_per_month[0] == pytest.approx(math.hypot(runs, devices))


def test_what_heat_costs_is_no_surer_in_the_slope_than_it_is_known(rows_of: RowsOf):
    """A degree more every ten days, known to 0.2 % a degree: 0.02 % a day, beside the noise of the runs."""
    numbers = np.arange(0, 180, 5)
    looks = {"athlete.looks": look(180, 26)}
    cool, warm = (
        rows_of(
            "athlete.slopes",
            looks
            | {
                "athlete.comparable_runs": comparable(numbers, 0.0).assign(
                    heat_c=numbers / 10, heat_cost_error_pct_per_c=error
                )
            },
        ).standard_error_pct_per_month[0]
        for error in (0.0, 0.2)
    )
    assert warm == pytest.approx(math.hypot(cool, MONTH * 0.02))


def test_a_zero_speed_heart_rate_that_is_off_shows_in_the_slope(rows_of: RowsOf):
    """The index would change by 1 % more with every ten days: 3.04 % a month."""
    numbers = np.arange(0, 180, 5)
    runs = comparable(numbers, 0.0).assign(
        zero_speed_lower_shift_pct=numbers / 10, zero_speed_higher_shift_pct=-numbers / 10
    )
    slope = rows_of("athlete.slopes", {"athlete.comparable_runs": runs, "athlete.looks": look(180, 26)}).iloc[
        0
    ]
    assert slope.slope_zero_speed_lower_pct_per_month == pytest.approx(MONTH / 10)
    assert slope.slope_zero_speed_higher_pct_per_month == pytest.approx(-MONTH / 10)


def test_a_busy_fortnight_does_not_stand_for_the_year(rows_of: RowsOf):
    """Runs on days 0, 100 and 101, both with 2 more: the two weigh one half each, as the first weighs one."""
    runs = rows_of("athlete.comparable_runs", {"athlete.trend_runs": counted([0, 100, 101], [0.0, 2.0, 2.0])})
    assert list(runs.weight_ratio) == [1, 0.5, 0.5]


def test_a_run_weighs_in_the_slope_as_much_as_it_stands_for(rows_of: RowsOf):
    """numpy.polyfit takes the roots of the weights."""
    numbers, random = np.array([*range(0, 100, 10), *range(100, 180, 2)]), np.random.default_rng(8)
    index, weights = random.normal(0, 4, 50), random.uniform(0.1, 1, 50)
    given_rows = {
        "athlete.comparable_runs": comparable(numbers, index).assign(weight_ratio=weights),
        "athlete.looks": look(181, 26),
    }
    slope = rows_of("athlete.slopes", given_rows).iloc[0]
    assert slope.slope_pct_per_month == pytest.approx(
        MONTH * np.polyfit(numbers, index, 1, w=np.sqrt(weights))[0]
    )


@few_examples
@given(st.lists(st.tuples(st.integers(0, 181), st.integers(-50, 50)), min_size=12, max_size=40))
def test_ranks_say_what_published_programs_say(rows_of: RowsOf, drawn: list[tuple[int, int]]):
    """Pymannkendall and scipy.stats.theilslopes as oracles; the order and the days are those of the runs."""
    drawn = sorted(drawn, key=lambda run: run[0])
    numbers, index = [number for number, _ in drawn], [float(tenths) / 10 for _, tenths in drawn]
    assume(len(set(index)) > 1)  # of equal ones only, the oracle divides by nothing
    keys = look(181, 26)
    found = rows_of(
        "athlete.rank_trends",
        {
            "athlete.comparable_runs": comparable(numbers, index),
            "athlete.looks": keys,
            "athlete.slopes": keys.drop(columns="is_latest"),
        },
    ).iloc[0]
    oracle = pymannkendall.original_test(index)
    assert found.mann_kendall_score == pytest.approx(oracle.z, abs=1e-9)
    if len(set(numbers)) > 1:
        with np.errstate(invalid="ignore"):  # of its confidence interval, among many ties
            slope = typed(stats.theilslopes(index, numbers)).slope
        assert found.theil_sen_pct_per_month == pytest.approx(MONTH * slope)


# --- seasons and the curve


def test_a_year_is_compared_with_the_same_weeks_before_it(rows_of: RowsOf):
    """Five runs then at 0 and ten now at 3: +3 %, error 1.25 x 4 x sqrt(1/5 + 1/10); summer is not asked."""
    then, summer, now = range(0, 20, 4), range(100, 300, 4), range(345, 365, 2)
    numbers = [*then, *summer, *now]
    index = [0.0] * 5 + [50.0] * 50 + [3.0] * 10
    found = rows_of(
        "athlete.season_changes",
        {"athlete.comparable_runs": comparable(numbers, index), "athlete.looks": look(364 + 20, 26)},
    ).iloc[0]
    assert (found.season_before_run_count, found.season_run_count) == (5, 10)
    assert found.season_change_pct == pytest.approx(3)
    error = 1.25 * 4 * math.sqrt(1 / 5 + 1 / 10)
    assert found.season_change_high_pct - found.season_change_pct == pytest.approx(1.645 * error)


def test_what_the_same_season_contradicts_is_undecided(rows_of: RowsOf):
    """26 weeks that improve, and a year ago it was better: spring is not fitness."""
    keys = look(180, 26)[["athlete_id", "as_of_day", "window_weeks"]]
    given_rows = {
        "athlete.looks": look(180, 26),
        "athlete.slopes": keys.assign(standard_error_pct_per_month=0.2),
        "athlete.chances": keys.assign(p_improving=0.96, p_plateau=0.04, p_declining=0.0),
    }
    seasons = keys.assign(season_change_pct=-3.0, season_change_low_pct=-5.0, season_change_high_pct=-1.0)
    assert list(rows_of("athlete.verdicts", given_rows).verdict) == ["improving"]
    against = rows_of(
        "athlete.verdicts", given_rows | {"athlete.season_changes": seasons.drop(columns="window_weeks")}
    )
    assert list(against.verdict) == ["undecided"]
    assert list(against.is_against_season) == [True]


def test_the_curve_is_the_mean_of_the_runs_around_the_nearer_the_heavier(rows_of: RowsOf):
    """Runs on days 0, 14 and 28: at the last, weights 1/29, 15/29 and 29/29 of indices 6, 4 and 1."""
    runs = comparable([0, 14, 28], [6.0, 4.0, 1.0])
    curve = rows_of("athlete.fitness_curves", {"athlete.comparable_runs": runs})
    last = curve.iloc[-1]
    assert last.local_day.date() == day(28)
    assert last.run_count == 3
    assert last.fitness_log_pct == pytest.approx((1 * 6 + 15 * 4 + 29 * 1) / 45)
    error = 1.25 * 4 * math.sqrt(1 + 15**2 + 29**2) / 45
    assert last.fitness_high_log_pct - last.fitness_log_pct == pytest.approx(1.645 * error)
    points = pd.DataFrame(
        {
            "athlete_id": ["ann"],
            "reference_heart_rate_bpm": [150.0],
            "reference_above_zero_speed_bpm": [100.0],
        }
    )
    shown = rows_of(
        "marts.fitness_curve", {"athlete.comparable_runs": runs, "athlete.reference_points": points}
    ).iloc[-1]
    assert shown.trend_speed_m_per_s == pytest.approx(100 * math.exp(last.fitness_log_pct / 100))


def two_halves(first: float, second: float, seed: int, noise: float = 5) -> pd.DataFrame:
    """A run every other day for a year, with so many percent a month in either half of it."""
    numbers = np.arange(0, 364, 2)
    fitness = first / MONTH * np.minimum(numbers, 182) + second / MONTH * np.clip(numbers - 182, 0, None)
    index = fitness + np.random.default_rng(seed).normal(0, noise, len(numbers))
    return counted(numbers, index).assign(athlete_id=f"runner{seed}")


def turns(rows_of: RowsOf, runners: list[pd.DataFrame]) -> pd.DataFrame:
    """What athlete.turning_points says of those runners over the year."""
    looks = pd.concat([look(363, 52).assign(athlete_id=rows.athlete_id[0]) for rows in runners])
    verdicts = looks[["athlete_id", "as_of_day", "window_weeks"]].assign(verdict="plateau")
    given_rows = {
        "athlete.trend_runs": pd.concat(runners),
        "athlete.looks": looks,
        "athlete.verdicts": verdicts,
    }
    return rows_of("athlete.turning_points", given_rows)


def test_the_day_on_which_a_gain_turned_into_a_loss_is_found(rows_of: RowsOf):
    """Up by 9 % in half a year and down by as much: the year's line is level, and hides both."""
    found = turns(rows_of, [two_halves(1.5, -1.5, seed) for seed in range(20)])
    assert len(found) >= 15  # of twenty; the others scatter too much to say
    off = (found.turned_on - pd.Timestamp(day(182))).dt.days
    assert abs(off.median()) <= 14
    assert off.abs().max() <= 70
    assert found.since_turn_pct.mean() == pytest.approx(-9, abs=2)


def test_noise_makes_no_turns(rows_of: RowsOf):
    runners = [two_halves(0, 0, 100 + seed) for seed in range(40)]
    assert len(turns(rows_of, runners)) <= 4


# --- the index


def test_of_two_indices_the_steadier_one_is_taken(rows_of: RowsOf):
    """Whole runs of equal speed; in every second one the median block is a lucky one."""
    blocks = pd.DataFrame(
        [
            ("ann", f"run{run}", block, 300.0, speed, 150.0)
            for run in range(8)
            for block, speed in enumerate((3.0, 3.0, 3.0) if run % 2 else (3.3, 3.3, 2.4))
        ],
        columns=["athlete_id", "activity_id", "block_number", "steady_s", "speed_m_per_s", "heart_rate_bpm"],
    )
    activities = pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": [f"run{run}" for run in range(8)],
            "sport": "running",
            "is_run": True,
            "device_key": "watch",
            "started_at": [pd.Timestamp(day(run)) for run in range(8)],
        }
    )
    anchors = pd.DataFrame(
        {
            "athlete_id": ["ann"],
            "valid_from": [day(0)],
            "valid_until_day": [day(99)],
            "is_latest_anchor": [True],
            "zero_speed_heart_rate_bpm": [50.0],
        }
    )
    found = rows_of(
        "athlete.run_indices",
        {"activity.blocks": blocks, "staging.activities": activities, "athlete.anchors": anchors},
    )
    assert found.index_log_pct.to_numpy() == pytest.approx(100 * math.log(3 / 100))
    assert found.zero_speed_lower_shift_pct[0] == pytest.approx(100 * math.log(100 / 110))


def test_endurance_is_the_last_half_hour_against_the_first_minutes(rows_of: RowsOf):
    """At minute 20 100 beats above zero speed make 3 m/s, at minute 70 only 2.7."""
    blocks = """
        athlete_id | activity_id | block_number | steady_s | started_after_s | speed_m_per_s | heart_rate_bpm
        ann        | run         | 0            | 300      | 1200            | 3.0           | 150
        ann        | run         | 9            | 300      | 3000            | 2.9           | 150
        ann        | run         | 12           | 300      | 4200            | 2.7           | 150
    """
    activities = (
        "athlete_id | activity_id | sport | is_run | started_at\nann | run | running | true | 2024-01-01"
    )
    anchors = """
        athlete_id | valid_from | valid_until_day | is_latest_anchor | zero_speed_heart_rate_bpm
        ann        | 1900-01-01 | 9999-12-31      | true             | 50
    """
    found = rows_of(
        "athlete.run_indices",
        {"activity.blocks": blocks, "staging.activities": activities, "athlete.anchors": anchors},
    )
    assert found.durability_ratio[0] == pytest.approx(0.9)
    assert found.index_log_pct[0] == pytest.approx(100 * math.log(3 / 100))  # of the first 40 minutes
