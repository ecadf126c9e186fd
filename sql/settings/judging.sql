-- One row: every number by which measured activities are judged, and why it is what it is.
select
    -- which runs carry the trend
    cast(900 as double) as steady_min_s, -- fifteen steady minutes make a run comparable
    -- interquartile range over median of the half-minute speeds
    cast(0.20 as double) as steady_spread_max_ratio,
    -- anchors
    -- first threshold as a share of maximum heart rate, unless measured
    cast(0.78 as double) as easy_below_max_ratio,
    -- second threshold as a share of heart-rate reserve, unless measured
    cast(0.85 as double) as hard_from_reserve_ratio,
    cast(60 as double) as heart_rate_resting_default_bpm, -- when nothing is known
    -- heart rate at no speed: rest + 10 is closest to effort-neutral
    cast(10 as double) as zero_speed_above_resting_bpm,
    -- runs tell of the maximum heart rate of two years around them: it falls by a beat in that time
    cast(730 as bigint) as anchor_memory_days,
    -- so many activities in a row with another setting: the watch was told, not borrowed
    cast(3 as bigint) as anchor_told_min_count,
    -- half an hour at this share of critical speed was a test of the second threshold (SCIENCE.md B6)
    cast(0.95 as double) as test_speed_min_ratio,
    cast(365 as bigint) as threshold_speed_memory_days, -- speed moves more: by some percent in a year
    -- tenths of a maximum, rounded to beats, differ by no more from one zone to the next
    cast(2 as double) as even_zones_max_bpm,
    -- the second of five zones that somebody set ends here, of 30 real watches at 75 to 84 % of the maximum
    cast(0.72 as double) as easy_zone_min_ratio,
    cast(0.90 as double) as easy_zone_max_ratio,
    cast(7 as bigint) as resting_nights_min_count, -- a week of nights, or one bad one decides
    cast(3 as double) as anchor_shift_bpm, -- verdicts are tried again with thresholds this much off
    cast(3 as double) as heart_rate_peak_agreement_bpm, -- two peaks this close confirm each other
    -- a maximum from easy runs alone is hardly above their mean; hard running goes well above it
    cast(1.25 as double) as peak_above_usual_min_ratio,
    -- usual maximum at an age: 211 - 0.64 a year (Nes 2013, 3320 healthy adults, standard error 11 bpm)
    cast(211 as double) as heart_rate_max_at_birth_bpm,
    cast(0.64 as double) as heart_rate_max_loss_per_year,
    -- load
    -- less than this, and load is estimated from duration
    cast(0.8 as double) as heart_rate_coverage_min_ratio,
    -- a whole run on average this much faster than threshold is none: the sport or the threshold is wrong
    cast(1.25 as double) as pace_load_max_ratio,
    cast(10 as double) as effort_rating_max, -- Borg's CR10; 0 is a rating that nobody gave
    -- so many rated sessions with heart rate tell what a rating is worth
    cast(10 as bigint) as rated_min_count,
    -- until then: threshold is rated 7 to 8, and Friel's table has 100 an hour at 8
    cast(100 / (60 * 8) as double) as load_per_rated_min,
    cast(42 as double) as fitness_days, -- time constants of Banister's fitness and fatigue
    cast(7 as double) as fatigue_days,
    cast(28 as bigint) as chronic_days, -- a week's load is described against that of the four weeks it ends
    -- week
    cast(0.80 as double) as easy_target_ratio, -- the articles: 80 % of the mileage easy
    cast(3 as bigint) as weeks_compared, -- a week is held against this many before it
    cast(0.80 as double) as down_week_ratio, -- the articles: 20-30 % less than the weeks before
    -- repeats that heart rate lags behind are at most this share of a run: 20 x 200 m in 45 minutes are 0.3
    cast(0.35 as double) as lag_share_max_ratio,
    cast(480 as double) as quality_hard_s, -- eight minutes above the second threshold make a hard session
    cast(4200 as double) as long_run_min_s, -- 70 minutes
    cast(1.25 as double) as long_run_ratio, -- and longer than the usual run
    cast(0.01 as double) as polarization_floor_ratio, -- an empty middle zone counts as 1 % (Treff 2019)
    -- above it, with the least in the middle, it is polarized (Treff 2019)
    cast(2 as double) as polarized_min_index,
    -- trend (SCIENCE.md C and F)
    cast(0.25 as double) as plateau_pct_per_month, -- half of a usual gain: 3 % a year
    -- the shortest window in which a class is this likely carries the verdict: of ten windows tried in a row
    -- one is just likely by luck
    cast(0.95 as double) as verdict_clear_probability,
    cast(0.60 as double) as verdict_min_probability, -- without one, a class must be this likely in the surest
    cast(0.40 as double) as clear_error_max_pct_per_month, -- nor then is a wider slope believed
    -- a wider slope carries no verdict: above 0.297 no plateau could be likely
    cast(0.30 as double) as standard_error_max_pct_per_month,
    -- odd and even halves of real runners differ by this much more
    cast(1.25 as double) as standard_error_factor,
    -- a run this many spreads off its neighbours is an outlier (Hampel)
    cast(3.5 as double) as outlier_spreads,
    -- the trend is tried again with a zero-speed heart rate this far off
    cast(10 as double) as zero_speed_doubt_bpm,
    -- heat (SCIENCE.md B11)
    cast(12 as double) as heat_from_c, -- cooler days cost nothing
    cast(0.4 as double) as heat_accustomed_ratio, -- what the body gets used to
    cast(14 as double) as heat_memory_days, -- and how fast
    cast(28 as double) as heat_block_days, -- within four weeks season and fitness hardly move
    cast(2 as double) as heat_cost_max_pct_per_c, -- 1.5 bpm a degree: more is not heat
    -- devices
    -- runs this near to each other tell how two devices differ: with fewer their noise decides, else fitness
    cast(112 as bigint) as device_contact_days,
    cast(28 as bigint) as placebo_every_days, -- dates without a change at which the same difference is taken
    cast(6 as bigint) as placebo_min_count, -- fewer such dates tell no spread
    -- the same season a year before
    cast(365 as bigint) as year_days,
    cast(56 as bigint) as season_days, -- eight weeks now against the same eight weeks then
    cast(4 as bigint) as season_min_runs, -- fewer runs on either side are no comparison
    cast(2400 as double) as index_until_s, -- later blocks tell of drift (SCIENCE.md B11)
    -- endurance within a run (SCIENCE.md B13)
    cast(600 as double) as fresh_from_s, -- minutes 10 to 30 are fresh
    cast(1800 as double) as fresh_until_s,
    cast(3600 as double) as tired_from_s, -- minutes 60 to 90 are not
    cast(5400 as double) as tired_until_s,
    cast(1.645 as double) as interval_90, -- normal quantile
    cast(1.4826 as double) as mad_to_sd, -- normal spread from a median absolute deviation
    cast(30.4375 as double) as month_days,
    -- of n values Mann-Kendall's S has a variance of n (n - 1) (2 n + 5) / 18
    cast(5 as double) as rank_variance_addend,
    cast(18 as double) as rank_variance_divisor,
    cast(14 as bigint) as weight_days, -- a run stands for its share of the two weeks on either side
    cast(12 as bigint) as trend_min_runs, -- fewer steady runs carry no trend
    cast(0.6 as double) as trend_min_span_ratio, -- and they must span the window
    -- a run is compared with its neighbours this near: fitness has not moved much
    cast(21 as bigint) as local_days,
    cast(3 as bigint) as local_min_runs, -- fewer neighbours are no local trend
    -- the curve has turned where it stands out on both sides by this many standard errors: 2.5 and not 1.645,
    -- since the most outstanding of many weeks is asked
    cast(2.5 as double) as turn_min_spreads,
    cast(28 as bigint) as smooth_days, -- half width of the curve that people look at
    cast(14 as bigint) as break_days, -- a gap this long is a break
    cast(21 as bigint) as after_break_days, -- runs this soon after one tell of the break, not of training
    cast(28 as bigint) as look_days, -- a verdict is looked at every four weeks
    cast(25 as bigint) as look_count, -- for about two years back
    -- nearer to the zero-speed heart rate, the index divides by noise
    cast(20 as double) as index_min_above_zero_speed_bpm,
    -- races
    cast(365 as bigint) as best_memory_days, -- fitness of more than a year ago is another runner's
    -- SCIENCE.md 0 has 0.97, which half of the simulated races missed: fitness swings by more within a year
    cast(0.95 as double) as near_best_min_ratio,
    -- what a distance is worth differs that much between runners; a tempo run falls short of its own parts
    cast(0.93 as double) as race_worth_min_ratio,
    cast(8 as bigint) as race_min_runs, -- among fewer runs one is always the best
    -- simulated races were 1.18 times as fast as usual and more, the best of easy runs 1.13
    cast(1.15 as double) as race_above_usual_min_ratio,
    -- a distance in the name is a witness of its own: a third of that is enough
    cast(1.05 as double) as race_named_above_usual_min_ratio,
    cast(1.08 as double) as race_heart_rate_min_ratio, -- ten beats and more above the usual run's mean
    cast(0.8 as double) as race_coverage_min_ratio, -- a longer warm-up makes it a session, not a race
    -- satellites make a course up to 4 % longer, hardly ever shorter
    cast(0.985 as double) as race_length_min_ratio,
    cast(1.04 as double) as race_length_max_ratio,
    -- critical speed (SCIENCE.md B12)
    cast(28 as bigint) as critical_speed_step_days, -- fitness moves slower than that
    -- as many efforts as possible while fitness is the same
    cast(120 as bigint) as critical_speed_memory_days,
    cast(120 as double) as line_effort_min_s, -- shorter and longer efforts do not lie on the line
    cast(1200 as double) as line_effort_max_s,
    cast(3 as bigint) as line_min_efforts, -- two points are always on a line
    -- stretches of one run follow each other: the later ones are not all-out
    cast(2 as bigint) as line_min_runs,
    cast(600 as double) as line_longest_min_s, -- short efforts alone say nothing of what can be held
    cast(50 as double) as d_prime_min_m, -- less, and the short efforts were not all-out
    cast(400 as double) as d_prime_max_m, -- more, and the long ones were not
    cast(0.03 as double) as line_error_max_ratio, -- a worse line is none
    -- simulated runners' was off by so much beyond its own error: hard is not all-out, and fitness swings
    cast(0.04 as double) as critical_speed_bias_ratio,
    -- nobody runs as usual close to the critical speed
    cast(1.10 as double) as critical_above_usual_min_ratio,
    cast(5000 as double) as single_effort_m,
    cast(3000 as double) as single_effort_min_m, -- shorter ones hang on D', longer ones on endurance
    cast(21097.5 as double) as single_effort_max_m,
    cast(200 as double) as d_prime_usual_m, -- of runners 100 to 300 m
    cast(80 as double) as d_prime_error_m, -- its spread between runners
    -- predictions (SCIENCE.md B12)
    cast(1.06 as double) as riegel_exponent,
    cast(210 as double) as riegel_min_s, -- Riegel 1981: 3.5 to 230 minutes
    cast(13800 as double) as riegel_max_s,
    -- Cameron's curve of the speeds of records over distance
    cast(13.49681 as double) as cameron_0,
    cast(-0.000030363 as double) as cameron_1,
    cast(835.7114 as double) as cameron_2,
    cast(-0.7905 as double) as cameron_exponent,
    -- two to thirty minutes: beyond, more than oxygen decides
    cast(120 as double) as critical_speed_min_s,
    cast(1800 as double) as critical_speed_max_s,
    cast(1500 as double) as evidence_min_m, -- shorter efforts are speed, and satellites' luck
    cast(0.97 as double) as evidence_min_ratio, -- of the best VDOT: less is not all that the athlete can
    cast(180 as bigint) as evidence_memory_days, -- older ones are of another season
    cast(90 as bigint) as evidence_recent_days, -- fitness may have moved a few percent since
    cast(2.5 as double) as near_distance_max_ratio, -- 5 km says much of 10 km, little of a marathon
    -- a race tells of fitness to so many percent of VDOT: course, day and weather (SCIENCE.md C1)
    cast(2.1 as double) as race_noise_pct,
    -- work bouts and workouts (SCIENCE.md 0 and A34)
    cast(0.03 as double) as hill_min_ratio, -- hills are 5 % and steeper; of short ones altitude shows less
    cast(20 as double) as hill_sprint_max_s, -- 8 to 12 s, 15 s at most; and the watch sees edges late
    cast(35 as double) as stride_max_s, -- 15 to 30 s
    cast(8 as double) as bout_edge_s, -- where a fast bout begins and ends is known to some seconds
    cast(170 as double) as stride_max_m, -- 200 m are a repeat, whoever runs them in half a minute
    cast(1.2 as double) as stride_min_ratio, -- of easy speed: 85-95 % of the top speed is far above it
    cast(150 as double) as sprint_recovery_min_s, -- strides rest for one or two minutes, sprints for three
    cast(0.90 as double) as work_speed_min_ratio, -- of critical speed: half-marathon pace, less its own error
    cast(1.10 as double) as work_above_easy_min_ratio, -- where critical speed is not known
    -- easy running has not become work where two minutes of it leave the heart below the first threshold
    cast(120 as double) as heart_rate_follows_s,
    cast(5 as double) as float_gap_s, -- a float follows without a stop
    cast(0.97 as double) as float_max_ratio, -- and is slower than what is before and after it
    cast(1.03 as double) as float_min_ratio, -- but not as slow as easy running
    cast(1.9 as double) as walk_max_m_per_s, -- slower than 8:45 /km hardly anybody jogs
    cast(0.2 as double) as same_set_max_ratio, -- repetitions of one set differ by less in length
    cast(3 as bigint) as thirds, -- a set fades from its first third to its last
    cast(120 as double) as quality_fast_min_s, -- two minutes of fast running in all; less is strides
    cast(1500 as double) as late_min_s, -- a fast finish begins after the first miles
    cast(300 as double) as finish_max_after_s, -- and hardly any of the run is left after it
    cast(240 as double) as finish_min_s, -- the last 5 to 10 minutes; less is a sprint home
    cast(4 as bigint) as fartlek_min_count, -- "6 to 8": less is no play
    cast(0.9 as double) as cut_short_max_ratio, -- a last repetition shorter than that was given up
    -- up to here the articles have repetitions at mile pace (200 m), at 5K pace (400 to 1000 m), at 10K pace
    -- (1600 m), beyond at the pace of an hour
    cast(55 as double) as mile_pace_max_s,
    cast(360 as double) as five_km_pace_max_s,
    cast(600 as double) as ten_km_pace_max_s,
    cast(1609.344 as double) as mile_m,
    cast(10000 as double) as ten_km_m,
    cast(3600 as double) as threshold_pace_s, -- threshold is the pace of an hour
    cast(9 as bigint) as easy_pace_number, -- the last of settings.pace_classes
    cast(8 as bigint) as timing_min_bouts, -- four sessions' first parts; fewer make no curve
    cast(0.006 as double) as step_spread_min_ratio, -- cadence is recorded in whole steps of 160 to 190
    cast(0.012 as double) as contact_spread_min_ratio, -- contact is told to 1 to 2 %
    cast(0.03 as double) as distance_preferred_ratio, -- 400 m in 92 s are 400 m
    -- causes that are seen in workouts (SCIENCE.md A15 to A31)
    -- where no fast part is seen: eight minutes of a steady easy run on a warm day are no workout
    cast(0.2 as double) as hard_alone_min_ratio,
    cast(3600 as double) as tiring_run_min_s, -- an hour tires where it is a quarter farther than usual
    cast(6 as double) as session_weeks_min_count, -- of eight weeks so many with running tell of a habit
    cast(0.45 as double) as touches_flag_per_week, -- less than every second week
    cast(0.1 as double) as touches_scale,
    cast(2.7 as double) as hard_sessions_flag_per_week, -- the articles: elites top out at two to three
    cast(0.2 as double) as hard_sessions_scale,
    -- the articles want nine of ten; one hard day after another every other week, of two a week, is no chance
    cast(0.8 as double) as hard_easy_flag_ratio,
    cast(0.06 as double) as hard_easy_scale,
    cast(6 as double) as hard_days_min_count, -- of fewer hard days one alone decides
    cast(0.5 as double) as rest_days_flag_per_week, -- complete rest once a week; a streak is no habit
    cast(0.15 as double) as rest_days_scale,
    cast(0.6 as double) as rest_days_weight_ratio, -- the articles have weeks of seven runs, too, for some
    cast(36 as double) as fresh_after_hours,
    cast(0.4 as double) as not_fresh_flag_ratio,
    cast(0.08 as double) as not_fresh_scale,
    cast(6 as double) as speed_sessions_min_count, -- a session of fast repetitions in most weeks
    cast(84 as bigint) as same_workout_days, -- looked for in twelve weeks
    cast(4 as bigint) as same_workout_min_count,
    cast(0.75 as double) as same_workout_flag_ratio,
    cast(0.06 as double) as same_workout_scale,
    cast(0.08 as double) as same_length_max_ratio, -- 400 m of the track are 380 to 430 m of a watch
    cast(0.2 as double) as same_recovery_max_ratio,
    -- 1.5 % is meant; the day, the satellites and the wind are as much again
    cast(0.03 as double) as same_pace_max_ratio,
    -- what grew or got faster or rests shorter by this much over the weeks was no repetition
    cast(0.15 as double) as progress_volume_min_ratio,
    cast(0.03 as double) as progress_speed_min_ratio,
    cast(0.2 as double) as progress_recovery_min_ratio,
    cast(0.3 as double) as progress_exposure_ratio,
    cast(0.04 as double) as race_fade_flag_ratio, -- second half over the first; even is 2 % either way
    cast(0.008 as double) as race_fade_scale,
    cast(168 as bigint) as race_fade_days, -- races are few: half a year of them
    cast(2 as double) as race_fade_min_count,
    cast(0.03 as double) as repeat_fade_flag_ratio,
    cast(0.006 as double) as repeat_fade_scale,
    cast(4 as double) as repeat_sessions_min_count, -- fewer sessions are the day's form
    cast(0.03 as double) as fantasy_flag_ratio, -- faster than the articles' pace for it by what is no error
    cast(0.006 as double) as fantasy_scale,
    cast(0.4 as double) as failed_flag_ratio, -- two of five sessions are broken off or shorter than they were
    cast(0.08 as double) as failed_scale,
    -- at a pace out of reach less fade tells: last third and first third show two thirds of the way down
    cast(0.02 as double) as fantasy_fade_flag_ratio,
    cast(0.004 as double) as fantasy_fade_scale,
    -- 5 km in a race: contact + 9 %, steps - 4 % (Girard 2013); a session is stopped before half of that
    cast(0.04 as double) as contact_drift_flag_ratio,
    cast(0.008 as double) as contact_drift_scale,
    cast(0.02 as double) as step_drift_flag_ratio,
    cast(0.004 as double) as step_drift_scale,
    cast(84 as bigint) as timing_days,
    cast(3 as bigint) as timing_min_sessions,
    cast(0.6 as double) as timing_certainty_ratio, -- a watch sees the timing roughly (SCIENCE.md A29)
    cast(28 as bigint) as short_change_days, -- four weeks against four weeks
    cast(0.2 as double) as more_reps_flag_ratio,
    cast(0.05 as double) as more_reps_scale,
    -- 1 % is meant; fitness and weather swing by half as much
    cast(0.015 as double) as slower_flag_ratio,
    cast(0.004 as double) as slower_scale,
    -- so many pairs of like sessions, now and before: of fewer one that was meant to be easier decides
    cast(6 as double) as like_sessions_min_count,
    -- the articles on runs and speed that are no cause (SCIENCE.md A23, A32 to A36)
    cast(2100 as double) as recovery_run_max_s, -- 20 to 30 minutes, and the way home
    cast(0.75 as double) as recovery_run_max_ratio, -- of maximum heart rate
    cast(168 as bigint) as top_speed_days, -- top speed fades over months, and is seldom run
    cast(0.80 as double) as small_reserve_min_ratio, -- 5 km at more than 80 % of the top speed
    -- "super low (<160)", and that at an easy pace which is a run: slower, nothing follows from it
    cast(160 as double) as low_cadence_per_min,
    cast(2.8 as double) as low_cadence_min_m_per_s,
    cast(4 as double) as strides_min_count, -- 4 to 8, one to three times a week, 15 to 30 s, 1 to 2 min rest
    cast(8 as double) as strides_max_count,
    cast(3 as double) as strides_max_per_week,
    cast(15 as double) as strides_min_s,
    cast(30 as double) as strides_max_s,
    cast(55 as double) as strides_recovery_min_s, -- a minute, seen some seconds short
    cast(4 as double) as hill_sprints_min_count, -- "start with 4", "rest at least 2 minutes"
    cast(110 as double) as hill_sprints_recovery_min_s,
    cast(0.02 as double) as even_max_ratio, -- 12 times 400 m "all at 1:40": two seconds either way
    -- recovery: what watches measure of days and nights
    cast(25 as double) as resting_possible_min_bpm, -- the lowest ever told of an athlete is 26
    cast(120 as double) as resting_possible_max_bpm, -- higher is no rest
    cast(0.003 as double) as hrv_possible_min_s, -- rMSSD of a night; less is a pacemaker's
    cast(0.3 as double) as hrv_possible_max_s, -- more is a sensor that lost beats
    cast(3600 as double) as sleep_possible_min_s, -- less is a nap, or a watch that was taken off
    cast(64800 as double) as sleep_possible_max_s, -- more than eighteen hours is a watch on the table
    -- structure: long runs
    -- the articles' long runs are 1.6 to 2.4 times the others; a week as a whole may be short
    cast(1.4 as double) as long_run_clear_ratio,
    cast(0.20 as double) as long_run_share_min_ratio, -- of its week: the articles' templates have 25 to 42 %
    -- the articles' fast finish is 2 of 12 miles; more is a workout
    cast(0.20 as double) as long_run_hard_max_ratio,
    -- a workout or race this long is the long run of its week
    cast(5400 as double) as long_anyway_min_s,
    cast(2.5 as double) as long_run_min_runs, -- with fewer runs a week, a week can hardly have a long one
    -- the articles: in every week; flagged where most have none
    cast(0.40 as double) as long_weeks_flag_ratio,
    cast(0.10 as double) as long_weeks_scale,
    cast(4 as bigint) as long_weeks_min_count, -- fewer whole weeks are no habit
    cast(30 as bigint) as spike_days, -- a run is held against the longest of the thirty days before (A45)
    cast(1.10 as double) as growth_max_ratio, -- longer by more than a tenth is a spike (SCIENCE.md A45)
    cast(1.5 as double) as long_run_goal_ratio, -- the articles' long run against their other runs, at least
    -- structure: lighter weeks
    cast(0.84 as double) as lightest_flag_ratio, -- 20 % lighter, as one week differs from the next by 4 %
    cast(0.015 as double) as lightest_scale,
    cast(2 as bigint) as lightest_count, -- one light week may be luck, two are hardly
    cast(0.75 as double) as lighter_goal_ratio, -- in the middle of the articles' 20 to 30 %
    -- structure: phases (SCIENCE.md A42)
    cast(14 as bigint) as phase_around_days, -- a phase shows over five weeks: two before, two after
    cast(0.08 as double) as phase_hard_min_ratio, -- a larger share of hard sessions is no base any more
    cast(2 as bigint) as phase_hard_min_count, -- one race or one test does not end a base
    cast(0.60 as double) as recovery_volume_max_ratio,
    cast(0.85 as double) as peak_volume_max_ratio, -- 15 to 40 % less
    cast(21 as bigint) as peak_days, -- the articles: two to three weeks before a key race
    -- structure: how often to run
    cast(4 as double) as weekly_runs_goal, -- the articles: gains grow up to four or five runs a week
    cast(3 as double) as weekly_runs_min, -- their smallest week has three, for most of the benefit
    -- structure: the order of phases (SCIENCE.md A42)
    cast(35 as bigint) as race_cluster_days, -- five weeks
    cast(3.5 as double) as race_cluster_flag, -- four races in them are nearly every weekend, three are not
    cast(0.35 as double) as race_cluster_scale,
    -- without a name or an entry, what looks like a race may be a hard tempo run
    cast(0.8 as double) as guessed_races_certainty_ratio,
    cast(16 as double) as hard_weeks_flag, -- a build of ten, a peak of three, and some to spare
    cast(2 as double) as hard_weeks_scale,
    cast(0.8 as double) as hard_weeks_certainty_ratio, -- that no lighter week was there is a cause of its own
    cast(0.45 as double) as notice_certainty_ratio, -- worth a word, never a leading cause
    cast(4 as bigint) as rest_block_min_weeks, -- shorter rests lose little (SCIENCE.md B14)
    cast(4 as double) as base_weeks_flag, -- half of the base that the articles give
    cast(1 as double) as base_weeks_scale,
    cast(3.5 as double) as peaks_flag, -- the articles: maybe three
    cast(0.3 as double) as peaks_scale,
    cast(20 as double) as phase_history_weeks, -- a block of more than sixteen weeks must fit in
    -- structure: routine (SCIENCE.md A28)
    cast(1.5 as double) as distance_class_ratio, -- 5 to 8 km is one class, and so on
    -- the articles' week alone has three kinds of session: on more than one route they are more than four
    cast(4 as double) as kinds_flag,
    cast(0.6 as double) as kinds_scale,
    cast(0.05 as double) as pace_spread_flag_ratio, -- from run to run, as ordinary easy runs differ
    cast(0.01 as double) as pace_spread_scale,
    cast(12 as bigint) as stale_min_runs, -- two weeks of few runs are no routine
    cast(0.4 as double) as stale_certainty_ratio, -- weak evidence
    cast(0.95 as double) as stale_clear_exposure, -- one route and one pace: still not certain, but clear
    cast(0.6 as double) as stale_clear_certainty_ratio,
    -- structure: breaks (SCIENCE.md B14)
    cast(10 as bigint) as gap_min_days, -- fewer days without a run cost next to nothing
    cast(56 as bigint) as around_gap_days, -- eight weeks before and after a break show what it did
    -- structure: plans (SCIENCE.md A46, A2)
    cast(0.15 as double) as plan_repeat_tolerance_ratio, -- satellites and thumbs: 300 m may be 260 or 340
    cast(0.75 as double) as plan_repeats_min_ratio, -- three of four repeats are that workout
    cast(3 as bigint) as plan_days_min_count, -- one such workout is chance, three on their days are a plan
    cast(0.3 as double) as plan_stride_tolerance_ratio, -- nobody times strides
    cast(0.03 as double) as plan_hill_min_ratio, -- less is no hill
    cast(0.95 as double) as plan_way_min_ratio, -- a run that is 5 % short is as planned
    cast(1.5 as double) as plan_way_max_ratio, -- jogging between repeats and strides is not in the plan
    cast(14 as bigint) as plan_trial_days, -- the time trial before a plan is run in the two weeks before it
    cast(1.03 as double) as plan_trial_max_ratio, -- a mile within 3 % of the best is all-out, too
    -- four weeks bring a few percent: more than this, and one of the two was no trial
    cast(0.15 as double) as plan_gain_max_ratio,
    cast(0.70 as double) as plan_followed_min_ratio, -- who runs five days a week agrees by half with any plan
    -- recovery: does the body cope? (SCIENCE.md A10 to A14, A48)
    -- resting heart rate: the articles' 10 % is a large shift; half of it is the early sign
    cast(0.05 as double) as resting_flag_ratio,
    cast(0.0225 as double) as resting_scale, -- 10 % is then a clear case (0.9)
    cast(2 as double) as resting_week_spreads, -- whose usual weeks differ more than others', needs more
    cast(60 as bigint) as resting_usual_days,
    cast(5 as bigint) as resting_held_days, -- for so many days in a row
    cast(3 as bigint) as held_min_nights, -- of those five days
    cast(4 as bigint) as week_min_nights, -- of seven days, or the week's mean is not known
    cast(20 as bigint) as usual_min_nights, -- fewer in two months tell no usual
    cast(0.20 as double) as resting_outlier_ratio, -- a night so far off was a watch worn loosely, or a fever
    cast(16 as bigint) as recovery_full_days, -- of the eight weeks, and all is told: four of seven, half
    cast(14 as bigint) as recent_min_nights, -- fewer are no period to compare
    cast(28 as bigint) as base_min_nights,
    -- heart-rate variability, in spreads of the athlete's own nights; by chance (simulated, neighbours alike
    -- by 0.3, a slow wander of 0.3) 3 % of healthy runners fall so deep for three days or so far for two
    -- weeks
    cast(14 as bigint) as hrv_lag_days, -- the usual ends before what is judged
    cast(60 as bigint) as hrv_usual_days,
    cast(3 as bigint) as hrv_week_min_nights, -- Plews: three nights of a week tell its mean
    cast(0.05 as double) as hrv_spread_min_ratio, -- nobody's nights are more alike; a watch that rounds is
    -- of independent nights a week's mean has 0.38 of their spread; where weeks differ by more, they are the
    -- measure
    cast(2.4 as double) as hrv_week_spread_factor,
    cast(3 as bigint) as hrv_deep_days,
    cast(2 as bigint) as hrv_deep_min_nights,
    cast(1.5 as double) as hrv_deep_flag_spreads,
    cast(0.3 as double) as hrv_deep_scale,
    cast(14 as bigint) as hrv_long_days,
    cast(6 as bigint) as hrv_long_min_nights,
    cast(0.75 as double) as hrv_long_flag_spreads,
    cast(0.2 as double) as hrv_long_scale,
    -- signs, for causes that need one: three weeks are longer than one bad one
    cast(21 as bigint) as sign_days,
    cast(9 as bigint) as sign_min_nights, -- nearly every other one
    cast(4 as bigint) as sign_min_runs,
    cast(0.03 as double) as resting_sign_ratio, -- three weeks of 3 % say as much as one of 5 %
    cast(1.3 as double) as resting_sign_spreads, -- unless the usual weeks differ by nearly as much
    cast(0.01 as double) as resting_sign_scale,
    cast(0.7 as double) as effort_sign_rating, -- a point up is the sign; means fall a little short
    cast(0.15 as double) as effort_sign_scale,
    cast(2 as double) as index_sign_pct, -- 2 % slower at the same heart rate
    cast(0.7 as double) as index_sign_scale,
    cast(0.4 as double) as index_sign_error_scale,
    -- sleep: 7 to 9 hours are non-negotiable, half an hour less is a clear case
    cast(25200 as double) as sleep_flag_s,
    cast(820 as double) as sleep_scale,
    cast(27000 as double) as sleep_target_s, -- half an hour above the least
    cast(21600 as double) as sleep_bad_night_s, -- a night under six hours is told
    cast(28 as bigint) as sleep_days,
    cast(7 as bigint) as sleep_min_nights,
    cast(16 as bigint) as sleep_full_nights, -- four of seven
    -- load
    cast(-5 as double) as fresh_min_form_score, -- a day with more is a fresh one
    cast(14 as double) as without_fresh_flag_days, -- there should be one in a fortnight
    cast(2.5 as double) as without_fresh_scale, -- three weeks are a clear case
    cast(2 as double) as monotony_flag, -- Foster; on the most strenuous tenth of the athlete's own days
    cast(0.2 as double) as monotony_scale,
    cast(0.08 as double) as fitness_ramp_flag_ratio, -- a week, for three weeks
    cast(0.015 as double) as fitness_ramp_scale,
    cast(21 as bigint) as fitness_ramp_days,
    cast(0.4 as double) as unsigned_exposure_max_ratio, -- load alone, without a sign, is no cause
    -- overcooked
    cast(26 as bigint) as overcooked_max_weeks, -- a decline of years is another matter
    cast(0.6 as double) as declining_flag_ratio, -- probability
    cast(0.12 as double) as declining_scale,
    cast(0.75 as double) as overcooked_error_scale, -- of a recent fall of the index, in its standard errors
    -- strength: the articles have two sessions a week, one keeps the gains
    cast(0.35 as double) as strength_flag_per_week,
    cast(0.15 as double) as strength_scale,
    cast(0.85 as double) as strength_certainty_ratio, -- there is strength work that nobody records
    cast(4 as bigint) as journal_min_weeks, -- kept in so many of the recent eight weeks, a journal is kept
    -- structure: races (SCIENCE.md A43, A44)
    cast(12000 as double) as long_race_min_m, -- beyond 10 km, measured a little long
    cast(7 as bigint) as short_race_taper_days, -- the articles: 7 to 10 days before 10 km
    cast(14 as bigint) as long_race_taper_days, -- two weeks before a half marathon
    cast(7 as bigint) as short_race_rest_days, -- without anything hard after 5 to 10 km
    cast(14 as bigint) as long_race_rest_days,
    cast(42 as bigint) as before_taper_from_days, -- the taper is held against the sixth to third week before
    cast(15 as bigint) as before_taper_until_days,
    cast(0.60 as double) as taper_min_ratio, -- 15 to 40 % less is a taper
    cast(0.85 as double) as taper_max_ratio,
    cast(0.98 as double) as taper_speed_min_ratio, -- fast parts within 2 % are as fast as before
    -- causes (SCIENCE.md A and 0)
    cast(56 as bigint) as recent_days, -- what the runner does now
    cast(112 as bigint) as base_days, -- what he or she did before
    -- under this the 80 % are missed by more than a week's chance
    cast(0.75 as double) as easy_share_flag_ratio,
    cast(0.05 as double) as easy_share_scale,
    -- what is lacking because easy runs are not easy is foremost a matter of these
    cast(0.85 as double) as easy_share_by_easy_certainty_ratio,
    cast(0.40 as double) as medium_flag_ratio, -- share of easy runs spent between the thresholds
    cast(0.08 as double) as medium_scale,
    cast(24000 as double) as mileage_flag_m, -- 15 miles a week
    cast(3500 as double) as mileage_scale, -- 10 miles a week, from which the articles' runner came, are clear
    -- five of sixteen weeks with under half of the usual distance; three or four are a cold and a holiday
    cast(0.28 as double) as light_weeks_flag_ratio,
    cast(0.06 as double) as light_weeks_scale,
    cast(0.50 as double) as light_week_ratio,
    cast(8 as double) as weeks_without_rest_flag, -- the articles: a lighter week every few weeks
    cast(1.5 as double) as weeks_without_rest_scale,
    cast(84 as bigint) as rest_search_days, -- looked for in the last twelve weeks
    cast(84 as double) as uninterrupted_flag_days, -- twelve weeks of training without a gap are the least
    cast(14 as double) as uninterrupted_scale,
    cast(10 as bigint) as interruption_days, -- a gap longer than this interrupts
    cast(0.2 as double) as device_other_flag_ratio, -- share of comparable runs that another device recorded
    cast(0.07 as double) as device_other_scale,
    cast(6 as bigint) as cause_min_runs, -- fewer recent runs with heart rate are no habit
    -- how the body answers, and how habits change
    cast(4 as bigint) as response_min_runs, -- fewer runs on either side are no comparison
    cast(1800 as double) as drift_run_min_s, -- the articles' easy run: in half an hour heart rate can drift
    cast(112 as bigint) as drift_days, -- SCIENCE.md A8: in less than sixteen weeks scatter decides
    cast(56 as bigint) as drift_ramp_min_days, -- a faster rise is another habit, or an illness
    cast(28 as bigint) as drift_ramp_step_days, -- ramps are tried at every fourth week
    cast(4 as double) as drift_flag_points, -- A8: four points of the reserve in eight weeks
    -- of a rise of heart rate: how much of it a faster pace must explain, for effort to be what rose
    cast(0.4 as double) as drift_pace_min_ratio,
    cast(0.8 as double) as drift_scale, -- the error of a runner with four easy runs a week is one point
    cast(10 as bigint) as drift_min_runs, -- a beginner's effort differs by 5 bpm from run to run
    cast(16 as bigint) as drift_full_runs, -- one easy run a week is just enough
    -- a sensor that slipped is 15 to 35 bpm off, a runner who drifts is not
    cast(20 as double) as drift_outlier_min_bpm,
    cast(0.70 as double) as easy_effort_max_ratio, -- article 001: easy is 60 to 70 % of the maximum
    -- speed work begins (SCIENCE.md A17 and A18)
    cast(28 as bigint) as start_days, -- four weeks without, and four weeks since
    cast(3 as bigint) as start_min_sessions, -- fewer are a trial, no habit
    cast(21 as bigint) as start_after_min_days, -- three weeks tell what the fourth will be
    cast(14 as bigint) as start_stress_days, -- what came in the same two weeks came together
    cast(182 as bigint) as start_memory_days, -- what began longer ago has been absorbed, or is a habit
    cast(1.10 as double) as stress_volume_ratio, -- A17: what counts as a new stress
    cast(1 as double) as stress_run_days,
    cast(1.15 as double) as stress_long_run_ratio,
    cast(1.20 as double) as added_flag_ratio, -- A17: up to 1.10 is replaced, beyond 1.20 is added
    cast(0.03 as double) as added_scale, -- weeks that grow towards a season are at 1.15 to 1.2, too
    cast(1.15 as double) as added_easy_max_ratio, -- more easy running than before: not only speed was added
    cast(4 as bigint) as added_stress_max_count, -- so are a longer long run, more days and more distance
    cast(0.7 as double) as added_with_more_certainty_ratio, -- then "everything at once" says it better
    cast(1.7 as double) as logistic_per_sd, -- a logistic curve this steep is the normal distribution
    cast(2 as double) as harder_flag_pct, -- A18: 2 % less speed at the same heart rate, or 3 bpm more
    cast(0.6 as double) as harder_scale,
    cast(8 as bigint) as harder_full_runs, -- two easy runs in each of four weeks
    cast(12 as bigint) as habit_before_weeks, -- a habit is what one did for a quarter of a year
    cast(8 as bigint) as habit_before_min_weeks, -- or for two months, where weeks are missing
    cast(8 as bigint) as habit_after_weeks, -- advice is to show in four to eight weeks
    cast(4 as bigint) as habit_after_min_weeks,
    -- of a year of weeks and a dozen habits the most outstanding is looked at: two would be luck
    cast(4 as double) as habit_change_spreads,
    cast(3 as double) as habit_evenness, -- no habit is more even than a third of what matters
    -- within two percent, error and all, a change is no change that training could show in two months
    cast(2 as double) as level_max_pct,
    -- heart rate within a run (SCIENCE.md A9)
    cast(240 as double) as opening_from_s, -- until then heart rate is still on its way up
    cast(600 as double) as opening_fresh_until_s, -- and from then on it can drift
    cast(4 as double) as rise_bpm, -- A9: above the runner's own fresh curve
    cast(5 as double) as rise_flag_min, -- A9: five minutes earlier
    cast(1.2 as double) as rise_scale,
    cast(12 as bigint) as rise_full_runs, -- three runs in each of four weeks: the minute differs a lot
    cast(0.02 as double) as decoupling_flag_ratio, -- A9: two points
    cast(0.004 as double) as decoupling_scale, -- the median of thirty runs is as sure as that
    cast(7 as double) as warmer_flag_c, -- A3: what seven degrees do, training need not have done
    cast(1 as double) as warmer_scale,
    cast(1 as double) as heat_took_flag_pct, -- four months of a usual gain: less hides nothing
    cast(0.3 as double) as heat_took_scale,
    -- B11: a degree costs 0.6 +- 0.3 beats, unless the runs say otherwise
    cast(0.6 as double) as heat_prior_bpm_per_c,
    cast(0.3 as double) as heat_prior_error_bpm_per_c,
    cast(0.5 as double) as heat_share_min_ratio, -- of a loss: then heat is most of it
    cast(0.7 as double) as heat_known_min_ratio, -- of the runs on either side: the rest is as warm as they
    -- everything at once (SCIENCE.md A27)
    cast(3 as bigint) as step_weeks, -- A27: the mean of three weeks
    cast(6 as bigint) as step_before_weeks, -- of six weeks two may be light without moving the median
    cast(4 as bigint) as step_before_min_weeks,
    cast(84 as bigint) as step_search_days, -- what changed longer ago has become the habit
    cast(0.10 as double) as step_min_ratio, -- A27: a tenth
    cast(2 as double) as step_min_spreads, -- and twice what such means differ anyway
    cast(2.5 as double) as at_once_flag_count, -- A27: more than two
    cast(0.2 as double) as at_once_scale,
    cast(6 as bigint) as at_once_full_weeks, -- in six of the twelve weeks a change can be seen
    cast(4 as bigint) as at_once_known_count, -- distance, days, quality sessions and the longest run
    -- progress that pace does not show (SCIENCE.md A4)
    cast(60 as double) as answered_bout_min_s, -- in a shorter one heart rate has not yet answered
    cast(0.03 as double) as resting_stable_ratio, -- a beat or two: more is a price paid for the load
    cast(3 as bigint) as signs_min_count, -- A4: three signs and more
    cast(0.5 as double) as doubtful_certainty_ratio, -- evidence that hangs on a guess counts half
    cast(0.6 as double) as pace_certainty_ratio, -- pace says less of effort than heart rate does
    -- a third of the runs moved from the road to a treadmill, or from strap to wrist: another measurement
    cast(0.35 as double) as mix_shift_flag_ratio,
    cast(0.5 as double) as score_min, -- a cause below this is not named among the leading ones
    -- SCIENCE.md C3: what the exposure alone is worth, what its time adds, and what the expected sign adds
    cast(0.5 as double) as exposure_weight_ratio,
    cast(0.2 as double) as alignment_weight_ratio,
    cast(0.3 as double) as response_weight_ratio,
    cast(84 as bigint) as alignment_before_days, -- what began in the twelve weeks before the curve turned
    cast(28 as bigint) as alignment_after_days, -- the turn is known to a month or so
    cast(0.8 as double) as explained_ratio, -- what another cause explains stands behind it, not out of sight
    cast(0.7 as double) as ruled_out_coverage_min_ratio, -- only well covered evidence can rule a cause out
    -- standings
    -- an easy share is that of a habit if half of the eight weeks can be judged, and half of the time
    cast(4 as bigint) as easy_share_min_weeks,
    cast(0.5 as double) as easy_share_min_judged_ratio,
    -- among five, a place is worth a quarter; of fewer, who reads the list sees more
    cast(5 as bigint) as squad_min_athletes
