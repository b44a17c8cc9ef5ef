/*
 * report.h -- what the debug mode has to say, in plain words.
 *
 *     error: double free detected at 0x1050
 *       the block of 64 bytes at 0x1050 was freed before
 *       now        double_free  driver/bench_alloc.c:87
 *                  main         driver/bench_alloc.c:171
 *       freed      double_free  driver/bench_alloc.c:86
 *                  main         driver/bench_alloc.c:171
 *       allocated  double_free  driver/bench_alloc.c:85
 *                  main         driver/bench_alloc.c:171
 *
 * Written to standard error, without malloc.  With MALLOC_DEBUG_SEED addresses
 * of blocks are told as if the heap began at 0x1000, so that two runs print
 * the same, and others as "(elsewhere)".
 */
#ifndef ALLOCATOR_PRELOAD_DEBUG_REPORT_H
#define ALLOCATOR_PRELOAD_DEBUG_REPORT_H

#include "allocator/preload/debug/record.h"
#include "allocator/preload/debug/stack.h"

enum { REPORT_TEXT = 240, REPORT_ADDRESS = 24 };

struct report {
    const char *what; /* "double free" */
    const void *address;
    const struct record *block; /* or NULL */
    const struct stack *now;    /* or NULL */
    char text[REPORT_TEXT];     /* a sentence */
};

void report_tell(const struct report *report);

/* An invalid argument: told with the function's name and the call stack. */
void report_argument(const char *function, const char *text,
                     const struct stack *now);

/* An address as reports tell it. */
const char *report_address(const void *address, char text[REPORT_ADDRESS]);

/* "the block of 64 bytes at 0x1050" */
const char *report_block(const struct record *record, char text[80]);

/* A line of a dump; many are written at once. */
void report_dump_line(const struct record *record);
void report_dump_end(void);

#endif
