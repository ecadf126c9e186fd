-- One row per pattern (RE2, without case) that tells what the name of a run says: a race, the distance of
-- one, or that it was none.
--
-- A word for a distance counts only where the run was that long and fast. Words that name any run in some
-- language (course, carrera, corrida, забег) are not there: they are what watches call every run.
--
-- grain: name_pattern
-- check: name_kind in ('race', 'distance', 'no_race')
-- check: (name_kind = 'distance') = (race_distance_m is not null)
select
    patterns.name_pattern,
    patterns.name_kind,
    cast(patterns.race_distance_m as double) as race_distance_m
from (
    values
    ('\brace\b|parkrun|park run|time trial|championship', 'race', null),
    ('wettkampf|volkslauf|stadtlauf|silvesterlauf|meisterschaft', 'race', null),
    ('compétition|san silvestre|competición|\bgara\b|campionat|wedstrijd', 'race', null),
    ('tävling|loppet\b|zawody|wyścig|závod|\bverseny|kilpailu|соревнован', 'race', null),
    ('レース|駅伝|比赛|대회', 'race', null),
    ('\b3 ?km?\b|\b3000 ?m', 'distance', 3000),
    ('\b5 ?km?\b|\b5000 ?m', 'distance', 5000),
    ('\b10 ?km?\b|\b10000 ?m', 'distance', 10000),
    ('\bmile\b', 'distance', 1609.344),
    -- of a half marathon, too, and the other way round: the run is as long as only one of them
    ('marath?[oóò]n|марафон|マラソン|马拉松|마라톤', 'distance', 42195),
    (
        '\bhalf\b|\bhm\b|\bsemi\b|halb|halve|mezza|media|meia|medio|puoli|pół|polo?mara|полумара|ハーフ|半',
        'distance', 21097.5
    ),
    (
        'pace|pacing|easy|tempo|threshold|recover|\blong\b|training|workout|interval|\brep(eat)?s?\b',
        'no_race',
        null
    ),
    (
        'warm|cool|shake|\bprep|\bpre\b|\bpre-|before|\bpost\b|\bafter\b|\bjog|strides|fartlek',
        'no_race',
        null
    ),
    ('\bplan\b|week|simulation|recon|preview|practi|volunteer|spectat|progress|steady', 'no_race', null),
    ('locker|einlaufen|auslaufen|vorbereitung|dauerlauf|regenerati|intervall|aufwärm', 'no_race', null),
    ('entra[iî]nement|échauffement|r[ée]cup|footing|prépa|sortie|allure|seuil|fractionné', 'no_race', null),
    ('entrenamiento|calentamiento|suave|rodaje|ritmo|series|recuperación|tirada', 'no_race', null),
    ('allenamento|riscaldamento|\blento\b|ripetute|defaticamento|progressivo', 'no_race', null),
    ('treino|\bleve\b|aquecimento|longão|rustig|inlopen|uitlopen|duurloop', 'no_race', null),
    ('träning|uppvärm|lugn|trening|rozgrzewka|spokojn|trénink|harjoitus|трениров|разминк', 'no_race', null),
    ('練習|ジョグ|训练|慢跑|훈련|조깅', 'no_race', null),
    -- repeats: 5 x 1 km, 3*10 min
    ('\d ?[x×*] ?\d', 'no_race', null)
) as patterns (name_pattern, name_kind, race_distance_m)
