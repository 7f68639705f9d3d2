#include "features/mail/mail.h"
#include "features/mail/message.h"
#include "features/mail/sealed.h"
#include "features/mail/smtp.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WARN_SECONDS = 3600, CLEANUP_SECONDS = 3600 };

struct post {
    platform *app;
    mail_options options;
    mailbox from;
    smtp *smtp; /* NULL: files, or nothing */
    atomic_bool stopping;
    pthread_mutex_t lock; /* of wake */
    pthread_cond_t wake;
    pthread_t thread;
    /* The thread's own. */
    bool failing;
    instant warn_at, clean_at;
};

static error open_scope(const post *p, arena *a, text why, scope **out)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    return scope_open_system(p->app->store, a, S7_SCHEDULER, why, &nobody, out);
}

static error committed(scope *db, error bad)
{
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

/* ------------------------------------------------------------------ into a file */

static bool write_all(int fd, text t)
{
    while (t.length) {
        ssize_t done = write(fd, t.data, t.length);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        t.data += done;
        t.length -= (size_t)done;
    }
    return true;
}

/* Whole or not at all: whoever looks into the folder finds no half letter. */
static error keep_file(const post *p, arena *a, const mail_taken *taken, text message)
{
    const char *path = text_format(a, "%.*s/%.*s-%.*s.eml", PRINT(p->options.directory),
                                   PRINT(uuid_format(a, taken->id)), PRINT(taken->kind))
                           .data;
    const char *unfinished = text_format(a, "%s.new", path).data;
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = fd >= 0 && write_all(fd, message);
    if (fd >= 0) done = close(fd) == 0 && done;
    return done && rename(unfinished, path) == 0
               ? OK
               : fail(a, UNAVAILABLE, "", "The letter cannot be written into the mail folder.");
}

/* ------------------------------------------------------------------ one letter */

static error compose(const post *p, arena *a, const mail_taken *taken, letter *l, text *out)
{
    letter_written words;
    TRY(letter_unseal(a, p->app->mail_key, taken->letter, l));
    TRY(letter_write(a, l, p->options.public_url, &words));
    return message_write(a,
                         &(mail_message){ .from = p->from,
                                          .to = l->to,
                                          .subject = words.subject,
                                          .language = words.language,
                                          .plain = words.plain,
                                          .html = words.html,
                                          .at = taken->created_at,
                                          .id = taken->id },
                         out);
}

/* What cannot be written now can never be: only UNAVAILABLE is worth another try. */
static error deliver(const post *p, arena *a, const mail_taken *taken)
{
    letter l;
    text message;
    TRY(compose(p, a, taken, &l, &message));
    return p->smtp ? smtp_send(a, p->smtp, p->from.address, l.to, message) : keep_file(p, a, taken, message);
}

static error note_outcome(scope *db, const mail_taken *taken, error outcome, bool *over)
{
    int64_t seconds = 0;
    bool again = outcome && outcome->kind == UNAVAILABLE && mail_try_again(taken->attempts, &seconds);
    *over = !again;
    if (!outcome) return sql_mail_sent(db, &(sql_mail_sent_in){ .id = taken->id });
    text why = text_of(outcome->message);
    if (again)
        return sql_mail_try_later(db, &(sql_mail_try_later_in){ .id = taken->id, .seconds = seconds, .error = why });
    return sql_mail_give_up(db, &(sql_mail_give_up_in){ .id = taken->id, .error = why });
}

static error settle(const post *p, arena *a, const mail_taken *taken, error outcome)
{
    scope *db;
    bool over = false;
    TRY(open_scope(p, a, TEXT("note what became of a letter"), &db));
    TRY(committed(db, note_outcome(db, taken, outcome, &over)));
    log_event(p->app->log, outcome ? (over ? LOG_ERROR : LOG_WARNING) : LOG_INFO,
              outcome ? (over ? "letter_given_up" : "letter_not_sent") : "letter_sent",
              outcome ? outcome->message : "A letter was sent.",
              (log_field[]){ LOG_T("kind", taken->kind), LOG_T("id", uuid_format(a, taken->id)),
                             LOG_I("attempts", taken->attempts), LOG_END });
    return OK;
}

static error take(const post *p, arena *a, bool *found, mail_taken *out)
{
    scope *db;
    TRY(open_scope(p, a, TEXT("take a letter that is due"), &db));
    return committed(db, sql_mail_take(db, &(sql_mail_take_in){ .lease_seconds = MAIL_LEASE_SECONDS }, found, out));
}

/* Until none is due, or one could not be sent: then the others wait for the next look. Each has memory of its own. */
static error send_due(const post *p)
{
    bool more = true;
    while (more && !atomic_load(&p->stopping)) {
        arena *a = arena_new();
        mail_taken taken = { 0 };
        error bad = take(p, a, &more, &taken);
        if (!bad && more) {
            error outcome = deliver(p, a, &taken);
            /* Stopped in the middle of it: it stays taken, and comes back when its lease has ended. */
            if (!outcome || !atomic_load(&p->stopping)) bad = settle(p, a, &taken, outcome);
            more = !outcome;
        }
        static const error_value failed = { .kind = UNAVAILABLE,
                                            .pointer = "",
                                            .message = "The outbox cannot be worked on; the database may be away." };
        arena_drop(a);
        if (bad) return &failed;
    }
    return OK;
}

/* ------------------------------------------------------------------ the thread */

static bool can_send(const post *p)
{
    return p->smtp || text_is(p->options.directory);
}

/* Letters wait for a mail server: told when there are any, and not every second. */
static error warn_of_waiting(post *p, arena *a)
{
    scope *db;
    mail_count count = { 0 };
    if (clock_monotonic() < p->warn_at) return OK;
    TRY(open_scope(p, a, TEXT("count the letters that wait"), &db));
    TRY(committed(db, sql_mail_waiting(db, &count)));
    if (!count.waiting) return OK;
    p->warn_at = clock_monotonic() + SECONDS(WARN_SECONDS);
    log_event(p->app->log, LOG_WARNING, "letters_wait", "Letters wait, since SMTP_URL is not set.",
              (log_field[]){ LOG_I("waiting", count.waiting), LOG_END });
    return OK;
}

static error clean_up(post *p, arena *a)
{
    scope *db;
    int64_t forgotten = 0;
    if (clock_monotonic() < p->clean_at) return OK;
    TRY(open_scope(p, a, TEXT("forget letters of long ago"), &db));
    TRY(committed(db, sql_mail_forget(db, &(sql_mail_forget_in){ .days = MAIL_KEPT_DAYS }, &forgotten)));
    p->clean_at = clock_monotonic() + SECONDS(CLEANUP_SECONDS);
    return OK;
}

static void work_once(post *p)
{
    arena *a = arena_new();
    error bad = p->options.before ? p->options.before(p->app, a) : OK;
    if (!bad) bad = can_send(p) ? send_due(p) : warn_of_waiting(p, a);
    if (!bad) bad = clean_up(p, a);
    if (bad && !p->failing) /* told once, not every second for as long as the database is away */
        log_event(p->app->log, LOG_WARNING, "mail_not_worked_on", bad->message, NULL);
    p->failing = bad != OK;
    arena_drop(a);
}

static void *work(void *given)
{
    post *p = given;
    while (!atomic_load(&p->stopping)) {
        work_once(p);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += MAIL_LOOK_SECONDS;
        pthread_mutex_lock(&p->lock);
        int waited = 0;
        while (!atomic_load(&p->stopping) && waited == 0) waited = pthread_cond_timedwait(&p->wake, &p->lock, &until);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

/* ------------------------------------------------------------------ starting and stopping */

error mail_check(arena *a, const mail_options *options)
{
    mailbox from;
    TRY(message_read_mailbox(a, options->from, &from));
    return text_is(options->smtp_url) ? smtp_check(a, options->smtp_url) : OK;
}

static error prepare_way(arena *a, post *p)
{
    const mail_options *o = &p->options;
    TRY(message_read_mailbox(a, o->from, &p->from));
    if (text_is(o->smtp_url))
        return smtp_open(
            a,
            &(smtp_options){
                .url = o->smtp_url, .ca_file = o->ca_file, .seconds = MAIL_SEND_SECONDS, .stopping = &p->stopping },
            &p->smtp);
    if (text_is(o->directory) && mkdir(text_string(a, o->directory), 0700) && errno != EEXIST)
        return fail(a, INVALID, "", "The mail folder %.*s cannot be made.", PRINT(o->directory));
    if (!text_is(o->directory))
        log_event(p->app->log, LOG_WARNING, "no_mail_server", "SMTP_URL is not set: letters wait for it.", NULL);
    return OK;
}

static void release(void *of)
{
    post *p = of;
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
}

error mail_start(arena *a, platform *app, const mail_options *options, post **out)
{
    post *p = ARENA_NEW(a, post);
    p->app = app;
    p->options = *options;
    TRY(prepare_way(a, p));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&p->lock, NULL);
    arena_defer(a, release, p);
    if (pthread_create(&p->thread, NULL, work, p) != 0)
        return fail(a, INTERNAL, "", "No thread can be made to send mail.");
    *out = p;
    return OK;
}

void mail_stop(post *p)
{
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->stopping, true);
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
}
