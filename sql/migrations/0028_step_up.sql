-- When somebody last proved who it is: what matters most is done only within minutes of that. Kept over refresh.

alter table sessions add column authenticated_at timestamptz;
update sessions s set authenticated_at = (select min(o.issued_at) from sessions o where o.family_id = s.family_id);
alter table sessions alter column authenticated_at set not null;
