/*
 * info_command.h -- the command line of `rep info`.
 */
#ifndef DRIVER_INSPECT_INFO_COMMAND_H
#define DRIVER_INSPECT_INFO_COMMAND_H

/* argv[0] is "info".  Returns the exit status of the program. */
int info_command(int argc, char **argv);

#endif
