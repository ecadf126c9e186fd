"""A shell that asks what may follow is told: tried in bash itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CHECKOUT, ENVIRONMENT, NEXTGEAR

from pipeline.athlete import KEYS
from pipeline.report import FORMATS
from pipeline.report.content import SECTIONS
from pipeline.schedule import EVERY
from pipeline.schema import OUTCOMES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A command in a folder of its own, and a data folder of two athletes."""
    folder = tmp_path_factory.mktemp("completion")
    command = folder / "nextgear"
    command.write_text(f'#!/bin/sh\nexec {" ".join(NEXTGEAR)} "$@"\n')
    command.chmod(0o755)
    for athlete_id in ("ann", "bea"):
        (folder / "data" / "lake" / athlete_id).mkdir(parents=True)
    return folder


def in_bash(script: str, folder: Path) -> list[str]:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("no bash here")
    environment = {**ENVIRONMENT, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [bash, "-c", script], env=environment, capture_output=True, text=True, check=False, cwd=CHECKOUT
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_bash_completes_commands_options_and_values(folder: Path):
    asked = {
        "nextgear doc": ["doctor"],
        "nextgear run --str": ["--strict"],
        "nextgear report --format ''": [*FORMATS],
        "nextgear report --section best": ["best_efforts"],
        "nextgear files --outcome q": [outcome for outcome in OUTCOMES if outcome.startswith("q")],
        f"nextgear why --data '{folder}/data' --athlete ''": ["ann", "bea"],
        "nextgear athlete --set birth": [f"{key}=" for key in KEYS if key.startswith("birth")],
        "nextgear schedule --every ''": [*EVERY],
        "nextgear models marts.week": ["marts.week_patterns", "marts.weekly_load"],
        "nextgear sql --cookbook my": ["my_800s"],
        "nextgear run some": [],  # a file, which bash knows itself
    }
    script = "\n".join(
        (
            "source <(nextgear --show-completion bash); complete -p nextgear > /dev/null",
            'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _nextgear_completion nextgear',
            '_nextgear_completion nextgear; echo "${COMPREPLY[*]}"; }',
            *(f"try {line}" for line in asked),
        )
    )
    told = in_bash(script, folder)
    assert dict(zip(asked, (line.split() for line in told), strict=True)) == asked


def test_every_section_can_be_completed(folder: Path):
    words = "COMP_WORDS='nextgear report --section ' COMP_CWORD=3 _NEXTGEAR_COMPLETE=complete_bash nextgear"
    assert in_bash(words, folder) == [*SECTIONS]


def test_a_command_that_nobody_completes_does_not_know_how():
    listing = "import sys; sys.argv = ['nextgear', '--help']; from pipeline import cli\ntry: cli.main()\n"
    code = f"{listing}except SystemExit: assert 'pipeline.completion' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
