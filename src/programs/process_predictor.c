#include "programs/process_predictor.h"

#include "base/clock.h"
#include "engine/table/suggest.h"
#include "programs/csv_write.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, LONGEST_LINE = 64 * 1024, BATCH = 4096, GRACE = 2000 /* milliseconds */ };

typedef struct process {
    const char *command;
    process_columns columns;
    pid_t pid;
    int to, from; /* pipes; -1: closed */
    int patience;
    size_t outputs; /* 0: not known yet */
    size_t asked;   /* rows before the batch under way */
    char *held;     /* what was read beyond the last whole line */
    size_t held_length;
} process;

/* One batch on its way. */
typedef struct exchange {
    process *process;
    arena *arena;
    text sending; /* what is left of it */
    size_t rows, answered;
    double *out;
} exchange;

/* ------------------------------------------------------------------ starting and stopping */

/* Waits for its end; what it still writes meanwhile is read and dropped, so that it need not complain of a closed pipe.
 */
static bool has_ended(const process *p, int milliseconds)
{
    char piece[4096];
    int handle = pidfd_open(p->pid, 0);
    struct pollfd ends[2] = { { .fd = handle, .events = POLLIN }, { .fd = p->from, .events = POLLIN } };
    instant until = clock_monotonic() + (instant)milliseconds * 1000;
    while (handle >= 0 && !ends[0].revents) {
        instant left = until - clock_monotonic();
        if (left <= 0 || poll(ends, 2, (int)(left / 1000) + 1) < 0) break;
        if (ends[1].revents && read(p->from, piece, sizeof piece) <= 0) ends[1].fd = -1;
    }
    if (handle >= 0) close(handle);
    return ends[0].revents != 0;
}

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* The end of its input asks it to go; then a signal to it and all that it started. */
static void stop(void *thing)
{
    process *p = thing;
    close_end(&p->to);
    if (p->pid > 0) {
        if (!has_ended(p, GRACE)) kill(-p->pid, SIGTERM);
        if (!has_ended(p, GRACE)) kill(-p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    p->pid = 0;
    close_end(&p->from);
}

/* Ours, and a word for Python, whose output to a pipe else waits until there is much of it. */
static const char **environment_of(arena *a)
{
    extern char **environ;
    size_t count = 0;
    while (environ[count]) count++;
    const char **own = ARENA_ARRAY(a, count + 2, const char *);
    memcpy(own, environ, count * sizeof *own);
    own[count] = "PYTHONUNBUFFERED=1";
    return own;
}

/* A group of its own, so that stopping reaches what the shell started; signals as a program expects them. */
static int spawn(process *p, const char **environment, int input, int output)
{
    const char *const arguments[] = { "sh", "-c", p->command, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, standard;
    sigemptyset(&none);
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &standard);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(&p->pid, "/bin/sh", &files, &attributes, (char *const *)(uintptr_t)arguments,
                             (char *const *)(uintptr_t)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static error start(arena *a, process *p)
{
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0) return fail(a, INTERNAL, "", "no pipe: %s", strerrorname_np(errno));
    if (pipe2(output, O_CLOEXEC) != 0) {
        close(input[0]);
        close(input[1]);
        return fail(a, INTERNAL, "", "no pipe: %s", strerrorname_np(errno));
    }
    int failed = spawn(p, environment_of(a), input[0], output[1]);
    close(input[0]);
    close(output[1]);
    p->to = input[1];
    p->from = output[0];
    fcntl(p->to, F_SETFL, O_NONBLOCK);
    fcntl(p->from, F_SETFL, O_NONBLOCK);
    arena_defer(a, stop, p);
    if (failed) p->pid = 0;
    return failed ? fail(a, INVALID, "", "--predict: the shell cannot be started: %s", strerrorname_np(failed)) : OK;
}

/* ------------------------------------------------------------------ rows as CSV */

static void add_value(text_builder *b, const model_feature *f, double value)
{
    if (f->categories && value >= 0 && value < (double)f->category_count)
        csv_add_text(b, f->categories[(size_t)value]);
    else
        csv_add_number(b, value);
}

static text lines_of(arena *a, const process *p, const double *values, size_t rows, bool with_header)
{
    text_builder b = text_builder_in(a);
    size_t count = p->columns.count;
    for (size_t f = 0; with_header && f < count; f++) {
        if (f) text_add_char(&b, ',');
        csv_add_text(&b, p->columns.names[f]);
    }
    if (with_header) text_add_char(&b, '\n');
    for (size_t i = 0; i < rows; i++) {
        for (size_t f = 0; f < count; f++) {
            if (f) text_add_char(&b, ',');
            add_value(&b, &p->columns.features[f], values[i * count + f]);
        }
        text_add_char(&b, '\n');
    }
    return text_built(&b);
}

/* ------------------------------------------------------------------ answers */

static size_t row_number(const exchange *e)
{
    return e->process->asked + e->answered + 1;
}

static error take_scores(exchange *e, text line)
{
    process *p = e->process;
    size_t found = 0, most = p->outputs ? p->outputs : MODEL_MOST_OUTPUTS;
    text shown = suggest_short(line, 60);
    for (text rest = line; rest.data; found++) {
        const char *comma = memchr(rest.data, ',', rest.length);
        text field = text_trim((text){ rest.data, comma ? (size_t)(comma - rest.data) : rest.length });
        double score;
        if (found == most || !text_number(field, &score))
            return fail(e->arena, INVALID, "", "--predict: row %zu: expected %s, found the line \"%.*s\"",
                        row_number(e),
                        p->outputs > 1 ? text_format(e->arena, "%zu numbers with commas", p->outputs).data : "a number",
                        PRINT(shown));
        e->out[e->answered * most + found] = score;
        rest = comma ? (text){ comma + 1, rest.length - (size_t)(comma + 1 - rest.data) } : NO_TEXT;
    }
    if (!p->outputs) p->outputs = found;
    if (found != p->outputs)
        return fail(e->arena, INVALID, "",
                    "--predict: row %zu: expected %zu numbers with commas, found the line \"%.*s\"", row_number(e),
                    p->outputs, PRINT(shown));
    e->answered++;
    return OK;
}

static error take_lines(exchange *e)
{
    process *p = e->process;
    size_t start = 0;
    for (;;) {
        const char *end = memchr(p->held + start, '\n', p->held_length - start);
        if (!end) break;
        if (e->answered == e->rows)
            return fail(e->arena, INVALID, "",
                        "--predict: more lines than rows: after row %zu came a line that nobody asked for",
                        p->asked + e->rows);
        size_t length = (size_t)(end - p->held) - start;
        TRY(take_scores(e, (text){ p->held + start, length }));
        start += length + 1;
    }
    p->held_length -= start;
    memmove(p->held, p->held + start, p->held_length);
    if (p->held_length < LONGEST_LINE) return OK;
    return fail(e->arena, INVALID, "", "--predict: row %zu: a line of more than %d bytes", row_number(e), LONGEST_LINE);
}

static error refuse_end(exchange *e)
{
    process *p = e->process;
    int status = 0;
    bool over = has_ended(p, GRACE) && waitpid(p->pid, &status, 0) == p->pid;
    if (over) p->pid = 0;
    text how = !over                 ? TEXT("closed its output")
               : WIFSIGNALED(status) ? text_format(e->arena, "was ended by signal %d", WTERMSIG(status))
                                     : text_format(e->arena, "ended with exit code %d", WEXITSTATUS(status));
    return fail(e->arena, INVALID, "", "--predict: row %zu: expected a score, but the command %.*s", row_number(e),
                PRINT(how));
}

/* ------------------------------------------------------------------ both directions at once */

/* Writing to a process that has died must be an error of ours and not our own death. */
static ssize_t write_quietly(int fd, text t)
{
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    ssize_t done = write(fd, t.data, t.length);
    int why = errno;
    if (done < 0 && why == EPIPE) sigtimedwait(&pipe_signal, NULL, &(struct timespec){ 0 });
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return done;
}

static void send_some(exchange *e)
{
    ssize_t done = write_quietly(e->process->to, e->sending);
    if (done > 0) e->sending = (text){ e->sending.data + done, e->sending.length - (size_t)done };
    /* nobody reads any more: what was answered is still taken, and the missing rest is told then */
    if (done < 0 && errno != EAGAIN && errno != EINTR) e->sending.length = 0;
}

static error receive_some(exchange *e)
{
    process *p = e->process;
    ssize_t got = read(p->from, p->held + p->held_length, PIECE);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return OK;
    if (got <= 0) return refuse_end(e);
    p->held_length += (size_t)got;
    return take_lines(e);
}

static error serve(exchange *e)
{
    process *p = e->process;
    while (e->sending.length || e->answered < e->rows) {
        struct pollfd ends[2] = { { .fd = p->from, .events = POLLIN },
                                  { .fd = e->sending.length ? p->to : -1, .events = POLLOUT } };
        int ready = poll(ends, 2, p->patience * 1000);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0)
            return fail(e->arena, INVALID, "",
                        "--predict: row %zu: no score within %d seconds; does the command write a line for each row, "
                        "and flush it?",
                        row_number(e), p->patience);
        if (ends[1].revents) send_some(e);
        if (ends[0].revents) TRY(receive_some(e));
    }
    return OK;
}

/* What came between two batches was an answer to nothing. */
static error refuse_unasked(const process *p, arena *a)
{
    char piece[64];
    ssize_t got = p->held_length ? 0 : read(p->from, piece, sizeof piece);
    if (p->held_length == 0 && got <= 0) return OK; /* an end is told by the batch that misses its scores */
    return fail(a, INVALID, "", "--predict: more lines than rows: after row %zu came a line that nobody asked for",
                p->asked);
}

static error ask(process *p, arena *a, const matrix *rows, bool with_header, double *out)
{
    for (size_t done = 0; done < rows->rows;) {
        size_t count = rows->rows - done < BATCH ? rows->rows - done : BATCH;
        if (!with_header) TRY(refuse_unasked(p, a));
        arena *scratch = arena_new();
        exchange e = { .process = p, .arena = a, .rows = count, .out = out + done * p->outputs };
        e.sending = lines_of(scratch, p, matrix_row(rows, done), count, with_header);
        error bad = serve(&e);
        arena_drop(scratch);
        TRY(bad);
        done += count;
        p->asked += count;
    }
    return OK;
}

static error predict(void *context, arena *a, const matrix *rows, model_output output, double *out)
{
    (void)output; /* what the scores are is the command's own affair */
    return ask(context, a, rows, false, out);
}

error process_predictor_start(arena *a, const char *command, process_columns columns, const matrix *first, int patience,
                              predictor *out)
{
    process *p = ARENA_NEW(a, process);
    *p = (process){ .command = command, .columns = columns, .patience = patience, .to = -1, .from = -1 };
    p->held = arena_alloc(a, LONGEST_LINE + PIECE);
    TRY(start(a, p));
    double *scores = ARENA_ARRAY(a, MODEL_MOST_OUTPUTS, double);
    TRY(ask(p, a, first, true, scores));
    p->asked = 0; /* rows are counted as the caller sends them */
    *out = (predictor){ .context = p,
                        .feature_count = columns.count,
                        .output_count = p->outputs,
                        .predict = predict,
                        .feature_names = columns.names,
                        .features = columns.features };
    return OK;
}
