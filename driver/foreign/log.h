/*
 * log.h -- the calls of a log on their way into a trace.
 *
 * A format's reader takes a line apart and says which call began or ended; the
 * rest is alike for all.  A call has two halves, as in record/events.h: a block
 * is given back when free or realloc begins, and is there when malloc or
 * realloc ends.  A log that shows both halves of a call on lines apart keeps
 * it suspended by thread meanwhile.
 */
#ifndef DRIVER_FOREIGN_LOG_H
#define DRIVER_FOREIGN_LOG_H

#include "driver/foreign/foreign.h"
#include "driver/foreign/line.h"
#include "driver/trace/address_builder.h"

struct foreign_call {
    enum op_kind kind;    /* any but OP_TOUCH */
    const char *function; /* as the log names it, where that matters */
    uint64_t thread;      /* as the log names it */
    uint64_t old;         /* block of free and realloc; 0: NULL */
    uint64_t size;        /* bytes */
    uint64_t alignment;   /* of OP_MEMALIGN: a power of two */
    uint32_t lifted;      /* of a realloc that began */
};

struct suspended_call {
    struct foreign_call call;
    unsigned inner; /* calls of the same function inside it */
};

struct foreign_log {
    const struct foreign_options *options;
    struct foreign_report *report;
    struct address_builder builder;
    struct address_map threads; /* by name plus 1: their numbers */
    uint32_t n_threads;
    uint64_t pid; /* the process that is taken */
    bool has_pid;
    struct suspended_call *suspended;
    size_t n_suspended;
    size_t suspended_room;
};

/* All ints are 0, or -1 with errno: no memory. */

/* A call that the log shows whole.  result is 0 for NULL and free. */
int log_call(struct foreign_log *log, struct foreign_call call,
             uint64_t result);

/* A call that began and did not end yet; the thread has no other. */
int log_suspend(struct foreign_log *log, struct foreign_call call);

/* The suspended call of the thread, or NULL. */
struct suspended_call *log_suspended(struct foreign_log *log, uint64_t thread);

/* It ended. */
int log_resume(struct foreign_log *log, struct suspended_call *suspended,
               uint64_t result);

/*
 * Whether calls of this process are wanted: of the one asked for, or else of
 * the first that is seen.  Others are counted.
 */
bool log_wants(struct foreign_log *log, uint64_t pid);

#endif
