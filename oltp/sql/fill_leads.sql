-- Makes the leads $1 to before $2 of a benchmark, owned in turn by $3; an id tells the time, as the
-- program's own do (version 7), and everything else follows from the number of the lead.
insert into leads (
  id, created_at, updated_at, name, email, phone, company_name, job_title, industry, source, status, priority,
  estimated_value, score, lost_reason, converted_at, city, country, external_id, owner_id
)
select
  (
    lpad(to_hex((extract(epoch from s.at) * 1000)::bigint), 12, '0')
    || '7' || left(s.digest, 3) || '8' || substr(s.digest, 4, 15)
  )::uuid
, s.at
, s.at
, s.first_name || ' ' || initcap(translate(left(s.digest, 8), '0123456789', 'aeiounrstl'))
, lower(s.first_name) || s.n || '@example.com'
, '+1 555 ' || lpad(s.n::text, 7, '0')
, 'Company ' || s.n / 7
, (array['Buyer', 'Head of Operations', 'Engineer', 'Owner'])[1 + s.n % 4]
, case when s.n < 20000 then 'Shipping' else (array['Energy', 'Retail', 'Health', 'Software'])[1 + s.n % 4] end
, (array['website', 'referral', 'fair', 'phone', 'partner'])[1 + s.n % 5]
, s.status
, case when s.n < 100000 then 'high' else (array['low', 'medium'])[1 + s.n % 2] end
, case when s.n % 10 > 0 then (s.n::bigint * 7919 % 9000000)::numeric / 100 end
, case when s.n % 4 > 0 then s.n * 31 % 101 end
, case when s.status = 'lost' then 'price' end
, case when s.status = 'converted' then s.at end
, (array['Berlin', 'Lyon', 'Madrid', 'Porto', 'Turin', 'Ghent', 'Krakow', 'Graz'])[1 + s.n % 8]
, (array['DE', 'FR', 'ES', 'PT', 'IT', 'BE', 'PL', 'AT'])[1 + s.n % 8]
, 'L-' || s.n
, ($3::uuid[])[1 + s.n % cardinality($3::uuid[])]
from (
  select
    n
  , md5(n::text) as digest
  , now() - interval '2 years' + n * interval '10 seconds' as at
  , (array['Ada', 'Boris', 'Carla', 'Dimitri', 'Elena', 'Farid', 'Grace', 'Hiro', 'Ines', 'Jonas'])[1 + n % 10]
      as first_name
  , (array['new', 'new', 'new', 'new', 'contacted', 'contacted', 'qualified', 'qualified', 'converted', 'lost'])
      [1 + n / 3 % 10] as status
  from generate_series($1::bigint, $2::bigint - 1) as n
) s
