"""What to do where nothing has been read yet: how to get files, where they go, what to look at meanwhile."""

from pathlib import Path

from pipeline.home import Home

_WAYS = (
    ("Garmin", "your account on the web > Data management > Export your data: a zip comes by mail"),
    ("Strava", "on the web: Settings > My account > Download or delete your account: the same"),
    ("others", "the FIT, GPX or TCX of each run, from the app or the watch"),
)


def how_to_begin(home: Home) -> str:
    """The first steps, for a data folder with nothing in it."""
    page = Path(__file__).parent.parent / "data" / "EXPORTING.md"
    ways = [f"  {name:<8}{way}" for name, way in _WAYS]
    more = [f"  more    {page}"] if page.is_file() else []
    return "\n".join(
        [
            f"No file has been read yet. Put what your watch exports into {home.exports},",
            "or say where it is: nextgear run ~/Downloads/export.zip",
            *ways,
            *more,
            "Meanwhile `nextgear demo` shows what you would get.",
        ]
    )
