-- Lists of millions of records in the orders that people choose: an index on the key and the id gives a
-- page without sorting everything that matches. An index on the key alone is a prefix of it, and one
-- that another covers only costs writes.

create index leads_name_order_idx on leads (name, id);
create index leads_score_order_idx on leads (score, id);
create index leads_estimated_value_order_idx on leads (estimated_value, id);
create index contacts_name_order_idx on contacts (name, id);
create index companies_name_order_idx on companies (name, id);
create index companies_annual_revenue_order_idx on companies (annual_revenue, id);
create index deals_name_order_idx on deals (name, id);
create index deals_amount_order_idx on deals (amount, id);
create index deals_expected_close_on_order_idx on deals (expected_close_on, id);

drop index leads_score_idx;
drop index leads_email_idx;
drop index contacts_email_idx;
