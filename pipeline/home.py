"""Where a data folder has what; loads nothing heavy, for even the shortest command asks."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.lake import Lake


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

    def report(self, athlete_id: str) -> Path:
        """The last HTML report of an athlete."""
        return self.folder / "reports" / athlete_id / "latest.html"

    def lake_of(self, athlete_id: str) -> "Lake":
        """One athlete's part of the lake."""
        from pipeline import lake

        if not lake.ATHLETE_ID.fullmatch(athlete_id):
            raise SettingsError(f"athlete {athlete_id!r}: use letters, digits, '.', '_' and '-' only")
        return lake.Lake(self.lake, athlete_id)


def sql_folder() -> Path:
    """`sql/` of the checkout, or the copy that travels inside the wheel."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "sql"
