/*
 * symbols.h -- names for code addresses, without malloc.
 *
 * Debugging information is read by another process: mymalloc-symbols, the
 * program beside the library (or in ../bin), which has a malloc of its own.
 * It is started for a report and answers one address at a time:
 *
 *   this process                 mymalloc-symbols PID
 *     "55d0c0de\n"        -->
 *                         <--    "inlined\tfile.c:12\nfunction\tfile.c:40\n\n"
 *
 * Where it is missing or fails, an address is told as program+0x123, which
 * addr2line understands.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_SYMBOLS_H
#define ALLOCATOR_PRELOAD_DEBUG_SYMBOLS_H

#include <stdint.h>

/* Starts the helper. */
void symbols_open(void);

/* Called for each function at an address; place is "file:line" or empty. */
typedef void symbols_tell_fn(void *context, const char *function,
                             const char *place);

void symbols_name(uintptr_t address, symbols_tell_fn *tell, void *context);

/* Ends the helper. */
void symbols_close(void);

#endif
