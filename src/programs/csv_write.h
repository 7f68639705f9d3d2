/* Fields of CSV (RFC 4180) as we write them. */
#ifndef AIC_PROGRAMS_CSV_WRITE_H
#define AIC_PROGRAMS_CSV_WRITE_H

#include "base/text.h"

void csv_add_text(text_builder *b, text t); /* quoted only where it must be */
void csv_add_number(text_builder *b,
                    double value); /* the shortest digits that read back the same; empty when not finite */

#endif
