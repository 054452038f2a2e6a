-- A workspace starts with one pipeline, so that the first deal can be written at once.
--
-- The ids are fixed: imports, tests and documentation may name them. The versions are effective
-- since 2000: imported history reaches back, and a question about the past needs the stages then.

insert into pipelines (id, created_at, updated_at, name, description, is_default)
values (
  '00000000-0000-7000-8000-000000000001',
  '2000-01-01T00:00:00Z',
  '2000-01-01T00:00:00Z',
  'Sales',
  'The way from a first talk to an order.',
  true
);

insert into stages (id, created_at, updated_at, name, pipeline_id, position, category, probability)
select
  id,
  '2000-01-01T00:00:00Z',
  '2000-01-01T00:00:00Z',
  name,
  '00000000-0000-7000-8000-000000000001',
  position,
  category,
  probability
from (
  values
    ('00000000-0000-7000-8000-000000000011'::uuid, 'Prospecting', 1, 'open', 10),
    ('00000000-0000-7000-8000-000000000012'::uuid, 'Qualification', 2, 'open', 25),
    ('00000000-0000-7000-8000-000000000013'::uuid, 'Proposal', 3, 'open', 50),
    ('00000000-0000-7000-8000-000000000014'::uuid, 'Negotiation', 4, 'open', 75),
    ('00000000-0000-7000-8000-000000000015'::uuid, 'Won', 5, 'won', 100),
    ('00000000-0000-7000-8000-000000000016'::uuid, 'Lost', 6, 'lost', 0)
) as stage (id, name, position, category, probability);
