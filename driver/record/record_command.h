/*
 * record_command.h -- `rep record`.
 */
#ifndef DRIVER_RECORD_RECORD_COMMAND_H
#define DRIVER_RECORD_RECORD_COMMAND_H

/*
 * Runs `rep record`: argv[0] is the verb.  Prints a summary on stderr.
 * Returns the exit status: that of the program (128 + signal where a signal
 * ended it), 1 where --verify finds a difference, 2 where nothing could be
 * recorded or written.
 */
int record_command(int argc, char **argv);

#endif
