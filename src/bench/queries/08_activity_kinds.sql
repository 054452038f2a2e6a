-- All activities: one row per kind and direction.
select kind, direction, count(*) as activities, sum(duration_minutes) as minutes
from activities
group by kind, direction
