"""The steps of a run, one after the other: find, read, land, measure, judge, publish, report.

What a command of the CLI calls, and what a notebook or a cluster may call as well. Each function says what it
did through a `Console` and leaves the data folder sound wherever it is stopped.
"""

import shutil
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline import athlete, lake, letters, notify, published
from pipeline.answers import content, hints, options_for, report, whose, why
from pipeline.beginning import how_to_begin
from pipeline.console import Console
from pipeline.daily import rounds, runlog, steps, unread_days
from pipeline.daily.rounds import Ran, tell_ledger
from pipeline.errors import LakeError, NextgearError, SettingsError
from pipeline.home import Home, default_folder
from pipeline.schema import OUTCOMES
from pipeline.sources import Source, source

__all__ = [
    "Home",
    "build",
    "default_folder",
    "deliver",
    "demo",
    "files",
    "hints",
    "land",
    "publish",
    "report",
    "run",
    "settings",
    "whose",
    "why",
]

JOURNAL = "journal.csv"

_INDENT = 1 + max(map(len, OUTCOMES))


def land(
    home: Home, athlete_id: str | None, sources: Sequence[Source | str], console: Console, retry: bool = False
) -> Ran:
    """Bring every activity of the sources into the lake; without sources, of the drop folder."""
    with runlog.logged(home.folder, "ingest") as log:
        console = console.with_log(log)
        ran = rounds.land(home, athlete_id, [*map(source, sources)], console, retry)
        _tell_what_to_do(home, console)
        return ran


def _tell_what_to_do(home: Home, console: Console) -> None:
    """How to begin, where nothing was read yet; and what was written down and could not be read."""
    lakes = home.lakes()
    if not lakes:
        console.say("nothing_yet", how_to_begin(home))
    for athlete_id, lake_of in lakes.items():
        if athlete_id in home.reasons_left_out():
            continue
        for text in unread_days.told(lake_of):
            (console.of(athlete_id) if len(lakes) > 1 else console).say("journal", text)


def build(home: Home, console: Console) -> bool:
    """Bring the warehouse up to date with the lake, the models and the settings; False when it was.

    Raises what is wrong with the one athlete there is; of several, LakeError when the others are built.
    """
    with runlog.logged(home.folder, "build") as log:
        console = console.with_log(log)
        with steps.at_work(home, console) as broken:
            is_new = steps.build(home, console, broken)
        if len(broken) == 1 == len(home.lakes()):
            raise next(iter(broken.values()))
        if failures := steps.complain(broken, console):
            raise LakeError(f"{home.warehouse}: built without {', '.join(failures)}")
        return is_new


def run(
    home: Home,
    athlete_id: str | None,
    sources: Sequence[Source | str],
    console: Console,
    retry: bool = False,
    now: datetime | None = None,
    is_sending: bool = True,
) -> Ran:
    """Ingest, build, report: what cron calls. Without an athlete, for all that there are.

    Says what is new, in one line if nothing is; `now` is when the reports say that they were made. The news
    is sent to the targets of notify.toml, if any are named there.
    """
    with runlog.logged(home.folder, "run") as log:
        console = console.with_log(log)
        now = now or datetime.now(UTC)
        ran = rounds.run(home, athlete_id, [*map(source, sources)], console, retry, now)
        _tell_what_to_do(home, console)
        if is_sending:
            _send(home, ran.lines(), console)
        return ran


def _send(home: Home, lines: Sequence[str], console: Console) -> None:
    """Pass the news on; what cannot be sent is told, and is no reason for a run to have failed."""
    path = home.folder / notify.FILE
    try:
        urls = notify.targets(path)
    except SettingsError as error:
        console.complain(str(error))
        return
    if notify.is_open_to_others(path):
        console.say("open_to_others", f"Others can read {path} and its passwords: chmod 600 {path}")
    for failure in notify.send(lines, urls, home.reports / notify.UNSENT):
        if lines:
            console.complain(failure)
        else:  # of older news, which was told when they were new
            console.say("unsent", failure)


def settings(
    home: Home,
    athlete_id: str | None,
    changes: Sequence[str],
    since: str | None,
    form: str,
    console: Console,
    journal: bool = False,
    path: Path | None = None,
) -> None:
    """Write changes such as `heart_rate_max_bpm=191` to athlete.toml; without any, show what is in force.

    With `journal`, write one to fill in instead, to `path`.
    """
    athlete_id = whose(home, athlete_id)
    home.lake_of(athlete_id)
    if journal:
        _write_journal(home, athlete_id, path, console)
        return
    if path:
        raise SettingsError(f"{path}: a path goes with --journal")
    if since and not changes:
        raise SettingsError(f"--from {since}: goes with --set")
    if changes:
        path, text = athlete.edited(home.folder, athlete_id, changes, since)
        publish(path, text)
        for change in changes:
            console.say("set", f"{change}{f' from {since} on' if since else ''}", path=str(path))
        if doubt := _doubt(home, athlete_id):
            console.say("doubt", doubt)
        console.say("next", f"Written to {path}; `nextgear build` or `nextgear run` will use it.")
        return
    from pipeline import report as reports

    said = athlete.load(home.folder, athlete_id)
    text = reports.athlete(
        home.warehouse,
        athlete_id,
        sql=published.sql_folder() / "reports",
        settings=athlete.told(said),
        path=athlete.settings_path(home.folder, athlete_id),
        format=form,
        units=said.units,
        width=console.width,
        color=console.has_color,
        options=options_for(athlete_id),
    )
    deliver(text, None, console, is_exact=form == "json")


def _doubt(home: Home, athlete_id: str) -> str:
    """What speaks against the maximum heart rate that was said: a confirmed one that is higher."""
    said = athlete.load(home.folder, athlete_id).heart_rate_max_bpm
    if not said or not home.warehouse.exists():
        return ""
    try:
        anchors = content(home, athlete_id, ("anchors",)).rows["anchors"]
    except (
        NextgearError
    ):  # a warehouse of another version, say: the setting is written, and that is what counts
        return ""
    for row in anchors:
        is_now = row["anchor"] == "heart_rate_max_bpm" and row["is_latest_anchor"] and row["is_confirmed"]
        if is_now and row["value"] > said[-1].value:
            known = f"Until now the maximum was {row['value']:.0f} bpm ({row['reason']})."
            return f"{known} If that is right, {said[-1].value:.0f} will have easy running called hard."
    return ""


def _write_journal(home: Home, athlete_id: str, path: Path | None, console: Console) -> None:
    """A journal to fill in, where there is none yet; without a path in the athlete's part of the drop folder.

    Raises SettingsError if there is one: what somebody wrote by hand is not written over.
    """
    from pipeline.readers import journal as journals

    own = home.exports / athlete_id
    if path is None and athlete_id != athlete.DEFAULT_ID and not own.is_dir():
        whose = athlete.DEFAULT_ID
        raise SettingsError(f"--journal: say where {athlete_id}'s is to be; exports/ is where {whose}'s is")
    inside = home.exports if athlete_id == athlete.DEFAULT_ID else own
    folder = inside if path is None else path.expanduser()
    new = folder / JOURNAL if path is None or folder.is_dir() else folder
    if new.exists():
        raise SettingsError(f"{new}: there is one already, and it is left as it is")
    publish(new, journals.template())
    reads = "nextgear run" if path is None else f"nextgear run {new}"
    console.say(
        "journal", f"{new}: a journal to fill in, one row per day; `{reads}` reads it.", path=str(new)
    )


def publish(path: Path, text: str) -> None:
    """Write a report beside its place and rename it: whoever has the old one open keeps it whole."""
    with lake.beside(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def deliver(text: str, out: Path | None, console: Console, *, is_exact: bool = False) -> None:
    """A report where it was asked for: in a file, or on standard output (also called `-`).

    `is_exact` is a page, or what a program reads: UTF-8 whatever the terminal can show, no letter replaced.
    """
    if out is None or str(out) == "-":
        if is_exact:
            letters.keep()
        print(text)  # it was asked for, so even a quiet command says it
    else:
        publish(out, text)
        console.say("report", f"Report: {out}", path=str(out))


def files(home: Home, athlete_id: str | None, outcome: str | None, form: str, console: Console) -> None:
    """Print the ledger, or the files of one outcome."""
    if outcome not in (None, *OUTCOMES):
        raise SettingsError(f"--outcome {outcome}: there are {', '.join(OUTCOMES)}")
    athlete_id = whose(home, athlete_id)
    from pipeline.ask import formats, query, tables
    from pipeline.reader import reader

    with reader(home.warehouse, home.lake) as db:
        db.execute("set variable athlete_id = $1", [athlete_id])
        db.execute("set variable outcome = $1", [outcome])
        wanted = (
            "select outcome, format, path, reason from marts.files "
            "where athlete_id = getvariable('athlete_id') "
            "and outcome = coalesce(getvariable('outcome'), outcome) order by path"
        )
        if form != "table":
            for answer in query.answers(db, wanted, query.Limits(timeout_s=0)):
                formats.show(answer, form, console.table_width)
            return
        for became, _, path, reason in db.execute(wanted).fetchall():
            shown = tables.visible(path), _indented(tables.visible(reason), console.table_width)
            print("\n".join((f"{became:<{_INDENT}}{shown[0]}", *shown[1])))
    if outcome is None:
        tell_ledger(home, athlete_id, console)


def _indented(reason: str, width: int) -> list[str]:
    """Under the path, which is too long to stand beside anything; broken between words."""
    blank = " " * _INDENT
    return textwrap.wrap(
        reason,
        width,
        initial_indent=blank,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )


def demo(folder: Path | None, console: Console) -> Home:
    """A simulated runner's exports and the report on them, in a folder of its own.

    Raises SettingsError for a folder that already holds anything else: nobody wants those runs among theirs.
    """
    from pipeline import simulate

    home = Home(folder.expanduser().absolute() if folder else Path(tempfile.mkdtemp(prefix="nextgear-demo-")))
    written = home.folder / ".demo"  # the folder is a demo's; with the digest of a runner in it, a whole one
    runner = simulate.demo_runner()
    if not written.exists() and home.folder.exists() and any(home.folder.iterdir()):
        raise SettingsError(f"{home.folder}: not empty, and a demo wants a folder of its own (--data DIR)")
    home.folder.mkdir(parents=True, exist_ok=True)
    written.touch()
    if written.read_text() != repr(runner):
        console.say("simulating", f"Writing {runner.weeks} weeks of a simulated runner's exports ...")
        shutil.rmtree(home.exports, ignore_errors=True)
        simulate.write(runner, home.exports)
        written.write_text(repr(runner))
    # A runner who is made up has no news that cron would want to mail.
    console = replace(console, is_silent=console.is_quiet)
    run(home, athlete.DEFAULT_ID, [], console)
    return home
