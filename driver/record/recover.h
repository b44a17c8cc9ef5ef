/*
 * recover.h -- recordings whose recorder was killed.
 *
 * The directory of a recording (session.h) survives its recorder, and the
 * program goes on filling it.  It holds all that is needed to end the work:
 * events, and what was asked for.
 */
#ifndef DRIVER_RECORD_RECOVER_H
#define DRIVER_RECORD_RECOVER_H

#include <sys/types.h>

#include "driver/record/request.h"
#include "driver/record/session.h"

/* Says which recordings of that output were left unfinished, a line each. */
void recover_tell(const char *output);

/*
 * Opens the directory of a recording whose recorder and program have ended.
 * Fills what was asked for and, where the request names no output, the one
 * that was meant: to be freed, *output.  Returns 0, or COMMAND_USAGE when it
 * was told what is wrong.
 */
int recover_open(const char *directory, struct session *session,
                 struct record_request *request, pid_t *main_pid,
                 char **output);

#endif
