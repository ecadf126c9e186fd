"""The HTML report in a real browser: what it shows on a page, a phone and paper, and whom it asks.

The browser is one for all tests: see `browser` in conftest.py.
"""

import html
import io
import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pipeline import flow, published
from pipeline.report import report, squad

SQL = published.sql_folder() / "reports"
PAGE_PX, PHONE_PX = 1280, 360

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
# Markup, quotes, a new line, an override of the reading direction, letters of no width, and very long.
HOSTILE = f"{MARKUP}\n\u202egnirts\u200b\u2066 \U0001f3c3 {'x' * 10_000}"

# What the demo's runner has not: nights, an illness, a plan begun, hot runs, a second watch, bad names.
BESIDES = """
update marts.days set
    heart_rate_resting_bpm = 50 + day(local_day) % 5, heart_rate_resting_source = 'watch',
    hrv_s = 0.055 + day(local_day) % 7 / 1000.0, hrv_source = 'watch',
    sleep_s = 27000 + 300 * (day(local_day) % 9), sleep_source = 'watch',
    is_ill = local_day between date '2026-02-03' and date '2026-02-06';
update marts.efficiency_trend set heat_effect_pct = -2 where month(local_day) = 7;
insert into marts.device_differences by name
    select athlete_id, 'another watch' as device_key, 9 as run_count, date '2025-03-01' as first_run_on,
        date '2025-05-01' as last_run_on, false as is_latest_device, 1.5 as device_difference_pct
    from marts.device_differences limit 1;
update marts.plans set plan_started_on = date '2026-04-27', start_source = 'journal', title = $hostile;
insert into marts.plan_days by name
    select 'me' as athlete_id, (select min(plan_name) from marts.plans) as plan_name,
        date '2026-04-27' as plan_started_on, day + 1 as plan_day_number,
        date '2026-04-27' + cast(day as integer) as local_day, 'Easy 5 miles' as planned,
        if(day < 14, '8.1 km easy', null) as done, if(day < 14, day / 14, null) as adherence_ratio
    from range(28) as days(day);
update marts.activities set name = $hostile;
update marts.race_preparation set name = $hostile;
"""


@dataclass
class Opened:
    """A page that was opened, and what it did meanwhile."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


Open = Callable[..., Opened]
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="session")
def warehouse(demo: flow.Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's warehouse with what its runner has not."""
    copy = tmp_path_factory.mktemp("page") / "warehouse.duckdb"
    shutil.copy(demo.warehouse, copy)
    with duckdb.connect(copy) as db:
        for statement in BESIDES.split(";\n"):
            if statement.strip():
                db.execute(statement, {"hostile": HOSTILE} if "$hostile" in statement else None)
    return copy


@pytest.fixture(scope="session")
def written(warehouse: Path) -> Path:
    """The report on it, as a file."""
    path = warehouse.with_name("report.html")
    path.write_text(report(warehouse, "me", sql=SQL, format="html"), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[Open]:
    """Open the report, in a window and a colour scheme of its own."""
    contexts = []

    def open_(
        width: int = PAGE_PX, scheme: Scheme = "light", *, scripts: bool = True, path: Path = written
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on(
            "console",
            lambda message: found.complaints.append(message.text) if message.type == "error" else None,
        )
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
        found.page.goto(path.as_uri())
        return found

    yield open_
    for context in contexts:
        context.close()


CHARTS = """() => [...document.querySelectorAll('svg[role=img]')].filter(
    svg => svg.checkVisibility()
).map(svg => ({
    section: svg.closest('section').id,
    says: svg.getAttribute('aria-label'),
    width: svg.getBoundingClientRect().width,
    marks: [...svg.querySelectorAll('path, rect, line')].filter(mark => {
        const box = mark.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && getComputedStyle(mark).fill != 'none';
    }).length,
}))"""

# What reaches beyond the window and does not lie in a region that scrolls by itself.
BEYOND = """() => [...document.querySelectorAll('main *')].filter(element =>
    element.checkVisibility() && !element.closest('.scroll table, svg, .unseen')
    && element.getBoundingClientRect().right > innerWidth + 0.5
).map(element => element.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PAGE_PX, PHONE_PX])
def test_every_chart_is_drawn_and_nothing_reaches_beyond_the_window(opened: Open, width: int, scheme: Scheme):
    page = opened(width, scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    charts = page.evaluate(CHARTS)
    assert {chart["section"] for chart in charts} == {
        "weekly_load",
        "phases",
        "intensity_split",
        "efficiency_trend",
        "workouts",
        "recovery",
        "best_efforts",
        "race_predictions",
    }
    for chart in charts:
        assert chart["marks"] > 0, chart
        assert len(chart["says"]) > 40, chart
    widest = max(chart["width"] for chart in charts)
    assert widest == pytest.approx(720 if width == PAGE_PX else PHONE_PX - 32, abs=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(BEYOND) == []


def test_no_request_leaves_the_page_and_no_script_runs_in_it(opened: Open, written: Path):
    found = opened()
    assert found.requests == [written.as_uri()]
    assert found.complaints == []
    assert found.page.evaluate("document.querySelectorAll('script, img, link, iframe, object').length") == 0


def test_without_javascript_the_same_is_there_to_read_and_to_see(opened: Open):
    with_scripts, without = opened().page, opened(scripts=False).page
    assert without.locator("main").inner_text() == with_scripts.locator("main").inner_text()
    for page in (with_scripts, without):
        assert page.locator("svg:visible").count() > 10
    without.locator("summary").first.press("Enter")  # what is folded opens without a script
    assert without.locator("details[open]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_all_that_is_folded_open(opened: Open, scheme: Scheme):
    page = opened(scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    # All rows of a table are alike, and axe looks at each cell for long.
    page.evaluate("document.querySelectorAll('tr:nth-child(n + 4)').forEach(row => row.remove())")
    assert _violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(PAGE_PX, "light"), (PHONE_PX, "dark")])
def test_the_page_of_a_squad_is_as_readable(opened: Open, tmp_path: Path, width: int, scheme: Scheme):
    row = {
        "verdict": "plateau",
        "since": date(2026, 2, 3),
        "change_pct": 0.4,
        "change_low_pct": -1.1,
        "change_high_pct": 1.9,
        "window_start_on": date(2025, 5, 1),
        "window_end_on": date(2026, 5, 1),
        "leading_cause": "low_mileage",
        "leading_reason": f"Few kilometres. {HOSTILE}",
        "last_run_on": date(2026, 5, 1),
        "days_since_run": 3,
        "easy_share_ratio": 0.784,
        "easy_share_place_ratio": 0.5,
        "weekly_distance_place_ratio": 1.0,
        "weekly_distance_m": 42000.0,
    }
    members = [
        squad.Member("ann", row, link="ann/latest.html"),
        squad.Member("ben", {**row, "verdict": "improving"}, link="ben/latest.html"),
        squad.Member("cara", {"verdict": "not_enough_data", "reason": "A trend needs 12 comparable runs."}),
        squad.Member("dan", None, failure=f"athlete.toml: {MARKUP}"),
    ]
    path = tmp_path / "index.html"
    path.write_text(squad.page(members, datetime(2026, 5, 4, tzinfo=UTC), "km"), encoding="utf-8")
    found = opened(width, scheme, path=path)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    assert found.page.evaluate(BEYOND) == []
    assert _violations(found.page) == []
    assert found.requests == [path.as_uri()]
    assert found.complaints == []


def _violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds, however slight, and where it finds it first."""
    violations = Axe().run(page).response["violations"]
    return [(found["id"], found["nodes"][0]["html"]) for found in violations]


def test_a_screen_reader_finds_its_way_by_landmarks_and_headings(opened: Open):
    page = opened().page
    for role in ("banner", "main", "navigation", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role  # pyright: ignore[reportArgumentType]
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(heading => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))
    targets = page.evaluate("[...document.querySelectorAll('nav a')].map(link => link.hash.slice(1))")
    sections = page.evaluate("[...document.querySelectorAll('main section')].map(section => section.id)")
    assert targets == sections


def test_the_keyboard_reaches_the_content_and_opens_how_a_number_is_found(opened: Open):
    page = opened().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main"
    how = page.locator("#causes li details.how").first
    how.locator("summary").focus()
    page.keyboard.press("Enter")
    text = how.inner_text()
    assert "settings.judging" in text
    assert 'nextgear sql "from athlete.cause_' in text
    for section in page.locator("main section").all():
        assert "marts." in (section.locator("> details.how").text_content() or "")


def test_paper_has_what_is_folded_on_a_screen(opened: Open):
    page = opened().page
    page.evaluate("document.querySelectorAll('svg path').forEach(mark => mark.remove())")  # slow to extract
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in paper.pages))
    assert "settings.judging" in text  # in the how of a cause
    assert "marts.weekly_load" in text
    assert "Contents" not in text
    assert 5 < len(paper.pages) < 60


def test_a_hostile_name_is_shown_and_not_obeyed(opened: Open, written: Path):
    found = opened()
    assert MARKUP[:35] in found.page.locator("#races, #plan").first.inner_text()  # names are cut there
    assert found.complaints == []
    text = written.read_text(encoding="utf-8")
    assert "<script" not in text and "<img" not in text
    assert not {"\u202e", "\u200b", "\u2066"} & set(text)


def test_every_repetition_that_is_drawn_has_its_numbers_in_a_table(opened: Open):
    page = opened().page
    rows = page.locator("[aria-label='Table: Repetition by repetition'] tbody tr")
    assert rows.count() == page.locator(".smalls .mark-rect path").count() > 12
    cells = rows.first.locator("th, td").all_text_contents()
    newest = page.locator(".smalls figure").first
    assert cells[0] in newest.inner_text()
    assert cells[4].partition("\u00a0")[0] in (newest.locator("svg").get_attribute("aria-label") or "")


def test_every_command_that_the_page_says_answers(warehouse: Path, written: Path):
    text = html.unescape(written.read_text(encoding="utf-8"))
    queries = set(re.findall(r'<code>nextgear sql "(.*?)"</code>', text))
    assert len(queries) > 20
    with duckdb.connect(warehouse, read_only=True) as db:
        for query in queries:
            assert db.sql(query).limit(1).columns, query
        behind = next(query for query in queries if "'easy_share_low'" in query)
        assert len(db.sql(behind).fetchall()) > 10


@pytest.mark.parametrize("section", ["weekly_load", "causes", "files"])
def test_a_section_alone_is_a_page_of_its_own(warehouse: Path, section: str):
    text = report(warehouse, "me", sql=SQL, format="html", sections=[section])
    assert text.count("<h1") == 1
    assert re.findall(r'<section id="(\w+)"', text) == [section]


def test_no_number_of_the_page_could_be_a_position(written: Path):
    body = written.read_text(encoding="utf-8").partition("</style>")[2]
    assert re.findall(r"\d\.\d{4,}", body) == []


def test_ten_years_stay_under_three_megabytes(warehouse: Path, tmp_path: Path):
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, copy)
    with duckdb.connect(copy) as db:
        for name, day in REPEATED.items():
            latest = f"{day} > (select max({day}) from marts.{name}) - {DAYS}"
            columns = db.table(f"marts.{name}").columns
            for times in range(1, 8):  # the demo's seventy weeks eight times over
                shifted = ", ".join(_shifted(column, times) for column in columns)
                db.execute(f"insert into marts.{name} select {shifted} from marts.{name} where {latest}")
    page = tmp_path / "report.html"
    code = (
        "import sys; from pathlib import Path; from pipeline.report import report; "
        "Path(sys.argv[3]).write_text(report(Path(sys.argv[1]), 'me', sql=Path(sys.argv[2]), format='html'))"
    )
    subprocess.run([sys.executable, "-c", code, copy, SQL, page], check=True, timeout=120)
    text = page.read_text(encoding="utf-8")
    assert "All of it: distance per month" in text and "All of it: pace at" in text
    assert len(text.encode()) < 3_000_000


DAYS = 490  # seventy weeks
REPEATED = {
    "activities": "local_day",
    "days": "local_day",
    "weekly_load": "week_start_on",
    "intensity_split": "week_start_on",
    "efficiency_trend": "local_day",
    "fitness_curve": "local_day",
    "best_efforts": "local_day",
    "workouts": "local_day",
    "phases": "from_on",
}


def _shifted(column: str, times: int) -> str:
    """A column as it would have been so many times seventy weeks before."""
    if column in ("local_day", "week_start_on", "from_on", "until_day"):
        return f"{column} - {times * DAYS} as {column}"
    return f"'{times}-' || {column} as {column}" if column == "activity_id" else column
