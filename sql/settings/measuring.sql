-- One row: every number by which an activity is cleaned and measured, and why it is what it is.
--
-- Whoever changes one of these has every activity measured anew.
select
    -- records
    -- smart recording leaves up to this between records; longer is a pause or a dropout
    cast(30 as double) as gap_max_s,
    -- a dropout (tunnel, wood) this long still counts as running, if the distance went on
    cast(300 as double) as gap_moving_max_s,
    cast(30 as double) as heart_rate_hold_s, -- some watches write heart rate only when it changes
    -- five seconds: three of them, the shortest that is moving or standing, are most of a slice
    cast(5 as double) as slice_s,
    cast(0.8 as double) as moving_min_m_per_s, -- slower is standing: a GPS at rest drifts this fast
    cast(40 as double) as heart_rate_possible_min_bpm, -- below it is a dropout, not a runner
    cast(230 as double) as heart_rate_possible_max_bpm, -- above it is interference or cadence
    cast(60 as double) as fault_min_s, -- shorter stretches of one value, or beside the cadence, are chance
    -- between moving slices; a pulse that does not answer to this is none, at an even pace it may stand still
    cast(0.5 as double) as flat_speed_range_m_per_s,
    -- a sensor that counts steps is within so many of the cadence; of 24 such minutes in real files with a
    -- strap or a wrist sensor all but two had a cadence that did not change by more than twice this
    cast(3 as double) as lock_max_bpm,
    cast(12.5 as double) as foot_speed_max_m_per_s, -- faster than the fastest sprint ever run: a GPS jump
    cast(40 as double) as speed_max_m_per_s, -- the same for whatever rolls
    cast(-430 as double) as altitude_min_m, -- the shore of the Dead Sea
    cast(9000 as double) as altitude_max_m, -- above every summit
    cast(300 as double) as cadence_max_per_min, -- steps; sprinters reach 280
    -- hills
    cast(10 as double) as mark_m, -- altitude is looked at every ten metres: a watch hardly writes more often
    -- 50 m of smoothing follows the published grade-adjusted pace best
    cast(25 as double) as grade_half_window_m,
    cast(100 as double) as grade_half_window_noisy_m, -- 200 m where the altitude is noise: noise makes hills
    -- typical gap between the two smoothings: barometers of real watches stay under 0.014, the four watches
    -- without one are above 0.0175
    cast(0.016 as double) as grade_noise_max_ratio,
    -- GoldenCheetah's: less is the noise of an altimeter
    cast(3 as double) as ascent_hysteresis_m,
    cast(0.45 as double) as grade_max_ratio, -- the factors were measured no steeper than this
    -- steady running (SCIENCE.md F: S20)
    cast(600 as double) as warm_up_s, -- heart rate needs ten minutes to settle
    cast(60 as double) as after_stop_s, -- and a minute after standing
    cast(0.06 as double) as steady_grade_max_ratio, -- steeper, and grade adjustment decides the result
    cast(300 as double) as block_s, -- five-minute blocks: long enough for heart rate to follow the pace
    cast(120 as double) as block_min_s, -- a block with less steady running than this is not kept
    cast(15 as double) as peak_window_s, -- a heart-rate peak must last this long to be believed
    cast(360 as double) as peak_after_s, -- a dry strap or a cold wrist reads too high in the first minutes
    cast(30 as double) as pace_window_s, -- evenness is judged on half-minute speeds: GPS jitters below
    -- best efforts
    cast(5 as double) as jump_window_s, -- a position that jumps is back in place within seconds
    cast(1.25 as double) as jump_min_ratio, -- SCIENCE.md B12: nobody gains and loses a quarter that fast
    -- less is the satellites' noise, which comes back: bridging it took 0.5 % of the way of real runs
    cast(15 as double) as jump_min_m,
    -- a tenth of a metre per second is 10 s per kilometre or less
    cast(10 as double) as speed_steps_per_m_per_s,
    -- Friel's test of the second threshold: half an hour, of which the first ten minutes are on the way there
    cast(1800 as double) as test_s,
    cast(1200 as double) as test_heart_rate_s,
    cast(0.95 as double) as test_coverage_min_ratio, -- a crossing or a lost beat spoils no test, a pause does
    -- work bouts (SCIENCE.md 0 'Work bout')
    cast(2 as double) as fine_gap_max_s, -- a record every second or two: else ten fast seconds are a guess
    cast(1.9 as double) as run_min_m_per_s, -- slower is walking: it says nothing of the easy running speed
    cast(0.8 as double) as run_min_ratio, -- so far below the warm-up is a recovery
    cast(20 as double) as half_minute_moving_min_s, -- most of a half minute
    -- who runs faster than easy up a real hill runs hard: what is above 5 % counts more, the steeper, ...
    cast(0.04 as double) as climb_min_ratio,
    cast(1.05 as double) as climb_from_ratio,
    cast(5 as double) as climb_boost_ratio,
    cast(1.25 as double) as climb_boost_max_ratio, -- ... until it is a bout anyhow
    -- fast seconds are looked for at levels this far apart, the first so far above the easy speed
    cast(1.1 as double) as level_first_ratio,
    cast(1.08 as double) as level_step_ratio,
    cast(20 as double) as valley_min_s, -- fast parts with less between them are one
    -- between two bouts the speed falls by 8 %, and by more where seconds are few: GPS makes such valleys
    cast(0.06 as double) as valley_depth_min_ratio,
    cast(1.4 as double) as valley_noise_s,
    -- and a bout begins or ends with as much
    cast(0.08 as double) as bout_edge_min_ratio,
    -- of a hill sprint of 6 to 15 s one slice may be all that is fast throughout
    cast(5 as double) as bout_min_s,
    -- a bout is 10 % faster than easy, and more where seconds are few: 200 s 12 %, 20 s 28 %
    cast(0.1 as double) as bout_height_min_ratio,
    cast(3.5 as double) as bout_noise_s,
    -- a GPS in a city lags and catches up: so many more for a jitter of 100 % (1 to 15 % are usual)
    cast(27 as double) as bout_jitter_s,
    cast(11 as double) as valley_jitter_s,
    -- where it jitters as much, a short bout has to be seen in the steps, too: nobody runs a fifth faster at
    -- the same cadence, a GPS that catches up does
    cast(0.03 as double) as jitter_max_ratio,
    cast(120 as double) as cadence_needed_s,
    cast(1.02 as double) as cadence_min_ratio,
    cast(40 as double) as coarse_bout_min_s, -- shorter ones cannot be seen in a coarse recording
    -- who walks before or after it (hill sprints, strides) did not just meet a gap between buildings
    cast(1.2 as double) as bout_noise_beside_walk_s,
    -- who stood before it was just found by the satellites again, and is rested
    cast(14 as double) as bout_noise_after_stand_s,
    cast(0.25 as double) as walk_min_ratio,
    cast(0.75 as double) as walk_max_ratio,
    -- what is long and so much faster may have been reached little by little
    cast(240 as double) as bout_long_s,
    cast(1.2 as double) as bout_long_min_ratio,
    -- what a bout is compared with: half a minute before and after, what is long with more
    cast(30 as double) as flank_s,
    cast(90 as double) as flank_long_s,
    -- where a bout begins and ends is told by the metres around it: so many seconds of them, ...
    cast(10 as double) as edge_s,
    cast(5 as double) as edge_inset_s, -- ... against the speed inside, that far from the edge, ...
    cast(30 as double) as edge_inside_s,
    cast(15 as double) as edge_outside_s, -- ... and that outside, if it is slower
    cast(0.06 as double) as lap_contrast_min_ratio,
    cast(1 as double) as lap_height_min_ratio, -- and no slower than easy
    -- a lap that is no more than this of what the stream sees is not it
    cast(0.65 as double) as lap_agreement_min_ratio,
    -- where laps mark the work, what is this much slower than it is a brisk warm-up
    cast(0.85 as double) as beside_laps_min_ratio,
    cast(60 as double) as recovery_window_s, -- heart rate after a bout is looked at for a minute
    -- openings and pacings
    cast(0.1 as double) as first_part_ratio, -- the first tenth of the way: there a race is begun too fast
    cast(120 as double) as opening_s, -- two minutes: heart rate has answered by then
    cast(3600 as double) as openings_until_s, -- the first hour
    cast(10 as double) as top_window_s, -- the best ten seconds: GPS overestimates less
    cast(0.01 as double) as route_cell_deg, -- about a kilometre: a start is not told more exactly than that
    cast(1000 as double) as route_class_m, -- distances of a route within a kilometre are one class
    -- fingerprints (recording/)
    cast(15 as double) as minute_reach_s, -- smart recording hardly ever leaves more on either side
    cast(111195 as double) as degree_m -- metres of a degree of latitude
