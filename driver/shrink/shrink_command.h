/*
 * shrink_command.h -- `rep shrink`: the smallest trace on which a command
 * still fails.
 */
#ifndef DRIVER_SHRINK_SHRINK_COMMAND_H
#define DRIVER_SHRINK_SHRINK_COMMAND_H

/*
 * argv[0] is the verb.  Returns the exit status: 0; 2 for usage, for files
 * that cannot be read or written, and where the command does not fail; 128 + N
 * where signal N ended it, and what was found by then is written.
 */
int shrink_command(int argc, char **argv);

#endif
