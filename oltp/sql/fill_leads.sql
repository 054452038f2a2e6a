-- Makes the leads $1 to before $2 of a benchmark for the owners $3; an id tells the time, as the
-- program's own do (version 7). Everything else follows from the bytes of a digest of the lead's
-- number, so that no two columns go together.
insert into leads (
  id, created_at, updated_at, name, email, phone, company_name, job_title, industry, source, status, priority,
  estimated_value, score, lost_reason, converted_at, city, country, external_id, owner_id
)
select
  (
    lpad(to_hex((extract(epoch from s.at) * 1000)::bigint), 12, '0')
    || '7' || left(s.hex, 3) || '8' || substr(s.hex, 4, 15)
  )::uuid
, s.at
, s.at
, s.first_name || ' ' || initcap(translate(left(s.hex, 8), '0123456789', 'aeiounrstl'))
, lower(s.first_name) || s.n || '@example.com'
, '+1 555 ' || lpad(s.n::text, 7, '0')
, 'Company ' || s.n / 7
, (array['Buyer', 'Head of Operations', 'Engineer', 'Owner'])[1 + get_byte(s.bytes, 1) % 4]
, case
    when s.n < 20000 then 'Shipping'
    else (array['Energy', 'Retail', 'Health', 'Software'])[1 + get_byte(s.bytes, 2) % 4]
  end
, (array['website', 'referral', 'fair', 'phone', 'partner'])[1 + get_byte(s.bytes, 3) % 5]
, s.status
, case when s.n < 100000 then 'high' else (array['low', 'medium'])[1 + get_byte(s.bytes, 4) % 2] end
, case
    when get_byte(s.bytes, 5) > 25
    then (get_byte(s.bytes, 6) * 65536 + get_byte(s.bytes, 7) * 256 + get_byte(s.bytes, 8))::numeric / 100
  end
, case when get_byte(s.bytes, 9) > 63 then get_byte(s.bytes, 10) % 101 end
, case when s.status = 'lost' then 'price' end
, case when s.status = 'converted' then s.at end
, (array['Berlin', 'Lyon', 'Madrid', 'Porto', 'Turin', 'Ghent', 'Krakow', 'Graz'])[1 + s.place]
, (array['DE', 'FR', 'ES', 'PT', 'IT', 'BE', 'PL', 'AT'])[1 + s.place]
, 'L-' || s.n
, ($3::uuid[])[1 + get_byte(s.bytes, 12) % cardinality($3::uuid[])]
from (
  select
    d.n
  , d.hex
  , decode(d.hex, 'hex') as bytes
  , now() - interval '2 years' + d.n * interval '10 seconds' as at
  , get_byte(decode(d.hex, 'hex'), 11) % 8 as place
  , (array['Ada', 'Boris', 'Carla', 'Dimitri', 'Elena', 'Farid', 'Grace', 'Hiro', 'Ines', 'Jonas'])
      [1 + get_byte(decode(d.hex, 'hex'), 13) % 10] as first_name
  , (array['new', 'new', 'new', 'new', 'contacted', 'contacted', 'qualified', 'qualified', 'converted', 'lost'])
      [1 + get_byte(decode(d.hex, 'hex'), 14) % 10] as status
  from (select n, md5(n::text) as hex from generate_series($1::bigint, $2::bigint - 1) as n) d
) s
