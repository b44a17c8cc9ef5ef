/*
 * session.h -- the directory of a recording and the images found in it.
 *
 * It lies beside the output, so that events and trace share a disk, and is
 * gone when the recording ends.
 */
#ifndef DRIVER_RECORD_SESSION_H
#define DRIVER_RECORD_SESSION_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "driver/record/events.h"

struct session {
    char directory[PATH_MAX]; /* absolute */
};

/* A process image that was recorded: the n-th program of a process. */
struct session_image {
    pid_t pid;
    unsigned image; /* from 0 */
    unsigned last;  /* 1: the process executed no further program */
};

/*
 * Makes the directory beside output and the control file in it.
 * Returns 0, or -1 with errno and nothing left behind.
 */
int record_session_open(struct session *session, const char *output,
                        const struct record_control *control);

/*
 * What was recorded, ascending by process and image; free *images.  A program
 * that was ended before its first event, right after exec, is left out: the
 * one before it was then its process's last.
 * Returns 0, or -1 with errno.
 */
int record_session_list(const struct session *session,
                        struct session_image **images, size_t *n);

/* Was an image's header written, which happens before its first event? */
bool record_session_has_begun(const struct session *session,
                              const struct session_image *image);

/* Path of an image's event file. */
void record_session_events_path(const struct session *session,
                                const struct session_image *image, char *path,
                                size_t room);

/* Removes the directory; processes that still run cease to record. */
void record_session_close(const struct session *session);

#endif
