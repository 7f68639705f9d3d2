#include "store/listener.h"

#include "store/pool.h"

#include <poll.h>

enum { AGAIN_MS = 1000 };

struct listener {
    connection_options connecting;
    channel from;
    PGconn *pg;       /* NULL: to be connected */
    instant again_at; /* clock_monotonic: not before */
};

static void disconnect(void *of)
{
    listener *l = of;
    if (l->pg) PQfinish(l->pg);
    l->pg = NULL;
}

error listener_open(arena *a, const store_options *options, channel from, listener **out)
{
    listener *l = ARENA_NEW(a, listener);
    TRY(store_connecting(a, options, &l->connecting));
    l->connecting.role = "aic_system";
    l->from = from;
    arena_defer(a, disconnect, l);
    *out = l;
    return OK;
}

static const char *const commands[] = {
    [CHANNEL_TASKS] = "listen aic_tasks",
    [CHANNEL_TASK_CHANGES] = "listen aic_task_changes",
};

/* True when it is connected just now. */
static bool connect_if_due(listener *l)
{
    if (l->pg || clock_monotonic() < l->again_at) return false;
    l->pg = connect_as(&l->connecting);
    PGresult *result = PQstatus(l->pg) == CONNECTION_OK ? PQexec(l->pg, commands[l->from]) : NULL;
    bool listening = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (listening) return true;
    disconnect(l);
    l->again_at = clock_monotonic() + AGAIN_MS * (instant)1000;
    return false;
}

static bool take_notes(listener *l, void (*told)(void *context, text payload), void *context)
{
    bool any = false;
    if (!PQconsumeInput(l->pg)) return disconnect(l), false;
    for (PGnotify *note = PQnotifies(l->pg); note; note = PQnotifies(l->pg)) {
        if (told) told(context, text_of(note->extra));
        PQfreemem(note);
        any = true;
    }
    return any;
}

bool listener_wait(listener *l, int wake, int milliseconds, void (*told)(void *context, text payload), void *context)
{
    instant until = clock_monotonic() + milliseconds * (instant)1000;
    if (connect_if_due(l)) {
        if (told) told(context, NO_TEXT);
        return true;
    }
    for (;;) {
        instant left = until - clock_monotonic();
        if (l->pg && take_notes(l, told, context)) return true;
        if (left <= 0) return false;
        /* A negative descriptor is passed over. */
        struct pollfd wait[2] = { { .fd = l->pg ? PQsocket(l->pg) : -1, .events = POLLIN },
                                  { .fd = wake, .events = POLLIN } };
        int ready = poll(wait, 2, (int)(left / 1000) + 1);
        if (ready > 0 && wait[1].revents) return false;
        if (!l->pg) return false;
    }
}
