/*
 * fault.h -- explains an access that a page guard stopped.
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_FAULT_H
#define ALLOCATOR_PRELOAD_DEBUG_FAULT_H

/*
 * Handles SIGSEGV from now on: a fault among the blocks is told and ends the
 * process with exit code 3; any other takes its usual course.  A program that
 * sets a handler of its own replaces this one.
 */
void fault_watch(void);

#endif
