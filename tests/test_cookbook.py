"""The questions of the cookbook: answered for one athlete, and as a person worked it out by hand."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

import pipeline
from pipeline import warehouse
from pipeline.ask import cookbook
from pipeline.flow import Home
from pipeline.published import sql_folder

RECIPES = [recipe.name for recipe in cookbook.recipes()]
OF_ALL = [recipe for recipe in RECIPES if recipe.startswith("squad_")]  # of whoever there is
NothingLanded = Callable[[Iterable[str]], duckdb.DuckDBPyConnection]
Answered = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def empty(nothing_landed: NothingLanded, models: dict[str, warehouse.Model]) -> duckdb.DuckDBPyConnection:
    """Every mart, without a row."""
    return nothing_landed([name for name in models if name.startswith("marts.")])


@pytest.fixture
def answered(empty: duckdb.DuckDBPyConnection) -> Iterator[Answered]:
    """What a recipe answers ann, if the marts held these rows (ann's, unless they say otherwise)."""
    with duckdb.connect() as db:
        db.execute("create schema marts")
        for name, columns in empty.execute(
            "select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index) "
            "from duckdb_columns() where schema_name = 'marts' group by all"
        ).fetchall():
            db.execute(f"create table marts.{name} ({columns})")
        db.execute("set variable athlete_id = 'ann'")

        def answer(recipe: str, **given: str) -> list[tuple[object, ...]]:
            for table, text in given.items():
                names, *rows = (
                    [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()
                )
                for row in rows:
                    told = {"athlete_id": "ann"} | {
                        name: cell for name, cell in zip(names, row, strict=True) if cell
                    }
                    marks = ", ".join("?" for _ in told)
                    db.execute(
                        f"insert into marts.{table} ({', '.join(told)}) values ({marks})", [*told.values()]
                    )
            asked = cookbook.recipe(recipe).sql
            columns = [f"cast({name} as varchar)" for name in db.sql(asked).columns]
            return db.sql(asked).project(", ".join(columns)).fetchall()

        yield answer


def test_there_are_twenty_questions_and_each_is_another_one():
    questions = {recipe.question for recipe in cookbook.recipes()}
    assert len(questions) == len(RECIPES) >= 20
    assert all(question.endswith("?") for question in questions)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_question_to_an_empty_warehouse_has_an_empty_answer(answered: Answered, recipe: str):
    assert answered(recipe) == []


@pytest.fixture(scope="module")
def mine(built: Home) -> Iterator[pipeline.Warehouse]:
    with pipeline.open(built.folder) as opened:
        yield opened


def test_nobody_is_told_of_another_athletes_runs(built: Home):
    with pipeline.open(built.folder, athlete="somebody_else") as theirs:
        told = {recipe.name for recipe in cookbook.recipes() if len(theirs.sql(recipe.sql))}
    assert told <= set(OF_ALL)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_real_run_answers_every_question_the_same_way_twice(mine: pipeline.Warehouse, recipe: str):
    sql = cookbook.recipe(recipe).sql
    assert mine.sql(sql).equals(mine.sql(sql))


def test_what_the_recipes_count_is_what_there_is(mine: pipeline.Warehouse):
    def told(recipe: str, column: str) -> float:
        return float(mine.sql(cookbook.recipe(recipe).sql)[column].sum())

    runs = mine.sql("select count(*) as runs, sum(distance_m) as metres from marts.activities")
    for recipe in ("distance_each_month", "shoe_distance", "time_of_day", "treadmill_or_outdoors"):
        assert told(recipe, "run_count") == runs.runs[0] == 8
        assert told(recipe, "distance_km") == pytest.approx(runs.metres[0] / 1000, abs=2)


def test_kilometres_are_summed_by_the_month(answered: Answered):
    activities = """
        sport   | local_day  | distance_m | moving_s | athlete_id
        running | 2024-01-31 | 10000      | 3600     | ann
        running | 2024-01-01 | 5040       | 1800     | ann
        running | 2024-02-01 | 7000       | 2160     | ann
        cycling | 2024-02-02 | 50000      | 7200     | ann
        running | 2024-02-03 | 42195      | 9000     | bob
    """
    assert answered("distance_each_month", activities=activities) == [
        ("2024-02-01", "1", "7.0", "0.6", "7.0"),
        ("2024-01-01", "2", "15.0", "1.5", "10.0"),
    ]


def test_each_pair_of_shoes_has_its_own_kilometres(answered: Answered):
    activities = """
        sport   | local_day  | distance_m | gear
        running | 2024-01-01 | 300000     | Old
        running | 2024-02-01 | 310400     | Old
        running | 2024-03-01 | 12000      | New
        running | 2024-01-15 | 5000       |
    """
    assert answered("shoe_distance", activities=activities) == [
        ("New", "1", "12.0", "2024-03-01", "2024-03-01"),
        ("Old", "2", "610.0", "2024-01-01", "2024-02-01"),
        ("not told", "1", "5.0", "2024-01-15", "2024-01-15"),
    ]


def test_the_fastest_5_km_of_a_quarter_comes_with_its_own_day(answered: Answered):
    best_efforts = """
        local_day  | effort_distance_m | elapsed_s | is_indoor
        2024-01-02 | 5000              | 1500      | false
        2024-03-30 | 5000              | 1440.4    | false
        2024-02-02 | 5000              | 1200      | true
        2024-04-01 | 5000              | 3700      | false
        2024-02-03 | 3000              | 600       | false
    """
    assert answered("fastest_5_km_by_season", best_efforts=best_efforts) == [
        ("2024", "2", "2024-04-01", "1:01:40", "740.0", "1"),
        ("2024", "1", "2024-03-30", "0:24:00", "288.0", "2"),
    ]


def test_a_heart_rate_is_compared_with_that_of_a_year_ago_at_the_same_pace(answered: Answered):
    activities = """
        sport   | local_day  | grade_adjusted_speed_m_per_s | heart_rate_mean_bpm | heart_rate_coverage_ratio
        running | 2024-12-31 | 3.3                          | 150                 | 1
        running | 2024-12-01 | 3.3                          | 152                 | 1
        running | 2023-12-31 | 3.2                          | 155                 | 1
        running | 2023-12-30 | 3.2                          | 190                 | 0.1
        running | 2023-12-30 | 2.5                          | 130                 | 1
        running | 2024-08-01 | 3.3                          | 120                 | 1
    """
    assert answered("heart_rate_at_a_pace", activities=activities) == [
        ("300", "2", "1", "151.0", "155.0", "-4.0")
    ]


def test_easy_runs_are_split_by_the_time_that_is_known(answered: Answered):
    told = answered(
        "how_hard_easy_runs_are",
        activities="""
            activity_id | local_day  | heart_rate_mean_bpm | easy_s | moderate_s | hard_s
            a           | 2024-01-01 | 140                 | 3000   | 600        | 0
            b           | 2024-01-08 | 150                 | 600    | 600        | 1200
            c           | 2024-01-09 | 180                 | 0      | 0          | 3600
        """,
        workouts="""
            activity_id | workout_template
            a           | easy
            b           | recovery
            c           | intervals
        """,
    )
    assert told == [("2024-01-01", "2", "145.0", "60.0", "20.0", "20.0")]


def test_only_weeks_with_less_than_80_percent_easy_are_named(answered: Answered):
    intensity_split = """
        week_start_on | window_weeks | run_count | easy_distance_ratio | hard_distance_ratio
        2024-01-01    | 1            | 4         | 0.79                | 0.1
        2024-01-08    | 1            | 4         | 0.8                 | 0
        2024-01-15    | 4            | 4         | 0.5                 | 0
    """
    assert answered("weeks_off_80_20", intensity_split=intensity_split) == [
        ("2024-01-01", "4", "79.0", None, "10.0", None)
    ]


def test_before_a_race_stands_what_was_run_in_the_twelve_weeks_to_it(answered: Answered):
    told = answered(
        "weeks_before_best_race",
        best_efforts="""
            activity_id | local_day  | vdot_score | race_source
            race        | 2024-06-09 | 45         | name
            best        | 2024-05-01 | 50         |
        """,
        weekly_load="""
            week_start_on | run_count | distance_m
            2024-06-03    | 3         | 30000
            2024-05-27    | 4         | 50000
            2024-03-18    | 5         | 60000
            2024-03-11    | 6         | 70000
            2024-06-10    | 1         | 10000
        """,
    )
    assert [row[:5] for row in told] == [
        ("2024-06-09", "2024-03-18", "11", "5", "60.0"),
        ("2024-06-09", "2024-05-27", "1", "4", "50.0"),
        ("2024-06-09", "2024-06-03", "0", "3", "30.0"),
    ]


def test_the_hottest_run_comes_first(answered: Answered):
    told = answered(
        "hottest_runs",
        activities="""
            activity_id | sport   | local_day  | distance_m | heart_rate_mean_bpm
            warm        | running | 2024-07-01 | 10000      | 160
            cold        | running | 2024-01-01 | 10000      | 150
            ride        | cycling | 2024-07-02 | 10000      | 150
        """,
        records="""
            activity_id | temperature_c
            warm        | 30
            warm        | 31
            cold        | 2
            ride        | 35
        """,
        efficiency_trend="""
            activity_id | heat_effect_pct
            warm        | -4.04
        """,
    )
    assert told == [
        ("2024-07-01", "30.5", "10.0", "160.0", "-4.0"),
        ("2024-01-01", "2.0", "10.0", "150.0", None),
    ]


def test_a_streak_ends_with_a_day_without_a_run(answered: Answered):
    days = """
        local_day  | run_count
        2024-02-28 | 1
        2024-02-29 | 2
        2024-03-01 | 1
        2024-03-02 | 0
        2024-03-03 | 1
    """
    assert answered("longest_streak", days=days) == [
        ("3", "2024-02-28", "2024-03-01"),
        ("1", "2024-03-03", "2024-03-03"),
    ]


def test_the_days_since_are_counted_from_today_to_the_last_one_of_its_kind(answered: Answered):
    told = answered(
        "days_since",
        days="""
            local_day  | run_count | activity_count
            2024-03-01 | 1         | 1
            2024-03-02 | 0         | 0
            2024-03-03 | 0         | 1
        """,
        workouts="""
            local_day  | is_quality | session_class
            2024-02-27 | true       | quality
            2024-02-25 | false      | long
            2024-03-01 | false      | easy
        """,
        activities="""
            local_day  | race_source
            2023-10-01 | name
            2024-03-01 |
        """,
    )
    assert [row[:2] for row in told] == [
        ("day off", "2024-03-02"),
        ("run", "2024-03-01"),
        ("hard session", "2024-02-27"),
        ("long run", "2024-02-25"),
        ("race", "2023-10-01"),
    ]
    ago = [int(str(row[2])) for row in told]
    assert [days - ago[0] for days in ago] == [0, 1, 4, 6, 153]


def test_only_repeats_of_800_m_are_800s(answered: Answered):
    workouts = """
        local_day  | signature | repeat_count | repeat_m | repeat_s | repeat_speed_m_per_s | fade_ratio
        2024-02-01 | 6 x 800 m | 6            | 801      | 192.2    | 4.1667               | 0.021
        2024-01-01 | 6 x 800 m | 6            | 799      | 200      | 4                    | -0.01
        2024-03-01 | 1 x 800 m | 1            | 800      | 190      | 4.2                  |
        2024-04-01 | 5 x 1 km  | 5            | 1000     | 250      | 4                    |
    """
    assert [(row[0], row[2], *row[3:5], row[6]) for row in answered("my_800s", workouts=workouts)] == [
        ("2024-01-01", "6", "3:20", "250.0", "-1.0"),
        ("2024-02-01", "6", "3:12", "240.0", "2.1"),
    ]


def test_climbing_is_summed_and_held_against_the_way(answered: Answered):
    activities = """
        sport   | local_day  | distance_m | ascent_m
        running | 2024-01-01 | 10000      | 200
        running | 2024-01-02 | 10000      | 100
        running | 2024-01-03 | 10000      |
    """
    assert answered("elevation_each_month", activities=activities) == [
        ("2024-01-01", "300.0", "15.0", "200.0", "2")
    ]


def test_the_time_of_day_is_the_runners_own(answered: Answered):
    activities = """
        sport   | started_at          | utc_offset_s | distance_m | moving_s | heart_rate_mean_bpm
        running | 2024-01-01 07:30:00 | 7200         | 10000      | 3000     | 150
        running | 2024-01-01 23:30:00 | -21600       | 10000      | 3600     | 140
        running | 2024-01-01 08:59:00 |              | 5000       | 1500     | 130
    """
    assert answered("time_of_day", activities=activities) == [
        ("1 before 9", "1", "5.0", "300.0", "130.0"),
        ("2 morning", "1", "10.0", "300.0", "150.0"),
        ("4 evening", "1", "10.0", "360.0", "140.0"),
    ]


def test_what_runs_indoors_is_a_treadmill(answered: Answered):
    activities = """
        sport   | sub_sport | distance_m | moving_s | heart_rate_mean_bpm | index_log_pct
        running | treadmill | 5000       | 1800     | 150                 | -340
        running | street    | 10000      | 3000     | 140                 | -330
        running |           | 10000      | 3000     | 144                 | -332
    """
    assert answered("treadmill_or_outdoors", activities=activities) == [
        ("outdoors", "2", "20.0", "1.7", "300.0", "142.0", "-331.0"),
        ("treadmill", "1", "5.0", "0.5", "360.0", "150.0", "-340.0"),
    ]


def test_runs_after_longer_sleep_are_held_against_all_runs(answered: Answered):
    told = answered(
        "sleep_and_the_next_run",
        days="""
            local_day  | sleep_s | heart_rate_resting_bpm
            2024-01-01 | 28800   | 50
            2024-01-02 | 28800   | 50
            2024-01-03 | 21600   | 55
            2024-01-04 | 21600   | 50
        """,
        efficiency_trend="""
            local_day  | comparable_log_pct | counts_for_trend
            2024-01-01 | -330               | true
            2024-01-02 | -332               | true
            2024-01-03 | -335               | true
            2024-01-04 | -300               | false
        """,
    )
    assert told == [
        ("higher resting heart rate", "1", "-2.67", None),
        ("longer sleep", "2", "1.33", "1.0"),
        ("lower resting heart rate", "2", "1.33", "1.0"),
        ("shorter sleep", "1", "-2.67", None),
    ]


def test_before_a_break_the_last_week_stands_beside_the_usual_one(answered: Answered):
    days = "\n".join(
        ["local_day | load_score | form_score | acute_chronic_ratio | is_ill"]
        + [
            f"2024-01-{day:02} | {20 if day >= 22 else 10} | -{day} | 1.{day} | {day == 28}"
            for day in range(1, 29)
        ]
    )
    breaks = "from_on | break_days\n2024-01-29 | 12"
    assert answered("load_before_a_break", days=days, breaks=breaks) == [
        ("2024-01-29", "12", "140.0", "88.0", "1.9", "-28.0", "1")
    ]


def test_a_device_stands_with_its_difference(answered: Answered):
    device_differences = """
        device_key | run_count | last_run_on | is_latest_device | device_difference_pct | placebo_spread_pct
        old        | 40        | 2023-12-31  | false            | 4.24                  | 1.2
        new        | 50        | 2024-05-01  | true             | 0                     |
    """
    told = answered("device_differences", device_differences=device_differences)
    assert [(row[0], row[5], row[8]) for row in told] == [("new", "0.0", None), ("old", "4.2", "1.2")]


def test_only_the_best_over_a_distance_is_a_record(answered: Answered):
    told = answered(
        "all_time_records",
        best_efforts="""
            activity_id | local_day  | effort_distance_m | elapsed_s | all_time_rank
            a           | 2024-01-01 | 10000             | 3661      | 1
            b           | 2024-02-01 | 5000              | 1200      | 1
            a           | 2024-01-01 | 5000              | 1300      | 2
        """,
        activities="""
            activity_id | name
            a           | Winter 10 k
            b           |
        """,
    )
    assert [row[:5] for row in told] == [
        ("5.0", "0:20:00", "240.0", "2024-02-01", None),
        ("10.0", "1:01:01", "366.0", "2024-01-01", "Winter 10 k"),
    ]


def test_a_verdict_that_stays_is_told_once(answered: Answered):
    plateau = """
        as_of_day  | is_chosen | verdict          | window_weeks
        2024-01-01 | true      | not_enough_data  | 78
        2024-02-01 | true      | plateau          | 26
        2024-02-01 | false     | declining        | 52
        2024-03-01 | true      | plateau          | 26
        2024-04-01 | true      | improving        | 13
    """
    assert [row[:4] for row in answered("verdict_changes", plateau=plateau)] == [
        ("2024-04-01", "plateau", "improving", "13"),
        ("2024-02-01", "not_enough_data", "plateau", "26"),
        ("2024-01-01", None, "not_enough_data", "78"),
    ]


def test_a_week_is_held_against_the_four_before_it(answered: Answered):
    weekly_load = """
        week_start_on | distance_m | load_score
        2024-01-01    | 99000      | 900
        2024-01-08    | 40000      | 300
        2024-01-15    | 40000      | 300
        2024-01-22    | 40000      | 300
        2024-01-29    | 40000      | 300
        2024-02-05    | 50000      | 360
    """
    first, *_ = answered("this_week_or_usual", weekly_load=weekly_load)
    assert first[2:7] == ("50.0", "40.0", "25.0", "360.0", "300.0")


def test_the_latest_change_of_a_habit_comes_first(answered: Answered):
    habit_changes = """
        changed_on | habit | before_value | after_value | index_change_pct | direction
        2024-01-01 | old   | 1            | 2           | 0.5              | unknown
        2024-02-01 | new   | 3            | 4           | 1.26             | better
    """
    told = answered("what_changed_when", habit_changes=habit_changes)
    assert [(row[1], row[5], row[7]) for row in told] == [("new", "1.3", "better"), ("old", "0.5", "unknown")]


def test_the_page_of_the_cookbook_is_up_to_date():
    page = sql_folder() / "cookbook" / "README.md"
    assert page.read_text(encoding="utf-8") == "\n".join(cookbook.markdown()) + "\n", "make docs"


def test_every_recipe_is_answered_by_hand_somewhere_above():
    above = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in RECIPES if f'"{name}"' not in above] == []


# --- of all athletes

SQUAD = """
    athlete_id | verdict         | is_stalled | since      | last_day   | easy_share_ratio
    ann        | plateau         | true       | 2024-03-01 | 2024-12-27 | 1.0
    bob        | declining       | true       | 2024-11-01 | 2024-12-31 | 0.72
    cat        | not_enough_data |            | 2024-06-01 | 2024-12-31 |
"""


def test_the_longest_stalled_comes_first(answered: Answered):
    assert [row[:5] for row in answered("squad_stalled", squad=SQUAD)] == [
        ("ann", "plateau", "2024-03-01", None, "43"),
        ("bob", "declining", "2024-11-01", None, "8"),
    ]


def test_the_easy_shares_are_counted_by_tenths_and_those_not_known_last(answered: Answered):
    assert answered("squad_easy_shares", squad=SQUAD) == [
        ("70", "1", "50.0", "50.0", "1", "100.0"),
        ("90", "1", "50.0", "100.0", "1", "100.0"),
        (None, "1", None, None, "0", None),
    ]


def test_an_easy_share_at_the_edge_of_a_tenth_is_in_the_upper_one(answered: Answered):
    squad = "athlete_id | easy_share_ratio | is_stalled\n" + "\n".join(
        f"a{share} | {share} | {stalled}"
        for share, stalled in ((0.7, True), (0.7999999999, False), (0.7999, False), (0.8, True), (0.9, False))
    )
    assert answered("squad_easy_shares", squad=squad) == [
        ("70", "2", "40.0", "40.0", "2", "50.0"),
        ("80", "2", "40.0", "80.0", "2", "50.0"),
        ("90", "1", "20.0", "100.0", "1", "0.0"),
    ]


def test_who_changed_most_is_whose_change_is_clear_then_who_is_steepest(answered: Answered):
    squad = """
        athlete_id | verdict   | slope_pct_per_month | slope_low_pct_per_month | slope_high_pct_per_month
        ann        | undecided | 0.9                 | -0.1                    | 1.9
        bob        | declining | -0.6                | -0.8                    | -0.4
        cat        | improving | 0.5                 | 0.2                     | 0.8
        dan        | not_enough_data | 5.0           | 1.0                     | 9.0
    """
    assert [row[:4] for row in answered("squad_changes", squad=squad)] == [
        ("bob", "declining", "true", "-0.6"),
        ("cat", "improving", "true", "0.5"),
        ("ann", "undecided", "false", "0.9"),
    ]


def test_what_is_missing_is_told_of_those_without_a_verdict_or_an_easy_share(answered: Answered):
    squad = """
        athlete_id | reason  | verdict         | easy_share_ratio | recent_run_count | uncounted_reason
        ann        | few     | not_enough_data |                  | 20               | no heart rate
        bob        | 90 runs | plateau         |                  | 25               | uneven pace
        cat        | 80 runs | plateau         | 0.8              | 25               | uneven pace
        dan        | uneven  | not_enough_data | 0.8              | 4                |
    """
    assert [row[:6] for row in answered("squad_missing_data", squad=squad)] == [
        ("bob", None, "25", None, "uneven pace", "false"),
        ("ann", "few", "20", None, "no heart rate", "false"),
        ("dan", "uneven", "4", None, None, "true"),
    ]
