/* Uploads: a JSON body, or multipart/form-data (RFC 7578) whose parts are the same fields and one file. */
#ifndef AIC_FEATURES_MODELS_UPLOADS_H
#define AIC_FEATURES_MODELS_UPLOADS_H

#include "http/http.h"

/* Fills `out` by the field table. *file: the bytes of the part `artefact`; NO_TEXT when there is none, or the body is
 * JSON. A part of a text field is its text, any other one JSON; nothing of the file is copied. */
error upload_read(request *rq, const field *fields, void *out, text *file);
/* NO_TEXT stays NO_TEXT. Standard alphabet, white space ignored. */
error upload_base64(arena *a, text encoded, const char *pointer, text *bytes);

typedef struct form_part {
    text name, file_name, bytes; /* file_name NO_TEXT: a plain field */
} form_part;
enum { FORM_MOST_PARTS = 64 };
/* `content_type` with its boundary. BAD_REQUEST says where the form breaks off. */
error form_split(arena *a, text content_type, text body, form_part parts[FORM_MOST_PARTS], size_t *count);

#endif
