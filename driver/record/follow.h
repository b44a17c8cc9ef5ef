/*
 * follow.h -- the main process's traces, written while it still runs.
 *
 * A thread of the recorder converts the events of one program after the other
 * that the process executes, as they come, into the recording's directory; so
 * that little is left to do when it ends.  Whatever this thread cannot do is
 * done afterwards, as for all other processes: following is never needed.
 */
#ifndef DRIVER_RECORD_FOLLOW_H
#define DRIVER_RECORD_FOLLOW_H

#include "driver/record/convert.h"
#include "driver/record/request.h"
#include "driver/record/session.h"

struct follower;

/*
 * Begins to follow a process.  Returns NULL where the output is no plain
 * file, which could not be written in one pass, or without memory.
 */
struct follower *follow_start(const struct session *session, pid_t pid,
                              const struct record_request *request);

/* The process has ended; returns when the follower has.  NULL is accepted. */
void follow_finish(struct follower *follower);

/*
 * Moves the trace of an image to its place.  Returns 0 with *converted, which
 * becomes the caller's, or -1 where the follower has none.  NULL is accepted.
 */
int follow_take(struct follower *follower, const struct session_image *image,
                const char *output, struct converted *converted);

/* NULL is accepted. */
void follow_free(struct follower *follower);

#endif
