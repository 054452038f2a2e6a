-- Leads: one row per source and status.
select source, status, count(*) as leads
from leads
group by source, status
