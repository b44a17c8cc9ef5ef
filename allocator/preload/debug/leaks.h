/*
 * leaks.h -- which live blocks the program can still reach.
 *
 * A block is within reach when a word that holds an address inside it, or just
 * behind its end, lies in a writable private mapping (static data, stacks,
 * thread-local storage), in a register of the caller of exit, or in a block
 * that is within reach.  The dead part of the stack does not count.  It is the
 * mark phase of a conservative collector: a number may look like an address,
 * and then a leak stays untold.
 *
 * A child after fork tells what it allocated itself.
 *
 * Not seen: pointers that are stored encoded, and those that other threads
 * hold in registers alone.
 *
 * Source: H. Boehm, M. Weiser, "Garbage Collection in an Uncooperative
 * Environment", Software Practice and Experience 18, 1988.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_LEAKS_H
#define ALLOCATOR_PRELOAD_DEBUG_LEAKS_H

#include <stddef.h>

/*
 * In exit: tells the live blocks that are lost, once for each call stack that
 * allocated them.  How many are lost.
 */
size_t leaks_tell(void);

#endif
