-- How often: the numbers of each limit, and what was taken of it over all servers.

-- name: rate_limits_list :many
-- as: system
-- out: rate_limit_row (name text, most integer, window_seconds integer)
select name, most, window_seconds from rate_limits;

-- Adds to windows and says what they hold now. A window is locked until the transaction ends, in the order of the keys,
-- so that two who take several never wait for each other.
-- name: rates_add :many
-- as: system
-- in: counts json
-- out: rate_total (key text, taken integer)
insert into rate_windows (key, window_start, taken)
select c.key, c.start, c.taken
from json_to_recordset($counts::json) as c (key text, start timestamptz, taken integer)
order by c.key
on conflict (key, window_start) do update set taken = rate_windows.taken + excluded.taken
returning key, taken;

-- name: rates_forget :exec
-- as: system
-- in: before timestamptz
delete from rate_windows where window_start < $before;
