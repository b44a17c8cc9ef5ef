/*
 * trial.h -- run a command on a trace, and see how it ends.
 *
 * The trace is a file in a folder of its own, which goes away at the end; the
 * command sees its path wherever "{}" stands in its words.  Its input is
 * empty, its output is not kept, and what it leaves running is killed.
 */
#ifndef DRIVER_SHRINK_TRIAL_H
#define DRIVER_SHRINK_TRIAL_H

#include <signal.h>
#include <stdbool.h>

#include "driver/trace/trace.h"

enum trial_how {
    TRIAL_EXITED,   /* number: its status */
    TRIAL_SIGNALED, /* number: the signal */
    TRIAL_HUNG,     /* it took more than its time and was killed */
    TRIAL_STOPPED,  /* number: the signal that asked us to end */
    TRIAL_FAILED    /* it could not be run: see trial.problem */
};

struct trial_end {
    enum trial_how how;
    int number;
};

struct trial {
    char **words; /* the command, ends with NULL */
    char *folder; /* made by trial_open */
    char *path;   /* the file in it */
    char **argv;  /* words with path for {} */
    double limit_s;
    char problem[600];     /* of TRIAL_FAILED, in words */
    sigset_t ours, before; /* signals waited for; the mask to go back to */
    struct sigaction before_child;
};

/*
 * Makes the folder in $TMPDIR or /tmp; name is the file's.  From here on
 * SIGINT, SIGTERM and SIGHUP are blocked, unless they are ignored: they end a
 * run, or the next one.  words, which must outlive the trial, end with NULL.
 * Returns 0, or -1 with errno set and nothing left behind.
 */
int trial_open(struct trial *trial, char **words, const char *name,
               double limit_s);

/* Writes the trace and runs the command on it. */
struct trial_end trial_run(struct trial *trial, const struct trace *trace);

/* Removes file and folder; signals are as before. */
void trial_close(struct trial *trial);

bool trial_same(struct trial_end a, struct trial_end b);

/* "exit status 1", "SIGSEGV", "no end after 10 s", or the problem. */
char *trial_describe(const struct trial *trial, struct trial_end end,
                     char *text, size_t room);

#endif
