-- One row: open deals whose company had a meeting in the last 30 days.
select count(*) as deals, sum(d.amount) as amount
from deals d
where d.status = 'open'
  and exists (
      select 1
      from activities a
      where a.company_id = d.company_id
        and a.kind = 'meeting'
        and a.occurred_at >= cast('{moment_30}' as timestamp with time zone)
  )
