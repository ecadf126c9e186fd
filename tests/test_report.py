"""The report in its four formats, from small warehouses whose rows stand in the test."""

import html.parser
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from markdown_it import MarkdownIt

from pipeline import published
from pipeline.errors import ModelError, NextgearError, SettingsError
from pipeline.report import FORMATS, report, why
from pipeline.report.content import SECTIONS
from pipeline.report.markdown import markdown_report
from pipeline.report.verdict import HELPS, NOT_COUNTED

SQL = published.sql_folder() / "reports"
# Tables lie on their side here: a line is a column.

PLATEAU = """
as_of_day                        | 2026-10-24         | 2026-11-21         | 2026-11-21
window_weeks                     | 26                 | 52                 | 28
window_start_on                  | 2026-04-25         | 2025-11-22         | 2026-05-09
window_end_on                    | 2026-10-24         | 2026-11-21         | 2026-11-21
run_count                        | 39                 | 80                 | 41
slope_pct_per_month              | 0.50               | 0.10               | 0.02
slope_low_pct_per_month          | 0.30               | -0.10              | -0.19
slope_high_pct_per_month         | 0.70               | 0.30               | 0.22
change_pct                       | 3.0                | 1.2                | 0.1
change_low_pct                   | 1.8                | -1.2               | -1.2
change_high_pct                  | 4.2                | 3.6                | 1.4
p_improving                      | 0.98               | 0.32               | 0.17
p_plateau                        | 0.02               | 0.58               | 0.66
p_declining                      | 0.00               | 0.10               | 0.17
minimum_detectable_pct_per_month | 0.46               | 0.40               | 0.46
is_chosen                        | true               | false              | true
is_latest                        | false              | true               | true
verdict                          | improving          | plateau            | plateau
is_since_before                  | false              | false              | false
is_first_look_of_turn            | false              | false              | false
since                            | 2026-09-01         | 2026-11-21         | 2026-11-21
reason                           | 39 comparable runs | 80 comparable runs | 41 comparable runs
reference_heart_rate_bpm         | 150                | 150                | 150
reference_speed_start_m_per_s    | 3.00               | 3.00               | 3.00
reference_speed_start_low_m_per_s| 2.97               | 2.93               | 2.98
reference_speed_start_high_m_per_s| 3.04              | 3.07               | 3.05
reference_speed_end_m_per_s      | 3.09               | 3.03               | 3.04
is_against_season                | false              | false              | false
season_change_pct                | 2.1                | 2.1                | 2.1
season_change_low_pct            | -0.5               | -0.5               | -0.5
season_change_high_pct           | 4.7                | 4.7                | 4.7
season_run_count                 | 30                 | 30                 | 30
season_before_run_count          | 24                 | 24                 | 24
slope_zero_speed_lower_pct_per_month  | 0.48          | 0.12               | -0.30
slope_zero_speed_higher_pct_per_month | 0.51          | 0.08               | 0.10
class_zero_speed_lower           | improving          | plateau            | declining
class_zero_speed_higher          | improving          | plateau            | plateau
zero_speed_doubt_bpm             | 10                 | 10                 | 10
"""

CAUSES = """
cause        | medium_trap    | easy_share_low | device_change | low_mileage | sleep_short    | too_early
status       | flag           | flag           | flag          | ok          | not_assessable | not_applicable
score        | 0.81           | 0.74           | 0.31          | 0.05        |                |
rank         | 1              | 2              | 3             |             |                |
is_leading   | true           | true           | false         | false       | false          | false
advice       | Slow down.     |                |               |             |                |
value        | 0.24           | 0.66           | 0.40          | 60000       |                |
unit         | ratio          | ratio          | ratio         | m/week      |                |
threshold    | 0.15           | 0.80           | 0.20          | 24000       |                |
reason       | Mostly medium. | Little easy.   | Two watches.  | Plenty.     | No sleep here. | No plan begun.
activity_ids | [run-1, run-2] | []             | []            | []          | []             | []
"""

GATES = """
gate   | zones              | treadmill    | device
status | flag               | ok           | flag
reason | A guessed maximum. | On the road. | Two watches.
"""

SIGNS = """
sign                    | decoupling      | index            | evenness
direction               | better          | level            | unknown
is_improving_underneath | false           | false            | false
sentence                | Drift: better.  | Pace: level.     | Evenness: unknown. Needs runs.
"""

CHANGES = """
habit      | easy_share                           | distance
changed_on | 2026-09-07                           | 2026-10-05
direction  | better                               | unknown
sentence   | The easy share went from 60 to 80 %. | The distance went from 40 to 50 km.
"""

WEEKS = """
week_start_on     | 2026-11-02 | 2026-11-09 | 2026-11-16
activity_count    | 4          | 0          | 5
run_count         | 4          | 0          | 5
run_day_count     | 4          | 0          | 5
distance_m        | 40000      | 0          | 50000
moving_s          | 13500      | 0          | 17000
load_score        | 240        |            | 300
load_change_ratio |            |            | 0.25
load_unknown_count | 0         | 0          | 0
longest_run_m     | 12000      |            | 15000
is_down_week      | false      | true       | false
fitness_score     | 40         | 35         | 38
fatigue_score     | 44         | 20         | 45
form_score        | -4         | 15         | -7
"""

SPLITS = """
week_start_on               | 2026-11-02 | 2026-11-09 | 2026-11-16 | 2026-11-16
run_count                   | 4          | 0          | 5          | 20
window_weeks                | 1          | 1          | 1          | 8
easy_s                      | 10000      |            | 11000      | 21000
moderate_s                  | 2500       |            | 4000       | 6500
hard_s                      | 1000       |            | 2000       | 3000
easy_time_ratio             | 0.74       |            | 0.65       | 0.69
moderate_time_ratio         | 0.19       |            | 0.23       | 0.21
hard_time_ratio             | 0.07       |            | 0.12       | 0.10
easy_distance_ratio         | 0.71       |            | 0.62       | 0.66
moderate_distance_ratio     | 0.21       |            | 0.25       | 0.22
hard_distance_ratio         | 0.08       |            | 0.13       | 0.12
easy_session_ratio          | 0.75       |            | 0.80       | 0.78
moderate_time_minus_3_bpm_ratio | 0.25   |            | 0.29       | 0.26
hard_time_minus_3_bpm_ratio | 0.09       |            | 0.14       | 0.12
moderate_time_plus_3_bpm_ratio | 0.14    |            | 0.18       | 0.17
hard_time_plus_3_bpm_ratio  | 0.06       |            | 0.11       | 0.08
easy_distance_minus_3_bpm_ratio | 0.63   |            | 0.54       | 0.59
easy_distance_plus_3_bpm_ratio | 0.83    |            | 0.74       | 0.82
polarization_index          | 1.44       |            | 1.53       | 1.52
is_polarized                | false      |            | false      | false
pace_judged_ratio           | 0          |            | 0.05       | 0.025
zone_1_s                    | 0 | 0 | 0 | 6100
zone_1_m                    | 0 | 0 | 0 | 18300
zone_2_s                    | 0 | 0 | 0 | 15250
zone_2_m                    | 0 | 0 | 0 | 45750
zone_3_s                    | 0 | 0 | 0 | 3050
zone_3_m                    | 0 | 0 | 0 | 9150
zone_4_s                    | 0 | 0 | 0 | 3050
zone_4_m                    | 0 | 0 | 0 | 9150
zone_5_s                    | 0 | 0 | 0 | 3050
zone_5_m                    | 0 | 0 | 0 | 9150
zone_6_s                    | 0 | 0 | 0 | 0
zone_6_m                    | 0 | 0 | 0 | 0
easy_time_minus_3_bpm_ratio | 0.66       |            | 0.57       | 0.62
easy_time_plus_3_bpm_ratio  | 0.80       |            | 0.71       | 0.75
easy_shortfall_ratio        | 0.09       |            | 0.18       | 0.14
easy_below_bpm              | 147        |            | 147        | 147
hard_from_bpm               | 168        |            | 168        | 168
"""

ZONES = """
zone           | 1    | 2    | 3                | 4                | 5    | 6
from_bpm       |      | 123  | 133              | 152              | 171  |
until_bpm      | 122  | 132  | 151              | 170              |      |
from_m_per_s   |      | 2.8  | 3.2              | 3.76             | 4.0  | 5.0
until_m_per_s  | 2.8  | 3.2  | 3.76             | 4.0              | 5.0  |
effort_class   | easy | easy | easy or moderate | moderate or hard | hard | hard
"""

TREND = """
activity_id              | run-0      | run-1      | run-2       | run-3
local_day                | 2026-09-30 | 2026-11-03 | 2026-11-05  | 2026-11-17
device_key               | old watch  | new watch  | new watch   | new watch
index_log_pct            | -350       | -351       | -352        | -349
reference_heart_rate_bpm | 150        | 150        | 150         | 150
reference_speed_m_per_s  | 2.90       | 3.02       | 3.01        | 3.05
counts_for_trend         | true       | true       | false       | true
reason                   | counts     | counts     | uneven pace | counts
trend_speed_m_per_s      | 2.95       | 3.00       |             | 3.03
trend_low_m_per_s        | 2.90       | 2.95       |             | 2.99
trend_high_m_per_s       | 3.00       | 3.05       |             | 3.07
durability_ratio         |            | 0.93       |             | 0.97
"""

CURVE = """
local_day                | 2026-09-30 | 2026-10-27 | 2026-11-03 | 2026-11-17
run_count                | 1          | 2          | 2          | 1
reference_heart_rate_bpm | 150        | 150        | 150        | 150
trend_speed_m_per_s      | 2.95       | 2.98       | 3.00       | 3.03
trend_low_m_per_s        | 2.90       | 2.93       | 2.95       | 2.99
trend_high_m_per_s       | 3.00       | 3.03       | 3.05       | 3.07
"""

DEVICES = """
device_key                  | old watch  | new watch
run_count                   | 1          | 2
first_run_on                | 2026-09-30 | 2026-11-03
last_run_on                 | 2026-09-30 | 2026-11-17
is_latest_device            | false      | true
device_difference_pct       | 4.1        | 0
device_difference_low_pct   | 1.6        |
device_difference_high_pct  | 6.7        |
placebo_spread_pct          | 1.2        |
"""

RACE_CHANGES = """
race_count           | 3
has_races            | true
first_race_on        | 2026-06-01
last_race_on         | 2026-10-01
race_change_pct      | 1.2
race_change_low_pct  | -1.0
race_change_high_pct | 3.4
activity_ids         | [run-1]
"""

PHASES = """
from_on            | 2026-08-31                     | 2026-11-02
until_day          | 2026-11-01                     | 2026-11-22
phase              | base                           | speed
week_count         | 9                              | 3
weekly_m           | 42000                          | 45000
hard_session_count | 0                              | 4
min_week_count     | 8                              | 4
max_week_count     | 12                             | 10
reason             | as long as the articles advise | not over yet
"""

BREAKS = """
from_on           | 2026-03-01
until_day         | 2026-03-20
break_days        | 20
is_over           | true
expected_cost_pct | 4
break_change_pct  | -1.5
reason            | 20 days without a run cost about 4 %.
"""

WEEK_PATTERNS = """
usual_week          | Mon rest, Tue hard, Wed rest, Thu easy, Fri rest, Sat easy, Sun long
weekly_run_days     | 4
weekly_hard_days    | 1
back_to_back_count  | 0
longest_run_ratio   | 0.33
template_run_days   | 4
template_hard_count | 1
template_long_ratio | 0.35
reason              | You run on 4.0 days a week.
"""

WORKOUTS = """
activity_id          | run-1                           | run-2     | run-3
local_day            | 2026-11-03                      | 2026-11-05 | 2026-11-17
workout_template     | repeats_400                     | strides   | repeats_400
signature            | 8 x 400 m @ 4:10 /km, 1:30 walk | 6 x 20 s  | 3 x 400 m @ 4:00 /km, 1:30 walk
session_class        | quality                         | easy      | quality
is_quality           | true                            | false     | true
stride_count         | 0                               | 6         | 0
hill_sprint_count    | 0                               | 0         | 0
repeat_count         | 8                               | 6         | 3
repeat_name          | 400 m                           | 20 s      | 400 m
repeat_m             | 400                             | 100       | 400
repeat_s             | 100                             | 20        | 96
repeat_speed_m_per_s | 4.0                             | 5.0       | 4.1667
pace_class           | 5k                              |           | 3k
evenness_ratio       | 0.012                           |           | 0.02
fade_ratio           | 0.03                            |           | -0.01
is_cut_short         | false                           | false     | false
speed_excess_ratio   | 0.02                            |           | 0.05
timed_count          | 8                               | 0         | 3
timing_held_count    | 6                               | 0         | 3
"""

BOUTS = """
activity_id         | run-3      | run-3      | run-3
bout_number         | 1          | 2          | 3
local_day           | 2026-11-17 | 2026-11-17 | 2026-11-17
bout_source         | laps       | laps       | laps
started_after_s     | 900        | 1086       | 1272
duration_s          | 96         | 96         | 95
distance_m          | 400        | 400        | 400
speed_m_per_s       | 4.1667     | 4.1667     | 4.2105
grade_adjusted_speed_m_per_s | 4.1667 | 4.1667 | 4.2105
heart_rate_mean_bpm | 168        | 172        | 174
heart_rate_peak_bpm | 175        | 178        | 180
recovery_s          | 90         | 90         |
"""

RACE_PREPARATION = """
activity_id     | run-3
local_day       | 2026-08-12
name            | Lake half
distance_m      | 21200
race_source     | name
taper_days      | 14
taper_ratio     | 0.76
is_tapered      | true
days_to_quality | 10
rest_days       | 14
is_recovered    | false
reason          | The taper was short.
"""

PLANS = """
plan_name       | mile_4_weeks
title           | Four-week mile
as_of_day       | 2026-11-09
is_eligible     | true
plan_started_on | 2026-11-09
start_source    | journal
known_day_count | 13
adherence_ratio | 0.85
reason          | You kept to 85 % of it.
"""

PLAN_DAYS = """
plan_name       | mile_4_weeks | mile_4_weeks | mile_4_weeks
plan_started_on | 2026-11-09   | 2026-11-09   | 2026-11-09
plan_day_number | 1            | 13           | 14
local_day       | 2026-11-09   | 2026-11-21   | 2026-11-22
planned         | rest         | easy miles   | long run
done            | no run       | 8.1 km       |
adherence_ratio | 1            | 0.9          |
"""

DAYS = """
local_day           | 2026-11-20 | 2026-11-21
fitness_score       | 37         | 38
fatigue_score       | 46         | 45
form_score          | -9         | -7
monotony            | 1.2        | 1.1
strain_score        | 300        | 330
acute_chronic_ratio | 1.1        | 1.08
is_warming_up       | false      | false
"""

CRITICAL_SPEEDS = """
valid_from                   | 2026-10-01 | 2026-11-01
critical_speed_m_per_s       | 3.8        | 4.0
critical_speed_error_m_per_s | 0.1        | 0.12
d_prime_m                    | 180        | 175
critical_speed_method        | line       | line
effort_count                 | 5          | 6
is_critical_speed_confident  | true       | true
activity_ids                 | []         | [run-1, run-2]
"""

PREDICTIONS = """
race_distance_m   | 10000      | 42195
predicted_s       | 2650       |
riegel_s          | 2657       |
cameron_s         | 2650       |
vdot_s            | 2643       |
activity_id       | run-3      | run-3
local_day         | 2026-08-12 | 2026-08-12
age_days          | 101        | 101
effort_distance_m | 5000       | 5000
elapsed_s         | 1275       | 1275
race_source       | name       | name
confidence        | medium     | medium
reason            | a race     | a race
"""

ANCHORS = """
anchor           | easy_below_bpm
value            | 147
source           | default
is_confirmed     | true
is_latest_anchor | true
reason           | 78 % of the maximum
valid_from       | 1900-01-01
valid_until_day  | 9999-12-31
"""

EFFORTS = """
activity_id       | run-1      | run-2      | run-3      | run-3
local_day         | 2025-10-12 | 2026-03-01 | 2026-08-12 | 2026-08-12
effort_distance_m | 5000       | 5000       | 5000       | 21097.5
elapsed_s         | 1260       | 1290       | 1275       | 5998
moving_s          | 1251       | 1290       | 1275       | 5998
vdot_score        | 47.2       | 46.0       | 46.6       | 46.1
race_source       |            |            | name       | name
season_rank       | 1          | 2          | 1          | 1
all_time_rank     | 1          | 3          | 2          | 1
"""

ACTIVITIES = """
activity_id | run-1      | run-2      | run-3
local_day   | 2026-11-03 | 2026-11-05 | 2026-11-17
started_at  | 2026-11-03 07:00:00 | 2026-11-05 07:00:00 | 2026-11-17 07:00:00
name        |            | Track      |
distance_m  | 12000      | 9000       | 10000
sport       | running    | running    | running
moving_s    | 3600       | 3600       | 3600
load_method | heart_rate | heart_rate | pace
grade_smoothing_m           | 50  | 200 |
decoupling_ratio            | 0.03 | 0.05 | 0.05
heart_rate_out_of_range_s   | 0   | 0   | 0
heart_rate_flat_s           | 0   | 0   | 0
heart_rate_cadence_locked_s | 216 | 0   | 108
heart_rate_dropout_s        | 0   | 0   | 0
speed_rejected_s            | 0   | 9   | 0
"""

FILES = """
path    | a.fit    | b.fit    | b (1).fit | c.gpx
outcome | imported | imported | duplicate | quarantined
"""

ATHLETES = "sex | male\n"

FULL = {
    "athletes": ATHLETES,
    "plateau": PLATEAU,
    "causes": CAUSES,
    "measurement_gates": GATES,
    "progress_signs": SIGNS,
    "habit_changes": CHANGES,
    "weekly_load": WEEKS,
    "intensity_split": SPLITS,
    "zones": ZONES,
    "efficiency_trend": TREND,
    "fitness_curve": CURVE,
    "device_differences": DEVICES,
    "race_changes": RACE_CHANGES,
    "race_predictions": PREDICTIONS,
    "critical_speeds": CRITICAL_SPEEDS,
    "days": DAYS,
    "phases": PHASES,
    "breaks": BREAKS,
    "week_patterns": WEEK_PATTERNS,
    "workouts": WORKOUTS,
    "bouts": BOUTS,
    "race_preparation": RACE_PREPARATION,
    "plans": PLANS,
    "plan_days": PLAN_DAYS,
    "anchors": ANCHORS,
    "best_efforts": EFFORTS,
    "activities": ACTIVITIES,
    "files": FILES,
}

Warehouse = Callable[[Mapping[str, str]], Path]
NothingLanded = Callable[[Iterable[str]], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="session")
def warehouse_of(
    tmp_path_factory: pytest.TempPathFactory,
    nothing_landed: NothingLanded,
) -> Warehouse:
    """A warehouse of one athlete, `ann`: the columns of the real marts, and the rows given."""

    def build(given: Mapping[str, str]) -> Path:
        path = tmp_path_factory.mktemp("ann") / "warehouse.duckdb"
        real = nothing_landed([f"marts.{mart}" for mart in FULL])
        with duckdb.connect(path) as db:
            db.execute("create schema marts")
            for mart in FULL:
                typed = real.table(f"marts.{mart}")
                columns = [
                    f'"{name}" {type_}' for name, type_ in zip(typed.columns, typed.types, strict=True)
                ]
                db.execute(f"create table marts.{mart} ({', '.join(columns)})")
                if mart in given:
                    db.register("written", written(given[mart]))
                    db.execute(f"insert into marts.{mart} by name select 'ann' as athlete_id, * from written")
        return path

    return build


@pytest.fixture(scope="session")
def full(warehouse_of: Warehouse) -> Path:
    return warehouse_of(FULL)


def written(text: str) -> pa.Table:
    columns = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return pa.table(
        {name: pa.array([cell or None for cell in cells], pa.string()) for name, *cells in columns}
    )


def told(path: Path, format: str = "terminal", *sections: str, **settings: object) -> str:
    """The report with its line breaks within sentences taken out."""
    text = report(path, "ann", sql=SQL, format=format, sections=sections or SECTIONS, **settings)  # pyright: ignore[reportArgumentType]
    return re.sub(r"[ \u00a0]+", " ", text.replace("\n", " ")) if format != "markdown" else text


def verdict_row(**changes: str) -> str:
    """The plateau's chosen row with some of its columns written otherwise; an empty text is a null."""
    cells = {
        name.strip(): last for name, *_, last in (line.split("|") for line in PLATEAU.strip().splitlines())
    }
    return "\n".join(f"{name} | {cell}" for name, cell in (cells | changes).items())


def test_a_plateau_is_told_with_its_dates_its_uncertainty_and_its_pace(full: Path):
    text = told(full, "terminal", "verdict")
    assert "A plateau: neither faster nor slower" in text
    assert (
        "You are about as fast at 150 bpm as around 2026-05-09: 4 s/km faster "
        "(90 %: 1 s slower to 7 s faster)." in text
    )
    assert (
        "That is 5:33 /km around 2026-05-09, 5:29 /km around 2026-11-21 (your last run that counts): "
        "+0.1 % (90 %: −1.2 to +1.4) of speed at the same heart rate." in text
    )
    assert "As of your last activity on 2026-11-21: a straight line through 41 runs that count" in text
    assert "nine times in ten the truth lies between" in text
    assert "Level 66 %" in text
    assert "over 52 weeks faster 32 %, level 58 %, slower 10 %" in text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("improving", "You are about 4 s/km faster at 150 bpm than around 2026-05-09 (90 %: 1 s"),
        ("plateau", "You are about as fast at 150 bpm as around 2026-05-09: 4 s/km faster (90 %: 1 s"),
        ("declining", "You are about 4 s/km faster at 150 bpm"),
        ("undecided", "You may be 4 s/km faster at 150 bpm than around 2026-05-09"),
        ("undecided", "7 s faster), which fits more than one answer."),
        ("not_enough_data", "7 s faster), too uncertain to call."),
    ],
)
def test_each_verdict_has_its_own_plain_sentence(warehouse_of: Warehouse, verdict: str, words: str):
    assert words in told(warehouse_of({"plateau": verdict_row(verdict=verdict)}), "terminal", "verdict")


def test_a_turn_that_one_look_shows_says_that_the_next_must_confirm_it(warehouse_of: Warehouse):
    row = verdict_row(verdict="undecided", is_first_look_of_turn="true")
    text = told(warehouse_of({"plateau": row}), "terminal", "verdict")
    assert "A turn, which the next look must confirm" in text
    assert "a turn that one look alone shows, so no verdict hangs on it yet." in text
    assert "fits more than one answer" not in text


def test_the_same_weeks_a_year_ago_stand_beside_the_verdict(full: Path, warehouse_of: Warehouse):
    beside = "gainst the same weeks a year ago: +2.1 % (90 %: −0.5 to +4.7), 24 runs then, 30 now."
    assert f"A{beside}" in told(full, "terminal", "verdict")
    row = verdict_row(verdict="undecided", is_against_season="true")
    text = told(warehouse_of({**FULL, "plateau": row}), "terminal", "verdict")
    assert f"That may be the season, for it is the other way round a{beside}" in text
    assert f"A{beside}" not in text, "once is enough"
    row = verdict_row(season_change_pct="")
    assert "a year ago" not in told(warehouse_of({**FULL, "plateau": row}), "terminal", "verdict")
    assert json.loads(told(warehouse_of({"plateau": row}), "json"))["season"] is None


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        # 1000 m at 4, 3.9 and 3.8 m/s take 250, 256.4 and 263.2 s; at 4.1 m/s 243.9 s
        (("3.9", "3.8", "4.0"), "4.1", "12 s/km faster at 150 bpm than around 2026-05-09 (90 %: 6 to 19 s)."),
        (("3.9", "3.8", "4.0"), "4.1", "That is 4:16 /km around 2026-05-09, 4:04 /km around 2026-11-21"),
        (("4.0", "3.9", "4.1"), "3.8", "13 s/km slower at 150 bpm than around 2026-05-09 (90 %: 7 to 19 s)."),
        (
            ("4.0", "3.9", "4.1"),
            "4.0",
            "You are about as fast at 150 bpm as around 2026-05-09 (90 %: 6 s slower to 6 s faster).",
        ),
    ],
)
def test_the_change_of_pace_has_an_interval(
    warehouse_of: Warehouse, start: tuple[str, str, str], end: str, words: str
):
    names = ("", "_low", "_high")
    speeds = {f"reference_speed_start{name}_m_per_s": speed for name, speed in zip(names, start, strict=True)}
    row = verdict_row(verdict="improving", reference_speed_end_m_per_s=end, **speeds)
    assert words in told(warehouse_of({"plateau": row}), "terminal", "verdict")


@pytest.mark.parametrize(
    ("change", "low", "high", "words"),
    [
        (
            "2.4",
            "0.6",
            "4.2",
            "it was lowest in the week up to 2026-08-01, and since then +2.4 % (90 %: +0.6 to",
        ),
        ("-2.4", "-4.2", "-0.6", "it was highest in the week up to 2026-08-01, and since then −2.4 %"),
    ],
)
def test_a_turn_inside_the_window_is_told_with_what_happened_since(
    warehouse_of: Warehouse, change: str, low: str, high: str, words: str
):
    turn = {"since_turn_pct": change, "since_turn_low_pct": low, "since_turn_high_pct": high}
    row = verdict_row(turned_on="2026-08-01", **turn)
    assert f"In between it turned: {words}" in told(warehouse_of({"plateau": row}), "terminal", "verdict")


def test_another_watch_in_the_window_is_told_with_its_difference_and_the_placebo(
    full: Path, warehouse_of: Warehouse
):
    assert (
        "Your run of 2026-09-30 is on another watch or sensor: it shows 4.1 % less speed at the same heart "
        "rate (90 %: 1.6 to 6.7; at dates without a change such differences spread by 1.2 %). "
        "That is taken out."
    ) in told(full, "terminal", "verdict")
    more = DEVICES.replace("| 4.1 ", "| -4.1 ").replace("| 1.6 ", "| -6.7 ").replace("| 6.7 ", "| -1.6 ")
    text = told(warehouse_of({**FULL, "device_differences": more}), "terminal", "verdict")
    assert "it shows 4.1 % more speed at the same heart rate (90 %: 1.6 to 6.7;" in text
    row = verdict_row(window_start_on="2026-10-15")
    text = told(warehouse_of({**FULL, "plateau": row}), "terminal", "verdict")
    assert "another watch" not in text, "it was before the window"


@pytest.mark.parametrize(
    ("verdict", "change", "low", "high", "words"),
    [
        ("plateau", "1.2", "-1.0", "3.4", "+1.2 % (90 %: −1.0 to +3.4) by VDOT: no clear change either."),
        ("plateau", "2.5", "0.3", "4.7", "by VDOT: a change that the heart rate does not show."),
        ("improving", "2.5", "0.3", "4.7", "by VDOT: the same direction."),
        ("improving", "1.2", "-1.0", "3.4", "by VDOT: the same direction, though they alone could not tell."),
        ("improving", "-2.5", "-4.7", "-0.3", "by VDOT: the opposite direction."),
    ],
)
def test_races_are_a_second_witness_with_their_own_line(
    warehouse_of: Warehouse, verdict: str, change: str, low: str, high: str, words: str
):
    races = {"race_count": "3", "has_races": "true", "race_change_pct": change}
    races |= {"race_change_low_pct": low, "race_change_high_pct": high}
    races |= {"first_race_on": "2026-06-01", "last_race_on": "2026-10-01"}
    given = {
        "plateau": verdict_row(verdict=verdict),
        "race_changes": "\n".join(f"{name} | {cell}" for name, cell in races.items()),
    }
    text = told(warehouse_of(given), "terminal", "verdict")
    assert "Your 3 races " in text
    assert f"{words} Pace at a heart rate and racing speed are two things." in text


def test_efforts_in_training_are_a_weak_witness(warehouse_of: Warehouse):
    near = RACE_CHANGES.replace("true", "false")
    text = told(warehouse_of({**FULL, "race_changes": near}), "terminal", "verdict")
    assert "Your 3 efforts near your best from 2026-06-01 to 2026-10-01 say" in text
    assert "Efforts in training are a weak witness." in text


def test_a_verdict_that_hangs_on_the_resting_heart_rate_says_so(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "verdict")
    assert "With a resting heart rate 10 bpm lower this would be slower (−0.30 % a month)." in text
    row = verdict_row(class_zero_speed_lower="plateau")
    assert "With a resting" not in told(warehouse_of({**FULL, "plateau": row}), "terminal", "verdict")


@pytest.mark.parametrize(("weeks", "is_said"), [("28", True), ("52", False)])
def test_a_verdict_on_less_than_a_year_says_that_the_season_is_in_it(
    warehouse_of: Warehouse, weeks: str, is_said: bool
):
    text = told(warehouse_of({"plateau": verdict_row(window_weeks=weeks)}), "terminal", "verdict")
    assert ("In less than a year the season has its part." in text) == is_said


def test_a_verdict_older_than_all_looks_has_stood_at_least_since_the_first(warehouse_of: Warehouse):
    text = told(warehouse_of({"plateau": verdict_row(is_since_before="true")}), "terminal", "verdict")
    assert "this verdict has stood at least since 2026-11-21" in text


def test_a_runner_in_miles_reads_miles(warehouse_of: Warehouse):
    texts = {mart: re.sub(r"(?<=[/1] )km|(?<=/)km", "mi", rows) for mart, rows in FULL.items()}
    text = told(warehouse_of(texts), units="mi")  # the sentences of the marts are the models' business
    assert "8:56 /mi around 2026-05-09, 8:49 /mi around 2026-11-21" in text
    assert "31.1 mi" in text
    assert "/km" not in text and " km " not in re.sub(r"\b(5|10) km", "", text)


def test_too_few_runs_say_what_would_settle_the_question(warehouse_of: Warehouse):
    known = {
        "as_of_day": "2026-11-21",
        "is_chosen": "true",
        "is_latest": "true",
        "verdict": "not_enough_data",
        "reason": "a trend needs 12 comparable runs, and has 2",
        "window_weeks": "78",
        "window_start_on": "2026-11-03",
        "window_end_on": "2026-11-21",
    }
    path = warehouse_of({"plateau": "\n".join(f"{name} | {cell}" for name, cell in known.items())})
    for format in ("terminal", "html", "markdown"):
        text = told(path, format)
        assert "Not enough runs to judge yet" in text
        assert "A trend needs 12 comparable runs, and has 2." in text
        assert "would settle it" in text
        assert not re.search(r"\b(None|nan|null)\b", text)
    verdict = json.loads(report(path, "ann", sql=SQL, format="json"))["verdict"]
    assert verdict["slope_pct_per_month"] is None
    assert [verdict[name] for name in ("window_weeks", "window_start", "window_end")] == [None] * 3


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_warehouse_is_a_kind_sentence(warehouse_of: Warehouse, format: str):
    text = told(warehouse_of({}), format)
    if format == "json":
        assert json.loads(text)["verdict"]["class"] == "not_enough_data"
    else:
        assert "There is no activity of “ann” here so far." in text


def test_every_format_tells_the_same_sections(full: Path):
    for format in ("terminal", "html", "markdown"):
        text = told(full, format)
        titles = (
            "A plateau",
            "Causes that fit",
            "Weekly load",
            "Easy and hard",
            "Pace at 150 bpm",
            "Best efforts",
            "Race times",
            "Can the measurement be trusted?",
        )
        places = [text.index(title) for title in (*titles, "Files")]
        assert places == sorted(places)
        for fact in ("Too much at medium effort", "21:00", "1:39:58", "2025-10-12", "half marathon"):
            assert fact in text


def test_a_section_comes_alone_when_asked_for_alone(full: Path):
    assert "Causes that fit" not in told(full, "terminal", "best_efforts")
    document = json.loads(told(full, "json", "files"))
    assert set(document) == {"schema_version", "athlete_id", "as_of", "made_at", "files"}


def test_activities_whose_time_zone_nobody_knows_are_counted(warehouse_of: Warehouse):
    zones = "utc_offset_source | file     |        |"
    text = told(
        warehouse_of({**FULL, "activities": f"{ACTIVITIES.rstrip()}\n{zones}\n"}), "terminal", "files"
    )
    assert "The time zone of 2 activities is not known: UTC's day counts." in text
    zones = "utc_offset_source | file     | position | athlete"
    text = told(
        warehouse_of({**FULL, "activities": f"{ACTIVITIES.rstrip()}\n{zones}\n"}), "terminal", "files"
    )
    assert "time zone" not in text


def test_the_json_report_keeps_its_promised_shape(full: Path):
    document = json.loads(told(full, "json"))
    assert list(document) == [
        "schema_version",
        "athlete_id",
        "as_of",
        "made_at",
        "verdict",
        "season",
        "devices",
        "race_changes",
        "causes",
        "measurement_gates",
        "progress_signs",
        "habit_changes",
        "weekly_load",
        "phases",
        "breaks",
        "week_pattern",
        "intensity_split",
        "anchors",
        "zones",
        "efficiency_trend",
        "fitness_curve",
        "workouts",
        "repeats",
        "recovery",
        "recovery_days",
        "best_efforts",
        "races",
        "race_predictions",
        "plan",
        "plan_days",
        "sharpen",
        "data_quality",
        "files",
    ]
    assert (document["schema_version"], document["athlete_id"], document["as_of"]) == (1, "ann", "2026-11-21")
    assert document["verdict"] == {
        "class": "plateau",
        "reason": "41 comparable runs",
        "slope_pct_per_month": 0.02,
        "slope_low_pct_per_month": -0.19,
        "slope_high_pct_per_month": 0.22,
        "slope_zero_speed_lower_pct_per_month": -0.30,
        "slope_zero_speed_higher_pct_per_month": 0.10,
        "change_pct": 0.1,
        "change_low_pct": -1.2,
        "change_high_pct": 1.4,
        "p_improving": 0.17,
        "p_plateau": 0.66,
        "p_declining": 0.17,
        "run_count": 41,
        "window_weeks": 28,
        "window_start": "2026-05-09",
        "window_end": "2026-11-21",
        "minimum_detectable_pct_per_month": 0.46,
        "since": "2026-11-21",
        "turned_on": None,
        "since_turn_pct": None,
        "since_turn_low_pct": None,
        "since_turn_high_pct": None,
        "reference_heart_rate_bpm": 150,
        "reference_speed_start_m_per_s": 3.00,
        "reference_speed_start_low_m_per_s": 2.98,
        "reference_speed_start_high_m_per_s": 3.05,
        "reference_speed_end_m_per_s": 3.04,
    }
    assert document["season"] == {
        "change_pct": 2.1,
        "change_low_pct": -0.5,
        "change_high_pct": 4.7,
        "run_count": 30,
        "before_run_count": 24,
        "is_against_verdict": False,
    }
    assert [device["device_difference_pct"] for device in document["devices"]] == [4.1, 0]
    assert document["race_changes"]["race_change_pct"] == 1.2
    assert [point["trend_speed_m_per_s"] for point in document["fitness_curve"]] == [2.95, 2.98, 3.00, 3.03]
    assert [race["predicted_s"] for race in document["race_predictions"]] == [2650, None]
    assert [(row["anchor"], row["value"]) for row in document["anchors"]] == [("easy_below_bpm", 147)]
    quality = document["data_quality"]
    assert [(row["fault"], row["rejected_s"]) for row in quality["rejected"][:2]] == [
        ("heart_rate_cadence_locked", 324),
        ("speed", 9),
    ]
    assert {row["grade_smoothing_m"]: row["activity_count"] for row in quality["altitudes"]} == {
        50: 1,
        200: 1,
        None: 1,
    }
    assert document["causes"][0] == {
        "cause": "medium_trap",
        "status": "flag",
        "score": 0.81,
        "rank": 1,
        "value": 0.24,
        "unit": "ratio",
        "threshold": 0.15,
        "reason": "Mostly medium.",
        "advice": "Slow down.",
        "explained_by": None,
        "activity_ids": ["run-1", "run-2"],
    }
    assert document["files"] == {"imported": 2, "duplicate": 1, "quarantined": 1}
    assert [week["distance_m"] for week in document["weekly_load"]] == [40000, 0, 50000]
    assert [len(document[name]) for name in ("intensity_split", "efficiency_trend", "best_efforts")] == [
        4,
        4,
        2,
    ]


def test_not_a_number_is_null_and_a_dash(warehouse_of: Warehouse):
    path = warehouse_of({**FULL, "weekly_load": WEEKS.replace("0.25", "nan")})
    assert json.loads(told(path, "json"))["weekly_load"][2]["load_change_ratio"] is None
    assert not re.search(r"\bnan\b", told(path), re.IGNORECASE)


def test_causes_say_what_fits_what_is_ruled_out_and_what_cannot_be_told(full: Path):
    text = told(full, "terminal", "causes")
    assert (
        "1. Too much at medium effort Mostly medium. 24 % (threshold 15 %) · 2 runs since 2026-11-03 "
        "The newest runs behind it: 2026-11-05 Track (9.0 km), 2026-11-03 (12.0 km) Try: Slow down." in text
    )
    assert "Weaker signs (1): a change of watch or sensor." in text
    assert "Ruled out (1): low mileage." in text
    assert "Cannot tell (1): short sleep." in text
    assert "Short sleep? No sleep here." in text
    assert "A change of watch or sensor: Two watches." in text
    assert "because" not in text


def test_what_is_doubtful_about_the_measurement_comes_before_the_causes_that_were_ruled_out(full: Path):
    text = told(full, "terminal", "causes")
    assert "First of all: A guessed maximum." in text
    assert "Two watches" not in text.split("First of all")[1].split("Weaker")[0]  # it is told as a cause


def test_signs_that_move_before_pace_does_are_counted_and_told(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "progress_signs")
    assert "Of 2 signs that can move before pace does, 1 moved for the better." in text
    assert text.index("Drift: better.") < text.index("Pace: level.") < text.index("Evenness: unknown.")
    underneath = {**FULL, "progress_signs": SIGNS.replace("false", "true")}
    assert "You improve underneath: 1 of 2 signs" in told(
        warehouse_of(underneath), "terminal", "progress_signs"
    )
    nothing = {name: rows for name, rows in FULL.items() if name != "progress_signs"}
    unknown = told(warehouse_of(nothing), "terminal", "progress_signs")
    assert "These signs cannot be told yet." in unknown


def test_what_was_changed_is_told_the_latest_first(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "habit_changes")
    assert text.index("from 40 to 50 km") < text.index("from 60 to 80 %")
    nothing = {name: rows for name, rows in FULL.items() if name != "habit_changes"}
    assert "No habit changed for good" in told(warehouse_of(nothing), "terminal", "habit_changes")


def test_while_there_is_no_plateau_nothing_is_called_a_cause(warehouse_of: Warehouse):
    text = told(warehouse_of({**FULL, "plateau": verdict_row(verdict="improving")}), "terminal", "causes")
    assert "What stands out" in text and "worth knowing, though no plateau has been found" in text
    assert "fit" not in text


def test_without_a_cause_the_number_of_those_looked_at_is_said(warehouse_of: Warehouse):
    none_flagged = (
        "cause | low_mileage | medium_trap | hrv_down\nstatus | ok | ok | not_assessable\nscore | 0.1 | 0.2 |"
    )
    text = told(warehouse_of({**FULL, "causes": none_flagged}), "terminal", "causes")
    assert "No cause stands out among the 2 that could be assessed; 1 could not." in text


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_report_keeps_to_its_width_and_has_no_colour_unless_asked(full: Path, width: int):
    text = report(full, "ann", sql=SQL, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\x1b" in report(full, "ann", sql=SQL, width=width, color=True)


def test_why_fits_one_screen_however_long_the_reasons_are(warehouse_of: Warehouse):
    reason = "so many words " * 40
    causes = f"""
    cause     | medium_trap | easy_share_low | low_mileage | inconsistent | sleep_short    | hrv_down
    status    | flag        | flag           | flag        | flag         | not_assessable | ok
    rank      | 1           | 2              | 3           | 4            |                |
    is_leading | true       | true           | true        | true         | false          | false
    advice    | {reason}    | {reason}       | {reason}    | {reason}     |                |
    value     | 0.24        | 0.24           | 0.24        | 0.24         |                |
    unit      | ratio       | ratio          | ratio       | ratio        |                |
    threshold | 0.15        | 0.15           | 0.15        | 0.15         |                |
    reason    | {reason}    | {reason}       | {reason}    | {reason}     |                |
    """
    lines = why(warehouse_of({**FULL, "causes": causes}), "ann", sql=SQL).splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert "A plateau" in lines[0]
    assert any("Ruled out (1)" in line for line in lines)


HOSTILE = '<script>alert(1)</script>\x1b[31m[bold]`x`\u202eevil\u200b "quoted" \'n {{ 7 * 7 }} \U0001f3c3'

# Where text from a file gets into a report: the mart, and what of its rows is replaced by it.
TEXTS = {
    "causes": "Mostly medium.",
    "activities": "Track",
    "race_preparation": "Lake half",
    "plans": "Four-week mile",
    "plan_days": "easy miles",
    "workouts": "3 x 400 m @ 4:00 /km, 1:30 walk",
    "habit_changes": "The easy share went from 60 to 80 %.",
    "phases": "not over yet",
    "week_patterns": "You run on 4.0 days a week.",
    "measurement_gates": "A guessed maximum.",
    "efficiency_trend": "uneven pace",
    "device_differences": "old watch",
}


@pytest.mark.parametrize("format", FORMATS)
def test_a_hostile_name_stays_text_in_every_format(warehouse_of: Warehouse, format: str):
    assert all(text in FULL[mart] for mart, text in TEXTS.items())
    hostile = {mart: rows.replace(TEXTS.get(mart, "\0"), HOSTILE) for mart, rows in FULL.items()}
    text = report(warehouse_of(hostile), "ann", sql=SQL, format=format)
    if format == "json":
        assert json.loads(text)["races"][0]["name"] == HOSTILE
        return
    hidden = [text[one.start() - 60 : one.end() + 20] for one in re.finditer("[\x1b\u202e\u200b]", text)]
    assert not hidden, "nothing that drives a terminal, turns round or hides"
    assert "49" not in re.findall(r"evil.{30}", text)
    if format == "html":
        assert "<script" not in text and "&lt;script&gt;" in text
    if format == "markdown":
        assert "\\<script\\>" in text and not re.search(r"(?<!\\)<script", text)
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
        page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
        assert not re.findall("<(?:script|a|del|img)[ >]", page)
        assert page.count("<h2>") == text.count("\n## ") and page.count("<table>") > 10
    if format == "terminal":
        assert "[bold]" in text
        assert max(map(len, text.splitlines())) <= 80


def test_an_entity_in_a_name_is_none_in_markdown():
    page = MarkdownIt("commonmark").render(markdown_report("Up &amp; down &lt;b&gt;", []))
    assert page == "<h1>Up &amp;amp; down &amp;lt;b&amp;gt;</h1>\n"


def test_a_name_of_ten_thousand_letters_breaks_no_line(warehouse_of: Warehouse):
    endless = {mart: rows.replace(TEXTS.get(mart, "\0"), "x" * 10_000) for mart, rows in FULL.items()}
    path = warehouse_of(endless)
    for width in (60, 80):
        assert max(map(len, report(path, "ann", sql=SQL, width=width).splitlines())) <= width
    assert max(map(len, why(path, "ann", sql=SQL).splitlines())) <= 80


def test_an_athlete_may_be_called_as_he_likes(full: Path):
    for format in ("terminal", "html", "markdown"):
        text = report(full, HOSTILE, sql=SQL, format=format)
        assert not re.search("[\x1b\u202e\u200b]", text)
        assert format == "terminal" or not re.search(r"(?<!\\)<script", text)


class Page(html.parser.HTMLParser):
    """What a page would run or fetch, and how its drawings are named."""

    VOID = frozenset({"meta", "br", "img", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.drawings: list[str | None] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.fetched += [
            name
            for name, value in attrs
            if name in ("src", "href", "srcset", "xlink:href", "onclick", "onload")
            and not (name == "href" and (value or "").startswith("#"))  # a place on the page
        ]
        if tag == "svg":
            self.drawings.append(values.get("role") and values.get("aria-label"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_no_network_and_no_script_and_names_its_drawings(full: Path):
    text = report(full, "ann", sql=SQL, format="html")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.fetched == []
    assert not {"script", "link", "iframe", "img", "object"} & set(page.tags)
    assert "url(" not in text and "@import" not in text
    assert page.drawings and all(page.drawings), "each says in words what is to be seen in it"
    assert "var(--accent)" in text
    assert len(text) < 1_000_000
    assert page.tags.count("h1") == 1


def test_a_week_without_heart_rate_and_a_run_without_a_trend_can_be_drawn(warehouse_of: Warehouse):
    trend = re.sub(r"(trend_\w+ +\|[^|]*\|)[^|]*", r"\1 ", TREND)
    bare = re.sub(r"((?:distance|moving|fitness|form)\w+ +\|)[^|]*", r"\1 ", WEEKS)
    text = told(warehouse_of({**FULL, "efficiency_trend": trend, "weekly_load": bare}), "html")
    assert "NaN" not in text and "undefined" not in text
    assert "A new watch or sensor from 2026-11-03" in re.sub(r"<[^>]*>", "", text)


def test_only_devices_that_can_be_compared_are_said_to_be_taken_out(warehouse_of: Warehouse):
    unlike = DEVICES.replace("| 4.1 ", "|     ").replace("| 1.6 ", "|     ").replace("| 6.7 ", "|     ")
    text = told(warehouse_of({**FULL, "device_differences": unlike}), "terminal")
    assert "A new watch or sensor from" not in text
    assert (
        "Your run of 2026-09-30 is on another watch or sensor, with too little beside it to compare it with "
        "the one of now: that does not count."
    ) in text


def test_a_drawer_full_of_watches_is_counted(warehouse_of: Warehouse):
    days = [f"2026-09-{day}" for day in range(10, 15)]
    watches = {
        "device_key": days,
        "run_count": ["2"] * 5,
        "first_run_on": days,
        "last_run_on": days,
        "is_latest_device": ["false"] * 4 + ["true"],
        "device_difference_pct": ["1"] * 4 + ["0"],
    }
    drawer = "\n".join(" | ".join([name, *cells]) for name, cells in watches.items())
    text = told(warehouse_of({**FULL, "device_differences": drawer}), "terminal", "efficiency_trend")
    assert "4 new watches or sensors from 2026-09-11 to 2026-09-14: what they show more or less" in text


def test_markdown_tables_have_as_many_cells_as_columns(full: Path):
    text = told(full, "markdown")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert "| 5 km | 21:00 | 20:51 | 4:12 /km | 47 | 2025-10-12 | 2026: 21:15\\* |" in text


def test_another_athletes_rows_are_not_told(full: Path):
    text = report(full, "bob", sql=SQL)
    assert "There is no activity of “bob”" in text and "Too much" not in text


def test_what_does_not_exist_is_refused_in_one_sentence(full: Path, tmp_path: Path):
    with pytest.raises(SettingsError, match="'pdf' is not one of terminal, html, markdown, json"):
        report(full, "ann", sql=SQL, format="pdf")
    with pytest.raises(SettingsError, match="'shoes' is not one of verdict, causes"):
        report(full, "ann", sql=SQL, sections=["shoes"])
    with pytest.raises(NextgearError, match="no warehouse yet"):
        report(tmp_path / "none.duckdb", "ann", sql=SQL)


def test_a_warehouse_of_another_version_names_the_query_and_what_to_do(tmp_path: Path):
    path = tmp_path / "other.duckdb"
    duckdb.connect(path).close()
    with pytest.raises(ModelError, match=r"reports\.verdict: .*`nextgear build` brings it up to date"):
        report(path, "ann", sql=SQL)


NOT_ENOUGH = """
as_of_day       | 2026-11-21
window_weeks    | 78
window_start_on | 2026-11-03
window_end_on   | 2026-11-21
is_chosen       | true
is_latest       | true
verdict         | not_enough_data
reason          | a trend needs 12 comparable runs, and has 1
"""


@pytest.mark.parametrize(
    ("reasons", "sports", "words"),
    [
        (
            ["counts"] * 3,
            ["running"] * 3,
            "More weeks of steady runs with heart rate, on one watch, would settle",
        ),
        (
            ["counts", "no heart rate", "no heart rate"],
            ["running"] * 3,
            "2 without heart rate. Runs with a strap or a watch that takes your heart rate for some weeks",
        ),
        (
            ["treadmill or indoor"] * 3,
            ["running"] * 3,
            "3 on a treadmill or indoors. Runs outdoors with GPS for some weeks would settle it.",
        ),
        (
            None,
            ["cycling", "walking", "cycling"],
            "There is no run among your 3 activities (cycling, walking).",
        ),
        (
            ["a reason of tomorrow"] * 3,
            ["running"] * 3,
            "3 (a reason of tomorrow). More weeks of steady runs",
        ),
    ],
)
def test_what_would_settle_it_is_true_of_what_is_there(
    warehouse_of: Warehouse, reasons: list[str] | None, sports: list[str], words: str
):
    given = {
        "plateau": NOT_ENOUGH,
        "activities": f"activity_id | a | b | c\nlocal_day | {' | '.join(['2026-11-03'] * 3)}\n"
        f"sport | {' | '.join(sports)}",
    }
    if reasons:
        counts = " | ".join(str(reason == "counts").lower() for reason in reasons)
        given["efficiency_trend"] = (
            f"activity_id | a | b | c\nlocal_day | {' | '.join(['2026-11-03'] * 3)}\n"
            f"counts_for_trend | {counts}\nreason | {' | '.join(reasons)}"
        )
    text = told(warehouse_of(given), "terminal", "verdict")
    assert words in text
    assert "78 weeks" not in text, "no window that reaches before the first run"


def test_there_is_help_for_every_reason_why_a_run_does_not_count():
    models = [
        published.sql_folder() / name for name in ("athlete/trend_runs.sql", "marts/efficiency_trend.sql")
    ]
    said = [
        re.findall(r"(?:then|else) '((?:[^']|'')+)'", path.read_text(encoding="utf-8")) for path in models
    ]
    reasons = {reason.replace("''", "'") for reasons in said for reason in reasons} - {"counts"}
    assert reasons == set(HELPS) == set(NOT_COUNTED)


def test_what_counts_and_what_was_taken_out_is_said_beside_the_trend(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "efficiency_trend")
    assert (
        "At 150 bpm the curve through your runs ends at 5:30 /km around 2026-11-17 (90 %: 5:26 to 5:34); "
        "3 of 4 runs count. Not counted: 1 at an uneven pace." in text
    )
    # Of the runs that count, two have a decoupling (3 and 5 %), and two are long (0.93 and 0.97).
    assert "The second half of the usual steady run has 4.0 % less metres to the beat" in text
    assert (
        "after an hour you run 95 % of the speed of minutes 10 to 30 at the same heart rate (2 long" in text
    )
    assert "heat" not in text
    without = {name: rows for name, rows in FULL.items() if name != "fitness_curve"}
    text = told(warehouse_of(without), "terminal", "efficiency_trend")
    assert "3 of 4 runs count." in text and "the curve" not in text, "a few runs make no curve"
    heat = TREND.replace("durability_ratio", "heat_cost_pct_per_c | -0.8 | -0.8 | | -0.8\ndurability_ratio")
    text = told(warehouse_of({**FULL, "efficiency_trend": heat}), "terminal", "efficiency_trend")
    assert "costs you 0.8 % of speed, say your own 3 runs with a temperature: taken out." in text


def test_load_says_how_it_was_found_and_what_the_last_days_were(full: Path, nothing_landed: NothingLanded):
    text = told(full, "terminal", "weekly_load")
    settings = nothing_landed(["settings.judging"]).table("settings.judging")
    row = settings.select("fitness_days", "fatigue_days").fetchall()[0]
    fitness, fatigue = (f"{days:.0f} days" for days in row)
    assert (
        f"After 2026-11-21: fitness 38 (mean load a day, faded over {fitness}), fatigue 45 (over {fatigue}); "
        "the next day begins with their difference, form −7." in text
    )
    assert "monotony 1.1, strain 330; 1.08 times the daily load of the four weeks" in text
    assert "The load of the week of 2026-11-16 against the mean of the three before it: +25 %." in text
    assert "Load of 3 activities: 2 by heart rate, 1 by pace." in text


def test_a_load_that_nobody_knows_is_counted_as_that(warehouse_of: Warehouse):
    unknown = ACTIVITIES.replace("| pace", "|")
    text = told(warehouse_of({**FULL, "activities": unknown}), "terminal", "weekly_load")
    assert "Load of 3 activities: 2 by heart rate, 1 unknown." in text


def test_intensity_is_counted_in_three_ways_and_in_the_zones_of_the_articles(full: Path):
    text = told(full, "terminal", "intensity_split")
    assert "Easy 69 % 66 % 78 % 62 % 75 %" in text
    assert "Hard 10 % 12 % 22 % 12 % 8 %" in text
    # 15,250 of 30,500 s are in zone 2
    assert "2 easy 123–132 easy 4:14:10 50 % 5:57–5:12 45.8 km" in text
    assert "3 steady 133–151 easy/moderate" in text
    assert "The 8 weeks up to 2026-11-22: 69 % of the time easy, 21 % moderate, 10 % hard." in text
    assert (
        "66 % easy: 14 points short of 80 % (59 % or 82 % with zones 3 bpm lower or higher: the answer hangs"
        in text
    )
    assert "Polarization index 1.52: not polarized" in text
    assert "Easy is below 147 bpm: 78 % of the maximum. Hard is from 168 bpm." in text
    assert "2.5 % of the time was judged by pace" in text


def test_a_threshold_that_is_a_guess_is_called_one(warehouse_of: Warehouse):
    guess = ANCHORS.replace("is_confirmed     | true", "is_confirmed     | false")
    text = told(warehouse_of({**FULL, "anchors": guess}), "terminal", "intensity_split")
    assert "Easy is below 147 bpm, a guess: 78 % of the maximum." in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"hard_time_ratio": "0", "polarization_index": "0"},
            "Nothing was hard: the polarization index is 0.",
        ),
        (
            {"hard_time_ratio": "0.8", "easy_time_ratio": "0.1", "polarization_index": ""},
            "No polarization index: more was hard than easy.",
        ),
        ({"polarization_index": "2.4", "is_polarized": "true"}, "Polarization index 2.40: polarized (most"),
        (
            {"polarization_index": "3.1", "is_polarized": "true", "moderate_s": "0"},
            "an empty middle counts as next to nothing",
        ),
    ],
)
def test_where_the_polarization_index_has_no_meaning_that_is_said(
    warehouse_of: Warehouse, changes: dict[str, str], words: str
):
    cells = {
        name.strip(): last for name, *_, last in (line.split("|") for line in SPLITS.strip().splitlines())
    }
    cells |= {"window_weeks": "1"} | changes
    splits = "\n".join(f"{name} | {cell}" for name, cell in cells.items())
    assert words in told(warehouse_of({**FULL, "intensity_split": splits}), "terminal", "intensity_split")


def test_best_efforts_show_the_races_and_the_critical_speed_with_its_age(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "best_efforts")
    assert "half marathon 1:39:58* 1:39:58 4:44 /km 46 2026-08-12 2026: 1:39:58*" in text
    assert "* A race, by its name or your journal." in text
    # 1000 m at 4 m/s take 250 s; 0.12 of 4 m/s is 3 %
    assert (
        "Critical speed 4:10 /km (give or take 3 %), D' 175 m: from 6 efforts, the last on 2026-11-05 "
        "(16 days before)." in text
    )
    doubted = CRITICAL_SPEEDS.replace("true       | true", "true       | false")
    text = told(warehouse_of({**FULL, "critical_speeds": doubted}), "terminal", "best_efforts")
    assert "Critical speed" not in text


def test_race_times_say_from_what_they_are_and_how_sure(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "race_predictions")
    assert "10 km: from 5 km in 21:15 on 2026-08-12 (101 days before), a race." in text
    assert "10 km 44:10 44:17 44:10 44:03 roughly" in text
    assert "marathon – – – – cannot tell" in text
    assert "Cannot tell marathon: beyond the times that the models were made for." in text
    none = re.sub(r"((?:activity_id|predicted_s|riegel_s|cameron_s|vdot_s) +\|).*", r"\1 |", PREDICTIONS)
    none = none.replace("medium", "none").replace("a race", "no run outdoors")
    text = told(warehouse_of({**FULL, "race_predictions": none}), "terminal", "race_predictions")
    assert "Cannot tell: no run outdoors." in text


def test_what_cleaning_left_out_is_summed_by_reason(full: Path, warehouse_of: Warehouse):
    text = told(full, "terminal", "data_quality")
    # 216 + 108 s of three hours
    assert "Heart rate that was the cadence 5:24 3.0 % 2" in text
    assert "Speed that leapt 0:09 0.1 % 1" in text
    assert "stuck" not in text
    assert "Runs: 1 over 50 m, 1 over 200 m, 1 without altitude." in text
    clean = re.sub(r"(_s +)\|.*", r"\1| 0 | 0 | 0", ACTIVITIES)
    assert "Nothing had to be left out." in told(
        warehouse_of({**FULL, "activities": clean}), "terminal", "data_quality"
    )


def test_the_phase_of_now_is_told_with_the_articles_length_and_the_usual_week(full: Path):
    text = told(full, "terminal", "phases")
    assert "Your last weeks are speed: 3 weeks of it, from 2026-11-02 to 2026-11-22" in text
    assert "the articles give it 4 to 10 weeks." in text
    assert "2026-08-31 2026-11-01 base 9 8 to 12 fits 42.0 km 0" in text
    assert "From 2026-03-01 to 2026-03-20: 20 days without a run cost about 4 %." in text
    assert "Usual days of the last eight weeks: Mon rest, Tue hard" in text


def test_the_latest_workout_is_told_with_how_even_it_was_and_where_it_was_timed(full: Path):
    text = told(full, "terminal", "workouts")
    assert (
        "Your latest workout (2026-11-17, repeats of 400 m): 3 x 400 m @ 4:00 /km, 1:30 walk; the "
        "repetitions differ by 2.0 %; the last third was 1.0 % faster than the first; 5 % faster than your "
        "races let expect; the timing of your steps held in 3 of 3." in text
    )
    # 1000 m at 4 m/s take 250 s, at 4.1667 m/s 240 s
    assert "repeats of 400 m 2 2026-11-03 4:10 /km 2026-11-17 4:00 /km" in text
    assert "1 1:36 400 m 4:00 /km 168/175" in text
    assert "3 1:35 400 m 3:58 /km 174/180" in text


def test_a_race_is_told_with_how_it_was_prepared(full: Path):
    text = told(full, "terminal", "races")
    assert "The latest, on 2026-08-12: “Lake half” in" in text
    assert "−24 % after 10 days" in text


def test_a_plan_that_runs_says_what_comes_next(full: Path):
    text = told(full)
    assert "Plan: Four-week mile" in text
    assert "It runs since 2026-11-09: your journal says so. You kept to 85 % of it." in text
    assert "2026-11-22: long run." in text and "2026-11-21: easy miles." not in text
    assert "2026-11-21 easy miles 8.1 km 90 %" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"run_count": "1"}, "Too few runs for a polarization index."),
        ({"easy_s": "3000", "moderate_s": "1000", "hard_s": "500"}, "Too few runs for a polarization index."),
        ({}, "Polarization index 1.52"),
    ],
)
def test_one_run_or_one_hour_has_no_polarization_index(
    warehouse_of: Warehouse, changes: dict[str, str], words: str
):
    cells = {
        name.strip(): last for name, *_, last in (line.split("|") for line in SPLITS.strip().splitlines())
    } | {"window_weeks": "1", **changes}
    splits = "\n".join(f"{name} | {cell}" for name, cell in cells.items())
    assert words in told(warehouse_of({**FULL, "intensity_split": splits}), "terminal", "intensity_split")


def test_what_cannot_be_told_reads_as_a_question_and_not_as_a_finding(warehouse_of: Warehouse):
    asked = CAUSES.rstrip() + "\nquestion | | | | Is there enough? | Is sleep short? |\n"
    path = warehouse_of({**FULL, "causes": asked})
    text = told(path, "terminal", "causes")
    assert "What it would take to tell: - Is sleep short? No sleep here." in text
    assert "Weaker signs: - A change of watch or sensor: Two watches." in text
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", told(path, "html")))
    assert "Is there enough? Plenty." in page, "what is ruled out is folded away"


def test_the_files_add_up(full: Path):
    text = told(full, "terminal", "files")
    assert "4 files seen = 2 imported + 1 duplicate + 1 quarantined. In them: 3 activities." in text
    assert "nextgear files --outcome quarantined" in text


@pytest.mark.parametrize(
    ("easy", "moderate", "hard", "words"),
    [
        ("0.7946", "0.1444", "0.061", "By distance 80 % easy: just short of 80 %"),
        ("0.787", "0.153", "0.06", "By distance 79 % easy: 1 point short of 80 %"),
        ("0.83", "0.11", "0.06", "By distance 83 % easy: 80 % is met"),
    ],
)
def test_the_share_in_the_sentence_is_that_of_the_table(
    warehouse_of: Warehouse, easy: str, moderate: str, hard: str, words: str
):
    cells = {
        name.strip(): last for name, *_, last in (line.split("|") for line in SPLITS.strip().splitlines())
    }
    distances = {"easy": easy, "moderate": moderate, "hard": hard}
    cells |= {f"{part}_distance_ratio": ratio for part, ratio in distances.items()}
    cells |= {"window_weeks": "1", "easy_shortfall_ratio": str(0.8 - float(easy))}
    splits = "\n".join(f"{name} | {cell}" for name, cell in cells.items())
    text = told(warehouse_of({**FULL, "intensity_split": splits}), "terminal", "intensity_split")
    assert words in text
    assert f"Easy 69 % {words.split()[2]} %" in text


def test_without_any_load_neither_fitness_nor_form_is_told(warehouse_of: Warehouse):
    unknown = re.sub(r"load_method +\|.*", "load_method | | |", ACTIVITIES)
    text = told(warehouse_of({**FULL, "activities": unknown}), "terminal", "weekly_load")
    assert "No activity has a load" in text
    assert "fitness 38" not in text and "monotony 1.1" not in text


def test_a_report_long_after_the_last_activity_says_that_its_now_was_then(full: Path):
    def made(days: int) -> str:
        at = datetime(2026, 11, 21, 9, tzinfo=UTC) + timedelta(days=days)
        return told(full, made_at=at)

    assert "was 200 days before this was made" in " ".join(made(200).split())
    assert "before this was made" not in made(20)
