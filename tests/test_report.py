"""The report in its four formats, from small warehouses whose rows stand in the test."""

import html.parser
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipeline import published
from pipeline.errors import ModelError, NextgearError, SettingsError
from pipeline.report import FORMATS, report, why
from pipeline.report.content import SECTIONS

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
reference_speed_end_m_per_s      | 3.09               | 3.03               | 3.04
"""

CAUSES = """
cause        | medium_trap    | easy_share_low | device_change | low_mileage | sleep_short    | too_early
status       | flag           | flag           | flag          | ok          | not_assessable | not_applicable
score        | 0.81           | 0.74           | 0.31          | 0.05        |                |
rank         | 1              | 2              |               |             |                |
value        | 0.24           | 0.66           | 0.40          | 60000       |                |
unit         | ratio          | ratio          | ratio         | m/week      |                |
threshold    | 0.15           | 0.80           | 0.20          | 24000       |                |
reason       | Mostly medium. | Little easy.   | Two watches.  | Plenty.     | No sleep here. | No plan begun.
activity_ids | [run-1, run-2] | []             | []            | []          | []             | []
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
longest_run_m     | 12000      |            | 15000
is_down_week      | false      | true       | false
fitness_score     | 40         | 35         | 38
fatigue_score     | 44         | 20         | 45
form_score        | -4         | 15         | -7
"""

SPLITS = """
week_start_on               | 2026-11-02 | 2026-11-09 | 2026-11-16 | 2026-11-16
window_weeks                | 1          | 1          | 1          | 8
easy_s                      | 10000      |            | 11000      | 21000
moderate_s                  | 2500       |            | 4000       | 6500
hard_s                      | 1000       |            | 2000       | 3000
easy_time_ratio             | 0.74       |            | 0.65       | 0.69
moderate_time_ratio         | 0.19       |            | 0.23       | 0.21
hard_time_ratio             | 0.07       |            | 0.12       | 0.10
easy_distance_ratio         | 0.71       |            | 0.62       | 0.66
easy_time_minus_3_bpm_ratio | 0.66       |            | 0.57       | 0.62
easy_time_plus_3_bpm_ratio  | 0.80       |            | 0.71       | 0.75
easy_shortfall_ratio        | 0.09       |            | 0.18       | 0.14
easy_below_bpm              | 147        |            | 147        | 147
hard_from_bpm               | 168        |            | 168        | 168
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
"""

EFFORTS = """
activity_id       | run-1      | run-2      | run-3      | run-3
local_day         | 2025-10-12 | 2026-03-01 | 2026-08-12 | 2026-08-12
effort_distance_m | 5000       | 5000       | 5000       | 21097.5
elapsed_s         | 1260       | 1290       | 1275       | 5998
season_rank       | 1          | 2          | 1          | 1
all_time_rank     | 1          | 3          | 2          | 1
"""

ACTIVITIES = """
activity_id | run-1      | run-2      | run-3
local_day   | 2026-11-03 | 2026-11-05 | 2026-11-17
"""

FILES = """
path    | a.fit    | b.fit    | b (1).fit | c.gpx
outcome | imported | imported | duplicate | quarantined
"""

FULL = {
    "plateau": PLATEAU,
    "causes": CAUSES,
    "weekly_load": WEEKS,
    "intensity_split": SPLITS,
    "efficiency_trend": TREND,
    "best_efforts": EFFORTS,
    "activities": ACTIVITIES,
    "files": FILES,
}

Warehouse = Callable[[Mapping[str, str]], Path]


@pytest.fixture(scope="session")
def warehouse_of(
    tmp_path_factory: pytest.TempPathFactory,
    nothing_landed: Callable[[Iterable[str]], duckdb.DuckDBPyConnection],
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
        "Between 2026-05-09 and 2026-11-21 you hardly gained or lost speed at the same heart rate: "
        "+0.1 % (90 %: −1.2 to +1.4)." in text
    )
    assert "At 150 bpm that is 5:33 /km then, 5:29 /km now: 4 s faster." in text
    assert "Level 66 %" in text
    assert "over 52 weeks faster 32 %, level 58 %, slower 10 %" in text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("improving", "you got faster at the same heart rate"),
        ("plateau", "you hardly gained or lost speed"),
        ("declining", "you got slower at the same heart rate"),
        ("undecided", "fits more than one answer"),
        ("not_enough_data", "too uncertain to call"),
    ],
)
def test_each_verdict_has_its_own_plain_sentence(warehouse_of: Warehouse, verdict: str, words: str):
    assert words in told(warehouse_of({"plateau": verdict_row(verdict=verdict)}), "terminal", "verdict")


def test_a_turn_that_one_look_shows_says_that_the_next_must_confirm_it(warehouse_of: Warehouse):
    row = verdict_row(verdict="undecided", is_first_look_of_turn="true")
    text = told(warehouse_of({"plateau": row}), "terminal", "verdict")
    assert "a turn that one look shows; the next must confirm it" in text
    assert "fits more than one answer" not in text


@pytest.mark.parametrize(("weeks", "is_said"), [("28", True), ("52", False)])
def test_a_verdict_on_less_than_a_year_says_that_the_season_is_in_it(
    warehouse_of: Warehouse, weeks: str, is_said: bool
):
    text = told(warehouse_of({"plateau": verdict_row(window_weeks=weeks)}), "terminal", "verdict")
    assert ("Season and heat are not corrected for." in text) == is_said


def test_a_verdict_older_than_all_looks_has_stood_at_least_since_the_first(warehouse_of: Warehouse):
    text = told(warehouse_of({"plateau": verdict_row(is_since_before="true")}), "terminal", "verdict")
    assert "this verdict has stood at least since 2026-11-21" in text


def test_a_runner_in_miles_reads_miles(full: Path):
    text = told(full, units="mi")
    assert "8:56 /mi then, 8:49 /mi now" in text
    assert "31.1 mi" in text
    assert "/km" not in text and " km " not in text.replace("5 km", "")


def test_too_few_runs_say_what_would_settle_the_question(warehouse_of: Warehouse):
    known = {
        "as_of_day": "2026-11-21",
        "is_chosen": "true",
        "is_latest": "true",
        "verdict": "not_enough_data",
        "reason": "fewer than 12 comparable runs spread over these 78 weeks",
    }
    path = warehouse_of({"plateau": "\n".join(f"{name} | {cell}" for name, cell in known.items())})
    for format in ("terminal", "html", "markdown"):
        text = told(path, format)
        assert "Not enough runs to judge yet" in text
        assert "Fewer than 12 comparable runs" in text and "would settle it" in text
        assert not re.search(r"\b(None|nan|null)\b", text)
    assert json.loads(report(path, "ann", sql=SQL, format="json"))["verdict"]["slope_pct_per_month"] is None


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
        )
        places = [text.index(title) for title in (*titles, "Files")]
        assert places == sorted(places)
        for fact in ("Too much at medium effort", "21:00", "1:39:58", "2025-10-12", "half marathon"):
            assert fact in text


def test_a_section_comes_alone_when_asked_for_alone(full: Path):
    assert "Causes that fit" not in told(full, "terminal", "best_efforts")
    assert set(json.loads(told(full, "json", "files"))) == {"schema_version", "athlete_id", "as_of", "files"}


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
    assert list(document) == ["schema_version", "athlete_id", "as_of", *SECTIONS]
    assert (document["schema_version"], document["athlete_id"], document["as_of"]) == (1, "ann", "2026-11-21")
    assert document["verdict"] == {
        "class": "plateau",
        "slope_pct_per_month": 0.02,
        "slope_low_pct_per_month": -0.19,
        "slope_high_pct_per_month": 0.22,
        "change_pct": 0.1,
        "p_improving": 0.17,
        "p_plateau": 0.66,
        "p_declining": 0.17,
        "window_weeks": 28,
        "window_start": "2026-05-09",
        "window_end": "2026-11-21",
        "minimum_detectable_pct_per_month": 0.46,
        "since": "2026-11-21",
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
        "1. Too much at medium effort Mostly medium. 24 % (threshold 15 %) · 2 runs since 2026-11-03" in text
    )
    assert "Weaker signs (1): a change of watch or sensor." in text
    assert "Ruled out (1): low mileage." in text
    assert "Not assessable (1; no sleep here): short sleep." in text
    assert "because" not in text


def test_while_there_is_no_plateau_nothing_is_called_a_cause(warehouse_of: Warehouse):
    text = told(warehouse_of({**FULL, "plateau": verdict_row(verdict="improving")}), "terminal", "causes")
    assert "What stands out" in text and "worth knowing, though no plateau has been found" in text
    assert "fit" not in text


def test_without_a_cause_the_number_of_those_looked_at_is_said(warehouse_of: Warehouse):
    none_flagged = "cause | low_mileage | medium_trap\nstatus | ok | ok\nscore | 0.1 | 0.2"
    text = told(warehouse_of({**FULL, "causes": none_flagged}), "terminal", "causes")
    assert "No cause stands out among the 2 that could be assessed." in text


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
    value     | 0.24        | 0.24           | 0.24        | 0.24         |                |
    unit      | ratio       | ratio          | ratio       | ratio        |                |
    threshold | 0.15        | 0.15           | 0.15        | 0.15         |                |
    reason    | {reason}    | {reason}       | {reason}    | {reason}     |                |
    """
    lines = why(warehouse_of({**FULL, "causes": causes}), "ann", sql=SQL).splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert "A plateau" in lines[0]
    assert any("Not assessable (1; no reason given): short sleep." in line for line in lines)


def test_a_hostile_name_stays_text_in_every_format(warehouse_of: Warehouse):
    hostile = "<script>alert(1)</script>\x1b[31m[bold]`x`"
    path = warehouse_of({**FULL, "causes": CAUSES.replace("Mostly medium.", hostile)})
    for format in ("terminal", "markdown", "html"):
        assert "\x1b" not in told(path, format)
    assert "<script" not in told(path, "html")
    assert "&lt;script&gt;" in told(path, "html")
    assert "\\<script\\>" in told(path, "markdown")
    assert "[bold]" in told(path, "terminal")


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
            name for name in values if name in ("src", "href", "srcset", "xlink:href", "onclick", "onload")
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
    assert set(page.drawings) == {
        "Distance per week",
        "Fitness, fatigue and form",
        "Time by intensity, week by week",
        "Pace at 150 bpm, faster is higher",
    }
    assert len(page.drawings) == 2 * len(set(page.drawings)), "one for a page, one for a phone"
    assert "var(--accent)" in text
    assert len(text) < 1_000_000
    assert page.tags.count("h1") == 1


def test_a_week_without_heart_rate_and_a_run_without_a_trend_can_be_drawn(warehouse_of: Warehouse):
    trend = re.sub(r"(trend_\w+ +\|[^|]*\|)[^|]*", r"\1 ", TREND)
    bare = re.sub(r"((?:distance|moving|fitness|form)\w+ +\|)[^|]*", r"\1 ", WEEKS)
    text = told(warehouse_of({**FULL, "efficiency_trend": trend, "weekly_load": bare}), "html")
    assert "NaN" not in text and "undefined" not in text
    assert "A new watch or sensor from 2026-11-03" in text


def test_markdown_tables_have_as_many_cells_as_columns(full: Path):
    text = told(full, "markdown")
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert "| 5 km | 21:00 | 4:12 /km | 2025-10-12 | 21:15 | 2026-08-12 |" in text


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


def test_a_warehouse_without_a_mart_names_the_query(tmp_path: Path):
    path = tmp_path / "other.duckdb"
    duckdb.connect(path).close()
    with pytest.raises(ModelError, match=r"reports\.verdict"):
        report(path, "ann", sql=SQL)
