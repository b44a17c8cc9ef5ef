/*
 * lazy.h -- large zeroed arrays that cost nothing until they are touched.
 */
#ifndef DRIVER_REPLAY_LAZY_H
#define DRIVER_REPLAY_LAZY_H

#include <stddef.h>

/*
 * Reserves bytes (> 0) of zeroed memory, in large pages where the system
 * offers them: such arrays are read at random, and what a small page costs is
 * the way to it.  Returns NULL with errno set when there is no address space.
 */
void *lazy_open(size_t bytes);

/* All zero again, and without cost. */
void lazy_clear(void *memory, size_t bytes);

/* NULL is accepted. */
void lazy_close(void *memory, size_t bytes);

#endif
