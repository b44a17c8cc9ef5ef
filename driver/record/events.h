/*
 * events.h -- what a recorded program leaves behind, and how it is steered.
 *
 * A recording is a directory.  `control` is written by the recorder before
 * the program starts and read by every process of it; `PID.IMAGE.events` is
 * made by each process image (a fork makes a process, an exec an image):
 *
 *     0      +----------------------+
 *            | struct events_header |  one page
 *     4096   +----------------------+
 *            | slot 0               |  8 bytes each; an event takes one slot
 *     4104   +----------------------+  or several in a row, and the index of
 *            | slot 1               |  its first is its ticket: its place in
 *            :                      :  the global order
 *            | zeros                |  grown in chunks ahead of use
 *            +----------------------+
 *
 * The file is a shared mapping of the process, so that whatever was stored
 * survives however the process ends.  The first slot of an event is stored
 * last; a thread that dies before leaves a hole, zero or without its first.
 *
 *             63           19 18            4 3    0
 *     first   | address / 8  | thread or size | kind |
 *     more    |           number              | kind |   EVENT_NUMBER
 *
 * Addresses are multiples of 8 below 2^48: some allocators align the smallest
 * blocks to no more.
 *
 * Tickets are drawn so that their order can be replayed: that of a free
 * before the block is given back, that of an allocation after the block was
 * obtained.  A realloc gives back one block and obtains another in one step,
 * hence it draws twice: EVENT_MOVE before and EVENT_MOVED after.
 */
#ifndef DRIVER_RECORD_EVENTS_H
#define DRIVER_RECORD_EVENTS_H

#include <stdint.h>

_Static_assert(sizeof(void *) == 8, "addresses are packed for 64 bits");

/* Names the recording's directory to the preloaded library. */
#define RECORD_DIRECTORY_VARIABLE "REP_RECORD_DIRECTORY"
#define RECORD_CONTROL_NAME       "control"
#define RECORD_EVENTS_SUFFIX      ".events"

/* In brackets: the numbers that follow. */
enum event_kind {
    EVENT_NONE,     /* a hole, or not written yet */
    EVENT_SMALL,    /* allocation whose size fits in place of the thread */
    EVENT_MALLOC,   /* allocation [size] */
    EVENT_CALLOC,   /* allocation [size of the whole array] */
    EVENT_MEMALIGN, /* allocation [size, log2 of the alignment above it] */
    EVENT_FREE,     /* release */
    EVENT_MOVE,     /* a realloc begins: old address */
    EVENT_MOVED,    /* it ends: new address or 0 [size, ticket of its start] */
    EVENT_SAMPLE,   /* [live blocks, live bytes, live blocks of size 0] */
    EVENT_NUMBER    /* belongs to the event before */
};

/* Allocations below this many bytes may be an EVENT_SMALL. */
#define EVENT_SMALL_LIMIT ((uint64_t)1 << 15)

/* No block is larger: addresses have as many bits. */
#define EVENT_SIZE_BITS 48
#define EVENT_SIZE_MASK (((uint64_t)1 << EVENT_SIZE_BITS) - 1)

/* A ticket that was never drawn: the realloc began before the recording. */
#define EVENT_NO_TICKET (UINT64_MAX >> 4)

/* detail: the thread, or the size of an EVENT_SMALL. */
static inline uint64_t event_first(enum event_kind kind, uint64_t address,
                                   uint64_t detail)
{
    return (address >> 3) << 19 | (detail & 0x7fff) << 4 | kind;
}

static inline uint64_t event_number(uint64_t number)
{
    return number << 4 | EVENT_NUMBER;
}

static inline enum event_kind event_kind(uint64_t slot)
{
    return (enum event_kind)(slot & 15);
}

static inline uint16_t event_detail(uint64_t slot)
{
    return (uint16_t)(slot >> 4 & 0x7fff);
}

static inline uint64_t event_address(uint64_t slot)
{
    return slot >> 19 << 3;
}

static inline uint64_t event_value(uint64_t slot)
{
    return slot >> 4;
}

#define EVENTS_MAGIC        UINT64_C(0x31746e6576706572) /* "repvent1" */
#define EVENTS_HEADER_BYTES 4096

/* Why a process ceased to record before its end. */
enum events_stop {
    EVENTS_GOING,
    EVENTS_LIMIT, /* --limit was reached */
    EVENTS_FULL,  /* no space: stop_errno says why */
    EVENTS_LEFT   /* the recorder had gone home */
};

struct events_header {
    uint64_t magic;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t stop; /* enum events_stop */
    uint32_t stop_errno;
    uint64_t unwitnessed; /* --verify: blocks without room for their size */
    char command[1024];   /* arguments, separated by blanks, perhaps cut */
};

#define CONTROL_MAGIC UINT64_C(0x316c746e63706572) /* "repcntl1" */

struct record_control {
    uint64_t magic;
    uint64_t start_after; /* operations that are not recorded */
    uint64_t max_slots;   /* per process image; 0: no limit */
    uint64_t small_limit; /* sizes below it are an EVENT_SMALL */
    uint64_t verify;      /* 1: sizes are kept beside the blocks, sampled */
    uint64_t recorder_pid;
};

#endif
