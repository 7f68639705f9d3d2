#include "features/app.h"
#include "features/models/models.h"
#include "jobs/jobs.h"
#include "programs/aicd_serve.h"
#include "store/statement.h"

#include <pthread.h>
#include <signal.h>

/* A worker of its own looks whether the program fits the database, on connections that it does not keep: each statement
 * that was looked at stays prepared. */
static error check_statements(const database_tools *tools)
{
    store *looked;
    int checked = 0;
    TRY(store_open(tools->arena, tools->database, &looked));
    error bad = statements_check(tools->arena, looked, statement_tables, &checked);
    store_close(looked);
    return bad;
}

static error supervised_id(const database_tools *tools, const command_line *line, maybe_uuid *out)
{
    *out = (maybe_uuid){ .is_set = line->worker != NULL };
    if (!out->is_set || uuid_parse(text_of(line->worker), &out->value)) return OK;
    return fail(tools->arena, INVALID, "", "--worker expects an id, found \"%s\".", line->worker);
}

static error work(const database_tools *tools, const void *given)
{
    const command_line *line = given;
    const char **again = ARENA_ARRAY(tools->arena, 8, const char *);
    size_t n = 0;
    again[n++] = "aicd", again[n++] = "worker", again[n++] = "--data", again[n++] = tools->data;
    if (line->worker) again[n++] = "--worker", again[n++] = line->worker;
    platform app = { .store = tools->store,
                     .clock = clock_system(),
                     .log = tools->log,
                     .is_development = text_equal_string(config_text(tools->settings, "AIC_ENV"), "development") };
    text endpoint_key = config_text(tools->settings, "AIC_ENDPOINT_KEY");
    if (text_is(endpoint_key) && !aicd_read_key(endpoint_key, app.endpoint_key))
        return fail(tools->arena, INVALID, "", "AIC_ENDPOINT_KEY: expected 64 hex digits.");
    models_allow_hosts(tools->arena, &app, config_text(tools->settings, "AIC_PREDICTION_HOSTS"));
    worker_options options = { .store = tools->store,
                               .database = tools->database,
                               .app = &app,
                               .log = tools->log,
                               .version = AIC_VERSION,
                               .takes_tests = config_bool(tools->settings, "AIC_TEST_TASKS"),
                               .again = again };
    TRY(supervised_id(tools, line, &options.id));
    if (!line->worker) TRY(check_statements(tools));
    TRY(models_start(tools->arena, &app, "WORKER"));
    error bad = worker_run(tools->arena, &options);
    models_stop(&app);
    return bad;
}

int aicd_worker(arena *a, const config *settings, const command_line *line)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* every thread inherits the mask; one takes them by waiting */
    signal(SIGPIPE, SIG_IGN);                // NOLINT(bugprone-signal-handler): ignored, not handled
    return aicd_beside_server(a, settings, line, work, line);
}
