#include "store/pool.h"

#include <errno.h>

enum { PAUSE_FIRST_MS = 50, PAUSE_MOST_MS = 1000, RETRY_SECONDS = 2 };

void connection_pool_start(connection_pool *p, const connection_options *connecting, int most)
{
    *p = (connection_pool){ .connecting = *connecting, .most = most };
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->returned, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Closes a list that nobody else sees any more. */
static void close_all(connection *first)
{
    while (first) {
        connection *next = first->next;
        connection_close(first);
        first = next;
    }
}

/* The idle connections, for closing outside of the lock. */
static connection *detach_idle(connection_pool *p)
{
    connection *first = p->idle;
    p->idle = NULL;
    for (connection *c = first; c; c = c->next) p->open--;
    return first;
}

void connection_pool_close(connection_pool *p)
{
    pthread_mutex_lock(&p->lock);
    connection *idle = detach_idle(p);
    pthread_mutex_unlock(&p->lock);
    close_all(idle);
    pthread_cond_destroy(&p->returned);
    pthread_mutex_destroy(&p->lock);
}

void connection_pool_give(connection_pool *p, connection *c)
{
    connection *dead = NULL;
    pthread_mutex_lock(&p->lock);
    p->busy--;
    if (c->lost) {
        /* What ended this one has most likely ended the others, too. */
        dead = detach_idle(p);
        p->open--;
        c->next = dead;
        dead = c;
    } else {
        c->proven = true;
        c->next = p->idle;
        p->idle = c;
    }
    if (p->waiting > 0) pthread_cond_signal(&p->returned);
    pthread_mutex_unlock(&p->lock);
    close_all(dead);
}

/* ------------------------------------------------------------------ taking */

typedef enum { TAKE_IDLE, TAKE_NEW, TAKE_WAIT, TAKE_NEVER } take_how;

static take_how how_to_take(const connection_pool *p)
{
    if (p->idle) return TAKE_IDLE;
    if (p->down && (p->probing || clock_monotonic() < p->retry_at)) return TAKE_NEVER;
    return p->open < p->most ? TAKE_NEW : TAKE_WAIT;
}

static error open_new(store *s, connection_pool *p, arena *a, connection **out)
{
    error bad = connection_open(a, &p->connecting, out);
    pthread_mutex_lock(&p->lock);
    p->probing = false;
    p->down = bad != OK;
    if (bad) {
        p->open--;
        p->busy--;
        p->pause_ms = p->pause_ms ? p->pause_ms * 2 : PAUSE_FIRST_MS;
        if (p->pause_ms > PAUSE_MOST_MS) p->pause_ms = PAUSE_MOST_MS;
        p->retry_at = clock_monotonic() + p->pause_ms * (instant)1000;
        pthread_cond_broadcast(&p->returned); /* nobody waits for what cannot come */
    } else {
        p->pause_ms = 0;
    }
    pthread_mutex_unlock(&p->lock);
    atomic_fetch_add(bad ? &s->failures : &s->reconnects, 1);
    return bad;
}

static struct timespec after_ms(int milliseconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += (milliseconds % 1000) * 1000000L;
    if (t.tv_nsec >= 1000000000L) t.tv_sec++, t.tv_nsec -= 1000000000L;
    return t;
}

/* With the lock held: waits for a connection to come back until there is something else to do than to wait. */
static take_how wait_returned(connection_pool *p, int acquire_ms)
{
    struct timespec until = after_ms(acquire_ms);
    take_how how = TAKE_WAIT;
    p->waiting++;
    for (int code = 0; how == TAKE_WAIT && code != ETIMEDOUT; how = how_to_take(p))
        code = pthread_cond_timedwait(&p->returned, &p->lock, &until);
    p->waiting--;
    return how;
}

error connection_pool_take(store *s, connection_pool *p, arena *a, connection **out)
{
    pthread_mutex_lock(&p->lock);
    take_how how = how_to_take(p);
    if (how == TAKE_WAIT) how = wait_returned(p, s->options.acquire_ms);
    if (how == TAKE_IDLE) {
        *out = p->idle;
        p->idle = (*out)->next;
        p->busy++;
    } else if (how == TAKE_NEW) {
        p->probing = p->down;
        p->open++;
        p->busy++;
    }
    pthread_mutex_unlock(&p->lock);
    if (how == TAKE_IDLE) return OK;
    if (how == TAKE_NEW) return open_new(s, p, a, out);
    atomic_fetch_add(&s->failures, 1);
    if (how == TAKE_NEVER) return database_gone(a);
    return fail_later(a, UNAVAILABLE, RETRY_SECONDS, "The server is busy; nothing was changed. Try again in a moment.");
}
