"""The steps of a run, one after the other: find, read, land, measure, judge, publish, report.

What a command of the CLI calls, and what a notebook or a cluster may call as well. Each function says what it
did through a `Console` and leaves the data folder sound wherever it is stopped.
"""

import os
import shlex
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline import athlete, ingest, lake, published
from pipeline.console import Console
from pipeline.errors import SettingsError
from pipeline.ingest import Counts
from pipeline.lake import Lake
from pipeline.schema import OUTCOMES

DATA_VARIABLE = "NEXTGEAR_DATA"
JOURNAL = "journal.csv"

_INDENT = 1 + max(map(len, OUTCOMES))


@dataclass(frozen=True)
class Home:
    """The data folder: what goes in, what is kept, what comes out."""

    folder: Path

    @property
    def exports(self) -> Path:
        """The drop folder: what lies here is read by every run."""
        return self.folder / "exports"

    @property
    def lake(self) -> Path:
        """The truth."""
        return self.folder / "lake"

    @property
    def warehouse(self) -> Path:
        """Disposable: built from the lake."""
        return self.folder / "warehouse.duckdb"

    def report(self, athlete_id: str) -> Path:
        """The last HTML report of an athlete."""
        return self.folder / "reports" / athlete_id / "latest.html"

    def lake_of(self, athlete_id: str) -> Lake:
        """One athlete's part of the lake."""
        if not lake.ATHLETE_ID.fullmatch(athlete_id):
            raise SettingsError(f"athlete {athlete_id!r}: use letters, digits, '.', '_' and '-' only")
        return Lake(self.lake, athlete_id)


def default_folder() -> Path:
    """`data/` of the checkout; where there is none, the user's data folder as the platform has it."""
    if said := os.environ.get(DATA_VARIABLE):
        return Path(said).expanduser().absolute()
    checkout = Path(__file__).parent.parent
    if (checkout / "pyproject.toml").exists():
        return checkout / "data"
    from platformdirs import user_data_path

    return user_data_path("nextgear", appauthor=False)


def land(
    home: Home, athlete_id: str, sources: Sequence[Path], console: Console, retry: bool = False
) -> Counts:
    """Bring every activity of the sources into the lake; without sources, of the drop folder."""
    with _at_work(home, console):
        return _land(home, athlete_id, sources, console, retry)


@contextmanager
def _at_work(home: Home, console: Console) -> Generator[None]:
    """Be the only run on this folder, with a lake that this version can write to."""
    with lake.exclusive(home.folder):
        batches = sum(home.lake_of(athlete_id).migrate() for athlete_id in lake.athletes(home.lake))
        if batches:
            console.say("migrated", "The lake of an older nextgear was brought up to date.", batches=batches)
        yield


def _land(home: Home, athlete_id: str, sources: Sequence[Path], console: Console, retry: bool) -> Counts:
    athletes_lake = home.lake_of(athlete_id)
    home.exports.mkdir(exist_ok=True)
    settings = athlete.load(home.folder, athlete_id)
    with console.progress("Reading", "files") as progress:
        return ingest.ingest(
            sources or [home.exports], athletes_lake, settings.time_zone, progress, retry=retry
        )


def build(home: Home, console: Console) -> bool:
    """Bring the warehouse up to date with the lake, the models and the settings; False when it was."""
    with _at_work(home, console):
        return _build(home, console)


def _build(home: Home, console: Console) -> bool:
    athlete_ids = lake.athletes(home.lake)
    settings = [athlete.load(home.folder, athlete_id) for athlete_id in athlete_ids]
    lakes = [home.lake_of(athlete_id) for athlete_id in athlete_ids]
    folder, said = published.sql_folder(), [repr(one) for one in settings]
    if published.is_current(home.warehouse, published.state(folder, lakes, said)):
        return False  # `build` would say so as well, but it takes DuckDB to ask it
    from pipeline import warehouse

    with console.progress("Measuring", "batches") as progress:
        warehouse.build(home.warehouse, folder, lakes, said, lambda: athlete.tables(settings), progress)
    for of_athlete in lakes:  # what was compacted is read by no published warehouse any more
        of_athlete.sweep()
    return True


def report(home: Home, athlete_id: str, **choices: object) -> str:
    """The report as text; `choices` are those of `pipeline.report.report`."""
    return _told(home, athlete_id, "report", **choices)


def why(home: Home, athlete_id: str, **choices: object) -> str:
    """The verdict and the leading causes as text."""
    return _told(home, athlete_id, "why", **choices)


def hints(home: Home, athlete_id: str, console: Console) -> str:
    """What would sharpen the report most, with the commands that say it; nothing if nothing would."""
    whose = () if athlete_id == athlete.DEFAULT_ID else ("--athlete", athlete_id)
    where = () if home.folder == default_folder() else ("--data", str(home.folder))
    options = "".join(f" {shlex.quote(word)}" for word in (*where, *whose))
    return _told(home, athlete_id, "hints", options=options, width=console.width)


def _told(home: Home, athlete_id: str, what: str, **choices: object) -> str:
    from pipeline import report as reports

    tell: Callable[..., str] = getattr(reports, what)
    units = athlete.load(home.folder, athlete_id).units
    return tell(home.warehouse, athlete_id, sql=published.sql_folder() / "reports", units=units, **choices)


def settings(
    home: Home,
    athlete_id: str,
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
    )
    deliver(text, None, console)


def _write_journal(home: Home, athlete_id: str, path: Path | None, console: Console) -> None:
    """A journal to fill in, where there is none yet; without a path in the drop folder.

    Raises SettingsError if there is one: what somebody wrote by hand is not written over.
    """
    from pipeline.readers import journal as journals

    if path is None and athlete_id != athlete.DEFAULT_ID:
        whose = athlete.DEFAULT_ID
        raise SettingsError(f"--journal: say where {athlete_id}'s is to be; exports/ is where {whose}'s is")
    folder = home.exports if path is None else path.expanduser()
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


def deliver(text: str, out: Path | None, console: Console) -> None:
    """A report where it was asked for: in a file, or on standard output."""
    if out is None:
        print(text)  # it was asked for, so even a quiet command says it
    else:
        publish(out, text)
        console.say("report", f"Report: {out}", path=str(out))


def ask(home: Home, athlete_id: str, query: str | None, form: str, console: Console) -> None:
    """Print what the warehouse answers to a query, or to one after the other as they are typed."""
    from pipeline import query as query_text
    from pipeline import warehouse

    with warehouse.reader(home.warehouse, home.lake) as db:
        db.execute("set variable athlete_id = $1", [athlete_id])
        if query is not None:
            query_text.show(db, query_text.text_of(query), form, console.table_width)
            return
        for asked in query_text.typed():
            try:
                query_text.show(db, asked, form, console.table_width)
            except SettingsError as error:
                if not sys.stdin.isatty():
                    raise
                print(error)  # and the prompt goes on


def files(home: Home, athlete_id: str, outcome: str | None, form: str, console: Console) -> None:
    """Print the ledger, or the files of one outcome."""
    if outcome not in (None, *OUTCOMES):
        raise SettingsError(f"--outcome {outcome}: there are {', '.join(OUTCOMES)}")
    from pipeline import query as query_text
    from pipeline import warehouse

    with warehouse.reader(home.warehouse, home.lake) as db:
        db.execute("set variable athlete_id = $1", [athlete_id])
        db.execute("set variable outcome = $1", [outcome])
        wanted = (
            "select outcome, format, path, reason from marts.files "
            "where athlete_id = getvariable('athlete_id') "
            "and outcome = coalesce(getvariable('outcome'), outcome) order by path"
        )
        if form != "table":
            query_text.show(db, wanted, form, console.table_width)
            return
        for became, _, path, reason in db.execute(wanted).fetchall():
            print("\n".join((f"{became:<{_INDENT}}{path}", *_indented(reason, console.table_width))))
    if outcome is None:
        _tell_ledger(_ledger(home, athlete_id), console)


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


def run(
    home: Home, athlete_id: str, sources: Sequence[Path], console: Console, retry: bool = False
) -> Counts:
    """Ingest, build, report: what cron calls. Says what is new, in one line if nothing is."""
    page = home.report(athlete_id)
    with _at_work(home, console):
        counts = _land(home, athlete_id, sources, console, retry)
        _build(home, console)
        # Not only if it was built just now: perhaps by a run that was cut short, or for another athlete.
        is_old = not page.exists() or page.stat().st_mtime_ns < home.warehouse.stat().st_mtime_ns
        if is_old:
            publish(page, report(home, athlete_id, format="html"))
    if is_old:
        tell(counts, console)
        ledger = _ledger(home, athlete_id)
        if ledger != counts.outcomes:
            _tell_ledger(ledger, console)
        console.show(why(home, athlete_id, width=console.width, color=console.has_color))
        if would_help := hints(home, athlete_id, console):
            console.show(f"\n{would_help}")
        console.say("report", f"Report: {page}", path=str(page))
    else:
        looked = f"{_files(counts.known)} known" if counts.known else "nothing to read"
        console.say(
            "nothing_new",
            f"Nothing new: {looked}, warehouse and report are up to date ({page}).",
            files=counts.known,
            path=str(page),
        )
        _tell_what_is_left(counts, console)
    return counts


def tell(counts: Counts, console: Console) -> None:
    """What an ingest found, in one line, and what needs a look."""
    found = _listed(counts.outcomes)
    known = f"{counts.known} known" if counts.known else ""
    waiting = f"{counts.waiting} still being written" if counts.waiting else ""
    what = ", ".join(filter(None, (known, found, waiting))) or "nothing to read"
    console.say(
        "ingested",
        f"{_files(counts.found)}: {what}.",
        found=counts.found,
        known=counts.known,
        outcomes=dict(counts.outcomes),
    )
    for outcome in ("quarantined", "unsupported", "salvaged"):
        if counts.outcomes.get(outcome):
            console.say(outcome, f"Why files are {outcome}: nextgear files --outcome {outcome}")
    if set(counts.outcomes) == {"not_an_activity"} and not counts.known:
        console.say("no_activity", "None of these is an activity; what each one is: nextgear files")
    _tell_what_is_left(counts, console)


def _tell_what_is_left(counts: Counts, console: Console) -> None:
    """What another run, or another choice, would make more of."""
    for event, count, text in (
        ("waiting", counts.waiting, "still being written: left for the next run"),
        ("outdated", counts.outdated, "known from an older nextgear; --retry reads again"),
        ("out_of_reach", counts.out_of_reach, "kept as an older nextgear read them: not among these sources"),
    ):
        if count:
            console.say(event, f"{_files(count)} {text}.", files=count)


def _ledger(home: Home, athlete_id: str) -> dict[str, int]:
    """How many of all files ever seen ended in each way, now that sessions seen twice are known."""
    from pipeline import warehouse

    with warehouse.reader(home.warehouse, home.lake) as db:
        rows = db.execute(
            "select outcome, count(*) from marts.files where athlete_id = $1 group by all", [athlete_id]
        ).fetchall()
    return dict(rows)


def _tell_ledger(outcomes: Mapping[str, int], console: Console) -> None:
    """The same numbers as in the report; to read a file does not tell that its session is another's, too."""
    total = sum(outcomes.values())
    if total:
        why = " A second file of one session counts as duplicate." * ("duplicate" in outcomes)
        text = f"{_files(total)} in all: {_listed(outcomes)}.{why}"
        console.say("ledger", text, files=total, outcomes=dict(outcomes))


def _listed(outcomes: Mapping[str, int]) -> str:
    known = ((outcomes.get(outcome, 0), outcome.replace("_", " ")) for outcome in OUTCOMES)
    return ", ".join(f"{count} {words}" for count, words in known if count)


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


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
    run(home, athlete.DEFAULT_ID, [], console)
    return home
