-- Every stage with what a deal takes from it, the default pipeline first, in pipeline order; one row per stage.
select
  s.id
, s.pipeline_id
, s.category
, s.probability::text as probability
, p.is_default as in_default_pipeline
, s.deleted_at is null and p.deleted_at is null as live
from stages s
join pipelines p on p.id = s.pipeline_id
order by p.is_default desc, s.pipeline_id, s.position, s.id
