#include "base/log.h"

#include "base/json.h"
#include "base/redact.h"

#include <strings.h>
#include <unistd.h>

static const char *const level_names[] = { "debug", "info", "warning", "error" };

logger logger_to(int fd, log_level least)
{
    return (logger){ .fd = fd, .least = least, .clock = clock_system() };
}

bool log_level_parse(text t, log_level *out)
{
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
        if (text_equal_string(t, level_names[i])) {
            *out = (log_level)i;
            return true;
        }
    }
    return false;
}

/* A name that says "secret" in any of its words keeps its value out of the log, whatever the value looks like. */
static bool is_secret_name(const char *name)
{
    static const char *const words[] = { "password", "token",   "secret",      "authorization",
                                         "cookie",   "api_key", "private_key", NULL };
    for (int i = 0; words[i]; i++)
        if (strcasestr(name, words[i])) return true;
    return false;
}

static void write_field(json_writer *w, const log_field *field)
{
    json_key(w, field->name);
    if (is_secret_name(field->name))
        json_write_string(w, "[redacted]");
    else if (field->kind == LOG_INTEGER)
        json_write_integer(w, field->integer);
    else if (field->kind == LOG_NUMBER)
        json_write_number(w, field->number);
    else if (!text_is(field->text))
        json_write_null(w);
    else
        json_write_text(w, redact(w->out.arena, field->text));
}

void log_event(const logger *log, log_level level, const char *event, const char *message, const log_field *fields)
{
    if (level < log->least) return;
    arena *a = arena_new();
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "at");
    json_write_instant(&w, clock_now(&log->clock));
    json_key(&w, "level");
    json_write_string(&w, level_names[level]);
    json_key(&w, "event");
    json_write_string(&w, event);
    json_key(&w, "message");
    json_write_text(&w, redact(a, text_of(message)));
    for (const log_field *f = fields; f && f->name; f++) write_field(&w, f);
    json_close(&w, '}');
    text_add_char(&w.out, '\n');
    text line = json_written(&w);
    /* A log that cannot be written has nobody to be told; the work goes on. */
    ssize_t written = write(log->fd, line.data, line.length);
    (void)written;
    arena_drop(a);
}
