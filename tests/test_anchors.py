"""Heart rates and speeds that all else is measured against: which one holds on which day, and why."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RowsOf = Callable[..., pd.DataFrame]
Row = Any  # one row of a frame, its columns as attributes

FIRST, LAST = date(1900, 1, 1), date(9999, 12, 31)
NEW_YEAR = date(2024, 1, 1)
few_examples = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lake(
    numbers: Sequence[int] = (),
    peaks: Any = 180,
    told: str = "",
    birth_year: int | None = None,
    source: Any = "strap",
    **columns: Any,
) -> dict[str, Any]:
    """What the models of anchors read: ann's runs, so many days after New Year 2024, and what she said."""
    days = [NEW_YEAR + timedelta(days=int(number)) for number in numbers]
    ids = [f"run{place:03}" for place in range(len(days))]
    runs = pd.DataFrame({"athlete_id": "ann", "activity_id": ids}, index=range(len(ids)))
    return {
        "athlete.athletes": pd.DataFrame({"athlete_id": ["ann"], "birth_year": [birth_year]}),
        "raw.athlete_anchors": f"athlete_id | anchor | valid_from | value\n{told}".strip(),
        "staging.activities": runs.assign(
            local_day=days,
            started_at=[pd.Timestamp(day) for day in days],
            is_run=True,
            is_on_foot=True,
            heart_rate_source=source,
            **{"is_indoor": False} | columns,
        ),
        "activity.summaries": runs.assign(
            heart_rate_peak_bpm=peaks, heart_rate_low_bpm=90, heart_rate_mean_bpm=140
        ),
    }


def stretches(rows: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The first day of each stretch, and what it says."""
    return [(first.date(), *said) for first, *said in rows[["valid_from", *names]].to_numpy(object)]


def only(rows: pd.DataFrame) -> Row:
    (row,) = rows.itertuples()
    return row


def of(listed: pd.DataFrame, anchor: str) -> pd.DataFrame:
    return listed[listed.anchor == anchor]


def test_a_value_of_the_athlete_holds_from_its_day_and_the_first_also_before(rows_of: RowsOf):
    told = """
        ann | heart_rate_max_bpm | 2024-03-01 | 190
        ann | heart_rate_max_bpm | 2024-08-15 | 188
    """.strip()
    given = lake([0, 100, 300], told=told)
    assert stretches(rows_of("athlete.anchors", given), "athlete_heart_rate_max_bpm", "is_latest_anchor") == [
        (FIRST, 190, False),
        (date(2024, 8, 15), 188, True),
    ]
    first, second = of(rows_of("marts.anchors", given), "heart_rate_max_bpm").reason
    assert first == "athlete.toml, from 2024-03-01 on and for the days before"
    assert second == "athlete.toml, from 2024-08-15 on"


def test_one_who_said_and_changed_nothing_has_one_stretch(rows_of: RowsOf):
    row = only(rows_of("athlete.anchors", lake(range(0, 700, 7))))
    assert (row.valid_from.date(), row.valid_until_day.date()) == (FIRST, LAST)
    assert row.is_latest_anchor


def test_an_athlete_without_a_run_has_what_was_said(rows_of: RowsOf):
    told = "ann | heart_rate_resting_bpm | | 48"
    row = only(rows_of("athlete.anchors", lake(told=told)))
    assert (row.athlete_heart_rate_resting_bpm, row.is_latest_anchor) == (48, True)


def test_early_months_are_not_judged_by_the_low_peaks_of_a_beginner(rows_of: RowsOf):
    """Peaks of 170 in the first months, of 190 and 189 a year later: within two years, so for both."""
    given = lake([0, 50, 100, 400, 401], peaks=[170, 170, 170, 190, 189])
    assert stretches(rows_of("athlete.anchors", given), "athlete_heart_rate_max_bpm") == [(FIRST, 189)]


def test_a_maximum_counts_for_the_two_years_around_it(rows_of: RowsOf):
    """199 and 198 in January 2024; the last run of March 2026 is 821 days after, that of January only 731."""
    given = lake([0, 1, 500, 600, 731, 821, 900], peaks=[199, 198, 185, 184, 184, 184, 184])
    assert stretches(rows_of("athlete.anchors", given), "athlete_heart_rate_max_bpm") == [
        (FIRST, 198),
        (date(2026, 1, 1), 184),
    ]


def test_a_new_setting_of_the_watch_starts_a_stretch_on_its_day(rows_of: RowsOf):
    given = lake(range(8), profile_heart_rate_max_bpm=[185] * 4 + [192] * 4)
    assert stretches(
        rows_of("athlete.anchors", given), "athlete_heart_rate_max_bpm", "athlete_heart_rate_max_source"
    ) == [(FIRST, 185, "device"), (date(2024, 1, 5), 192, "device")]


def test_who_wears_two_watches_in_turn_does_not_change_with_each_run(rows_of: RowsOf):
    """After three of one watch they take turns; the last run is on the second, which is believed of now."""
    given = lake(range(10), profile_heart_rate_max_bpm=[185, 185, 185, 192, 185, 192, 185, 192, 185, 192])
    assert stretches(rows_of("athlete.anchors", given), "athlete_heart_rate_max_bpm") == [
        (FIRST, 185),
        (date(2024, 1, 10), 192),
    ]


def test_a_resting_heart_rate_that_the_watch_counts_anew_each_day_changes_once_a_quarter(rows_of: RowsOf):
    """48, 46 and 47 in the first quarter, 44 and 43 in the second: medians 47 and 43.5, which is 44."""
    given = lake([0, 1, 2, 100, 101], profile_heart_rate_resting_bpm=[48, 46, 47, 44, 43])
    assert stretches(
        rows_of("athlete.anchors", given), "athlete_heart_rate_resting_bpm", "zero_speed_heart_rate_bpm"
    ) == [(FIRST, 47, 57), (date(2024, 4, 1), 44, 54)]


def nights(count: int, bpm: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "recorded_at": pd.date_range("2024-01-01 23:00", periods=count, freq="D"),
            "utc_offset_s": 7200,
            "heart_rate_resting_bpm": bpm,
        }
    )


@pytest.mark.parametrize(
    ("count", "profile", "expected"),
    [(7, None, (45, "nights")), (6, None, (60, "default")), (7, 50, (50, "device"))],
)
def test_a_week_of_nights_tells_the_resting_heart_rate_where_no_watch_was_told(
    rows_of: RowsOf, count: int, profile: float | None, expected: tuple[float, str]
):
    given = lake([0], profile_heart_rate_resting_bpm=profile) | {"raw.wellness_days": nights(count, 45)}
    row = only(rows_of("athlete.anchors", given))
    assert (row.athlete_heart_rate_resting_bpm, row.athlete_heart_rate_resting_source) == expected


@pytest.mark.parametrize(("age", "expected"), [(20, 198), (40, 185), (60, 173)])
def test_the_usual_maximum_at_an_age_is_that_of_nes(rows_of: RowsOf, age: int, expected: int):
    """Nes et al. 2013, Scand J Med Sci Sports 23:697: 211 - 0.64 x age; its rounded values are published."""
    row = only(rows_of("athlete.anchors", lake([0], peaks=120, birth_year=2024 - age)))
    assert row.athlete_heart_rate_max_source == "age"
    assert round(row.athlete_heart_rate_max_bpm) == expected


def test_a_birth_year_in_the_future_is_no_age(rows_of: RowsOf):
    row = only(rows_of("athlete.anchors", lake([0, 1], birth_year=2030)))
    assert row.athlete_heart_rate_max_source == "runs"


def test_a_first_threshold_that_was_told_is_believed(rows_of: RowsOf):
    told = "ann | heart_rate_easy_below_bpm | | 150"
    row = only(rows_of("athlete.anchors", lake([0, 1], peaks=190, told=told)))
    assert (row.easy_below_bpm, row.easy_below_source, row.is_easy_known) == (150, "athlete.toml", True)


@pytest.mark.parametrize(
    ("tops", "expected"),
    [
        ((131, 146, 156, 164), (146, "device")),  # of a fenix 5 with a maximum of 183 and a threshold of 164
        ((110, 128, 146, 165), (0.78 * 183, "default")),  # tenths of 183
        ((126, 141, 156, 171), (0.78 * 183, "default")),  # tenths of what is above 37
        ((110, 125, 150, 170), (0.78 * 183, "default")),  # 68 % of the maximum
    ],
)
def test_the_second_zone_of_a_watch_is_easy_if_somebody_set_it(
    rows_of: RowsOf, tops: tuple[int, ...], expected: tuple[float, str]
):
    zones: dict[str, Any] = {f"profile_heart_rate_zone_{zone}_bpm": top for zone, top in enumerate(tops, 1)}
    row = only(rows_of("athlete.anchors", lake([0], profile_heart_rate_max_bpm=183, **zones)))
    assert (row.easy_below_bpm, row.easy_below_source) == (pytest.approx(expected[0]), expected[1])


def test_a_second_threshold_by_default_is_not_below_a_first_one_that_was_told(rows_of: RowsOf):
    """Of 190 and 60, 85 % of the reserve are 170.5."""
    told = "ann | heart_rate_easy_below_bpm | | 175"
    row = only(rows_of("athlete.anchors", lake([0, 1], peaks=190, told=told)))
    assert (row.easy_below_bpm, row.hard_from_bpm, row.hard_from_source) == (175, 175, "default")


@pytest.mark.parametrize("easy", [55, 195, 180])
def test_a_first_threshold_that_the_others_contradict_is_not_known(rows_of: RowsOf, easy: int):
    """Below rest (60), above the maximum (190), above the second threshold that was told (170)."""
    told = f"ann | heart_rate_easy_below_bpm | | {easy}\nann | heart_rate_threshold_bpm | | 170"
    row = only(rows_of("athlete.anchors", lake([0, 1], peaks=190, told=told)))
    assert row.easy_below_bpm == pytest.approx(0.78 * 190)
    assert (row.easy_below_source, row.is_easy_known) == ("default", False)


def test_a_threshold_pace_that_was_told_holds_from_its_day(rows_of: RowsOf):
    told = "ann | threshold_speed_m_per_s | | 3.8\nann | threshold_speed_m_per_s | 2024-02-01 | 4"
    assert stretches(
        rows_of("athlete.anchors", lake([0], told=told)), "threshold_speed_m_per_s", "threshold_speed_source"
    ) == [(FIRST, 3.8, "athlete.toml"), (date(2024, 2, 1), 4, "athlete.toml")]


# --- half an hour as hard as one can


def slices(speed_m_per_s: Any, heart_rate_bpm: Any, minutes: int = 40, **columns: Any) -> pd.DataFrame:
    """Slices of five seconds of a run of ann's, with values for each of its minutes or one for all."""
    per_minute = pd.DataFrame({"speed": speed_m_per_s, "bpm": heart_rate_bpm}, index=range(minutes))
    each = per_minute.loc[per_minute.index.repeat(12)].reset_index(drop=True)
    return pd.DataFrame(
        {
            "athlete_id": "ann",
            "activity_id": "run000",
            "recorded_at": pd.date_range("2024-01-01 07:00:05", periods=len(each), freq="5s"),
            "step_s": 5,
            "moving_s": 5.0 * (each.speed > 0),
            "grade_adjusted_m": 5 * each.speed,
            "heart_rate_bpm": each.bpm,
            "heart_rate_known_s": 5.0 * each.bpm.notna(),
        }
        | columns
    )


def half_hours(rows_of: RowsOf, run: pd.DataFrame) -> pd.DataFrame:
    given = {"staging.activities": lake([0])["staging.activities"], "activity.clean_slices": run}
    return rows_of("activity.threshold_tests", given)


def test_the_fastest_half_hour_has_the_heart_rate_of_its_last_twenty_minutes(rows_of: RowsOf):
    """Five minutes at 2 m/s, thirty at 4, five at 2: ten of the thirty at 160, and twenty at 172."""
    run = slices([2] * 5 + [4] * 30 + [2] * 5, [120] * 5 + [160] * 10 + [172] * 20 + [150] * 5)
    row = only(half_hours(rows_of, run))
    assert (row.test_speed_m_per_s, row.test_heart_rate_bpm) == (pytest.approx(4), pytest.approx(172))


@pytest.mark.parametrize(
    ("speeds", "beats", "count"),
    [
        ([4] * 40, [170] * 40, 1),
        ([4] * 28, [170] * 28, 0),  # too short
        ([4] * 20 + [0] * 2 + [4] * 18, [170] * 40, 0),  # any half hour has the two minutes of standing in it
        ([4] * 20 + [0] + [4] * 19, [170] * 40, 1),  # a crossing
        ([4] * 40, [170] * 20 + [None] * 5 + [170] * 15, 0),
    ],
)
def test_a_test_is_half_an_hour_without_a_pause_with_heart_rate(
    rows_of: RowsOf, speeds: list[float], beats: list[float | None], count: int
):
    assert len(half_hours(rows_of, slices(speeds, beats, len(speeds)))) == count


def hard_runs(
    beats: Sequence[float],
    speeds: Any = 4.0,
    confident: bool = True,
    days: Sequence[int] | None = None,
    valid_from: date = FIRST,
    **more: Any,
) -> dict[str, Any]:
    """Runs every 100 days with a half hour at that heart rate and speed; critical speed is 4 m/s."""
    given = lake(days or [100 * place for place in range(len(beats))], peaks=190, **more)
    runs = given["activity.summaries"][["athlete_id", "activity_id"]]
    return given | {
        "activity.threshold_tests": runs.assign(test_speed_m_per_s=speeds, test_heart_rate_bpm=beats),
        "athlete.critical_speeds": pd.DataFrame(
            {
                "athlete_id": ["ann"],
                "valid_from": valid_from,
                "valid_until_day": LAST,
                "critical_speed_m_per_s": 4.0,
                "is_critical_speed_confident": confident,
                "effort_count": 5,
                "activity_ids": [["run000"]],
            }
        ),
    }


def test_a_half_hour_at_critical_speed_is_a_test_of_the_second_threshold(rows_of: RowsOf):
    """Maximum 190, rest 60: 85 % of the way is 170.5. Only the first of five runs, a test, is fast enough."""
    given = hard_runs([172, 150, 150, 150, 150], speeds=[3.8, 3.7, 3.7, 3.7, 3.7])
    row = only(rows_of("athlete.anchors", given))
    assert (row.hard_from_bpm, row.hard_from_source, row.is_threshold_known) == (172, "runs", True)
    shown = rows_of("athlete.shown_thresholds", given)
    assert set(shown.shown_threshold_reason) == {
        "half an hour at critical speed on 2024-01-01, its last 20 minutes; the highest of 1 within two years"
    }


@pytest.mark.parametrize(
    ("beats", "expected"), [([172, 176], 176), ([172, 176, 170], 172), ([172, 176, 170, 174], 174)]
)
def test_of_three_tests_the_second_highest_counts(rows_of: RowsOf, beats: list[float], expected: float):
    given = hard_runs(beats, days=range(len(beats)))
    assert only(rows_of("athlete.anchors", given)).hard_from_bpm == expected


def test_a_test_counts_for_the_two_years_around_it(rows_of: RowsOf):
    """The last run is 799 days after the others, which say nothing of it."""
    given = hard_runs([176, 172, 168], days=[0, 1, 800])
    assert stretches(rows_of("athlete.anchors", given), "hard_from_bpm") == [
        (FIRST, 176),
        (date(2026, 1, 1), 168),
    ]


@pytest.mark.parametrize(
    "given",
    [
        hard_runs([172], speeds=3.79),  # less than 95 % of 4
        hard_runs([172], confident=False),
        hard_runs([148]),  # 78 % of 190: easy running
        hard_runs([191]),  # more than the maximum
    ],
)
def test_what_was_no_test_leaves_the_second_threshold_at_its_default(rows_of: RowsOf, given: dict[str, Any]):
    row = only(rows_of("athlete.anchors", given))
    assert (row.hard_from_bpm, row.hard_from_source, row.is_threshold_known) == (170.5, "default", False)


def test_half_an_hour_as_a_belt_counts_it_is_no_test(rows_of: RowsOf):
    row = only(rows_of("athlete.anchors", hard_runs([172], is_indoor=True)))
    assert (row.hard_from_bpm, row.is_threshold_known) == (170.5, False)


def test_a_test_with_a_strap_counts_before_a_higher_one_from_the_wrist(rows_of: RowsOf):
    given = hard_runs([172, 180, 181], days=[0, 1, 2], source=["strap", "wrist", "wrist"])
    row = only(rows_of("athlete.anchors", given))
    assert (row.hard_from_bpm, row.is_threshold_known) == (172, True)


def test_what_was_told_of_the_second_threshold_counts_before_a_test(rows_of: RowsOf):
    row = only(rows_of("athlete.anchors", hard_runs([172], profile_heart_rate_threshold_bpm=168)))
    assert (row.hard_from_bpm, row.hard_from_source) == (168, "device")


@pytest.mark.parametrize(
    ("told", "confident", "expected"),
    [
        ("", True, (4, "runs")),
        ("", False, (None, None)),
        ("ann | threshold_speed_m_per_s | | 3.9", True, (3.9, "athlete.toml")),
    ],
)
def test_critical_speed_is_the_threshold_speed_if_it_is_sure_and_none_was_told(
    rows_of: RowsOf, told: str, confident: bool, expected: tuple[float | None, str | None]
):
    row = only(rows_of("athlete.anchors", hard_runs([172], confident=confident, told=told)))
    speed = None if pd.isna(row.threshold_speed_m_per_s) else row.threshold_speed_m_per_s
    assert (speed, row.threshold_speed_source) == expected


@pytest.mark.parametrize(("first", "count"), [("2024-12-30", 1), ("2024-12-31", 0)])
def test_the_nearest_sure_critical_speed_of_a_year_is_the_threshold_speed(
    rows_of: RowsOf, first: str, count: int
):
    """The run is on 1 January 2024, a leap year: 30 December is 364 days later."""
    given = hard_runs([172], valid_from=date.fromisoformat(first))
    shown = rows_of("athlete.shown_speeds", given)
    assert (
        list(shown.shown_speed_reason)
        == ["critical speed, from 5 hard efforts, 364 days away and the nearest"] * count
    )


@pytest.mark.parametrize("model", ["athlete.shown_thresholds", "athlete.shown_speeds", "athlete.anchors"])
def test_an_athlete_has_the_same_anchors_alone_as_among_others(rows_of: RowsOf, model: str):
    ann = hard_runs([172, 176, 170, 174], told="ann | heart_rate_resting_bpm | | 48")
    bob = hard_runs([180, 181], days=[30, 300], valid_from=date(2024, 6, 1))
    bob = {
        table: rows.assign(athlete_id="bob") for table, rows in bob.items() if isinstance(rows, pd.DataFrame)
    }
    together = ann | {table: pd.concat([ann[table], rows]) for table, rows in bob.items()}
    among = rows_of(model, together)
    for name, alone in (("ann", rows_of(model, ann)), ("bob", rows_of(model, bob))):
        own = among[among.athlete_id == name].reset_index(drop=True)
        assert len(own)
        pd.testing.assert_frame_equal(own, alone)


# --- the steps to it


def test_evidence_is_looked_for_around_the_last_run_of_a_quarter(rows_of: RowsOf):
    """Runs on 1 January and 10 April: a quarter each, and what comes before is as in the first."""
    spans = rows_of("athlete.anchor_spans", lake([0, 100]))
    assert stretches(spans, "as_of_day", "is_latest_anchor") == [
        (FIRST, pd.Timestamp(2024, 1, 1), False),
        (date(2024, 4, 1), pd.Timestamp(2024, 4, 10), True),
    ]


def test_what_is_told_stands_under_its_source_from_its_first_day(rows_of: RowsOf):
    told = rows_of("athlete.told_anchors", lake([0, 1], profile_heart_rate_max_bpm=[190, 191]))
    assert told[["anchor", "source", "value", "reason"]].to_numpy().tolist() == [
        ["heart_rate_max_bpm", "device", 191, "set in the watch (1 activity)"]
    ]


def test_runs_show_the_second_highest_peak_and_the_highest_beside_it(rows_of: RowsOf):
    shown = rows_of("athlete.shown_anchors", lake([0, 1, 2], peaks=[180, 200, 181])).iloc[-1]
    assert (shown.shown_heart_rate_max_bpm, shown.heart_rate_highest_bpm) == (181, 200)


# --- the evidence


def test_the_evidence_names_the_two_runs_and_their_days(rows_of: RowsOf):
    listed = rows_of("marts.anchors", lake([0, 1, 2], peaks=[188, 180, 190]))
    row = only(of(listed, "heart_rate_max_bpm"))
    assert row.reason == (
        "second highest peak of 3 runs within two years: 190 on 2024-01-03, 188 on 2024-01-01"
    )
    assert list(row.activity_ids) == ["run002", "run000"]


def test_the_evidence_says_that_it_is_from_the_wrist(rows_of: RowsOf):
    listed = rows_of("marts.anchors", lake([0, 1], peaks=[188, 190], source="wrist"))
    row = only(of(listed, "heart_rate_max_bpm"))
    assert row.reason.startswith("second highest peak of 2 runs with heart rate from the wrist within")


def test_the_stretches_of_an_anchor_do_not_hang_on_those_of_another(rows_of: RowsOf):
    told = "ann | heart_rate_max_bpm | | 190\nann | heart_rate_max_bpm | 2024-02-01 | 188"
    listed = rows_of("marts.anchors", lake([0, 40], told=told))
    assert list(of(listed, "heart_rate_max_bpm").value) == [190, 188]
    assert list(of(listed, "heart_rate_resting_bpm").value) == [60]
    assert list(listed[listed.is_latest_anchor].anchor) == sorted(set(listed.anchor))


# --- whatever is told and run


TOLD = st.lists(
    st.tuples(
        st.sampled_from(["heart_rate_max_bpm", "heart_rate_resting_bpm", "heart_rate_threshold_bpm"]),
        st.dates(date(2023, 1, 1), date(2026, 12, 31)),
        st.integers(40, 220),
    ),
    max_size=6,
    unique_by=lambda one: one[:2],
)


@few_examples
@given(told=TOLD, numbers=st.lists(st.integers(0, 1000), max_size=12), seed=st.integers(150, 200))
def test_every_day_has_exactly_one_set_of_anchors(
    rows_of: RowsOf, told: list[tuple[str, date, int]], numbers: list[int], seed: int
):
    rows = rows_of(
        "athlete.anchors",
        lake(
            sorted(numbers),
            peaks=[seed + number % 9 for number in sorted(numbers)],
            told="\n".join(f"ann | {anchor} | {day} | {value}" for anchor, day, value in told),
            profile_heart_rate_max_bpm=[180 + number % 3 for number in sorted(numbers)],
        ),
    )
    firsts = [day.date() for day in rows.valid_from]
    lasts = [day.date() for day in rows.valid_until_day]
    assert firsts[0] == FIRST
    assert lasts[-1] == LAST
    assert firsts[1:] == [day + timedelta(days=1) for day in lasts[:-1]]
    assert sum(rows.is_latest_anchor) == 1
