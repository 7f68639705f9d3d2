-- No organization says into which other one a lead has turned, when it is written no more than later: whether a reference
-- to it is taken or refused would tell whether an organization exists.
revoke insert on leads from aic_tenant;
do $$
begin
    execute (select format('grant insert (%s) on leads to aic_tenant', string_agg(quote_ident(attname), ', ' order by attnum))
             from pg_attribute where attrelid = 'leads'::regclass and attnum > 0 and not attisdropped
               and attname <> 'converted_org_id');
end $$;
