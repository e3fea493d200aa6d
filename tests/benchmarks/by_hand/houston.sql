WITH staff AS (
    SELECT as_at, department, sex, ethnicity, base_salary,
        CASE WHEN ethnicity IN ('american_indian', 'asian', 'black', 'hispanic', 'other') THEN 'ethnic_minority' ELSE ethnicity END AS ethnicity_2
    FROM ds_employees JOIN place USING (unit)
    WHERE counts_once
)
SELECT as_at, department, sex, ethnicity, ethnicity_2, grouping_id(department, sex, ethnicity, ethnicity_2) AS level,
    count(*) AS staff, count_if(ethnicity <> 'not_recorded') AS ethnicity_known, count_if(ethnicity_2 = 'ethnic_minority') AS minority,
    count_if(sex <> 'not_recorded') AS sex_known, count_if(sex = 'female') AS women,
    count_if(sex <> 'not_recorded' AND ethnicity <> 'not_recorded') AS both_known,
    count(*) AS people, count(base_salary) AS paid, avg(base_salary) AS mean, median(base_salary) AS median
FROM staff
GROUP BY GROUPING SETS ((as_at), (as_at, department), (as_at, sex), (as_at, ethnicity), (as_at, ethnicity_2), (as_at, sex, ethnicity),
    (as_at, department, sex), (as_at, department, ethnicity), (as_at, department, ethnicity_2), (as_at, department, sex, ethnicity))
