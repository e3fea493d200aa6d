-- Units first: rows are reduced to services once, then rolled up.
WITH staff AS (
    SELECT as_at, directorate, service, ethnicity_19, disability, sex, religion, sexual_orientation, age_band, grade,
        ethnicity_19 NOT IN ('prefer_not_to_say', 'not_recorded') AS told_ethnicity,
        ethnicity_19 NOT IN ('white_british', 'irish', 'gypsy_or_irish_traveller', 'roma', 'other_white', 'prefer_not_to_say', 'not_recorded') AS in_minority,
        grade IN ('grade_7', 'grade_8', 'chief_officer') AS is_senior, grade IN ('grade_8', 'chief_officer') AS is_leader
    FROM ds_hr JOIN place USING (unit)
    WHERE counts_once AND contract IN ('permanent', 'fixed_term', 'apprentice')
), services AS MATERIALIZED (
    SELECT as_at, directorate, service, count(*) AS staff,
        count_if(told_ethnicity) AS ethnicity_known, count_if(in_minority) AS minority,
        count_if(is_senior) AS senior, count_if(is_senior AND told_ethnicity) AS senior_known, count_if(is_senior AND in_minority) AS senior_minority,
        count_if(is_leader) AS leaders, count_if(is_leader AND told_ethnicity) AS leaders_known,
        count_if(is_leader AND in_minority) AS leaders_minority,
        count_if(disability IN ('disabled', 'not_disabled')) AS disability_known, count_if(disability = 'disabled') AS disabled,
        count_if(sex IN ('female', 'male')) AS sex_known, count_if(sex = 'female') AS women,
        count_if(religion NOT IN ('prefer_not_to_say', 'not_recorded')) AS religion_known,
        count_if(sexual_orientation NOT IN ('prefer_not_to_say', 'not_recorded')) AS orientation_known,
        count_if(sexual_orientation IN ('bisexual', 'gay_or_lesbian', 'other_orientation')) AS lgb,
        count_if(grade <> 'not_recorded') AS grade_known, count_if(age_band <> 'not_recorded') AS age_known
    FROM staff GROUP BY ALL
)
SELECT as_at, directorate, service, grouping_id(directorate, service) AS level,
    sum(COLUMNS(* EXCLUDE (as_at, directorate, service)))::BIGINT
FROM services GROUP BY GROUPING SETS ((as_at), (as_at, directorate), (as_at, directorate, service));
-- Shares within groups, for the whole council.
WITH staff AS (
    SELECT as_at, sex, disability, sexual_orientation,
        ethnicity_19 NOT IN ('prefer_not_to_say', 'not_recorded') AS told_ethnicity,
        CASE WHEN ethnicity_19 IN ('bangladeshi', 'chinese', 'indian', 'pakistani', 'other_asian') THEN 'asian'
             WHEN ethnicity_19 IN ('african', 'caribbean', 'other_black') THEN 'black'
             WHEN ethnicity_19 IN ('white_and_asian', 'white_and_black_african', 'white_and_black_caribbean', 'other_mixed') THEN 'mixed'
             WHEN ethnicity_19 IN ('white_british', 'irish', 'gypsy_or_irish_traveller', 'roma', 'other_white') THEN 'white'
             WHEN ethnicity_19 IN ('arab', 'other_ethnic_group') THEN 'other'
             ELSE ethnicity_19 END AS ethnicity_5,
        ethnicity_5 IN ('asian', 'black', 'mixed', 'other') AS in_minority,
        CASE WHEN grade IN ('grade_1', 'grade_2', 'grade_3') THEN 'lower'
             WHEN grade IN ('grade_4', 'grade_5', 'grade_6') THEN 'middle'
             WHEN grade IN ('grade_7', 'grade_8', 'chief_officer') THEN 'senior'
             ELSE 'not_recorded' END AS grade_band,
        grade_band = 'senior' AS is_senior, grade IN ('grade_8', 'chief_officer') AS is_leader
    FROM ds_hr
    WHERE counts_once AND contract IN ('permanent', 'fixed_term', 'apprentice')
)
SELECT as_at, grade_band, sex, ethnicity_5, grouping_id(grade_band, sex, ethnicity_5) AS level, count(*) AS staff,
    count_if(told_ethnicity) AS ethnicity_known, count_if(in_minority) AS minority,
    count_if(is_senior) AS senior, count_if(is_senior AND told_ethnicity) AS senior_known, count_if(is_senior AND in_minority) AS senior_minority,
    count_if(is_leader) AS leaders, count_if(is_leader AND told_ethnicity) AS leaders_known,
    count_if(is_leader AND in_minority) AS leaders_minority,
    count_if(disability IN ('disabled', 'not_disabled')) AS disability_known, count_if(disability = 'disabled') AS disabled,
    count_if(sex IN ('female', 'male')) AS sex_known, count_if(sex = 'female') AS women,
    count_if(sexual_orientation NOT IN ('prefer_not_to_say', 'not_recorded')) AS orientation_known,
    count_if(sexual_orientation IN ('bisexual', 'gay_or_lesbian', 'other_orientation')) AS lgb
FROM staff GROUP BY GROUPING SETS ((as_at, grade_band), (as_at, sex), (as_at, ethnicity_5));
-- Headcount by everything else.
WITH staff AS (
    SELECT as_at, directorate, service, sex, ethnicity_19, disability, age_band, religion, sexual_orientation, contract,
        CASE WHEN ethnicity_19 IN ('bangladeshi', 'chinese', 'indian', 'pakistani', 'other_asian') THEN 'asian'
             WHEN ethnicity_19 IN ('african', 'caribbean', 'other_black') THEN 'black'
             WHEN ethnicity_19 IN ('white_and_asian', 'white_and_black_african', 'white_and_black_caribbean', 'other_mixed') THEN 'mixed'
             WHEN ethnicity_19 IN ('white_british', 'irish', 'gypsy_or_irish_traveller', 'roma', 'other_white') THEN 'white'
             WHEN ethnicity_19 IN ('arab', 'other_ethnic_group') THEN 'other'
             ELSE ethnicity_19 END AS ethnicity_5
    FROM ds_hr JOIN place USING (unit)
    WHERE counts_once AND contract IN ('permanent', 'fixed_term', 'apprentice')
)
SELECT as_at, directorate, service, sex, ethnicity_5, ethnicity_19, disability, age_band, religion, sexual_orientation, contract,
    grouping_id(directorate, service, sex, ethnicity_5, ethnicity_19, disability, age_band, religion, sexual_orientation, contract) AS level, count(*) AS staff
FROM staff
GROUP BY GROUPING SETS ((as_at, ethnicity_19), (as_at, disability), (as_at, age_band), (as_at, religion), (as_at, sexual_orientation),
    (as_at, contract), (as_at, directorate, sex), (as_at, directorate, ethnicity_5), (as_at, service, ethnicity_5))
