-- One row: constants of the normal distribution function, good to 7.5e-8 (Abramowitz and Stegun 26.2.17).
select
    cast(0.2316419 as double) as normal_p,
    cast(0.319381530 as double) as normal_1,
    cast(-0.356563782 as double) as normal_2,
    cast(1.781477937 as double) as normal_3,
    cast(-1.821255978 as double) as normal_4,
    cast(1.330274429 as double) as normal_5
