"""One module per format, all with one signature: `read(content, path) -> Reading`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from pipeline.schema import Reading

Reader = Callable[[bytes, str], Reading]


def _reader(format_name: str) -> Reader:
    def read(content: bytes, path: str) -> Reading:
        # Imported when the first such file is met: a decoder takes longer to load than `--help` may take.
        return import_module(f"{__name__}.{format_name}").read(content, path)

    return read


# One more whenever the readers can read more: what an older version could not is then read again.
VERSION = 8

# By what `sources.sniff` calls the format. `path` is for messages; the only error is `UnreadableFileError`.
READERS: Mapping[str, Reader] = MappingProxyType(
    {name: _reader(name) for name in ("fit", "gpx", "tcx", "strava", "journal", "garmin_json", "plan")}
)
