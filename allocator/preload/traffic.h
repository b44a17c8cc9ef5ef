/*
 * traffic.h -- what goes in and out of a thread's cache, and how much it keeps.
 *
 *   malloc  <--  list  <--  spare list  <--  depot  <--  arena
 *   free    -->  list  -->  spare list  -->  depot  -->  arena
 *
 * Only whole lists move, but from an arena, which gives a batch: one block at
 * first, then twice as many each time.  A list that overflows may become twice
 * as long instead of being put aside, while all that lists may hold beyond
 * their first bounds is at most 1/CACHE_SHARE of the arena and
 * CACHE_GROWN_MOST.  One block of more than CACHE_FIRST_BYTES weighs as much as
 * a list of small ones: such a class begins without a list, and has one only as
 * long as all are few bytes.
 *
 * Even a list of small blocks begins with no room at all, and gets it for one
 * block after the other at first: so blocks that are freed early take the long
 * way, where they are verified (serve.c), in programs that free a few only as
 * well.
 *
 * What is kept for one size cannot serve another.  So before a cache asks an
 * arena that has grown beyond what it ever had, it sends home what lies idle.
 * How much growth that takes hangs on what the way home and back costs:
 *
 *   heavy  more than 256 bytes: less than the page faults of growing instead.
 *          All go, whenever the arena has grown by 1/512.
 *   light  more.  Whenever it has grown by 1/64 those go that were not needed
 *          meanwhile: the spare list when fewer blocks were taken of the class
 *          than its list has, the list as well when fewer than half as many.
 *
 * A program that needs the same again and again keeps all, and one that grows
 * does not grow for what lies in its caches.
 *
 * Cost: O(1) for a call that its list serves; O(classes) for each step of
 * growth.
 */
#ifndef ALLOCATOR_PRELOAD_TRAFFIC_H
#define ALLOCATOR_PRELOAD_TRAFFIC_H

#include "allocator/preload/cache.h"

/* Sets the batches of a new cache, which is all zero. */
void traffic_begin(struct cache *cache);

/* Sends all that it holds home; its lists are then as short as in the
 * beginning. */
void traffic_empty(struct cache *cache);

#endif
