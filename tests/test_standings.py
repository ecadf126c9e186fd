"""Where each athlete stands, and where that is among the others."""

from collections.abc import Callable, Mapping

import duckdb
import pandas as pd
import pytest

from pipeline.flow import Home

Rows = Callable[[str, Mapping[str, str | pd.DataFrame]], pd.DataFrame]


# --- one athlete


def given(**others: str) -> dict[str, str]:
    """What is known of ann, who has run for a year; and of others, if a test says so."""
    return {
        "marts.athletes": "athlete_id | sex\nann | female",
        "athlete.periods": """
            athlete_id | first_day  | last_day   | recent_from
            ann        | 2024-01-01 | 2024-12-31 | 2024-11-06
        """,
        "athlete.activities": "athlete_id | activity_id | local_day | is_run\nann | a | 2024-12-31 | true",
        "athlete.days": "athlete_id | local_day\nann | 2024-12-31",
        "marts.weekly_load": "athlete_id | week_start_on | moving_s\nann | 2024-12-30 | 3600",
        "marts.intensity_split": "athlete_id | week_start_on | window_weeks\nann | 2024-12-30 | 1",
        "marts.efficiency_trend": "athlete_id | activity_id\nann | a",
        "marts.plateau": "athlete_id | as_of_day | window_weeks\nann | 2024-12-31 | 12",
        "marts.causes": "athlete_id | cause\nann | medium_trap",
    } | {name.replace("__", "."): text for name, text in others.items()}


LAST_WEEK = pd.Timestamp("2024-12-30")


def weeks(easy_s: int, moderate_s: int, judged: int) -> str:
    """The splits of the last `judged` of eight weeks, and that of all eight."""
    days = [(LAST_WEEK - pd.Timedelta(weeks=week)).date() for week in range(8)]
    ratio = easy_s / (easy_s + moderate_s)
    lines = ["athlete_id | week_start_on | window_weeks | easy_s | moderate_s | hard_s | easy_time_ratio"]
    lines += [f"ann | {day} | 1 | {easy_s} | {moderate_s} | 0 | {ratio}" for day in days[:judged]]
    lines.append(f"ann | {days[0]} | 8 | {judged * easy_s} | {judged * moderate_s} | 0 | {ratio}")
    return "\n".join(lines)


def loads(moving_s: int) -> str:
    """Eight equal weeks, and a ninth before them that counts for nothing."""
    lines = ["athlete_id | week_start_on | moving_s | phase"]
    for week in range(9):
        seconds, phase = (moving_s, "base") if week < 8 else (999_999, "speed")
        lines.append(f"ann | {(LAST_WEEK - pd.Timedelta(weeks=week)).date()} | {seconds} | {phase}")
    return "\n".join(lines)


def test_the_easy_share_is_that_of_the_latest_eight_weeks_with_the_hours_behind_it(rows_of: Rows):
    asked = given(
        marts__weekly_load=loads(3600), marts__intensity_split=weeks(easy_s=2400, moderate_s=600, judged=8)
    )
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert row["easy_share_ratio"] == pytest.approx(0.8)
    assert (row["judged_week_count"], row["judged_s"], row["phase"]) == (8, 8 * 3000, "base")
    assert row["judged_ratio"] == pytest.approx(3000 / 3600)


@pytest.mark.parametrize(
    ("judged", "moving_s", "is_known"),
    [(4, 3600, False), (4, 3000, True), (3, 1000, False), (8, 6000, True), (8, 6100, False)],
)
def test_an_easy_share_of_a_few_weeks_or_of_less_than_half_of_the_time_is_not_told(
    rows_of: Rows, judged: int, moving_s: int, is_known: bool
):
    asked = given(
        marts__weekly_load=loads(moving_s),
        marts__intensity_split=weeks(easy_s=2400, moderate_s=600, judged=judged),
    )
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert row["judged_week_count"] == judged
    assert pd.notna(row["easy_share_ratio"]) == is_known


def test_without_a_moving_run_nothing_is_judged_and_nothing_known(rows_of: Rows):
    asked = given(marts__weekly_load=loads(0), marts__intensity_split=weeks(0, 1, judged=0))
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert (row["judged_week_count"], row["judged_s"]) == (0, 0)
    assert pd.isna(row["judged_ratio"])
    assert pd.isna(row["easy_share_ratio"])


def days(count: int, before_m: float, recent_m: float, load_unknown: int = 0) -> str:
    """The last `count` days, a run on each: of `recent_m` in the last four weeks, of `before_m` before."""
    lines = [
        "athlete_id | local_day | run_count | distance_m | load_score | load_unknown_count | fitness_score"
    ]
    for back in range(count):
        metres = recent_m if back < 28 else before_m
        day = (pd.Timestamp("2024-12-31") - pd.Timedelta(days=back)).date()
        lines.append(f"ann | {day} | 1 | {metres} | {metres / 100} | {load_unknown} | {count - back}")
    return "\n".join(lines)


def test_a_week_is_the_mean_of_the_last_four_and_held_against_the_four_before(rows_of: Rows):
    asked = given(athlete__days=days(70, before_m=8_000, recent_m=10_000))
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert row["weekly_distance_m"] == pytest.approx(70_000)
    assert row["weekly_distance_before_m"] == pytest.approx(56_000)
    assert row["load_trend_ratio"] == pytest.approx(0.25)
    assert (row["weekly_run_days"], row["fitness_score"]) == (7, 70)


def test_without_four_weeks_nobody_knows_a_usual_week_and_without_eight_no_trend(rows_of: Rows):
    told = {
        count: rows_of("marts.standings", given(athlete__days=days(count, 8_000, 10_000))).iloc[0]
        for count in (27, 28, 55, 56)
    }
    assert [pd.notna(row.weekly_distance_m) for row in told.values()] == [False, True, True, True]
    assert [pd.notna(row.load_trend_ratio) for row in told.values()] == [False, False, False, True]
    unknown = rows_of("marts.standings", given(athlete__days=days(56, 8_000, 10_000, load_unknown=1)))
    assert unknown.load_trend_ratio.isna().all()
    assert unknown.weekly_distance_before_m.notna().all()


def test_the_verdict_is_the_chosen_one_of_the_last_day_with_the_first_leading_cause(rows_of: Rows):
    asked = given(
        marts__plateau="""
            athlete_id | as_of_day  | window_weeks | is_latest | is_chosen | verdict   | run_count
            ann        | 2024-12-31 | 12           | true      | false     | plateau   | 30
            ann        | 2024-12-31 | 26           | true      | true      | plateau   | 60
            ann        | 2024-12-03 | 26           | false     | true      | improving | 55
        """,
        marts__causes="""
            athlete_id | cause          | status | score | rank | is_leading | reason
            ann        | easy_share_low | flag   | 0.7   | 2    | true       | 61 % easy
            ann        | sleep_short    | flag   | 0.9   | 1    | true       | six hours
            ann        | medium_trap    | flag   | 0.2   | 3    | false      | weak
        """,
    )
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert (row["verdict"], row["is_stalled"], row["window_weeks"]) == ("plateau", True, 26)
    assert row["comparable_run_count"] == 60
    assert (row["leading_cause"], row["leading_reason"], row["leading_count"]) == (
        "sleep_short",
        "six hours",
        2,
    )


def test_why_most_recent_runs_do_not_count_is_told(rows_of: Rows):
    asked = given(
        athlete__activities="""
            athlete_id | activity_id | local_day  | is_run
            ann        | a           | 2024-12-31 | true
            ann        | b           | 2024-12-30 | true
            ann        | c           | 2024-12-29 | true
            ann        | d           | 2024-12-28 | true
            ann        | e           | 2024-11-05 | true
            ann        | f           | 2024-12-31 | false
        """,
        marts__efficiency_trend="""
            athlete_id | activity_id | local_day  | counts_for_trend | reason
            ann        | a           | 2024-12-31 | true             | counts
            ann        | b           | 2024-12-30 | false            | uneven pace
            ann        | c           | 2024-12-29 | false            | no heart rate
            ann        | d           | 2024-12-28 | false            | no heart rate
            ann        | e           | 2024-11-05 | false            | treadmill or indoor
        """,
    )
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert (row["activity_count"], row["run_count"], row["last_run_day"]) == (
        6,
        5,
        pd.Timestamp("2024-12-31"),
    )
    assert (row["recent_run_count"], row["counted_run_count"]) == (4, 1)
    assert row["uncounted_reason"] == "no heart rate"


def test_an_athlete_without_any_activity_has_a_row_that_says_so(rows_of: Rows):
    asked = {name: text.strip().splitlines()[0] for name, text in given().items()}
    asked["marts.athletes"] = "athlete_id | sex\nzoe | unknown"
    (row,) = rows_of("marts.standings", asked).to_dict("records")
    assert (row["athlete_id"], row["verdict"], row["reason"]) == ("zoe", "not_enough_data", "no activity yet")
    assert (row["run_count"], row["leading_count"], row["history_days"]) == (0, 0, 0)
    assert pd.isna(row["is_stalled"])
    assert pd.isna(row["easy_share_ratio"])


def test_the_standing_agrees_with_the_marts_that_it_is_made_of(demo: Home):
    with duckdb.connect(str(demo.warehouse), read_only=True) as db:
        assert db.execute(
            """
            select
                standings.verdict = looks.verdict,
                standings.change_pct = looks.change_pct,
                abs(standings.easy_share_ratio - splits.easy_time_ratio) < 1e-12,
                abs(standings.judged_s - (splits.easy_s + splits.moderate_s + splits.hard_s)) < 1e-6,
                standings.run_count = (select count(*) from marts.activities where sport = 'running')
            from marts.standings as standings
            cross join (from marts.plateau where is_latest and is_chosen) as looks
            cross join (
                from marts.intensity_split where window_weeks = 8 order by week_start_on desc limit 1
            ) as splits
            """
        ).fetchall() == [(True,) * 5]


# --- among others


def test_a_place_is_the_share_of_the_others_with_less_and_half_of_those_with_the_same(rows_of: Rows):
    """Five are known. Of bob's four others one has less, one the same: 1.5 of 4."""
    squad = rows_of(
        "marts.squad",
        {
            "marts.standings": """
                athlete_id | verdict         | easy_share_ratio   | weekly_distance_m | slope_pct_per_month
                ann        | plateau         | 0.6                | 40000             | 0.0
                bob        | declining       | 0.7                | 50000             | -1.0
                cat        | declining       | 0.7000000000000001 | 50000             | -0.5
                dan        | improving       | 0.8                | 50000             | 0.5
                eva        | not_enough_data | 0.9                | 50000             | 9.0
                fay        | undecided       |                    |                   | 0.1
            """
        },
    ).set_index("athlete_id")
    assert set(squad.athlete_count) == {6}
    assert set(squad.easy_share_known_count) == set(squad.slope_known_count) == {5}
    assert list(squad.easy_share_place_ratio[:5]) == [0, 0.375, 0.375, 0.75, 1]
    assert list(squad.weekly_distance_place_ratio[:5]) == [0, 0.625, 0.625, 0.625, 0.625]
    assert list(squad.slope_place_ratio[["bob", "cat", "ann", "fay", "dan"]]) == [0, 0.25, 0.5, 0.75, 1]
    unknown = [squad.easy_share_place_ratio["fay"], squad.slope_place_ratio["eva"]]
    assert pd.isna(unknown).all()


def test_among_four_or_alone_nobody_has_a_place(rows_of: Rows):
    def squad(count: int) -> pd.DataFrame:
        shares = "\n".join(f"{name} | plateau | 0.{place}" for place, name in enumerate("abcdefg"[:count]))
        return rows_of(
            "marts.squad", {"marts.standings": f"athlete_id | verdict | easy_share_ratio\n{shares}"}
        )

    assert squad(1).easy_share_place_ratio.isna().all()
    assert squad(4).easy_share_place_ratio.isna().all()
    assert list(squad(4).easy_share_known_count) == [4] * 4
    assert list(squad(5).easy_share_place_ratio) == [0, 0.25, 0.5, 0.75, 1]
