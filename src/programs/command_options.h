/* Options of a command as a table: "--name value", "--name=value", flags; everything else is a word. */
#ifndef AIC_PROGRAMS_COMMAND_OPTIONS_H
#define AIC_PROGRAMS_COMMAND_OPTIONS_H

#include "base/error.h"
#include "base/maybe.h"

enum { EXIT_PASSED = 0, EXIT_GATE_FAILED = 1, EXIT_BAD_INPUT = 2 };

typedef enum {
    OPTION_FLAG,   /* bool */
    OPTION_STRING, /* const char * */
    OPTION_TEXT,   /* text */
    OPTION_LIST,   /* text_list: names separated by commas; repeated options add up */
    OPTION_COUNT,  /* uint64_t from least to most */
    OPTION_NUMBER, /* double from least to most */
    OPTION_CHOICE, /* int: which of the choices */
    OPTION_RANGE   /* row_range: "A:B", A counted from 0 and B not included; either may be left out */
} option_kind;

typedef struct row_range {
    uint64_t from, to; /* from 0; to is not included */
    bool is_set;
} row_range;

typedef struct command_option {
    const char *name;
    option_kind kind;
    void *out;
    double least, most;
    const char *const *choices; /* ended by NULL */
} command_option;

typedef struct command_words {
    const char **items;
    size_t count;
} command_words;

/* options ends with a row whose name is NULL; argv[0] is the command's own name. INVALID says what is wrong, in one
 * line. */
error command_options_read(arena *a, const command_option *options, int argc, char **argv, command_words *words);

/* MODEL DATA; or, when a command predicts, DATA alone. A MODEL that is given all the same is not read, which is said.
 */
error command_model_and_data(arena *a, const char *command_name, const command_words *words, bool has_command,
                             const char **model, const char **data);

/* "aic: FILE: message" on standard error; gives EXIT_BAD_INPUT. file may be NULL, or "-". */
int command_complain(const char *file, error bad);

#endif
