-- What the viewers of the audit log ask for and had no index: what was refused or failed, which is rare among what was done;
-- and the payment provider's events by their outcome.

create index audit_log_failed on audit_log (org_id, at desc, id desc) where outcome <> 'OK';
create index audit_log_of_all_failed on audit_log (at desc, id desc) where outcome <> 'OK';

create index billing_events_by_outcome on billing_events (outcome, received_at desc, provider_event_id desc);
create index billing_events_by_time on billing_events (received_at desc, provider_event_id desc);
drop index billing_events_received_at_idx; -- the one above does its work
