-- One row: how much harder a grade is than level ground at the same speed, as a polynomial of the grade in
-- percent.
--
-- Fitted to the factors that Strava published in 2017 (equal heart rate, 240 000 athletes). Not Minetti: its
-- treadmill makes downhill too cheap in the field.
select
    cast(0.029290920646623777 as double) as grade_1,
    cast(0.0018083953212790634 as double) as grade_2,
    cast(4.0662425671715924e-7 as double) as grade_3,
    cast(-3.686186584867523e-7 as double) as grade_4,
    cast(-2.6628107325930747e-9 as double) as grade_5
