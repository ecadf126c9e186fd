"""What is worth a mail from cron: two standings of an athlete and the lines between them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import answers
from pipeline.daily import dated, news, standing
from pipeline.daily.rounds import Ran
from pipeline.daily.standing import Change, Last, Standing
from pipeline.flow import Home
from pipeline.ingest import Counts

NOTHING_FOUND = Counts(found=0, known=0, outcomes={})
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIVE_KM = {
    "elapsed_s": 1200.0,
    "local_day": "2026-05-01",
    "season_elapsed_s": 1200.0,
    "season_local_day": "2026-05-01",
}
PLAN = {"title": "Mile", "started_on": "2026-11-01", "known_day_count": 10, "adherence_ratio": 0.9}
BEFORE = Standing(
    verdict="plateau",
    since="2026-05-01",
    window=("2026-05-01", "2026-11-20"),
    change_pct=(0.2, -0.6, 1.0),
    leading_causes=("easy_share_low", "no_down_weeks"),
    run_count=100,
    other_count=5,
    troubled_files={"/old.fit": ("quarantined", "not_fit: long ago")},
    best_efforts={"5000": FIVE_KM},
    plans={"mile": PLAN},
)


def lines(now: Standing, before: Standing | None = BEFORE) -> list[str]:
    return [change.text for change in news.changes(before, now)]


def test_nothing_new_is_no_line():
    assert lines(BEFORE) == []
    moved = replace(
        BEFORE, since="2026-04-24", change_pct=(0.3, -0.5, 1.1), window=("2026-05-01", "2026-11-27")
    )
    assert lines(moved) == []


def test_the_first_news_is_the_verdict_the_causes_and_what_was_found():
    first = replace(BEFORE, troubled_files={}, other_count=0)
    assert lines(first, None) == [
        "verdict: plateau since 2026-05-01 (+0.2 % speed at the same heart rate from 2026-05-01 to "
        "2026-11-20, 90 %: −0.6 to +1.0 %)",
        "leading causes: too little easy running, no down weeks",
        "100 new runs",
    ]
    assert lines(Standing(), None) == ["verdict: not enough data"]


def test_another_verdict_is_said_with_the_change_behind_it():
    now = replace(BEFORE, verdict="improving", change_pct=(2.1, 0.4, 3.8))
    assert lines(now) == [
        "verdict changed: plateau -> improving (+2.1 % speed at the same heart rate from 2026-05-01 to "
        "2026-11-20, 90 %: +0.4 to +3.8 %)"
    ]
    assert lines(replace(now, verdict="not_enough_data", window=None)) == [
        "verdict changed: plateau -> not enough data"
    ]


def test_causes_that_come_and_go_are_named():
    now = replace(BEFORE, leading_causes=("sleep_short", "easy_share_low"))
    assert lines(now) == ["new leading cause: short sleep", "no longer leading: no down weeks"]
    assert lines(replace(BEFORE, leading_causes=("easy_share_low",), other_count=5)) == [
        "no longer leading: no down weeks"
    ]


def test_new_runs_and_files_that_could_not_be_read_are_one_line():
    files = {
        **BEFORE.troubled_files,
        "/watch/a.fit": ("quarantined", "not_fit: called .fit, but its content is html"),
        "/watch/b.fit": ("salvaged", "the end is missing"),
    }
    assert lines(replace(BEFORE, run_count=103, other_count=6, troubled_files=files)) == [
        "3 new runs, 1 new other activity, 1 file quarantined (/watch/a.fit: not_fit: called .fit, but its "
        "content is html), 1 file salvaged (/watch/b.fit: the end is missing)"
    ]
    assert lines(replace(BEFORE, run_count=99)) == ["1 run fewer"]


def test_what_is_sent_over_a_network_names_no_file():
    files = {"/home/ann/a.fit": ("quarantined", "not_fit: called .fit, but its content is html")}
    (change,) = news.changes(BEFORE, replace(BEFORE, run_count=103, troubled_files=files))
    assert "/home/ann/a.fit" in change.text
    assert change.abroad == "3 new runs, 1 file quarantined"
    ran = Ran({"me": NOTHING_FOUND}, {"me": [change]})
    assert ran.lines() == ["3 new runs, 1 file quarantined"]
    both = Ran({"me": NOTHING_FOUND, "ann": NOTHING_FOUND}, {"ann": [Change("plan", "plan Mile: 11 days")]})
    assert both.lines() == ["ann: plan Mile: 11 days"]


def test_of_many_bad_files_some_are_named_and_the_others_counted():
    files = {f"/{number}.fit": ("quarantined", "x" * 1000) for number in range(9)}
    (line,) = lines(replace(BEFORE, troubled_files=files))
    assert line.startswith("9 files quarantined (/0.fit: xxx")
    assert line.endswith("; and 6 more: nextgear files)")
    assert len(line) < 700


def test_a_hostile_file_name_stays_one_line():
    files = {"/a\n\x1b[31m\u202eb.fit": ("quarantined", "not_fit: \r\nverdict changed: plateau -> improving")}
    (line,) = lines(replace(BEFORE, troubled_files=files))
    assert line.isprintable()


def test_a_best_effort_is_of_all_time_or_of_the_season():
    faster = {**FIVE_KM, "elapsed_s": 1185.0, "local_day": "2026-11-29"}
    both = {**faster, "season_elapsed_s": 1185.0, "season_local_day": "2026-11-29"}
    assert lines(replace(BEFORE, best_efforts={"5000": both})) == ["new best: 5 km in 19:45 (was 20:00)"]
    slow_year = {**FIVE_KM, "season_elapsed_s": 1300.0, "season_local_day": "2026-02-01"}
    better = {**slow_year, "season_elapsed_s": 1290.0, "season_local_day": "2026-11-29"}
    before = replace(BEFORE, best_efforts={"5000": slow_year})
    assert lines(replace(BEFORE, best_efforts={"5000": better}), before) == [
        "best of the season: 5 km in 21:30 (was 21:40)"
    ]
    next_year = {**better, "season_elapsed_s": 1250.0, "season_local_day": "2027-01-02"}
    assert lines(replace(BEFORE, best_efforts={"5000": next_year}), before) == []
    same = {**FIVE_KM, "elapsed_s": 1199.9, "season_elapsed_s": 1199.9}
    assert lines(replace(BEFORE, best_efforts={"5000": same, "400": FIVE_KM})) == []


def test_a_plan_that_goes_on_says_how_much_of_it_was_kept_to():
    plan = {**PLAN, "known_day_count": 11, "adherence_ratio": 0.82}
    assert lines(replace(BEFORE, plans={"mile": plan})) == ["plan Mile: 11 days so far, 82 % kept to"]
    assert lines(replace(BEFORE, plans={"mile": plan}), replace(BEFORE, plans={})) == [
        "plan Mile: started on 2026-11-01, 11 days so far, 82 % kept to"
    ]


# --- kept


def test_what_is_kept_reads_back_as_it_was(tmp_path: Path):
    kept = Last(NOON, "made of", "made by", BEFORE)
    (tmp_path / "news.json").write_text(standing.text_of(kept, news.changes(None, BEFORE)), encoding="utf-8")
    assert standing.last(tmp_path / "news.json") == kept
    told = json.loads((tmp_path / "news.json").read_text(encoding="utf-8"))
    assert told["news"][0].startswith("verdict: plateau")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema_version": 1}', '{"schema_version": 99}'])
def test_what_was_damaged_is_as_if_nothing_had_been_kept(tmp_path: Path, text: str):
    (tmp_path / "news.json").write_text(text)
    assert standing.last(tmp_path / "news.json") is None
    assert standing.last(tmp_path / "gone.json") is None


def test_where_a_runner_stands_is_read_from_the_marts(built: Home):
    now = news.standing_of(answers.content(built, "me", news.ASKED))
    assert (now.verdict, now.run_count, now.other_count) == ("not_enough_data", 8, 0)
    ((path, (outcome, reason)),) = now.troubled_files.items()
    assert (path.endswith("page.fit"), outcome, reason.partition(":")[0]) == (True, "quarantined", "not_fit")
    assert now.best_efforts.keys() >= {"400", "1609.344", "5000"}
    slower = {name: {**best, "elapsed_s": best["elapsed_s"] + 9} for name, best in now.best_efforts.items()}
    (told,) = [
        line for line in lines(now, replace(now, best_efforts=slower)) if line.startswith("new best: ")
    ]
    assert "1 mile in " in told
    assert news.changes(now, now) == []


# --- dated pages


def pages(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.html"))


def test_a_page_is_there_under_its_day_and_as_the_latest_and_a_second_of_the_day_replaces_it(tmp_path: Path):
    latest = dated.publish(tmp_path / "me", "one", NOON)
    assert latest.read_text() == "one"
    reader = latest.open()
    dated.publish(tmp_path / "me", "two", NOON + timedelta(hours=1))
    assert pages(tmp_path / "me") == ["2026-11-30.html", "latest.html"]
    dated.publish(tmp_path / "me", "three", NOON + timedelta(days=1))
    assert pages(tmp_path / "me") == ["2026-11-30.html", "2026-12-01.html", "latest.html"]
    assert [(tmp_path / "me" / name).read_text() for name in pages(tmp_path / "me")] == [
        "two",
        "three",
        "three",
    ]
    with reader:
        assert reader.read() == "one"  # who has it open keeps it whole
    assert not latest.is_symlink()
    assert [path.name for path in (tmp_path / "me").iterdir() if path.name.startswith(".")] == []


def test_old_pages_are_thinned_out_to_one_a_month(tmp_path: Path):
    for day in range(400):
        (tmp_path / f"{date(2025, 10, 27) + timedelta(day)}.html").touch()
    (tmp_path / "notes.html").touch()
    for path in dated.outlived(tmp_path):
        path.unlink()
    kept = pages(tmp_path)
    assert kept[-2:] == ["2026-11-30.html", "notes.html"]
    assert len(kept) == dated.DAYS_KEPT + 13 + 1
    assert kept[0] == "2025-10-31.html"
    assert dated.outlived(tmp_path) == []


def test_a_clock_that_jumps_ahead_and_back_costs_no_page(tmp_path: Path):
    dated.publish(tmp_path, "now", NOON)
    dated.publish(tmp_path, "in the future", NOON.replace(year=2046))
    dated.publish(tmp_path, "back", NOON + timedelta(days=1))
    assert pages(tmp_path) == ["2026-11-30.html", "2026-12-01.html", "2046-11-30.html", "latest.html"]
    assert (tmp_path / "latest.html").read_text() == "back"


def test_where_a_disk_has_no_hard_links_the_latest_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    assert dated.publish(tmp_path, "page", NOON).read_text() == "page"
