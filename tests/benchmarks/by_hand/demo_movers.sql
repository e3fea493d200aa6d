-- Who stands in one snapshot of 31 March and not in the one a year before or after, by what they were then.
WITH years AS (
    SELECT DISTINCT later.as_at, earlier.as_at AS before
    FROM snapshots AS later JOIN snapshots AS earlier ON earlier.as_at = later.as_at - INTERVAL 1 YEAR AND earlier.dataset = later.dataset
    WHERE later.dataset = 'hr' AND month(later.as_at) = 3
), here AS (
    SELECT years.as_at, years.before, ds_hr.* EXCLUDE (as_at) FROM years JOIN ds_hr ON ds_hr.as_at = years.as_at WHERE counts_once
), there AS (
    SELECT years.as_at, ds_hr.* EXCLUDE (as_at) FROM years JOIN ds_hr ON ds_hr.as_at = years.before WHERE counts_once
), movers AS (
    SELECT as_at, unit, sex, ethnicity_19, disability, age_band, contract, 1 AS is_here,
        EXISTS (FROM there WHERE there.as_at = here.as_at AND there.person_id = here.person_id)::INT AS was_here
    FROM here
    UNION ALL
    SELECT as_at, unit, sex, ethnicity_19, disability, age_band, contract, 0, 1
    FROM there ANTI JOIN here USING (as_at, person_id)
), staff AS (
    SELECT as_at, directorate, sex, disability, age_band, is_here, was_here,
        is_here = 1 AND was_here = 0 AS came, is_here = 0 AS went,
        CASE WHEN ethnicity_19 IN ('bangladeshi', 'chinese', 'indian', 'pakistani', 'other_asian') THEN 'asian'
             WHEN ethnicity_19 IN ('african', 'caribbean', 'other_black') THEN 'black'
             WHEN ethnicity_19 IN ('white_and_asian', 'white_and_black_african', 'white_and_black_caribbean', 'other_mixed') THEN 'mixed'
             WHEN ethnicity_19 IN ('white_british', 'irish', 'gypsy_or_irish_traveller', 'roma', 'other_white') THEN 'white'
             WHEN ethnicity_19 IN ('arab', 'other_ethnic_group') THEN 'other'
             ELSE ethnicity_19 END AS ethnicity_5
    FROM movers JOIN place USING (unit)
    WHERE contract IN ('permanent', 'fixed_term', 'apprentice')
)
SELECT as_at, directorate, sex, ethnicity_5, disability, age_band,
    grouping_id(directorate, sex, ethnicity_5, disability, age_band) AS level,
    count_if(came) AS joined, count_if(went) AS departed, sum(is_here)::BIGINT AS at_end, sum(was_here)::BIGINT AS at_start,
    count_if(came AND ethnicity_5 IN ('asian', 'black', 'mixed', 'other')) AS joined_minority,
    count_if(came AND sex IN ('female', 'male')) AS joined_sex, count_if(went AND sex IN ('female', 'male')) AS departed_sex,
    count_if(came AND ethnicity_5 NOT IN ('prefer_not_to_say', 'not_recorded')) AS joined_ethnicity_5,
    count_if(went AND ethnicity_5 NOT IN ('prefer_not_to_say', 'not_recorded')) AS departed_ethnicity_5,
    count_if(came AND disability IN ('disabled', 'not_disabled')) AS joined_disability,
    count_if(went AND disability IN ('disabled', 'not_disabled')) AS departed_disability,
    count_if(came AND age_band <> 'not_recorded') AS joined_age_band, count_if(went AND age_band <> 'not_recorded') AS departed_age_band
FROM staff
GROUP BY GROUPING SETS ((as_at), (as_at, directorate), (as_at, sex), (as_at, ethnicity_5), (as_at, disability), (as_at, age_band))
