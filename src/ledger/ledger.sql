-- The one statement through which anything enters the ledger.

-- name: ledger_append :one
-- in: action text, subject_type text, subject_id uuid, content text
-- out: ledger_appended (id uuid)
select ledger_append($action, $subject_type, $subject_id, $content) as id;
