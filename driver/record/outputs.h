/*
 * outputs.h -- one trace file for each process image of a recording.
 *
 * The last program of the main process becomes OUT.rep; that of any other
 * process OUT.PID.rep; a program that its process replaced by exec before
 * becomes OUT.PID.IMAGE.rep.
 */
#ifndef DRIVER_RECORD_OUTPUTS_H
#define DRIVER_RECORD_OUTPUTS_H

#include <sys/types.h>

#include "driver/record/follow.h"
#include "driver/record/request.h"
#include "driver/record/session.h"

/*
 * Converts, writes and, where asked, verifies all images of a session; prints
 * a summary of each.  What a follower has written already is taken from it.
 * Children that allocated nothing get no file.
 * Returns 0 with *outcome filled, or -1 with errno when the session could not
 * be read.
 */
int outputs_write(const struct record_request *request,
                  const struct session *session, pid_t main_pid,
                  struct follower *follower, struct record_outcome *outcome);

#endif
