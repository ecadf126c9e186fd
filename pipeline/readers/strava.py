"""The list in Strava's bulk export, `activities.csv`, in any language.

It tells what the athlete called each file beside it, and of activities that have no file. The header is
translated, columns come and go, and several have one name: "Elapsed Time" and "Distance" stand once before
the name of the file, rounded and in kilometres or miles, and once behind it, in seconds and metres. So
columns are found by the names that are known, else by where they stand, which two of one name bear out.
Real headers: martin-ueding/geo-activity-playground#86, #191, #348 and #393, hugovk/strava-tools#1, and in the
tests of other programs.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import UnreadableFileError
from pipeline.readers import written_dates
from pipeline.readers.channels import Row
from pipeline.schema import Activity, Reading

_FILE = re.compile(r"activities/[^/]+\.\w+")

# What columns are called in English, German, French, Spanish and Dutch.
_NAMES: Mapping[str, str] = {
    "date": "activity date|aktivitätsdatum|date de l'activité|fecha de la actividad|datum van activiteit",
    "name": "activity name|name der aktivität|nom de l'activité|nombre de la actividad"
    "|naam van activiteit|naam activiteit",
    "type": "activity type|aktivitätsart|type d'activité|tipo de actividad|activiteitstype",
    "gear": "activity gear|aktivitätsausrüstung|matériel utilisé pour l'activité"
    "|materiaal voor activiteit|uitrusting voor activiteit",
    "file": "filename|dateiname|nom du fichier|nombre del archivo|nombre de archivo|bestandsnaam",
    "elapsed_s": "elapsed time|verstrichene zeit|temps écoulé|tiempo transcurrido|verstreken tijd",
    "timer_s": "moving time|bewegungszeit|durée de déplacement|tiempo en movimiento|beweegtijd",
    "distance_m": "distance|distanz|distancia|afstand",
    "ascent_m": "elevation gain|höhenzunahme|dénivelé positif|desnivel positivo|totale stijging|hoogtewinst",
    "heart_rate_mean_bpm": "average heart rate|durchschnittliche herzfrequenz|gemiddelde hartslag",
}

# Before 2019 there was one language, and one distance, in metres.
_OLD_NAMES = {
    "date": "date",
    "name": "name",
    "type": "type",
    "gear": "gear",
    "filename": "file",
    "elapsed_time": "elapsed_s",
    "distance": "distance_m",
}

# The columns of which the first is meant, if a later one has the same name.
_FIRST = ("date", "name", "type", "gear", "file")

# Where columns stand in all exports seen so far: from the left, from the name of the file, from the second
# elapsed time.
_FROM_LEFT = {"date": 1, "name": 2, "type": 3}
_GEAR_FROM_FILE = -1
_FROM_ELAPSED = {"timer_s": 1, "distance_m": 2, "ascent_m": 5}

# How many of the rows have to bear out that two columns of one name hold one time.
_AGREEING_MIN_RATIO = 0.9

# What Strava calls a sport, and what FIT does.
_SPORTS: Mapping[tuple[str, str | None], str] = {
    ("running", None): "run|lauf|laufen|course à pied|carrera|corsa|corrida|hardloopsessie|hardlopen",
    ("running", "trail"): "trail run|traillauf|trail|carrera de montaña|corsa su sentiero|trailrun",
    ("running", "virtual_activity"): "virtual run|virtueller lauf|course à pied virtuelle|carrera virtual"
    "|corsa virtuale|corrida virtual|virtuele hardloopsessie",
    ("cycling", None): "ride|radfahrt|vélo|sortie à vélo|bicicleta|ciclismo|giro in bici|pedalada|fietsrit",
    ("cycling", "mountain"): "mountain bike ride|mountainbike-fahrt",
    ("cycling", "gravel_cycling"): "gravel ride|gravel-fahrt",
    ("cycling", "virtual_activity"): "virtual ride|virtuelle radfahrt|vélo virtuel|bicicleta virtual"
    "|ciclismo virtual|virtuele fietsrit",
    ("e_biking", None): "e-bike ride|e-bike-fahrt",
    ("walking", None): "walk|spaziergang|marche|caminata|camminata|caminhada|wandeling",
    ("hiking", None): "hike|wanderung|randonnée|senderismo|escursione|trilha|hiken",
    ("swimming", None): "swim|schwimmen|natation|natación|nuoto|natação|zwemmen",
    ("rowing", None): "rowing|rudern|aviron|remo|canottaggio|roeien",
    ("alpine_skiing", None): "alpine ski|ski alpin|sci alpino|esquí alpino",
    ("cross_country_skiing", None): "nordic ski|ski de fond|sci nordico|langlauf",
    ("training", None): "workout|training|entraînement|entrenamiento|allenamento|treino",
    ("training", "strength_training"): "weight training|krafttraining|musculation|entrenamiento con pesas"
    "|allenamento con i pesi|treinamento com peso|krachttraining",
    ("training", "yoga"): "yoga",
    ("fitness_equipment", "elliptical"): "elliptical|crosstrainer|elliptique|elíptica|ellittica",
}
_SPORT_OF = {word: sport for sport, words in _SPORTS.items() for word in words.split("|")}

_COLUMNS_MAX = 1000  # ten times as many as in 2025
_TOLD_MAX = 3  # rows of which it is told what is wrong with them


@dataclass(frozen=True)
class _List:
    """The rows of the list, and where in them to find what."""

    rows: Sequence[Sequence[str]]
    columns: Mapping[str, int]

    def text(self, row: Sequence[str], column: str) -> str | None:
        """What stands there, if anything."""
        at = self.columns.get(column)
        return (row[at].strip() or None) if at is not None and at < len(row) else None

    def number(self, row: Sequence[str], column: str) -> float | None:
        """A number of the second part, which is written the same in all languages."""
        value = _number(self.text(row, column))
        return value if value is not None and value >= 0 else None


def read(content: bytes, path: str) -> Reading:
    """Descriptions of the files that it names, and an activity for each row that names none."""
    listed = _listed(content, path)
    described = [row for row in listed.rows if _file(listed, row)]
    activities, lost = _activities(listed, [row for row in listed.rows if not _file(listed, row)])
    types = {listed.text(row, "type") or "" for row in listed.rows}
    unknown = sorted(word for word in types if word and not _sport(word))
    said = f"Strava's list: {len(described)} with a file, {len(activities)} without"
    if unknown:
        said += f"; sports that are not known by name: {', '.join(unknown[:_TOLD_MAX])}"
    return Reading(
        activities,
        note=_told(lost),
        said=said,
        descriptions=tuple(_description(listed, row) for row in described),
    )


def _listed(content: bytes, path: str) -> _List:
    text = content.decode("utf-8-sig", "replace")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        names, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (csv.Error, ValueError) as error:
        raise UnreadableFileError(path, "not_strava", f"no table: {error}") from error
    if len(names) > _COLUMNS_MAX:
        raise UnreadableFileError(path, "not_strava", f"no list has {len(names)} columns")
    rows = [row for row in rows if any(row)]
    columns = _columns([_plain(name) for name in names], rows)
    if "date" not in columns and "file" not in columns:
        raise UnreadableFileError(path, "not_strava", "neither dates nor names of files in it")
    return _List(rows, columns)


def _plain(text: str) -> str:
    return text.casefold().replace("\u2019", "'").strip()


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Where the columns stand: those with a known name, and of the others those in a known place."""
    if "elapsed_time" in header:
        return {_OLD_NAMES[name]: at for at, name in enumerate(header) if name in _OLD_NAMES}
    found = dict(_named(header))
    if "file" not in found and (file := _file_column(rows)) is not None:
        found["file"] = file
    if not found.keys() & _FROM_LEFT.keys():
        found |= {column: at for column, at in _FROM_LEFT.items() if at < len(header)}
    if "file" in found:
        found = {**_around_file(header, rows, found["file"]), **found}
    return found


def _named(header: Sequence[str]) -> Iterator[tuple[str, int]]:
    for column, names in _NAMES.items():
        places = [at for at, name in enumerate(header) if name in names.split("|")]
        if column == "distance_m":
            places = places[1:]  # the first one is rounded, and in a unit that it does not tell
        if places:
            yield column, places[0] if column in _FIRST else places[-1]


def _file_column(rows: Sequence[Sequence[str]]) -> int | None:
    cells = ((at, cell) for row in rows for at, cell in enumerate(row))
    return next((at for at, cell in cells if _FILE.fullmatch(cell.strip())), None)


def _around_file(header: Sequence[str], rows: Sequence[Sequence[str]], file: int) -> dict[str, int]:
    """Columns by their distance from others: the gear, and what stands behind the second elapsed time."""
    found = {"gear": file + _GEAR_FROM_FILE}
    pairs = [
        (header[:file].index(name), at)
        for at, name in enumerate(header)
        if at > file and name in header[:file]
    ]
    elapsed = next((second for first, second in pairs if _agree(rows, first, second)), None)
    if elapsed is not None:
        found["elapsed_s"] = elapsed
        if any(second == elapsed + _FROM_ELAPSED["distance_m"] for _, second in pairs):
            found |= {column: elapsed + steps for column, steps in _FROM_ELAPSED.items()}
    return found


def _agree(rows: Sequence[Sequence[str]], first: int, second: int) -> bool:
    cells = [(row[first], row[second]) for row in rows if second < len(row)]
    numbers = [(_number(one), _number(other)) for one, other in cells if one.strip() and other.strip()]
    agreeing = sum(one is not None and one == other for one, other in numbers)
    return bool(agreeing) and agreeing >= _AGREEING_MIN_RATIO * len(numbers)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _file(listed: _List, row: Sequence[str]) -> str | None:
    """The path of the file that the row is about; where Strava had none, it is blank or `#error#`."""
    name = listed.text(row, "file")
    return name if name and not name.startswith("#") else None


def _sport(word: str | None) -> tuple[str, str | None] | None:
    return _SPORT_OF.get(_plain(word or ""))


def _description(listed: _List, row: Sequence[str]) -> Row:
    sport, sub_sport = _sport(listed.text(row, "type")) or (None, None)
    return {
        "described_path": _file(listed, row),
        "name": listed.text(row, "name"),
        "sport": sport,
        "sub_sport": sub_sport,
        "gear": listed.text(row, "gear"),
    }


def _activities(listed: _List, rows: Sequence[Sequence[str]]) -> tuple[list[Activity], list[str]]:
    """An activity for each of the rows, and what is wrong with those that say too little to be one."""
    if not rows:
        return [], []
    texts = [listed.text(row, "date") or "" for row in listed.rows]
    started_at = dict(zip(texts, written_dates.parsed(texts), strict=True))
    found: list[Activity] = []
    lost: list[str] = []
    for row in rows:
        date = listed.text(row, "date") or ""
        start = started_at[date]
        if len(row) <= listed.columns.get("file", 0):
            lost.append(f"the row of {date!r} is cut short")
        elif start:
            found.append(Activity(_summary(listed, row, start), {}))
        else:
            lost.append(f"{listed.text(row, 'name') or 'one'} has no date that is certain ({date!r})")
    return found, lost


def _summary(listed: _List, row: Sequence[str], start: datetime) -> Row:
    """Strava's dates are UTC."""
    sport, sub_sport = _sport(listed.text(row, "type")) or ("generic", None)
    return {
        "sport": sport,
        "sub_sport": sub_sport,
        "name": listed.text(row, "name"),
        "started_at": start,
        **{
            column: listed.number(row, column)
            for column in ("elapsed_s", "timer_s", "distance_m", "ascent_m", "heart_rate_mean_bpm")
        },
    }


def _told(lost: Sequence[str]) -> str:
    if not lost:
        return ""
    more = f" and {len(lost) - _TOLD_MAX} more" if len(lost) > _TOLD_MAX else ""
    return f"{len(lost)} activities without a file are left out: {'; '.join(lost[:_TOLD_MAX])}{more}"
