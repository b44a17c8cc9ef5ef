/*
 * events.h -- what a recorded program leaves behind, and how it is steered.
 *
 * A recording is a directory.  `control` is written by the recorder before
 * the program starts and mapped by every process of it; `PID.IMAGE.events` is
 * made by each process image (a fork makes a process, an exec an image):
 *
 *     0      +----------------------+
 *            | struct events_header |  one page
 *     4096   +----------------------+
 *            | struct event 0       |  16 bytes each; the index of an event
 *     4112   +----------------------+  is its ticket, its place in the
 *            | struct event 1       |  global order
 *            :                      :
 *            | zeros                |  grown in chunks ahead of use
 *            +----------------------+
 *
 * The file is a shared mapping of the process, so that whatever was stored
 * survives however the process ends.  An event counts once its first word is
 * nonzero, which is stored last; a thread that dies in between leaves a hole.
 *
 *     word 0   63           20 19      4 3    0
 *              | address / 16 | thread  | kind |
 *     word 1   63       48 47                0
 *              | log2 align | size or number  |
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

enum event_kind {
    EVENT_NONE,     /* a hole, or not written yet */
    EVENT_MALLOC,   /* address, size */
    EVENT_CALLOC,   /* address, size of the whole array */
    EVENT_MEMALIGN, /* address, size, alignment */
    EVENT_FREE,     /* address */
    EVENT_MOVE,     /* a realloc begins: old address */
    EVENT_MOVED,    /* it has ended: new address or 0, size; and one more: */
    EVENT_MOVED_BY, /* the number is the ticket of its EVENT_MOVE */
    EVENT_SAMPLE,   /* live blocks (as address), live bytes; and one more: */
    EVENT_SAMPLE_EMPTY, /* the number of live blocks of size 0 */
    EVENT_KINDS
};

struct event {
    uint64_t what;
    uint64_t size;
};

_Static_assert(sizeof(struct event) == 16, "16 bytes per event");

#define EVENT_NUMBER_BITS 48
#define EVENT_NUMBER_MASK (((uint64_t)1 << EVENT_NUMBER_BITS) - 1)

/* A ticket that was never drawn: the realloc began before the recording. */
#define EVENT_NO_TICKET EVENT_NUMBER_MASK

static inline uint64_t event_what(enum event_kind kind, uint64_t address,
                                  unsigned thread)
{
    return (address >> 4) << 20 | (uint64_t)(thread & 0xffff) << 4 | kind;
}

static inline enum event_kind event_kind(uint64_t what)
{
    return (enum event_kind)(what & 15);
}

static inline uint16_t event_thread(uint64_t what)
{
    return (uint16_t)(what >> 4);
}

static inline uint64_t event_address(uint64_t what)
{
    return what >> 20 << 4;
}

#define EVENTS_MAGIC        UINT64_C(0x31746e6576706572) /* "repvent1" */
#define EVENTS_HEADER_BYTES 4096

/* Why a process ceased to record before its end. */
enum events_stop {
    EVENTS_GOING,
    EVENTS_LIMIT, /* --limit was reached */
    EVENTS_FULL,  /* no space: stop_errno says why */
    EVENTS_ASKED  /* the recorder told all processes to stop */
};

struct events_header {
    uint64_t magic;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t stop; /* enum events_stop */
    uint32_t stop_errno;
    char command[1024]; /* arguments, separated by blanks, perhaps cut */
};

#define CONTROL_MAGIC UINT64_C(0x316c746e63706572) /* "repcntl1" */

struct record_control {
    uint64_t magic;
    uint64_t start_after; /* operations that are not recorded */
    uint64_t max_events;  /* per process image; 0: no limit */
    uint32_t verify;      /* 1: sizes are kept beside the blocks, sampled */
    uint32_t stop;        /* set to 1 when the recorder has gone home */
};

#endif
