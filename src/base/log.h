/* Structured log: one JSON object a line {"at","level","event","message",...fields}, written with one write(2).
 *
 * Secrets and personal data never reach it: every text value goes through redact() (base/redact.h), and fields whose
 * name says that they are secret (password, token, secret, authorization, cookie, key) are written as "[redacted]".
 * Inputs of people are never logged; ids are. */
#ifndef AIC_BASE_LOG_H
#define AIC_BASE_LOG_H

#include "base/clock.h"
#include "base/uuid.h"

typedef enum { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;

typedef struct logger {
    int fd;          /* where lines go: 2 for standard error */
    log_level least; /* below this nothing is written */
    clock_source clock;
} logger;

typedef struct log_field {
    const char *name;
    enum { LOG_TEXT, LOG_INTEGER, LOG_NUMBER } kind;
    text text;
    int64_t integer;
    double number;
} log_field;

#define LOG_T(field_name, value) ((log_field){ .name = (field_name), .kind = LOG_TEXT, .text = (value) })
#define LOG_S(field_name, value) ((log_field){ .name = (field_name), .kind = LOG_TEXT, .text = text_of(value) })
#define LOG_I(field_name, value) ((log_field){ .name = (field_name), .kind = LOG_INTEGER, .integer = (int64_t)(value) })
#define LOG_N(field_name, value) ((log_field){ .name = (field_name), .kind = LOG_NUMBER, .number = (value) })
#define LOG_END                  ((log_field){ .name = NULL })

logger logger_to(int fd, log_level least);
/* log_event(log, LOG_INFO, "server_started", "Listening.", (log_field[]){ LOG_I("port", 8080), LOG_END }); */
void log_event(const logger *log, log_level level, const char *event, const char *message, const log_field *fields);
bool log_level_parse(text t, log_level *out);

#endif
