/*
 * gen_command.h -- `rep gen`: a synthetic trace from a family and a seed.
 */
#ifndef DRIVER_GENERATE_GEN_COMMAND_H
#define DRIVER_GENERATE_GEN_COMMAND_H

/*
 * argv[0] is the verb.  Writes the trace to the file of -o or to standard
 * output.  Returns the exit status: 0, or 2 for usage and for a file that
 * cannot be written; messages go to standard error.
 */
int gen_command(int argc, char **argv);

#endif
