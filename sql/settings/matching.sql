-- One row: every number by which two recordings are told to be one session or two, and why it is what it is.
--
-- In doubt they are two: a session counted twice is seen in the ledger, two made one are lost.
select
    -- which two are looked at
    cast(900 as bigint) as zone_step_s, -- every time zone is a whole number of quarter hours
    cast(50400 as bigint) as zone_shift_max_s, -- no clock is set further than 14 h from UTC
    cast(2 as double) as start_tolerance_s, -- platforms drop a first record, or round its second
    cast(3 as double) as lag_max_s, -- the same for a whole stream: more is another walker on the same path
    -- a stream says nothing unless both have it for so many minutes
    cast(5 as bigint) as common_min_count, -- five values alike by chance: one in thousands
    cast(10 as bigint) as identical_min_count, -- and for a pair whose starts or clocks differ, twice that
    cast(0.8 as double) as common_min_ratio, -- a copy lies in the longer one, but for dropouts at the edges
    -- positions
    cast(0.5 as double) as track_min_m_per_s, -- who stands still is where others stand, too
    -- copies differ by what five decimals lose, 1 m; two receivers on one wrist already by 3 to 10 m
    cast(2 as double) as position_equal_max_m,
    cast(25 as double) as position_far_m, -- two receivers of one runner are hardly ever this far apart
    cast(0.2 as double) as position_far_max_ratio,
    -- heart rate
    cast(2 as double) as heart_rate_equal_max_bpm, -- resampling and a lag of a second or two make up to this
    cast(1 as double) as heart_rate_identical_max_bpm, -- the same strap in two files; nobody else's heart
    cast(5 as double) as heart_rate_spread_min_bpm, -- two even hearts may well beat alike
    cast(0.8 as double) as equal_min_ratio, -- of the common minutes; the others are dropouts and surges
    cast(0.9 as double) as identical_min_ratio,
    -- summaries, where there are no streams to compare
    cast(5 as double) as elapsed_tolerance_s,
    cast(0.01 as double) as summary_tolerance_ratio, -- platforms add up time and distance a little otherwise
    -- so far apart are the means of other records around one minute, however short the way was
    cast(15 as double) as distance_equal_min_m,
    cast(3 as double) as cadence_equal_max_per_min, -- one foot counted, then doubled, loses one or two
    -- which recording leads
    cast(0.95 as double) as whole_min_ratio, -- of the longest copy; shorter has been cut short
    cast(0.5 as double) as part_max_ratio -- one that begins elsewhere and is shorter is a part, not a copy
