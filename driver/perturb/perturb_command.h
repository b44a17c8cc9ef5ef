/*
 * perturb_command.h -- `rep perturb`: a twin of a trace.
 */
#ifndef DRIVER_PERTURB_PERTURB_COMMAND_H
#define DRIVER_PERTURB_PERTURB_COMMAND_H

/*
 * argv[0] is the verb.  Writes the twin to the file of -o or to standard
 * output, and tells on standard error how they differ.  Returns the exit
 * status: 0, or 2 for usage, an input that is wrong and an output that cannot
 * be written.
 */
int perturb_command(int argc, char **argv);

#endif
