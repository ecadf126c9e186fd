"""The demo from end to end: what its report says against what is true of the simulated runner."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import flow, simulate
from pipeline.console import Console


def test_the_demos_report_states_the_simulated_runners_true_verdict(demo: flow.Home):
    report = json.loads(flow.report(demo, "me", format="json"))
    verdict = report["verdict"]
    window = (date.fromisoformat(verdict["window_start"]), date.fromisoformat(verdict["window_end"]))
    true_slope = simulate.truth(simulate.demo_runner(), *window)
    assert (
        abs(true_slope) < 0.25
    )  # a plateau: less than 3 % a year, in the very days that the report speaks of
    assert verdict["class"] == "plateau"
    assert verdict["slope_low_pct_per_month"] < true_slope < verdict["slope_high_pct_per_month"]
    # What the runner was made to do wrong, and nothing else, leads the causes.
    leading = [cause["cause"] for cause in report["causes"] if cause["rank"] and cause["score"] >= 0.5]
    assert sorted(leading) == ["easy_share_low", "medium_trap", "no_down_weeks"]
    assert report["files"] == {"imported": len(simulate.sessions(simulate.demo_runner()))}


def test_a_maximum_below_the_known_one_is_doubted_where_it_is_set(
    demo: flow.Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = flow.Home(tmp_path)
    home.warehouse.symlink_to(demo.warehouse)
    for bpm, is_doubted in ((150, True), (199, False)):
        flow.settings(home, "me", [f"heart_rate_max_bpm={bpm}"], None, "terminal", Console())
        assert ("Until now the maximum was" in capsys.readouterr().err) == is_doubted


def test_a_setting_is_written_though_the_warehouse_is_another_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = flow.Home(tmp_path)
    duckdb.connect(home.warehouse).close()
    flow.settings(home, "me", ["heart_rate_max_bpm=150"], None, "terminal", Console())
    assert "Written to" in capsys.readouterr().err
    assert "150" in (tmp_path / "athlete.toml").read_text()
