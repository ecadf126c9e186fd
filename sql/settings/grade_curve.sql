-- One row: how much harder a grade is than level ground at the same speed, as a polynomial of the grade in
-- percent.
--
-- Fitted by relative least squares to the factors that Strava published in 2017 (equal heart rate, 240 000
-- athletes), less the one at +12 %, which is off its neighbours: 0.4 % from them at the median, 1.6 % at
-- most, cheapest at -8.6 %. Beside it Minetti's energy cost of 2002, a polynomial of the grade as a ratio,
-- for comparison only: his treadmill makes hills too dear and downhill too cheap in the field.
select
    cast(0.0295219731 as double) as grade_1,
    cast(0.00180179141 as double) as grade_2,
    cast(0.00000107628252 as double) as grade_3,
    cast(-0.000000363048938 as double) as grade_4,
    cast(-0.00000000334532607 as double) as grade_5,
    cast(3.6 as double) as minetti_0,
    cast(19.5 as double) as minetti_1,
    cast(46.3 as double) as minetti_2,
    cast(-43.3 as double) as minetti_3,
    cast(-30.4 as double) as minetti_4,
    cast(155.4 as double) as minetti_5
