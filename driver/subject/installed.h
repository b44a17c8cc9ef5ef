/*
 * installed.h -- mallocs of other people, as shared libraries.
 */
#ifndef DRIVER_SUBJECT_INSTALLED_H
#define DRIVER_SUBJECT_INSTALLED_H

#include <stdbool.h>
#include <stddef.h>

#include "driver/subject/subject.h"

/* At most so many different ones at a time. */
#define INSTALLED_MOST 8

/* Whether the name stands for one: jemalloc, ..., or a path with a slash. */
bool installed_is_name(const char *name);

/* The i-th of the names that need no path; NULL behind the last one. */
const char *installed_name(size_t i);

/*
 * Loads the library, beside this process's own malloc, which stays what it
 * was.  Returns 0 with *subject filled, or -1 with a sentence in message.
 */
int installed_open(const char *name, struct subject *subject, char *message,
                   size_t room);

/*
 * Whether a library could not be loaded because the room for thread-local
 * variables, which is fixed when a process starts, did not suffice; a process
 * started with the environment variable GLIBC_TUNABLES as installed_tunables
 * says will have it.
 */
bool installed_lacks_tls(void);
const char *installed_tunables(void);

#endif
