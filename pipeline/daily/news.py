"""What is other than the last time: where an athlete stood then, kept beside the report, and stands now.

`standing_of` reads it from the marts, `changes` puts the difference between two into a few lines that are
worth a mail from cron. The first standing of an athlete has nothing before it: its news is the verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.daily.standing import Change, Standing
from pipeline.report.causes import title_of
from pipeline.report.content import Content, Row
from pipeline.report.page import plain
from pipeline.report.units import clock, effort_name, number, percent, signed

# The queries that `standing_of` reads, beside the verdict's.
ASKED = ("causes", "best_efforts", "activity_counts", "troubled_files", "plan_adherence")

# Said with other news, for the runs may have nothing to do with them.
PROGRAM_CHANGED = Change("program_changed", "nextgear itself is another version than at the last report")

_TOLD_FILES = 3  # by name; the others are counted
_TOLD_EFFORTS = 4
_REASON_CHARACTERS = 160


def standing_of(content: Content) -> Standing:
    """Where the athlete of these answers (to ASKED) stands."""
    row = content.verdict or {"verdict": "not_enough_data"}
    counts = next(iter(content.rows["activity_counts"]), {"run_count": 0, "other_count": 0})
    has_change = row.get("change_pct") is not None
    return Standing(
        verdict=row["verdict"],
        since=_iso(row.get("since")),
        window=(str(row["window_start_on"]), str(row["window_end_on"])) if has_change else None,
        change_pct=(row.get("change_pct"), row.get("change_low_pct"), row.get("change_high_pct")),
        leading_causes=tuple(cause["cause"] for cause in content.rows["causes"] if cause["is_leading"]),
        run_count=int(counts["run_count"]),
        other_count=int(counts["other_count"]),
        troubled_files={
            file["path"]: (file["outcome"], file["reason"]) for file in content.rows["troubled_files"]
        },
        best_efforts={
            # all digits: a mile has seven
            f"{effort['effort_distance_m']:.10g}": _best(effort)
            for effort in content.rows["best_efforts"]
        },
        plans={
            plan["plan_name"]: {
                "title": plan["title"],
                "started_on": _iso(plan["plan_started_on"]),
                "known_day_count": plan["known_day_count"],
                "adherence_ratio": plan["adherence_ratio"],
            }
            for plan in content.rows["plan_adherence"]
        },
    )


def _best(effort: Row) -> dict[str, object]:
    return {
        "elapsed_s": effort["elapsed_s"],
        "local_day": _iso(effort["local_day"]),
        "season_elapsed_s": effort["season_elapsed_s"],
        "season_local_day": _iso(effort["season_local_day"]),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- compare


def changes(before: Standing | None, now: Standing) -> list[Change]:
    """The news, the most important first; with nothing before it, the verdict and what was found."""
    if before is None:
        return [*_first(now), *_found(Standing(), now)]
    return [
        *_verdict(before, now),
        *_causes(before, now),
        *_found(before, now),
        *_efforts(before, now),
        *_plans(before, now),
    ]


def _first(now: Standing) -> Iterator[Change]:
    since = f" since {now.since}" if now.since and now.verdict != "not_enough_data" else ""
    told = f"verdict: {_words(now.verdict)}{since}{_change_in_words(now)}"
    yield Change("verdict", told, {"verdict": now.verdict, "since": now.since})
    if now.leading_causes:
        causes = ", ".join(_lower(title_of(cause)) for cause in now.leading_causes)
        yield Change("leading_causes", f"leading causes: {causes}", {"causes": now.leading_causes})


def _verdict(before: Standing, now: Standing) -> Iterator[Change]:
    if now.verdict != before.verdict:
        told = f"verdict changed: {_words(before.verdict)} -> {_words(now.verdict)}{_change_in_words(now)}"
        yield Change("verdict_changed", told, {"before": before.verdict, "verdict": now.verdict})


def _change_in_words(now: Standing) -> str:
    value, low, high = now.change_pct
    if now.window is None or value is None:
        return ""
    sure = "" if low is None or high is None else f", 90 %: {signed(low)} to {signed(high)} %"
    return f" ({signed(value)} % speed at the same heart rate from {now.window[0]} to {now.window[1]}{sure})"


def _causes(before: Standing, now: Standing) -> Iterator[Change]:
    for event, text, causes in (
        (
            "cause_appeared",
            "new leading cause",
            [c for c in now.leading_causes if c not in before.leading_causes],
        ),
        (
            "cause_went",
            "no longer leading",
            [c for c in before.leading_causes if c not in now.leading_causes],
        ),
    ):
        if causes:
            told = ", ".join(_lower(title_of(cause)) for cause in causes)
            yield Change(event, f"{text}: {told}", {"causes": causes})


def _found(before: Standing, now: Standing) -> Iterator[Change]:
    """New runs, other activities, and files of which less than all could be read."""
    counted = {
        "run": now.run_count - before.run_count,
        "other activity": now.other_count - before.other_count,
    }
    parts = [f"{count} new {_plural(word, count)}" for word, count in counted.items() if count > 0]
    parts += [f"{-count} {_plural(word, -count)} fewer" for word, count in counted.items() if count < 0]
    abroad = list(parts)
    facts: dict[str, object] = {"runs": counted["run"], "other_activities": counted["other activity"]}
    new = {
        path: (outcome, reason)
        for path, (outcome, reason) in now.troubled_files.items()
        if path not in before.troubled_files or before.troubled_files[path][0] != outcome
    }
    for outcome in ("quarantined", "salvaged", "unsupported"):
        paths = [path for path, (became, _) in new.items() if became == outcome]
        if paths:
            counts = f"{len(paths)} file{'s' * (len(paths) != 1)} {outcome}"
            parts.append(f"{counts} ({_listed(paths, new)})")
            abroad.append(counts)
            facts[outcome] = [{"path": path, "reason": new[path][1]} for path in paths]
    if parts:
        yield Change("files", ", ".join(parts), facts, ", ".join(abroad))


def _listed(paths: Sequence[str], files: Mapping[str, tuple[str, str]]) -> str:
    told = "; ".join(f"{plain(path)}: {_cut(plain(files[path][1]))}" for path in paths[:_TOLD_FILES])
    more = len(paths) - _TOLD_FILES
    return told if more <= 0 else f"{told}; and {more} more: nextgear files"


def _efforts(before: Standing, now: Standing) -> Iterator[Change]:
    """Faster than all before, or else than all before in the same season (a calendar year)."""
    for event, which, keys in (
        ("best_efforts", "new best", ("elapsed_s", "local_day")),
        ("season_bests", "best of the season", ("season_elapsed_s", "season_local_day")),
    ):
        told: list[str] = []
        facts: list[dict[str, object]] = []
        for distance, best in now.best_efforts.items():
            old = before.best_efforts.get(distance)
            if old is None or not _is_faster(old, best, *keys):
                continue
            if event == "season_bests" and best["season_local_day"] == best["local_day"]:
                continue  # told as the best of all
            time_s, old_s = best[keys[0]], old[keys[0]]
            told.append(f"{effort_name(float(distance))} in {clock(time_s)} (was {clock(old_s)})")
            facts.append({"distance_m": float(distance), "elapsed_s": time_s, "before_s": old_s})
        if told:
            more = f", and {len(told) - _TOLD_EFFORTS} more" if len(told) > _TOLD_EFFORTS else ""
            yield Change(event, f"{which}: {', '.join(told[-_TOLD_EFFORTS:])}{more}", {"efforts": facts})


def _is_faster(old: Mapping[str, Any], best: Mapping[str, Any], time: str, day: str) -> bool:
    """By a second at least: less is in no one's list; of a season, in the same one."""
    same_year = not day.startswith("season") or str(old[day])[:4] == str(best[day])[:4]
    return same_year and round(best[time]) < round(old[time])


def _plans(before: Standing, now: Standing) -> Iterator[Change]:
    for name, plan in now.plans.items():
        old = before.plans.get(name, {})
        if plan == old or plan["adherence_ratio"] is None:
            continue
        started = "" if plan["started_on"] == old.get("started_on") else f"started on {plan['started_on']}, "
        days = number(plan["known_day_count"])
        told = (
            f"plan {plain(plan['title'] or name)}: {started}{days} days so far, "
            f"{percent(plan['adherence_ratio'])} kept to"
        )
        yield Change("plan", told, {"plan_name": name, **plan})


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _cut(text: str) -> str:
    return text if len(text) <= _REASON_CHARACTERS else f"{text[: _REASON_CHARACTERS - 1]}…"
