-- One row per sex: the weights of Banister's training impulse, TRIMP = minutes x ratio x factor x
-- exp(exponent x ratio).
--
-- Morton 1990 for men and women; for an unknown sex the curve that lies between them (Runalyze).
--
-- grain: sex
select
    constants.sex,
    cast(constants.trimp_factor as double) as trimp_factor,
    cast(constants.trimp_exponent as double) as trimp_exponent
from (
    values ('male', 0.64, 1.92), ('female', 0.86, 1.67), ('unknown', 0.7252, 1.795)
) as constants (sex, trimp_factor, trimp_exponent)
