/* Jobs: tasks in PostgreSQL, and the processes that do them.
 *
 * A task is a row. Whoever asks for work inserts one in its own transaction (tasks_add) and answers 202; worker
 * processes on any machine that knows DATABASE_URL take it with FOR UPDATE SKIP LOCKED, fairly between organizations,
 * woken by NOTIFY. A worker holds a lease that it renews once a second; a task whose lease ended (its worker was
 * killed, its machine is gone) is taken by another, at most TASK_MOST_ATTEMPTS times, later each time. What a kind's
 * function returns as an error is the task's result: bad input is not tried again.
 *
 * A worker process does one task at a time, with a limit of memory (a process that passes it ends, and only it) and a
 * deadline. The result is written in the transaction that ends the task, together with whatever the kind records, and
 * only by whoever still holds the lease: a task is done once. */
#ifndef AIC_JOBS_JOBS_H
#define AIC_JOBS_JOBS_H

#include "base/log.h"
#include "store/store.h"

enum { TASK_MOST_ATTEMPTS = 3, TASK_DEADLINE_SECONDS = 300, TASK_MEMORY_MB = 1024, TASK_RESULT_HOURS = 24 };

/* ⚙ */
enum {
    TASK_DATA_MB = 256,       /* of one task, beside its input */
    TASK_RESULT_MB = 64,      /* what a task may give back */
    TASK_LEASE_SECONDS = 15,  /* a worker that has not said anything for so long has lost its task */
    TASK_STOP_SECONDS = 5,    /* in which a kind's function returns once its task is over; then its process ends */
    WORKER_POLL_SECONDS = 2,  /* how often an idle worker looks without having been told */
    WORKER_SEEN_SECONDS = 10, /* how often it says that it is there */
    WORKER_GROWTH_MB = 64,    /* that a task may leave behind; after more the process begins anew */
    WORKER_NICE = 10          /* requests go first */
};

typedef struct task_order {
    const char *kind;     /* one of the program's task_kinds */
    text input;           /* JSON, the kind's own; ids of rows that it reads, options */
    text data;            /* bytes beside it (a table, a model): kept until the task has ended; NO_TEXT: none */
    maybe_uuid system_id; /* shown in lists */
} task_order;

/* In a TENANT scope. The NOTIFY goes with the commit. INVALID when the data is larger than TASK_DATA_MB. */
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
/* 0..1 and a word for people ("32 of 100 rows"; NO_TEXT: as before). Cheap: written to the database at most once a
 * second. The error it returns when the task was cancelled or its lease was lost must be passed up. */
error task_progress(task_run *t, double fraction, text message);

typedef struct task_kind {
    const char *name; /* "EXPLAIN", "TRAIN", "ANALYZE_DATASET" */
    /* *result: JSON. `finish` runs in the transaction that ends the task (NULL: nothing to record), so that what it
     * records exists exactly when the task has SUCCEEDED. */
    error (*run)(task_run *t, text *result, void **made);
    error (*finish)(task_run *t, scope *db, void *made, text *result);
    int deadline_seconds; /* 0: TASK_DEADLINE_SECONDS */
    int memory_mb;        /* 0: TASK_MEMORY_MB */
    bool keeps_result;    /* for good; else TASK_RESULT_HOURS */
    const char *why;      /* why this is a task and no light request: for docs/engine-endpoints.md */
    bool is_for_tests;    /* known only with AIC_TEST_TASKS=1, which production refuses */
} task_kind;

/* Of the whole program, ended by NULL (programs/aicd_tasks.c). */
extern const task_kind *const task_kinds[];
const task_kind *task_kind_find(text name); /* NULL: there is none */

/* ------------------------------------------------------------------ a worker process */

typedef struct worker_options {
    store *store;
    const store_options *database; /* it listens on a connection of its own */
    void *app;
    const logger *log;
    const char *version;
    maybe_uuid id;            /* given by who supervises it */
    bool takes_tests;         /* kinds for tests */
    const char *const *again; /* its own command line, ended by NULL: to begin anew with little memory */
} worker_options;

/* Does tasks until SIGTERM or SIGINT, which every thread of the process must have blocked; a task under way is given
 * back. */
error worker_run(arena *a, const worker_options *options);

/* ------------------------------------------------------------------ the workers of a server */

typedef struct workers workers;

typedef struct workers_options {
    store *store;
    const logger *log;
    int count;
    const char *const *command;     /* a worker's, ended by NULL; its id is added */
    const char *const *environment; /* ended by NULL */
} workers_options;

/* Starts the processes, and again those that end; what they were doing is given to others at once. One that does not
 * end its task in time is killed. */
error workers_start(arena *a, const workers_options *options, workers **out);
void workers_stop(workers *w);

#endif
