/*
 * launch.h -- runs a program with the recording library loaded into it.
 */
#ifndef DRIVER_RECORD_LAUNCH_H
#define DRIVER_RECORD_LAUNCH_H

#include <stddef.h>
#include <sys/types.h>

/* Why a program cannot be recorded, for people; what it is about first. */
struct launch_error {
    char message[512];
};

/*
 * Finds the file that execvp() would run for name and makes sure that a
 * library can be preloaded into it: dynamically linked, of this machine's
 * kind, without privileges of its own; of a script, its interpreter.
 * Returns 0, or -1 with *error filled.
 */
int launch_find_program(const char *name, char *path, size_t room,
                        struct launch_error *error);

/* Finds librecord.so: beside this program or in ../lib.  0 or -1. */
int launch_find_library(char *path, size_t room, struct launch_error *error);

/*
 * Starts argv with the library preloaded, recording into directory; its input,
 * output and errors are ours.  Interrupts from the terminal are left to it;
 * SIGTERM and SIGHUP are handed on.  Once it has ended these signals do
 * nothing any more, so that what was recorded can be written.  *pid is its
 * process.
 * Returns 0, or -1 with *error filled; then there is nothing to wait for.
 */
int launch_start(char *const *argv, const char *program, const char *library,
                 const char *directory, pid_t *pid, struct launch_error *error);

/*
 * Waits for its end.  Returns 0 with *status as of waitpid(), or -1 with
 * *error filled.
 */
int launch_wait(pid_t pid, int *status, struct launch_error *error);

#endif
