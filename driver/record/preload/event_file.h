/*
 * event_file.h -- creates, maps and enlarges the event file of a process.
 *
 * The file is mapped once, far beyond its end, and enlarged by name: no
 * descriptor stays open that the program could close, hand out again, or
 * count.  What is added is written as zeros, not only promised, so that a
 * full disk is an error here and never a SIGBUS in the program.
 */
#ifndef DRIVER_RECORD_PRELOAD_EVENT_FILE_H
#define DRIVER_RECORD_PRELOAD_EVENT_FILE_H

#include "driver/record/preload/log.h"

/*
 * Creates PID.IMAGE.events with the first free IMAGE and maps it: sets path,
 * header, slots, ready and max_slots.  Returns 0 or an errno.
 */
int event_file_create(struct log *log);

/*
 * Makes room for slots up to end at least, and raises ready.  One thread at
 * a time.  Returns 0 or an errno.
 */
int event_file_enlarge(struct log *log, uint64_t end);

#endif
