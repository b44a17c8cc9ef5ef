/*
 * command.h -- what all verbs of `rep` do alike: take options, say things.
 *
 * A verb states its name, help and options once, in a table that does not
 * change, and a function that understands one option.  What the command line
 * has that no option allows is told here, in the same words for every verb:
 *
 *   rep VERB: expected ..., got "..." (see rep VERB --help)
 *
 * All words go to standard error, a line each after the name of the verb.
 */
#ifndef DRIVER_COMMAND_COMMAND_H
#define DRIVER_COMMAND_COMMAND_H

#include <getopt.h>

#include "driver/trace/trace.h"

/* What reading a command line comes to; the last is an exit status, too. */
enum { COMMAND_GO_ON, COMMAND_HELP, COMMAND_USAGE };

/* The first value for options without a letter; above all letters. */
enum { COMMAND_LONG = 1000 };

struct command {
    const char *name;    /* as people type it: "rep shrink" */
    const char *help;    /* without the last end of line */
    const char *letters; /* for getopt, beginning with ':' */
    const struct option *options;
    /*
     * Puts an option, whose value is optarg, into the request.  Returns NULL,
     * or what was expected instead of that value.  Unused, and NULL, where
     * help is the only option.
     */
    const char *(*take)(int option, void *request);
};

/* Says a line. */
__attribute__((format(printf, 2, 3))) void command_say(
    const struct command *command, const char *format, ...);

/* Says a line that ends in where to find help; returns COMMAND_USAGE. */
__attribute__((format(printf, 2, 3))) int command_refuse(
    const struct command *command, const char *format, ...);

/* Refuses: expected this, got that. */
int command_complain(const struct command *command, const char *expected,
                     const char *got);

/* Says what is wrong with a trace; returns COMMAND_USAGE. */
int command_fail(const struct command *command,
                 const struct trace_error *error);

/*
 * Takes all options, after which optind is the index of the first operand.
 * Returns COMMAND_GO_ON; COMMAND_HELP when help was asked for, and printed; or
 * COMMAND_USAGE when it was told what is wrong.
 */
int command_read_options(const struct command *command, int argc, char **argv,
                         void *request);

/*
 * The one operand behind the options, "a trace" and "one trace only" in words.
 * Returns COMMAND_GO_ON, or COMMAND_USAGE when it was told what is wrong.
 */
int command_read_operand(const struct command *command, int argc, char **argv,
                         const char *one, const char *one_only,
                         const char **operand);

/*
 * Whether a trace can be written there, before much is done for it.  Returns
 * COMMAND_GO_ON, or COMMAND_USAGE when it was told why not.
 */
int command_check_output(const struct command *command, const char *path);

/* Ends standard output; returns 0, or COMMAND_USAGE when not all got there. */
int command_flush(const struct command *command);

#endif
