"""The data folder: what goes in, what is kept, what comes out, and where each of it is."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.addresses import local_path
from pipeline.errors import SettingsError

if TYPE_CHECKING:  # takes longer to load than most questions take
    from pipeline.lake import Lake

DATA_VARIABLE = "NEXTGEAR_DATA"


@dataclass(frozen=True)
class Home:
    """The data folder: what goes in, what is kept, what comes out."""

    folder: Path

    @property
    def exports(self) -> Path:
        """The drop folder: what lies here is read by every run."""
        return self.folder / "exports"

    @property
    def lake(self) -> Path:
        """The truth."""
        return self.folder / "lake"

    @property
    def warehouse(self) -> Path:
        """Disposable: built from the lake."""
        return self.folder / "warehouse.duckdb"

    @property
    def left_out(self) -> Path:
        """Which athletes the warehouse was built without, and why; missing if all are in it."""
        return self.folder / ".warehouse.duckdb.left_out"

    def noted_left_out(self) -> dict[str, dict[str, str]]:
        """By athlete who is not in the warehouse: the `reason`, the `fingerprint` of what it was made of."""
        import json

        try:
            return json.loads(self.left_out.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}

    def reasons_left_out(self) -> dict[str, str]:
        """Who is not in the warehouse, and why."""
        return {athlete_id: noted["reason"] for athlete_id, noted in self.noted_left_out().items()}

    @property
    def reports(self) -> Path:
        """A folder for each athlete, and with several the page of all."""
        return self.folder / "reports"

    @property
    def index(self) -> Path:
        """The page of all athletes, where there are several; beside it the same as JSON."""
        return self.reports / "index.html"

    def report(self, athlete_id: str) -> Path:
        """The last HTML report of an athlete."""
        return self.reports / athlete_id / "latest.html"

    def news(self, athlete_id: str) -> Path:
        """Where the athlete stood in the last report: what the next one is held against."""
        return self.reports / athlete_id / "news.json"

    def lake_of(self, athlete_id: str) -> "Lake":
        """One athlete's part of the lake."""
        from pipeline import lake

        if not lake.ATHLETE_ID.fullmatch(athlete_id):
            raise SettingsError(f"athlete {athlete_id!r}: use letters, digits, '.', '_' and '-' only")
        return lake.Lake(self.lake, athlete_id)

    def lakes(self) -> "dict[str, Lake]":
        """The lake of each athlete who has something in it, by id."""
        from pipeline import lake

        return {athlete_id: self.lake_of(athlete_id) for athlete_id in lake.athletes(self.lake)}


def data_folder(said: str) -> Path:
    """The data folder of this name. Raises SettingsError for an address."""
    folder = local_path(said)
    if folder is None:
        elsewhere = "for a lake at an address there is `nextgear cluster`"
        raise SettingsError(f"{said}: a data folder has to be on this machine; {elsewhere}")
    return folder.expanduser().absolute()


def default_folder() -> Path:
    """`data/` of the checkout; where there is none, the user's data folder as the platform has it."""
    if said := os.environ.get(DATA_VARIABLE):
        return data_folder(said)
    checkout = Path(__file__).parent.parent
    if (checkout / "pyproject.toml").exists():
        return checkout / "data"
    from platformdirs import user_data_path

    return user_data_path("nextgear", appauthor=False)


def sql_folder() -> Path:
    """`sql/` of the checkout, or the copy that travels inside the wheel."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "sql"
