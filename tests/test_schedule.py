"""What is printed for cron, systemd, launchd and Windows is what they take, and calls what was meant."""

import configparser
import plistlib
import re
import shlex
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cronsim import CronSim
from typer.testing import CliRunner

from pipeline import schedule
from pipeline.cli import app
from pipeline.errors import SettingsError

HOSTILE = Path('/srv/my runs/100 % $HOME\'s "ä"/data')
CRONS = {"PATH": "/usr/bin:/bin"}
EVENING = datetime(2026, 11, 29, 18, 0)  # a Sunday


def printed(form: str, data: Path = HOSTILE, **choices: object) -> str:
    options = {"athlete_id": None, "at": "06:30", "every": "day", "is_watching": False, **choices}
    return schedule.text(data, form=form, **options)  # pyright: ignore[reportArgumentType] - options are mixed


def called(command: list[str], data: Path = HOSTILE, *whose: str) -> bool:
    """Is this `nextgear run` for that folder, by a path that needs no PATH?"""
    wanted = ["run", "--quiet", "--data", str(data), *whose]
    return Path(command[0]).is_absolute() and command[-len(wanted) :] == wanted


def files_of(script: str) -> dict[str, str]:
    """The files that the script would write, by their names."""
    written = re.findall(r"cat > (\S+) <<'END_OF_FILE'\n(.*?)END_OF_FILE\n", script, re.DOTALL)
    return {Path(path).name: text for path, text in written}


def unit(text: str) -> configparser.ConfigParser:
    """A file of systemd, taken apart."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


@pytest.mark.parametrize(
    ("every", "first"),
    [
        ("day", datetime(2026, 11, 30, 6, 30)),
        ("week", datetime(2026, 11, 30, 6, 30)),
        ("hour", datetime(2026, 11, 29, 18, 30)),
    ],
)
def test_a_crontab_line_calls_the_command_at_its_time(every: str, first: datetime):
    *about, line = printed("crontab", every=every, athlete_id="ann").splitlines()
    assert all(text.startswith("#") for text in about)
    *fields, command = line.split(" ", 5)
    assert next(CronSim(" ".join(fields), EVENING)) == first
    assert not re.search(r"(?<!\\)%", command)  # it would end the command
    assert called(shlex.split(command.replace(r"\%", "%")), HOSTILE, "--athlete", "ann")


def test_cron_itself_takes_the_line(tmp_path: Path):
    if not shutil.which("crontab"):
        pytest.skip("no cron here")
    (tmp_path / "tab").write_text(printed("crontab"))
    tried = subprocess.run(["crontab", "-n", tmp_path / "tab"], capture_output=True, text=True, check=False)
    if "invalid option" in tried.stderr:
        pytest.skip("this cron tries nothing out")
    assert tried.returncode == 0, tried.stderr


def test_systemd_has_a_service_a_timer_and_a_watched_drop_folder():
    script = printed("systemd", every="week", athlete_id="ann", is_watching=True)
    units = {name: unit(text) for name, text in files_of(script).items()}
    assert units.keys() == {"nextgear-ann.service", "nextgear-ann.timer", "nextgear-ann.path"}
    service = units["nextgear-ann.service"]["Service"]
    assert service["SuccessExitStatus"] == "75"
    command = shlex.split(service["ExecStart"].replace("%%", "%"))
    assert command[0].startswith(":/")  # or $HOME would be somebody's home
    assert called([command[0][1:], *command[1:]], HOSTILE, "--athlete", "ann")
    assert units["nextgear-ann.timer"]["Timer"]["OnCalendar"] == "Mon *-*-* 06:30:00"
    assert units["nextgear-ann.path"]["Path"]["PathChanged"] == str(HOSTILE / "exports").replace("%", "%%")
    assert "systemctl --user enable --now nextgear-ann.timer nextgear-ann.path\n" in script
    assert "loginctl enable-linger" in script


def test_systemd_itself_takes_the_units(tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    files = files_of(printed("systemd", is_watching=True))
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / name for name in files)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in verified.stderr.splitlines() if "nextgear" in line]
    assert (verified.returncode, ours) == (0, []), verified.stderr
    calendar = re.findall("OnCalendar=(.*)", files["nextgear.timer"])
    subprocess.run(["systemd-analyze", "calendar", *calendar], capture_output=True, check=True)


def test_what_is_printed_for_a_shell_writes_those_files_and_nothing_else(tmp_path: Path):
    """Run for real, but for the programs that would install it."""
    for form, folder, names in (
        ("systemd", ".config/systemd/user", ["nextgear.path", "nextgear.service", "nextgear.timer"]),
        ("launchd", "Library/LaunchAgents", ["local.nextgear.plist"]),
    ):
        data = tmp_path / "it's 5 % `of` $HOME"
        script = printed(form, data, is_watching=True)
        stubs = "systemctl() { :; }; loginctl() { :; }; launchctl() { :; }; "
        subprocess.run(
            ["sh", "-euc", stubs + script], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True
        )
        written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / folder).iterdir()}
        assert sorted(written) == names
        assert written == files_of(script)


def test_launchd_gets_a_property_list():
    (text,) = files_of(printed("launchd", every="hour", is_watching=True)).values()
    job = plistlib.loads(text.encode())
    assert called(job["ProgramArguments"])
    assert job["StartCalendarInterval"] == {"Minute": 30}
    assert job["WatchPaths"] == [str(HOSTILE / "exports")]


def test_windows_gets_a_command_with_the_command_in_it():
    *about, line = printed("windows", Path("/my runs"), every="week").splitlines()
    assert all(text.startswith("::") for text in about)
    words = shlex.split(line.replace("\\\\", "\\"))
    assert words[:8] == ["schtasks", "/Create", "/TN", "nextgear", "/SC", "WEEKLY", "/D", "MON"]
    assert called(shlex.split(words[-1]), Path("/my runs"))


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"at": "6.30"}, "06:30"),
        ({"at": "24:00"}, "06:30"),
        ({"every": "month"}, "day, week, hour"),
        ({"form": "launchctl"}, "crontab, systemd, launchd, windows"),
        ({"form": "crontab", "is_watching": True}, "--format systemd"),
        ({"form": "windows", "is_watching": True}, "--every hour"),
        ({"form": "windows", "data": Path("/runs & more")}, "name the folder otherwise"),
        ({"data": Path("/new\nline")}, "control characters"),
        ({"form": "crontab", "data": Path("/back\\slash")}, "--format systemd"),
    ],
)
def test_what_cannot_be_scheduled_says_what_can(choices: dict[str, object], said: str):
    with pytest.raises(SettingsError, match=re.escape(said)):
        printed(**{"form": "systemd", **choices})  # pyright: ignore[reportArgumentType] - choices are mixed


def test_the_command_prints_and_installs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["schedule", "--at", "21:05", "--data", str(tmp_path / "data")])
    assert done.exit_code == 0
    assert str(tmp_path / "data") in done.stdout
    assert list(tmp_path.iterdir()) == []
