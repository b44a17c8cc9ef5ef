/*
 * log.c -- both halves of each kind of call.
 */
#include "driver/foreign/log.h"

#include <errno.h>
#include <stdlib.h>

/* What a process can address: a larger block was never handed out. */
#define LARGEST_BLOCK ((uint64_t)1 << 47)

/* Threads are numbered from 0 as they appear; the last number is for many. */
static int thread_of(struct foreign_log *log, uint64_t name, uint16_t *thread)
{
    uint64_t key = name == UINT64_MAX ? name : name + 1;
    uint32_t number = address_map_take(&log->threads, key);
    if (number == ADDRESS_MAP_NONE) {
        number = log->n_threads < UINT16_MAX ? log->n_threads++ : UINT16_MAX;
    }
    *thread = (uint16_t)number;
    return address_map_add(&log->threads, key, number);
}

/* What a call gives back, it gives back now. */
static int begin(struct foreign_log *log, struct foreign_call *call)
{
    uint16_t thread;
    if (thread_of(log, call->thread, &thread) != 0) {
        return -1;
    }
    log->report->calls++;
    bool frees =
        call->kind == OP_FREE || (call->kind == OP_REALLOC && call->size == 0);
    if (call->old != 0 && frees) {
        address_builder_free(&log->builder, call->old, thread);
        call->old = 0;
    } else if (call->old != 0) {
        call->lifted = address_builder_lift(&log->builder, call->old);
    }
    return 0;
}

static int end_realloc(struct foreign_log *log, const struct foreign_call *call,
                       uint64_t result, uint16_t thread)
{
    if (result != 0) {
        return address_builder_land(&log->builder, call->lifted, result,
                                    call->size, thread);
    }
    log->report->failed++;
    return address_builder_put_back(&log->builder, call->lifted, call->old,
                                    thread);
}

/* What a call obtained is there now. */
static int end(struct foreign_log *log, const struct foreign_call *call,
               uint64_t result)
{
    uint16_t thread;
    if (thread_of(log, call->thread, &thread) != 0) {
        return -1;
    }
    if (result != 0 && call->size > LARGEST_BLOCK) {
        errno = EOVERFLOW;
        return -1;
    }
    if (call->kind == OP_REALLOC && call->old != 0) {
        return end_realloc(log, call, result, thread);
    }
    if (result == 0) {
        log->report->failed += call->kind != OP_FREE && call->size != 0;
        return 0;
    }
    struct op op = {
        .kind = (uint8_t)(call->kind == OP_REALLOC ? OP_ALLOC : call->kind),
        .size = call->size,
        .thread = thread};
    if (call->kind == OP_MEMALIGN) {
        op.align_log2 = (uint8_t)__builtin_ctzll(call->alignment);
    }
    return call->kind == OP_FREE
               ? 0
               : address_builder_alloc(&log->builder, result, op);
}

int log_call(struct foreign_log *log, struct foreign_call call, uint64_t result)
{
    return begin(log, &call) == 0 ? end(log, &call, result) : -1;
}

int log_suspend(struct foreign_log *log, struct foreign_call call)
{
    if (log->n_suspended == log->suspended_room) {
        size_t room = log->suspended_room * 2 + 8;
        struct suspended_call *larger =
            reallocarray(log->suspended, room, sizeof *larger);
        if (larger == NULL) {
            return -1;
        }
        log->suspended = larger;
        log->suspended_room = room;
    }
    if (begin(log, &call) != 0) {
        return -1;
    }
    log->suspended[log->n_suspended++] = (struct suspended_call){.call = call};
    return 0;
}

/* Never more of them than there are threads: a list will do. */
struct suspended_call *log_suspended(struct foreign_log *log, uint64_t thread)
{
    for (size_t i = 0; i < log->n_suspended; i++) {
        if (log->suspended[i].call.thread == thread) {
            return &log->suspended[i];
        }
    }
    return NULL;
}

int log_resume(struct foreign_log *log, struct suspended_call *suspended,
               uint64_t result)
{
    struct foreign_call call = suspended->call;
    *suspended = log->suspended[--log->n_suspended];
    return end(log, &call, result);
}

bool log_wants(struct foreign_log *log, uint64_t pid)
{
    if (!log->has_pid) {
        log->has_pid = true;
        log->pid = pid;
    }
    log->report->other_calls += pid != log->pid;
    return pid == log->pid;
}
