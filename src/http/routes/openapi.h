/* The route tables as a document: OpenAPI 3.1 for programs, a page for people. */
#ifndef AIC_HTTP_OPENAPI_H
#define AIC_HTTP_OPENAPI_H

#include "http/routes/router.h"

extern const route *const builtin_tables[];

text route_tag(arena *a, const route *row);
text docs_document(arena *a, const http_options *options);

#endif
