/* The built web apps, embedded by tools/embed_web. */
#ifndef AIC_PROGRAMS_WEB_FILES_H
#define AIC_PROGRAMS_WEB_FILES_H

#include "http/http.h"

extern const static_file web_files[];
extern const size_t web_file_count;

#endif
