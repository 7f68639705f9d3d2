#include "http/server/clients.h"

#include "http/http.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { WATCH_MILLISECONDS = 500 };

struct client {
    clients *all;
    client *next, *previous;
    int fd;
    atomic_int stage;
    _Atomic instant deadline;
    atomic_bool has_request;
};

struct clients {
    pthread_mutex_t lock; /* of the list; a client in it has an open socket */
    pthread_cond_t wake;
    pthread_t watch;
    bool stopping;
    client *first, *spare;
    int count;
    arena *arena;
    instant idle, request;
    text (*timeout_answer)(void *context, arena *a);
    void *context;
};

static void release_own(void *of)
{
    arena_drop(of);
}

clients *clients_new(arena *a, int idle_seconds, int request_seconds, text (*timeout_answer)(void *context, arena *a),
                     void *context)
{
    clients *all = ARENA_NEW(a, clients);
    all->arena = arena_new(); /* of the event thread: whoever started the server goes on using theirs */
    arena_defer(a, release_own, all->arena);
    all->idle = SECONDS(idle_seconds);
    all->request = SECONDS(request_seconds);
    all->timeout_answer = timeout_answer;
    all->context = context;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return all;
}

/* ------------------------------------------------------------------ the watch */

static void send_now(int fd, text bytes)
{
    /* Nothing of this answer was sent before, so the socket's buffer has room for it; a client whose buffer is full all
     * the same gets no answer, only the end. */
    ssize_t sent = send(fd, bytes.data, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent;
}

static bool leave(client *c, int from, int to)
{
    return atomic_compare_exchange_strong(&c->stage, &from, to);
}

static void end_if_overdue(client *c, instant now)
{
    int stage = atomic_load(&c->stage);
    if (stage == CLIENT_WORKING || stage == CLIENT_ENDED || now < atomic_load(&c->deadline)) return;
    if (!leave(c, stage, CLIENT_ENDED)) return;
    if (stage == CLIENT_READING) {
        arena *a = arena_new();
        send_now(c->fd, c->all->timeout_answer(c->all->context, a));
        arena_drop(a);
    }
    shutdown(c->fd, SHUT_RDWR); /* the event thread sees the end and cleans up */
}

static void *watch(void *context)
{
    clients *all = context;
    pthread_setname_np(pthread_self(), "http-watch");
    pthread_mutex_lock(&all->lock);
    while (!all->stopping) {
        instant now = clock_monotonic();
        for (client *c = all->first; c; c = c->next) end_if_overdue(c, now);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_MILLISECONDS * 1000000L;
        if (until.tv_nsec >= 1000000000L) until.tv_nsec -= 1000000000L, until.tv_sec++;
        pthread_cond_timedwait(&all->wake, &all->lock, &until);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

bool clients_watch(clients *all)
{
    return pthread_create(&all->watch, NULL, watch, all) == 0;
}

void clients_unwatch(clients *all)
{
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_cond_signal(&all->wake);
    pthread_mutex_unlock(&all->lock);
    pthread_join(all->watch, NULL);
}

int clients_count(clients *all)
{
    pthread_mutex_lock(&all->lock);
    int count = all->count;
    pthread_mutex_unlock(&all->lock);
    return count;
}

/* ------------------------------------------------------------------ the event thread */

client *client_add(clients *all, int fd)
{
    pthread_mutex_lock(&all->lock);
    client *c = all->spare;
    if (c)
        all->spare = c->next;
    else
        c = ARENA_NEW(all->arena, client); /* as many as were ever open at once */
    c->all = all;
    c->fd = fd;
    c->previous = NULL;
    c->next = all->first;
    if (all->first) all->first->previous = c;
    all->first = c;
    all->count++;
    client_waiting(c);
    pthread_mutex_unlock(&all->lock);
    return c;
}

void client_remove(client *c)
{
    clients *all = c->all;
    pthread_mutex_lock(&all->lock);
    if (c->next) c->next->previous = c->previous;
    if (c->previous)
        c->previous->next = c->next;
    else
        all->first = c->next;
    c->next = all->spare;
    all->spare = c;
    all->count--;
    pthread_mutex_unlock(&all->lock);
}

/* When the first byte of the next request comes is not told. It must come within the idle time, or libmicrohttpd ends
 * the connection; so a request that is not whole after both times together has had its own time in any case. */
void client_waiting(client *c)
{
    atomic_store(&c->has_request, false);
    atomic_store(&c->deadline, clock_monotonic() + c->all->idle + c->all->request);
    atomic_store(&c->stage, CLIENT_READING);
}

void client_request_begins(client *c)
{
    instant whole_by = clock_monotonic() + c->all->request;
    if (whole_by < atomic_load(&c->deadline)) atomic_store(&c->deadline, whole_by);
    atomic_store(&c->has_request, true);
}

bool client_working(client *c)
{
    return leave(c, CLIENT_READING, CLIENT_WORKING);
}

void client_streaming(client *c)
{
    instant here_by = clock_monotonic() + c->all->request + SECONDS((instant)(STREAM_PIECE / SLOWEST_SENDER));
    atomic_store(&c->deadline, here_by);
    leave(c, CLIENT_WORKING, CLIENT_READING);
}

void client_sending(client *c, size_t bytes)
{
    instant taken_by = clock_monotonic() + c->all->request + SECONDS((instant)(bytes / SLOWEST_READER));
    atomic_store(&c->deadline, taken_by);
    if (!leave(c, CLIENT_READING, CLIENT_SENDING)) leave(c, CLIENT_WORKING, CLIENT_SENDING);
}

bool client_refuse(client *c, text answer)
{
    atomic_store(&c->deadline, clock_monotonic() + SECONDS(LINGER_SECONDS));
    if (!leave(c, CLIENT_READING, CLIENT_REFUSED)) return false;
    send_now(c->fd, answer);
    shutdown(c->fd, SHUT_WR);
    return true;
}

void clients_end_idle(clients *all)
{
    pthread_mutex_lock(&all->lock);
    for (client *c = all->first; c; c = c->next)
        if (!atomic_load(&c->has_request) && leave(c, CLIENT_READING, CLIENT_ENDED)) shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&all->lock);
}
