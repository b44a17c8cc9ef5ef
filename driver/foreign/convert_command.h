/*
 * convert_command.h -- `rep convert`: the log of another tool as a trace, or a
 * trace in another dialect.
 */
#ifndef DRIVER_FOREIGN_CONVERT_COMMAND_H
#define DRIVER_FOREIGN_CONVERT_COMMAND_H

/*
 * argv[0] is the verb.  Writes the trace to the file of -o or to standard
 * output; tells on standard error what there was, and what could not be kept.
 * Returns the exit status: 0, or 2 for usage, an input that is wrong and an
 * output that cannot be written.
 */
int convert_command(int argc, char **argv);

#endif
