#include "http/server/exchange.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

/* Threads that run handlers, in lanes: each has a queue and threads of its own. Probes (/readyz, /metrics) have one, so
 * that a server whose handlers are all busy still tells how it is. So have heavy routes (sign-in: 64 MB and a tenth of
 * a second each): their number of threads is how many run at once, and a flood of them leaves all the other threads to
 * the others. And so has what computes: as many threads as cores, which go after the others. */
typedef struct queue {
    lane_options options;
    pthread_cond_t filled;
    exchange *first, **last;
    int waiting, idle, busy;
    struct pool *pool;
} queue;

struct pool {
    pthread_mutex_t lock;
    queue queues[LANES];
    pthread_t *threads;
    int count;
    bool stopping;
};

static exchange *take(pool *p, queue *q)
{
    pthread_mutex_lock(&p->lock);
    while (!q->first && !p->stopping) {
        q->idle++;
        pthread_cond_wait(&q->filled, &p->lock);
        q->idle--;
    }
    exchange *x = q->first;
    if (x) {
        q->first = x->next;
        if (!q->first) q->last = &q->first;
        q->waiting--;
        q->busy++;
    }
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void done(pool *p, queue *q)
{
    pthread_mutex_lock(&p->lock);
    q->busy--;
    pthread_mutex_unlock(&p->lock);
}

/* Its turn came too late, or would: those behind it are served sooner when nobody works for somebody who may have left.
 */
static void send_away(exchange *x)
{
    answer_error(x, fail_later(x->rq.arena, UNAVAILABLE, 2,
                               "Too many requests of this kind are under way. Try again in a moment."));
    answer_build(x);
}

static void *serve(void *given)
{
    queue *q = given;
    pool *p = q->pool;
    pthread_setname_np(pthread_self(), q->options.name);
    /* On Linux a thread has a priority of its own. */
    if (q->options.nice) setpriority(PRIO_PROCESS, (id_t)gettid(), q->options.nice);
    for (exchange *x = take(p, q); x; x = take(p, q)) {
        bool is_done = true;
        if (x->stream.stage != STREAM_NONE)
            is_done = stream_turn(x);
        else if (q->options.most_wait && clock_monotonic() - x->queued > q->options.most_wait)
            send_away(x);
        else
            dispatch(x);
        if (is_done) server_hand_back(x);
        done(p, q);
    }
    return NULL;
}

static bool add_threads(pool *p, queue *q)
{
    for (int i = 0; i < q->options.threads; i++) {
        if (pthread_create(&p->threads[p->count], NULL, serve, q) != 0) return false;
        p->count++;
    }
    return true;
}

pool *pool_start(arena *a, const lane_options options[LANES])
{
    pool *p = ARENA_NEW(a, pool);
    size_t count = 0;
    bool started = true;
    pthread_mutex_init(&p->lock, NULL);
    for (int i = 0; i < LANES; i++) {
        queue *q = &p->queues[i];
        *q = (queue){ .options = options[i], .pool = p };
        q->last = &q->first;
        pthread_cond_init(&q->filled, NULL);
        count += (size_t)options[i].threads;
    }
    p->threads = ARENA_ARRAY(a, count, pthread_t);
    for (int i = 0; i < LANES && started; i++) started = add_threads(p, &p->queues[i]);
    if (started) return p;
    pool_stop(p, clock_monotonic() + SECONDS(1)); /* those that did start have nothing to do */
    return NULL;
}

bool pool_push(pool *p, exchange *x)
{
    queue *q = &p->queues[x->lane];
    x->next = NULL;
    x->queued = clock_monotonic();
    pthread_mutex_lock(&p->lock);
    bool fits = !q->options.most_waiting || q->waiting < q->options.most_waiting;
    if (fits) {
        *q->last = x;
        q->last = &x->next;
        q->waiting++;
    }
    bool sleeping = q->idle > 0;
    pthread_mutex_unlock(&p->lock);
    if (!fits)
        send_away(x);
    else if (sleeping)
        pthread_cond_signal(&q->filled);
    return fits;
}

void pool_counts(pool *p, lane of, int *waiting, int *busy)
{
    *waiting = *busy = 0;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < LANES; i++) {
        if (of != LANES && of != (lane)i) continue;
        *waiting += p->queues[i].waiting;
        *busy += p->queues[i].busy;
    }
    pthread_mutex_unlock(&p->lock);
}

int pool_stop(pool *p, instant until)
{
    struct timespec end = { .tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000 };
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    for (int i = 0; i < LANES; i++) pthread_cond_broadcast(&p->queues[i].filled);
    pthread_mutex_unlock(&p->lock);
    int running = 0;
    for (int i = 0; i < p->count; i++)
        if (pthread_clockjoin_np(p->threads[i], NULL, CLOCK_MONOTONIC, &end) == ETIMEDOUT) running++;
    return running;
}
