#include "http/server/exchange.h"

#include <errno.h>

/* Threads that run handlers. Probes (/readyz, /metrics) have a queue and a thread of their own, so that a server whose
 * handlers are all busy still tells how it is. So have heavy routes (sign-in: 64 MB and a tenth of a second each):
 * their number of threads is how many run at once, and a flood of them leaves all the other threads to the others. And
 * so have pieces of streamed bodies, which are many and keep the database busy. */
typedef struct queue {
    pthread_cond_t filled;
    exchange *first, **last;
    int waiting, idle;
    instant most_wait; /* 0: as long as it takes */
} queue;

struct pool {
    pthread_mutex_t lock;
    queue work, probes, heavy, streams;
    pthread_t *threads;
    int count, busy;
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
        p->busy++;
    }
    pthread_mutex_unlock(&p->lock);
    return x;
}

static void done(pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->busy--;
    pthread_mutex_unlock(&p->lock);
}

/* Its turn came too late: those behind it are served sooner when nobody works for somebody who may have left. */
static void send_away(exchange *x)
{
    answer_error(x, fail_later(x->rq.arena, UNAVAILABLE, 2,
                               "Too many requests of this kind are under way. Try again in a moment."));
    answer_build(x);
}

static void *serve(pool *p, queue *q, const char *name)
{
    pthread_setname_np(pthread_self(), name);
    for (exchange *x = take(p, q); x; x = take(p, q)) {
        bool is_done = true;
        if (x->stream.stage != STREAM_NONE)
            is_done = stream_turn(x);
        else if (q->most_wait && clock_monotonic() - x->queued > q->most_wait)
            send_away(x);
        else
            dispatch(x);
        if (is_done) server_hand_back(x);
        done(p);
    }
    return NULL;
}

static void *serve_work(void *p)
{
    return serve(p, &((pool *)p)->work, "http-handler");
}

static void *serve_probes(void *p)
{
    return serve(p, &((pool *)p)->probes, "http-probe");
}

static void *serve_heavy(void *p)
{
    return serve(p, &((pool *)p)->heavy, "http-heavy");
}

static void *serve_streams(void *p)
{
    return serve(p, &((pool *)p)->streams, "http-stream");
}

static void queue_prepare(queue *q)
{
    q->last = &q->first;
    pthread_cond_init(&q->filled, NULL);
}

static bool add_threads(pool *p, int count, void *(*body)(void *))
{
    for (int i = 0; i < count; i++) {
        if (pthread_create(&p->threads[p->count], NULL, body, p) != 0) return false;
        p->count++;
    }
    return true;
}

pool *pool_start(arena *a, const pool_options *options)
{
    pool *p = ARENA_NEW(a, pool);
    pthread_mutex_init(&p->lock, NULL);
    queue_prepare(&p->work);
    queue_prepare(&p->probes);
    queue_prepare(&p->heavy);
    queue_prepare(&p->streams);
    p->heavy.most_wait = options->heavy_wait;
    p->threads = ARENA_ARRAY(
        a, (size_t)options->threads + (size_t)options->heavy_threads + (size_t)options->stream_threads + 1, pthread_t);
    if (add_threads(p, options->threads, serve_work) && add_threads(p, 1, serve_probes) &&
        add_threads(p, options->heavy_threads, serve_heavy) && add_threads(p, options->stream_threads, serve_streams))
        return p;
    pool_stop(p, clock_monotonic() + SECONDS(1)); /* those that did start have nothing to do */
    return NULL;
}

void pool_push(pool *p, exchange *x)
{
    queue *q = x->lane == LANE_PROBE    ? &p->probes
               : x->lane == LANE_HEAVY  ? &p->heavy
               : x->lane == LANE_STREAM ? &p->streams
                                        : &p->work;
    x->next = NULL;
    x->queued = clock_monotonic();
    pthread_mutex_lock(&p->lock);
    *q->last = x;
    q->last = &x->next;
    q->waiting++;
    bool sleeping = q->idle > 0;
    pthread_mutex_unlock(&p->lock);
    if (sleeping) pthread_cond_signal(&q->filled);
}

void pool_counts(pool *p, int *waiting, int *busy)
{
    pthread_mutex_lock(&p->lock);
    *waiting = p->work.waiting + p->probes.waiting + p->heavy.waiting + p->streams.waiting;
    *busy = p->busy;
    pthread_mutex_unlock(&p->lock);
}

int pool_stop(pool *p, instant until)
{
    struct timespec end = { .tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000 };
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->work.filled);
    pthread_cond_broadcast(&p->probes.filled);
    pthread_cond_broadcast(&p->heavy.filled);
    pthread_cond_broadcast(&p->streams.filled);
    pthread_mutex_unlock(&p->lock);
    int running = 0;
    for (int i = 0; i < p->count; i++)
        if (pthread_clockjoin_np(p->threads[i], NULL, CLOCK_MONOTONIC, &end) == ETIMEDOUT) running++;
    return running;
}
