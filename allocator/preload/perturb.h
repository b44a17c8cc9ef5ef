/*
 * perturb.h -- bytes that tell who reads what nobody wrote, as glibc's
 * M_PERTURB.
 *
 * A block begins with the complement of a byte that was chosen, unless calloc
 * made it, and is filled with the byte when it is freed, unless it is a mapping
 * of its own.  An onlooker (onlooker.h) before the one that there may be: no
 * cost for anybody else.
 */
#ifndef ALLOCATOR_PRELOAD_PERTURB_H
#define ALLOCATOR_PRELOAD_PERTURB_H

/*
 * Chooses the byte, 0: no more.  Does nothing under the debug mode, which fills
 * blocks by itself.  Threads that run already see it only where their caches
 * have no block.
 */
void perturb_set(unsigned char byte);

#endif
