"""The times of single heartbeats: `hrv` messages, and what a strap kept while its watch could not hear it.

The latter come as `hr` messages, after a swim. Which record gets which of them is as Garmin's SDK decides.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.readers.fit_columns import Columns, Group, Real, Scan, Whole, unrolled

_TICKS_PER_S = 1024
_BITS = 12  # of a beat's time a file has the low bits, but for the first beat of a series
_TICKS_END = 2**52
_STEP_S = 0.25
_STEPS_MAX = 20

_NO_PARTS = (np.array([]),) * 5


def intervals(found: Scan, positions: Whole, times: Real) -> Columns:
    """The intervals between beats (`rr_s`), at the time of the record before, given where records start."""
    groups = found.of("hrv")
    if not groups:
        return {"timestamp": np.array([]), "rr_s": np.array([])}
    parts: list[tuple[NDArray[Any], NDArray[Any]]] = [(np.array([]), np.array([]))]
    for group in groups:
        for one, about in group.layout.known:
            values, valid = group.elements(one, one.base_type)
            at = np.repeat(group.positions, values.shape[1])[valid.ravel()]
            parts.append((at, values[valid] / about.scale))
    at, seconds = (np.concatenate(part) for part in zip(*parts, strict=True))
    is_interval = (seconds > 0) & np.isfinite(seconds)
    order = np.argsort(at[is_interval], kind="stable")
    at, seconds = at[is_interval][order], seconds[is_interval][order]
    latest = np.append(times, 0)[np.searchsorted(positions, at) - 1]
    return {"timestamp": latest, "rr_s": seconds}


def heart_rates(found: Scan) -> Columns:
    """What a strap kept: the heart rate at each beat, and when that was (`timestamp`, in FIT seconds)."""
    if not found.of("hr"):
        return {"timestamp": np.array([]), "heart_rate": np.array([])}
    parts = [_NO_PARTS, *(part for group in found.of("hr") for part in _beats(group))]
    at, low, whole, zero, heart_rate = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")
    ticks = unrolled(low[order].astype(np.int64), _BITS, whole[order].astype(np.int64))
    zero, heart_rate = zero[order], heart_rate[order]
    series = np.maximum.accumulate(np.where(np.isnan(zero), -1, np.arange(len(zero))))
    seen = (series >= 0) & ~np.isnan(heart_rate)
    return {
        "timestamp": (zero[series] + ticks / _TICKS_PER_S)[seen],
        "heart_rate": heart_rate[seen],
    }


def _beats(group: Group) -> Iterator[tuple[NDArray[Any], ...]]:
    """By beat: where its message starts, its ticks (low bits; all or -1), when tick 0 was, the heart rate."""
    fields = {about.name: one for one, about in group.layout.known}
    if "filtered_bpm" not in fields or fields.keys().isdisjoint({"event_timestamp", "event_timestamp_12"}):
        return
    bpm, has_bpm = group.elements(fields["filtered_bpm"], fields["filtered_bpm"].base_type)
    if "event_timestamp" in fields:
        one = fields["event_timestamp"]
        values, valid = group.elements(one, one.base_type)
        valid &= np.abs(values) < _TICKS_END  # damage can make them real numbers
        whole = np.where(valid, values, -1).astype(np.int64)
        low = whole & 0
    else:
        low = _twelve_bits(group.rows[:, fields["event_timestamp_12"].bytes].astype(np.int64))
        whole = low * 0 - 1
    count = min(bpm.shape[1], low.shape[1])
    zero = np.full(low.shape, np.nan)
    if "timestamp" in fields:
        seconds, is_set = group.values(fields["timestamp"], fields["timestamp"].base_type)
        fraction = 0
        if "fractional_timestamp" in fields:
            one = fields["fractional_timestamp"]
            fraction = group.values(one, one.base_type)[0] / 32768
        zero[is_set] = (seconds + fraction - whole[:, 0] / _TICKS_PER_S)[is_set][:, None]
    yield tuple(
        part[:, :count].ravel()
        for part in (
            np.broadcast_to(group.positions[:, None], low.shape),
            low,
            whole,
            zero,
            np.where(has_bpm, bpm, np.nan),
        )
    )


def _twelve_bits(octets: Whole) -> Whole:
    """Rows of bytes as rows of numbers of twelve bits, two in three bytes."""
    triples = octets[:, : octets.shape[1] // 3 * 3].reshape(len(octets), -1, 3)
    pairs = (triples[..., 0] | (triples[..., 1] & 0x0F) << 8, triples[..., 1] >> 4 | triples[..., 2] << 4)
    return np.stack(pairs, axis=2).reshape(len(octets), -1)


def merged(times: Real, heart_rate: Real, kept: Columns) -> Real:
    """The heart rate of each record, in the order of the file: the mean of what came since the last one."""
    beat_times, rates = _without_gaps(kept["timestamp"], kept["heart_rate"])
    latest_times = list(accumulate(beat_times, max))  # a new series may start before the end of the last
    merged_rate = heart_rate.copy()
    at, since = 0, float(times[0]) if len(times) else 0
    for record, until in enumerate(times.tolist()):
        if since == until:
            since -= 1
            at = max(at - 1, 0)
        start, at = at, max(at, bisect_right(latest_times, until))
        if at < len(rates):
            own = [rates[beat] for beat in range(start, at) if beat_times[beat] > since]
            since = until
            if own:
                merged_rate[record] = int(sum(own) / len(own) + 0.5)
    return merged_rate


def _without_gaps(times: Real, rates: Real) -> tuple[list[float], list[float]]:
    """Between two beats, the heart rate of the former every quarter of a second, for five seconds at most."""
    gaps = np.abs(np.diff(times, prepend=times[:1]))
    filled = np.clip(np.ceil(gaps / _STEP_S) - 1, 0, _STEPS_MAX).astype(np.int64)
    source = np.repeat(np.arange(len(times)), filled + 1)
    step = np.arange(len(source)) - np.repeat(np.cumsum(filled + 1) - filled - 1, filled + 1)
    is_filled = step < filled[source]
    source = source - is_filled
    return (times[source] + is_filled * (step + 1) * _STEP_S).tolist(), rates[source].tolist()
