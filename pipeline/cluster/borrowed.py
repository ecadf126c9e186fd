"""An athlete's lake that lies elsewhere: a part is fetched when somebody asks for it, and given back changed.

What was measured of a batch travels as one archive of its small files: a store counts requests, not bytes.
"""

import io
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import LakeError, StoreError, sentence
from pipeline.lake import LEDGER, MEASURED, Lake
from pipeline.places import Entry, Place
from pipeline.schema import TABLES

_Stamp = tuple[int, int, int]  # of a file of this machine: another one when it was written anew


@dataclass(frozen=True)
class BorrowedLake(Lake):
    """The lake of an athlete under `root`, as far as it was asked for; all of it is at `place`.

    `theirs` is what lies there. Only one borrower of an athlete at a time may give back, and two who did the
    same work give back the same: a batch is named after what is in it.
    """

    place: Place
    theirs: Mapping[str, Entry]
    lent: dict[str, _Stamp] = field(default_factory=dict[str, _Stamp])
    packed: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, root: Path, athlete_id: str, place: Place) -> "BorrowedLake":
        """Borrow: what was landed is known at once, and fetched later."""
        theirs = {entry.name: entry for entry in place.entries()}
        lake = cls(root, athlete_id, place, theirs)
        lake._borrow(name for name in theirs if name.startswith(f"{LEDGER}/"))
        return lake

    @property
    def lent_bytes(self) -> int:
        """How much was fetched."""
        return sum(self.theirs[name].size_bytes for name in (*self.lent, *map(_pack, self.packed)))

    @property
    def landed_before(self) -> list[str]:
        """As `landed_batches` said when it was borrowed."""
        return _batches(
            name.removeprefix(f"{LEDGER}/") for name in self.theirs if name.startswith(f"{LEDGER}/")
        )

    def parts(self, table: str, batches: Iterable[str] | None = None) -> list[Path]:
        """As any lake's; they are here when this returns."""
        wanted = self.batches() if batches is None else list(batches)
        self._borrow(f"{table}/{batch}.parquet" for batch in wanted)
        return super().parts(table, wanted)

    def _part(self, table: str, batch: str) -> Path:
        self._borrow([f"{table}/{batch}.parquet"])
        return super()._part(table, batch)

    def _refuse_what_cannot_be_kept(self, batch: str) -> None:
        self._borrow(name for name in self.theirs if name.endswith(f"/{batch}.parquet"))
        super()._refuse_what_cannot_be_kept(batch)

    def _borrow(self, names: Iterable[str]) -> None:
        missing = [name for name in names if name in self.theirs and name not in self.lent]
        missing = [name for name in missing if not (self.folder / name).exists()]
        try:
            self.place.fetch(missing, self.folder)
        except OSError as error:  # says nothing of what is in it
            raise StoreError(sentence(error)) from error
        self.lent.update({name: _stamp(self.folder / name) for name in missing})

    def borrow_measured(self) -> None:
        """Fetch what was measured of each batch."""
        batches = [batch for batch in self.batches() if _pack(batch) in self.theirs]
        self.place.fetch(map(_pack, batches), self.folder)
        for batch in batches:
            archive = self.folder / _pack(batch)
            try:
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(self.folder / MEASURED)
                    self.packed[batch] = frozenset(packed.namelist())
            except zipfile.BadZipFile:  # measured anew, and written over
                self.packed[batch] = frozenset()
                for file in self._measured_files(batch):  # unpacked before its damage was noticed
                    file.unlink()
            archive.unlink()

    def give_back(self) -> int:
        """Send what has changed, the ledger last, take away what was replaced; how many bytes were sent."""
        landed = [
            f"{table}/{path.name}"
            for table in sorted(TABLES)
            for path in sorted((self.folder / table).glob("[!.]*.parquet"))
        ]
        changed = [name for name in landed if _stamp(self.folder / name) != self.lent.get(name)]
        committed = set(self.batches())
        packs = {batch: files for batch in sorted(committed) if (files := self._newly_measured(batch))}
        if changed or packs:
            self._stop_if_others_were_at_work(committed)
        sent = sum((self.folder / name).stat().st_size for name in changed)
        self.place.send([name for name in changed if not name.startswith(f"{LEDGER}/")], self.folder)
        self.place.send([name for name in changed if name.startswith(f"{LEDGER}/")], self.folder)
        sent += sum(self._give_back_measured(batch, files) for batch, files in packs.items())
        self.place.remove(name for name in self.theirs if _is_ours(name) and not _is_of(name, committed))
        return sent

    def _stop_if_others_were_at_work(self, committed: Collection[str]) -> None:
        """Raises LakeError if somebody landed something else meanwhile, a run that was thought to be dead.

        Together there would be rows twice. Two who did the same work have landed the same.
        """
        there, before = set(landed_batches(self.place)), set(self.landed_before)
        if not there <= before | self._landed() or (before - there) & set(committed):
            raise LakeError(f"{self.place}: another run has changed it meanwhile; run again")

    def _newly_measured(self, batch: str) -> list[Path]:
        """The files of what was measured of a batch, if they are others than those that were fetched."""
        files = self._measured_files(batch)
        names = frozenset(path.relative_to(self.folder / MEASURED).as_posix() for path in files)
        return [] if names == self.packed.get(batch) else files

    def _give_back_measured(self, batch: str, files: Iterable[Path]) -> int:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:  # its files are compressed already
            for path in files:
                name = path.relative_to(self.folder / MEASURED).as_posix()
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes())  # without the time
        self.place.write(_pack(batch), content.getvalue())
        return content.tell()

    def _measured_files(self, batch: str) -> list[Path]:
        return sorted((self.folder / MEASURED).glob(f"*/*/{batch}*.parquet"))


def landed_batches(place: Place) -> list[str]:
    """The batches of an athlete's lake, and those replaced: others when anything has landed since."""
    return _batches(entry.name for entry in (place / LEDGER).entries())


def _batches(parts: Iterable[str]) -> list[str]:
    return sorted(part.removesuffix(".parquet") for part in parts if part.endswith(".parquet"))


def _is_ours(name: str) -> bool:
    return name.partition("/")[0] in {*TABLES, MEASURED}


def _is_of(name: str, batches: Collection[str]) -> bool:
    """Is it a part of one of these batches, or what was measured of one?"""
    folder, _, last = name.rpartition("/")
    return folder in {*TABLES, MEASURED} and last.rpartition(".")[0] in batches


def _pack(batch: str) -> str:
    return f"{MEASURED}/{batch}.zip"


def _stamp(path: Path) -> _Stamp:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
