"""`nextgear cluster`: parse, one call, print."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.options import QUARANTINED, WRONG, JsonLog, Memory, Out, Quiet, Retry, Rows, Strict, console_of

if TYPE_CHECKING:
    from pipeline.cluster.rounds import Ran

cluster = typer.Typer(
    name="cluster",
    help="Many athletes on many machines: their lake at an address, in buckets, as tasks of Apache Spark.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Lake = Annotated[
    str,
    typer.Argument(metavar="LAKE", help="Where the lake lies: a folder, s3://, gs://, abfs:// or hdfs://."),
]
Master = Annotated[
    str, typer.Option("--master", metavar="URL", help="Spark's master; all cores of this machine by default.")
]
Conf = Annotated[
    list[str] | None,
    typer.Option("--conf", metavar="KEY=VALUE", help="A setting of Spark's; may be repeated."),
]
Buckets = Annotated[
    int | None, typer.Option("--buckets", metavar="COUNT", help="Into how many buckets athletes are divided.")
]


@cluster.command()
def ingest(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="Where exports lie: a folder or a .zip for each athlete, called by their id.",
        ),
    ],
    lake: Lake,
    master: Master = "local[*]",
    conf: Conf = None,
    buckets: Buckets = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
    strict: Strict = False,
    retry: Retry = False,
) -> None:
    """Bring the exports of all athletes into the lake: one task per bucket of athletes.

    What is known is not read again. What goes wrong with one athlete stops no other.
    """
    from pipeline.cluster import engine, rounds

    console = console_of(quiet, json_log)
    ran = rounds.ingest(
        source, lake, master, engine.settings(conf or []), console, buckets=buckets, retry=retry
    )
    raise typer.Exit(_code(ran, strict))


@cluster.command()
def build(
    lake: Lake,
    master: Master = "local[*]",
    conf: Conf = None,
    buckets: Buckets = None,
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Build the marts of each bucket that is out of date, as Parquet; then marts.squad of all athletes.

    A bucket is there as a whole or not at all. One that fails is tried again, then noted with the reason,
    and the others are published.
    """
    from pipeline.cluster import engine, rounds

    ran = rounds.build(
        lake, master, engine.settings(conf or []), console_of(quiet, json_log), buckets=buckets
    )
    raise typer.Exit(_code(ran))


@cluster.command()
def status(
    lake: Lake,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="table or json.")] = "table",
) -> None:
    """What is published of a lake; which buckets and athletes are not, and why: then it exits with 1."""
    from pipeline.cluster import rounds

    text, is_sound = rounds.status(lake, form)
    typer.echo(text)
    raise typer.Exit(WRONG * (not is_sound))


@cluster.command()
def sql(
    lake: Lake,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="SQL, a FILE.sql, or - for standard input.")],
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="table, csv, json or parquet; else as --out ends."),
    ] = None,
    out: Out = None,
    rows: Rows = 1000,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="Stop a query after that; 0: never.")
    ] = 60,
    memory: Memory = "50%",
) -> None:
    """Ask the marts of all athletes in SQL, on this machine: `from squad where is_stalled`."""
    from pipeline.cluster import questions

    width = console_of(quiet=False, json_log=False).table_width
    questions.ask(lake, query, form, out, rows, timeout, memory, width)


@cluster.command()
def forget(
    lake: Lake,
    athlete: Annotated[str, typer.Argument(metavar="ATHLETE", help="The id of who wants to be forgotten.")],
    quiet: Quiet = False,
    json_log: JsonLog = False,
) -> None:
    """Delete all that the lake has of an athlete, and show that nothing is left. Exports are not touched."""
    from pipeline.cluster import rounds

    rounds.forget(lake, athlete, console_of(quiet, json_log))


def _code(ran: "Ran", strict: bool = False) -> int:
    if not ran.is_sound:
        return WRONG
    return QUARANTINED if strict and ran.outcomes.get("quarantined") else 0
