"""The command line: parse, one call, print. Parts are imported by the command that needs them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import letters
from pipeline.cluster.commands import cluster
from pipeline.errors import NextgearError, sentence
from pipeline.home import data_folder
from pipeline.options import (
    INTERRUPTED,
    QUARANTINED,
    WRONG,
    JsonLog,
    Memory,
    Out,
    Quiet,
    Retry,
    Rows,
    Strict,
    console_of,
)

if TYPE_CHECKING:
    from pipeline.daily.rounds import Ran
    from pipeline.home import Home

app = typer.Typer(
    name="nextgear",
    help="Why am I not getting faster? An answer with error bars, from the files your watch exports.",
    epilog="To begin: `nextgear run EXPORT.ZIP` reports on your runs, `nextgear demo` on a simulated one's.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="NEXTGEAR_DATA",
        metavar="DIR",
        parser=data_folder,
        help="Folder of lake, warehouse, reports. Default: data/ in a checkout, else your user data folder.",
    ),
]
Athlete = Annotated[
    str | None,
    typer.Option("--athlete", metavar="ID", help="Whose. Default: me, or the only one there is."),
]
Athletes = Annotated[
    str | None,
    typer.Option("--athlete", metavar="ID", help="Only this athlete. Default: all that are in exports/."),
]
Changes = Annotated[bool, typer.Option("--quiet", help="Say what changed since the last run, if anything.")]
Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCES",
        help="Files, folders, .gz, .zip, also at s3://BUCKET/FOLDER. Default: exports/ in the data folder.",
    ),
]

app.add_typer(cluster)


@app.command()
def run(
    sources: Sources = None,
    data: Data = None,
    athlete: Athletes = None,
    quiet: Changes = False,
    json_log: JsonLog = False,
    strict: Strict = False,
    retry: Retry = False,
    no_notify: Annotated[bool, typer.Option("--no-notify", help="Send no news to notify.toml's.")] = False,
) -> None:
    """Ingest, build and report in one go; what cron calls. For all athletes, or for one."""
    from pipeline import flow

    console = console_of(quiet, json_log)
    ran = flow.run(_home(data), athlete, sources or [], console, retry, is_sending=not no_notify)
    raise typer.Exit(_code(ran, strict))


@app.command()
def ingest(
    sources: Sources = None,
    data: Data = None,
    athlete: Athletes = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
    strict: Strict = False,
    retry: Retry = False,
) -> None:
    """Bring files into the lake."""
    from pipeline import flow

    ran = flow.land(_home(data), athlete, sources or [], console_of(quiet, json_log), retry)
    raise typer.Exit(_code(ran, strict))


@app.command()
def build(
    data: Data = None, athlete: Athlete = None, quiet: Quiet = False, json_log: JsonLog = False
) -> None:
    """Build what is out of date in the warehouse, which is one for all athletes."""
    from pipeline import flow

    home, console = _home(data), console_of(quiet, json_log)
    home.lake_of(athlete or "me")
    is_built = flow.build(home, console)
    console.say("built", "Built." if is_built else "The warehouse is up to date.", is_new=is_built)


@app.command()
def report(
    data: Data = None,
    athlete: Athlete = None,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="terminal, html, markdown or json.")
    ] = "terminal",
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Write it there instead.")] = None,
    section: Annotated[
        list[str] | None,
        typer.Option("--section", metavar="NAME", help="Only this section; may be repeated."),
    ] = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Verdict, causes, load, phases, split, trend, workouts, recovery, races, files: from the warehouse."""
    from pipeline import flow

    console = console_of(quiet, json_log)
    chosen = {"sections": section} if section else {}
    flow.deliver(
        flow.report(
            _home(data), athlete, format=form, width=console.width, color=console.has_color, **chosen
        ),
        out,
        console,
        is_exact=form != "terminal",
    )


@app.command()
def why(data: Data = None, athlete: Athlete = None, quiet: Quiet = False, json_log: JsonLog = False) -> None:
    """The verdict and the ranked causes, on one screen."""
    from pipeline import flow

    console = console_of(quiet, json_log)
    text = flow.why(_home(data), athlete, width=console.width, color=console.has_color)
    flow.deliver(text, None, console)


@app.command()
def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY", help="SQL, a FILE.sql, or - for standard input; without it, a prompt."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="table, csv, json or parquet; else as --out ends, or a table.",
        ),
    ] = None,
    out: Out = None,
    rows: Rows = 1000,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", help="Stop a query after that; 0: never. Default: 60."),
    ] = None,
    memory: Memory = "50%",
    cookbook: Annotated[
        bool, typer.Option("--cookbook", help="List the ready-made questions; with a NAME, answer that one.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FOLDER", help="Write every mart there, as a Parquet file each."),
    ] = None,
    positions: Annotated[
        bool, typer.Option("--positions", help="With --export: latitude and longitude, too.")
    ] = False,
    data: Data = None,
    athlete: Athlete = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Ask the warehouse in SQL; nothing can be changed. getvariable('athlete_id') is the --athlete.

    A query sees the tables of the warehouse and nothing else: no other file, no network.
    """
    from pipeline.ask import asking

    asking.sql(
        lambda: _home(data),
        athlete,
        query,
        console_of(quiet, json_log),
        form=form,
        out=out,
        rows=rows,
        timeout_s=timeout,
        memory=memory,
        is_from_cookbook=cookbook,
        export_to=export,
        with_positions=positions,
    )


@app.command()
def files(
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="NAME", help="Only these: imported, quarantined, ...")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="table, csv, json or parquet.")
    ] = "table",
    data: Data = None,
    athlete: Athlete = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Every file ever seen, and what became of it."""
    from pipeline import flow

    flow.files(_home(data), athlete, outcome, form, console_of(quiet, json_log))


@app.command()
def athlete(
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Write it to athlete.toml; may be repeated."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="With --set: the day from which it holds.")
    ] = None,
    journal: Annotated[
        bool, typer.Option("--journal", help="Write a journal.csv to fill in: to PATH, or to exports/.")
    ] = False,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="With --journal: a folder, or a new file.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="terminal or json.")] = "terminal",
    data: Data = None,
    athlete: Athlete = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Your settings and anchors: what holds, where it is from, what would sharpen it.

    A journal has one row per day, and these columns, of which all but the day may be blank: day,
    resting_heart_rate_bpm, hrv_ms, sleep_h, rpe (1 to 10), strength (sessions, 0 for none), ill (yes or no),
    race (its name), race_km, shoes, plan, note. Commas, semicolons or tabs stand between them.
    """
    from pipeline import flow

    home, console = _home(data), console_of(quiet, json_log)
    flow.settings(home, athlete, changes or [], since, form, console, journal, path)


@app.command()
def models(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Only this model: its columns, what reads it.")
    ] = None,
    graph: Annotated[
        bool,
        typer.Option(
            "--graph", help="As a Mermaid diagram: what the marts read; with a NAME, all it rests on."
        ),
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The dictionary, as in sql/README.md.")
    ] = False,
) -> None:
    """The SQL models, what they read, and what a row of each is."""
    from pipeline import dictionary

    typer.echo(dictionary.text("graph" if graph else "markdown" if markdown else "list", name), nl=False)


@app.command()
def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Read every byte of the lake.")] = False,
    notify_test: Annotated[
        bool, typer.Option("--notify-test", help="Send a test to the targets of notify.toml.")
    ] = False,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="table or json.")] = "table",
    data: Data = None,
) -> None:
    """Is this installation, and what lies in the data folder, sound? Exits with 1 if anything is wrong."""
    from pipeline import doctor

    findings = doctor.examine(_home(data), is_deep=deep, is_sending=notify_test)
    typer.echo(doctor.text(findings, form))
    raise typer.Exit(WRONG * (not doctor.is_sound(findings)))


@app.command()
def schedule(
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="Time of day, on this machine.")] = "06:30",
    every: Annotated[str, typer.Option("--every", metavar="NAME", help="day, week or hour.")] = "day",
    watch: Annotated[
        bool, typer.Option("--watch", help="Also when something lands in exports/ (systemd, launchd).")
    ] = False,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="crontab, systemd, launchd or windows."),
    ] = None,
    data: Data = None,
    athlete: Annotated[
        str | None, typer.Option("--athlete", metavar="ID", help="Only this one's files.")
    ] = None,
) -> None:
    """Print what makes this machine call `run` by itself, and how to install it; nothing is installed."""
    from pipeline import schedule

    home = _home(data)
    if athlete is not None:
        home.lake_of(athlete)
    typer.echo(schedule.text(home.folder, athlete, at, every, form, is_watching=watch), nl=False)


@app.command()
def demo(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", parser=data_folder, help="Where to; default: a new scratch folder."
        ),
    ] = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """A simulated runner's exports and the report on them, in a scratch folder."""
    from pipeline import flow

    flow.demo(data, console_of(quiet, json_log))


def _code(ran: "Ran", strict: bool) -> int:
    return WRONG if ran.failures else QUARANTINED if strict and ran.quarantined_count else 0


def _home(data: Path | None) -> "Home":
    from pipeline.home import Home, default_folder

    return Home(data or default_folder())


def main() -> None:
    """Run a command; an expected error is one clear sentence and an exit code, never a traceback."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by who started us
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
    letters.fit()
    if "_NEXTGEAR_COMPLETE" in os.environ:  # the word of a shell that wants to know what may follow
        from pipeline import completion

        completion.offer(app)
    try:
        try:
            app(prog_name="nextgear")
        finally:
            sys.stdout.flush()  # or who reads no more, or has no room, would be met when nobody can say so
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer's word for Ctrl-C, and all that it says
            _complain("interrupted. What was complete is kept; run again to go on.")
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        _drop_output()  # `head` has seen enough, which is no error, though typer says so
    except NextgearError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError as error:  # whoever read us has seen enough
        _drop_output()
        sys.exit(error.__context__.code if isinstance(error.__context__, SystemExit) else 0)
    except OSError as error:  # a full disk, a folder that may not be written
        _complain(sentence(error))
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
        sys.exit(WRONG)


def _drop_output() -> None:
    """What still waits to be printed can go nowhere; without this Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _complain(text: str) -> None:
    """Why a command ends early; in a log for machines that is a line of JSON, too."""
    if "--json-log" in sys.argv:
        import json

        text = json.dumps({"event": "failed", "reason": text})
    else:
        text = f"nextgear: {text}"
    typer.echo(text, err=True)


if __name__ == "__main__":
    main()
