/* Problem documents (RFC 9457) of statuses that are the server's own, beside those of error kinds (http.h). */
#ifndef AIC_HTTP_PROBLEM_H
#define AIC_HTTP_PROBLEM_H

#include "http/http.h"

enum { HTTP_TIMEOUT = 408, HTTP_URI_TOO_LONG = 414, HTTP_HEADERS_TOO_LARGE = 431 };

/* Every status that this room can answer with, its title ("Not found") and its name in the type ("not_found"). */
typedef struct status_words {
    int status;
    const char *title, *name, *meaning;
} status_words;
extern const status_words problem_statuses[]; /* ended by status 0 */
const status_words *status_words_of(int status);

text problem_of_status(arena *a, int status, const char *detail, text request_id);
int problem_retry_after(error e); /* seconds for Retry-After; 0: no such header */

#endif
