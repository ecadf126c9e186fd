-- One row per sex: the weights of Banister's training impulse, TRIMP = minutes x ratio x factor x
-- exp(exponent x ratio).
--
-- For men and women the two pairs as they were published (Banister 1991, Morton 1990, from the lactate of men
-- and women); for an unknown sex the curve between them (Runalyze). GoldenCheetah, Elevate and Sauce give
-- women the men's factor with the women's exponent, so that their impulse is a quarter smaller; Runalyze
-- scales the women's factor to 0.8218, for both to agree at maximum. In a load of 100 an hour at threshold
-- the factor cancels. `session_...` are GoldenCheetah's, to show its number: who says nothing is a man to it.
--
-- grain: sex
select
    constants.sex,
    cast(constants.trimp_factor as double) as trimp_factor,
    cast(constants.trimp_exponent as double) as trimp_exponent,
    cast(constants.session_trimp_factor as double) as session_trimp_factor,
    cast(constants.session_trimp_exponent as double) as session_trimp_exponent
from (
    values
    ('male', 0.64, 1.92, 0.64, 1.92),
    ('female', 0.86, 1.67, 0.64, 1.67),
    ('unknown', 0.7252, 1.795, 0.64, 1.92)
) as constants (sex, trimp_factor, trimp_exponent, session_trimp_factor, session_trimp_exponent)
