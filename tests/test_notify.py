"""News goes where the runner wants it, to nobody else, and a target that fails fails nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline import notify
from pipeline.errors import SettingsError

# Apprise loads a module of the standard library that goes away, and has its own for then.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NEWS = ["verdict changed: plateau -> improving", "3 new runs, 1 file quarantined (<b>x</b>.fit: not_fit)"]


@pytest.fixture
def phone() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server on this machine, its address for Apprise, and what has come to it."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def has_apprise() -> None:
    pytest.importorskip("apprise")


@pytest.mark.usefixtures("has_apprise")
def test_the_news_and_nothing_else_is_sent(phone: tuple[str, list[dict[str, str]]]):
    url, got = phone
    assert notify.send(NEWS, [url]) == []
    assert [(message["title"], message["message"]) for message in got] == [("nextgear", "\n".join(NEWS))]
    assert not any(message.get("attachments") for message in got)


@pytest.mark.usefixtures("has_apprise")
def test_a_target_that_fails_is_a_line_without_its_address_and_the_others_hear(
    phone: tuple[str, list[dict[str, str]]], capfd: pytest.CaptureFixture[str]
):
    url, got = phone
    broken = url.replace("://", "://ann:s%65cret@") + "/broken?topic=hidden"
    refused, unknown = notify.send(NEWS, [broken, "teleg://secret", url])
    assert len(got) == 2
    assert refused.startswith("notify.toml: target 1 (json) did not take the news: ")
    assert "500" in refused
    assert not any(part in refused for part in ("127", "broken", "ann", "s%65", "hidden"))
    assert unknown.startswith("notify.toml: target 2 (teleg) is no address")
    assert "secret" not in refused + unknown
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("has_apprise")
def test_what_a_target_did_not_take_is_sent_before_the_next_news(
    phone: tuple[str, list[dict[str, str]]], tmp_path: Path
):
    url, got = phone
    unsent = tmp_path / "unsent.json"
    away = url.replace("json://", "json://ann:secret@") + "/broken"
    assert len(notify.send(["one"], [away, url], unsent)) == 1
    assert "secret" not in unsent.read_text()
    assert len(notify.send(["two"], [away, url], unsent)) == 1
    assert len(notify.send([], [away, url], unsent)) == 1  # tried again without news, too
    assert [message["message"] for message in got] == ["one", "one", "one\ntwo", "two", "one\ntwo"]
    unsent.write_text(unsent.read_text().replace(notify.key_of(away), notify.key_of(url)))  # it is back
    assert notify.send([], [url], unsent) == []
    assert got[-1]["message"] == "one\ntwo"
    assert not unsent.exists()


@pytest.mark.usefixtures("has_apprise")
def test_a_target_that_is_not_there_fails_soon():
    (failure,) = notify.send(NEWS, ["json://127.0.0.1:9"])
    assert failure.startswith("notify.toml: target 1 (json) did not take the news: A Connection error")


def test_without_news_or_targets_nothing_is_loaded_or_sent():
    listing = "from pipeline import notify; notify.send([], ['x://']); notify.send(['x'], []); "
    code = f"{listing}import sys; assert 'apprise' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_apprise_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    (failure,) = notify.send(NEWS, ["ntfy://topic"])
    assert "pip install 'nextgear[notify]'" in failure


def test_targets_are_said_in_a_file_of_their_own(tmp_path: Path):
    path = tmp_path / "notify.toml"
    assert notify.targets(path) == ()
    path.write_text('# mine\ntargets = ["ntfy://a", "json://b"]\n')
    assert notify.targets(path) == ("ntfy://a", "json://b")


@pytest.mark.parametrize(
    "text", ["targets = 'ntfy://secret'", "targets = [1]", "target = ['ntfy://secret']", "secret", "\xff"]
)
def test_a_file_that_cannot_be_read_is_named_without_what_is_in_it(tmp_path: Path, text: str):
    path = tmp_path / "notify.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError) as error:
        notify.targets(path)
    assert str(path) in str(error.value)
    assert "secret" not in str(error.value)


def test_passwords_that_others_may_read_are_noticed(tmp_path: Path):
    path = tmp_path / "notify.toml"
    assert not notify.is_open_to_others(path)
    path.touch(0o644)
    path.chmod(0o644)
    assert notify.is_open_to_others(path)
    path.chmod(0o600)
    assert not notify.is_open_to_others(path)
