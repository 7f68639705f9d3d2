/* Jobs from inside: what a worker process knows of the task it does. Its main thread does the task; its pulse thread
 * says once a second that it is still at it, and learns whether it still should be. */
#ifndef AIC_JOBS_INSIDE_H
#define AIC_JOBS_INSIDE_H

#include "jobs.sql.h"
#include "jobs/jobs.h"

#include <pthread.h>

enum { TASK_MESSAGE_BYTES = 200, TASK_DATA_PART = 1024 * 1024 };

typedef enum {
    TASK_NONE,     /* the worker is idle */
    TASK_GOING,    /* under way, and its lease is held */
    TASK_LOST,     /* cancelled, or given to another */
    TASK_OVERDUE,  /* longer than its deadline */
    TASK_STOPPED,  /* the worker is to stop */
    TASK_ABANDONED /* the process is about to end in the middle of it */
} task_state;

struct task_worker {
    const worker_options *options;
    uuid id;
    text_list kinds;
    int wake, signals; /* descriptors: the main thread is to look; SIGTERM and SIGINT */
    pthread_t pulse;
    double memory_at_rest;
    bool stopping;        /* with the lock */
    bool is_over;         /* the main thread is done; with the lock */
    pthread_mutex_t lock; /* of all below */
    task_state state;
    const task_taken *taken;
    instant began, deadline, lease_until, over_since; /* clock_monotonic */
    int64_t compute_began_ms;
    double progress;
    char message[TASK_MESSAGE_BYTES + 1];
};

/* run.c */
typedef struct task_usage {
    int64_t compute_ms;
    double peak_memory_mb;
} task_usage;
error task_load_data(task_run *t, int64_t bytes);
error task_lost_error(arena *a);
caller task_caller(arena *a, const task_taken *taken); /* in whose name it is done */
task_usage task_usage_of(const struct task_worker *w);
/* What ends the task, whatever it was: in its own transaction. Tries for as long as the lease lasts. */
void task_settle(task_run *t, const task_kind *kind, error outcome, text result, void *made);
/* From the pulse thread, when the kind's function does not return. */
void task_abandon(struct task_worker *w, arena *a, task_state why);
error worker_scope(const struct task_worker *w, arena *a, text why, scope **out);
error scope_end(scope *db, error bad);

/* memory.c */
typedef struct memory_figures {
    double resident_mb, peak_mb, data_mb; /* data: what is counted against the limit */
} memory_figures;
memory_figures memory_read(void);
void memory_start_peak(void); /* counts the peak from now */
/* So much more than now; 0: no limit. */
void memory_limit(int64_t megabytes);
void memory_give_back(void);
void memory_be_first_to_go(void); /* when the machine has none left: before the database and the server */
int64_t compute_ms_now(void);

#endif
