"""What makes a machine call `nextgear run` by itself, as text to paste; nothing is installed from here.

Four programs that call others at a time of day: cron, systemd, launchd and the Task Scheduler of Windows.
systemd and launchd watch a drop folder as well, so nothing of ours has to stay in memory for that.
"""

import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError

EVERY = ("day", "week", "hour")
_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MONDAY = 1  # for cron and launchd; Sunday is 0


@dataclass(frozen=True)
class Plan:
    """What is to be called and when: each `every` at `hour` and `minute`, and when `watched` changes.

    A week's run is on Monday; an hour's has no hour. `name` is one that no other schedule here has.
    """

    name: str
    command: Sequence[str]
    every: str
    hour: int
    minute: int
    watched: Path | None


def text(
    data: Path, athlete_id: str | None, at: str, every: str, form: str | None, *, is_watching: bool
) -> str:
    """What to paste where, for one of `FORMATS`; without one, for what this machine has.

    Raises SettingsError for what that cannot do, and for paths that cannot be written in it.
    """
    time = _AT.fullmatch(at)
    if not time:
        raise SettingsError(f"--at {at}: a time of day is written as 06:30")
    if every not in EVERY:
        raise SettingsError(f"--every {every}: there are {', '.join(EVERY)}")
    chosen = form or _usual(is_watching)
    if chosen not in FORMATS:
        raise SettingsError(f"--format {chosen}: there are {', '.join(FORMATS)}")
    whose = ("--athlete", athlete_id) if athlete_id else ()
    command = (*_program(), "run", "--quiet", "--data", str(data), *whose)
    odd = next((part for part in command if not part.isprintable()), None)
    if odd is not None:
        raise SettingsError(
            f"{odd!r} cannot be written in a schedule: give it a name without control characters"
        )
    name = "-".join(filter(None, ("nextgear", athlete_id)))
    watched = data / "exports" if is_watching else None
    return FORMATS[chosen](Plan(name, command, every, int(time[1]), int(time[2]), watched))


def _usual(is_watching: bool) -> str:
    return {"darwin": "launchd", "win32": "windows"}.get(
        sys.platform, "systemd" if is_watching else "crontab"
    )


def _program() -> tuple[str, ...]:
    """How to call this nextgear by a path that holds without a shell, a PATH or an activated environment."""
    called = Path(sys.argv[0])
    name = "nextgear.exe" if sys.platform == "win32" else "nextgear"
    beside = Path(sys.executable).with_name(name)
    if called.stem == "nextgear" and called.is_file():
        return (str(called.absolute()),)
    if beside.is_file():
        return (str(beside),)
    found = shutil.which(name)
    return (str(Path(found).absolute()),) if found else (sys.executable, "-m", "pipeline.cli")


def _when(plan: Plan) -> str:
    at = f"{plan.hour:02}:{plan.minute:02}"
    return {
        "day": f"every day at {at}",
        "week": f"every Monday at {at}",
        "hour": f"every hour, {plan.minute} minutes past it",
    }[plan.every]


def _about(plan: Plan) -> str:
    landed = f", and when something lands in {plan.watched}, but not in folders in it" if plan.watched else ""
    return f"# nextgear, {_when(plan)}{landed}."


# --- cron


def _crontab(plan: Plan) -> str:
    if plan.watched:
        raise SettingsError("--watch: cron watches nothing; take --format systemd, or --every hour")
    command = shlex.join(plan.command)
    if "\\" in command:
        raise SettingsError(f"{command}: cron takes a backslash for its own; take --format systemd")
    time = {
        "day": f"{plan.minute} {plan.hour} * * *",
        "week": f"{plan.minute} {plan.hour} * * {_MONDAY}",
        "hour": f"{plan.minute} * * * *",
    }[plan.every]
    command = command.replace("%", r"\%")  # a bare one is a new line to cron, even in quotation marks
    return f"""\
# nextgear, {_when(plan)}. It prints only what is new, and cron mails what is printed.
# To install: `crontab -e`, then add this line at the end.
{time} {command}
"""


# --- systemd


def _systemd(plan: Plan) -> str:
    unit = f"~/.config/systemd/user/{plan.name}"
    service = f"""\
[Unit]
Description=nextgear: reads new exports and brings the report up to date

[Service]
Type=oneshot
ExecStart={_exec_start(plan.command)}
# Another run is at work already.
SuccessExitStatus=75
Nice=10
"""
    calendar = {
        "day": f"*-*-* {plan.hour:02}:{plan.minute:02}:00",
        "week": f"Mon *-*-* {plan.hour:02}:{plan.minute:02}:00",
        "hour": f"*-*-* *:{plan.minute:02}:00",
    }[plan.every]
    timer = f"""\
[Unit]
Description=nextgear, {_when(plan)}

[Timer]
OnCalendar={calendar}
# If the machine was off then: when it is on again.
Persistent=true

[Install]
WantedBy=timers.target
"""
    files = {f"{unit}.service": service, f"{unit}.timer": timer}
    if plan.watched:
        files[f"{unit}.path"] = f"""\
[Unit]
Description=nextgear, when something lands in its drop folder

[Path]
PathChanged={_specified(str(plan.watched))}
MakeDirectory=true

[Install]
WantedBy=default.target
"""
    units = " ".join(Path(path).name for path in files if not path.endswith(".service"))
    return f"""\
{_about(plan)}
# To install: pipe all of this into `sh`. To end it: systemctl --user disable --now {units}
mkdir -p ~/.config/systemd/user
{_written(files)}
systemctl --user daemon-reload
systemctl --user enable --now {units}
# Also while you are not logged in:
loginctl enable-linger
# What it said: journalctl --user -u {plan.name}
"""


def _exec_start(command: Sequence[str]) -> str:
    """The command for systemd, which knows quotation marks, backslashes, % and, unless told not to, $."""
    program, *arguments = command
    plain = ":" if any("$" in part for part in command) else ""
    return " ".join(map(_quoted, (f"{plain}{program}", *arguments)))


def _quoted(part: str) -> str:
    escaped = _specified(part).replace("\\", "\\\\").replace('"', '\\"')
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", escaped) else f'"{escaped}"'


def _specified(text: str) -> str:
    return text.replace("%", "%%")


# --- launchd


def _launchd(plan: Plan) -> str:
    label = f"local.{plan.name}"
    time = {
        "day": {"Hour": plan.hour, "Minute": plan.minute},
        "week": {"Weekday": _MONDAY, "Hour": plan.hour, "Minute": plan.minute},
        "hour": {"Minute": plan.minute},
    }[plan.every]
    job: dict[str, object] = {
        "Label": label,
        "ProgramArguments": list(plan.command),
        "ProcessType": "Background",
        "StartCalendarInterval": time,
    }
    folders = ["~/Library/LaunchAgents"]
    if plan.watched:
        job["WatchPaths"] = [str(plan.watched)]
        folders.append(shlex.quote(str(plan.watched)))
    path = f"~/Library/LaunchAgents/{label}.plist"
    return f"""\
{_about(plan)}
# To install: pipe all of this into `sh`. To end it: launchctl bootout gui/$(id -u)/{label}
mkdir -p {" ".join(folders)}
{_written({path: plistlib.dumps(job, sort_keys=False).decode()})}
launchctl bootstrap gui/$(id -u) {path}
# What it said is in logs/ in the data folder.
"""


def _written(files: Mapping[str, str]) -> str:
    """Commands of a shell that write the files; nothing in them means anything to it."""
    return "\n".join(f"cat > {path} <<'END_OF_FILE'\n{text}END_OF_FILE" for path, text in files.items())


# --- Windows


def _windows(plan: Plan) -> str:
    if plan.watched:
        raise SettingsError("--watch: the Task Scheduler watches no folder; take --every hour")
    time = {"day": ("DAILY",), "week": ("WEEKLY", "/D", "MON"), "hour": ("HOURLY",)}[plan.every]
    called = subprocess.list2cmdline(plan.command)
    if set(called) & set("&%^|<>"):
        raise SettingsError(
            f"{called}: a command prompt takes & % ^ | < > for its own; name the folder otherwise"
        )
    words = ("schtasks", "/Create", "/TN", plan.name, "/SC", *time, "/ST", f"{plan.hour:02}:{plan.minute:02}")
    return f"""\
:: nextgear, {_when(plan)}.
:: To install, paste the next line into a command prompt; `schtasks /Delete /TN {plan.name}` ends it.
{subprocess.list2cmdline((*words, "/TR", called))}
"""


FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "crontab": _crontab,
    "systemd": _systemd,
    "launchd": _launchd,
    "windows": _windows,
}
