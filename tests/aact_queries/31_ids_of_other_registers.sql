-- Which studies are known to another register, by the shape of their other ids?
SELECT nct_id, id_value, split_part(id_value, '-', 1) AS first_part
FROM id_information
WHERE id_type = 'EUDRACT_NUMBER' OR id_value SIMILAR TO '[0-9]{4}-[0-9]{6}-[0-9]{2}'
ORDER BY nct_id, id_value;
