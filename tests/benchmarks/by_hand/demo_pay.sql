WITH paid AS (
    SELECT as_at, directorate, sex, hourly_pay, disability,
        CASE WHEN ethnicity_19 IN ('bangladeshi', 'chinese', 'indian', 'pakistani', 'other_asian') THEN 'asian'
             WHEN ethnicity_19 IN ('african', 'caribbean', 'other_black') THEN 'black'
             WHEN ethnicity_19 IN ('white_and_asian', 'white_and_black_african', 'white_and_black_caribbean', 'other_mixed') THEN 'mixed'
             WHEN ethnicity_19 IN ('white_british', 'irish', 'gypsy_or_irish_traveller', 'roma', 'other_white') THEN 'white'
             WHEN ethnicity_19 IN ('arab', 'other_ethnic_group') THEN 'other'
             ELSE ethnicity_19 END AS ethnicity_5,
        CASE WHEN ethnicity_5 IN ('asian', 'black', 'mixed', 'other') THEN 'ethnic_minority' ELSE ethnicity_5 END AS ethnicity_2,
        CASE WHEN grade IN ('grade_1', 'grade_2', 'grade_3') THEN 'lower'
             WHEN grade IN ('grade_4', 'grade_5', 'grade_6') THEN 'middle'
             WHEN grade IN ('grade_7', 'grade_8', 'chief_officer') THEN 'senior'
             ELSE 'not_recorded' END AS grade_band
    FROM ds_pay JOIN place USING (unit)
    WHERE counts_once AND pay_status = 'full_pay'
)
SELECT as_at, directorate, grade_band, sex, ethnicity_5, ethnicity_2, disability,
    grouping_id(directorate, grade_band, sex, ethnicity_5, ethnicity_2, disability) AS level,
    count(*) AS people, count(hourly_pay) AS paid, avg(hourly_pay) AS mean, median(hourly_pay) AS median
FROM paid
GROUP BY GROUPING SETS ((as_at), (as_at, directorate), (as_at, grade_band), (as_at, sex), (as_at, sex, directorate), (as_at, sex, grade_band),
    (as_at, ethnicity_2), (as_at, ethnicity_2, directorate), (as_at, ethnicity_2, grade_band), (as_at, ethnicity_5),
    (as_at, disability), (as_at, disability, grade_band))
