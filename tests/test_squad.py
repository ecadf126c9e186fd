"""Several athletes in one data folder: one run for all, each alone, one page for who coaches them."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pipeline import flow, lake, published, warehouse
from pipeline.ask import asking
from pipeline.ask.query import Limits
from pipeline.console import Console
from pipeline.daily import runlog
from pipeline.errors import SettingsError, WarehouseError
from pipeline.flow import Home
from pipeline.report import squad

NOON = datetime(2025, 2, 1, 12, tzinfo=UTC)
Ended = Callable[..., subprocess.CompletedProcess[str]]

LIMITS = Limits()
SILENT, TALKING = Console(is_quiet=True), Console()


@pytest.fixture(scope="session")
def team(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two athletes after their first run; one file lies in both of their folders. To look at only."""
    home = Home(tmp_path_factory.mktemp("team"))
    runs = sorted(exports.glob("2*.fit"))
    for name, files in (("ann", runs[:5]), ("bob", [*runs[4:6], exports / "page.fit"])):
        (home.exports / name).mkdir(parents=True)
        for file in files:
            shutil.copy2(file, home.exports / name)
    flow.run(home, None, [], SILENT, now=NOON)
    shutil.copytree(home.folder, home.folder.with_name("backup"))
    return home


@pytest.fixture
def home(team: Home) -> Iterator[Home]:
    """Their data folder to work on; as it was when the test is over, for another place is another folder."""
    yield team
    shutil.rmtree(team.folder)
    shutil.copytree(team.folder.with_name("backup"), team.folder)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[[], tuple[list[str], list[str]]]:
    """The lines on standard output and on standard error since it was last asked."""
    return lambda: tuple(text.splitlines() for text in capfd.readouterr())  # pyright: ignore[reportReturnType]


Said = Callable[[], tuple[list[str], list[str]]]


def settings(home: Home, athlete_id: str, text: str) -> None:
    path = home.folder / "athletes" / f"{athlete_id}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(home: Home, console: Console = SILENT, days: int = 0) -> flow.Ran:
    return flow.run(home, None, [], console, now=NOON + timedelta(days=days))


# --- one run for all


def test_each_athlete_has_what_lies_in_their_folder_and_nothing_else(team: Home):
    with answers_of(team) as db:
        files = db.execute("select athlete_id, outcome, count(*) from marts.files group by all order by all")
        assert files.fetchall() == [("ann", "imported", 5), ("bob", "imported", 2), ("bob", "quarantined", 1)]
        runs = db.execute("select athlete_id, count(distinct activity_id) from marts.activities group by all")
        assert dict(runs.fetchall()) == {"ann": 5, "bob": 2}
        both = db.execute("select count(*) from marts.activities group by activity_id having count(*) > 1")
        assert both.fetchall() == [(2,)]  # the same file in both folders is a run of each
    for one in ("ann", "bob"):
        paths = team.lake_of(one).ledger()["path"].to_pylist()
        assert {Path(str(path)).parent.name for path in paths} == {one}


def test_an_athlete_among_others_has_the_rows_of_one_alone(
    team: Home, tmp_path: Path, models: dict[str, warehouse.Model]
):
    alone = Home(tmp_path)
    flow.land(alone, "bob", [team.exports / "bob"], SILENT)
    flow.build(alone, SILENT)
    marts = [one.name for one in models.values() if one.layer == "marts" and not one.is_across_athletes]
    with answers_of(team) as db, answers_of(alone) as other:
        for mart in marts:
            query = f"from {mart} where athlete_id = 'bob' order by all"
            pd.testing.assert_frame_equal(db.sql(query).df(), other.sql(query).df(), rtol=1e-9, obj=mart)


def test_the_squad_has_a_row_of_everybody_and_their_standing_in_it(team: Home):
    with answers_of(team) as db:
        standings = db.sql("from marts.standings order by athlete_id").df()
        squad = db.sql("from marts.squad order by athlete_id").df()
    assert list(squad.athlete_id) == ["ann", "bob"]
    assert list(squad.athlete_count) == [2, 2]
    pd.testing.assert_frame_equal(squad[standings.columns], standings)


@contextmanager
def answers_of(home: Home) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.warehouse), read_only=True) as db:
        yield db


def test_every_report_is_there_under_its_day_and_says_when_it_was_made(team: Home):
    local = NOON.astimezone()
    for one in ("ann", "bob"):
        page = team.report(one).read_text(encoding="utf-8")
        assert f"{one}" in page
        assert f"made on {local:%Y-%m-%d at %H:%M}" in page
        assert (team.reports / one / f"{local:%Y-%m-%d}.html").read_text(encoding="utf-8") == page


def test_a_second_run_is_quiet_and_says_one_line_to_others(home: Home, said: Said):
    before = {path: path.stat().st_mtime_ns for path in home.folder.rglob("*.*ml")}
    assert run(home).lines() == []
    assert said() == ([], [])
    run(home, TALKING)
    out, (line,) = said()
    assert out == []
    assert line.startswith(
        "Nothing new: 8 files known, warehouse and the reports of 2 athletes are up to date"
    )
    assert {path: path.stat().st_mtime_ns for path in home.folder.rglob("*.*ml")} == before


def test_what_is_new_with_one_leaves_the_others_pages_alone_and_is_told_with_a_name(
    home: Home, exports: Path, said: Said
):
    before = home.report("ann").stat().st_mtime_ns
    for file in sorted(exports.glob("2*.fit"))[6:8]:
        shutil.copy2(file, home.exports / "bob")
    flow.land(home, None, [], SILENT)
    flow.build(home, SILENT)  # as if a run had been killed before it could say a word
    ran = run(home, days=1)
    out, err = said()
    assert "bob: 2 new runs" in out
    assert [line for line in out if not line.startswith("bob: ")] == err == []
    assert ran.lines() == out
    assert home.report("ann").stat().st_mtime_ns == before
    assert {path.name for path in (home.reports / "ann").glob("2*.html")} == {"2025-02-01.html"}
    assert {path.name for path in (home.reports / "bob").glob("2*.html")} == {
        "2025-02-01.html",
        "2025-02-02.html",
    }


def test_an_unquiet_run_says_what_changed_and_ends_with_a_table_of_80_columns(home: Home, said: Said):
    settings(home, "ann", 'units = "mi"\n')
    (home.exports / "ann" / "page.fit").write_text("<html>")
    log = runlog.log_of(home.folder)
    before = log.read_text(encoding="utf-8")
    run(home, TALKING, days=1)
    out, err = said()
    assert f"ann: What changed since {NOON.astimezone():%Y-%m-%d %H:%M}:" in err
    assert [line for line in err if line.startswith("ann: 1 file quarantined (")]
    assert out[0] == "2 athletes: 2 cannot be told"
    assert [line.split()[0] for line in out if re.match(r"(ann|bob) ", line)] == ["ann", "bob"]
    assert max(map(len, out)) <= 80
    lines = log.read_text(encoding="utf-8").removeprefix(before).splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ ", line) for line in lines)
    logged = [line.split(" ", 2)[2] for line in lines]
    assert (logged[0], logged[-1]) == ("run: started", "run: done")
    assert set(err) <= set(logged)


# --- what is wrong with one does not stop the others


def test_settings_that_cannot_be_used_leave_one_out_in_a_line_until_they_are_mended(home: Home, said: Said):
    last = home.report("bob").read_bytes()
    settings(home, "bob", "birth_yaer = 1988\n")
    settings(home, "ann", "birth_year = 1988\n")
    ran = run(home)
    out, (line,) = said()
    assert (out, ran.failures.keys()) == ([], {"bob"})
    assert line.startswith("nextgear: bob: ")
    assert "did you mean birth_year?" in line
    assert home.report("bob").read_bytes() == last
    with answers_of(home) as db:
        assert db.execute("select distinct athlete_id from marts.activities").fetchall() == [("ann",)]
    with pytest.raises(WarehouseError, match=r"bob is not in the warehouse, for: .*birth_yaer.*latest\.html"):
        flow.why(home, "bob")
    assert "birth_yaer" in home.index.read_text(encoding="utf-8")
    assert flow.why(home, "ann")
    settings(home, "bob", "birth_year = 1988\n")
    assert (run(home).failures, home.reasons_left_out()) == ({}, {})
    assert flow.why(home, "bob")


def test_a_damaged_lake_leaves_one_out_and_a_part_brought_back_lets_them_in_again(
    home: Home, exports: Path, said: Said
):
    shutil.copy2(sorted(exports.glob("2*.fit"))[7], home.exports / "ann")
    (part,) = home.lake_of("bob").parts("files")
    whole = part.read_bytes()
    part.write_bytes(whole[:300])
    assert run(home).failures.keys() == {"bob"}
    out, err = said()
    assert "ann: 1 new run" in out
    assert [line for line in err if not line.startswith("nextgear: bob: ")] == []
    assert len(err) == 1
    part.write_bytes(whole)
    assert run(home).failures == {}
    assert flow.why(home, "bob")


def test_a_promise_that_the_rows_of_one_break_stops_that_one(home: Home, tmp_path: Path, nextgear: Ended):
    checkout = tmp_path / "checkout"
    for folder in ("pipeline", "sql"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(__file__).parent.parent / folder, checkout / folder, ignore=ignored)
    check = "-- Nobody is called bob.\nselect athlete_id from marts.activities where athlete_id = 'bob'\n"
    (checkout / "sql" / "checks" / "nobody_is_bob.sql").write_text(check)
    environment = {"PYTHONPATH": str(checkout)}
    ended, again = (nextgear("build", "--data", home.folder, cwd=checkout, env=environment) for _ in range(2))
    assert again.stderr == ended.stderr  # and this time nobody tried
    assert home.reasons_left_out().keys() == {"bob"}
    assert not (home.folder / ".trial").exists()
    first, last = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert first.startswith(
        "nextgear: bob: model checks.nobody_is_bob breaks its promise `Nobody is called bob.`"
    )
    assert last.endswith("built without bob")
    with answers_of(home) as db:
        assert db.execute("select distinct athlete_id from marts.activities").fetchall() == [("ann",)]


def test_a_folder_that_cannot_be_read_is_one_file_in_quarantine_of_that_athlete(home: Home):
    (home.exports / "ann" / "gone").symlink_to(home.folder / "nowhere")
    ran = run(home)
    assert ran.failures == {}
    assert ran.quarantined_count == 1
    assert ran.news.keys() == {"ann"}


# --- beside another run, and after one


@pytest.mark.parametrize("options", [[], ["--quiet"]], ids=["aloud", "quietly"])
def test_a_run_beside_another_one_is_one_line_and_75(team: Home, nextgear: Ended, options: list[str]):
    with lake.exclusive(team.folder):
        ended = nextgear("run", "--data", team.folder, *options)
    assert (ended.returncode, ended.stdout) == (75, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("nextgear: another run is at work on this data folder")


def test_a_clock_that_jumps_loses_nothing_and_tells_nothing_twice(home: Home, exports: Path, said: Said):
    shutil.copy2(sorted(exports.glob("2*.fit"))[6], home.exports / "bob")
    assert run(home, Console(is_json=True), days=-20_000).news.keys() == {"bob"}
    events = [json.loads(line) for line in said()[1]]
    assert {"event": "files", "athlete_id": "bob", "runs": 1, "other_activities": 0} in events
    for days in (20_000, 0):
        assert run(home, days=days).lines() == []
    assert {path.name for path in (home.reports / "bob").glob("*-*.html")} == {
        "1970-05-01.html",
        "2025-02-01.html",
    }
    assert json.loads(home.index.with_suffix(".json").read_text())["made_at"] == NOON.isoformat()


# --- commands that name nobody


def test_a_command_that_needs_one_athlete_lists_them_where_none_is_me(team: Home):
    for command in (
        lambda: flow.why(team, None),
        lambda: flow.report(team, None),
        lambda: flow.files(team, None, None, "table", SILENT),
        lambda: flow.settings(team, None, [], None, "terminal", SILENT),
        lambda: asking.ask(team, None, "select getvariable('athlete_id')", "csv", SILENT, limits=LIMITS),
    ):
        with pytest.raises(SettingsError, match="say --athlete with one of ann, bob"):
            command()


def test_sql_that_is_about_all_needs_nobodys_name(team: Home, said: Said):
    query = "select count(*) as runs from marts.activities"
    asking.ask(team, None, query, "csv", SILENT, limits=LIMITS)
    assert said()[0] == ['"runs"', "7"]


def test_the_only_athlete_needs_no_name(exports: Path, tmp_path: Path):
    home = Home(tmp_path)
    flow.land(home, "ann", [exports / "page.fit"], SILENT)
    assert flow.whose(home, None) == "ann"
    flow.land(home, "me", [exports / "page.fit"], SILENT)
    assert flow.whose(home, None) == "me"


# --- the page of all


class Links(HTMLParser):
    """Where a page leads, and what it runs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_page_of_all_leads_to_every_report_and_is_there_for_programs_too(team: Home):
    links = [link for link in Links(team.index.read_text(encoding="utf-8")).found if not link.startswith("#")]
    assert links == ["ann/latest.html", "bob/latest.html"]
    assert all((team.index.parent / link).is_file() for link in links)
    told = json.loads(team.index.with_suffix(".json").read_text(encoding="utf-8"))
    assert told["schema_version"] == 1
    assert [(one["athlete_id"], one["verdict"], one["report"]) for one in told["athletes"]] == [
        ("ann", "not_enough_data", "ann/latest.html"),
        ("bob", "not_enough_data", "bob/latest.html"),
    ]


def test_the_runs_behind_a_cause_are_the_athletes_own(team: Home):
    page = html.unescape(team.report("ann").read_text(encoding="utf-8"))
    queries = re.findall(r'<code>nextgear sql "(select .*?)"</code>', page)
    assert queries
    with duckdb.connect(team.warehouse, read_only=True) as db:
        for query in queries:
            names = query.replace("select local_day, name", "select distinct athlete_id")
            assert db.sql(names).fetchall() in ([], [("ann",)]), query


def test_the_commands_of_a_page_are_about_its_athlete(team: Home):
    page = html.unescape(team.report("ann").read_text(encoding="utf-8"))
    commands = re.findall(r"<code>(nextgear athlete .*?)</code>", page)
    assert commands
    assert all(command.endswith(" --athlete ann") for command in commands)


def test_one_athlete_has_no_page_of_all(built: Home):
    assert not built.index.exists()


STANDINGS = """
select
    *,
    false as is_since_before,
    'three runs <b>only</b>' as reason,
    date '2026-05-01' as window_start_on,
    date '2026-11-28' as window_end_on,
    date '2026-11-27' as last_run_day,
    62500.0 as weekly_distance_m,
    if(athlete_id = 'dan', 'easy_share_low', null) as leading_cause,
    if(athlete_id = 'dan', '61 % <i>easy</i>', null) as leading_reason,
    if(athlete_id = 'dan', 2, 0) as leading_count
from (values
    ('fay', 'improving', date '2026-05-01', 2.0::double, 1.0::double, 3.0::double, 0.92),
    ('eva', 'plateau', date '2026-06-01', 0.1, -0.9, 1.1, 0.85),
    ('dan', 'plateau', date '2026-02-01', -0.2, -1.2, 0.8, 0.614),
    ('cat', 'declining', date '2026-09-01', -1.5, -2.5, -0.5, 0.75),
    ('bob', 'declining', date '2026-08-01', -4.0, -6.0, -2.0, 0.70),
    ('ann', 'not_enough_data', date '2026-08-01', null, null, null, null),
    ('gus', 'undecided', date '2026-08-01', 1.0, -2.0, 4.0, null)
) as t(athlete_id, verdict, since, change_pct, change_low_pct, change_high_pct, easy_share_ratio)
"""


@pytest.fixture
def ranked(rows_of: Callable[..., pd.DataFrame], tmp_path: Path) -> list[squad.Member]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        rows = rows_of("marts.squad", given={"marts.standings": db.sql(STANDINGS).df()})
        assert len(rows) == 7
        db.execute("create schema marts")
        days = ("since", "window_start_on", "window_end_on", "last_run_day")
        dated = ", ".join(f"cast({day} as date) as {day}" for day in days)
        db.execute(f"create table marts.squad as select * replace ({dated}) from rows")
    ids = ["ann", "bob", "cat", "dan", "eva", "fay", "gus", "hal", "ivy"]
    return squad.members(
        tmp_path / "warehouse.duckdb",
        published.sql_folder() / "reports",
        ids,
        date(2026, 11, 30),
        {"ivy": "ivy.toml: not a <TOML> file"},
        {one: f"{one}/latest.html" for one in ids if one != "hal"},
    )


def test_who_lost_most_comes_first_then_the_longest_plateau_and_who_cannot_be_told_is_apart(
    ranked: list[squad.Member],
):
    assert [one.athlete_id for one in ranked] == [
        "bob",
        "cat",
        "dan",
        "eva",
        "fay",
        "gus",
        "ann",
        "hal",
        "ivy",
    ]
    text = squad.table(ranked, "km", 80)
    assert text.splitlines()[0] == (
        "9 athletes: 2 slower, 2 on a plateau, 1 faster, 3 cannot be told, 1 failed"
    )
    words = ["Stalled:", "bob", "cat", "dan", "eva", "Getting", "fay", "Cannot", "gus", "ann", "hal"]
    starts = [line.split(" ")[0] for line in text.splitlines()]
    places = [starts.index(word) for word in words]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= 80
    assert "−4.0 % (−6.0 to −2.0)" in text
    assert "Too little easy running: 61 % <i>easy</i>" in text
    assert "No cause stands out" in text
    assert "medium" not in text  # neither weak sign is a leading cause
    dan = next(line for line in text.splitlines() if line.startswith("dan"))
    assert " ".join(dan.split()) == "dan plateau 2026-02-01 −0.2 % (−1.2 to +0.8) 61 % 62 3 d"


def test_the_page_of_all_says_the_same_and_shows_text_as_text(ranked: list[squad.Member]):
    page = squad.page(ranked, NOON, "mi")
    names = [link.partition("/")[0] for link in Links(page).found if link.endswith("/latest.html")]
    assert names == ["bob", "cat", "dan", "eva", "fay", "gus", "ann", "ivy"]
    for text in (
        "−4.0 % (−6.0 to −2.0)",
        "Too little easy running",
        "mi/week",
        "Cannot tell",
        "made on",
        "61 %<small>least of all</small>",
        "70 %<small>place 25 %</small>",
    ):
        assert text in page.replace("\u00a0", " ")
    assert "61 % &lt;i&gt;easy" in page.replace("\u00a0", " ")
    assert "&lt;TOML&gt;" in page
    assert "://" not in page


def test_the_page_of_all_fits_a_phone_and_axe_finds_nothing_serious(
    ranked: list[squad.Member], browser: Browser, tmp_path: Path
):
    path = tmp_path / "index.html"
    path.write_text(squad.page(ranked, NOON, "km"), encoding="utf-8")
    looks: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (360, "dark"), (360, "light")]
    for width, scheme in looks:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        assert asked == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = "[...document.querySelectorAll('.scroll')].filter(part => part.scrollWidth > part.clientWidth)"
        assert page.evaluate(f"{wide}.length") == 0
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
        context.close()


def test_an_athlete_for_programs_is_in_si_and_null_where_nothing_is_known(ranked: list[squad.Member]):
    facts = {one.athlete_id: squad.facts(one) for one in ranked}
    assert facts["dan"]["weekly_distance_m"] == 62_500
    assert (facts["dan"]["since"], facts["dan"]["leading_cause"]) == ("2026-02-01", "easy_share_low")
    assert (facts["bob"]["easy_share_ratio"], facts["bob"]["easy_share_place_ratio"]) == (0.7, 0.25)
    assert facts["gus"]["easy_share_place_ratio"] is None
    assert facts["hal"]["verdict"] == "not_enough_data"
    assert (facts["ivy"]["verdict"], facts["ivy"]["change_pct"]) == ("failed", None)
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
