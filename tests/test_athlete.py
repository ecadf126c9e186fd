from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.athlete import Anchor, Athlete, anchors_table, edited, load, settings_path, settings_table
from pipeline.errors import SettingsError


def load_text(folder: Path, text: str) -> Athlete:
    (folder / "athlete.toml").write_text(text, encoding="utf-8")
    return load(folder, "me")


def test_an_athlete_who_said_nothing_has_the_defaults(tmp_path: Path):
    assert load(tmp_path, "me") == Athlete("me", units="km", week_start="monday")


def test_every_setting_is_read(tmp_path: Path):
    athlete = load_text(
        tmp_path,
        """
        birth_year = 1988
        sex = "female"
        units = "mi"
        week_start = "sunday"
        time_zone = "Europe/Berlin"
        heart_rate_max_bpm = 188
        heart_rate_resting_bpm = 47.5
        heart_rate_threshold_bpm = [{from = 2024-03-01, value = 172}, {from = 2023-01-01, value = 169}]
        heart_rate_easy_below_bpm = 151
        threshold_pace = "4:10"
        """,
    )
    assert athlete == Athlete(
        "me",
        birth_year=1988,
        sex="female",
        units="mi",
        week_start="sunday",
        time_zone="Europe/Berlin",
        heart_rate_max_bpm=(Anchor(None, 188),),
        heart_rate_resting_bpm=(Anchor(None, 47.5),),
        heart_rate_threshold_bpm=(Anchor(date(2023, 1, 1), 169), Anchor(date(2024, 3, 1), 172)),
        heart_rate_easy_below_bpm=(Anchor(None, 151),),
        threshold_speed_m_per_s=(Anchor(None, 4.0),),  # 1000 m in 250 s
    )


def test_another_athlete_has_another_file(tmp_path: Path):
    (tmp_path / "athletes").mkdir()
    (tmp_path / "athletes" / "ann.toml").write_text('units = "mi"')
    assert load(tmp_path, "ann").units == "mi"
    assert load(tmp_path, "me").units == "km"


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        ('sex = "f"', "sex", '"male" or "female"'),
        ('units = "miles"', "units", '"km" or "mi"'),
        ('week_start = "Monday"', "week_start", '"monday" or "sunday"'),
        ("birth_year = 88", "birth_year", "1900 to this one"),
        ("birth_year = true", "birth_year", "1900 to this one"),
        ("birth_year = 1988.5", "birth_year", "1900 to this one"),
        ('time_zone = "Berlin"', "time_zone", "Europe/Berlin"),
        ('time_zone = "Europe"', "time_zone", "Europe/Berlin"),
        ('time_zone = "../../etc/passwd"', "time_zone", "Europe/Berlin"),
        ("time_zone = 1", "time_zone", "Europe/Berlin"),
        ("heart_rate_max_bpm = 20", "heart_rate_max_bpm", "100 to 250"),
        ('heart_rate_max_bpm = "188"', "heart_rate_max_bpm", "100 to 250"),
        ("heart_rate_max_bpm = nan", "heart_rate_max_bpm", "100 to 250"),
        ("heart_rate_max_bpm = [188]", "heart_rate_max_bpm", "{from = 2024-01-01, value = ...}"),
        ("heart_rate_max_bpm = [{value = 188}]", "heart_rate_max_bpm", "{from"),
        ('heart_rate_max_bpm = [{from = "2024", value = 188}]', "heart_rate_max_bpm", "{from"),
        ("heart_rate_max_bpm = [{from = 2024-01-01T00:00:00, value = 188}]", "heart_rate_max_bpm", "{from"),
        (
            "heart_rate_max_bpm = [{from = 2024-01-01, value = 1}]",
            "heart_rate_max_bpm",
            "100 to 250",
        ),
        (
            "heart_rate_max_bpm = [{from = 2024-01-01, value = 188}, {from = 2024-01-01, value = 189}]",
            "heart_rate_max_bpm",
            "each day once",
        ),
        ('threshold_pace = "4.30"', "threshold_pace", '"2:00" to "20:00"'),
        ('threshold_pace = "1:30"', "threshold_pace", '"2:00" to "20:00"'),
        ("threshold_pace = 270", "threshold_pace", '"2:00" to "20:00"'),
        ("heartrate_max_bpm = 188", "heartrate_max_bpm", "did you mean heart_rate_max_bpm?"),
        ("xyzzy = 1", "xyzzy", "birth_year"),
        ("units = ", "athlete.toml", "not a TOML file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_may_be_there(
    tmp_path: Path, text: str, key: str, advice: str
):
    with pytest.raises(SettingsError) as refused:
        load_text(tmp_path, text)
    assert str(tmp_path / "athlete.toml") in str(refused.value)
    assert key in str(refused.value)
    assert advice in str(refused.value)


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path):
    (tmp_path / "athlete.toml").write_bytes(b'\xef\xbb\xbfunits = "mi"\r\n')
    assert load(tmp_path, "me").units == "mi"


def test_settings_and_anchors_become_tables():
    ann = Athlete(
        "ann", birth_year=1990, heart_rate_max_bpm=(Anchor(None, 190), Anchor(date(2024, 1, 1), 188))
    )
    bob = Athlete("bob", threshold_speed_m_per_s=(Anchor(None, 4),))
    assert settings_table([ann, bob]).to_pylist() == [
        {
            "athlete_id": athlete_id,
            "birth_year": birth_year,
            "sex": None,
            "units": "km",
            "week_start": "monday",
            "time_zone": None,
        }
        for athlete_id, birth_year in [("ann", 1990), ("bob", None)]
    ]
    assert [tuple(row.values()) for row in anchors_table([ann, bob]).to_pylist()] == [
        ("ann", "heart_rate_max_bpm", None, 190),
        ("ann", "heart_rate_max_bpm", date(2024, 1, 1), 188),
        ("bob", "threshold_speed_m_per_s", None, 4),
    ]
    assert anchors_table([]).schema == anchors_table([ann]).schema


@given(st.integers(120, 1200))
def test_a_pace_is_the_speed_that_takes_so_long_for_a_kilometre(
    tmp_path_factory: pytest.TempPathFactory, seconds: int
):
    text = f'threshold_pace = "{seconds // 60}:{seconds % 60:02}"'
    (anchor,) = load_text(tmp_path_factory.getbasetemp(), text).threshold_speed_m_per_s
    assert 1000 / anchor.value == pytest.approx(seconds)


# --- what `nextgear athlete --set` writes


def changed(folder: Path, text: str, *changes: str, since: str | None = None) -> str:
    (folder / "athlete.toml").write_text(text, encoding="utf-8")
    path, new = edited(folder, "me", changes, since)
    assert path == folder / "athlete.toml"
    return new


def test_a_change_leaves_comments_and_other_settings_where_they_are(tmp_path: Path):
    text = '# mine\nsex = "female"\nheart_rate_max_bpm = 188  # hill, 2023\n\n# at the end\n'
    assert changed(tmp_path, text, "heart_rate_max_bpm=191", "units=mi") == (
        '# mine\nsex = "female"\nheart_rate_max_bpm = 191  # hill, 2023\n\n# at the end\nunits = "mi"\n'
    )


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ("birth_year=1988", "birth_year", 1988),
        ("heart_rate_resting_bpm = 47.5", "heart_rate_resting_bpm", (Anchor(None, 47.5),)),
        ("time_zone=Europe/Berlin", "time_zone", "Europe/Berlin"),
        ("threshold_pace=4:10", "threshold_speed_m_per_s", (Anchor(None, 4.0),)),
        ("threshold_pace=6:40/mi", "threshold_speed_m_per_s", (Anchor(None, 1609.344 / 400),)),
        ("threshold_pace=4:10 /km", "threshold_speed_m_per_s", (Anchor(None, 4.0),)),
    ],
)
def test_a_first_setting_makes_the_file(tmp_path: Path, change: str, key: str, value: object):
    path, text = edited(tmp_path, "me", [change])
    assert not path.exists()
    assert getattr(load_text(tmp_path, text), key) == value


DATED_BY_TABLES = """
[[heart_rate_max_bpm]]
from = 2024-01-01
value = 190

[[heart_rate_max_bpm]]
from = 2025-01-01
value = 188
"""
DATED_IN_LINES = """
heart_rate_max_bpm = [
    { from = 2024-01-01, value = 190 },  # hill
    { from = 2025-01-01, value = 188 },
]
"""


@pytest.mark.parametrize("text", [DATED_BY_TABLES, DATED_IN_LINES])
@pytest.mark.parametrize("day", ["2023-06-01", "2024-06-01", "2025-01-01", "2025-06-01"])
def test_a_dated_value_joins_the_others_and_takes_the_place_of_one_of_its_day(
    tmp_path: Path, text: str, day: str
):
    new = changed(tmp_path, text, "heart_rate_max_bpm=185", since=day)
    assert ("# hill" in new) == ("# hill" in text)
    days = {"2024-01-01": 190, "2025-01-01": 188} | {day: 185}
    assert load_text(tmp_path, new).heart_rate_max_bpm == tuple(
        Anchor(date.fromisoformat(one), days[one]) for one in sorted(days)
    )


def test_a_value_for_all_time_stays_that_of_the_days_before_a_dated_one(tmp_path: Path):
    new = changed(tmp_path, 'threshold_pace = "5:00"\n', "threshold_pace=4:10", since="2025-06-01")
    assert load_text(tmp_path, new).threshold_speed_m_per_s == (
        Anchor(date(1900, 1, 1), 1000 / 300),
        Anchor(date(2025, 6, 1), 4.0),
    )


@pytest.mark.parametrize(
    ("change", "since", "said"),
    [
        ("heart_rate_max_bpm=20", None, "100 to 250"),
        ("heart_rate_max_bpm=", None, "heart_rate_max_bpm=191"),
        ("heart_rate_max_bpm", None, "heart_rate_max_bpm=191"),
        ("heartrate_max_bpm=190", None, "did you mean heart_rate_max_bpm?"),
        ("heart_rate_max_bpm=190", "June", "2025-06-01"),
        ("units=mi", "2025-06-01", "units does not change with the days"),
        ("heart_rate_resting_bpm=50", None, "say --from DAY"),
    ],
)
def test_a_change_that_cannot_be_is_refused(tmp_path: Path, change: str, since: str | None, said: str):
    text = "heart_rate_resting_bpm = [{from = 2024-01-01, value = 48}]\n"
    with pytest.raises(SettingsError) as refused:
        changed(tmp_path, text, change, since=since)
    assert said in str(refused.value)
    assert settings_path(tmp_path, "me").read_text() == text


def test_a_bare_pace_of_who_runs_in_miles_is_asked_back(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"per what\? Write it as 7:15/mi or 7:15/km"):
        changed(tmp_path, 'units = "mi"\n', "threshold_pace=7:15")
    assert "7:15/mi" in changed(tmp_path, 'units = "mi"\n', "threshold_pace=7:15/mi")


def test_heart_rates_that_contradict_each_other_are_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"heart_rate_easy_below_bpm \(160\) has to be less than"):
        changed(tmp_path, "heart_rate_threshold_bpm = 140\n", "heart_rate_easy_below_bpm=160")
    with pytest.raises(SettingsError, match=r"heart_rate_resting_bpm \(75\) has to be less than"):
        changed(tmp_path, "heart_rate_resting_bpm = 75\n", "heart_rate_easy_below_bpm=74")
    old = "heart_rate_threshold_bpm = 140\nheart_rate_easy_below_bpm = 160\n"
    assert 'sex = "male"' in changed(
        tmp_path, old, "sex=male"
    )  # what stands there already is no matter of this
