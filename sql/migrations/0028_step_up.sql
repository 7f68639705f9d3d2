-- When somebody last proved who it is: what matters most is done only within minutes of that. Kept over refresh.

alter table sessions add column authenticated_at timestamptz;
-- The owner sees rows only where a policy says so.
alter table sessions no force row level security;
update sessions s set authenticated_at = (select min(o.issued_at) from sessions o where o.family_id = s.family_id);
alter table sessions force row level security;
alter table sessions alter column authenticated_at set not null;
