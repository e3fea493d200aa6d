-- Units first: rows are reduced to services once, then rolled up.
WITH services AS MATERIALIZED (
    SELECT as_at, directorate, service, count(*) AS headcount, count_if(regular) AS staff, count_if(regular) AS people,
        count_if(regular AND ethnicity_19 <> 'not_known') AS ethnicity_known, count_if(regular) AS sex_known,
        count_if(regular AND ethnicity_19 NOT IN ('e12', 'e13', 'e14', 'e15', 'e16', 'not_known')) AS minority,
        count_if(regular AND sex = 'female') AS women,
        count_if(regular AND disability IN ('disabled', 'not_disabled')) AS disability_known,
        count_if(regular AND disability = 'disabled') AS disabled
    FROM (SELECT *, contract IN ('permanent', 'fixed_term') AS regular FROM ds_hr WHERE counts_once) JOIN place USING (unit) GROUP BY ALL
)
SELECT as_at, directorate, service, grouping_id(directorate, service) AS level,
    sum(COLUMNS(* EXCLUDE (as_at, directorate, service)))::BIGINT
FROM services GROUP BY GROUPING SETS ((as_at), (as_at, directorate), (as_at, directorate, service));
-- Shares within grade bands and age bands, for the whole council.
SELECT as_at, grade_band, age_band, grouping_id(grade_band, age_band) AS level, count(*) AS staff, count(*) AS people,
    count_if(ethnicity_19 <> 'not_known') AS ethnicity_known, count(*) AS sex_known,
    count_if(ethnicity_19 NOT IN ('e12', 'e13', 'e14', 'e15', 'e16', 'not_known')) AS minority, count_if(sex = 'female') AS women,
    count_if(disability IN ('disabled', 'not_disabled')) AS disability_known, count_if(disability = 'disabled') AS disabled
FROM ds_hr WHERE counts_once AND contract IN ('permanent', 'fixed_term')
GROUP BY GROUPING SETS ((as_at, grade_band), (as_at, age_band));
-- Headcount by characteristic in every directorate.
WITH staff AS (
    SELECT as_at, directorate, sex, disability,
        CASE WHEN ethnicity_19 IN ('e0', 'e1', 'e2', 'e3', 'e4') THEN 'asian'
             WHEN ethnicity_19 IN ('e5', 'e6', 'e7') THEN 'black'
             WHEN ethnicity_19 IN ('e8', 'e9', 'e10', 'e11') THEN 'mixed'
             WHEN ethnicity_19 IN ('e12', 'e13', 'e14', 'e15', 'e16') THEN 'white'
             WHEN ethnicity_19 IN ('e17', 'e18') THEN 'other'
             ELSE ethnicity_19 END AS ethnicity_5,
        count(*) AS n
    FROM ds_hr JOIN place USING (unit) WHERE counts_once AND contract IN ('permanent', 'fixed_term') GROUP BY ALL
)
SELECT as_at, directorate, sex, disability, ethnicity_5, grouping_id(directorate, sex, disability, ethnicity_5) AS level, sum(n)::BIGINT AS staff
FROM staff
GROUP BY GROUPING SETS ((as_at, ethnicity_5), (as_at, sex), (as_at, disability),
    (as_at, directorate, ethnicity_5), (as_at, directorate, sex), (as_at, directorate, disability));
-- Pay by sex: means and exact medians, with the group as a key.
SELECT as_at, directorate, service, grade_band, sex, grouping_id(directorate, service, grade_band, sex) AS level,
    count(*) AS people, count(pay) AS paid, avg(pay) AS mean, median(pay) AS median
FROM ds_hr JOIN place USING (unit) WHERE counts_once AND contract IN ('permanent', 'fixed_term')
GROUP BY GROUPING SETS ((as_at, sex), (as_at, directorate, sex), (as_at, directorate, service, sex), (as_at, grade_band, sex))
