-- Everybody in the extract, and who works beside the council's own staff.
SELECT as_at, count(*) AS headcount FROM ds_hr WHERE counts_once GROUP BY as_at;
SELECT as_at, contract, grouping_id(contract) AS level, count(*) AS everyone,
    count_if(contract IN ('casual', 'agency', 'seconded_in', 'school')) AS beside
FROM ds_hr
WHERE counts_once AND contract <> 'not_recorded'
GROUP BY GROUPING SETS ((as_at), (as_at, contract));
SELECT as_at, count(*) AS pay_headcount FROM ds_pay WHERE counts_once GROUP BY as_at;
-- Full-time equivalents of all posts, by unit.
SELECT as_at, directorate, service, grouping_id(directorate, service) AS level,
    avg(fte_all_posts) AS fte_mean, median(fte_all_posts) AS fte_median, sum(fte_all_posts) AS fte
FROM ds_hr JOIN place USING (unit)
WHERE counts_once AND contract IN ('permanent', 'fixed_term', 'apprentice')
GROUP BY GROUPING SETS ((as_at), (as_at, directorate), (as_at, directorate, service))
