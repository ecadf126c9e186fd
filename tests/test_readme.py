"""What the README and its sisters promise: every command in them runs, every model in them is there."""

import re
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Bucket
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from pipeline import flow, warehouse
from pipeline.cli import app
from pipeline.console import Console
from pipeline.home import Home

CHECKOUT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for folder in (CHECKOUT, *(CHECKOUT / name for name in ("data", "pipeline", "sql", "tests")))
    for path in folder.glob("*.md")
    if path.name != "CHANGELOG.md"
)
# Where the reader's own files and folders stand in what is written.
OWN = re.compile(r"~/Downloads/[\w.*-]+|~/[\w./-]+")
OWN_BUCKET = "s3://bucket/"


def commands(document: Path) -> Iterator[str]:
    """Each line of the shell that begins with `nextgear`, without its comment and what reads its output."""
    for block in MarkdownIt().parse(document.read_text("utf-8")):
        if block.type == "fence" and block.info in ("", "sh", "bash", "console"):
            for line in block.content.splitlines():
                if re.match(r"(\$ )?nextgear\b", line):
                    yield line.removeprefix("$ ")


SHOWN = [(path.name, line) for path in DOCUMENTS if path.name != "COMMANDS.md" for line in commands(path)]


assert SHOWN, "documents without a command are not what is on this page"


@pytest.fixture(scope="module")
def download(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a platform sends: a zip with a few of the runs."""
    path = tmp_path_factory.mktemp("downloads") / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(exports.glob("*.fit"))[:2]:
            archive.write(file, file.name)
    return path


@pytest.fixture(scope="module")
def home(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A finished run of the reader's own, which what is tried here may add to."""
    home = Home(tmp_path_factory.mktemp("readers"))
    flow.run(home, "me", [exports], Console(is_quiet=True))
    return home


@pytest.mark.parametrize(("document", "line"), SHOWN)
def test_a_command_of_the_documents_runs(
    document: str,  # noqa: ARG001 - the name of the test says where the line stands
    line: str,
    home: Home,
    download: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
):
    if OWN_BUCKET in line:
        bucket: Bucket = request.getfixturevalue("s3")
        bucket.put("my runs/export.zip", download.read_bytes())
        line = line.replace(OWN_BUCKET, f"{bucket.address}/")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEXTGEAR_DATA", str(home.folder))
    words = shlex.split(OWN.sub(str(download), line), comments=True)[1:]
    for sign in ("|", ">"):
        words = words[: words.index(sign)] if sign in words else words
    if words[:1] == ["demo"]:
        pytest.skip("`make ci` makes the demo")
    if words[:1] == ["cluster"]:  # what it does is in tests/test_cluster.py; here, whether it may be said so
        words.append("--help")
    for option in ("--data",):  # somebody else's folder: the test's own does as well
        if option in words:
            words[words.index(option) + 1] = str(home.folder)
    ended = CliRunner().invoke(app, words, prog_name="nextgear")
    assert ended.exit_code == 0, (ended.output, ended.exception)


def test_the_documents_name_models_that_are_there(models: dict[str, warehouse.Model]):
    layers = "|".join(sorted({name.partition(".")[0] for name in models}))
    unknown = [
        f"{path.name}: {name}"
        for path in DOCUMENTS
        for name in re.findall(rf"`((?:{layers})\.[a-z_0-9]+)`", path.read_text("utf-8"))
        if name not in models and not name.endswith((".toml", ".csv"))
    ]
    assert unknown == []


def test_what_the_documents_link_to_is_there():
    lost = [
        f"{path.name}: {link}"
        for path in DOCUMENTS
        for link in re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8"))
        if "://" not in link and not (path.parent / link).exists()
    ]
    assert lost == []


def test_make_has_every_target_that_the_documents_name():
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    named = {
        target
        for path in DOCUMENTS
        for words in re.findall(r"(?:^|`)make ([a-z ]+)", path.read_text("utf-8"), re.M)
        for target in words.split()
    }
    assert named
    assert named <= targets
