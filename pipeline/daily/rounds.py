"""A run for one athlete or for all: land, build, and make each report anew that is out of date.

Where there are several, everything said begins with whose it is, what goes wrong with one is said in a line
and the others go on, and at the end comes the page of all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline import answers, athlete, published
from pipeline.console import Console
from pipeline.daily import dated, drop_folder, squad, standing, steps
from pipeline.daily.drop_folder import Division
from pipeline.daily.standing import Change, Last
from pipeline.daily.steps import Broken
from pipeline.home import Home
from pipeline.ingest import Counts
from pipeline.lake import beside
from pipeline.schema import OUTCOMES
from pipeline.sources import Source

_NOTHING = Counts(found=0, known=0, outcomes={})


@dataclass(frozen=True)
class Ran:
    """What a run found, what is other than the last time, and what went wrong, each by athlete.

    `news` has those whose report was made anew. One who is among several is named where the news are read
    elsewhere.
    """

    counts: Mapping[str, Counts]
    news: Mapping[str, Sequence[Change]] = field(default_factory=dict[str, Sequence[Change]])
    failures: Mapping[str, str] = field(default_factory=dict[str, str])
    is_among_several: bool = False

    @property
    def is_squad(self) -> bool:
        """Was it for several?"""
        return len(self.counts) > 1

    @property
    def quarantined_count(self) -> int:
        """How many files no reader could make sense of."""
        return sum(counts.outcomes.get("quarantined", 0) for counts in self.counts.values())

    def lines(self) -> list[str]:
        """The news as `run --quiet` prints them, for who sends them on: without the names of files."""
        return [
            f"{athlete_id}: {text}" if self.is_squad or self.is_among_several else text
            for athlete_id, changes in self.news.items()
            for text in (change.abroad or change.text for change in changes)
        ]


def land(home: Home, athlete_id: str | None, sources: Sequence[Source], console: Console, retry: bool) -> Ran:
    """Bring every activity of the sources into the lake of whose they are."""
    with steps.at_work(home, console) as broken:
        counts = _landed(home, athlete_id, sources, console, retry, broken)
    ran = Ran(counts, failures=steps.complain(broken, console))
    for one, found in counts.items():
        if one not in broken:
            tell(found, *_voice(ran.is_squad, one, console))
    return ran


def run(
    home: Home,
    athlete_id: str | None,
    sources: Sequence[Source],
    console: Console,
    retry: bool,
    now: datetime,
) -> Ran:
    """Land, build and report; `now` is when the reports say that they were made."""
    news: dict[str, Sequence[Change]] = {}
    with steps.at_work(home, console) as broken:
        counts = _landed(home, athlete_id, sources, console, retry, broken)
        is_squad = len(counts) > 1
        steps.build(home, console, broken)
        made_by = published.program(published.sql_folder())
        for one in counts:
            if _is_broken(one, broken, is_squad):
                continue
            with steps.blame(one, broken, is_squad):
                changes = _reported(home, one, counts[one], made_by, now, *_voice(is_squad, one, console))
                if changes is not None:
                    news[one] = changes
        ran = Ran(counts, news, steps.complain(broken, console), len(home.lakes()) > 1)
        is_page_new = squad.publish(home, ran.failures, now)
    if is_squad:
        _close_squad(home, ran, is_page_new, now, console)
    else:
        (one,) = counts
        _close(home, one, ran, console)
    return ran


def _voice(is_squad: bool, athlete_id: str, console: Console) -> tuple[Console, str]:
    """Who says it, and what a command that looks at it needs besides."""
    return console.of(athlete_id) if is_squad else console, answers.options_for(athlete_id)


def _is_broken(athlete_id: str, broken: Broken, is_squad: bool) -> bool:
    """Is there nothing to be done for one of several? For one alone, what is wrong is raised."""
    if athlete_id in broken and not is_squad:
        raise broken[athlete_id]
    return athlete_id in broken


def _landed(
    home: Home,
    athlete_id: str | None,
    sources: Sequence[Source],
    console: Console,
    retry: bool,
    broken: Broken,
) -> dict[str, Counts]:
    """What each athlete's share of the sources held; who is broken, or becomes so, has nothing."""
    division = _divided(home, athlete_id, sources, console)
    is_squad = len(division.shares) > 1
    counts = {share.athlete_id: _NOTHING for share in division.shares}
    for share in division.shares:
        one = share.athlete_id
        if _is_broken(one, broken, is_squad):
            continue
        with steps.blame(one, broken, is_squad):
            voice, _ = _voice(is_squad, one, console)
            counts[one] = steps.land(home, one, share.sources, voice, retry, share.without)
    return counts


def _divided(home: Home, athlete_id: str | None, sources: Sequence[Source], console: Console) -> Division:
    if athlete_id:
        home.lake_of(athlete_id)
    home.exports.mkdir(exist_ok=True)
    settled = athlete.settled(home.folder)
    division = drop_folder.division(home.exports, home.lakes(), settled, athlete_id, sources)
    for text in division.said:
        console.say("squad", text, athletes=[share.athlete_id for share in division.shares])
    return division


def _reported(
    home: Home, athlete_id: str, counts: Counts, made_by: str, now: datetime, console: Console, whose: str
) -> list[Change] | None:
    """Make the report of an athlete anew if it is out of date, and say what has changed; None if it is not.

    Where the athlete stands is kept for the next run only after it was said: who is killed in between hears
    of it twice, and of nothing never.
    """
    page, kept = home.report(athlete_id), home.news(athlete_id)
    said = athlete.load(home.folder, athlete_id)
    made_of = published.state(made_by, [home.lake_of(athlete_id)], [repr(said)])
    last = standing.last(kept)
    if last and last.made_of == made_of and page.exists():
        return None
    from pipeline.daily import news

    now_stands = news.standing_of(answers.content(home, athlete_id, news.ASKED))
    dated.publish(page.parent, answers.report(home, athlete_id, format="html", made_at=now), now)
    changes = news.changes(last.standing if last else None, now_stands)
    if last and changes and last.made_by != made_by:
        changes.append(news.PROGRAM_CHANGED)
    tell(counts, console, whose)
    tell_ledger(home, athlete_id, console, unless=counts.outcomes)
    _tell_changes(changes, last, console)
    with beside(kept) as unfinished:
        text = standing.text_of(Last(now, made_of, made_by, now_stands), changes)
        unfinished.write_text(text, encoding="utf-8")
    return changes


def _tell_changes(changes: Sequence[Change], last: Last | None, console: Console) -> None:
    """To the quiet all of it; to others the first verdict comes with its report."""
    if last is None and not console.is_quiet:
        for change in changes:
            console.note(change.text)
        if not console.is_json:
            return
    if last and not console.is_quiet and not console.is_json and changes:
        console.say("changed", f"What changed since {last.made_at.astimezone():%Y-%m-%d %H:%M}:")
    for change in changes:
        console.tell_change(change.event, change.text, **change.facts)


def _close(home: Home, athlete_id: str, ran: Ran, console: Console) -> None:
    """The end of a run for one."""
    page = home.report(athlete_id)
    if athlete_id in ran.news:
        if not console.is_quiet:
            text = answers.why(home, athlete_id, width=console.width, color=console.has_color)
            console.show(text)
            if would_help := answers.hints(home, athlete_id, console):
                console.show(f"\n{would_help}")
        console.say("report", f"Report: {page}", path=str(page))
    else:
        _tell_nothing_new(
            ran.counts[athlete_id], f"warehouse and report are up to date ({page})", page, console
        )
        _tell_what_is_left(ran.counts[athlete_id], console)


def _close_squad(home: Home, ran: Ran, is_page_new: bool, now: datetime, console: Console) -> None:
    """The end of a run for several: what of the others, and the page of all."""
    for one, counts in ran.counts.items():
        if one not in ran.news:
            _tell_what_is_left(counts, console.of(one))
    if ran.news or ran.failures:
        if not console.is_quiet:
            console.show(squad.text(home, ran.failures, now, console.width))
        if home.index.exists():
            console.say(
                "squad_report", f"All of them: {home.index}", path=str(home.index), is_new=is_page_new
            )
        return
    known = sum(counts.known for counts in ran.counts.values())
    all_of_them = Counts(found=known, known=known, outcomes={})
    what = f"warehouse and the reports of {len(ran.counts)} athletes are up to date ({home.index})"
    _tell_nothing_new(all_of_them, what, home.index, console)


def _tell_nothing_new(counts: Counts, what: str, page: Path, console: Console) -> None:
    looked = f"{_files(counts.known)} known" if counts.known else "nothing to read"
    console.say("nothing_new", f"Nothing new: {looked}, {what}.", files=counts.known, path=str(page))


def tell(counts: Counts, console: Console, whose: str = "") -> None:
    """What an ingest found, in one line, and what needs a look; `whose` names the athlete in commands."""
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
            console.say(outcome, f"Why files are {outcome}: nextgear files --outcome {outcome}{whose}")
    if set(counts.outcomes) == {"not_an_activity"} and not counts.known:
        console.say("no_activity", f"None of these is an activity; what each one is: nextgear files{whose}")
    _tell_what_is_left(counts, console)


def _tell_what_is_left(counts: Counts, console: Console) -> None:
    """What another run, or another choice, would make more of."""
    for event, count, text in (
        ("waiting", counts.waiting, "still being written: left for the next run"),
        ("outdated", counts.outdated, "known from an older nextgear; --retry reads again"),
        (
            "out_of_reach",
            counts.out_of_reach,
            "could be read better now, and are not among these sources: nextgear run FOLDER --retry",
        ),
    ):
        if count:
            console.say(event, f"{_files(count)} {text}.", files=count)


def tell_ledger(
    home: Home, athlete_id: str, console: Console, unless: Mapping[str, int] | None = None
) -> None:
    """How many of all files ever seen ended in each way, if it is not just what was said.

    To read a file does not tell that its session is another's, too: these are the numbers of the report.
    """
    outcomes = answers.outcomes(home, athlete_id)
    total = sum(outcomes.values())
    if total and outcomes != unless:
        why = " A second file of one session counts as duplicate." * ("duplicate" in outcomes)
        text = f"{_files(total)} in all: {_listed(outcomes)}.{why}"
        console.say("ledger", text, files=total, outcomes=dict(outcomes))


def _listed(outcomes: Mapping[str, int]) -> str:
    known = ((outcomes.get(outcome, 0), outcome.replace("_", " ")) for outcome in OUTCOMES)
    return ", ".join(f"{count} {words}" for count, words in known if count)


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"
