/*
 * check_command.h -- the command line of `rep check`.
 */
#ifndef DRIVER_INSPECT_CHECK_COMMAND_H
#define DRIVER_INSPECT_CHECK_COMMAND_H

/* argv[0] is "check".  Returns the exit status of the program. */
int check_command(int argc, char **argv);

#endif
