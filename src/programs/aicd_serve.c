#include "programs/aicd_serve.h"

#include "features/audit/audit.h"
#include "features/datasets/datasets.h"
#include "features/demo/demo.h"
#include "features/door/door.h"
#include "features/examples/examples.h"
#include "features/identity/mfa.h"
#include "features/identity/recovery.h"
#include "features/incidents/incidents.h"
#include "features/keys/keys.h"
#include "features/limits/limits.h"
#include "features/mail/mail.h"
#include "features/models/models.h"
#include "features/rates/rates.h"
#include "features/tasks/tasks.h"
#include "jobs/jobs.h"
#include "programs/aicd_routes.h"
#include "programs/web_files.h"
#include "store/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

enum {
    DATABASE_WAIT_SECONDS = 60,
    GRACE_SECONDS = 20,
    BODIES_AT_ONCE = 8, /* of the largest size; small ones are many more */
    STREAM_THREADS = 2,
    REMEMBERED_TOKENS = 4096,
    HEAVY_WAIT_MS = 2000,
    COMPUTE_WAIT_MS = 10000,
    CLEAN_UP_SECONDS = 300
};

/* All that runs, in the order in which it was started. */
typedef struct running {
    arena *arena;
    const config *settings;
    const command_line *line;
    const char *data;
    logger log;
    cluster *cluster;
    store_options database;
    platform app;
    http_server *server;
    post *post; /* sends letters */
    workers *workers;
} running;

static int report(const running *r, error bad)
{
    (void)r;
    for (const error_value *e = bad; e; e = e->also) fprintf(stderr, "aicd: %s\n", e->message);
    return 1;
}

/* ------------------------------------------------------------------ the database */

static error start_database(running *r)
{
    text url = config_text(r->settings, "DATABASE_URL");
    if (!text_is(url)) {
        TRY(cluster_start(r->arena, text_of(r->data), &r->log, &r->cluster));
        url = cluster_url(r->cluster);
    }
    int most = (int)config_integer(r->settings, "AIC_DATABASE_CONNECTIONS");
    r->database = (store_options){
        .url = url,
        .tenant_connections = most,
        .system_connections = most / 2,
        .acquire_ms = 2000,
        .statement_ms = 10000,
        .constraints = aicd_constraints,
        .log = &r->log,
        .clock = clock_system(),
    };
    return OK;
}

/* A database server that starts together with this one may need a moment. */
static error migrate(running *r)
{
    instant until = clock_monotonic() + SECONDS(DATABASE_WAIT_SECONDS);
    int applied = 0;
    error bad = store_migrate(r->arena, &r->database, &applied);
    while (bad && bad->kind == UNAVAILABLE && clock_monotonic() < until) {
        poll(NULL, 0, 500);
        bad = store_migrate(r->arena, &r->database, &applied);
    }
    if (!bad)
        log_event(&r->log, LOG_INFO, "migrated", "The database is up to date.",
                  (log_field[]){ LOG_I("applied", applied), LOG_END });
    return bad;
}

/* ------------------------------------------------------------------ the server */

/* "whsec_a, whsec_b": both are good while one replaces the other. */
static text_list secrets_of(arena *a, text setting_value)
{
    text *items = ARENA_ARRAY(a, setting_value.length + 1, text);
    size_t count = 0;
    for (size_t from = 0; from < setting_value.length;) {
        const char *comma = memchr(setting_value.data + from, ',', setting_value.length - from);
        size_t end = comma ? (size_t)(comma - setting_value.data) : setting_value.length;
        text one = text_trim((text){ setting_value.data + from, end - from });
        if (one.length) items[count++] = one;
        from = end + 1;
    }
    return (text_list){ items, count };
}

/* Routes that hash have as many threads as may hash at once, so that none of them waits here. Any other may wait, but
 * never in so many of the ordinary threads that the server stands still. */
static password_hasher *hasher_of(const running *r)
{
    int threads = (int)config_integer(r->settings, "AIC_THREADS");
    return password_hasher_new(
        r->arena,
        &(password_limits){ .at_once = password_hashes_at_once(), .waiting = threads / 4, .wait_ms = HEAVY_WAIT_MS });
}

/* Addresses of developers and testers are few, and they ask a lot. */
static error start_rates(running *r)
{
    bool is_production = text_equal_string(config_text(r->settings, "AIC_ENV"), "production");
    rates_options options = { .store = r->app.store, .log = &r->log, .address_factor = is_production ? 1 : 50 };
    TRY(rates_open(r->arena, &options, &r->app.rates));
    return rates_watch(r->app.rates);
}

static error start_app(running *r)
{
    uint8_t master_key[32];
    TRY(aicd_master_key(r->arena, r->settings, r->data, master_key));
    TRY(store_open(r->arena, &r->database, &r->app.store));
    int checked = 0;
    TRY(statements_check(r->arena, r->app.store, statement_tables, &checked));
    log_event(&r->log, LOG_INFO, "statements_checked", "Every statement fits the database.",
              (log_field[]){ LOG_I("statements", checked), LOG_END });
    r->app.clock = clock_system();
    r->app.routes = aicd_route_tables;
    r->app.limits = limits_of_settings(r->settings);
    r->app.log = &r->log;
    r->app.is_development = text_equal_string(config_text(r->settings, "AIC_ENV"), "development");
    r->app.payment_secrets = secrets_of(r->arena, config_text(r->settings, "STRIPE_WEBHOOK_SECRET"));
    r->app.mfa_is_optional = text_equal_string(config_text(r->settings, "AIC_MFA"), "optional");
    /* Tokens of one installation are good at each of its servers, under whatever address. */
    r->app.issuer =
        text_is(config_text(r->settings, "AIC_PUBLIC_URL")) ? config_text(r->settings, "AIC_PUBLIC_URL") : TEXT("aic");
    r->app.passwords = hasher_of(r);
    r->app.tokens = token_cache_new(r->arena, REMEMBERED_TOKENS);
    error bad = keys_open(r->arena, r->app.store, master_key, &r->log, &r->app.keys);
    incidents_take_key(&r->app, master_key);
    mfa_take_key(&r->app, master_key);
    mail_take_key(&r->app, master_key);
    models_take_key(&r->app, master_key);
    sodium_memzero(master_key, sizeof master_key);
    TRY(bad);
    TRY(audit_prepare_months(&r->app, r->arena));
    TRY(tasks_clean_up(&r->app, r->arena));
    TRY(datasets_cleaner_start(r->arena, &r->app));
    TRY(keys_watch(r->app.keys));
    models_allow_hosts(r->arena, &r->app, config_text(r->settings, "AIC_PREDICTION_HOSTS"));
    TRY(models_start(r->arena, &r->app, "SERVER"));
    if (!text_equal_string(config_text(r->settings, "AIC_RATE_LIMITS"), "off")) TRY(start_rates(r));
    TRY(examples_load(r->arena, text_of(AIC_DEMO_DIR), &r->app));
    text more = r->line->examples ? text_of(r->line->examples) : config_text(r->settings, "AIC_EXAMPLES_DIR");
    if (text_is(more)) TRY(examples_load(r->arena, more, &r->app));
    TRY(task_watch_start(r->arena, &r->app, &r->database, &r->app.task_watch));
    if (r->line->demo) TRY(demo_seed(&r->app, text_format(r->arena, "%s/demo-sign-ins.txt", r->data).data));
    return OK;
}

static http_options server_options(running *r)
{
    static const web_app apps[] = { { "/app/", "/apps/platform/index.html" },
                                    { "/admin/", "/apps/admin/index.html" },
                                    { "/hq/", "/apps/hq/index.html" },
                                    { "/", "/apps/public/index.html" },
                                    { "/citizens/report", "/apps/public/index.html" },
                                    { "/citizens/track", "/apps/public/index.html" },
                                    { "/contact", "/apps/public/index.html" },
                                    { NULL, NULL } };
    data_limits limits = limits_of_settings(r->settings);
    return (http_options){
        .listen = r->line->listen ? text_of(r->line->listen) : config_text(r->settings, "AIC_LISTEN"),
        .public_url = config_text(r->settings, "AIC_PUBLIC_URL"),
        .trusted_proxies = config_text(r->settings, "AIC_TRUSTED_PROXIES"),
        .routes = aicd_route_tables,
        .files = web_files,
        .file_count = web_file_count,
        .apps = apps,
        .door = door_of_the_platform(),
        .app = &r->app,
        .log = &r->log,
        .clock = clock_system(),
        .threads = (int)config_integer(r->settings, "AIC_THREADS"),
        .heavy_threads = password_hashes_at_once(),
        .heavy_wait_ms = HEAVY_WAIT_MS,
        .compute_threads = get_nprocs(),
        .compute_waiting = (int)config_integer(r->settings, "AIC_COMPUTE_QUEUE"),
        .compute_wait_ms = COMPUTE_WAIT_MS,
        .connections = (int)config_integer(r->settings, "AIC_CONNECTIONS"),
        .address_connections = (int)config_integer(r->settings, "AIC_ADDRESS_CONNECTIONS"),
        .idle_seconds = (int)config_integer(r->settings, "AIC_IDLE_SECONDS"),
        .request_seconds = (int)config_integer(r->settings, "AIC_REQUEST_SECONDS"),
        .body_limit = limits.body_bytes,
        .body_memory = limits.body_bytes * BODIES_AT_ONCE,
        .large_body_advice = LIMITS_ADVICE,
        .stream_limit = limits.dataset_bytes,
        .stream_threads = STREAM_THREADS,
        .security_contact = config_text(r->settings, "AIC_SECURITY_CONTACT"),
        .version = AIC_VERSION,
    };
}

/* The address, for whoever started us: written whole or not at all. */
static error write_url(running *r, text url)
{
    const char *path = text_format(r->arena, "%s/aicd.url", r->data).data;
    const char *unfinished = text_format(r->arena, "%s.new", path).data;
    FILE *file = fopen(unfinished, "we");
    bool done = file && fprintf(file, "%.*s\n", PRINT(url)) > 0;
    if (file) done = fclose(file) == 0 && done;
    return done && rename(unfinished, path) == 0 ? OK : fail(r->arena, INVALID, "", "%s cannot be written.", path);
}

static mail_options mail_options_of(const running *r, text public_url)
{
    bool to_files = text_equal_string(config_text(r->settings, "AIC_ENV"), "development");
    return (mail_options){
        .smtp_url = config_text(r->settings, "SMTP_URL"),
        .from = config_text(r->settings, "AIC_MAIL_FROM"),
        .ca_file = config_text(r->settings, "AIC_MAIL_CA"),
        .directory = to_files ? text_format(r->arena, "%s/mail", r->data) : NO_TEXT,
        .public_url = public_url,
        .before = recovery_work,
    };
}

static error start_mail(running *r)
{
    mail_options options = mail_options_of(r, r->app.web_url);
    return mail_start(r->arena, &r->app, &options, &r->post);
}

static error start_server(running *r)
{
    http_options options = server_options(r);
    /* Never the Host header, which whoever asks can choose. A port that is drawn is known to nobody before it is told.
     */
    bool is_drawn = text_ends(options.listen, ":0");
    r->app.web_url =
        text_is(options.public_url) ? options.public_url : text_format(r->arena, "http://%.*s", PRINT(options.listen));
    while (text_ends(r->app.web_url, "/")) r->app.web_url.length--;
    TRY(http_start(r->arena, &options, &r->server));
    text host = options.listen;
    while (host.length && host.data[host.length - 1] != ':') host.length--;
    text url = text_format(r->arena, "http://%.*s%d", PRINT(host), http_port(r->server));
    if (is_drawn && !text_is(options.public_url)) r->app.web_url = url;
    log_event(&r->log, LOG_INFO, "listening", "The server is ready.", (log_field[]){ LOG_T("url", url), LOG_END });
    TRY(start_mail(r));
    return write_url(r, url);
}

/* ------------------------------------------------------------------ the workers */

/* A worker reads what strangers made, and has no use for secrets but the database's and those of models that it asks.
 */
static const char *const *worker_environment(const running *r)
{
    size_t count = 0, n = 0;
    while (environ[count]) count++;
    const char **out = ARENA_ARRAY(r->arena, count + 3, const char *);
    for (size_t i = 0; i < count; i++) {
        bool left_out = !strncmp(environ[i], "DATABASE_URL=", strlen("DATABASE_URL="));
        for (const setting *s = aicd_settings; s->name; s++) {
            size_t length = strlen(s->name);
            left_out |= s->secret && !strncmp(environ[i], s->name, length) && environ[i][length] == '=';
        }
        if (!left_out) out[n++] = environ[i];
    }
    out[n++] = text_format(r->arena, "DATABASE_URL=%.*s", PRINT(r->database.url)).data;
    out[n] =
        text_format(r->arena, "AIC_ENDPOINT_KEY=%.*s", PRINT(text_hex(r->arena, r->app.endpoint_key, MASTER_KEY_BYTES)))
            .data;
    return out;
}

static error start_workers(running *r)
{
    text wanted = config_text(r->settings, "AIC_WORKERS");
    int count = text_is(wanted) ? (int)config_integer(r->settings, "AIC_WORKERS") : get_nprocs();
    if (count == 0) return OK;
    const char **command = ARENA_ARRAY(r->arena, 5, const char *);
    command[0] = "aicd", command[1] = "worker", command[2] = "--data", command[3] = r->data;
    workers_options options = {
        .store = r->app.store, .log = &r->log, .count = count, .command = command, .environment = worker_environment(r)
    };
    return workers_start(r->arena, &options, &r->workers);
}

/* ------------------------------------------------------------------ from start to stop */

static error prepare(running *r)
{
    TRY(aicd_check_settings(r->arena, r->settings, r->line));
    mail_options mail = mail_options_of(r, NO_TEXT);
    TRY(mail_check(r->arena, &mail));
    if (mkdir(r->data, 0755) && errno != EEXIST)
        return fail(r->arena, INVALID, "", "The data directory %s cannot be made.", r->data);
    TRY(start_database(r));
    return migrate(r);
}

static void stop(running *r)
{
    /* A handler that still runs uses what would be taken down: the database is stopped cleanly, then the process ends.
     */
    bool hanging = r->server && http_stop(r->server, GRACE_SECONDS) > 0;
    if (r->workers) workers_stop(r->workers);
    if (r->app.task_watch) task_watch_stop(r->app.task_watch);
    if (r->post) mail_stop(r->post);
    if (hanging) {
        if (r->cluster) cluster_stop(r->cluster);
        _exit(1);
    }
    if (r->app.dataset_cleaner) datasets_cleaner_stop(&r->app);
    if (r->app.keys) keys_close(r->app.keys);
    if (r->app.models) models_stop(&r->app);
    if (r->app.rates) rates_close(r->app.rates);
    if (r->app.store) store_close(r->app.store);
    if (r->cluster) cluster_stop(r->cluster);
}

static running running_of(arena *a, const config *settings, const command_line *line)
{
    running r = { .arena = a, .settings = settings, .line = line, .log = logger_to(2, LOG_INFO) };
    log_level_parse(config_text(settings, "AIC_LOG_LEVEL"), &r.log.least);
    /* The database's programs change to another directory, so the path must be whole. */
    text data = line->data ? text_of(line->data) : config_text(settings, "AIC_DATA_DIR");
    char here[4096];
    r.data = text_starts(data, "/") || !getcwd(here, sizeof here) ? text_string(a, data)
                                                                  : text_format(a, "%s/%.*s", here, PRINT(data)).data;
    return r;
}

/* Until somebody ends the server. Once a day what must be there before it is needed is made; a failure is logged and
 * has three months to be noticed. What is to be forgotten is, every few minutes. */
static void wait_for_the_end(running *r, const sigset_t *ends)
{
    const struct timespec pause = { .tv_sec = CLEAN_UP_SECONDS };
    for (int passes = 1; sigtimedwait(ends, NULL, &pause) < 0; passes++) {
        if (errno != EAGAIN) continue;
        arena *a = arena_new();
        (void)tasks_clean_up(&r->app, a);
        if (passes % (24 * 60 * 60 / CLEAN_UP_SECONDS) == 0) (void)audit_prepare_months(&r->app, a);
        arena_drop(a);
    }
}

int aicd_serve(arena *a, const config *settings, const command_line *line)
{
    /* Every thread inherits the mask; only this one takes the signals, by waiting for them. */
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN); // NOLINT(bugprone-signal-handler): ignored, not handled
    running r = running_of(a, settings, line);
    if (sodium_init() < 0) return fputs("aicd: libsodium does not start\n", stderr), 1;
    error bad = prepare(&r);
    if (!bad) bad = start_app(&r);
    if (!bad) bad = start_server(&r);
    if (!bad) bad = start_workers(&r);
    if (bad) {
        int code = report(&r, bad);
        stop(&r);
        return code;
    }
    wait_for_the_end(&r, &ends);
    log_event(&r.log, LOG_INFO, "stopping", "Finishing the requests under way.", NULL);
    stop(&r);
    log_event(&r.log, LOG_INFO, "stopped", "All is stored.", NULL);
    return 0;
}

int aicd_migrate(arena *a, const config *settings, const command_line *line)
{
    running r = running_of(a, settings, line);
    error bad = prepare(&r);
    stop(&r);
    return bad ? report(&r, bad) : 0;
}

static error open_and_work(running *r, database_work work, const void *given)
{
    TRY(store_open(r->arena, &r->database, &r->app.store));
    database_tools tools = { .arena = r->arena,
                             .settings = r->settings,
                             .data = r->data,
                             .store = r->app.store,
                             .database = &r->database,
                             .log = &r->log };
    return work(&tools, given);
}

int aicd_on_database(arena *a, const config *settings, const command_line *line, database_work work, const void *given)
{
    running r = running_of(a, settings, line);
    if (r.log.least < LOG_WARNING) r.log.least = LOG_WARNING; /* a person reads our output, not our log */
    if (sodium_init() < 0) return fputs("aicd: libsodium does not start\n", stderr), 1;
    error bad = prepare(&r);
    if (!bad) bad = open_and_work(&r, work, given);
    int code = bad ? report(&r, bad) : 0;
    stop(&r);
    return code;
}

int aicd_beside_server(arena *a, const config *settings, const command_line *line, database_work work,
                       const void *given)
{
    enum { TENANT_CONNECTIONS = 2, SYSTEM_CONNECTIONS = 1 };
    running r = running_of(a, settings, line);
    if (sodium_init() < 0) return fputs("aicd: libsodium does not start\n", stderr), 1;
    error bad = line->worker ? start_database(&r) : prepare(&r);
    r.database.tenant_connections = TENANT_CONNECTIONS;
    r.database.system_connections = SYSTEM_CONNECTIONS;
    if (!bad) bad = open_and_work(&r, work, given);
    int code = bad ? report(&r, bad) : 0;
    stop(&r);
    return code;
}

int aicd_openapi(arena *a, const config *settings, const command_line *line)
{
    running r = running_of(a, settings, line);
    http_options options = server_options(&r);
    text document = openapi_document(a, &options);
    return printf("%.*s\n", PRINT(document)) > 0 ? 0 : 1;
}

int aicd_print_settings(arena *a, const config *settings, const command_line *line)
{
    (void)settings, (void)line;
    text help = config_help(a, aicd_settings);
    return printf("%.*s", PRINT(help)) > 0 ? 0 : 1;
}
