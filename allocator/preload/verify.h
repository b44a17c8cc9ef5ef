/*
 * verify.h -- whether somebody wrote where he should not.
 *
 * Looked at where a block, or the first of a list, is about to go back to its
 * policy anyway, under the arena's lock, where a thread has freed few of the
 * class yet, and where a list of freed ones breaks off; never on the short way
 * of malloc and free.
 *
 *   | what the policy keeps | payload of a class | guard | what it keeps |
 *                                         8 bytes, where the policy's block
 *                                         has more room than the class needs
 *
 *   damaged block     the policy's own words, here or beside it, contradict
 *                     each other (is_sound of policy.h)
 *   overrun           the guard is not what it was
 *   write after free  nor is the link or the key of a block in a cache
 *
 * Each ends the process (message.h).
 */
#ifndef ALLOCATOR_PRELOAD_VERIFY_H
#define ALLOCATOR_PRELOAD_VERIFY_H

#include "allocator/preload/arena.h"

/* Puts the guard behind a new block of a class; under the lock. */
void verify_begin(struct arena *arena, void *payload, size_t class);

/*
 * The bytes that the policy gives a block in use, of a class or STATE_OTHER;
 * under the lock.
 */
size_t verify_block(struct arena *arena, const void *payload, size_t state);

/*
 * The block of a class in a cache that a link leads to; the link was in the
 * block before, or NULL: where a list begins.
 */
struct cached *verify_link(size_t class, uintptr_t link,
                           const struct cached *before);

/*
 * Tells that the link, somebody's, was in a freed block of the class that has
 * been handed out again since.  Its address is told as long as nobody wrote
 * there once more; else, and for a link of 0, as 0.
 */
__attribute__((noreturn, cold)) void verify_blame(size_t class, uintptr_t link);

#endif
