/* Jobs: tasks in PostgreSQL, and the processes that do them.
 *
 * A task is a row. Whoever asks for work inserts one in its own transaction (tasks_add) and answers 202; worker processes on
 * any machine that knows DATABASE_URL take it with FOR UPDATE SKIP LOCKED, fairly between organizations, woken by NOTIFY. A
 * worker holds a lease that it renews once a second; a task whose lease ended (its worker was killed, its machine is gone)
 * is taken by another, at most TASK_MOST_ATTEMPTS times, later each time. What a kind's function returns as an error is the
 * task's result: bad input is not tried again.
 *
 * A worker process does one task at a time, with a limit of memory (a process that passes it ends, and only it) and a
 * deadline. The result is written in the transaction that ends the task, together with whatever the kind records, and only
 * by whoever still holds the lease: a task is done once. */
#ifndef AIC_JOBS_JOBS_H
#define AIC_JOBS_JOBS_H

#include "base/log.h"
#include "store/store.h"

enum { TASK_MOST_ATTEMPTS = 3, TASK_DEADLINE_SECONDS = 300, TASK_MEMORY_MB = 1024, TASK_RESULT_HOURS = 24 };

typedef struct task_order {
    const char *kind; /* one of the program's task_kinds */
    text input;       /* JSON, the kind's own; ids of rows that it reads, options */
    text data;        /* bytes beside it (a table, a model): kept until the task has ended; NO_TEXT: none */
    maybe_uuid system_id; /* shown in lists */
} task_order;

/* In a TENANT scope. The NOTIFY goes with the commit. */
error tasks_add(scope *db, const task_order *order, uuid *id);

typedef struct task_run task_run;

/* What a kind's function gets. Its arena lives until the task has ended. */
struct task_run {
    arena *arena;
    void *app; /* what the program gave the workers: features' shared things (features/app.h) */
    uuid id, org_id;
    caller who; /* the person or key that asked, with the task as the request's id */
    text input, data;
    const logger *log;
    struct task_worker *worker; /* jobs' own business */
};

/* A scope of the task's organization, to read what it needs; the caller commits it. Several may follow each other. */
error task_scope(task_run *t, scope **out);
/* 0..1 and a word for people ("32 of 100 rows"; NO_TEXT: as before). Cheap: written to the database at most once a second.
 * The error it returns when the task was cancelled or its lease was lost must be passed up. */
error task_progress(task_run *t, double fraction, text message);

typedef struct task_kind {
    const char *name; /* "EXPLAIN", "TRAIN", "ANALYZE_DATASET" */
    /* *result: JSON. `finish` runs in the transaction that ends the task (NULL: nothing to record), so that what it records
     * exists exactly when the task has SUCCEEDED. */
    error (*run)(task_run *t, text *result, void **made);
    error (*finish)(task_run *t, scope *db, void *made, text *result);
    int deadline_seconds; /* 0: TASK_DEADLINE_SECONDS */
    int memory_mb;        /* 0: TASK_MEMORY_MB */
    bool keeps_result;    /* for good; else TASK_RESULT_HOURS */
    const char *why;      /* why this is a task and no light request: for docs/engine-endpoints.md */
} task_kind;

#endif
