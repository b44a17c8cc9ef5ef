/*
 * command.h -- bench_alloc's options that measure.
 */
#ifndef DRIVER_BENCH_COMMAND_H
#define DRIVER_BENCH_COMMAND_H

#include <stdbool.h>

/* Whether an argument is one of them. */
bool bench_command_knows(const char *argument);

/* Reads all arguments, measures and prints a line; the exit status. */
int bench_command(int argc, char **argv);

/* Their lines of --help. */
void bench_command_help(void);

#endif
