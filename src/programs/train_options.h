/* The command line of `aic train`. */
#ifndef AIC_PROGRAMS_TRAIN_OPTIONS_H
#define AIC_PROGRAMS_TRAIN_OPTIONS_H

#include "programs/command_options.h"
#include "training/training.h"

typedef struct train_command {
    const char *data, *out;
    train_options options;
    bool as_json, help;
} train_command;

error train_command_read(arena *a, int argc, char **argv, train_command *out);
extern const char train_usage[];

#endif
