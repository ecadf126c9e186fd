"""The wheel works where there is no checkout: every model, template and style sheet travels inside it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """What a command prints; `path` comes before everything that this Python knows to import."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built with what is installed already: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, CHECKOUT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Callable[..., str]:
    """Runs the command as the wheel installed it, away from the checkout."""
    site = wheel.parent / "site"
    run(*PIP, "install", "--no-deps", "--no-index", "--target", site, wheel, cwd=wheel.parent)
    return lambda *options: run(site / "bin" / "nextgear", *options, cwd=wheel.parent, path=site)


def test_the_wheel_carries_the_whole_package_and_every_model_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {path.relative_to(CHECKOUT) for path in (CHECKOUT / "pipeline").rglob("*") if path.is_file()}
    models = {
        "pipeline" / path.relative_to(CHECKOUT) for path in (CHECKOUT / "sql").rglob("*") if path.is_file()
    }
    assert carried == {path.as_posix() for path in package | models if "__pycache__" not in path.parts}


def test_the_installed_command_explains_itself(installed: Callable[..., str]):
    assert "Usage" in installed("--help")


def test_the_installed_command_finds_its_models_without_a_checkout(installed: Callable[..., str]):
    dictionary = installed("models", "--markdown")
    assert str(CHECKOUT) not in dictionary
    marts = [f"marts.{path.stem}" for path in (CHECKOUT / "sql" / "marts").glob("*.sql")]
    assert marts
    assert not [mart for mart in marts if mart not in dictionary]


def test_the_installed_command_is_sound_without_a_home(wheel: Path, installed: Callable[..., str]):
    """As cron calls it: its models are there, and the folder that it would use is told."""
    assert "Usage" in installed("--help")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(wheel.parent / "site")}
    command = [sys.executable, wheel.parent / "site" / "bin" / "nextgear", "doctor"]
    done = subprocess.run(
        command, cwd=wheel.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "models in SQL" in done.stdout
    assert str(CHECKOUT) not in done.stdout
