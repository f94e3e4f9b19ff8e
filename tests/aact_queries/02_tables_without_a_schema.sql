-- Which conditions are studied most, by the name in small letters?
select downcase_name, count(distinct nct_id) as studies
from conditions
group by downcase_name
having count(distinct nct_id) > 1
order by studies desc, downcase_name;
